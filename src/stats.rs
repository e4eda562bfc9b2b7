//! Whether two counts differ by more than chance: intervals of shares, of their difference, a test, and what many tests
//! at once are worth.
//!
//! Fisher's test is summed here and not taken from a library: sums relative to the middle of the distribution keep small
//! probabilities exact, where a difference to one loses them, and cannot overflow however many calls there are.

/// Quantile of the normal distribution that leaves 2.5 % on each side: all intervals here are of 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// A weight below this adds nothing to a sum that begins with one.
const NOTHING: f64 = 1e-300;

/// So much may two weights differ by rounding and yet be the same number.
const ROUNDING: f64 = 1e-9;

/// A part of a whole. What is above the whole is cut to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// Those that count.
    pub part: u64,
    /// All that could.
    pub all: u64,
}

impl Share {
    /// `part` of `all`.
    pub fn new(part: u64, all: u64) -> Share {
        Share { part: part.min(all), all }
    }

    /// From 0 to 1; `None` of nothing.
    pub fn value(self) -> Option<f64> {
        (self.all > 0).then(|| float(self.part) / float(self.all))
    }

    /// The shares that may stand behind it, 95 % of the time, where the counted are a sample: the score interval (Wilson,
    /// J. Am. Stat. Assoc. 22, 1927). Nothing known is 0 to 1.
    pub fn interval(self) -> (f64, f64) {
        let Some(share) = self.value() else { return (0.0, 1.0) };
        let (all, z2) = (float(self.all), Z * Z);
        let middle = share + z2 / (2.0 * all);
        let reach = Z * (share * (1.0 - share) / all + z2 / (4.0 * all * all)).sqrt();
        let scale = 1.0 + z2 / all;
        // At the ends the root is exact in the books and not in binary.
        let low = if self.part == 0 { 0.0 } else { ((middle - reach) / scale).max(0.0) };
        let high = if self.part == self.all { 1.0 } else { ((middle + reach) / scale).min(1.0) };
        (low, high)
    }

    /// By how much `after` is above `self`, with the interval of 95 %: method 10 of Newcombe (Stat. Med. 17, 1998), which
    /// stays true for few and for extreme counts. `None` where one of them is of nothing.
    pub fn change(self, after: Share) -> Option<(f64, f64, f64)> {
        let (old, new) = (self.value()?, after.value()?);
        let ((old_low, old_high), (new_low, new_high)) = (self.interval(), after.interval());
        let change = new - old;
        let low = change - (new - new_low).hypot(old_high - old);
        let high = change + (new_high - new).hypot(old - old_low);
        Some((change, low.max(-1.0), high.min(1.0)))
    }

    /// How often chance alone makes the two differ so much or more, if nothing has changed: [`fisher`].
    pub fn chance(self, after: Share) -> f64 {
        fisher([[self.part, self.all - self.part], [after.part, after.all - after.part]])
    }
}

/// The two-sided exact test of Fisher: the probability of all tables with the same sums that are no likelier than this
/// one. 1 where a row or a column is empty; time grows with the spread of the counts, not with the counts.
pub fn fisher(table: [[u64; 2]; 2]) -> f64 {
    let [[a, b], [c, d]] = table.map(|row| row.map(u128::from));
    let (row, other, column) = (a + b, c + d, a + c);
    if row == 0 || other == 0 || column == 0 || b + d == 0 {
        return 1.0;
    }
    let (least, most) = (column.saturating_sub(other), row.min(column));
    let mode = ((column + 1) * (row + 1) / (row + other + 2)).clamp(least, most);
    // By how much the weight grows from k to k + 1.
    let step = |k: u128| {
        let up = wide(row - k) * wide(column - k);
        up / (wide(k + 1) * wide(other + k + 1 - column))
    };
    let upwards = weights((mode..most).map(step));
    let downwards = weights((least..mode).rev().map(|k| 1.0 / step(k)));
    let at = if a >= mode { upwards.get(index(a - mode)) } else { downwards.get(index(mode - a)) };
    let limit = at.copied().unwrap_or(0.0) * (1.0 + ROUNDING);
    // Smallest first, so that they are not lost; the middle stands in both.
    let sum = |all: &[f64], limit: f64| all.iter().rev().filter(|w| **w <= limit).sum::<f64>();
    let all = sum(&upwards, f64::MAX) + sum(downwards.get(1..).unwrap_or_default(), f64::MAX);
    let rare = sum(&upwards, limit) + sum(downwards.get(1..).unwrap_or_default(), limit);
    (rare / all).min(1.0)
}

