//! Since when a cause hits: first and last, its share of the attempts over time, and the time from which it is another.

use std::collections::BTreeMap;

use super::Index;
use crate::analysis::{Analysis, Call};
use crate::stats::{Share, fisher};
use crate::time::Timestamp;

/// A cause over the time of the logs.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Course {
    /// First and last time.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Calls with the cause, and all that could have had it, in [`BINS`] equal parts of the time of all calls.
    pub bins: Vec<(u32, u32)>,
    /// From when on its share is another by more than chance.
    pub change: Option<Change>,
}

/// A time from which on a cause hits more, or less, than before.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Calls with the cause and all attempts before.
    pub before: Share,
    /// The same from then on.
    pub after: Share,
    /// How often chance alone makes such a difference at one of all times that were tried.
    pub chance: f64,
}

/// Parts of the time that are told apart.
pub const BINS: usize = 24;
/// A change is named where chance makes one in a thousand logs.
const CHANCE: f64 = 0.001;
/// And where it changes by a fifth of all attempts at least: less is nothing to be woken up for.
const STEP: f64 = 0.2;
/// So many attempts before and after, at least.
const LEAST: u64 = 5;

impl Change {
    /// `from 10:00:04, 0 of 210 before, 119 of 150 after`
    pub fn in_words(&self) -> String {
        let at = self.at.iso();
        let (at, before, after) = (at.get(11..19).unwrap_or_default(), self.before, self.after);
        format!("from {at}, {} of {} before, {} of {} after", before.part, before.all, after.part, after.all)
    }
}

impl Course {
    /// The share of the attempts, part by part, on its own scale; a blank where there were none.
    pub fn sparkline(&self, ascii: bool) -> String {
        let levels: &[char] =
            if ascii { &['.', ':', '|', '#'] } else { &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] };
        // Part of all as a fraction of the largest share: without floating point, so that it is the same everywhere.
        let largest = self.bins.iter().filter(|(_, all)| *all > 0).copied();
        let largest = largest.max_by(|a, b| (u64::from(a.0) * u64::from(b.1)).cmp(&(u64::from(b.0) * u64::from(a.1))));
        let Some((most, of)) = largest.filter(|(most, _)| *most > 0) else { return String::new() };
        let sign = |(part, all): &(u32, u32)| match (*part, *all) {
            (_, 0) => ' ',
            (0, _) => levels.first().copied().unwrap_or(' '),
            (part, all) => {
                let above = levels.len() as u128 - 1;
                let level = u128::from(part) * u128::from(of) * above / (u128::from(all) * u128::from(most)).max(1);
                levels.get(1 + usize::try_from(level).unwrap_or(0).min(levels.len() - 2)).copied().unwrap_or(' ')
            }
        };
        self.bins.iter().map(sign).collect()
    }
}

/// What all calls say about one cause, in parts that can be joined.
#[derive(Clone, Debug, Default)]
struct Sums {
    /// Times, ascending, each once, with calls that have the cause and attempts.
    times: Vec<(Timestamp, (u64, u64))>,
}

impl Sums {
    fn partial<'a>(calls: impl Iterator<Item = &'a Call>, code: &str) -> Sums {
        let own = calls.filter_map(|c| Some((c.started?, (u64::from(c.findings.contains(&code)), 1))));
        Sums { times: own.collect() }.in_order()
    }

    fn join(mut self, mut other: Sums) -> Sums {
        self.times.append(&mut other.times);
        self.in_order()
    }

    fn in_order(mut self) -> Sums {
        // Calls are in order of time, so this only looks.
        self.times.sort_by_key(|(time, _)| *time);
        self.times.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = (kept.1.0 + next.1.0, kept.1.1 + next.1.1);
            }
            same
        });
        self
    }

    fn finish(&self, (from, to): (Timestamp, Timestamp)) -> (Vec<(u32, u32)>, Option<Change>) {
        let whole = u128::try_from(to.since(from)).unwrap_or(0) + 1;
        let mut bins = vec![(0u32, 0u32); BINS];
        for (time, (part, all)) in &self.times {
            let at = u128::try_from(time.since(from)).unwrap_or(0) * BINS as u128 / whole;
            let Some(bin) = usize::try_from(at).ok().and_then(|at| bins.get_mut(at)) else { continue };
            let few = |n: &u64| u32::try_from(*n).unwrap_or(u32::MAX);
            *bin = (bin.0.saturating_add(few(part)), bin.1.saturating_add(few(all)));
        }
        (bins, self.change())
    }

    /// The time that parts the attempts best, where it does so by more than chance: each time with a first or a last hit is
    /// tried, the best is tested, and the test corrected for all that were tried (Bonferroni).
    fn change(&self) -> Option<Change> {
        let total = self.times.iter().fold((0, 0), |sum, (_, own)| (sum.0 + own.0, sum.1 + own.1));
        let mut before = (0u64, 0u64);
        let mut tried = 0u64;
        let mut best: Option<(f64, Timestamp, (u64, u64))> = None;
        let mut hit_ahead = None;
        for (time, own) in &self.times {
            let after = (total.0 - before.0, total.1 - before.1);
            // Only where hit and spared stand side by side can the share part.
            let hit = own.0 > 0;
            if hit_ahead.is_some_and(|ahead| ahead != hit) && before.1 >= LEAST && after.1 >= LEAST {
                tried += 1;
                let score = apart(before, after);
                if best.is_none_or(|(most, ..)| score > most) {
                    best = Some((score, *time, before));
                }
            }
            hit_ahead = Some(hit);
            before = (before.0 + own.0, before.1 + own.1);
        }
        let (_, at, before) = best?;
        let (before, after) = (Share::new(before.0, before.1), Share::new(total.0 - before.0, total.1 - before.1));
        let (low, high) = (before.value()?, after.value()?);
        let table = [[before.part, before.all - before.part], [after.part, after.all - after.part]];
        #[expect(clippy::cast_precision_loss, reason = "a bound needs no more than 52 bits")]
        let chance = (fisher(table) * tried as f64).min(1.0);
        (chance < CHANCE && (high - low).abs() >= STEP).then_some(Change { at, before, after, chance })
    }
}

