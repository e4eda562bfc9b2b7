//! What a message, the records about it and the lines beside it say, held against the catalogue.

use super::correlate::Correlator;
use super::line_index::Beside;
use super::matcher::MatchedTexts;
use super::{Found, Matcher, catalogue};
use crate::analysis::Diagnostic;
use crate::record::RecordKind;
use crate::trace::EventId;

/// What was said, and where.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    ids: Vec<u32>,
    responses: MatchedTexts,
    /// Diagnostic records of the message.
    records: Vec<(EventId, MatchedTexts)>,
    /// Component lines, connection and security records about the domain, the other side or the connection.
    beside: Vec<(Beside, MatchedTexts)>,
    /// Beside it stand lines that may as well be about another message.
    pub(super) shared: bool,
}

impl Evidence {
    /// Of one message or dialog: what its final responses say, and its records.
    pub(super) fn gather(correlator: &Correlator<'_>, diagnostics: &[Diagnostic], records: &[EventId]) -> Evidence {
        let trace = correlator.trace;
        let own = records.iter().filter_map(|id| Some((*id, trace.event(*id)?)));
        let text: String = diagnostics.iter().map(Diagnostic::text).collect();
        let (beside, shared) = correlator.beside(records);
        Evidence {
            ids: diagnostics.iter().map(|d| d.id).collect(),
            responses: MatchedTexts::of(text.as_bytes()),
            records: own
                .filter(|(_, e)| e.kind == RecordKind::Diagnostic)
                .map(|(id, e)| (id, MatchedTexts::of(trace.fields(e))))
                .collect(),
            beside: beside.into_iter().map(|b| (b, MatchedTexts::of(b.text(trace)))).collect(),
            shared,
        }
    }

    /// Every entry of which a matcher holds, with the places where it does.
    ///
    /// What the message itself was told decides. Lines beside it only prove that, or speak where nothing was told:
    /// on a busy Edge they may be about the next message to the same domain.
    pub(super) fn causes(&self) -> Found {
        let mut found = Found::default();
        if self.ids.is_empty() && self.records.is_empty() && self.beside.is_empty() {
            return found;
        }
        for entry in catalogue() {
            // All matchers are asked: each may add its place.
            if entry.matchers.iter().filter(|m| self.is_told(m, &mut found)).count() > 0 {
                found.codes.push(entry.code.as_str());
            }
        }
        let told = found.codes.clone();
        for entry in catalogue() {
            let code = entry.code.as_str();
            // Every fault of a certificate is told by the same id.
            let same_id = matches!(code, "PN06" | "PN15" | "PN17" | "PN18") && told.contains(&"PN05");
            let fits = told.is_empty() || told.contains(&code) || same_id;
            if fits && entry.matchers.iter().filter(|m| self.is_beside(m, &mut found)).count() > 0 {
                found.codes.push(code);
            }
        }
        found.codes.sort_unstable();
        found.codes.dedup();
        found
    }

    /// Whether the response or a diagnostic record of the message says it.
    fn is_told(&self, matcher: &Matcher, found: &mut Found) -> bool {
        match matcher.place.as_str() {
            "response" => matcher.id.is_some_and(|id| self.ids.contains(&id)) || self.responses.has(matcher),
            "diagnostic" | "result_code" => self.in_records(|said| said.has(matcher), found),
            _ => false,
        }
    }

    /// Whether a component line or a connection record beside the message says it.
    fn is_beside(&self, matcher: &Matcher, found: &mut Found) -> bool {
        matches!(matcher.place.as_str(), "component" | "result_code") && self.in_lines(|said| said.has(matcher), found)
    }

    fn in_records(&self, is: impl Fn(MatchedTexts) -> bool, found: &mut Found) -> bool {
        let before = found.records.len();
        found.records.extend(self.records.iter().filter(|(_, said)| is(*said)).map(|(id, _)| *id));
        found.records.len() > before
    }

    /// Components say it in a line, in a connection record or in a security record.
    fn in_lines(&self, is: impl Fn(MatchedTexts) -> bool, found: &mut Found) -> bool {
        let own: Vec<Beside> = self.beside.iter().filter(|(_, said)| is(*said)).map(|(b, _)| *b).collect();
        found.lines.extend(own.iter().filter_map(|b| b.span()));
        found.records.extend(own.iter().filter_map(|b| if let Beside::Record(id) = b { Some(*id) } else { None }));
        !own.is_empty()
    }

    /// Whether a diagnostic record has a text of the catalogue.
    pub(super) fn record_says(&self, text: &str) -> bool {
        self.records.iter().any(|(_, said)| said.has_text(text))
    }

    /// Whether the response has a text of the catalogue.
    pub(super) fn response_says(&self, text: &str) -> bool {
        self.responses.has_text(text)
    }

    /// Whether a line or record beside the message has one of some texts and one of some others.
    pub(super) fn a_line_says(&self, some: &[&str], others: &[&str]) -> bool {
        let has = |said: &MatchedTexts, texts: &[&str]| texts.iter().any(|t| said.has_text(t));
        self.beside.iter().any(|(_, said)| has(said, some) && has(said, others))
    }

    /// Whether one line or record beside the message has all of some texts; then their places are noted.
    pub(super) fn line_says_all(&self, texts: &[&str], found: &mut Found) -> bool {
        self.in_lines(|said| texts.iter().all(|t| said.has_text(t)), found)
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
