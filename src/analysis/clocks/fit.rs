//! From bounds to the offset of a clock.

use super::{Clock, ClockBasis, Segment as Told};
use crate::analysis::coverage::{Order, Ranks};
use crate::analysis::servers::{ServerId, Servers};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// What one message says of the offset of the server that logged `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) at: EventId,
    pub(super) ms: i64,
    /// The offset is at most `ms`; else at least.
    pub(super) upper: bool,
}

/// Times of a trace are that coarse: its clock may tick every ten milliseconds, on both sides.
const TICK_MS: i64 = 20;
/// A change of the offset by this much is a clock that was set, not one that drifts.
const SET_MS: i64 = 1_000;

/// As long as the bounds agree.
#[derive(Clone, Copy, Debug)]
struct Segment {
    at: EventId,
    least: Option<i64>,
    most: Option<i64>,
    count: usize,
}

impl Segment {
    fn new(bound: Bound) -> Segment {
        Segment { at: bound.at, least: None, most: None, count: 0 }.with(bound)
    }

    fn with(self, bound: Bound) -> Segment {
        let (mut least, mut most) = (self.least, self.most);
        if bound.upper {
            most = Some(most.map_or(bound.ms, |m| m.min(bound.ms)));
        } else {
            least = Some(least.map_or(bound.ms, |l| l.max(bound.ms)));
        }
        Segment { least, most, count: self.count + 1, ..self }
    }

    fn agrees(&self) -> bool {
        self.least.zip(self.most).is_none_or(|(least, most)| least <= most + TICK_MS)
    }

    /// The middle of the bounds, or the only bound.
    fn offset(&self) -> i64 {
        match (self.least, self.most) {
            (Some(least), Some(most)) => i64::midpoint(least, most),
            (one, other) => one.or(other).unwrap_or(0),
        }
    }

    fn spread(&self) -> Option<i64> {
        self.least.zip(self.most).map(|(least, most)| (most - least).max(0))
    }
}

/// The clock that the bounds, in order of their records, describe. `own` is what is known of it already: where it
/// was set while it logged.
pub(super) fn fit(
    trace: &Trace,
    servers: &Servers,
    (server, ranks): (ServerId, &Ranks),
    bounds: &[Bound],
    own: &[Told],
) -> Clock {
    let order = |at: EventId| ranks.order(server, at);
    let known = |at: EventId| own.iter().rev().find(|o| o.from <= order(at)).map_or(0, |o| o.ms);
    let bounds: Vec<Bound> = bounds.iter().map(|b| Bound { ms: b.ms - known(b.at), ..*b }).collect();
    let mut segments: Vec<Segment> = Vec::new();
    let mut from = 0;
    for (i, bound) in bounds.iter().enumerate() {
        let grown = segments.last().map(|s| s.with(*bound));
        match (grown, segments.last_mut()) {
            (Some(grown), Some(last)) if grown.agrees() => *last = grown,
            (_, before) => {
                let start = before.map_or(i, |last| {
                    let start = back_to(&bounds, from, i, last.offset());
                    *last = rebuilt(&bounds, from, start).unwrap_or(*last);
                    start
                });
                segments.extend(rebuilt(&bounds, start, i + 1));
                from = start;
            }
        }
    }
    join_one_sided(&mut segments);
    let mut out: Vec<Told> = Vec::new();
    for segment in &segments {
        let ms = segment.offset();
        out.push(match out.last() {
            None => Told { from: Order::default(), at: EventId(0), ms },
            Some(before) => {
                let at = start_of(trace, servers, server, before.at, segment.at, ms - before.ms);
                Told { from: order(at), at, ms }
            }
        });
    }
    let middle = segments.get(segments.len() / 2);
    let mut spreads: Vec<i64> = segments.iter().filter_map(Segment::spread).collect();
    spreads.sort_unstable();
    let drift = segments.last().zip(segments.first()).map_or(0, |(b, a)| b.offset() - a.offset());
    Clock {
        basis: ClockBasis::Measured,
        offset_ms: middle.map_or(0, |s| s.offset() + known(s.at)),
        spread_ms: spreads.get(spreads.len() / 2).copied(),
        drift_ms: drift,
        messages: bounds.len(),
        segments: with_own(&out, own),
        against: None,
        measured_ms: None,
        group: 0,
    }
}

