//! Messages that two servers logged: sent by one, received by the other.

use std::cmp::Reverse;

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::analysis::group::Groups;
use crate::analysis::servers::{ServerId, Servers};
use crate::record::{Direction, RecordKind};
use crate::trace::{Event, EventId, Trace};

/// One message between two servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::analysis) struct Message {
    pub(in crate::analysis) from: ServerId,
    pub(in crate::analysis) to: ServerId,
    pub(in crate::analysis) sent: EventId,
    pub(in crate::analysis) received: EventId,
}

/// All messages between servers, as far as they are needed.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Shared {
    /// By pair of servers, lower number first; in order of the records.
    pairs: Vec<((ServerId, ServerId), Vec<Message>)>,
}

/// With fewer messages of calls and pushes between two servers, others are read too.
const ENOUGH: usize = 64;
/// Dialogs of other methods that are read then.
const OTHERS: usize = 2_000;

impl Shared {
    /// Looks for them: first among calls and pushes, whose Vias are known already.
    pub(in crate::analysis) fn find(trace: &Trace, servers: &Servers, groups: &Groups) -> Shared {
        if servers.all().len() < 2 {
            return Shared::default();
        }
        let of_calls: Vec<Message> =
            groups.par_iter().flat_map_iter(|ids| of_group(trace, servers, ids, true)).collect();
        let mut out = Shared::of(of_calls);
        let mixed = |ids: &[EventId]| {
            let mut own = ids.iter().filter_map(|id| trace.event(*id)).map(|e| servers.of(e));
            let first = own.next();
            own.find(|s| Some(*s) != first).zip(first).map(|(a, b)| (a.min(b), a.max(b)))
        };
        let shared: Vec<_> = groups.par_iter().filter_map(|ids| Some((mixed(ids)?, ids))).collect();
        let (poor, rich): (Vec<_>, Vec<_>) = shared.into_iter().partition(|(pair, _)| out.count(*pair) < ENOUGH);
        let step = poor.len().div_ceil(OTHERS).max(1);
        // Spread over the log, since clocks drift; and the last of each pair, since a clock is only believed as far as
        // another holds it.
        let others: Vec<&[EventId]> =
            poor.iter().step_by(step).map(|(_, ids)| *ids).chain(latest(trace, rich)).collect();
        if !others.is_empty() {
            let others = others.par_iter().flat_map_iter(|ids| of_group(trace, servers, ids, false));
            let others: Vec<Message> = others.collect();
            let all = out.pairs.into_iter().flat_map(|(_, messages)| messages).chain(others).collect();
            out = Shared::of(all);
        }
        out
    }

    fn of(mut all: Vec<Message>) -> Shared {
        let pair = |m: &Message| (m.from.min(m.to), m.from.max(m.to));
        all.par_sort_unstable_by_key(|m| (pair(m), m.sent, m.received));
        all.dedup();
        let pairs = all.chunk_by(|a, b| pair(a) == pair(b)).filter_map(|own| Some((pair(own.first()?), own.to_vec())));
        Shared { pairs: pairs.collect() }
    }

    fn count(&self, pair: (ServerId, ServerId)) -> usize {
        self.of_pair(pair).len()
    }

    fn of_pair(&self, pair: (ServerId, ServerId)) -> &[Message] {
        let at = self.pairs.binary_search_by_key(&pair, |(p, _)| *p).ok();
        at.and_then(|at| self.pairs.get(at)).map_or(&[], |(_, messages)| messages)
    }

    /// All messages, by pair of servers.
    pub(in crate::analysis) fn all(&self) -> impl Iterator<Item = &Message> {
        self.pairs.iter().flat_map(|(_, messages)| messages)
    }

    /// The messages between two servers, in order.
    pub(super) fn between(&self, a: ServerId, b: ServerId) -> impl Iterator<Item = &Message> {
        self.of_pair((a.min(b), a.max(b))).iter()
    }

    /// The ties of each server to others.
    pub(super) fn ties(&self) -> HashMap<ServerId, Vec<Tie>> {
        let mut out: HashMap<ServerId, Vec<Tie>> = HashMap::new();
        for ((a, b), messages) in &self.pairs {
            let there = messages.iter().filter(|m| m.to == *b).count();
            let both_ways = there > 0 && there < messages.len();
            for (from, to) in [(*a, *b), (*b, *a)] {
                let tie = Tie { both_ways, messages: messages.len(), to: Reverse(to), from };
                out.entry(from).or_default().push(tie);
            }
        }
        out
    }
}

/// Of the dialogs of each pair of servers the few that ended last.
fn latest<'a>(
    trace: &Trace,
    mut all: Vec<((ServerId, ServerId), &'a [EventId])>,
) -> impl Iterator<Item = &'a [EventId]> {
    let last = |ids: &[EventId]| ids.iter().filter_map(|id| trace.event(*id)?.time()).max();
    all.par_sort_by_cached_key(|(pair, ids)| (*pair, last(ids)));
    let of_pairs = all.chunk_by(|a, b| a.0 == b.0).flat_map(|own| own.iter().rev().take(LATEST));
    of_pairs.map(|(_, ids)| *ids).collect::<Vec<_>>().into_iter()
}

/// So many of them.
const LATEST: usize = 4;

/// Messages in common of a server and another; the best tie is the greatest: messages both ways before messages one
/// way, then the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tie {
    both_ways: bool,
    messages: usize,
    pub(super) to: Reverse<ServerId>,
    pub(super) from: ServerId,
}

/// The messages of one Call-ID that one server sent and another received. The Via list tells them apart from all
/// other copies: every proxy adds an entry to requests and takes its own from responses.
fn of_group(trace: &Trace, servers: &Servers, ids: &[EventId], kept_only: bool) -> Vec<Message> {
    let event = |id: &EventId| trace.event(*id);
    let first = ids.iter().filter_map(event).map(|e| servers.of(e)).next();
    if ids.iter().filter_map(event).all(|e| Some(servers.of(e)) == first) {
        return Vec::new();
    }
    let wanted = |e: &Event| {
        e.kind == RecordKind::Protocol
            && e.time().is_some()
            && e.direction != Direction::Unknown
            && (!kept_only || e.has_identity())
    };
    let mut sent: HashMap<_, (EventId, ServerId)> = HashMap::new();
    let mut received = Vec::new();
    for (id, event) in ids.iter().filter_map(|id| Some((*id, event(id)?))).filter(|(_, e)| wanted(e)) {
        let identity = trace.identity(event);
        let key = (event.cseq, event.method, event.status, identity.from_tag, identity.to_tag, identity.vias);
        if key.5.is_empty() {
            continue;
        }
        match event.direction {
            // A retransmission is another message: only the first of each is sure to be the first there too.
            Direction::Outgoing => drop(sent.entry(key).or_insert((id, servers.of(event)))),
            _ => received.push((key, id, servers.of(event))),
        }
    }
    let mut out = Vec::new();
    for (key, received, to) in received {
        if let Some((sent, from)) = sent.remove(&key).filter(|(_, from)| *from != to) {
            out.push(Message { from, to, sent, received });
        }
    }
    out
}
