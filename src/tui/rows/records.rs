//! Records: every record as logged, by corrected time.

use std::borrow::Cow;
use std::sync::LazyLock;

use ratatui::style::Style;

use super::column::{Column, column, select};
use crate::record::{Direction, RecordKind};
use crate::sip::StartLine;
use crate::text::{clean, decode};
use crate::trace::EventId;
use crate::tui::data::Data;
use crate::tui::theme::Theme;

pub(super) static COLUMNS: LazyLock<Vec<Column>> = LazyLock::new(|| {
    vec![
        select("time", 9),
        column("server", ("Server", 9, 26), 7).address(),
        column("direction", ("", 3, 3), 6),
        select("peer", 6).address(),
        column("message", ("Message", 22, 60), 8).text(),
        select("call-id", 5).text(),
    ]
});

/// Text of a cell that says it in other words than the field.
pub(super) fn cell<'d>(data: &'d Data, id: EventId, column: &str) -> Cow<'d, str> {
    let Some(event) = data.trace.event(id) else { return "".into() };
    match column {
        "server" => data
            .analysis
            .servers
            .name(event)
            .map_or_else(|| data.trace.inputs().get(event.file.index()).map_or("", |i| i.name()).into(), Into::into),
        "direction" => direction(event.direction).into(),
        "message" => title(data, id),
        _ => "".into(),
    }
}

/// A short word for which way it went.
pub(in crate::tui) fn direction(direction: Direction) -> &'static str {
    match direction {
        Direction::Incoming => "in",
        Direction::Outgoing => "out",
        Direction::Unknown => "",
    }
}

/// What the record is, in one line.
pub(in crate::tui) fn title(data: &Data, id: EventId) -> Cow<'_, str> {
    let Some(event) = data.trace.event(id) else { return "".into() };
    if let Some(message) = data.trace.message(event) {
        return match message.start_line() {
            StartLine::Request { method, uri } => format!("{} {}", method.name(), decode(uri)).into(),
            StartLine::Response { status, reason } => {
                format!("{status} {} ({})", decode(reason), event.method.name()).into()
            }
            StartLine::Unknown => "(no start line)".into(),
        };
    }
    let kind = match event.kind {
        RecordKind::Diagnostic => "diagnostic",
        RecordKind::Connection => "connection",
        RecordKind::Protocol | RecordKind::Other => "record",
    };
    let parts: Vec<String> =
        ["Text", "Result-Code", "Data"].into_iter().filter_map(|name| field(data, id, name)).collect();
    format!("{kind}: {}", parts.join(", ")).into()
}

fn field(data: &Data, id: EventId, name: &str) -> Option<String> {
    data.trace.field(data.trace.event(id)?, name).map(|raw| decode(&clean(raw)).into_owned())
}

pub(super) fn style(theme: &Theme, data: &Data, id: EventId, column: &str) -> Style {
    match column {
        "message" if is_failure(data, id) => theme.bad,
        "direction" | "call-id" => theme.dim,
        _ => Style::new(),
    }
}

/// A final that is no challenge and no end of a cancelled leg, or a diagnostic record.
pub(super) fn is_failure(data: &Data, id: EventId) -> bool {
    let Some(event) = data.trace.event(id) else { return false };
    match event.kind {
        RecordKind::Protocol => event.status >= 400 && !matches!(event.status, 401 | 407 | 487),
        RecordKind::Diagnostic => field(data, id, "severity").is_none_or(|s| s != "information"),
        RecordKind::Connection | RecordKind::Other => false,
    }
}
