//! Causes of one call: those of its pushes, what its own failure says, and what did not happen.

use super::Found;
use super::correlate::Correlator;
use super::evidence::Evidence;
use super::tls;
use crate::analysis::{Call, Outcome, Push, Verdict};
use crate::sip::Method;
use crate::trace::{Event, Trace};

/// UCWA tells the sender that a message was not fetched after 30 seconds; the SIP side follows.
const UCWA_MS: std::ops::Range<i64> = 27_000..40_000;

/// A phone needs this long to be told, in milliseconds, and its owner longer.
const RING_MS: i64 = 3_000;

/// What its own failure says.
pub(super) fn said(correlator: &Correlator<'_>, call: &Call) -> Found {
    let mut found = Found::default();
    if call.outcome.expected() == Some(false) {
        let evidence = Evidence::gather(correlator, &call.diagnostics, call.own_records());
        found = evidence.causes();
        found.codes.retain(|c| *c != "PN01");
        tls::of_call(&evidence, &mut found);
    }
    found
}

/// Causes of one call, with what its own failure says. Those of its pushes are its own.
pub(super) fn causes(trace: &Trace, call: &Call, pushes: &[&Push], said: Found) -> Found {
    let mut found = said;
    // What kept a push back that was sent again and accepted did not keep the callee from being told.
    // Where the logs would not show that one, this one's cause stands with the push alone, unless the verdict is sure.
    let sure =
        call.pushes_told || matches!(call.verdict, Some(Verdict::MissedPushFailed | Verdict::MissedPushUnanswered));
    for push in pushes.iter().filter(|p| !p.superseded && (sure || !p.result.is_lost())) {
        found.codes.extend(&push.findings);
        found.records.extend(&push.evidence);
        found.lines.extend(&push.lines);
    }
    match call.verdict {
        Some(Verdict::NotOpened) if rang_out(call) => found.codes.push("PN50"),
        Some(Verdict::MissedNoPush) if rang_out(call) => {
            found.codes.push(if is_silent_platform(call) { "PN23" } else { "PN20" });
        }
        Some(Verdict::AnsweredByMobile) if pushes.is_empty() && was_open(trace, call) => found.codes.push("PN24"),
        _ => {}
    }
    if is_unfetched(call) {
        found.codes.push("PN60");
    }
    found
}

/// Whether the call ended because nobody took it: any other final has a cause of its own, and one that comes at once
/// gave nobody time to answer.
fn rang_out(call: &Call) -> bool {
    let waited = call.clocks.iter().filter_map(|c| Some(c.end?.since(c.start?))).max();
    // Below nothing: the clock was set.
    matches!(call.status, Some(408 | 480 | 487)) && waited.is_none_or(|ms| !(0..RING_MS).contains(&ms))
}

/// Whether every mobile client of the call keeps its application running and never gets a push.
fn is_silent_platform(call: &Call) -> bool {
    let mut mobile = call.legs.iter().filter(|l| l.mobile).filter_map(|l| l.client.as_ref()).peekable();
    mobile.peek().is_some() && mobile.all(|c| !c.pushes)
}

/// Whether the mobile client that answered would have got a push if it had needed one, and the logs would show it.
fn was_open(trace: &Trace, call: &Call) -> bool {
    let starts = |e: &Event| e.method == Method::Invite && e.is_request();
    let begins = call.own_records().iter().filter_map(|id| trace.event(*id)).any(starts);
    begins && call.blind.is_none() && call.pushes_told && !is_silent_platform(call)
}

/// Whether a UCWA client left the invitation lying until it timed out.
fn is_unfetched(call: &Call) -> bool {
    let unanswered = matches!(call.outcome, Outcome::NoAnswer | Outcome::NoResponse);
    // A Mac that rings is awake; nobody picked up.
    let ucwa = call
        .legs
        .iter()
        .any(|l| matches!(l.status, Some(408 | 480)) && l.client.as_ref().is_some_and(|c| c.ucwa && !c.desktop));
    let waited =
        call.clocks.iter().any(|c| c.start.zip(c.end).is_some_and(|(start, end)| UCWA_MS.contains(&end.since(start))));
    unanswered && ucwa && waited
}
