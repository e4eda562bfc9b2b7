//! How far the clocks of the servers are apart.
//!
//! A message that two servers logged left one before it reached the other, so every request bounds the offset from
//! one side and every response from the other (PUSH.md section 8, RFC 5905 section 8 in its on-wire form):
//!
//! ```text
//! A  ──t1──────────────t4──►      offset of B   at most t2 - t1   (the request cannot arrive before it left)
//!      ╲ request      ╱                         at least t3 - t4  (nor the response)
//! B  ───t2──────────t3──►         spread        the distance of the two bounds
//! ```
//!
//! Clocks drift, so the offset is a line between the bounds of its time; where no line fits, because a clock was set, a
//! new segment begins. What else the offset may be, by all lines that fit, is how sure it is.

mod clock;
mod common;
mod fit;
mod line;
mod segment;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::analysis::asked::{Question, note, perhaps, yes};
use crate::analysis::coverage::{Coverage, Order, Ranks};
use crate::analysis::servers::{ServerId, Servers};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};
pub use clock::{Clock, ClockBasis};
use common::Tie;
pub(super) use common::{Known, Shared};
use fit::{Bound, Extent};
use segment::Segment;

/// The clocks of all servers.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
pub struct Clocks {
    of: Vec<Clock>,
    ranks: Ranks,
    corrects: bool,
    groups: Vec<Group>,
    /// Until which of its records a clock is held against another: it was not set ahead unseen before that.
    held: Vec<Option<Order>>,
}

/// Clocks that can be compared with each other.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
struct Group {
    clocks: usize,
    /// None of them was seen to be set.
    steady: bool,
    /// By how many milliseconds one of them was set at most.
    most_set: i64,
}

/// Records of other servers that may stand between two of one, and are looked through.
const BESIDE: u32 = 64;
/// What the user says and what the messages say may differ by rounding.
const CONTRADICTS_MS: i64 = 1_000;

impl Clocks {
    /// Measures all clocks. `given` holds what the user knows: milliseconds that a server is ahead.
    pub(super) fn measure(
        trace: &Trace,
        servers: &Servers,
        coverage: &Coverage,
        shared: &Shared,
        given: &[(ServerId, i64)],
    ) -> Clocks {
        let count = servers.all().len();
        let (of, held) = (vec![Clock::own(); count], vec![None; count]);
        let mut clocks = Clocks { of, held, ranks: coverage.ranks().clone(), ..Clocks::default() };
        for step in coverage.steps() {
            // A clock that was set back while the numbers went on: time went on too.
            if let Some(clock) = clocks.of.get_mut(usize::from(step.server.0)) {
                let before = clock.segments.last().map_or(0, |s| s.own_ms);
                let from = coverage.order(step.server, step.at);
                clock.segments.push(Segment::known(from, step.at, before + step.by_ms));
            }
        }
        let extents = clocks.extents(trace, servers);
        clocks.spread(trace, servers, shared, given, &extents);
        if !given.is_empty() {
            let free = Clocks::measure(trace, servers, coverage, shared, &[]);
            for (clock, measured) in clocks.of.iter_mut().zip(&free.of).filter(|(c, _)| c.basis == ClockBasis::Given) {
                let differs = (clock.offset_ms - measured.offset_ms).abs() > CONTRADICTS_MS;
                let knows = measured.basis == ClockBasis::Measured && measured.against == clock.against;
                clock.measured_ms = (knows && differs).then_some(measured.offset_ms);
            }
        }
        clocks.corrects = clocks.of.iter().any(|c| !c.segments.is_empty());
        let groups = clocks.of.iter().map(|c| usize::from(c.group) + 1).max().unwrap_or(0);
        clocks.groups = vec![Group { clocks: 0, steady: true, most_set: 0 }; groups];
        for clock in &clocks.of {
            if let Some(group) = clocks.groups.get_mut(usize::from(clock.group)) {
                group.clocks += 1;
                // A clock that was set once and is held against no other has that segment only.
                let first = clock.segments.first().filter(|s| s.from != Order::default());
                let sets = clock.changes().map(|(_, was, is)| is - was).chain(first.map(|s| s.ahead_at(s)));
                let most = sets.map(i64::abs).max();
                group.steady &= most.is_none();
                group.most_set = group.most_set.max(most.unwrap_or(0));
            }
        }
        clocks
    }

