//! What calls say about one cause over time, in parts that can be joined.

use super::change::{BINS, Change};
use super::rank::{REFUSED, says_why};
use crate::analysis::{Analysis, Call, Outcome, PushResult, Verdict};
use crate::stats::Share;
use crate::time::Timestamp;

/// A change is named where chance makes one in a thousand logs.
const CHANCE: f64 = 0.001;
/// And where it changes by a fifth of all attempts at least: less is nothing to be woken up for.
const STEP: f64 = 0.2;
/// So many attempts before and after, at least.
const LEAST: u64 = 5;

/// How many attempts a cause hit, how many it spared, and of how many the logs do not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) hit: u64,
    pub(super) spared: u64,
    pub(super) open: u64,
}

/// The calls of one time: those to mobile users, and the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    mobile: Count,
    others: Count,
}

/// What calls say about one cause; joined in any order, parts say what the whole does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    /// Times, ascending, each once.
    times: Vec<(Timestamp, Tally)>,
}

impl Count {
    fn plus(self, other: Count) -> Count {
        Count { hit: self.hit + other.hit, spared: self.spared + other.spared, open: self.open + other.open }
    }

    fn less(self, other: Count) -> Count {
        Count { hit: self.hit - other.hit, spared: self.spared - other.spared, open: self.open - other.open }
    }

    /// Of those of which the logs tell it.
    fn share(self) -> Share {
        Share::new(self.hit, self.hit + self.spared)
    }

    /// The least and the most that it can be, whatever the open ones were.
    fn bounds(self) -> (Share, Share) {
        let all = self.hit + self.spared + self.open;
        (Share::new(self.hit, all), Share::new(self.hit + self.open, all))
    }
}

impl Sums {
    /// What some calls say.
    pub(super) fn partial(analysis: &Analysis, calls: &[Call], code: &str) -> Sums {
        let times = calls.iter().filter_map(|call| {
            let mut count = Count::default();
            *match call.findings.contains(&code) {
                true => &mut count.hit,
                false if is_open(analysis, call, code) => &mut count.open,
                false => &mut count.spared,
            } = 1;
            let none = Count::default();
            let (mobile, others) = if call.mobile { (count, none) } else { (none, count) };
            Some((call.started?, Tally { mobile, others }))
        });
        Sums { times: times.collect() }.in_order()
    }

    /// What both say.
    pub(super) fn join(mut self, mut other: Sums) -> Sums {
        if self.times.is_empty() {
            return other;
        }
        self.times.append(&mut other.times);
        self.in_order()
    }

    fn in_order(mut self) -> Sums {
        // Calls are in order of time, so this only looks.
        self.times.sort_by_key(|(time, _)| *time);
        self.times.dedup_by(|(next, more), (time, own)| {
            let same = next == time;
            if same {
                *own = Tally { mobile: own.mobile.plus(more.mobile), others: own.others.plus(more.others) };
            }
            same
        });
        self
    }

    /// The attempts in equal parts of the time, and the time from which on the share of the cause is another.
    pub(super) fn finish(&self) -> (Vec<(u32, u32)>, Option<Change>) {
        let (Some((from, _)), Some((to, _))) = (self.times.first(), self.times.last()) else {
            return (Vec::new(), None);
        };
        // Where it hit only calls to mobile users, the others are no attempts.
        let only_mobile = self.times.iter().all(|(_, tally)| tally.others.hit == 0);
        let of = |tally: &Tally| if only_mobile { tally.mobile } else { tally.mobile.plus(tally.others) };
        let counts: Vec<(Timestamp, Count)> =
            self.times.iter().map(|(time, tally)| (*time, of(tally))).filter(|(_, c)| *c != Count::default()).collect();
        let whole = u128::try_from(to.since(*from)).unwrap_or(0) + 1;
        let mut bins = vec![(0u32, 0u32); BINS];
        for (time, count) in &counts {
            let at = u128::try_from(time.since(*from)).unwrap_or(0) * BINS as u128 / whole;
            let Some(bin) = usize::try_from(at).ok().and_then(|at| bins.get_mut(at)) else { continue };
            let few = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
            let share = count.share();
            *bin = (bin.0.saturating_add(few(share.part)), bin.1.saturating_add(few(share.all)));
        }
        let day = |time: &Timestamp| time.iso().get(..10).map(str::to_owned);
        let change = change(&counts).map(|found| Change { of_days: day(from) != day(to), ..found });
        (bins, change)
    }
}

