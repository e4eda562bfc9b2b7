//! Of all records and lines that prove a cause, the one that says it.

use super::matcher::MatchedTexts;
use super::{Matcher, find};
use crate::record::RecordKind;
use crate::sip::{Diagnostics, HeaderName, Message};
use crate::span::Span;
use crate::trace::{EventId, Trace};

/// What says a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proving {
    /// A record.
    Record(EventId),
    /// A component line.
    Line(Span),
}

/// The record or line in which a matcher of a cause holds: a diagnostic record before the response that repeats it, that
/// before a line beside the message. `None` where the course of the messages proves it, and no single one.
pub fn proving(trace: &Trace, code: &str, records: &[EventId], lines: &[Span]) -> Option<Proving> {
    let entry = find(code)?;
    let beside = || {
        let told = |id: &&EventId| {
            let event = trace.event(**id).filter(|e| e.kind != RecordKind::Protocol)?;
            let said = MatchedTexts::of(trace.fields(event));
            Some(entry.matchers.iter().any(|m| said.has(m)))
        };
        records.iter().find(|id| told(id) == Some(true)).map(|id| Proving::Record(*id))
    };
    let answer = || {
        let told = |id: &&EventId| {
            let event = trace.event(**id).filter(|e| e.status >= 300)?;
            let message = trace.head(event)?;
            Some(entry.matchers.iter().filter(|m| m.place == "response").any(|m| is_told(&message, m)))
        };
        records.iter().find(|id| told(id) == Some(true)).map(|id| Proving::Record(*id))
    };
    let line = || {
        let told = |span: &&Span| {
            let said = MatchedTexts::of(trace.slice(**span));
            entry.matchers.iter().any(|m| said.has(m))
        };
        lines.iter().find(told).map(|span| Proving::Line(*span))
    };
    beside().or_else(answer).or_else(line)
}

/// Whether a header of the ms-diagnostics family says it.
fn is_told(message: &Message<'_>, matcher: &Matcher) -> bool {
    family(message).any(|value| {
        let same = matcher.id.is_some() && Diagnostics::parse(&value).map(|d| d.id) == matcher.id;
        same || MatchedTexts::of(&value).has(matcher)
    })
}

/// The values of the headers of the ms-diagnostics family.
fn family<'m>(message: &'m Message<'_>) -> impl Iterator<Item = Vec<u8>> + 'm {
    message.headers().filter_map(|header| {
        let name = HeaderName::from_token(header.name);
        let is = matches!(
            name,
            HeaderName::MsDiagnostics | HeaderName::MsDiagnosticsPublic | HeaderName::MsClientDiagnostics
        );
        is.then(|| header.value().into_owned())
    })
}
