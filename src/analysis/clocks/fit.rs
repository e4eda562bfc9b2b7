//! From bounds to the offset of a clock: where it was set, and between that the line that fits.

use super::clock::{Clock, ClockBasis};
use super::line::{Bounds, Line, Point};
use super::segment::{Segment, span, whole};
use crate::analysis::coverage::{Order, Ranks};
use crate::analysis::servers::{ServerId, Servers};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// What one message says of the offset of the server that logged `at`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bound {
    pub(super) at: EventId,
    /// When, on that server's clock, in milliseconds since 1970.
    pub(super) time: i64,
    pub(super) ms: i64,
    /// By how much `ms` may be wrong, since the other clock is not known better.
    pub(super) unsure: f64,
    /// The offset is at most `ms`; else at least.
    pub(super) upper: bool,
}

/// Times of a trace are that coarse: its clock may tick every ten milliseconds, on both sides.
const TICK_MS: f64 = 20.0;
/// A change of the offset by this much is a clock that was set, not one that drifts.
const SET_MS: i64 = 1_000;
/// Times at which the band of a segment is kept, beside its corners.
const KNOTS: i32 = 32;

/// A clock that is set more often than this is not known well enough to tell how well.
const MOST_PIECES: usize = 256;

/// A server's records in time: the first and the last, without its own steps.
pub(super) type Extent = (i64, i64);

/// The clock that the bounds, in order of their records, describe. `own` is what is known of it already: where it
/// was set while it logged.
pub(super) fn fit(
    trace: &Trace,
    servers: &Servers,
    (server, ranks): (ServerId, &Ranks),
    bounds: &[Bound],
    own: &[Segment],
    extent: Extent,
) -> Clock {
    let order = |at: EventId| ranks.order(server, at);
    let known = |at: EventId| {
        let behind = own.partition_point(|s| s.from <= order(at));
        behind.checked_sub(1).and_then(|last| own.get(last)).map_or(0, |s| s.own_ms)
    };
    let bounds: Vec<Bound> = bounds
        .iter()
        .map(|b| (b, known(b.at)))
        .map(|(b, ms)| Bound { ms: b.ms - ms, time: b.time - ms, ..*b })
        .collect();
    let pieces = pieces(&bounds);
    let mut measured: Vec<Segment> = Vec::new();
    for (i, own_bounds) in pieces.iter().enumerate() {
        let (Some(first), Some(last)) = (own_bounds.first(), own_bounds.last()) else { continue };
        let origin = first.time;
        let lines = of(own_bounds, origin);
        let line = lines.likely();
        let (from, at) = match measured.last() {
            None => (Order::default(), EventId(0)),
            Some(before) => {
                let by = whole(line.value(0.0)) - before.ahead(Timestamp(first.time));
                let at = start_of(trace, servers, server, before.at, first.at, by);
                (order(at), at)
            }
        };
        // The band reaches over all records of its part of the log.
        let start = if i == 0 { extent.0.min(first.time) } else { first.time };
        let end = pieces.get(i + 1).and_then(|next| next.first()).map_or(extent.1, |next| next.time).max(last.time);
        let sure = lines.is_two_sided() && pieces.len() <= MOST_PIECES;
        let halves = if sure { halves(&lines, line, start - origin, end - origin) } else { Vec::new() };
        measured.push(Segment { from, at, own_ms: 0, origin, line, halves });
    }
    let ends = |s: &Segment, i: usize| {
        let own_bounds = pieces.get(i).copied().unwrap_or_default();
        let at = |b: Option<&Bound>| b.map_or(0, |b| s.ahead(Timestamp(b.time)));
        at(own_bounds.last()) - at(own_bounds.first())
    };
    let drift_ms = measured.iter().enumerate().map(|(i, s)| ends(s, i)).sum();
    let widest = measured.iter().flat_map(|s| s.halves.iter().map(|(_, half)| *half)).fold(0.0, f64::max);
    let two_sided = measured.iter().any(|s| !s.halves.is_empty());
    Clock {
        basis: ClockBasis::Measured,
        offset_ms: 0,
        spread_ms: two_sided.then(|| whole((2.0 * widest).ceil())),
        drift_ms,
        messages: bounds.len(),
        segments: with_own(&measured, own),
        against: None,
        measured_ms: None,
        group: 0,
    }
}

