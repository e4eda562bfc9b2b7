//! Records: every record as logged, by corrected time.

use std::borrow::Cow;

use ratatui::style::Style;

use super::column::{Column, column};
use super::when;
use crate::record::{Direction, RecordKind};
use crate::sip::StartLine;
use crate::text::{clean, decode};
use crate::trace::EventId;
use crate::tui::data::Data;
use crate::tui::theme::Theme;

pub(super) const COLUMNS: &[Column] = &[
    column("Time", 14, 14, 9),
    column("Server", 9, 26, 7),
    column("", 3, 3, 6),
    column("Peer", 10, 30, 4),
    column("Message", 22, 60, 8),
    column("Call-ID", 8, 34, 5),
];

/// Text of a cell.
pub(super) fn cell(data: &Data, id: EventId, column: usize) -> Cow<'_, str> {
    let Some(event) = data.trace.event(id) else { return "".into() };
    match column {
        0 => when(data, data.analysis.time(&data.trace, id)),
        1 => data
            .analysis
            .servers
            .name(event)
            .map_or_else(|| data.trace.inputs().get(event.file.index()).map_or("", |i| i.name()).into(), Into::into),
        2 => direction(event.direction).into(),
        3 => data.trace.peer(event).map(decode).unwrap_or_default(),
        4 => title(data, id),
        _ => event.call_id().map(|s| decode(data.trace.symbol(s))).unwrap_or_default(),
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

pub(super) fn style(theme: &Theme, data: &Data, id: EventId, column: usize) -> Style {
    match column {
        4 if is_failure(data, id) => theme.bad,
        2 | 5 => theme.dim,
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
