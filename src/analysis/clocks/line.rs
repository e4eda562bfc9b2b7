//! Straight lines between bounds: the offset of a clock that runs a little fast or slow (a skew, RFC 5905 section 7.1).
//!
//! ```text
//! offset │    u   u ___---u      upper bounds: requests
//!        │  u ___---   l         every line between them is a clock that may be; they all together are the band
//!        │---  l  l              lower bounds: responses
//!        └──────────────── time
//! ```

/// How fast two clocks may drift apart, in milliseconds a millisecond: crystals are within 100 millionths, in the cold
/// and the heat of machines within a little more.
const FASTEST: f64 = 250e-6;
/// Times are cut to whole milliseconds, so a bound may be wrong by one.
const CUT_MS: f64 = 1.0;
/// Halvings of a range: far below a microsecond at any time of a log.
const STEPS: usize = 60;

/// One bound: when, in milliseconds, and how much.
pub(super) type Point = (f64, f64);

/// Upper and lower bounds; only those that can touch a line are kept.
#[derive(Clone, Debug, Default)]
pub(super) struct Bounds {
    high: Vec<Point>,
    low: Vec<Point>,
}

/// A line: value at the time 0, and slope.
#[derive(Clone, Copy, Debug, Default, PartialEq, serde::Deserialize, serde::Serialize)]
pub(super) struct Line {
    pub(super) at: f64,
    pub(super) slope: f64,
}

impl Line {
    pub(super) fn value(&self, time: f64) -> f64 {
        self.at + self.slope * time
    }
}

impl Bounds {
    /// From bounds in any order.
    pub(super) fn new(high: Vec<Point>, low: Vec<Point>) -> Bounds {
        Bounds { high: hull(high, 1.0), low: hull(low, -1.0) }
    }

    pub(super) fn is_two_sided(&self) -> bool {
        !self.high.is_empty() && !self.low.is_empty()
    }

    /// The highest value at the time 0 that a line with this slope may have.
    fn most(&self, slope: f64) -> f64 {
        self.high.iter().map(|(t, v)| v - slope * t).fold(f64::INFINITY, f64::min)
    }

    fn least(&self, slope: f64) -> f64 {
        self.low.iter().map(|(t, v)| v - slope * t).fold(f64::NEG_INFINITY, f64::max)
    }

    /// By how much lines with this slope may be moved up and down; negative where they contradict a bound.
    fn room(&self, slope: f64) -> f64 {
        self.most(slope) - self.least(slope)
    }

    /// The slope with the most room. Room is concave over the slope.
    fn best(&self) -> f64 {
        peak(-FASTEST, FASTEST, |slope| self.room(slope))
    }

    /// By how much the bounds contradict each other, whatever the slope; 0 where they do not.
    pub(super) fn contradiction(&self) -> f64 {
        if !self.is_two_sided() || self.room(0.0) >= 0.0 {
            return 0.0;
        }
        (-self.room(self.best())).max(0.0)
    }

    /// The likeliest clock: one that does not drift where that is possible, in the middle of its room. With bounds on
    /// one side the bound itself: the fastest message took no time.
    pub(super) fn likely(&self) -> Line {
        if !self.is_two_sided() {
            let at = if self.low.is_empty() { self.most(0.0) } else { self.least(0.0) };
            return Line { at: if at.is_finite() { at } else { 0.0 }, slope: 0.0 };
        }
        let slope = if self.room(0.0) >= 0.0 { 0.0 } else { self.best() };
        Line { at: f64::midpoint(self.most(slope), self.least(slope)), slope }
    }

    /// The band of all clocks that may be: at each of some times the least and the most offset. It is never narrower
    /// than the contradiction of the bounds, and allows for the cut of times.
    pub(super) fn band(&self, times: &[f64]) -> Vec<(f64, f64)> {
        let slack = CUT_MS + self.contradiction();
        let fits = |slope: f64| self.room(slope) + 2.0 * slack >= 0.0;
        let best = if self.room(0.0) >= 0.0 { 0.0 } else { self.best() };
        let (down, up) = (edge(best, -FASTEST, &fits), edge(best, FASTEST, &fits));
        let band = |time: &f64| {
            let high = |slope: f64| self.most(slope) + slack + slope * time;
            let low = |slope: f64| -(self.least(slope) - slack + slope * time);
            let (most, least) = (peak(down, up, high), peak(down, up, low));
            (-low(least), high(most))
        };
        times.iter().map(band).collect()
    }

