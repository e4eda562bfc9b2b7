//! What only many calls show: a platform without any push, a phone that is no target any more.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;
use rayon::prelude::*;

use crate::analysis::{Analysis, Call, Outcome, Push};
use crate::sip::{Diagnostics, HeaderName, Method, NameAddr};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// So many users of a platform must miss their pushes before the platform is to blame.
const USERS: usize = 3;

/// Adds PN21 and PN22 to the calls that they explain.
pub(super) fn attach(trace: &Trace, analysis: &mut Analysis) {
    let without = platforms_without_push(analysis);
    let gone = phones_gone(analysis);
    let ended = if gone.is_empty() { Vec::new() } else { ended_sessions(trace, analysis) };
    for (i, call) in analysis.calls.iter_mut().enumerate() {
        if call.findings.contains(&"PN20") && platforms(call).any(|p| without.contains(p)) {
            call.findings.push("PN21");
        }
        if let Some(seen) = gone.get(&i) {
            call.findings.push("PN22");
            let (user, seen) = (call.to.to_ascii_lowercase(), seen.unwrap_or(Timestamp::NONE));
            let at = ended.partition_point(|(u, t, _)| (u, *t) < (&user, seen));
            let rest = ended.get(at..).unwrap_or_default();
            let own = rest.iter().take_while(|(u, t, _)| *u == user && Some(*t) <= call.started);
            call.evidence.extend(own.map(|(.., id)| *id));
            call.evidence.sort_unstable();
        }
        call.findings.sort_unstable();
    }
}

/// The platforms of the mobile legs of a call.
fn platforms(call: &Call) -> impl Iterator<Item = &'static str> {
    call.legs.iter().filter_map(|l| l.client.as_ref()).filter(|c| c.mobile && c.pushes).map(|c| c.platform)
}

/// Platforms that could get pushes and of which no user got one, while several should have.
fn platforms_without_push(analysis: &Analysis) -> BTreeSet<&'static str> {
    Platforms::of(&analysis.calls, &analysis.pushes).finish()
}

/// What some calls and pushes tell of platforms: parts of a log can be counted apart and joined in any order.
#[derive(Debug, Default, PartialEq, Eq)]
struct Platforms {
    /// Users who got a push.
    pushed: BTreeSet<String>,
    /// Platforms to one of whose calls a push belongs.
    served: BTreeSet<&'static str>,
    /// Of each platform the users with calls without a push, and whether one of these was missed for it.
    unpushed: BTreeMap<&'static str, BTreeMap<String, bool>>,
}

impl Platforms {
    /// Of some calls and pushes.
    fn of(calls: &[Call], pushes: &[Push]) -> Platforms {
        let mut out = Platforms::default();
        out.pushed.extend(pushes.iter().filter_map(|p| p.user.as_ref()).map(|u| u.to_ascii_lowercase()));
        for call in calls {
            for platform in platforms(call) {
                if call.pushes.is_empty() {
                    let users = out.unpushed.entry(platform).or_default();
                    *users.entry(call.to.to_ascii_lowercase()).or_default() |= call.findings.contains(&"PN20");
                } else {
                    out.served.insert(platform);
                }
            }
        }
        out
    }

    /// Takes in those of another part.
    #[cfg_attr(not(all(test, feature = "synth")), expect(dead_code, reason = "one machine has one part"))]
    fn join(&mut self, more: Platforms) {
        self.pushed.extend(more.pushed);
        self.served.extend(more.served);
        for (platform, users) in more.unpushed {
            let own = self.unpushed.entry(platform).or_default();
            for (user, missed) in users {
                *own.entry(user).or_default() |= missed;
            }
        }
    }

    /// Those that are to blame.
    fn finish(self) -> BTreeSet<&'static str> {
        let Platforms { pushed, served, unpushed } = self;
        let to_blame = |(platform, users): &(&str, BTreeMap<String, bool>)| {
            let served = served.contains(platform) || users.keys().any(|user| pushed.contains(user));
            !served && users.values().filter(|missed| **missed).count() >= USERS
        };
        unpushed.into_iter().filter(to_blame).map(|(platform, _)| platform).collect()
    }
}

/// Calls that ended unanswered without a mobile leg, though an earlier call of the same user on the same server had
/// one; with the time when it was seen last.
fn phones_gone(analysis: &Analysis) -> HashMap<usize, Option<Timestamp>> {
    let mut seen: HashMap<String, (Option<Timestamp>, Vec<crate::analysis::ServerId>)> = HashMap::new();
    let mut gone = HashMap::new();
    for (i, call) in analysis.calls.iter().enumerate() {
        let user = call.to.to_ascii_lowercase();
        if call.mobile {
            seen.insert(user, (call.started, call.clocks.iter().map(|c| c.server).collect()));
        } else if matches!(call.outcome, Outcome::NoAnswer | Outcome::NoResponse)
            && let Some((time, servers)) = seen.get(&user)
            // Another server may fork to other endpoints.
            && call.clocks.iter().any(|c| servers.contains(&c.server))
        {
            gone.insert(i, *time);
        }
    }
    gone
}

/// NOTIFY and BENOTIFY by which a server ends a registration (ids 4140 to 4142), by user in lower case, then by time.
fn ended_sessions(trace: &Trace, analysis: &Analysis) -> Vec<(String, Timestamp, EventId)> {
    let events: Vec<(u32, _)> =
        (0..).zip(trace.events()).filter(|(_, e)| matches!(e.method, Method::Notify | Method::Benotify)).collect();
    let mut ended: Vec<(String, Timestamp, EventId)> = events
        .par_iter()
        .filter_map(|(i, event)| {
            let message = trace.message(event)?;
            let value = message.header(HeaderName::MsDiagnostics)?.value();
            let id = Diagnostics::parse(&value)?.id;
            let to = message.header(HeaderName::To)?.value();
            let user = decode(NameAddr::parse(&to).address()).to_ascii_lowercase();
            let time = analysis.time(trace, EventId(*i))?;
            (4_140..=4_142).contains(&id).then_some((user, time, EventId(*i)))
        })
        .collect();
    ended.sort_unstable();
    ended
}

#[cfg(all(test, feature = "synth"))]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::synth::{Extent, FaultSpec, Plan, in_memory};
    use crate::trace::LoadOptions;

    #[test]
    fn parts_joined_in_any_order_are_the_whole() {
        let faults = vec![FaultSpec::new("PN21", 300_000).unwrap()];
        let plan = Plan { extent: Extent::Calls(200), faults, ..Plan::default() };
        let inputs = in_memory(&plan).0.into_iter().map(|(name, text)| Input::from_bytes(name, text)).collect();
        let trace = Trace::load(inputs, &LoadOptions::default());
        let analysis = crate::analyse(&trace, &crate::Options::default());
        let whole = Platforms::of(&analysis.calls, &analysis.pushes);
        assert!(!whole.unpushed.is_empty() && !whole.pushed.is_empty());
        for size in [1, 7, 64] {
            let mut joined = Platforms::default();
            analysis.pushes.rchunks(size).for_each(|part| joined.join(Platforms::of(&[], part)));
            analysis.calls.rchunks(size).for_each(|part| joined.join(Platforms::of(part, &[])));
            assert_eq!(joined, whole);
        }
        assert!(!whole.finish().is_empty());
    }
}