/// How far apart two shares are, by the square of their distance in units of its spread: the quick test that finds the place
/// for the exact one.
#[expect(clippy::cast_precision_loss, reason = "a score needs no more than 52 bits")]
fn apart(a: (u64, u64), b: (u64, u64)) -> f64 {
    let (of_a, of_b) = (a.1 as f64, b.1 as f64);
    let share = (a.0 + b.0) as f64 / (of_a + of_b);
    let spread = share * (1.0 - share) * (1.0 / of_a + 1.0 / of_b);
    let distance = a.0 as f64 / of_a - b.0 as f64 / of_b;
    if spread > 0.0 { distance * distance / spread } else { 0.0 }
}

/// The course of every cause that hit calls. The attempts are the calls to mobile users, where the cause hit only such; else
/// all calls.
pub fn courses(analysis: &Analysis, index: &Index) -> BTreeMap<&'static str, Course> {
    let times = || analysis.calls.iter().filter_map(|c| c.started);
    let whole = times().min().zip(times().max());
    let course = |(code, hit): (&'static str, &super::Hit)| {
        let is_mobile = |i: &usize| analysis.calls.get(*i).is_some_and(|c| c.mobile);
        let only_mobile = hit.calls.iter().all(is_mobile);
        let (bins, change) = match whole.filter(|_| !hit.calls.is_empty()) {
            Some(whole) => {
                let parts = analysis
                    .calls
                    .chunks(PART)
                    .map(|part| Sums::partial(part.iter().filter(|c| c.mobile || !only_mobile), code));
                parts.fold(Sums::default(), Sums::join).finish(whole)
            }
            None => (Vec::new(), None),
        };
        (code, Course { span: hit.span, bins, change })
    };
    index.all().map(course).collect()
}

/// Calls that are summed at a time.
const PART: usize = 65_536;

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(hits: &[u64]) -> Sums {
        let times = hits.iter().enumerate().map(|(i, hit)| (Timestamp(i64::try_from(i).unwrap() * 1_000), (*hit, 1)));
        Sums { times: times.collect() }
    }

    #[test]
    fn a_change_is_named_where_chance_does_not_make_it() {
        let change = sums(&[vec![0; 40], vec![1; 30]].concat()).change().unwrap();
        assert_eq!(
            (change.at, change.before, change.after),
            (Timestamp(40_000), Share::new(0, 40), Share::new(30, 30))
        );
        assert_eq!(change.in_words(), "from 00:00:40, 0 of 40 before, 30 of 30 after");
        // An end of the trouble is a change too.
        assert_eq!(sums(&[vec![1; 30], vec![0; 40]].concat()).change().unwrap().after, Share::new(0, 40));
        // Every other call hit, all hit, none hit, too few: nothing changes.
        let other: Vec<u64> = (0..200).map(|i| i % 2).collect();
        for same in [other, vec![1; 50], vec![0; 50], vec![0, 0, 1, 1]] {
            assert_eq!(sums(&same).change(), None, "{same:?}");
        }
    }

    #[test]
    fn joined_sums_are_those_of_the_whole() {
        let all = sums(&[vec![0; 40], vec![1; 30]].concat());
        let split = all.times.clone();
        let whole = (Timestamp(0), Timestamp(69_000));
        for at in [0, 1, 40, 69, 70] {
            let part = |own: &[(Timestamp, (u64, u64))]| Sums { times: own.to_vec() };
            let joined = part(&split[at..]).join(part(&split[..at]));
            assert_eq!(joined.finish(whole), all.finish(whole), "{at}");
        }
        let course = Course { bins: all.finish(whole).0, ..Course::default() };
        let line = course.sparkline(true);
        assert_eq!((line.len(), line.starts_with("....."), line.ends_with("#####")), (BINS, true, true), "{line}");
    }
}