    /// From the servers whose clocks are known to those that share messages with them, best ties first.
    fn spread(
        &mut self,
        trace: &Trace,
        servers: &Servers,
        shared: &Shared,
        given: &[(ServerId, i64)],
        extents: &[Extent],
    ) {
        let mut known = vec![false; self.of.len()];
        let mut group = 0;
        for (server, ms) in given {
            if let (Some(clock), Some(known)) =
                (self.of.get_mut(usize::from(server.0)), known.get_mut(usize::from(server.0)))
            {
                clock.segments.iter_mut().for_each(|s| s.own_ms += ms);
                clock.segments.insert(0, Segment::known(Order::default(), EventId(0), *ms));
                (clock.basis, clock.offset_ms, *known) = (ClockBasis::Given, *ms, true);
            }
        }
        let ties = shared.ties();
        let of = |server: ServerId| ties.get(&server).into_iter().flatten().copied();
        // Ties from servers whose clocks are known, the best on top.
        let given = given.iter().map(|(server, _)| *server);
        let mut open: BinaryHeap<Tie> = given.flat_map(&of).collect();
        let mut first = true;
        // The next server that nothing ties to those before: Front Ends first, then the one that saw most.
        for root in roots(servers) {
            if known.get(usize::from(root.0)) != Some(&false) {
                continue;
            }
            group += u16::from(!first);
            if let (Some(clock), Some(slot)) =
                (self.of.get_mut(usize::from(root.0)), known.get_mut(usize::from(root.0)))
            {
                clock.basis = if first { ClockBasis::Reference } else { ClockBasis::Unknown };
                (clock.group, *slot) = (group, true);
            }
            if first {
                // What the user gives is against the reference.
                self.of.iter_mut().filter(|c| c.basis == ClockBasis::Given).for_each(|c| c.against = Some(root));
            }
            first = false;
            open.extend(of(root));
            while let Some(Tie { from, to: Reverse(to), .. }) = open.pop() {
                if known.get(usize::from(to.0)) != Some(&false) {
                    continue;
                }
                let (bounds, sure) = self.bounds(trace, shared, from, to);
                for server in [from, to] {
                    let until = self.held_until(shared, (from, to), server);
                    if let Some(held) = self.held.get_mut(usize::from(server.0)) {
                        *held = until.max(*held);
                    }
                }
                let (group, against) = self.get(from).map_or((group, root), |c| (c.group, c.against.unwrap_or(from)));
                let Some(clock) = self.of.get_mut(usize::from(to.0)) else { break };
                let own = std::mem::take(&mut clock.segments);
                let extent = extents.get(usize::from(to.0)).copied().unwrap_or_default();
                let mut fitted = fit::fit(trace, servers, (to, &self.ranks), &bounds, &own, extent);
                if !sure {
                    // What the other clock is not sure of, this one cannot be.
                    fitted.spread_ms = None;
                    fitted.segments.iter_mut().for_each(Segment::blur);
                }
                *clock = Clock { group, against: Some(against), ..fitted };
                let offset_ms = bounds.get(bounds.len() / 2).map_or(0, |b| self.told(trace, to, against, b));
                if let Some(clock) = self.of.get_mut(usize::from(to.0)) {
                    clock.offset_ms = offset_ms;
                }
                if let Some(slot) = known.get_mut(usize::from(to.0)) {
                    *slot = true;
                }
                open.extend(of(to));
            }
        }
    }

    /// For each server the time of its first and last record, as if it had never been set.
    fn extents(&self, trace: &Trace, servers: &Servers) -> Vec<Extent> {
        // Where nothing was set, the server's own first and last time are it.
        let steady: Vec<bool> = self.of.iter().map(|c| c.segments.is_empty()).collect();
        let spans = servers.all().iter().zip(&steady).map(|(s, steady)| s.span.filter(|_| *steady));
        let mut out: Vec<Option<Extent>> = spans.map(|span| span.map(|(first, last)| (first.0, last.0))).collect();
        if steady.iter().all(|steady| *steady) {
            return out.into_iter().map(Option::unwrap_or_default).collect();
        }
        for (id, event) in (0..).map(EventId).zip(trace.events()) {
            let server = servers.of(event);
            if steady.get(usize::from(server.0)) != Some(&false) {
                continue;
            }
            let Some((slot, time)) = out.get_mut(usize::from(server.0)).zip(event.time()) else { continue };
            let time = time.0 - self.segment(server, id).map_or(0, |s| s.own_ms);
            *slot = Some(slot.map_or((time, time), |(first, last)| (first.min(time), last.max(time))));
        }
        out.into_iter().map(Option::unwrap_or_default).collect()
    }

