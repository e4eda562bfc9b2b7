//! Pushes: one row a notification.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use super::{push_missed, when};
use crate::analysis::{Push, PushResult};
use crate::tui::data::Data;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("Time", 14, 14, 9),
    column("User", 16, 40, 8),
    column("Result", 10, 12, 6),
    column("Status", 6, 6, 1),
    column("Verdict", 18, 22, 7),
    column("Causes", 6, 14, 5),
    column("ms", 5, 7, 2),
    column("Device", 12, 40, 4),
    column("From", 13, 40, 3),
];

/// Text of a cell.
pub(super) fn cell<'d>(data: &'d Data, push: &'d Push, column: usize) -> Cow<'d, str> {
    let call = push.call.and_then(|c| data.analysis.calls.get(c));
    match column {
        0 => when(data, push.sent),
        1 if push.synthetic => "(synthetic test)".into(),
        1 => push.user.as_deref().unwrap_or_default().into(),
        2 => push.result.name().into(),
        3 => push.status.map(|s| s.to_string()).unwrap_or_default().into(),
        4 => call.and_then(|c| c.verdict).map_or("", |v| v.name()).into(),
        5 => call.map_or(&push.findings, |c| &c.findings).join(" ").into(),
        6 => push.latency_ms().map(|ms| ms.to_string()).unwrap_or_default().into(),
        7 => {
            let client = call.and_then(|c| c.legs.iter().filter(|l| l.mobile).find_map(|l| l.client.as_ref()));
            client.map_or("", |c| c.name.as_str()).into()
        }
        _ => call.map_or("", |c| c.from.as_str()).into(),
    }
}

pub(super) fn style(theme: &Theme, data: &Data, push: &Push, column: usize) -> Style {
    match column {
        2 | 3 if push.result.is_lost() => theme.bad,
        2 | 3 if push.result == PushResult::Accepted => theme.good,
        4 if push_missed(data, push) => theme.bad,
        _ => Style::new(),
    }
}