/// Whether the logs leave open that a call without a cause has it: with more of them it may turn out to have it, so it counts
/// as neither hit nor spared.
fn is_open(analysis: &Analysis, call: &Call, code: &str) -> bool {
    let pushes = || call.pushes.iter().filter_map(|p| analysis.pushes.get(*p));
    let undetermined = match call.verdict {
        Some(verdict) => verdict == Verdict::Undetermined,
        None => call.outcome.expected().is_none(),
    };
    if undetermined || pushes().any(|p| p.result == PushResult::Undetermined) {
        return true;
    }
    let mut lost = pushes().filter(|p| p.result.is_lost() && !p.superseded);
    // Nothing better known was found: the reason may stand in a log that is not here.
    let unexplained = !call.findings.iter().any(|code| says_why(code));
    // And the other way round: without the log in which the reason stands, it would be no more than refused.
    let refused = |p: &crate::analysis::Push| matches!(p.result, PushResult::Rejected | PushResult::Unroutable);
    let is_failed =
        matches!(call.outcome, Outcome::FederationFailed | Outcome::ServerError) && call.findings.is_empty();
    if code == REFUSED { lost.any(refused) } else { is_failed || unexplained && lost.next().is_some() }
}

/// The time that parts the attempts best, where it does so by more than chance: each time with a first or a last hit is
/// tried, the best is tested, and the test corrected for all that were tried (Bonferroni). It must stand whatever the open
/// ones were, or less of a log would name a change where there is none.
fn change(counts: &[(Timestamp, Count)]) -> Option<Change> {
    let total = counts.iter().fold(Count::default(), |sum, (_, own)| sum.plus(*own));
    let mut before = Count::default();
    let mut tried = 0u64;
    let mut best: Option<(f64, Timestamp)> = None;
    let mut hit_ahead = None;
    for (time, own) in counts.iter().filter(|(_, own)| own.share().all > 0) {
        // Only where hit and spared stand side by side can the share part.
        let hit = own.hit > 0;
        let (a, b) = (before.share(), total.less(before).share());
        if hit_ahead.is_some_and(|ahead| ahead != hit) && a.all >= LEAST && b.all >= LEAST {
            tried += 1;
            let score = apart(a, b);
            if best.is_none_or(|(most, _)| score > most) {
                best = Some((score, *time));
            }
        }
        hit_ahead = Some(hit);
        before = before.plus(*own);
    }
    let (_, at) = best?;
    // With the open ones, which the search has gone past.
    let before =
        counts.iter().take_while(|(time, _)| *time < at).fold(Count::default(), |sum, (_, own)| sum.plus(*own));
    let after = total.less(before);
    let rises = after.share().value()? > before.share().value()?;
    let nearest = if rises { (before.bounds().1, after.bounds().0) } else { (before.bounds().0, after.bounds().1) };
    #[expect(clippy::cast_precision_loss, reason = "a bound needs no more than 52 bits")]
    let told = |(before, after): (Share, Share)| {
        let chance = (before.chance(after) * tried as f64).min(1.0);
        let step = after.value()? - before.value()?;
        (chance < CHANCE && step.abs() >= STEP && (step > 0.0) == rises).then_some(chance)
    };
    let chance = told((before.share(), after.share()))?;
    told(nearest)?;
    Some(Change { at, before: before.share(), after: after.share(), open: total.open, of_days: false, chance })
}

