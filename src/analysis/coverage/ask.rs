//! The one question: for which time does a log tell what it would have seen?

use super::chains::Chain;
use super::{Coverage, Hole, Order, Ranks, Stretch};
use crate::analysis::asked::{Question, note, perhaps, yes};
use crate::analysis::servers::ServerId;
use crate::time::Timestamp;
use crate::trace::EventId;

impl Coverage {
    /// Whether the log of a server tells every message between two times on the clock of the reference.
    pub fn whole(&self, server: ServerId, from: Timestamp, to: Timestamp) -> bool {
        let whole = self.at(server, from).filter(|c| !c.foreign).and_then(|c| c.span).is_some_and(|(_, end)| end >= to);
        note(Question::Whole(server, from, to), whole, |is| yes(*is))
    }

    /// Whether a log tells every message between two of its records; without times their order is all there is.
    pub(in crate::analysis) fn joined(&self, server: ServerId, a: EventId, b: EventId) -> bool {
        let joined = self
            .chain_of(server, a)
            .is_some_and(|(n, chain)| chain.proves && self.chain_of(server, b).is_some_and(|(m, _)| n == m));
        note(Question::Joined(server, a, b), joined, |is| yes(*is))
    }

    /// Whether the log of a server surely tells every message for so many milliseconds behind a record, which was written at a
    /// time on the clock of the reference.
    pub(in crate::analysis) fn runs_on(&self, server: ServerId, (id, from): (EventId, Timestamp), ms: i64) -> bool {
        note(Question::RunsOn(server, id, from, ms), self.told_behind(server, id, from) >= ms, |is| yes(*is))
    }

    /// For how many milliseconds behind a record the log of a server surely tells every message. Where its clock may
    /// have been set ahead, the time that it jumped over has not been seen to pass.
    fn told_behind(&self, server: ServerId, id: EventId, from: Timestamp) -> i64 {
        let Some((_, end)) = self.chain_of(server, id).filter(|(_, c)| c.proves).and_then(|(_, c)| c.span) else {
            return -1;
        };
        let jumps = self.jumps.get(usize::from(server.0)).map_or(&[][..], Vec::as_slice);
        let until = |time: Timestamp| {
            let behind = jumps.partition_point(|(at, _)| *at <= time);
            behind.checked_sub(1).and_then(|last| jumps.get(last)).map_or(0, |(_, sum)| *sum)
        };
        let over = if end > from { until(end) - until(from) } else { 0 };
        end.since(from) - over
    }

    /// The place of a record among those of its server.
    pub fn order(&self, server: ServerId, id: EventId) -> Order {
        self.ranks.order(server, id)
    }

    pub(in crate::analysis) fn ranks(&self) -> &Ranks {
        &self.ranks
    }

    /// Since when something that shows first with this record may have gone on unseen: the end of what the log tells
    /// before. `None`: since ever.
    pub(in crate::analysis) fn dark_since(&self, server: ServerId, id: EventId) -> Option<Timestamp> {
        let since = self.chain_of(server, id).and_then(|(_, chain)| chain.before);
        note(Question::DarkSince(server, id), since, |since| perhaps(since.map(|t| t.0)))
    }

    /// Whether no record follows one in its covered time.
    pub(in crate::analysis) fn is_last(&self, server: ServerId, id: EventId) -> bool {
        let last = self.covered_until(server, id).is_none_or(|last| last <= id);
        note(Question::IsLast(server, id), last, |is| yes(*is))
    }

    /// The chain that tells of a time, the longest where several do.
    fn at(&self, server: ServerId, time: Timestamp) -> Option<&Chain> {
        let own = self.timed.get(usize::from(server.0))?;
        let span = |n: &u32| self.chains.get(*n as usize).and_then(|c| Some((c, c.span?)));
        let until = own.partition_point(|n| span(n).is_some_and(|(_, (start, _))| start <= time));
        // Chains overlap only where two inputs of one server do.
        let near = own.get(until.saturating_sub(8)..until).unwrap_or_default();
        near.iter().filter_map(span).max_by_key(|(_, (_, end))| *end).map(|(c, _)| c)
    }

    fn stretch_of(&self, server: ServerId, id: EventId) -> Option<&Stretch> {
        let at = self.stretches.partition_point(|s| (s.server, s.first) <= (server, id)).checked_sub(1)?;
        self.stretches.get(at).filter(|s| s.server == server)
    }

    fn chain_of(&self, server: ServerId, id: EventId) -> Option<(u32, &Chain)> {
        let stretch = self.stretch_of(server, id).filter(|s| id <= s.last)?;
        Some((stretch.chain, self.chains.get(stretch.chain as usize)?))
    }

    /// The last record of the covered time in which a record lies.
    pub fn covered_until(&self, server: ServerId, id: EventId) -> Option<EventId> {
        let stretch = self.stretch_of(server, id)?;
        self.chains.get(stretch.chain as usize).map(|c| c.last)
    }

    /// The hole behind which the covered time begins in which a record lies.
    pub(in crate::analysis) fn hole_ahead(&self, server: ServerId, id: EventId) -> Option<&Hole> {
        note(Question::HoleAhead(server, id), self.hole_before(server, id), |hole| {
            hole.map_or([0; 3], Hole::in_numbers)
        })
    }

    fn hole_before(&self, server: ServerId, id: EventId) -> Option<&Hole> {
        let at = self.stretches.partition_point(|s| (s.server, s.first) <= (server, id)).checked_sub(1)?;
        let [before, own] = self.stretches.get(at.checked_sub(1)?..=at)? else { return None };
        let hole = self.holes.binary_search_by_key(&(server, before.last), |h| (h.server, h.after)).ok()?;
        self.holes.get(hole).filter(|h| own.server == server && h.before == own.first)
    }

    /// The hole that ends the covered time in which a record lies; `None` where the log itself ends.
    pub fn hole_after(&self, server: ServerId, id: EventId) -> Option<&Hole> {
        let last = self.covered_until(server, id)?;
        let at = self.holes.binary_search_by_key(&(server, last), |h| (h.server, h.after)).ok()?;
        self.holes.get(at)
    }
}
