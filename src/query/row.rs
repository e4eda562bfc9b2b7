//! Rows, and what getting a value from one needs.

use std::sync::Arc;

use super::notes::Notes;
use super::table::Table;
use super::value::Value;
use crate::analysis::{Analysis, Call, hops};
use crate::record::RecordKind;
use crate::sip::{HeaderName, Message, NameAddr};
use crate::span::Span;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, LinePlace, Trace};

/// One row of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Row {
    /// Number in [`Analysis::calls`].
    Call(usize),
    /// Number in [`Analysis::pushes`].
    Push(usize),
    /// A record, of any kind.
    Record(EventId),
    /// A line of a component between records.
    Line(LinePlace),
}

impl Row {
    pub(super) fn table(self) -> Table {
        match self {
            Row::Call(_) => Table::Calls,
            Row::Push(_) => Table::Pushes,
            Row::Record(_) | Row::Line(_) => Table::Records,
        }
    }
}

/// Where rows are read from.
#[derive(Clone, Debug)]
pub(super) struct Rows<'t> {
    pub(super) trace: &'t Trace,
    pub(super) analysis: &'t Analysis,
    pub(super) notes: Option<Arc<Notes>>,
}

/// Takes values until one is enough; so returns whether one was.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Value<'_>) -> bool;

/// What is told of a place in an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum At {
    File,
    Line,
    /// Both.
    Place,
}

impl Rows<'_> {
    /// The note on a Call-ID.
    pub(super) fn note(&self, call_id: &str) -> Option<&str> {
        self.notes.as_ref()?.get(call_id)
    }

    /// Gives the notes on a call and its pushes.
    pub(super) fn notes_of(&self, call: &Call, visit: Visit<'_>) -> bool {
        if self.notes.is_none() {
            return false;
        }
        let pushes = call.pushes.iter().filter_map(|p| self.analysis.pushes.get(*p)).map(|p| &p.call_id);
        std::iter::once(&call.call_id).chain(pushes).filter_map(|id| self.note(id)).any(|note| visit(Value::text(note)))
    }

    /// A row as logged: nothing for what is no record.
    pub(super) fn logged(&self, row: Row) -> Option<&[u8]> {
        match row {
            Row::Call(_) | Row::Push(_) => None,
            Row::Record(id) => self.trace.event(id).map(|e| self.trace.record(e)),
            Row::Line(place) => self.trace.line_at(place).map(|l| l.text),
        }
    }

    /// What a record says, in one line.
    pub(super) fn summary(&self, id: EventId, event: &Event, visit: Visit<'_>) -> bool {
        if event.kind == RecordKind::Protocol {
            return visit(Value::text(&hops::title(self.trace, id)));
        }
        let named = |name: &[u8]| self.trace.named_fields(event).find(|h| h.name.eq_ignore_ascii_case(name));
        [&b"text"[..], b"result-code", b"logtype"]
            .into_iter()
            .find_map(named)
            .is_some_and(|h| visit(Value::Text(h.value())))
    }

    /// Gives all values of a header, or of a field of a record that is no message.
    pub(super) fn visit_header(&self, name: &[u8], id: EventId, visit: Visit<'_>) -> bool {
        let Some(event) = self.trace.event(id) else { return false };
        let known = HeaderName::from_token(name);
        let alike = |own: &[u8]| {
            own.eq_ignore_ascii_case(name) || (known != HeaderName::Other && HeaderName::from_token(own) == known)
        };
        match self.trace.message(event) {
            Some(message) => message.headers().filter(|h| alike(h.name)).any(|h| visit(Value::Text(h.value()))),
            None => self.trace.named_fields(event).filter(|h| alike(h.name)).any(|h| visit(Value::Text(h.value()))),
        }
    }

    /// The place that the report gives first as proof.
    pub(super) fn first_of(&self, what: At, (records, lines): (&[EventId], &[Span]), visit: Visit<'_>) -> bool {
        self.trace.first_of(records, lines).is_some_and(|first| self.at(what, first, visit))
    }

    /// A place in an input.
    pub(super) fn at(&self, what: At, span: Span, visit: Visit<'_>) -> bool {
        if what == At::File {
            return self.trace.inputs().get(span.file.index()).is_some_and(|i| visit(Value::text(i.name())));
        }
        let at = self.trace.location(span.file, span.start);
        match what {
            At::Line => visit(Value::Number(i64::try_from(at.line).unwrap_or(i64::MAX))),
            _ => visit(Value::text(&format!("{}:{}", at.file, at.line))),
        }
    }

    /// Asks the message of a record.
    pub(super) fn message(&self, event: &Event, ask: impl FnOnce(&Message<'_>) -> bool) -> bool {
        self.trace.message(event).is_some_and(|message| ask(&message))
    }

    /// Time on whose day a time of day is understood: the first on the corrected clock.
    pub(super) fn first_time(&self) -> Option<Timestamp> {
        self.analysis.first_time(self.trace)
    }
}

/// The address in a header.
pub(super) fn address(message: &Message<'_>, name: HeaderName, visit: Visit<'_>) -> bool {
    let value = message.header(name).map(|h| h.value());
    value.is_some_and(|v| one(text(NameAddr::parse(&v).address()), visit))
}

/// The ids of the headers of the ms-diagnostics family.
pub(super) fn diagnostics(message: &Message<'_>, visit: Visit<'_>) -> bool {
    message
        .headers_starting_with(b"m")
        .filter(|h| is_diagnostics(h.name))
        .filter_map(|h| leading_number(&h.value()))
        .any(|id| visit(Value::Number(id)))
}

fn is_diagnostics(name: &[u8]) -> bool {
    use HeaderName::{MsClientDiagnostics, MsDiagnostics, MsDiagnosticsPublic};
    matches!(HeaderName::from_token(name), MsDiagnostics | MsDiagnosticsPublic | MsClientDiagnostics)
}

fn leading_number(value: &[u8]) -> Option<i64> {
    let value = value.trim_ascii_start();
    let end = value.iter().position(|b| !b.is_ascii_digit()).unwrap_or(value.len());
    decode(value.get(..end)?).parse::<u32>().ok().map(i64::from)
}

/// One value, where there is one.
pub(super) fn one(value: Option<Value<'_>>, visit: Visit<'_>) -> bool {
    value.is_some_and(visit)
}

/// Yes or no.
pub(super) fn is(flag: bool, visit: Visit<'_>) -> bool {
    visit(Value::Flag(flag))
}

/// An empty text is one that is not known.
pub(super) fn text(text: &(impl AsRef<[u8]> + ?Sized)) -> Option<Value<'_>> {
    Some(Value::text(text)).filter(|_| !text.as_ref().is_empty())
}

pub(super) fn number(n: impl Into<i64>) -> Value<'static> {
    Value::Number(n.into())
}

pub(super) fn count(n: usize) -> Value<'static> {
    Value::Number(i64::try_from(n).unwrap_or(i64::MAX))
}
