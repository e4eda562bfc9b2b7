//! Which records a copy reads otherwise than the original does.

use hashbrown::HashMap;

use super::proof::Difference;
use crate::Trace;
use crate::report::model::Report;
use crate::span::Span;
use crate::trace::{Event, EventId};

/// Records of the original that made the stories differ: those that stand elsewhere in the copy or are something else
/// there, or whose Call-ID joins others; where there are none, those of the call or push that differs.
pub fn culprits(original: &Trace, copy: &Trace, report: &Report, difference: &Difference) -> Vec<EventId> {
    let ids = || (0..).map(EventId);
    let key = |e: &Event| (e.file, e.start);
    let mut others = copy.events().iter().peekable();
    let mut out = Vec::new();
    let (mut there, mut back) = (HashMap::new(), HashMap::new());
    for (id, event) in ids().zip(original.events()) {
        while others.next_if(|other| key(other) < key(event)).is_some() {}
        let same = others.peek().filter(|other| is_same(event, other));
        let Some(other) = same else {
            out.push(id);
            continue;
        };
        // One Call-ID of the original is one of the copy.
        let calls = (event.call_id(), other.call_id());
        if *there.entry(calls.0).or_insert(calls.1) != calls.1 || *back.entry(calls.1).or_insert(calls.0) != calls.0 {
            out.push(id);
        }
    }
    if out.is_empty() {
        let at = difference.place.split(['[', ']']).nth(1).and_then(|n| n.parse::<usize>().ok());
        let call = at.and_then(|at| match difference.place.split('[').next() {
            Some("calls") => report.calls.get(at).map(|c| &c.call_id),
            Some("pushes") => report.pushes.get(at).map(|p| &p.call_id),
            _ => None,
        });
        let of_call = |e: &Event| {
            let id = e.call_id().map(|s| crate::text::decode(original.symbol(s)));
            call.is_some_and(|call| id.is_some_and(|id| id == call.as_str()))
        };
        out.extend(ids().zip(original.events()).filter(|(_, e)| of_call(e)).map(|(id, _)| id));
    }
    out
}

fn is_same(a: &Event, b: &Event) -> bool {
    let of = |e: &Event| (e.file, e.start, e.len, e.kind, e.direction, e.status, e.method, e.cseq, e.instance, e.seq);
    of(a) == of(b) && a.call_id().is_some() == b.call_id().is_some()
}

/// Takes records out of a text and leaves their line ends, so that all others keep their lines.
pub fn leave_out(text: &[u8], records: &[Span]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut from = 0;
    for span in records {
        let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(text.len());
        let (start, end) = (place(span.start).max(from), place(span.start + u64::from(span.len)).max(from));
        out.extend_from_slice(&text[from..start]);
        out.extend(text[start..end].iter().filter(|b| **b == b'\n'));
        from = end;
    }
    out.extend_from_slice(&text[from..]);
    out
}
