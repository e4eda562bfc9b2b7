//! Pushes: one row a notification.

use std::borrow::Cow;
use std::sync::LazyLock;

use ratatui::style::Style;

use super::column::{Column, column, select};
use super::push_missed;
use crate::analysis::{Push, PushResult};
use crate::tui::data::Data;
use crate::tui::theme::Theme;

pub(super) static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        select("time", 9),
        column("user", ("User", 16, 40), 8).address(),
        select("result", 5),
        select("status", 7),
        column("verdict", ("Verdict", 18, 22), 6),
        column("causes", ("Causes", 6, 14), 7),
        select("latency", 2),
        column("device", ("Device", 12, 40), 3).text(),
        column("from", ("From", 13, 40), 4).address(),
    ]
});

/// Text of a cell that is no field of a push: most are told of its call.
pub(super) fn cell<'d>(data: &'d Data, push: &'d Push, column: &str) -> Cow<'d, str> {
    let call = push.call.and_then(|c| data.analysis.calls.get(c));
    match column {
        "user" if push.synthetic => "(synthetic test)".into(),
        "user" => push.user.as_deref().unwrap_or_default().into(),
        "verdict" => call.and_then(|c| c.verdict).map_or("", |v| v.name()).into(),
        "causes" => call.map_or(&push.findings, |c| &c.findings).join(" ").into(),
        "device" => {
            let client = call.and_then(|c| c.legs.iter().filter(|l| l.mobile).find_map(|l| l.client.as_ref()));
            client.map_or("", |c| c.name.as_str()).into()
        }
        "from" => call.map_or("", |c| c.from.as_str()).into(),
        _ => "".into(),
    }
}

pub(super) fn style(theme: &Theme, data: &Data, push: &Push, column: &str) -> Style {
    match column {
        "result" | "status" if push.result.is_lost() => theme.bad,
        "result" | "status" if push.result == PushResult::Accepted => theme.good,
        "verdict" if push_missed(data, push) => theme.bad,
        _ => Style::new(),
    }
}
