//! Findings: one row a cause.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use crate::knowledge::catalogue::Severity;
use crate::tui::data::Cause;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("Code", 5, 5, 9),
    column("Severity", 8, 8, 5),
    column("Cases", 6, 6, 7),
    column("Missed", 6, 6, 6),
    column("Cause", 20, 100, 8),
];

/// Text of a cell.
pub(super) fn cell(cause: &Cause, column: usize) -> Cow<'_, str> {
    match column {
        0 => cause.finding.code.as_str().into(),
        1 => cause.finding.severity.name().into(),
        2 => cause.cases.to_string().into(),
        3 => cause.missed.to_string().into(),
        _ => cause.finding.summary.as_str().into(),
    }
}

pub(super) fn style(theme: &Theme, cause: &Cause, column: usize) -> Style {
    match (column, cause.finding.severity) {
        (0 | 1, Severity::Error) => theme.bad,
        (0 | 1, Severity::Warning) => theme.warn,
        _ => Style::new(),
    }
}
