//! Findings: one row a cause.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use crate::knowledge::catalogue::Severity;
use crate::tui::data::Cause;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("code", ("Code", 5, 5), 9),
    column("severity", ("Severity", 8, 8), 5),
    column("cases", ("Cases", 6, 6), 7),
    column("missed", ("Missed", 6, 6), 6),
    column("cause", ("Cause", 20, 100), 8).text(),
];

/// Text of a cell.
pub(super) fn cell<'c>(cause: &'c Cause, column: &str) -> Cow<'c, str> {
    match column {
        "code" => cause.finding.code.as_str().into(),
        "severity" => cause.finding.severity.name().into(),
        "cases" => cause.cases.to_string().into(),
        "missed" => cause.missed.to_string().into(),
        _ => cause.finding.summary.as_str().into(),
    }
}

pub(super) fn style(theme: &Theme, cause: &Cause, column: &str) -> Style {
    match (column, cause.finding.severity) {
        ("code" | "severity", Severity::Error) => theme.bad,
        ("code" | "severity", Severity::Warning) => theme.warn,
        _ => Style::new(),
    }
}
