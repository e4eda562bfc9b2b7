//! Callers that reached the callee after all: a missed call is still a missed call, but nobody has to call back.

use hashbrown::HashMap;

use super::Analysis;
use super::call::Call;
use super::terms::Outcome;
use crate::time::Timestamp;

/// A caller who tries again does so within this, in milliseconds.
const SOON_MS: i64 = 300_000;

/// Marks the missed calls of a pair of people that have an answered call within five minutes.
pub(super) fn mark(analysis: &mut Analysis) {
    // Few calls are missed, and what others say of their pairs is not asked.
    let missed = analysis.calls.iter().filter(|c| c.is_missed()).map(|c| (Pair::of(c), Vec::new()));
    let mut answered: HashMap<Pair, Vec<Timestamp>> = missed.collect();
    if answered.is_empty() {
        return;
    }
    for call in analysis.calls.iter().filter(|c| c.outcome == Outcome::Answered && !c.voice_mail) {
        if let (Some(time), Some(times)) = (call.started, answered.get_mut(&Pair::of(call))) {
            times.push(time);
        }
    }
    for call in analysis.calls.iter_mut().filter(|c| c.is_missed()) {
        let Some((times, start)) = answered.get(&Pair::of(call)).zip(call.started) else { continue };
        // Calls come by their start.
        let next = times.get(times.partition_point(|t| *t <= start));
        call.reached_later = next.copied().filter(|t| t.since(start) <= SOON_MS);
    }
}

/// Two people, whoever of them calls the other, by their addresses in any case.
#[derive(PartialEq, Eq, Hash)]
struct Pair(String, String);

impl Pair {
    fn of(call: &Call) -> Pair {
        let (a, b) = (call.from.to_ascii_lowercase(), call.to.to_ascii_lowercase());
        if a < b { Pair(a, b) } else { Pair(b, a) }
    }
}
