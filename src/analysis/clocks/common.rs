//! Messages that two servers logged: sent by one, received by the other.

use std::cmp::Reverse;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::analysis::group::{Groups, some};
use crate::analysis::servers::{ServerId, Servers};
use crate::record::{Direction, RecordKind};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Growth, Symbol, Trace};

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

/// What was found of logs that are followed.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Known {
    /// Of which trace.
    of: u64,
    /// The Call-IDs that several servers logged.
    dialogs: HashMap<Symbol, Dialog>,
    /// The messages of calls and pushes, in order.
    of_calls: Vec<Message>,
    /// All messages of the Call-IDs that were read for more.
    others: HashMap<Symbol, Vec<Message>>,
}

/// The records of a Call-ID that several servers logged.
#[derive(Clone, Copy, Debug)]
struct Dialog {
    pair: (ServerId, ServerId),
    /// The latest time.
    last: Option<Timestamp>,
    first: EventId,
}

impl Known {
    /// Reads some Call-IDs.
    fn read(&mut self, trace: &Trace, servers: &Servers, groups: &Groups) {
        let of = |ids: &[EventId]| {
            let events = || ids.iter().filter_map(|id| trace.event(*id));
            let mut own = events().map(|e| servers.of(e));
            let first = own.next()?;
            let other = own.find(|s| *s != first)?;
            let pair = (first.min(other), first.max(other));
            let dialog = Dialog { pair, last: events().filter_map(Event::time).max(), first: *ids.first()? };
            Some((events().next()?.call_id()?, dialog, of_group(trace, servers, ids, true)))
        };
        let found: Vec<(Symbol, Dialog, Vec<Message>)> = groups.par_iter().filter_map(of).collect();
        for (call_id, dialog, messages) in found {
            self.dialogs.insert(call_id, dialog);
            self.of_calls.extend(messages);
        }
        // What was known is in order.
        self.of_calls.sort_by_key(place);
        self.of_calls.dedup();
    }

    /// Forgets what is not as it was.
    fn leave(&mut self, trace: &Trace, growth: &Growth, touched: &HashSet<Symbol>) {
        self.dialogs.retain(|call_id, _| !touched.contains(call_id));
        self.others.retain(|call_id, _| !touched.contains(call_id));
        let call_id = |id: EventId| trace.event(id).and_then(Event::call_id);
        let stays = |m: &Message| {
            let known = growth.has(m.sent) && growth.has(m.received);
            known && call_id(m.received).is_some_and(|call_id| !touched.contains(&call_id))
        };
        self.of_calls.retain(stays);
    }
}

/// The order of messages.
fn place(m: &Message) -> ((ServerId, ServerId), EventId, EventId) {
    ((m.from.min(m.to), m.from.max(m.to)), m.sent, m.received)
}

impl Shared {
    /// Looks for them: first among calls and pushes, whose Vias are known already. Of logs that have grown by `growth` only the
    /// Call-IDs in it are read, and `known` is gone on from; without it, all of `groups`.
    pub(in crate::analysis) fn find(
        trace: &Trace,
        servers: &Servers,
        groups: Result<&Groups, &Growth>,
        known: &mut Known,
    ) -> Shared {
        if servers.all().len() < 2 {
            *known = Known { of: trace.growth().0, ..Known::default() };
            return Shared::default();
        }
        match groups {
            Ok(groups) => {
                *known = Known::default();
                known.read(trace, servers, groups);
            }
            Err(growth) => {
                let touched: HashSet<Symbol> = growth.call_ids(trace).collect();
                known.leave(trace, growth, &touched);
                known.read(trace, servers, &some(trace, |call_id| touched.contains(&call_id)));
            }
        }
        known.of = trace.growth().0;
        let out = Shared::of(&known.of_calls);
        let mut all: Vec<(Symbol, Dialog)> =
            known.dialogs.iter().map(|(call_id, dialog)| (*call_id, *dialog)).collect();
        // By their first records: the numbers of Call-IDs are in another order where logs have grown.
        all.par_sort_unstable_by_key(|(_, d)| d.first);
        let (poor, rich): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, d)| out.count(d.pair) < ENOUGH);
        let step = poor.len().div_ceil(OTHERS).max(1);
        // Spread over the log, since clocks drift; and the last of each pair, since a clock is only believed as far as
        // another holds it.
        let others: Vec<Symbol> = poor.iter().step_by(step).map(|(call_id, _)| *call_id).chain(latest(rich)).collect();
        if others.is_empty() {
            return out;
        }
        let more: HashSet<Symbol> = others.iter().filter(|id| !known.others.contains_key(*id)).copied().collect();
        if !more.is_empty() {
            let one = |ids: &[EventId]| {
                let call_id = ids.first().and_then(|id| trace.event(*id)?.call_id())?;
                more.contains(&call_id).then(|| (call_id, of_group(trace, servers, ids, false)))
            };
            let found: Vec<(Symbol, Vec<Message>)> = match groups {
                Ok(groups) => groups.par_iter().filter_map(one).collect(),
                Err(_) => some(trace, |call_id| more.contains(&call_id)).par_iter().filter_map(one).collect(),
            };
            known.others.extend(found);
        }
        let others = others.iter().filter_map(|call_id| known.others.get(call_id)).flatten();
        let mut all: Vec<Message> = out.pairs.into_iter().flat_map(|(_, messages)| messages).collect();
        all.extend(others);
        all.sort_by_key(place);
        all.dedup();
        Shared::of(&all)
    }

    /// Of all messages, in order.
    fn of(all: &[Message]) -> Shared {
        let pair = |m: &Message| (m.from.min(m.to), m.from.max(m.to));
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
fn latest(mut all: Vec<(Symbol, Dialog)>) -> Vec<Symbol> {
    all.par_sort_unstable_by_key(|(_, d)| (d.pair, d.last, d.first));
    let of_pairs = all.chunk_by(|a, b| a.1.pair == b.1.pair).flat_map(|own| own.iter().rev().take(LATEST));
    of_pairs.map(|(call_id, _)| *call_id).collect()
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
