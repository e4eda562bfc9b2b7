//! Hop tables: one SIP message, all places that logged it, how long each step took, and what each server changed.

mod changes;

use std::cmp::Reverse;

use super::transmission::{Transmission, transmissions};
use super::{Analysis, Call, Clocks, Push, ServerId};
use crate::record::{Direction, RecordKind};
use crate::sip::{Method, StartLine};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// One SIP message with all its copies.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HopTable {
    /// Start line of the first copy: `INVITE sip:bob@contoso.com`, or `408 Request Timeout` and its method.
    pub message: String,
    /// Copies in the order of the way; a fork goes on in several rows whose [`HopRow::before`] is the same.
    pub rows: Vec<HopRow>,
}

/// One record of the message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HopRow {
    /// The record.
    pub event: EventId,
    /// The server that logged it, where the log tells its name.
    pub server: Option<String>,
    /// Received or sent.
    pub direction: Direction,
    /// The other side.
    pub peer: Option<String>,
    /// When, on the clock of the reference.
    pub time: Option<Timestamp>,
    /// When, as logged: on the clock of its server.
    pub logged: Option<Timestamp>,
    /// Row of the copy that this one was made from.
    pub before: Option<usize>,
    /// Milliseconds since that copy; `None` when their clocks cannot be compared, or messages bound one from one side
    /// only.
    pub latency_ms: Option<i64>,
    /// By how many milliseconds [`HopRow::latency_ms`] may be wrong, because clocks are known so well only; 0 on
    /// one clock.
    pub unsure_ms: i64,
    /// What is different from that copy: what its server changed, or lost on the way.
    pub changes: Vec<Change>,
}

/// One difference between two copies of a message. Values are as logged, not made safe for a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "fields are the name and the values of the header")]
#[non_exhaustive]
pub enum Change {
    /// The Request-URI was replaced (retargeting).
    RequestUri { from: String, to: String },
    /// A Via entry was put on top by a server that forwards a request.
    AddedVia(String),
    /// A Via entry was taken off by a server that forwards a response.
    RemovedVia(String),
    /// A header that was not there.
    Added { name: String, value: String },
    /// A header that is gone.
    Removed { name: String, value: String },
    /// A header with another value.
    Changed { name: String, from: String, to: String },
    /// The body differs; lengths in bytes as logged.
    Body { from: usize, to: usize },
}

/// What is different between two messages, such as two copies of one, in the order of the message.
pub fn compare(trace: &Trace, from: EventId, to: EventId) -> Vec<Change> {
    changes::between(trace, from, to)
}

/// The table of the message that a record holds; `None` when it holds none.
///
/// Looks for the other copies in the whole trace; where the records of the call are known, use [`of_records`].
pub fn of_event(trace: &Trace, analysis: &Analysis, id: EventId) -> Option<HopTable> {
    let call = trace.event(id)?.call_id()?;
    of_records(trace, analysis, &trace.events_of(call), id)
}

/// The same among the records of a call or a push, such as [`super::Call::own_records`].
pub fn of_records(trace: &Trace, analysis: &Analysis, records: &[EventId], id: EventId) -> Option<HopTable> {
    let all = transmissions(trace, records);
    let mut root = all.iter().position(|c| c.records().any(|r| r == id))?;
    for _ in 0..all.len() {
        match all.get(root).and_then(|c| c.before) {
            Some(before) => root = before,
            None => break,
        }
    }
    let mut table = HopTable { message: title(trace, all.get(root)?.first()), rows: Vec::new() };
    add(trace, analysis, &all, root, &mut table);
    Some(table)
}

/// What became of the INVITE of a call: its table, and that of the final response which the caller got.
///
/// Of several attempts (a challenge was answered) the last INVITE counts.
pub fn of_call(trace: &Trace, analysis: &Analysis, call: &Call) -> Vec<HopTable> {
    let records = call.own_records();
    let invites = || records.iter().filter_map(|id| Some((*id, trace.event(*id)?))).filter(|(_, e)| is_invite(e));
    let initial = |e: &Event| e.is_request() && trace.identity(e).to_tag == 0;
    let invite = invites().filter(|(_, e)| initial(e)).min_by_key(|(id, e)| (Reverse(e.cseq), *id));
    let cseq = invite.map(|(_, e)| e.cseq);
    // Of the finals of a fork the caller got the one with that status; the copy on its side has the fewest entries.
    let finals = invites().filter(|(_, e)| Some(e.status) == call.status && cseq.is_none_or(|n| n == e.cseq));
    let last = finals.min_by_key(|(id, e)| (trace.identity(e).vias.len(), *id));
    [invite, last].into_iter().flatten().filter_map(|(id, _)| of_records(trace, analysis, records, id)).collect()
}

