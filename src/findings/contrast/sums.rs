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

/// The same of the calls of one part, by the numbers that values have there.
#[derive(Debug, Default)]
struct Numbered {
    calls: usize,
    values: BTreeMap<u32, Count>,
}

impl Numbered {
    fn add(&mut self, values: &[u32], time: Option<Timestamp>) {
        self.calls += 1;
        for value in values {
            let own = self.values.entry(*value).or_default();
            *own = own.join(Count::one(time));
        }
    }

    fn named(self, values: &Values<'_>) -> Counts {
        let named = self.values.into_iter().map(|(number, count)| (values.name(number as usize), count));
        Counts { calls: self.calls, values: named.collect() }
    }
}

impl Counts {
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
        let mut missed: BTreeMap<&'static str, Numbered> = BTreeMap::new();
        let (mut through, mut known): (Numbered, BTreeMap<Dimension, usize>) = Default::default();
        for call in calls {
            let (is_missed, has_come) = (call.is_missed(), came_through(call));
            let causes: Vec<&'static str> =
                call.findings.iter().copied().filter(|code| wanted.contains(code)).collect();
            let is_asked = has_come || is_missed && !causes.is_empty();
            if !is_asked {
                continue;
            }
            let own = values.of(call).to_vec();
            if is_missed {
                for code in causes {
                    missed.entry(code).or_default().add(&own, call.started);
                }
            }
            if has_come {
                through.add(&own, call.started);
                for dimension in values.dimensions(&own) {
                    *known.entry(dimension).or_default() += 1;
                }
            }
        }
        let missed = missed.into_iter().map(|(code, own)| (code, own.named(&values))).collect();
        Sums { missed, through: through.named(&values), known }
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
