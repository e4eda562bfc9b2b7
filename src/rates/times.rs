//! Times as quantiles. What is not known may be faster than all or slower than all.

use super::facts::{CallFact, PushFact};
use super::ratios::established;
use super::{Definition, Rate};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    SrdAnswered,
    SrdFailed,
    PostDial,
    Disconnect,
    RingToPush,
    PushLatency,
}

/// How many measures there are.
pub(super) const MEASURES: usize = 6;

macro_rules! time {
    ($name:literal, $title:literal, $definition:literal, $source:literal) => {
        Definition { name: $name, title: $title, unit: "ms", definition: $definition, source: $source }
    };
}

/// All, with [`QUANTILES`] in the same order.
pub(super) const TIMES: [Definition; 13] = [
    time!(
        "srd_answered_p50",
        "Session request delay, answered, median",
        "INVITE to the first response that tells something (180 to 199, 2xx; not 100 and 101) at the server nearest the caller, of calls that were answered",
        "RFC 6076 section 4.3.1"
    ),
    time!("srd_answered_p95", "Session request delay, answered, 95 %", "as the median", "RFC 6076 section 4.3.1"),
    time!(
        "srd_failed_p50",
        "Session request delay, failed, median",
        "the same of calls that failed, where the first such response may be the failure itself (4xx, 5xx, 6xx; a challenge is none)",
        "RFC 6076 section 4.3.2"
    ),
    time!("srd_failed_p95", "Session request delay, failed, 95 %", "as the median", "RFC 6076 section 4.3.2"),
    time!(
        "pdd_p50",
        "Post-dial delay, median",
        "INVITE to the first 180 that was sent on to the caller, of calls that rang",
        "ITU-T E.721"
    ),
    time!("pdd_p95", "Post-dial delay, 95 %", "as the median", "ITU-T E.721"),
    time!(
        "sdd_p50",
        "Session disconnect delay, median",
        "BYE to its 2xx at the server that logged the BYE first, of calls that were answered and ended",
        "RFC 6076 section 4.4"
    ),
    time!("sdd_p95", "Session disconnect delay, 95 %", "as the median", "RFC 6076 section 4.4"),
    time!(
        "ring_to_push_p50",
        "Ring to push, median",
        "first 180 that was sent on to the caller to the first push of the call; below 0 where the push went first",
        "siptrail"
    ),
    time!("ring_to_push_p95", "Ring to push, 95 %", "as the median", "siptrail"),
    time!(
        "push_latency_p50",
        "Push latency, median",
        "MESSAGE to its final response on the server that sent it first, of pushes that were answered; without test traffic",
        "siptrail, pushes[].latency_ms"
    ),
    time!("push_latency_p95", "Push latency, 95 %", "as the median", "siptrail, pushes[].latency_ms"),
    time!("push_latency_p99", "Push latency, 99 %", "as the median", "siptrail, pushes[].latency_ms"),
];

/// What each of [`TIMES`] measures, and which of a hundred.
const QUANTILES: [(Measure, u64); 13] = [
    (Measure::SrdAnswered, 50),
    (Measure::SrdAnswered, 95),
    (Measure::SrdFailed, 50),
    (Measure::SrdFailed, 95),
    (Measure::PostDial, 50),
    (Measure::PostDial, 95),
    (Measure::Disconnect, 50),
    (Measure::Disconnect, 95),
    (Measure::RingToPush, 50),
    (Measure::RingToPush, 95),
    (Measure::PushLatency, 50),
    (Measure::PushLatency, 95),
    (Measure::PushLatency, 99),
];

/// Times of one measure.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    known: Vec<i64>,
    unknown: u64,
}

impl Times {
    fn add(&mut self, ms: Option<i64>) {
        match ms {
            Some(ms) => self.known.push(ms),
            None => self.unknown += 1,
        }
    }
}

/// The times of one group.
pub(super) type All = [Times; MEASURES];

/// From the ringing of a call to its first push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ToPush {
    /// It never rang, or had no push.
    Neither,
    /// Both were there, and a time is not.
    Unknown,
    /// Milliseconds.
    After(i64),
}