    /// What the messages between two servers say of the second, the times of the first being corrected; and whether
    /// those are sure.
    fn bounds(&self, trace: &Trace, shared: &Shared, from: ServerId, to: ServerId) -> (Vec<Bound>, bool) {
        let time = |id: EventId| trace.event(id).and_then(Event::time);
        let mut sure = true;
        let mut out: Vec<Bound> = shared
            .between(from, to)
            .filter_map(|m| {
                let (there, here, upper) =
                    if m.to == to { (m.sent, m.received, true) } else { (m.received, m.sent, false) };
                let (own, other) = (time(here)?, time(there)?);
                let half = self.half(from, there, other);
                sure &= half.is_some();
                let ms = own.since(self.at(from, there, other));
                Some(Bound { at: here, time: own.0, ms, unsure: half.unwrap_or(0.0), upper })
            })
            .collect();
        out.sort_by_cached_key(|b| (self.ranks.order(to, b.at), b.upper, b.ms));
        (out, sure)
    }

    /// The last record of a server that the other one received: had the clock been set ahead before it, that message
    /// would have come before it was sent.
    fn held_until(&self, shared: &Shared, (a, b): (ServerId, ServerId), server: ServerId) -> Option<Order> {
        let sent = shared.between(a, b).filter(|m| m.to != server);
        sent.map(|m| self.ranks.order(server, m.sent)).max()
    }

    /// How far a clock is ahead of the one that it is told against, at the time of a bound: both as they stood then, also
    /// where they were set together.
    fn told(&self, trace: &Trace, server: ServerId, against: ServerId, at: &Bound) -> i64 {
        let corrected = self.at(server, at.at, Timestamp(at.time));
        let set = self.get(against).into_iter().flat_map(|c| &c.segments);
        let by = set.take_while(|s| {
            let from = trace.event(s.at).and_then(Event::time);
            s.from == Order::default() || from.is_some_and(|t| t.plus(-s.own_ms) <= corrected)
        });
        at.time - corrected.0 - by.last().map_or(0, |s| s.own_ms)
    }

    /// Whether these clocks tell the times of records as others do, and of the same clocks that they can be compared.
    pub(super) fn tell_as(&self, other: &Clocks) -> bool {
        let same = |(a, b): (&Clock, &Clock)| {
            let segments = a.segments.iter().zip(&b.segments);
            (a.group, a.segments.len()) == (b.group, b.segments.len())
                && segments.into_iter().all(|(a, b)| a.tells_as(b))
        };
        self.corrects == other.corrects && self.of.len() == other.of.len() && self.of.iter().zip(&other.of).all(same)
    }

    fn segment(&self, server: ServerId, near: EventId) -> Option<&Segment> {
        match &self.of.get(usize::from(server.0))?.segments[..] {
            [] => None,
            [only] if only.from == Order::default() => Some(only),
            all => {
                let order = self.ranks.order(server, near);
                all.get(all.partition_point(|s| s.from <= order).checked_sub(1)?)
            }
        }
    }

    /// Whether a clock is held against another beyond a record, and neither was seen to be set: what it says of a silence
    /// before it is believed.
    pub(crate) fn is_steady(&self, server: ServerId, until: EventId) -> bool {
        let held_until = self.held.get(usize::from(server.0)).copied().flatten();
        let held = held_until.is_some_and(|held| held >= self.ranks.order(server, until));
        let group = || self.get(server).and_then(|own| self.groups.get(usize::from(own.group)));
        let steady = held && group().is_some_and(|g| g.clocks > 1 && g.steady);
        note(Question::Steady(server, until), steady, |is| yes(*is))
    }