/// How far apart two shares are, by the square of their distance in units of its spread: the quick test that finds the place
/// for the exact one.
#[expect(clippy::cast_precision_loss, reason = "a score needs no more than 52 bits")]
fn apart(a: Share, b: Share) -> f64 {
    let (of_a, of_b) = (a.all as f64, b.all as f64);
    let share = (a.part + b.part) as f64 / (of_a + of_b);
    let spread = share * (1.0 - share) * (1.0 / of_a + 1.0 / of_b);
    let distance = a.part as f64 / of_a - b.part as f64 / of_b;
    if spread > 0.0 { distance * distance / spread } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Course;

    /// One call a second: `x` has the cause, `-` is spared, `?` is open, in capitals and `=` one to no mobile user.
    fn sums(calls: &str) -> Sums {
        let tally = |sign| match sign {
            'x' => Tally { mobile: Count { hit: 1, ..Count::default() }, ..Tally::default() },
            '-' => Tally { mobile: Count { spared: 1, ..Count::default() }, ..Tally::default() },
            '?' => Tally { mobile: Count { open: 1, ..Count::default() }, ..Tally::default() },
            'X' => Tally { others: Count { hit: 1, ..Count::default() }, ..Tally::default() },
            '=' => Tally { others: Count { spared: 1, ..Count::default() }, ..Tally::default() },
            other => panic!("{other}"),
        };
        let time = |i: usize| Timestamp(i64::try_from(i).unwrap() * 1_000);
        Sums { times: calls.chars().enumerate().map(|(i, sign)| (time(i), tally(sign))).collect() }
    }

    fn change_of(calls: &str) -> Option<Change> {
        sums(calls).finish().1
    }

    #[test]
    fn a_change_is_named_where_chance_does_not_make_it() {
        let change = change_of(&("-".repeat(40) + &"x".repeat(30))).unwrap();
        assert_eq!(
            (change.at, change.before, change.after, change.open),
            (Timestamp(40_000), Share::new(0, 40), Share::new(30, 30), 0)
        );
        assert_eq!(change.in_words(), "from 00:00:40, 0 of 40 before, 30 of 30 after");
        // An end of the trouble is a change too.
        assert_eq!(change_of(&("x".repeat(30) + &"-".repeat(40))).unwrap().after, Share::new(0, 40));
        // Every other call hit, all hit, none hit, too few: nothing changes.
        for same in ["x-".repeat(100), "x".repeat(50), "-".repeat(50), "--xx".to_owned()] {
            assert_eq!(change_of(&same), None, "{same:?}");
        }
    }

    #[test]
    fn what_is_open_is_not_spared() {
        // All are hit from the first on; of the first forty the logs do not tell it.
        assert_eq!(change_of(&("?".repeat(40) + &"x".repeat(30))), None);
        // Some of them are known to be spared, and the others may be hit as often as those behind.
        assert_eq!(change_of(&("-".repeat(10) + &"?".repeat(60) + &"x".repeat(30))), None);
        // A few that are open change nothing, wherever they stand; they are counted by themselves.
        for few in ["-".repeat(38) + "??" + &"x".repeat(30), "??".to_owned() + &"-".repeat(38) + &"x".repeat(30)] {
            let change = change_of(&few).unwrap();
            assert_eq!((change.before, change.after, change.open), (Share::new(0, 38), Share::new(30, 30), 2));
            assert_eq!(change.in_words(), "from 00:00:40, 0 of 38 before, 30 of 30 after (2 open)");
        }
    }

    #[test]
    fn less_log_names_no_other_change() {
        // Nothing changes, and whatever stretch is open, nothing changes still.
        let whole = "xx-x-".repeat(30);
        assert_eq!(change_of(&whole), None);
        for from in (0..150).step_by(10) {
            for to in (from..=150).step_by(10) {
                let part = whole[..from].to_owned() + &"?".repeat(to - from) + &whole[to..];
                assert_eq!(change_of(&part), None, "{from} to {to}");
            }
        }
        // Nor where those who are spared alone are told.
        assert_eq!(change_of(&(whole[..75].replace('x', "?") + &whole[75..])), None);
    }

    #[test]
    fn joined_sums_are_those_of_the_whole() {
        // The one call of a desk that is hit makes all calls attempts: only a later part tells it.
        for calls in ["-".repeat(40) + &"x".repeat(30), "=-".repeat(20) + &"x".repeat(28) + "XX"] {
            let all = sums(&calls);
            for at in [0, 1, 40, 69, calls.len()] {
                let part = |own: &[(Timestamp, Tally)]| Sums { times: own.to_vec() };
                let (a, b) = all.times.split_at(at);
                assert_eq!(part(b).join(part(a)), all, "{at}");
                assert_eq!(part(a).join(part(b)).finish(), all.finish(), "{at}");
            }
        }
        let course = Course { bins: sums(&("-".repeat(40) + &"x".repeat(30))).finish().0, ..Course::default() };
        let line = course.sparkline(true);
        assert_eq!((line.len(), line.starts_with("....."), line.ends_with("#####")), (BINS, true, true), "{line}");
        // Parts at the same time are one.
        let twice = sums("x-").join(sums("-x"));
        assert_eq!(twice.times.iter().map(|(_, t)| t.mobile.share()).collect::<Vec<_>>(), [Share::new(1, 2); 2]);
    }

    #[test]
    fn a_change_tells_its_day_where_there_are_several() {
        let mut sums = sums(&("-".repeat(40) + &"x".repeat(30)));
        for (time, _) in &mut sums.times {
            *time = Timestamp(time.0 * 3_600);
        }
        let words = sums.finish().1.unwrap().in_words();
        assert_eq!(words, "from 1970-01-02 16:00:00, 0 of 40 before, 30 of 30 after");
    }
}
