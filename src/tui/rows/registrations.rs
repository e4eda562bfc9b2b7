//! REGISTER and SUBSCRIBE dialogs: one row each.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use crate::case::Registration;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("time", ("Time", 12, 19), 9),
    column("method", ("Method", 9, 9), 5),
    column("user", ("User", 12, 40), 8).address(),
    column("outcome", ("Outcome", 10, 10), 7),
    column("status", ("Status", 6, 6), 7),
    column("reason", ("Reason", 8, 30), 3).text(),
    column("event", ("Event", 8, 30), 4).text(),
    column("client", ("Client", 12, 60), 6).text(),
    column("records", ("Records", 7, 7), 1),
];

/// Text of a cell that is no time.
pub(super) fn cell<'r>(row: &'r Registration, column: &str) -> Cow<'r, str> {
    let text = |text: &'r Option<String>| text.as_deref().unwrap_or_default().into();
    match column {
        "method" => row.method.into(),
        "user" => row.user.as_str().into(),
        "outcome" => row.outcome.into(),
        "status" => row.status.map_or(String::new(), |s| s.to_string()).into(),
        "reason" => text(&row.reason),
        "event" => text(&row.event),
        "client" => text(&row.client),
        "records" => row.records.to_string().into(),
        _ => "".into(),
    }
}

pub(super) fn style(theme: &Theme, row: &Registration, column: &str) -> Style {
    match (column, row.outcome) {
        ("outcome" | "status", "refused") => theme.bad,
        ("outcome" | "status", "unanswered") => theme.warn,
        ("outcome", "registered" | "subscribed") => theme.good,
        _ => Style::new(),
    }
}
