//! What a message, the records about it and the lines beside it say, held against the catalogue.

use super::nearby::Nearby;
use super::telling::Beside;
use super::texts::Said;
use super::{Found, Matcher, catalogue};
use crate::analysis::Diagnostic;
use crate::record::RecordKind;
use crate::trace::EventId;

/// What was said, and where.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    ids: Vec<u32>,
    responses: Said,
    /// Diagnostic records of the message.
    records: Vec<(EventId, Said)>,
    /// Component lines, connection and security records about the domain, the other side or the connection.
    beside: Vec<(Beside, Said)>,
}

impl Evidence {
    /// Of one message or dialog: what its final responses say, and its records.
    pub(super) fn gather(nearby: &Nearby<'_>, diagnostics: &[Diagnostic], records: &[EventId]) -> Evidence {
        let trace = nearby.trace;
        let own = records.iter().filter_map(|id| Some((*id, trace.event(*id)?)));
        let text: String = diagnostics.iter().map(Diagnostic::text).collect();
        Evidence {
            ids: diagnostics.iter().map(|d| d.id).collect(),
            responses: Said::of(text.as_bytes()),
            records: own
                .filter(|(_, e)| e.kind == RecordKind::Diagnostic)
                .map(|(id, e)| (id, Said::of(trace.fields(e))))
                .collect(),
            beside: nearby.beside(records).into_iter().map(|b| (b, Said::of(b.text(trace)))).collect(),
        }
    }

    /// Every entry of which a matcher holds, with the places where it does.
    pub(super) fn causes(&self) -> Found {
        let mut found = Found::default();
        if self.ids.is_empty() && self.records.is_empty() && self.beside.is_empty() {
            return found;
        }
        for entry in catalogue() {
            // All matchers are asked: each may add its place.
            if entry.matchers.iter().filter(|m| self.holds(m, &mut found)).count() > 0 {
                found.codes.push(entry.code.as_str());
            }
        }
        found
    }

    fn holds(&self, matcher: &Matcher, found: &mut Found) -> bool {
        match matcher.place.as_str() {
            "response" => matcher.id.is_some_and(|id| self.ids.contains(&id)) || self.responses.has(matcher),
            "diagnostic" => self.in_records(|said| said.has(matcher), found),
            "result_code" => {
                self.in_records(|said| said.has(matcher), found) | self.in_lines(|said| said.has(matcher), found)
            }
            "component" => self.in_lines(|said| said.has(matcher), found),
            _ => false,
        }
    }

    fn in_records(&self, is: impl Fn(Said) -> bool, found: &mut Found) -> bool {
        let before = found.records.len();
        found.records.extend(self.records.iter().filter(|(_, said)| is(*said)).map(|(id, _)| *id));
        found.records.len() > before
    }

    /// Components say it in a line, in a connection record or in a security record.
    fn in_lines(&self, is: impl Fn(Said) -> bool, found: &mut Found) -> bool {
        let own: Vec<Beside> = self.beside.iter().filter(|(_, said)| is(*said)).map(|(b, _)| *b).collect();
        found.lines.extend(own.iter().filter_map(|b| b.span()));
        found.records.extend(own.iter().filter_map(|b| if let Beside::Record(id) = b { Some(*id) } else { None }));
        !own.is_empty()
    }

    /// Whether a diagnostic record has a text of the catalogue.
    pub(super) fn record_says(&self, text: &str) -> bool {
        self.records.iter().any(|(_, said)| said.has_text(text))
    }

    /// Whether a component line or a connection record has a text of the catalogue.
    pub(super) fn line_says(&self, text: &str) -> bool {
        self.beside.iter().any(|(_, said)| said.has_text(text))
    }

    /// The places at which component lines and connection records have one of some texts.
    pub(super) fn places_of(&self, texts: &[&str], found: &mut Found) {
        self.in_lines(|said| texts.iter().any(|t| said.has_text(t)), found);
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