    /// Times at which the band has its corners.
    pub(super) fn corners(&self) -> impl Iterator<Item = f64> {
        self.high.iter().chain(&self.low).map(|(time, _)| *time)
    }
}

/// Where a concave function is highest.
fn peak(mut from: f64, mut to: f64, f: impl Fn(f64) -> f64) -> f64 {
    for _ in 0..STEPS {
        let third = (to - from) / 3.0;
        let (a, b) = (from + third, to - third);
        if f(a) < f(b) {
            from = a;
        } else {
            to = b;
        }
    }
    f64::midpoint(from, to)
}

/// How far from a point that fits to another one points fit.
fn edge(inside: f64, outside: f64, fits: &impl Fn(f64) -> bool) -> f64 {
    if fits(outside) {
        return outside;
    }
    let (mut good, mut bad) = (inside, outside);
    for _ in 0..STEPS {
        let middle = f64::midpoint(good, bad);
        if fits(middle) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good
}

/// The points that a line from below (`side` 1) or from above (-1) can touch: one half of the convex hull (Andrew's
/// monotone chain), as far as lines are no steeper than clocks drift.
fn hull(mut points: Vec<Point>, side: f64) -> Vec<Point> {
    points.sort_by(|a, b| a.0.total_cmp(&b.0).then((side * a.1).total_cmp(&(side * b.1))));
    points.dedup_by(|later, earlier| later.0.total_cmp(&earlier.0).is_eq());
    let mut out: Vec<Point> = Vec::new();
    for point in points {
        while let [.., a, b] = out[..] {
            let turn = (b.0 - a.0) * (point.1 - a.1) - (b.1 - a.1) * (point.0 - a.0);
            if turn * side > 0.0 {
                break;
            }
            out.pop();
        }
        out.push(point);
    }
    let steep = |pair: &[Point]| match pair {
        [a, b] => side * (b.1 - a.1) / (b.0 - a.0),
        _ => 0.0,
    };
    let first = out.windows(2).take_while(|pair| steep(pair) < -FASTEST).count();
    let last = out.windows(2).rev().take_while(|pair| steep(pair) > FASTEST).count();
    out.get(first..out.len() - last).unwrap_or_default().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drifting_clock_lies_in_its_band() {
        // 100 millionths: 0.1 ms a second, over 1000 s, messages take 2 to 9 ms.
        let offset = |t: f64| 5_000.0 + 1e-4 * t;
        let took = |i: i32| f64::from(2 + (i * 7) % 8);
        let high = (0..100).map(|i| (f64::from(i) * 1e4, offset(f64::from(i) * 1e4) + took(i))).collect();
        let low = (0..100).map(|i| (f64::from(i) * 1e4 + 50.0, offset(f64::from(i) * 1e4) - took(i + 3))).collect();
        let bounds = Bounds::new(high, low);
        assert!(bounds.contradiction() <= 0.0);
        let times: Vec<f64> = (0..=50).map(|i| f64::from(i) * 2e4).collect();
        for ((low, high), time) in bounds.band(&times).iter().zip(&times) {
            assert!((*low..=*high).contains(&offset(*time)), "{low} {high} at {time}");
            assert!(high - low < 12.0, "{low} {high} at {time}");
            assert!((bounds.likely().value(*time) - offset(*time)).abs() < 3.0);
        }
    }

    #[test]
    fn a_contradiction_is_as_wide_as_it_is() {
        let bounds = Bounds::new(vec![(0.0, 10.0), (10.0, 0.0)], vec![(5.0, 15.0)]);
        let gap = bounds.contradiction();
        assert!((10.0..=15.0).contains(&gap), "{gap}");
        assert!(bounds.band(&[5.0]).iter().all(|(low, high)| high - low >= gap));
        // From one side only the bound is known.
        let one = Bounds::new(vec![(0.0, 7.0), (1e6, 9.0)], Vec::new());
        assert_eq!(one.likely(), Line { at: 7.0, slope: 0.0 });
        assert!(!one.is_two_sided());
    }
}