    /// By how much a clock of those that are held against each other was set at most; 0 where none was seen to be.
    pub(crate) fn most_set(&self, server: ServerId) -> i64 {
        let Some(group) = self.get(server).map(|own| own.group) else { return 0 };
        self.groups.get(usize::from(group)).filter(|g| !g.steady).map_or(0, |g| g.most_set)
    }

    /// By how much a corrected time may be wrong; `None` where that is not known.
    fn half(&self, server: ServerId, near: EventId, time: Timestamp) -> Option<f64> {
        self.segment(server, near).map_or(Some(0.0), |s| s.half(time))
    }

    /// The time of a record on the clock of the reference.
    pub fn time(&self, servers: &Servers, id: EventId, event: &Event) -> Option<Timestamp> {
        let time = event.time()?;
        Some(if self.corrects { self.at(servers.of(event), id, time) } else { time })
    }

    /// A time that a server wrote in or near a record, on the clock of the reference.
    pub fn at(&self, server: ServerId, near: EventId, time: Timestamp) -> Timestamp {
        self.segment(server, near).map_or(time, |s| time.plus(-s.ahead(time)))
    }

    /// A time that a server wrote between two records of an input, the second of which is given: the clock may have been
    /// set between them, so the record counts whose time is nearer.
    pub fn beside(
        &self,
        trace: &Trace,
        servers: &Servers,
        (server, file): (ServerId, FileId),
        before: EventId,
        time: Timestamp,
    ) -> Timestamp {
        if self.get(server).is_none_or(|c| c.segments.is_empty()) {
            return time;
        }
        let of = |id: &EventId| trace.event(*id).filter(|e| e.file == file && servers.of(e) == server);
        let far = |id: &EventId| of(id).and_then(Event::time).map(|t| t.since(time).abs());
        let ahead = (before.0.saturating_sub(BESIDE)..before.0).rev().map(EventId).find(|id| of(id).is_some());
        let behind = (before.0..before.0.saturating_add(BESIDE)).map(EventId).find(|id| of(id).is_some());
        let near = match (ahead, behind) {
            (Some(a), Some(b)) if far(&a).unwrap_or(i64::MAX) < far(&b).unwrap_or(i64::MAX) => a,
            (_, Some(b)) => b,
            (Some(a), None) => a,
            (None, None) => before,
        };
        self.at(server, near, time)
    }

    /// The clock of one server.
    pub fn get(&self, id: ServerId) -> Option<&Clock> {
        self.of.get(usize::from(id.0))
    }

    /// By how many milliseconds the corrected times that two servers wrote in two records may be wrong against each
    /// other; `None` where messages bound a clock from one side only.
    pub(super) fn unsure_between(
        &self,
        a: (ServerId, EventId, Timestamp),
        b: (ServerId, EventId, Timestamp),
    ) -> Option<i64> {
        let half = self.half(a.0, a.1, a.2)? + self.half(b.0, b.1, b.2)?;
        // Both times are cut to milliseconds, and corrected by whole ones.
        #[expect(clippy::cast_possible_truncation, reason = "a band is far narrower than 2^63 milliseconds")]
        Some((half + 2.0).ceil() as i64)
    }

    /// By how much any corrected time of a server may be wrong; `None` where that is not known.
    pub(crate) fn unsure(&self, server: ServerId) -> Option<i64> {
        // Others are told against the first of their group, whose times are taken as they are.
        let spread = self.get(server).and_then(|c| if c.against.is_none() { Some(0) } else { c.spread_ms });
        note(Question::Spread(server), spread, |spread| perhaps(*spread))
    }

    /// Whether times of two servers may be compared with each other.
    pub fn comparable(&self, a: ServerId, b: ServerId) -> bool {
        a == b || self.get(a).zip(self.get(b)).is_some_and(|(a, b)| a.group == b.group)
    }
}

/// The servers in the order in which they are started from, while their clocks are not known.
fn roots(servers: &Servers) -> Vec<ServerId> {
    let mut out: Vec<(ServerId, &crate::analysis::Server)> = (0..).map(ServerId).zip(servers.all()).collect();
    out.sort_by_key(|(_, s)| (s.role, Reverse(s.records), s.name.as_deref()));
    out.into_iter().map(|(id, _)| id).collect()
}
