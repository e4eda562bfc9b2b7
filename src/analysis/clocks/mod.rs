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
//! The bounds hold as long as they agree. Where they stop to (a clock that drifts or was set), a new segment begins.

mod common;
mod fit;

use crate::analysis::coverage::{Coverage, Order, Ranks};
use crate::analysis::servers::{ServerId, Servers};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};
pub(super) use common::Shared;
use fit::Bound;

/// How the offset of a clock is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockBasis {
    /// The clock on which the report tells its times.
    Reference,
    /// From messages in common with servers whose offset is known.
    Measured,
    /// Given by the user.
    Given,
    /// No message in common: not corrected.
    Unknown,
}

impl ClockBasis {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            ClockBasis::Reference => "reference",
            ClockBasis::Measured => "measured",
            ClockBasis::Given => "given",
            ClockBasis::Unknown => "unknown",
        }
    }
}

/// From a record on, a clock is ahead by so many milliseconds.
#[derive(Clone, Copy, Debug)]
struct Segment {
    from: Order,
    at: EventId,
    ms: i64,
}

/// The clock of one server against the reference.
#[derive(Clone, Debug)]
pub struct Clock {
    /// How it is known.
    pub basis: ClockBasis,
    /// Milliseconds that it is ahead, as at the middle of the log.
    pub offset_ms: i64,
    /// Distance of the bounds between which the offset lies; `None` where messages bound it from one side only.
    pub spread_ms: Option<i64>,
    /// Milliseconds that the offset grew from the first to the last common message.
    pub drift_ms: i64,
    /// Common messages that were used.
    pub messages: usize,
    /// From a record on, milliseconds that the clock is ahead; in the order of the server's records.
    segments: Vec<Segment>,
    /// The server on whose clock its times are told, when that is another.
    pub against: Option<ServerId>,
    /// What messages in common say, where the user said something else.
    pub measured_ms: Option<i64>,
    /// Clocks of different groups cannot be compared.
    group: u16,
}

