//! Callers that reached the callee after all: a missed call is still a missed call, but nobody has to call back.

use hashbrown::HashMap;

use super::Analysis;
use super::terms::Outcome;
use crate::time::Timestamp;

/// A caller who tries again does so within this, in milliseconds.
const SOON_MS: i64 = 300_000;

/// Marks the missed calls of a pair of people that have an answered call within five minutes.
pub(super) fn mark(analysis: &mut Analysis) {
    let mut answered: HashMap<(String, String), Vec<Timestamp>> = HashMap::new();
    let pair = |from: &str, to: &str| (from.to_ascii_lowercase(), to.to_ascii_lowercase());
    for call in analysis.calls.iter().filter(|c| c.outcome == Outcome::Answered && !c.voice_mail) {
        if let Some(time) = call.started {
            // Either may call the other back.
            let (a, b) = pair(&call.from, &call.to);
            answered.entry(if a < b { (a, b) } else { (b, a) }).or_default().push(time);
        }
    }
    for call in analysis.calls.iter_mut().filter(|c| c.is_missed()) {
        let (a, b) = pair(&call.from, &call.to);
        let Some((times, start)) = answered.get(&if a < b { (a, b) } else { (b, a) }).zip(call.started) else {
            continue;
        };
        // Calls come by their start.
        let next = times.get(times.partition_point(|t| *t <= start));
        call.reached_later = next.copied().filter(|t| t.since(start) <= SOON_MS);
    }
}
