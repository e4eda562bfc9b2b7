//! What only many calls show: a platform without any push, a phone that is no target any more.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::{HashMap, HashSet};

use super::scanned::Scanned;
use crate::analysis::{Analysis, Call, Outcome};
use crate::record::sign;
use crate::sip::{Diagnostics, HeaderName, Method, NameAddr};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// So many users of a platform must miss their pushes before the platform is to blame.
const USERS: usize = 3;

/// Adds PN21 and PN22 to the calls that they explain.
pub(super) fn attach(trace: &Trace, analysis: &mut Analysis, ended: &mut Scanned<String>) {
    let (without, gone) = rayon::join(|| platforms_without_push(analysis), || phones_gone(analysis));
    let ended = if gone.is_empty() { Vec::new() } else { ended_sessions(trace, analysis, ended) };
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
    let is_missed = |c: &Call| c.findings.contains(&"PN20") && platforms(c).next().is_some();
    if !analysis.calls.iter().any(is_missed) {
        return BTreeSet::new();
    }
    let pushed: HashSet<String> =
        analysis.pushes.iter().filter_map(|p| p.user.as_ref()).map(|u| u.to_ascii_lowercase()).collect();
    let mut users: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
    let mut served: BTreeSet<&'static str> = BTreeSet::new();
    for call in analysis.calls.iter().filter(|c| platforms(c).next().is_some()) {
        let user = call.to.to_ascii_lowercase();
        for platform in platforms(call) {
            if !call.pushes.is_empty() || pushed.contains(&user) {
                served.insert(platform);
            } else if call.findings.contains(&"PN20") {
                users.entry(platform).or_default().insert(user.clone());
            }
        }
    }
    users.into_iter().filter(|(p, users)| users.len() >= USERS && !served.contains(p)).map(|(p, _)| p).collect()
}

/// Calls that ended unanswered without a mobile leg, though an earlier call of the same user on the same server had
/// one; with the time when it was seen last.
fn phones_gone(analysis: &Analysis) -> HashMap<usize, Option<Timestamp>> {
    // Of each user the last call that went to a phone.
    let mut seen: HashMap<String, &Call> = HashMap::new();
    let mut gone = HashMap::new();
    for (i, call) in analysis.calls.iter().enumerate() {
        if call.mobile {
            seen.insert(call.to.to_ascii_lowercase(), call);
        } else if matches!(call.outcome, Outcome::NoAnswer | Outcome::NoResponse)
            && let Some(before) = seen.get(&call.to.to_ascii_lowercase())
            // Another server may fork to other endpoints.
            && call.clocks.iter().any(|c| before.clocks.iter().any(|b| b.server == c.server))
        {
            gone.insert(i, before.started);
        }
    }
    gone
}

/// The user, in lower case, whose registration a NOTIFY or BENOTIFY ends.
pub(super) fn ends_session(trace: &Trace, event: &Event) -> Option<String> {
    if !matches!(event.method, Method::Notify | Method::Benotify) {
        return None;
    }
    let message = trace.head(event)?;
    let value = message.header(HeaderName::MsDiagnostics)?.value();
    let id = Diagnostics::parse(&value)?.id;
    let to = message.header(HeaderName::To)?.value();
    let user = decode(NameAddr::parse(&to).address()).to_ascii_lowercase();
    (4_140..=4_142).contains(&id).then_some(user)
}

/// NOTIFY and BENOTIFY by which a server ends a registration (ids 4140 to 4142), by user in lower case, then by time.
fn ended_sessions(
    trace: &Trace,
    analysis: &Analysis,
    known: &mut Scanned<String>,
) -> Vec<(String, Timestamp, EventId)> {
    let is = |e: &Event| matches!(e.method, Method::Notify | Method::Benotify) && !trace.lacks(e, sign::DIAGNOSTICS);
    let user = |_, e: &Event| Some(e).filter(|e| is(e) && !trace.is_silent(e)).and_then(|e| ends_session(trace, e));
    let all = known.of(trace, user);
    let mut ended: Vec<(String, Timestamp, EventId)> =
        all.iter().filter_map(|(id, user)| Some((user.clone(), analysis.time(trace, *id)?, *id))).collect();
    ended.sort_unstable();
    ended
}
