//! Calls: one row each.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::table::{self, Column};
use crate::analysis::{Call, Modality, Outcome};
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::theme::Theme;

const fn column(title: &'static str, least: usize, most: usize, weight: u8) -> Column {
    Column { title, width: (least, most), weight }
}

pub(super) const COLUMNS: [Column; 9] = [
    column("Time", 12, 12, 9),
    column("From", 14, 40, 6),
    column("To", 14, 40, 8),
    column("What", 5, 19, 2),
    column("Outcome", 12, 18, 5),
    column("Status", 6, 6, 1),
    column("Verdict", 20, 22, 7),
    column("Causes", 6, 14, 3),
    column("Messages", 8, 8, 0),
];

pub(super) fn draw(app: &App, head: Rect, main: Rect, buf: &mut Buffer) {
    let theme = &app.theme;
    table::draw(theme, &COLUMNS, &app.calls, (head, main), buf, |row, column| {
        let Some(call) = app.data.analysis.calls.get(row) else { return (String::new(), Style::new()) };
        (cell(call, column), style(theme, call, column))
    });
}

/// Text of a cell, not made safe yet.
pub(super) fn cell(call: &Call, column: usize) -> String {
    match column {
        0 => call.started.map(Timestamp::clock).unwrap_or_default(),
        1 => call.from.clone(),
        2 => call.to.clone(),
        3 => call.modality.map_or("", Modality::name).to_owned(),
        4 => call.outcome.name().to_owned(),
        5 => call.status.map(|s| s.to_string()).unwrap_or_default(),
        6 => call.verdict.map_or("", |v| v.name()).to_owned(),
        7 => call.findings.join(" "),
        _ => call.messages.to_string(),
    }
}

fn style(theme: &Theme, call: &Call, column: usize) -> Style {
    match column {
        4 | 5 => outcome(theme, call.outcome),
        6 if call.is_missed() => theme.bad,
        _ => Style::new(),
    }
}

/// Style of an outcome.
pub(super) fn outcome(theme: &Theme, outcome: Outcome) -> Style {
    match outcome.expected() {
        Some(false) => theme.bad,
        Some(true) if outcome == Outcome::Answered => theme.good,
        Some(true) => Style::new(),
        None => theme.dim,
    }
}
