//! The record or line that proves a case, quoted.

use crate::analysis::{Analysis, Call, Push, deciding};
use crate::findings::{Proving, proving};
use crate::knowledge::catalogue::Finding;
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::Location;
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
pub(super) fn proof(
    trace: &Trace,
    analysis: &Analysis,
    call: Option<&Call>,
    pushes: &[&Push],
    cause: Option<&Finding>,
) -> Option<Proof> {
    let code = cause.map(|c| c.code.as_str());
    let deciding = match call {
        Some(call) => deciding(call, pushes, code),
        None => pushes.first().copied(),
    };
    // Another push of the call may have been refused for the same, and what it proves is not why the call was missed.
    let with_code = || pushes.iter().copied().filter(|p| code.is_some_and(|code| p.findings.contains(&code)));
    let own = deciding.into_iter().filter(|p| code.is_some_and(|code| p.findings.contains(&code))).chain(with_code());
    let of_push = || own.clone().find_map(|p| proving(trace, code?, &p.evidence, &p.lines));
    let of_call = || call.and_then(|c| proving(trace, code?, &c.evidence, &c.lines));
    let ending = || ending(trace, analysis, call, deciding).map(Proving::Record);
    let what = of_push().or_else(of_call).or_else(ending)?;
    let (place, quoted) = match what {
        Proving::Record(id) => (trace.locate(id), quote(trace, trace.event(id)?)),
        Proving::Line(span) => (trace.location(span.file, span.start), vec![shortened(&decode(trace.slice(span)))]),
    };
    Some(Proof { what, place, quoted })
}

/// The answer that ended it: of the push that decided its last answer, or its request where there is none; else that of the
/// INVITE.
fn ending(trace: &Trace, analysis: &Analysis, call: Option<&Call>, deciding: Option<&Push>) -> Option<EventId> {
    let event = |id: &EventId| trace.event(*id).filter(|e| e.kind == RecordKind::Protocol);
    let time = |id: &EventId| (analysis.time(trace, *id), *id);
    let last = |records: &[EventId], is: &dyn Fn(&Event) -> bool| {
        records.iter().copied().filter(|id| event(id).is_some_and(is)).max_by_key(time)
    };
    let of_push = || {
        let push = deciding?;
        let answer = push.status.and_then(|s| last(&push.evidence, &|e| e.status == s));
        answer.or_else(|| last(&push.evidence, &|e| e.method == Method::Message))
    };
    let of_call = || {
        let status = call.and_then(|c| c.status)?;
        last(&call?.evidence, &|e| e.method == Method::Invite && e.status == status)
    };
    let any = || {
        let all = call.map_or_else(|| deciding.map(|p| &p.evidence), |c| Some(&c.evidence))?;
        all.iter().copied().max_by_key(time)
    };
    of_push().or_else(of_call).or_else(any)
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
