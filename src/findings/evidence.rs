//! What a message, the records about it and the lines beside it say, held against the catalogue.

use super::nearby::Nearby;
use super::{Found, Matcher, catalogue};
use crate::analysis::Diagnostic;
use crate::record::RecordKind;
use crate::span::Span;
use crate::text::decode;
use crate::trace::EventId;

/// All texts in lower case.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    ids: Vec<u32>,
    responses: String,
    /// Diagnostic records of the message.
    records: Vec<(EventId, String)>,
    /// Connection and security records about the other side.
    connections: Vec<(EventId, String)>,
    /// Component lines about the domain, the other side or the connection.
    lines: Vec<(Span, String)>,
}

impl Evidence {
    /// Of one message or dialog: what its final responses say, and its records.
    pub(super) fn gather(nearby: &Nearby<'_>, diagnostics: &[Diagnostic], records: &[EventId]) -> Evidence {
        let about = nearby.about(records);
        let trace = nearby.trace;
        let own = records.iter().filter_map(|id| Some((*id, trace.event(*id)?)));
        Evidence {
            ids: diagnostics.iter().map(|d| d.id).collect(),
            responses: diagnostics.iter().map(Diagnostic::text).collect(),
            records: own
                .filter(|(_, e)| e.kind == RecordKind::Diagnostic)
                .map(|(id, e)| (id, decode(trace.fields(e)).to_ascii_lowercase()))
                .collect(),
            connections: nearby.connections(records, &about),
            lines: nearby.lines(records, &about),
        }
    }

    /// Every entry of which a matcher holds, with the places where it does.
    pub(super) fn causes(&self) -> Found {
        let mut found = Found::default();
        for entry in catalogue() {
            let before = (found.records.len(), found.lines.len());
            // All matchers are asked: each may add its place.
            if entry.matchers.iter().filter(|m| self.holds(m, &mut found)).count() > 0 {
                found.codes.push(entry.code.as_str());
            } else {
                found.records.truncate(before.0);
                found.lines.truncate(before.1);
            }
        }
        found
    }

    fn holds(&self, matcher: &Matcher, found: &mut Found) -> bool {
        let text = |hay: &str| matcher.text.as_ref().is_some_and(|t| hay.contains(t.as_str()));
        let code = |hay: &str| matcher.result_code.as_ref().is_some_and(|c| hay.contains(c.as_str()));
        match matcher.place.as_str() {
            "response" => matcher.id.is_some_and(|id| self.ids.contains(&id)) || text(&self.responses),
            "diagnostic" => self.in_records(text, found),
            "result_code" => self.in_records(code, found) | self.in_lines(code, found),
            "component" => self.in_lines(text, found),
            _ => false,
        }
    }

    fn in_records(&self, is: impl Fn(&str) -> bool, found: &mut Found) -> bool {
        let before = found.records.len();
        found.records.extend(self.records.iter().filter(|(_, t)| is(t)).map(|(id, _)| *id));
        found.records.len() > before
    }

    /// Components say it in a line, in a connection record or in a security record.
    fn in_lines(&self, is: impl Fn(&str) -> bool, found: &mut Found) -> bool {
        let before = (found.records.len(), found.lines.len());
        found.lines.extend(self.lines.iter().filter(|(_, t)| is(t)).map(|(span, _)| *span));
        found.records.extend(self.connections.iter().filter(|(_, t)| is(t)).map(|(id, _)| *id));
        (found.records.len(), found.lines.len()) != before
    }

    /// Whether a diagnostic record has a text.
    pub(super) fn record_says(&self, text: &str) -> bool {
        self.records.iter().any(|(_, t)| t.contains(text))
    }

    /// Whether a component line or a connection record has a text.
    pub(super) fn line_says(&self, text: &str) -> bool {
        self.lines.iter().any(|(_, t)| t.contains(text)) || self.connections.iter().any(|(_, t)| t.contains(text))
    }

    /// The places at which component lines and connection records have one of some texts.
    pub(super) fn places_of(&self, texts: &[&str], found: &mut Found) {
        self.in_lines(|hay| texts.iter().any(|t| hay.contains(t)), found);
    }

    /// Whether the server that refused gave an id, or wrote a diagnostic record.
    pub(super) fn is_explained(&self) -> bool {
        !self.ids.is_empty() || !self.records.is_empty()
    }

    /// Whether an id of the ms-diagnostics family lies in a range.
    pub(super) fn has_id_in(&self, range: std::ops::Range<u32>) -> bool {
        self.ids.iter().any(|id| range.contains(id))
    }
}
