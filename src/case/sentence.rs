//! What became of a call or push and why, in one sentence.

use super::why::why_undetermined;
use crate::analysis::{Analysis, Call, Push, PushResult, Verdict, deciding};
use crate::knowledge::catalogue::Finding;
use crate::trace::Trace;

/// The sentence; made of log text.
pub(super) fn sentence(
    trace: &Trace,
    analysis: &Analysis,
    call: Option<&Call>,
    pushes: &[&Push],
    cause: Option<&Finding>,
) -> String {
    let what = match (call, pushes) {
        (Some(call), pushes) => of_call(trace, analysis, call, deciding(call, pushes, cause.map(|c| c.code.as_str()))),
        (None, [push, ..]) => of_push(trace, analysis, push),
        (None, []) => String::new(),
    };
    match cause {
        Some(cause) => format!("{what}: {} [{}]", cause.summary, cause.code),
        None => what,
    }
}

fn of_call(trace: &Trace, analysis: &Analysis, call: &Call, deciding: Option<&Push>) -> String {
    let who = known(&call.to);
    let end = answer(call.status);
    match call.verdict {
        Some(Verdict::MissedPushFailed) => {
            let push = deciding.map_or("lost".to_owned(), |p| format!("{} ({})", p.result.name(), answer(p.status)));
            format!("{who} missed it because the push was {push}")
        }
        Some(Verdict::MissedPushUnanswered) => format!("{who} missed it because the push was never answered"),
        Some(Verdict::MissedNoPush) => {
            format!("{who} missed it because no push was sent, and the INVITE ended ({end})")
        }
        Some(Verdict::NotOpened) => {
            format!("{who} missed it although the push was accepted: the INVITE ended unanswered ({end})")
        }
        Some(Verdict::Undetermined) => {
            let why = call.blind.map_or(String::new(), |b| format!(": {}", why_undetermined(trace, analysis, &b)));
            format!("whether {who} missed it is open{why}")
        }
        Some(Verdict::CallerGaveUp) => format!("the caller gave up before {who} answered"),
        Some(Verdict::AnsweredByMobile) => format!("nothing was missed: {who} answered on the phone"),
        Some(Verdict::AnsweredElsewhere) => format!("nothing was missed: {who} answered on another device"),
        Some(Verdict::DeclinedByMobile) => format!("nothing was missed: {who} declined on the phone"),
        None => match (call.outcome.expected(), call.blind) {
            (Some(false), _) => format!("the call to {who} failed: {} ({end})", call.outcome.name()),
            (Some(true), _) => {
                format!("nothing was missed: the call to {who} ended as {} ({end})", call.outcome.name())
            }
            (None, Some(blind)) => {
                format!("how the call to {who} ended is open: {}", why_undetermined(trace, analysis, &blind))
            }
            (None, None) => format!("the call to {who} got no final response"),
        },
    }
}

fn of_push(trace: &Trace, analysis: &Analysis, push: &Push) -> String {
    let who = if push.synthetic { "a synthetic test" } else { push.user.as_deref().map_or("an unknown user", known) };
    let end = answer(push.status);
    match push.result {
        PushResult::Accepted => format!("the push for {who} was accepted ({end}); no call of it is known"),
        PushResult::Undetermined => {
            let why = push.blind.map_or(String::new(), |b| format!(": {}", why_undetermined(trace, analysis, &b)));
            format!("what became of the push for {who} is open{why}")
        }
        PushResult::Unanswered => format!("the push for {who} was never answered"),
        result => format!("the push for {who} was {} ({end})", result.name()),
    }
}

/// The status alone: what a server writes behind it may be anything, and stands with the details.
fn answer(status: Option<u16>) -> String {
    status.map_or("no final response".to_owned(), |s| s.to_string())
}

fn known(address: &str) -> &str {
    if address.is_empty() { "an unknown user" } else { address }
}
