//! Same cause, many victims: in what the calls missed for one cause differ from those that came through.
//!
//! For every cause with enough cases and every value of a dimension (a server, a client version, an hour) the share
//! among the missed is held against the share among the calls to mobile users that were not missed. Their quotient,
//! the lift, says how many times more often the value occurs with the fault.

mod sums;
pub(crate) mod values;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::analysis::{Analysis, Call, Verdict};
use crate::stats::{Share, holm};
use crate::time::Timestamp;
use crate::trace::Trace;
use sums::Sums;

/// Below this many cases nothing is said: chance makes patterns of four.
pub const LEAST: usize = 5;
/// A value that fewer of the missed have in common explains too little.
const SHARE: f64 = 0.5;
/// What chance alone makes more often than once in twenty logs may be chance.
const CHANCE: f64 = 0.05;
/// A value that is hardly more frequent among the missed explains nothing.
const LIFT: f64 = 1.5;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// A Front End that logged the call.
    FrontEnd,
    /// An Edge, Director or other server on the way of the push.
    Server,
    /// The other side to which a push went.
    Peer,
    /// Mobile client with its version.
    Client,
    /// Domain of the callee.
    UserDomain,
    /// Hour of the day, on the clock of the reference.
    Hour,
}

impl Dimension {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            Dimension::FrontEnd => "front_end",
            Dimension::Server => "server",
            Dimension::Peer => "peer",
            Dimension::Client => "client",
            Dimension::UserDomain => "user_domain",
            Dimension::Hour => "hour",
        }
    }
}

/// What the calls missed for one cause have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Contrast {
    /// Code of the cause.
    pub finding: &'static str,
    /// What was compared.
    pub dimension: Dimension,
    /// The value in common.
    pub value: String,
    /// Missed calls with the value.
    pub missed: usize,
    /// All missed calls of the cause.
    pub missed_of: usize,
    /// Calls with the value that came through.
    pub through: usize,
    /// All calls to mobile users that came through and have any value there: only a push has a peer.
    pub through_of: usize,
    /// How many times more frequent the value is among the missed; `None` where no other call has it.
    pub lift: Option<f64>,
    /// How often chance alone makes such a difference among all that were compared (Fisher's exact test, Holm's correction).
    pub chance: f64,
    /// First of the missed, where no call with the value came through from then on.
    pub since: Option<Timestamp>,
}

impl Contrast {
    /// Whether chance alone may have made it.
    pub fn may_be_chance(&self) -> bool {
        self.chance >= CHANCE
    }
}

/// Calls that are summed at a time.
const PART: usize = 4_096;

/// All contrasts: by cause, then the ones that explain most first.
pub fn contrasts(trace: &Trace, analysis: &Analysis) -> Vec<Contrast> {
    let mut causes: BTreeMap<&'static str, usize> = BTreeMap::new();
    for code in analysis.missed().flat_map(|call| &call.findings) {
        *causes.entry(code).or_default() += 1;
    }
    let wanted: Vec<&'static str> = causes.into_iter().filter(|(_, calls)| *calls >= LEAST).map(|(c, _)| c).collect();
    if wanted.is_empty() {
        return Vec::new();
    }
    let parts = analysis.calls.par_chunks(PART).map(|calls| Sums::partial(trace, analysis, calls, &wanted));
    finish(&parts.reduce(Sums::default, Sums::join))
}

/// What differs, of all calls.
fn finish(sums: &Sums) -> Vec<Contrast> {
    let mut out = Vec::new();
    // Everything that was compared counts, or the luckiest of many would pass for a find.
    let mut chances: Vec<f64> = Vec::new();
    let mut found: Vec<usize> = Vec::new();
    for (finding, missed) in sums.missed.iter().filter(|(_, missed)| missed.calls >= LEAST) {
        for (named, bad) in missed.values.iter().filter(|(_, bad)| bad.calls >= LEAST) {
            let good = sums.through.values.get(named).copied().unwrap_or_default();
            let (dimension, value) = named;
            let all = sums.known.get(dimension).copied().unwrap_or(0);
            let (share, usual) = (ratio(bad.calls, missed.calls), ratio(good.calls, all));
            let lift = (usual > 0.0).then(|| share / usual);
            let many = |n: usize| n as u64;
            let chance =
                Share::new(many(bad.calls), many(missed.calls)).chance(Share::new(many(good.calls), many(all)));
            chances.push(chance);
            if share < SHARE || lift.is_some_and(|l| l < LIFT) || all < LEAST {
                continue;
            }
            let until = good.last.filter(|_| !good.timeless);
            found.push(chances.len() - 1);
            out.push(Contrast {
                finding,
                dimension: *dimension,
                value: value.clone(),
                missed: bad.calls,
                missed_of: missed.calls,
                through: good.calls,
                through_of: all,
                lift,
                chance,
                since: bad.first.filter(|first| until.is_some_and(|last| last < *first)),
            });
        }
    }
    let corrected = holm(&chances);
    for (contrast, at) in out.iter_mut().zip(found) {
        contrast.chance = corrected.get(at).copied().unwrap_or(1.0);
    }
    let strength = |c: &Contrast| (ratio(c.missed, c.missed_of), c.lift.unwrap_or(f64::MAX));
    out.sort_by(|a, b| {
        let (a_share, a_lift) = strength(a);
        let (b_share, b_lift) = strength(b);
        a.finding
            .cmp(b.finding)
            .then(b_share.total_cmp(&a_share))
            .then(b_lift.total_cmp(&a_lift))
            .then_with(|| (a.dimension, &a.value).cmp(&(b.dimension, &b.value)))
    });
    out
}

/// Calls to mobile users of which the logs tell that the notification, or the call itself, arrived.
fn came_through(call: &Call) -> bool {
    let arrived = [Verdict::AnsweredByMobile, Verdict::DeclinedByMobile, Verdict::AnsweredElsewhere];
    call.mobile && call.verdict.is_some_and(|v| arrived.contains(&v))
}

#[expect(clippy::cast_precision_loss, reason = "a share needs no more than 52 bits")]
fn ratio(part: usize, all: usize) -> f64 {
    part as f64 / all.max(1) as f64
}

#[cfg(test)]
#[cfg(feature = "synth")]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::synth::{Extent, Plan, in_memory};
    use crate::trace::LoadOptions;
    use crate::{Options, analyse};

    /// In whatever pieces, in whatever order: the sums are those of the whole.
    #[test]
    fn parts_say_what_the_whole_says() {
        let logs = in_memory(&Plan { extent: Extent::Calls(300), ..Plan::default() }).0;
        let inputs = logs.into_iter().map(|(name, text)| Input::from_bytes(name, text)).collect();
        let trace = Trace::load(inputs, &LoadOptions::default());
        let analysis = analyse(&trace, &Options::default());
        let wanted = ["PN01", "PN04", "PN20", "PN50"];
        let of = |calls: &[Call]| Sums::partial(&trace, &analysis, calls, &wanted);
        let whole = of(&analysis.calls);
        assert!(whole.through.calls > 20 && whole.missed.values().any(|m| m.calls > 4), "{whole:?}");
        for size in [1, 7, 64] {
            let parts: Vec<Sums> = analysis.calls.chunks(size).map(of).collect();
            let forth = parts.iter().cloned().reduce(Sums::join).unwrap_or_default();
            let back = parts.into_iter().rev().reduce(Sums::join).unwrap_or_default();
            assert_eq!(forth, whole, "in pieces of {size}");
            assert_eq!(back, whole, "in pieces of {size}, backwards");
        }
    }
}
