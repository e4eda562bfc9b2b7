//! What calls say about causes and values, in parts that can be joined: partial, join, and what is asked of the whole.

use std::collections::BTreeMap;

use super::values::Values;
use super::{Dimension, came_through};
use crate::analysis::{Analysis, Call};
use crate::time::Timestamp;
use crate::trace::Trace;

/// How many calls have a value, and from when to when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) calls: usize,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    /// Of some of them the time is not known.
    pub(super) timeless: bool,
}

impl Count {
    fn one(time: Option<Timestamp>) -> Count {
        Count { calls: 1, first: time, last: time, timeless: time.is_none() }
    }

    fn join(self, other: Count) -> Count {
        Count {
            calls: self.calls + other.calls,
            first: [self.first, other.first].into_iter().flatten().min(),
            last: self.last.max(other.last),
            timeless: self.timeless || other.timeless,
        }
    }
}

/// Calls, and how many of them have each value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) calls: usize,
    pub(super) values: BTreeMap<(Dimension, String), Count>,
}

impl Counts {
    fn add(&mut self, values: &[(Dimension, String)], time: Option<Timestamp>) {
        self.calls += 1;
        for value in values {
            let one = Count::one(time);
            match self.values.get_mut(value) {
                Some(count) => *count = count.join(one),
                None => drop(self.values.insert(value.clone(), one)),
            }
        }
    }

    fn join(&mut self, other: Counts) {
        self.calls += other.calls;
        for (value, count) in other.values {
            let own = self.values.entry(value).or_default();
            *own = own.join(count);
        }
    }
}

/// What calls say: of those missed for each cause, and of those that came through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) missed: BTreeMap<&'static str, Counts>,
    pub(super) through: Counts,
    /// Of those that came through, how many have any value of a dimension: only a push has a peer.
    pub(super) known: BTreeMap<Dimension, usize>,
}

impl Sums {
    /// What some calls say; `wanted` are the causes that are asked about.
    pub(super) fn partial(trace: &Trace, analysis: &Analysis, calls: &[Call], wanted: &[&'static str]) -> Sums {
        let mut values = Values::new(trace, analysis);
        let mut out = Sums::default();
        for call in calls {
            let (is_missed, through) = (call.is_missed(), came_through(call));
            let causes = || call.findings.iter().filter(|code| wanted.contains(code));
            let is_asked = through || is_missed && causes().next().is_some();
            if !is_asked {
                continue;
            }
            let numbers = values.of(call).to_vec();
            let own: Vec<(Dimension, String)> = numbers.iter().map(|n| values.name(*n as usize)).collect();
            if is_missed {
                causes().for_each(|code| out.missed.entry(code).or_default().add(&own, call.started));
            }
            if through {
                out.through.add(&own, call.started);
                let mut dimensions: Vec<Dimension> = own.iter().map(|(dimension, _)| *dimension).collect();
                dimensions.sort_unstable();
                dimensions.dedup();
                for dimension in dimensions {
                    *out.known.entry(dimension).or_default() += 1;
                }
            }
        }
        out
    }

    /// What both say.
    pub(super) fn join(mut self, other: Sums) -> Sums {
        for (code, counts) in other.missed {
            self.missed.entry(code).or_default().join(counts);
        }
        self.through.join(other.through);
        for (dimension, calls) in other.known {
            *self.known.entry(dimension).or_default() += calls;
        }
        self
    }
}