/// The segment of some bounds.
fn rebuilt(bounds: &[Bound], from: usize, to: usize) -> Option<Segment> {
    let own = bounds.get(from..to)?;
    let (first, rest) = own.split_first()?;
    Some(rest.iter().fold(Segment::new(*first), |s, b| s.with(*b)))
}

/// Where the offset that the bound at `i` contradicts ended: a clock that was set ahead only loosens the upper
/// bounds at first, so those before may belong to the new time already.
fn back_to(bounds: &[Bound], from: usize, i: usize, old: i64) -> usize {
    let Some(new) = bounds.get(i).map(|b| b.ms) else { return i };
    let mut start = i;
    while start > from + 1 {
        let Some(before) = bounds.get(start - 1) else { break };
        if (before.ms - new).abs() >= (before.ms - old).abs() {
            break;
        }
        start -= 1;
    }
    start
}

/// A segment with bounds from one side takes the other from its neighbour where that does not contradict.
fn join_one_sided(segments: &mut Vec<Segment>) {
    let mut out: Vec<Segment> = Vec::new();
    for segment in segments.drain(..) {
        if let Some(last) = out.last_mut() {
            let both = Segment {
                least: last.least.max(segment.least),
                most: match (last.most, segment.most) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (one, other) => one.or(other),
                },
                count: last.count + segment.count,
                ..*last
            };
            if both.agrees() && (last.spread().is_none() || segment.spread().is_none()) {
                *last = both;
                continue;
            }
        }
        out.push(segment);
    }
    *segments = out;
}

/// The record with which a new offset begins, between the last record of the old one and the first message of the
/// new: the one at which the server's own times jump, or the first of its file.
fn start_of(trace: &Trace, servers: &Servers, server: ServerId, after: EventId, first: EventId, by: i64) -> EventId {
    if by.abs() < SET_MS {
        return first;
    }
    let events = trace.events();
    let file = events.get(first.0 as usize).map(|e| e.file);
    let mut least = by.abs() / 2;
    let mut best: Option<EventId> = None;
    let mut later: Option<Timestamp> = None;
    let mut earliest = first;
    for i in (after.0..=first.0).rev() {
        let Some(event) = events.get(i as usize) else { break };
        if Some(event.file) != file {
            // Nothing ties the records before in another file to this time.
            return best.unwrap_or(earliest);
        }
        let Some(time) = event.time().filter(|_| servers.of(event) == server) else { continue };
        if let Some(next) = later
            && next.since(time).abs() >= least
        {
            least = next.since(time).abs();
            best = Some(earliest);
        }
        (later, earliest) = (Some(time), EventId(i));
    }
    best.unwrap_or(first)
}

/// Both kinds of segments as one list.
fn with_own(measured: &[Told], own: &[Told]) -> Vec<Told> {
    let mut starts: Vec<&Told> = measured.iter().chain(own).collect();
    starts.sort_unstable_by_key(|s| s.from);
    starts.dedup_by_key(|s| s.from);
    let value =
        |list: &[Told], at: Order| list.get(list.partition_point(|s| s.from <= at).wrapping_sub(1)).map_or(0, |s| s.ms);
    starts.into_iter().map(|s| Told { ms: value(measured, s.from) + value(own, s.from), ..*s }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(bounds: &[(u32, i64, bool)]) -> Vec<(i64, Option<i64>)> {
        let mut segments: Vec<Segment> = Vec::new();
        let bounds: Vec<Bound> =
            bounds.iter().map(|(at, ms, upper)| Bound { at: EventId(*at), ms: *ms, upper: *upper }).collect();
        for i in 0..bounds.len() {
            segments = vec![rebuilt(&bounds, 0, i + 1).unwrap()];
        }
        segments.iter().map(|s| (s.offset(), s.spread())).collect()
    }

    #[test]
    fn request_and_response_bound_the_offset_from_both_sides() {
        assert_eq!(clock(&[(1, 7_003, true), (2, 6_998, false), (3, 7_010, true)]), [(7_000, Some(5))]);
        assert_eq!(clock(&[(1, 7_003, true)]), [(7_003, None)]);
    }
}