/// Adds a call.
pub(super) fn add_call(all: &mut All, call: &CallFact<'_>, push: ToPush) {
    let status = call.status.unwrap_or(0);
    let mut add = |measure: Measure, ms| all[measure as usize].add(ms);
    match call.outcome.as_ref() {
        // It may be any of them.
        "undetermined" => {
            add(Measure::SrdAnswered, None);
            add(Measure::SrdFailed, None);
        }
        _ if established(call) == Some(true) => add(Measure::SrdAnswered, call.status_ms),
        _ if status >= 400 && !matches!(status, 401 | 402 | 407) => add(Measure::SrdFailed, call.status_ms),
        _ => {}
    }
    if call.rang {
        add(Measure::PostDial, call.ring_ms);
    } else if call.partial {
        add(Measure::PostDial, None);
    }
    if let Some(ms) = call.bye_ms {
        add(Measure::Disconnect, Some(ms));
    } else if call.partial && established(call) != Some(false) {
        add(Measure::Disconnect, None);
    }
    match push {
        ToPush::Neither => {}
        ToPush::Unknown => add(Measure::RingToPush, None),
        ToPush::After(ms) => add(Measure::RingToPush, Some(ms)),
    }
}

/// Adds a push.
pub(super) fn add_push(all: &mut All, push: &PushFact<'_>) {
    if push.synthetic || push.result == "unanswered" {
        return;
    }
    if push.latency_ms.is_some() || push.result == "undetermined" {
        all[Measure::PushLatency as usize].add(push.latency_ms);
    }
}

/// The quantiles of a group.
pub(super) fn rates(all: &mut All, hidden_calls: u64, hidden_pushes: u64) -> Vec<Rate> {
    for times in all.iter_mut() {
        times.known.sort_unstable();
    }
    let of = |(definition, (measure, percent)): (&Definition, (Measure, u64))| {
        let times = &all[measure as usize];
        let hidden = if measure == Measure::PushLatency { hidden_pushes } else { hidden_calls };
        (!times.known.is_empty()).then(|| quantile(definition.name, times, percent, hidden))
    };
    TIMES.iter().zip(QUANTILES).filter_map(of).collect()
}

/// By nearest rank: the least that so many of a hundred are not above. With more that are not known the rank is further up,
/// and it counts from all of them at the fast end or from none.
fn quantile(name: &'static str, times: &Times, percent: u64, hidden: u64) -> Rate {
    let at = |rank: Option<u64>| {
        let index = rank.and_then(|r| usize::try_from(r).ok()?.checked_sub(1));
        // Milliseconds of a log are far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        index.and_then(|i| times.known.get(i)).map(|ms| *ms as f64)
    };
    let rank = |n: u64| (n * percent).div_ceil(100).max(1);
    let (known, open) = (times.known.len() as u64, times.unknown + hidden);
    Rate {
        name,
        value: at(Some(rank(known))),
        low: at(rank(known + open).checked_sub(open)),
        high: at(Some(rank(known + open))),
        part: None,
        of: known,
        unknown: times.unknown,
        shares: None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_call_refused_for_its_media_has_no_delay_of_an_answered_one() {
        let mut all = All::default();
        for (status, ms) in [(Some(200), 10), (None, 20), (Some(488), 30)] {
            let call = CallFact { outcome: "media_failed".into(), status, status_ms: Some(ms), ..CallFact::default() };
            add_call(&mut all, &call, ToPush::Neither);
        }
        assert_eq!(all[Measure::SrdAnswered as usize].known, [10, 20]);
        assert_eq!(all[Measure::SrdFailed as usize].known, [30]);
    }

    proptest! {
        /// Whatever the unknown times are, the quantile of all is inside.
        #[test]
        fn the_truth_is_inside(known in prop::collection::vec(0_i64..1000, 1..40), open in prop::collection::vec(-5_i64..2000, 0..10)) {
            let mut times = Times { known: known.clone(), unknown: open.len() as u64 };
            times.known.sort_unstable();
            let mut all = [&known[..], &open[..]].concat();
            all.sort_unstable();
            for percent in [50_u32, 95, 99] {
                let rate = quantile("pdd_p50", &times, percent.into(), 0);
                #[expect(clippy::cast_precision_loss, reason = "small")]
                let truth = all[(all.len() * percent as usize).div_ceil(100) - 1] as f64;
                prop_assert!(rate.low.is_none_or(|low| low <= truth) && rate.high.is_none_or(|high| truth <= high));
            }
        }
    }
}