/// Bounds as lines have to keep to them, times counted from `origin`.
fn of(bounds: &[Bound], origin: i64) -> Bounds {
    let point = |b: &Bound| -> Point {
        let by = if b.upper { b.unsure } else { -b.unsure };
        (span(b.time - origin), span(b.ms) + by)
    };
    let (high, low): (Vec<&Bound>, Vec<&Bound>) = bounds.iter().partition(|b| b.upper);
    Bounds::new(high.into_iter().map(point).collect(), low.into_iter().map(point).collect())
}

/// Half the width of the band around a line, from one time to another.
fn halves(bounds: &Bounds, line: Line, start: i64, end: i64) -> Vec<(f64, f64)> {
    let (start, end) = (span(start), span(end));
    let step = (end - start) / f64::from(KNOTS);
    let mut times: Vec<f64> = (0..=KNOTS).map(|i| start + step * f64::from(i)).collect();
    times.extend(bounds.corners().filter(|t| (start..=end).contains(t)).take(256));
    times.sort_by(f64::total_cmp);
    times.dedup();
    let band = bounds.band(&times);
    let half = |(time, (low, high)): (f64, (f64, f64))| {
        let value = line.value(time);
        (time, (high - value).max(value - low))
    };
    times.into_iter().zip(band).map(half).collect()
}

/// The bounds cut where one line cannot keep to them: each part as long as it may be.
fn pieces(bounds: &[Bound]) -> Vec<&[Bound]> {
    let mut out: Vec<&[Bound]> = Vec::new();
    let mut from = 0;
    while from < bounds.len() {
        let rest = bounds.get(from..).unwrap_or_default();
        let agreed = longest(rest);
        let mut next = from + agreed;
        if next < bounds.len() {
            let old = of(rest.get(..agreed).unwrap_or_default(), bounds.get(next).map_or(0, |b| b.time)).likely();
            next = back_to(bounds, from, next, whole(old.at));
        }
        out.extend(bounds.get(from..next));
        from = next;
    }
    join_one_sided(bounds, out)
}

/// Whether one line keeps to all of them, but for the ticks of the clocks.
fn agree(bounds: &[Bound]) -> bool {
    of(bounds, bounds.first().map_or(0, |b| b.time)).contradiction() <= TICK_MS
}