/// The clocks of all servers.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    of: Vec<Clock>,
    ranks: Ranks,
    corrects: bool,
}

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
        let mut clocks = Clocks { of: vec![Clock::own(); count], ranks: coverage.ranks().clone(), corrects: false };
        for step in coverage.steps() {
            // A clock that was set back while the numbers went on: time went on too.
            if let Some(clock) = clocks.of.get_mut(usize::from(step.server.0)) {
                let before = clock.segments.last().map_or(0, |s| s.ms);
                let from = coverage.order(step.server, step.at);
                clock.segments.push(Segment { from, at: step.at, ms: before + step.by_ms });
            }
        }
        clocks.spread(trace, servers, shared, given);
        if !given.is_empty() {
            let free = Clocks::measure(trace, servers, coverage, shared, &[]);
            for (clock, measured) in clocks.of.iter_mut().zip(&free.of).filter(|(c, _)| c.basis == ClockBasis::Given) {
                let differs = (clock.offset_ms - measured.offset_ms).abs() > CONTRADICTS_MS;
                let knows = measured.basis == ClockBasis::Measured && measured.against == clock.against;
                clock.measured_ms = (knows && differs).then_some(measured.offset_ms);
            }
        }
        clocks.corrects = clocks.of.iter().any(|c| c.segments.iter().any(|s| s.ms != 0));
        clocks
    }

    /// From the servers whose clocks are known to those that share messages with them, best ties first.
    fn spread(&mut self, trace: &Trace, servers: &Servers, shared: &Shared, given: &[(ServerId, i64)]) {
        let mut known = vec![false; self.of.len()];
        let mut group = 0;
        for (server, ms) in given {
            if let (Some(clock), Some(known)) =
                (self.of.get_mut(usize::from(server.0)), known.get_mut(usize::from(server.0)))
            {
                clock.segments.iter_mut().for_each(|own| own.ms += ms);
                clock.segments.insert(0, Segment { from: Order::default(), at: EventId(0), ms: *ms });
                (clock.basis, clock.offset_ms, *known) = (ClockBasis::Given, *ms, true);
            }
        }
        let mut first = true;
        // The next server that nothing ties to those before: Front Ends first, then the one that saw most.
        while let Some(root) = next_root(servers, &known) {
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
            while let Some((from, to)) = shared.best(&known) {
                let bounds = self.bounds(trace, shared, from, to);
                let (group, against) = self.get(from).map_or((group, root), |c| (c.group, c.against.unwrap_or(from)));
                let Some(clock) = self.of.get_mut(usize::from(to.0)) else { break };
                let own = std::mem::take(&mut clock.segments);
                *clock = Clock {
                    group,
                    against: Some(against),
                    ..fit::fit(trace, servers, (to, &self.ranks), &bounds, &own)
                };
                if let Some(slot) = known.get_mut(usize::from(to.0)) {
                    *slot = true;
                }
            }
        }
    }

    /// What the messages between two servers say of the second, the times of the first being corrected.
    fn bounds(&self, trace: &Trace, shared: &Shared, from: ServerId, to: ServerId) -> Vec<Bound> {
        let time = |id: EventId| trace.event(id).and_then(Event::time);
        let mut out: Vec<Bound> = shared
            .between(from, to)
            .filter_map(|m| {
                let (there, here, upper) =
                    if m.to == to { (m.sent, m.received, true) } else { (m.received, m.sent, false) };
                Some(Bound { at: here, ms: time(here)?.since(self.at(from, there, time(there)?)), upper })
            })
            .collect();
        out.sort_by_key(|b| (self.ranks.order(to, b.at), b.upper, b.ms));
        out
    }

    /// The time of a record on the clock of the reference.
    pub fn time(&self, servers: &Servers, id: EventId, event: &Event) -> Option<Timestamp> {
        let time = event.time()?;
        Some(if self.corrects { self.at(servers.of(event), id, time) } else { time })
    }

    /// A time that a server wrote in or near a record, on the clock of the reference.
    pub fn at(&self, server: ServerId, near: EventId, time: Timestamp) -> Timestamp {
        let Some(clock) = self.of.get(usize::from(server.0)) else { return time };
        let ms = match &clock.segments[..] {
            [] => 0,
            [only] if only.from == Order::default() => only.ms,
            all => {
                let order = self.ranks.order(server, near);
                let at = all.partition_point(|s| s.from <= order);
                at.checked_sub(1).and_then(|i| all.get(i)).map_or(0, |s| s.ms)
            }
        };
        time.plus(-ms)
    }

    /// The clock of one server.
    pub fn get(&self, id: ServerId) -> Option<&Clock> {
        self.of.get(usize::from(id.0))
    }

    /// By how many milliseconds corrected times of two servers may be wrong against each other.
    pub(super) fn unsure_ms(&self, a: ServerId, b: ServerId) -> i64 {
        let of = |id: ServerId| self.get(id).map_or(0, |c| c.spread_ms.unwrap_or(0) / 2);
        of(a) + of(b)
    }

    /// Whether times of two servers may be compared with each other.
    pub fn comparable(&self, a: ServerId, b: ServerId) -> bool {
        a == b || self.get(a).zip(self.get(b)).is_some_and(|(a, b)| a.group == b.group)
    }
}

/// The server to start from among those whose clocks are not known.
fn next_root(servers: &Servers, known: &[bool]) -> Option<ServerId> {
    let rest = (0..).map(ServerId).zip(servers.all()).filter(|(id, _)| known.get(usize::from(id.0)) == Some(&false));
    let rank = |s: &crate::analysis::Server| (s.role, std::cmp::Reverse(s.records), s.name.clone());
    rest.min_by_key(|(_, s)| rank(s)).map(|(id, _)| id)
}

impl Clock {
    /// A clock of which nothing is known.
    fn own() -> Clock {
        Clock {
            basis: ClockBasis::Unknown,
            offset_ms: 0,
            spread_ms: None,
            drift_ms: 0,
            messages: 0,
            segments: Vec::new(),
            against: None,
            measured_ms: None,
            group: 0,
        }
    }

    /// Where the offset changed, from how many milliseconds to how many: a clock that drifts or was set.
    pub fn changes(&self) -> impl Iterator<Item = (EventId, i64, i64)> {
        self.segments.windows(2).filter_map(|pair| match pair {
            [before, now] => Some((now.at, before.ms, now.ms)),
            _ => None,
        })
    }
}
