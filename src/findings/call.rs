//! Causes of one call: those of its pushes, what its own failure says, and what did not happen.

use super::Found;
use super::evidence::Evidence;
use super::nearby::Nearby;
use super::tls;
use crate::analysis::{Call, Outcome, Push, Role, Verdict};
use crate::sip::Method;
use crate::trace::Event;

/// UCWA tells the sender that a message was not fetched after 30 seconds; the SIP side follows.
const UCWA_MS: std::ops::Range<i64> = 27_000..40_000;

/// Causes of one call. Those of its pushes are its own.
pub(super) fn causes(nearby: &Nearby<'_>, call: &Call, pushes: &[&Push]) -> Found {
    let mut found = Found::default();
    if call.outcome.expected() == Some(false) {
        let evidence = Evidence::gather(nearby, &call.diagnostics, call.own_records());
        found = evidence.causes();
        found.codes.retain(|c| *c != "PN01");
        tls::of_call(&evidence, &mut found);
    }
    for push in pushes {
        found.codes.extend(&push.findings);
        found.records.extend(&push.evidence);
        found.lines.extend(&push.lines);
    }
    match call.verdict {
        Some(Verdict::NotOpened) => found.codes.push("PN50"),
        Some(Verdict::MissedNoPush) => found.codes.push(if is_silent_platform(call) { "PN23" } else { "PN20" }),
        Some(Verdict::AnsweredByMobile) if pushes.is_empty() && was_open(nearby, call) => found.codes.push("PN24"),
        _ => {}
    }
    if is_unfetched(call) {
        found.codes.push("PN60");
    }
    found
}

/// Whether every mobile client of the call keeps its application running and never gets a push.
fn is_silent_platform(call: &Call) -> bool {
    let mut mobile = call.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_ref()).peekable();
    mobile.peek().is_some() && mobile.all(|c| !c.pushes)
}

/// Whether the mobile client that answered would have got a push if it had needed one, and the log of a server that
/// knows of pushes speaks for the whole time until the answer.
fn was_open(nearby: &Nearby<'_>, call: &Call) -> bool {
    let analysis = nearby.analysis;
    let end = call.clocks.iter().filter_map(|c| c.end).max();
    // Which of several Front Ends is the one of the phone is not known, so each must speak.
    let mut knowing = call
        .clocks
        .iter()
        .filter(|c| analysis.servers.get(c.server).is_some_and(|s| s.role != Role::Edge))
        .map(|c| analysis.coverage.covered_until(c.server, c.first).and_then(|id| analysis.time(nearby.trace, id)))
        .peekable();
    let starts = |e: &Event| e.method == Method::Invite && e.is_request();
    let begins = call.own_records().iter().filter_map(|id| nearby.trace.event(*id)).any(starts);
    begins
        && call.blind.is_none()
        && !is_silent_platform(call)
        && knowing.peek().is_some()
        && knowing.all(|last| last >= end)
}

/// Whether a UCWA client left the invitation lying until it timed out.
fn is_unfetched(call: &Call) -> bool {
    let unanswered = matches!(call.outcome, Outcome::NoAnswer | Outcome::NoResponse);
    let ucwa = call
        .legs
        .iter()
        .any(|l| matches!(l.status, Some(408 | 480)) && l.client.as_ref().is_some_and(|c| c.ucwa));
    let waited = call.clocks.iter().any(|c| c.end.is_some_and(|end| UCWA_MS.contains(&end.since(c.start))));
    unanswered && ucwa && waited
}