/// How many of the first bounds agree. Bounds that agree do so without the last ones, too.
fn longest(bounds: &[Bound]) -> usize {
    let fits = |n: usize| bounds.get(..n).is_some_and(agree);
    let mut good = 1;
    let mut step = 1;
    while fits((good + step).min(bounds.len())) {
        good = (good + step).min(bounds.len());
        if good == bounds.len() {
            return good;
        }
        step *= 2;
    }
    let mut bad = (good + step).min(bounds.len());
    while bad - good > 1 {
        let middle = usize::midpoint(good, bad);
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
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

/// A part with bounds from one side is joined to its neighbour where that does not contradict.
fn join_one_sided<'b>(bounds: &'b [Bound], pieces: Vec<&'b [Bound]>) -> Vec<&'b [Bound]> {
    let one_sided = |piece: &[Bound]| piece.iter().all(|b| b.upper) || piece.iter().all(|b| !b.upper);
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for piece in pieces {
        let (start, end) = (at, at + piece.len());
        at = end;
        if let Some(last) = out.last_mut() {
            let before = bounds.get(last.0..last.1).unwrap_or_default();
            let both = bounds.get(last.0..end).unwrap_or_default();
            if (one_sided(before) || one_sided(piece)) && agree(both) {
                last.1 = end;
                continue;
            }
        }
        out.push((start, end));
    }
    out.into_iter().filter_map(|(start, end)| bounds.get(start..end)).collect()
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
fn with_own(measured: &[Segment], own: &[Segment]) -> Vec<Segment> {
    let mut starts: Vec<(Order, EventId)> = measured.iter().chain(own).map(|s| (s.from, s.at)).collect();
    starts.sort_unstable();
    starts.dedup_by_key(|(from, _)| *from);
    let last =
        |list: &[Segment], from: Order| list.get(list.partition_point(|s| s.from <= from).wrapping_sub(1)).cloned();
    let of = |(from, at): (Order, EventId)| {
        let own_ms = last(own, from).map_or(0, |s| s.own_ms);
        let measured = last(measured, from).unwrap_or_else(|| Segment::known(from, at, 0));
        Segment { from, at, own_ms, ..measured }
    };
    starts.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(bounds: &[(i64, i64, bool)]) -> Vec<(i64, Option<i64>)> {
        let bounds: Vec<Bound> = (0..)
            .zip(bounds)
            .map(|(at, (time, ms, upper))| Bound { at: EventId(at), time: *time, ms: *ms, unsure: 0.0, upper: *upper })
            .collect();
        let each = |piece: &&[Bound]| {
            let lines = of(piece, 0);
            let half = || halves(&lines, lines.likely(), piece[0].time, piece[0].time);
            (whole(lines.likely().at), lines.is_two_sided().then(|| whole(half()[0].1)))
        };
        pieces(&bounds).iter().map(each).collect()
    }

    #[test]
    fn request_and_response_bound_the_offset_from_both_sides() {
        // A millisecond more, for times are cut to whole ones.
        assert_eq!(clock(&[(1, 7_004, true), (2, 6_998, false), (3, 7_010, true)]), [(7_001, Some(4))]);
        assert_eq!(clock(&[(1, 7_003, true)]), [(7_003, None)]);
    }

    /// A clock that is `ahead` at first, drifts by `ppm` and is seen by requests and responses whose ways take `ways`
    /// milliseconds: whatever the ways, the truth lies in the band, and the band is no wider than the ways allow.
    #[test]
    fn the_truth_lies_in_the_band_whatever_the_ways() {
        proptest::proptest!(|(
            ahead in -100_000_i64..100_000,
            ppm in -200_i64..200,
            ways in proptest::collection::vec((1_i64..40, proptest::bool::ANY), 4..60),
        )| {
            let truth = |time: i64| span(ahead) + span(time) * span(ppm) / 1e6;
            let times = (0_i64..).map(|i| i * 30_000);
            let bounds: Vec<Bound> = (0..).zip(times).zip(&ways).map(|((at, time), (way, upper))| {
                let ms = if *upper { whole(truth(time).ceil()) + way } else { whole(truth(time).floor()) - way };
                Bound { at: EventId(at), time, ms, unsure: 0.0, upper: *upper }
            }).collect();
            proptest::prop_assert_eq!(pieces(&bounds).len(), 1, "a clock that was not set is one");
            let lines = of(&bounds, 0);
            if lines.is_two_sided() {
                let line = lines.likely();
                let end = bounds.last().map_or(0, |b| b.time);
                for (time, half) in halves(&lines, line, 0, end) {
                    let off = (truth(whole(time)) - line.value(time)).abs();
                    proptest::prop_assert!(off <= half + 1.0, "at {}: {} off, told is {}", time, off, half);
                }
            }
        });
    }

    #[test]
    fn what_the_log_tells_itself_and_what_messages_tell_become_one_list() {
        let at = |n: u32, ms| Segment::known(Order::nth(n), EventId(n), ms);
        let measured: Vec<Segment> = [at(0, 0), at(50, 0)].into_iter().collect();
        let both = with_own(&measured, &[at(20, 700), at(50, 900)]);
        let told: Vec<(u32, i64)> = both.iter().map(|s| (s.at.0, s.own_ms)).collect();
        assert_eq!(told, [(0, 0), (20, 700), (50, 900)]);
    }

    #[test]
    fn a_part_that_is_bounded_from_one_side_joins_its_neighbour_where_it_may() {
        let bound = |at: u32, ms, upper| Bound { at: EventId(at), time: i64::from(at) * 1_000, ms, unsure: 0.0, upper };
        let bounds = [bound(0, 5, true), bound(1, -5, false), bound(2, 8, true), bound(3, 90_000, false)];
        let joined = join_one_sided(&bounds, vec![&bounds[..2], &bounds[2..3], &bounds[3..]]);
        assert_eq!(joined.iter().map(|p| p.len()).collect::<Vec<_>>(), [3, 1]);
    }

    #[test]
    fn a_clock_that_was_set_is_two_clocks() {
        let bounds = [(0, 5, true), (10, -5, false), (60_000, 305_005, true), (60_010, 304_995, false)];
        let found: Vec<i64> = clock(&bounds).into_iter().map(|(ms, _)| ms).collect();
        assert_eq!(found, [0, 305_000]);
    }
}