/// What became of the MESSAGE of a push: its table, and that of its final response.
///
/// Of several attempts (a challenge was answered) the last counts.
pub fn of_push(trace: &Trace, analysis: &Analysis, push: &Push) -> Vec<HopTable> {
    let own = push.records.iter().filter_map(|id| Some((*id, trace.event(*id)?)));
    let own = || own.clone().filter(|(_, e)| e.kind == RecordKind::Protocol && e.cseq == push.cseq);
    let message = own().find(|(_, e)| e.is_request());
    let last = own().filter(|(_, e)| !e.is_request() && Some(e.status) == push.status);
    let last = last.min_by_key(|(id, e)| (trace.identity(e).vias.len(), *id));
    [message, last].into_iter().flatten().filter_map(|(id, _)| of_records(trace, analysis, &push.records, id)).collect()
}

fn is_invite(event: &Event) -> bool {
    event.kind == RecordKind::Protocol && event.method == Method::Invite
}

/// Rows of a transmission and of all that were made from it, depth first, so that each leg of a fork stays together.
fn add(trace: &Trace, analysis: &Analysis, all: &[Transmission], root: usize, table: &mut HopTable) {
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); all.len()];
    for (i, c) in all.iter().enumerate() {
        if let Some(list) = c.before.and_then(|b| next.get_mut(b)) {
            list.push(i);
        }
    }
    let mut stack = vec![(root, None)];
    let mut seen = vec![false; all.len()];
    while let Some((at, mut before)) = stack.pop() {
        if seen.get(at).is_none_or(|s| *s) {
            continue;
        }
        seen[at] = true;
        for id in all.get(at).into_iter().flat_map(Transmission::records) {
            if let Some(row) = row(trace, analysis, id, before.and_then(|b: usize| table.rows.get(b)), before) {
                table.rows.push(row);
                before = Some(table.rows.len() - 1);
            }
        }
        stack.extend(next.get(at).into_iter().flatten().rev().map(|n| (*n, before)));
    }
}

fn row(
    trace: &Trace,
    analysis: &Analysis,
    id: EventId,
    earlier: Option<&HopRow>,
    before: Option<usize>,
) -> Option<HopRow> {
    let event = trace.event(id)?;
    let time = analysis.time(trace, id);
    let own = analysis.servers.of(event);
    let clocks = &analysis.clocks;
    let (latency_ms, unsure_ms) = earlier
        .and_then(|e| {
            let there = (analysis.servers.of(trace.event(e.event)?), e.event, e.logged?);
            step(clocks, there, (own, id, event.time()?), time?.since(e.time?))
        })
        .map_or((None, 0), |(ms, unsure)| (Some(ms), unsure));
    Some(HopRow {
        event: id,
        server: analysis.servers.name(event).map(str::to_owned),
        direction: event.direction,
        peer: trace.peer(event).map(|p| decode(p).into_owned()),
        time,
        logged: event.time(),
        before,
        latency_ms,
        unsure_ms,
        changes: earlier.map(|e| changes::between(trace, e.event, id)).unwrap_or_default(),
    })
}

/// How long a step took by corrected times, and by how much that may be wrong; `None` where nobody knows.
fn step(
    clocks: &Clocks,
    there: (ServerId, EventId, Timestamp),
    here: (ServerId, EventId, Timestamp),
    ms: i64,
) -> Option<(i64, i64)> {
    if there.0 == here.0 {
        return Some((ms, 0));
    }
    let unsure = clocks.unsure_between(there, here).filter(|_| clocks.comparable(there.0, here.0))?;
    // No message arrives before it was sent: less than nothing is what the clocks are not sure of.
    (ms >= -unsure).then_some((ms.max(0), unsure))
}

/// A message in a few words: method and address, or status, reason and method.
pub(crate) fn title(trace: &Trace, id: EventId) -> String {
    let Some(event) = trace.event(id) else { return String::new() };
    match trace.head(event).map(|m| m.start_line()) {
        Some(StartLine::Request { uri, .. }) => format!("{} {}", event.method.name(), decode(uri)),
        Some(StartLine::Response { status, reason }) => {
            format!("{status} {} ({})", decode(reason), event.method.name())
        }
        _ => event.method.name().to_owned(),
    }
}
