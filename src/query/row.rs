//! Values of rows: what each field is of a call, a push and a record.

use super::field::{FIELDS, Field, Kind, Name, Table};
use super::value::Value;
use crate::analysis::{Analysis, Call, Link, Push, hops};
use crate::record::{Direction, RecordKind, prefix};
use crate::sip::{HeaderName, Message, NameAddr, StartLine};
use crate::span::Span;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, LinePlace, Trace, component};

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
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'t> {
    pub(super) trace: &'t Trace,
    pub(super) analysis: &'t Analysis,
}

/// Takes values until one is enough; so returns whether one was.
pub(super) type Visit<'v> = &'v mut dyn FnMut(Value<'_>) -> bool;

impl Rows<'_> {
    /// Gives all values of a field that the table of the row has.
    pub(super) fn visit(&self, field: &Field, row: Row, visit: Visit<'_>) -> bool {
        match row {
            Row::Call(i) => self.analysis.calls.get(i).is_some_and(|c| self.call(field.id, c, visit)),
            Row::Push(i) => self.analysis.pushes.get(i).is_some_and(|p| self.push(field.id, p, visit)),
            Row::Record(id) => self.trace.event(id).is_some_and(|e| self.record(field.id, id, e, visit)),
            Row::Line(place) => self.trace.line_at(place).is_some_and(|l| self.line(field.id, place, &l, visit)),
        }
    }

    /// Gives what a list can show of a row, but for flags, which have names of their own; of a record first its text.
    pub(super) fn visit_anything(&self, row: Row, visit: Visit<'_>) -> bool {
        let logged = match row {
            Row::Call(_) | Row::Push(_) => None,
            Row::Record(id) => self.trace.event(id).map(|e| self.trace.record(e)),
            Row::Line(place) => self.trace.line_at(place).map(|l| l.text),
        };
        let own = FIELDS.iter().filter(|f| f.kind != Kind::Flag && f.is_on(row.table()));
        logged.is_some_and(|text| visit(Value::text(text)))
            || own.filter(|f| !matches!(f.id, Name::Raw | Name::Body)).any(|f| self.visit(f, row, visit))
    }

    fn call(&self, id: Name, call: &Call, visit: Visit<'_>) -> bool {
        let value = match id {
            Name::Time => call.started.map(Value::Time),
            Name::Ended => call.ended.map(Value::Time),
            Name::From => text(&call.from),
            Name::To => text(&call.to),
            Name::User => return [&call.from, &call.to].into_iter().filter_map(text).any(visit),
            Name::Modality => call.modality.map(|m| Value::Word(m.name())),
            Name::Outcome => Some(Value::Word(call.outcome.name())),
            Name::Verdict => call.verdict.map(|v| Value::Word(v.name())),
            Name::Status => call.status.map(number),
            Name::Reason => call.reason.as_deref().and_then(text),
            Name::Ring => call.ring_ms.map(Value::Duration),
            Name::Answer => call.answer_ms.map(Value::Duration),
            Name::Duration => call.started.zip(call.ended).map(|(a, b)| Value::Duration(b.since(a))),
            Name::Diagnostic => return call.diagnostics.iter().map(|d| number(d.id)).any(visit),
            Name::Finding => return call.findings.iter().map(Value::text).any(visit),
            Name::Client => return call.legs.iter().filter_map(|l| text(&l.client.as_ref()?.name)).any(visit),
            Name::Target => return call.legs.iter().filter_map(|l| text(l.target.as_ref()?)).any(visit),
            Name::Attempts => Some(number(call.attempts)),
            Name::Messages => i64::try_from(call.messages).ok().map(Value::Number),
            Name::Legs => Some(count(call.legs.len())),
            Name::Pushes => Some(count(call.pushes.len())),
            Name::CallId => text(&call.call_id),
            Name::File | Name::Line | Name::Place => return self.first_of(id, &call.evidence, &call.lines, visit),
            Name::Mail => call.told_by_mail.map(|t| Value::Word(t.name())),
            Name::GatewayCause => call.gateway_cause.map(number),
            Name::VoiceMail => Some(Value::Flag(call.voice_mail)),
            Name::GaveUp => call.gave_up_ms.map(Value::Duration),
            Name::ReachedLater => Some(Value::Flag(call.reached_later.is_some())),
            Name::Conversation => {
                let first = call.conversation.and_then(|c| self.analysis.calls.get(c));
                return first.and_then(|c| text(&c.call_id)).is_some_and(visit);
            }
            Name::MessageMissed => Some(Value::Flag(call.missed_messages > 0)),
            Name::Missed => Some(Value::Flag(call.is_missed())),
            Name::Mobile => Some(Value::Flag(call.mobile)),
            Name::Rang => Some(Value::Flag(call.rang)),
            Name::Answered => Some(Value::Flag(call.status.is_some_and(|s| (200..300).contains(&s)))),
            Name::Failed => Some(Value::Flag(call.outcome.expected() == Some(false))),
            Name::Pushed => Some(Value::Flag(!call.pushes.is_empty())),
            Name::Forked => Some(Value::Flag(call.legs.len() > 1)),
            _ => None,
        };
        value.is_some_and(visit)
    }

    fn push(&self, id: Name, push: &Push, visit: Visit<'_>) -> bool {
        let value = match id {
            Name::Time => push.sent.map(Value::Time),
            Name::User => push.user.as_deref().and_then(text),
            Name::Result => Some(Value::Word(push.result.name())),
            Name::Status => push.status.map(number),
            Name::Reason => push.reason.as_deref().and_then(text),
            Name::Latency => push.latency_ms().map(Value::Duration),
            Name::Diagnostic => return push.diagnostics.iter().map(|d| number(d.id)).any(visit),
            Name::Finding => return push.findings.iter().map(Value::text).any(visit),
            Name::Link => Some(Value::Word(push.link.name())),
            Name::Call => push.call.and_then(|c| self.analysis.calls.get(c)).and_then(|c| text(&c.call_id)),
            Name::CallId => text(&push.call_id),
            Name::McxId => push.mcx_id.as_deref().and_then(text),
            Name::CSeq => Some(number(push.cseq)),
            Name::File | Name::Line | Name::Place => return self.first_of(id, &push.evidence, &push.lines, visit),
            Name::Synthetic => Some(Value::Flag(push.synthetic)),
            Name::Lost => Some(Value::Flag(push.result.is_lost() && !push.synthetic)),
            Name::Linked => Some(Value::Flag(push.link != Link::None)),
            Name::Superseded => Some(Value::Flag(push.superseded)),
            _ => None,
        };
        value.is_some_and(visit)
    }

    fn record(&self, field: Name, id: EventId, event: &Event, visit: Visit<'_>) -> bool {
        let protocol = event.kind == RecordKind::Protocol;
        let value = match field {
            Name::Time => self.analysis.time(self.trace, id).map(Value::Time),
            Name::From
            | Name::To
            | Name::User
            | Name::Client
            | Name::Reason
            | Name::Diagnostic
            | Name::Uri
            | Name::Body => {
                return self.trace.message(event).is_some_and(|m| of_message(field, &m, visit));
            }
            Name::Status => Some(event.status).filter(|s| *s > 0).map(number),
            Name::CallId => event.call_id().and_then(|s| text(self.trace.symbol(s))),
            Name::Server => self.analysis.servers.name(event).and_then(text),
            Name::Role => {
                self.analysis.servers.get(self.analysis.servers.of(event)).map(|s| Value::Word(s.role.name()))
            }
            Name::Direction => Some(Value::Word(match event.direction {
                Direction::Incoming => "incoming",
                Direction::Outgoing => "outgoing",
                Direction::Unknown => "none",
            })),
            Name::Peer => self.trace.peer(event).and_then(text),
            Name::Kind => Some(Value::Word(match event.kind {
                RecordKind::Protocol => "protocol",
                RecordKind::Diagnostic => "diagnostic",
                RecordKind::Connection => "connection",
                RecordKind::Other => "other",
            })),
            Name::Method => Some(Value::Word(event.method.name())).filter(|_| protocol),
            Name::CSeq => Some(number(event.cseq)).filter(|_| protocol),
            Name::Message => return self.summary(id, event, visit),
            Name::Raw => Some(Value::text(self.trace.record(event))),
            Name::File | Name::Line | Name::Place => return self.at(field, event.span(), visit),
            Name::Size => Some(number(event.len)),
            Name::Sequence => Some(event.seq).filter(|s| *s > 0).map(number),
            Name::Component => text(component(self.trace.record(event))),
            Name::Level => text(prefix::parse(self.trace.record(event)).level),
            Name::Request => Some(Value::Flag(event.is_request())),
            Name::Response => Some(Value::Flag(event.status > 0)),
            Name::Copy => Some(Value::Flag(event.is_copy())),
            Name::Inferred => Some(Value::Flag(event.time_is_inferred())),
            _ => None,
        };
        value.is_some_and(visit)
    }

    /// What a record says, in one line.
    fn summary(&self, id: EventId, event: &Event, visit: Visit<'_>) -> bool {
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
    fn first_of(&self, field: Name, records: &[EventId], lines: &[Span], visit: Visit<'_>) -> bool {
        self.trace.first_of(records, lines).is_some_and(|first| self.at(field, first, visit))
    }

    fn at(&self, field: Name, span: Span, visit: Visit<'_>) -> bool {
        if field == Name::File {
            return self.trace.inputs().get(span.file.index()).is_some_and(|i| visit(Value::text(i.name())));
        }
        let at = self.trace.location(span.file, span.start);
        match field {
            Name::Line => visit(Value::Number(i64::try_from(at.line).unwrap_or(i64::MAX))),
            _ => visit(Value::text(&format!("{}:{}", at.file, at.line))),
        }
    }

    /// Time on whose day a time of day is understood: the first on the corrected clock.
    pub(super) fn first_time(&self) -> Option<Timestamp> {
        self.analysis.first_time(self.trace)
    }
}

fn of_message(field: Name, message: &Message<'_>, visit: Visit<'_>) -> bool {
    let mut address = |name: HeaderName| {
        let value = message.header(name).map(|h| h.value());
        value.is_some_and(|v| text(NameAddr::parse(&v).address()).is_some_and(&mut *visit))
    };
    match field {
        Name::From => address(HeaderName::From),
        Name::To => address(HeaderName::To),
        Name::User => address(HeaderName::From) || address(HeaderName::To),
        Name::Client => {
            let product = message.header(HeaderName::Server).or_else(|| message.header(HeaderName::UserAgent));
            product.is_some_and(|h| visit(Value::Text(h.value())))
        }
        Name::Reason => match message.start_line() {
            StartLine::Response { reason, .. } => text(reason).is_some_and(visit),
            _ => false,
        },
        Name::Uri => match message.start_line() {
            StartLine::Request { uri, .. } => text(uri).is_some_and(visit),
            _ => false,
        },
        Name::Body => text(message.body()).is_some_and(visit),
        _ => message
            .headers_starting_with(b"m")
            .filter(|h| is_diagnostics(h.name))
            .filter_map(|h| leading_number(&h.value()))
            .any(|id| visit(Value::Number(id))),
    }
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

/// An empty text is one that is not known.
pub(super) fn text(text: &(impl AsRef<[u8]> + ?Sized)) -> Option<Value<'_>> {
    Some(Value::text(text)).filter(|_| !text.as_ref().is_empty())
}

fn number(n: impl Into<i64>) -> Value<'static> {
    Value::Number(n.into())
}

fn count(n: usize) -> Value<'static> {
    Value::Number(i64::try_from(n).unwrap_or(i64::MAX))
}
