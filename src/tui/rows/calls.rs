//! Calls: one row each.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use super::when;
use crate::analysis::{Call, Modality, Outcome};
use crate::tui::data::Data;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("Time", 14, 14, 9),
    column("From", 12, 40, 6),
    column("To", 14, 40, 8),
    column("What", 5, 19, 2),
    column("Outcome", 12, 18, 5),
    column("Status", 6, 6, 1),
    column("Verdict", 18, 22, 7),
    column("Causes", 6, 14, 3),
    column("Messages", 8, 8, 0),
];

/// Text of a cell.
pub(super) fn cell<'d>(data: &Data, call: &'d Call, column: usize) -> Cow<'d, str> {
    match column {
        0 => when(data, call.started),
        1 => call.from.as_str().into(),
        2 => call.to.as_str().into(),
        3 => call.modality.map_or("", Modality::name).into(),
        4 => call.outcome.name().into(),
        5 => call.status.map(|s| s.to_string()).unwrap_or_default().into(),
        6 => call.verdict.map_or("", |v| v.name()).into(),
        7 => match call.findings[..] {
            [only] => only.into(),
            _ => call.findings.join(" ").into(),
        },
        _ => call.messages.to_string().into(),
    }
}

pub(super) fn style(theme: &Theme, call: &Call, column: usize) -> Style {
    match column {
        4 | 5 => outcome(theme, call.outcome),
        6 if call.is_missed() => theme.bad,
        _ => Style::new(),
    }
}

/// Style of an outcome.
fn outcome(theme: &Theme, outcome: Outcome) -> Style {
    match outcome.expected() {
        Some(false) => theme.bad,
        Some(true) if outcome == Outcome::Answered => theme.good,
        Some(true) => Style::new(),
        None => theme.dim,
    }
}
