//! The record or line that proves a case, quoted.

use crate::analysis::{Call, Push, PushResult, Verdict};
use crate::findings::{Proving, proving};
use crate::knowledge::catalogue::Finding;
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::{Location, Span};
use crate::text::width::first;
use crate::text::{clean, decode};
use crate::trace::{Event, EventId, Trace};

/// What proves a case.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proof {
    /// The record or line.
    pub what: Proving,
    /// Where it is.
    pub place: Location,
    /// What it says, in the words of the log; not made safe for a terminal yet.
    pub quoted: Vec<String>,
}

/// Lines that are quoted of one record.
const LINES: usize = 5;
/// Characters that are quoted of one line.
const CHARS: usize = 400;

/// Of the proof of a call and its pushes, the piece that says it; where none does by itself, the answer that ended it.
pub(super) fn proof(trace: &Trace, call: Option<&Call>, pushes: &[&Push], cause: Option<&Finding>) -> Option<Proof> {
    let mut records: Vec<EventId> = call.iter().flat_map(|c| &c.evidence).copied().collect();
    records.extend(pushes.iter().flat_map(|p| &p.evidence));
    let mut lines: Vec<Span> = call.iter().flat_map(|c| &c.lines).copied().collect();
    lines.extend(pushes.iter().flat_map(|p| &p.lines));
    let said = cause.and_then(|c| proving(trace, &c.code, &records, &lines));
    let what = said.or_else(|| ending(trace, call, pushes, &records).map(Proving::Record))?;
    let (place, quoted) = match what {
        Proving::Record(id) => (trace.locate(id), quote(trace, trace.event(id)?)),
        Proving::Line(span) => (trace.location(span.file, span.start), vec![shortened(&decode(trace.slice(span)))]),
    };
    Some(Proof { what, place, quoted })
}

/// The answer that ended it: of a push that was lost its last answer, or its request where there is none; else that of the
/// INVITE.
fn ending(trace: &Trace, call: Option<&Call>, pushes: &[&Push], records: &[EventId]) -> Option<EventId> {
    let event = |id: &EventId| trace.event(*id).filter(|e| e.kind == RecordKind::Protocol);
    let last = |is: &dyn Fn(&Event) -> bool| records.iter().filter(|id| event(id).is_some_and(is)).max().copied();
    let verdict = call.and_then(|c| c.verdict);
    let push_matters = call.is_none()
        || matches!(verdict, Some(Verdict::MissedPushFailed | Verdict::MissedPushUnanswered | Verdict::NotOpened));
    let status = pushes.iter().rev().find(|p| p.result != PushResult::Undetermined).and_then(|p| p.status);
    let of_push = || {
        let answer = status.and_then(|s| last(&|e| e.method == Method::Message && e.status == s));
        answer.or_else(|| last(&|e| e.method == Method::Message))
    };
    let of_call = || {
        let status = call.and_then(|c| c.status)?;
        last(&|e| e.method == Method::Invite && e.status == status)
    };
    push_matters.then(of_push).flatten().or_else(of_call).or_else(|| records.iter().max().copied())
}

/// What a record says, in a few lines.
fn quote(trace: &Trace, event: &Event) -> Vec<String> {
    let line = |name: &[u8], value: &[u8]| shortened(&format!("{}: {}", decode(name), decode(value)));
    if let Some(message) = trace.message(event) {
        let start = shortened(decode(message.start_text()).trim());
        let wanted = |name: &[u8]| {
            name.to_ascii_lowercase().starts_with(b"ms-diagnostics")
                || [&b"cseq"[..], b"ms-client-diagnostics", b"reason", b"warning"]
                    .iter()
                    .any(|n| name.eq_ignore_ascii_case(n))
        };
        let headers = message.headers().filter(|h| wanted(h.name)).map(|h| line(h.name, h.value().trim_ascii()));
        return std::iter::once(start).chain(headers).take(LINES).collect();
    }
    let said = [&b"text"[..], b"result-code", b"data", b"peer"];
    let fields = trace.named_fields(event).filter(|h| said.iter().any(|n| h.name.eq_ignore_ascii_case(n)));
    fields.map(|h| line(h.name, clean(h.raw).trim_ascii())).take(LINES).collect()
}

fn shortened(text: &str) -> String {
    match first(text.trim(), CHARS) {
        (whole, true) => whole.to_owned(),
        (start, false) => format!("{start}..."),
    }
}
