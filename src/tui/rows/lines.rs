//! Component lines among the records: who wrote what between them.

use std::borrow::Cow;

use ratatui::style::Style;

use super::when;
use crate::text::decode;
use crate::tui::data::{Data, Entry};
use crate::tui::theme::Theme;

/// No cell shows more of a line.
const MOST: usize = 2_000;

/// Text of a cell; the columns are those of the records.
pub(super) fn cell<'d>(data: &'d Data, entry: Entry, column: &str) -> Cow<'d, str> {
    let Some((place, line)) = data.line(entry) else { return "".into() };
    match column {
        "time" => when(data, data.analysis.line_time(&data.trace, place)),
        "server" => {
            let server = data.analysis.servers.get(data.analysis.line_server(&data.trace, place));
            let name = server.and_then(|s| s.name.as_deref());
            name.or_else(|| data.trace.inputs().get(place.file.index()).map(crate::input::Input::name))
                .unwrap_or_default()
                .into()
        }
        // A line has no peer; who wrote it stands there.
        "peer" => decode(line.component()),
        "message" => {
            let text = line.message();
            format!("{}: {}", decode(line.prefix().level), decode(text.get(..MOST).unwrap_or(text))).into()
        }
        _ => "".into(),
    }
}

/// What is wrong stands out, the rest stands back behind the records.
pub(super) fn style(theme: &Theme, data: &Data, entry: Entry) -> Style {
    match data.line(entry).map_or(&b""[..], |(_, line)| line.prefix().level) {
        b"ERROR" | b"FATAL" => theme.bad,
        b"WARN" | b"WARNING" => theme.warn,
        _ => theme.dim,
    }
}

/// A line of an error.
pub(super) fn is_failure(data: &Data, entry: Entry) -> bool {
    data.line(entry).is_some_and(|(_, line)| matches!(line.prefix().level, b"ERROR" | b"FATAL"))
}
