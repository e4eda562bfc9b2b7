//! What was in a span of time, counted once when the span is selected.

use rayon::prelude::*;

use super::data::{Data, counts};
use crate::analysis::{Call, Outcome, Push, PushResult, Verdict};
use crate::case::{Weight, by_use};
use crate::time::Timestamp;

/// Counts of what was in a span of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Within {
    /// Calls that began in it.
    pub calls: usize,
    /// Pushes that were sent in it.
    pub pushes: usize,
    /// How many of the calls were missed.
    pub missed: usize,
    /// Words and how often, the most frequent first.
    pub outcomes: Vec<(Outcome, usize)>,
    /// The same of verdicts.
    pub verdicts: Vec<(Verdict, usize)>,
    /// The same of results of pushes.
    pub results: Vec<(PushResult, usize)>,
    /// The causes of what was in it, first those that somebody can do most about.
    pub causes: Vec<Cases>,
}

/// How many cases of a cause were in the span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cases {
    /// Number of the cause in [`Data::causes`].
    pub cause: usize,
    /// A push and its call are one.
    pub cases: usize,
    /// How many of the calls were missed.
    pub missed: usize,
}

impl Within {
    /// What was from the first time to the second.
    pub fn of(data: &Data, (from, to): (Timestamp, Timestamp)) -> Within {
        let is_in = |time: Option<Timestamp>| time.is_some_and(|t| from <= t && t <= to);
        let analysis = &data.analysis;
        // A million calls are looked at once, by all threads.
        let calls: Vec<&Call> = analysis.calls.par_iter().filter(|c| is_in(c.started)).collect();
        let pushes: Vec<&Push> = analysis.pushes.par_iter().filter(|p| is_in(p.sent)).collect();
        let mut hit: Vec<Cases> = Vec::new();
        for (cause, own) in data.causes.iter().enumerate() {
            let calls = own.calls.iter().filter_map(|i| analysis.calls.get(*i)).filter(|c| is_in(c.started));
            let pushes = own.pushes.iter().filter_map(|i| analysis.pushes.get(*i)).filter(|p| is_in(p.sent));
            let mut cases = pushes.filter(|p| p.call.is_none()).count();
            let mut missed = 0;
            for call in calls {
                cases += 1;
                missed += usize::from(call.is_missed());
            }
            if cases > 0 {
                hit.push(Cases { cause, cases, missed });
            }
        }
        let weight = |c: &Cases| {
            let finding = data.causes.get(c.cause)?.finding;
            Some(Weight { finding, missed: c.missed as u64, cases: c.cases as u64 })
        };
        hit.sort_by(|a, b| match (weight(a), weight(b)) {
            (Some(a), Some(b)) => by_use(a, b),
            _ => a.cause.cmp(&b.cause),
        });
        Within {
            calls: calls.len(),
            pushes: pushes.len(),
            missed: calls.iter().filter(|c| c.is_missed()).count(),
            outcomes: counts(calls.iter().map(|c| c.outcome)),
            verdicts: counts(calls.iter().filter_map(|c| c.verdict)),
            results: counts(pushes.iter().map(|p| p.result)),
            causes: hit,
        }
    }

    /// Cases and missed calls of a cause, by its number.
    pub(super) fn of_cause(&self, cause: usize) -> (usize, usize) {
        self.causes.iter().find(|c| c.cause == cause).map_or((0, 0), |c| (c.cases, c.missed))
    }
}
