//! A stretch of a server's records over which its clock was not set: a line, and how sure it is.

use super::line::Line;
use crate::analysis::coverage::Order;
use crate::time::Timestamp;
use crate::trace::EventId;

/// From a record on, how far the clock is ahead. Its times are counted from `origin`, without what the server's own
/// log tells of steps.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Segment {
    pub(super) from: Order,
    pub(super) at: EventId,
    /// What the server's own log tells: steps that its numbers went on over; or what the user said.
    pub(super) own_ms: i64,
    pub(super) origin: i64,
    pub(super) line: Line,
    /// Time and half of the width that holds every clock that may be, around the line; empty where that is not known.
    pub(super) halves: Vec<(f64, f64)>,
}

impl Segment {
    /// An offset that is known.
    pub(super) fn known(from: Order, at: EventId, own_ms: i64) -> Segment {
        Segment { from, at, own_ms, origin: 0, line: Line::default(), halves: vec![(0.0, 0.0)] }
    }

    fn x(&self, time: Timestamp) -> f64 {
        span(time.0 - self.own_ms - self.origin)
    }

    /// Milliseconds that the clock is ahead, when it says `time`.
    pub(super) fn ahead(&self, time: Timestamp) -> i64 {
        self.own_ms + whole(self.line.value(self.x(time)))
    }

    /// The same where another segment begins.
    pub(super) fn ahead_at(&self, begin: &Segment) -> i64 {
        self.ahead(Timestamp(begin.origin + self.own_ms))
    }

    /// Whether it begins where another does and says the same of each time, however sure that is.
    pub(super) fn tells_as(&self, other: &Segment) -> bool {
        let of = |s: &Segment| (s.from, s.at, s.own_ms, s.origin, s.line.at.to_bits(), s.line.slope.to_bits());
        of(self) == of(other)
    }

    /// Forgets how sure it is.
    pub(super) fn blur(&mut self) {
        self.halves.clear();
    }

    /// By how much that may be wrong.
    pub(super) fn half(&self, time: Timestamp) -> Option<f64> {
        let x = self.x(time);
        let at = self.halves.partition_point(|(t, _)| *t <= x);
        match (at.checked_sub(1).and_then(|i| self.halves.get(i)), self.halves.get(at)) {
            (Some((t0, a)), Some((t1, b))) => Some(a + (b - a) * (x - t0) / (t1 - t0)),
            (Some((_, only)), None) | (None, Some((_, only))) => Some(*only),
            (None, None) => None,
        }
    }
}

/// Milliseconds as a number to reckon with: times of a log are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "a span of times has no more than 2^53 milliseconds")]
pub(super) fn span(ms: i64) -> f64 {
    ms as f64
}

/// Whole milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "offsets of clocks are far below 2^63 milliseconds")]
pub(super) fn whole(ms: f64) -> i64 {
    ms.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_sure_a_time_is_lies_between_the_times_beside_it() {
        let mut segment = Segment::known(Order::default(), EventId(0), 500);
        // What the server's own log tells is taken off before times are compared.
        segment.origin = 1_000;
        segment.halves = vec![(0.0, 10.0), (100.0, 30.0)];
        let half = |time| segment.half(Timestamp(time));
        assert_eq!(half(1_500), Some(10.0));
        assert_eq!(half(1_525), Some(15.0));
        assert_eq!(half(1_600), Some(30.0));
        // Beyond the ends nothing better is known.
        assert_eq!((half(0), half(9_999)), (Some(10.0), Some(30.0)));
        assert_eq!(segment.ahead(Timestamp(1_525)), 500);
        segment.blur();
        assert_eq!(segment.half(Timestamp(1_525)), None);
    }
}