/// One, then every weight by its quotient to the one before, as long as they add anything.
fn weights(steps: impl Iterator<Item = f64>) -> Vec<f64> {
    let mut out = vec![1.0];
    let mut weight = 1.0;
    for step in steps {
        weight *= step;
        if weight < NOTHING {
            break;
        }
        out.push(weight);
    }
    out
}

/// What each of several probabilities is worth when all were tried, so that one false alarm among all is as rare as one
/// of a single test (Holm, Scand. J. Stat. 6, 1979). In the order given.
pub fn holm(chances: &[f64]) -> Vec<f64> {
    let mut out = vec![1.0; chances.len()];
    let mut least: f64 = 0.0;
    for (rank, at) in order(chances).into_iter().enumerate() {
        let tried = float((chances.len() - rank) as u64);
        least = least.max((chances[at] * tried).min(1.0));
        out[at] = least;
    }
    out
}

/// The same so that of all that are called different at a limit no larger share than the limit is not (Benjamini and
/// Hochberg, J. R. Stat. Soc. B 57, 1995). In the order given.
pub fn benjamini_hochberg(chances: &[f64]) -> Vec<f64> {
    let mut out = vec![1.0; chances.len()];
    let mut most: f64 = 1.0;
    for (rank, at) in order(chances).into_iter().enumerate().rev() {
        most = most.min(chances[at] * (float(chances.len() as u64) / float(rank as u64 + 1)));
        out[at] = most;
    }
    out
}

