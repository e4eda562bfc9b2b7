//! Which calls of one side would have shown a cause: those that began while the logs of the servers that tell of it
//! speak. A cause that was not there, and one that nobody could see, are not the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::rates::{Cover, Facts};
use crate::time::Timestamp;

/// From and to, in order and apart.
type Times = Vec<(Timestamp, Timestamp)>;

/// The times for which the logs of one side speak, and when its calls, and pushes of no call, began.
pub(super) struct Exposed<'f> {
    told: BTreeMap<&'f str, Times>,
    began: Vec<Timestamp>,
    all: u64,
}

impl<'f> Exposed<'f> {
    pub(super) fn of(facts: &'f Facts<'_>) -> Exposed<'f> {
        let mut told: BTreeMap<&str, Times> = BTreeMap::new();
        for cover in &facts.coverage {
            told.entry(cover.server.as_deref().unwrap_or_default()).or_default().extend(spoken(cover));
        }
        let told = told.into_iter().map(|(server, times)| (server, joined(times))).collect();
        let alone = facts.pushes.iter().filter(|p| !p.synthetic && p.call.is_none());
        let times: Vec<Option<Timestamp>> =
            facts.calls.iter().map(|c| c.started).chain(alone.map(|p| p.sent)).collect();
        let mut began: Vec<Timestamp> = times.iter().flatten().copied().collect();
        began.sort_unstable();
        Exposed { told, began, all: times.len() as u64 }
    }

    /// Calls, and pushes of no call.
    pub(super) fn all(&self) -> u64 {
        self.all
    }

    /// Whether the log of a server tells of any call or push here.
    pub(super) fn tells(&self, server: &str) -> bool {
        self.told.get(server).is_some_and(|times| self.inside(times) > 0)
    }

    /// Of how many it is known whether they have a cause of which these servers tell; those that have it are.
    pub(super) fn known(&self, servers: &BTreeSet<&str>, cases: &[Option<Timestamp>]) -> u64 {
        let none = Times::new();
        let mut all = servers.iter().map(|s| self.told.get(s).unwrap_or(&none));
        let first = all.next().cloned().unwrap_or_default();
        let times = all.fold(first, |a, b| common(&a, b));
        let is_inside = |t: Timestamp| {
            let at = times.partition_point(|(from, _)| *from <= t);
            at.checked_sub(1).and_then(|at| times.get(at)).is_some_and(|(_, to)| t <= *to)
        };
        let beside = cases.iter().filter(|t| !t.is_some_and(is_inside)).count() as u64;
        (self.inside(&times) + beside).min(self.all)
    }

    fn inside(&self, times: &Times) -> u64 {
        let until = |t: Timestamp, with: bool| self.began.partition_point(|b| *b < t || (with && *b == t));
        times.iter().map(|(from, to)| (until(*to, true) - until(*from, false)) as u64).sum()
    }
}

fn spoken<'c>(cover: &'c Cover<'_>) -> impl Iterator<Item = (Timestamp, Timestamp)> + 'c {
    cover.spans.iter().filter_map(|s| Some((s.first.time?, s.last.time?)))
}

/// The same times, in order and without overlaps.
fn joined(mut times: Times) -> Times {
    times.sort_unstable();
    let mut out = Times::new();
    for (from, to) in times {
        match out.last_mut().filter(|(_, end)| from <= *end) {
            Some((_, end)) => *end = to.max(*end),
            None => out.push((from, to)),
        }
    }
    out
}

/// The times that both have.
fn common(a: &Times, b: &Times) -> Times {
    let (mut i, mut j, mut out) = (0, 0, Times::new());
    while let Some((x, y)) = a.get(i).zip(b.get(j)) {
        let (from, to) = (x.0.max(y.0), x.1.min(y.1));
        if from <= to {
            out.push((from, to));
        }
        if x.1 <= y.1 {
            i += 1;
        } else {
            j += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::{CallFact, Spot, Stretch};

    fn facts(spans: &[(&'static str, i64, i64)], calls: &[i64]) -> Facts<'static> {
        let spot = |t| Spot { time: Some(Timestamp(t)), ..Spot::default() };
        let cover = |(server, from, to): &(&'static str, i64, i64)| Cover {
            server: Some((*server).into()),
            spans: vec![Stretch { first: spot(*from), last: spot(*to) }],
            holes: Vec::new(),
        };
        let call = |t: &i64| CallFact { started: Some(Timestamp(*t)), ..CallFact::default() };
        Facts {
            coverage: spans.iter().map(cover).collect(),
            calls: calls.iter().map(call).collect(),
            ..Facts::default()
        }
    }

    #[test]
    fn only_calls_of_which_all_servers_tell_are_known() {
        let facts =
            facts(&[("fe", 0, 100), ("edge", 10, 20), ("edge", 15, 30), ("edge", 50, 60)], &[5, 10, 30, 31, 60, 90]);
        let exposed = Exposed::of(&facts);
        let known = |servers: &[&'static str], cases: &[Option<Timestamp>]| {
            exposed.known(&servers.iter().copied().collect(), cases)
        };
        assert_eq!(known(&["fe"], &[]), 6);
        assert_eq!(known(&["fe", "edge"], &[]), 3);
        assert_eq!(
            known(&["fe", "edge"], &[Some(Timestamp(90)), Some(Timestamp(60))]),
            4,
            "a case that is seen is known"
        );
        assert_eq!((known(&["fe", "other"], &[]), known(&[], &[])), (0, 0));
        assert!(exposed.tells("edge") && !exposed.tells("other"));
    }
}
