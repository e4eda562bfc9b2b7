//! What may be true of one call for one ratio, and what many such calls leave open.

use crate::stats::Share;

/// For one ratio: which of these a call may be. One bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Possible(u8);

impl Possible {
    /// It is no case of the ratio.
    pub const OUT: Possible = Possible(1);
    /// It is one that does not count.
    pub const NO: Possible = Possible(2);
    /// It is one that counts.
    pub const YES: Possible = Possible(4);
    /// Nothing is known.
    pub const ANY: Possible = Possible(7);
    /// It is one, and may count.
    pub const EITHER: Possible = Possible(6);

    /// Either of both.
    #[must_use]
    pub const fn or(self, other: Possible) -> Possible {
        Possible(self.0 | other.0)
    }

    /// It counts, or not.
    pub const fn is(counts: bool) -> Possible {
        if counts { Possible::YES } else { Possible::NO }
    }
}

/// Counts of one ratio.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that count.
    pub yes: u64,
    /// Those that do not.
    pub no: u64,
    /// Those that count, if they are cases at all.
    maybe_yes: u64,
    /// Those that do not count, if they are cases at all.
    maybe_no: u64,
    /// Those that may count or not.
    either: u64,
}

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, possible: Possible) {
        let (out, no, yes) = (possible.0 & 1 > 0, possible.0 & 2 > 0, possible.0 & 4 > 0);
        let place = match (out, no, yes) {
            (false, false, true) => &mut self.yes,
            (false, true, false) => &mut self.no,
            (true, true, false) => &mut self.maybe_no,
            (true, false, true) => &mut self.maybe_yes,
            (_, true, true) => &mut self.either,
            (_, false, false) => return,
        };
        *place += 1;
    }

    /// Those of which it is known.
    pub fn known(&self) -> u64 {
        self.yes + self.no
    }

    /// Those of which it is not.
    pub fn unknown(&self) -> u64 {
        self.maybe_yes + self.maybe_no + self.either
    }

    /// The same where of those that count only so many do.
    #[must_use]
    pub fn only(self, yes: u64) -> Tally {
        let yes = yes.min(self.yes);
        Tally { yes, no: self.no + self.yes - yes, ..self }
    }

    /// The share of those that are known.
    pub fn value(&self) -> Option<f64> {
        Share::new(self.yes, self.known()).value()
    }

    /// What is known, and the ends of what is left open, as counts; see [`Tally::bounds`].
    pub fn shares(&self, hidden: u64) -> [Share; 3] {
        let most = self.yes + self.maybe_yes + self.either + hidden;
        let low = Share::new(self.yes, self.yes + self.no + self.maybe_no + self.either + hidden);
        [Share::new(self.yes, self.known()), low, Share::new(most, most + self.no)]
    }

    /// The least and the greatest share that is left open, when `hidden` more are in no log. What may be left out and does
    /// not count makes the share less, what may be left out and counts makes it more: each end takes all that serve it.
    pub fn bounds(&self, hidden: u64) -> Option<(f64, f64)> {
        if self.known() + self.unknown() == 0 {
            return None;
        }
        let [low, high] = [1, 2].map(|end| self.shares(hidden)[end].value());
        // Where all may be left out, the other end is all there is.
        Some((low.or(high).unwrap_or(0.0), high.or(low).unwrap_or(1.0)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kinds() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(1_u8..8, 0..9)
    }

    /// The share of one truth: of each what it really is.
    fn truth(all: &[u8]) -> Option<f64> {
        let count = |bit: u8| all.iter().map(|k| u64::from(*k == bit)).sum::<u64>();
        Share::new(count(4), count(4) + count(2)).value()
    }

    proptest! {
        /// Every truth that the calls leave open, tried one by one, is inside; and both ends are true of one.
        #[test]
        fn bounds_are_exact(all in kinds()) {
            let mut tally = Tally::default();
            for kinds in &all {
                tally.add(Possible(*kinds));
            }
            let mut truths: Vec<Vec<u8>> = vec![Vec::new()];
            for kinds in &all {
                let each = [1, 2, 4].into_iter().filter(|bit| kinds & bit > 0);
                truths = each.flat_map(|bit| truths.iter().map(move |t| [&t[..], &[bit]].concat())).collect();
            }
            let shares: Vec<f64> = truths.iter().filter_map(|t| truth(t)).collect();
            let least = shares.iter().copied().reduce(f64::min);
            let most = shares.iter().copied().reduce(f64::max);
            match (tally.bounds(0), least.zip(most)) {
                (Some((low, high)), Some((least, most))) => {
                    prop_assert!((low - least).abs() < 1e-12 && (high - most).abs() < 1e-12, "{low} {high} {least} {most}");
                }
                (bounds, truths) => prop_assert!(bounds.is_none() && truths.is_none(), "{bounds:?} {truths:?}"),
            }
        }
    }

    #[test]
    fn hidden_calls_may_all_count_or_none() {
        let mut tally = Tally::default();
        for possible in [Possible::YES, Possible::YES, Possible::NO, Possible::EITHER] {
            tally.add(possible);
        }
        let (low, high) = tally.bounds(1).unwrap();
        assert!((tally.value().unwrap() - 2.0 / 3.0).abs() < 1e-12);
        assert!((low - 0.4).abs() < 1e-12 && (high - 0.8).abs() < 1e-12);
        assert_eq!(Tally::default().bounds(3), None);
    }
}