/// Positions, smallest first.
fn order(chances: &[f64]) -> Vec<usize> {
    let mut out: Vec<usize> = (0..chances.len()).collect();
    out.sort_by(|a, b| chances[*a].total_cmp(&chances[*b]));
    out
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn float(n: u64) -> f64 {
    n as f64
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are far below 2^52")]
fn wide(n: u128) -> f64 {
    n as f64
}

/// Beyond the weights that are kept, where it does not fit.
fn index(n: u128) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn near(a: f64, b: f64, within: f64) -> bool {
        (a - b).abs() <= within
    }

    /// Ways to choose, exact.
    fn choose(n: u128, k: u128) -> u128 {
        (0..k).fold(1, |ways, i| ways * (n - i) / (i + 1))
    }

    /// The test by whole numbers: ways of the tables that are no likelier, over all ways.
    fn exact([[a, b], [c, d]]: [[u64; 2]; 2]) -> f64 {
        let [a, b, c, d] = [a, b, c, d].map(u128::from);
        let (row, other, column) = (a + b, c + d, a + c);
        let ways = |k: u128| choose(row, k) * choose(other, column - k);
        let range = column.saturating_sub(other)..=row.min(column);
        let rare: u128 = range.filter(|k| ways(*k) <= ways(a)).map(ways).sum();
        wide(rare) / wide(choose(row + other, column))
    }

    #[test]
    fn published_values() {
        // Fisher's lady with the tea: 34 of 70 ways.
        assert!(near(fisher([[3, 1], [1, 3]]), 34.0 / 70.0, 1e-12));
        // One-sided tails of the same sums are 1/70 each.
        assert!(near(fisher([[4, 0], [0, 4]]), 2.0 / 70.0, 1e-12));
        // Newcombe 1998 (both parts), 81 of 263, and 56/70 against 48/80.
        let (low, high) = Share::new(81, 263).interval();
        assert!(near(low, 0.2553, 5e-5) && near(high, 0.3662, 5e-5), "{low} {high}");
        let (change, low, high) = Share::new(48, 80).change(Share::new(56, 70)).unwrap();
        assert!(near(change, 0.2, 1e-12) && near(low, 0.0524, 5e-5) && near(high, 0.3339, 5e-5), "{low} {high}");
        let (_, low, high) = Share::new(0, 10).change(Share::new(10, 10)).unwrap();
        assert!(near(low, 0.6075, 5e-5) && near(high, 1.0, 1e-12), "{low}");
    }

    #[test]
    fn nothing_and_everything() {
        assert_eq!(Share::new(0, 0).interval(), (0.0, 1.0));
        assert_eq!(Share::new(0, 0).change(Share::new(1, 2)), None);
        assert_eq!(Share::new(0, 0).chance(Share::new(1, 2)).to_bits(), 1.0_f64.to_bits());
        assert_eq!(Share::new(0, 20).interval().0.to_bits(), 0.0_f64.to_bits());
        assert_eq!(Share::new(20, 20).interval().1.to_bits(), 1.0_f64.to_bits());
        // Nothing overflows, and what is beyond all numbers is nothing.
        let many = 1 << 40;
        assert!(fisher([[many, 1], [1, many]]) <= 0.0);
        assert!(near(fisher([[1_000_000, 1_000_000], [1_000_000, 1_000_000]]), 1.0, 1e-9));
        assert!(holm(&[]).is_empty() && benjamini_hochberg(&[]).is_empty());
    }

    #[test]
    fn many_tests_at_once() {
        let close = |a: &[f64], b: &[f64]| a.iter().zip(b).all(|(a, b)| near(*a, *b, 1e-12)) && a.len() == b.len();
        // By hand: times 4, 3, 2, 1 in rising order, never falling.
        assert!(close(&holm(&[0.03, 0.01, 0.04, 0.005]), &[0.06, 0.03, 0.06, 0.02]));
        // By hand: times 4/rank, from the largest down never rising.
        assert!(close(&benjamini_hochberg(&[0.03, 0.01, 0.04, 0.005]), &[0.04, 0.02, 0.04, 0.02]));
    }

    /// Zeros stay below a larger one however many were tried, and equal ones stay equal.
    #[test]
    fn corrected_zeros_stay_in_order() {
        let chances = [0.0, 0.0, 0.0, 0.831_442_911_715_646_9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        for corrected in [holm(&chances), benjamini_hochberg(&chances)] {
            let of_zeros: Vec<f64> = (0..10).filter(|i| *i != 3).map(|i| corrected[i]).collect();
            assert!(of_zeros.iter().all(|c| *c <= 0.0) && corrected[3] >= chances[3], "{corrected:?}");
        }
    }

    proptest! {
        #[test]
        fn fisher_is_the_exact_sum(a in 0_u64..25, b in 0_u64..25, c in 0_u64..25, d in 0_u64..25) {
            prop_assume!(a + b > 0 && c + d > 0 && a + c > 0 && b + d > 0);
            let table = [[a, b], [c, d]];
            prop_assert!(near(fisher(table), exact(table), 1e-9), "{} {}", fisher(table), exact(table));
            // Rows and columns are the same question.
            prop_assert!(near(fisher(table), fisher([[a, c], [b, d]]), 1e-9));
            prop_assert!(near(fisher(table), fisher([[d, c], [b, a]]), 1e-9));
        }

        #[test]
        fn intervals_hold_their_value(part in 0_u64..1000, more in 1_u64..1000, part2 in 0_u64..1000, more2 in 1_u64..1000) {
            let (old, new) = (Share::new(part, part + more), Share::new(part2, part2 + more2));
            let (low, high) = old.interval();
            let value = old.value().unwrap();
            prop_assert!(0.0 <= low && low <= value && value <= high && high <= 1.0);
            let (change, low, high) = old.change(new).unwrap();
            prop_assert!(-1.0 <= low && low <= change && change <= high && high <= 1.0);
            let (back, low2, high2) = new.change(old).unwrap();
            prop_assert!(near(back, -change, 1e-12) && near(low2, -high, 1e-12) && near(high2, -low, 1e-12));
        }

        #[test]
        fn corrected_chances_keep_their_order(chances in prop::collection::vec(0.0_f64..1.0, 0..20)) {
            for corrected in [holm(&chances), benjamini_hochberg(&chances)] {
                for (a, b) in chances.iter().zip(&corrected) {
                    prop_assert!(a <= b && *b <= 1.0);
                }
                for (i, j) in (0..chances.len()).zip(1..chances.len()) {
                    let (low, high) = if chances[i] <= chances[j] { (i, j) } else { (j, i) };
                    prop_assert!(corrected[low] <= corrected[high]);
                }
            }
        }
    }
}
