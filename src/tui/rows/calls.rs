//! Calls: one row each.

use std::sync::LazyLock;

use ratatui::style::Style;

use super::column::{Column, select};
use crate::analysis::{Call, Outcome};
use crate::tui::theme::Theme;

pub(super) static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        select("time", 9),
        select("from", 8).address(),
        select("to", 8).address(),
        select("modality", 2),
        select("outcome", 4),
        select("status", 7),
        select("verdict", 6),
        select("finding", 7),
        select("messages", 0),
    ]
});

pub(super) fn style(theme: &Theme, call: &Call, column: &str) -> Style {
    match column {
        "outcome" | "status" => outcome(theme, call.outcome),
        "verdict" if call.is_missed() => theme.bad,
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
