//! The verdict on each mobile callee (OUTCOMES.md section 4), and whether the logs allow one.

use super::Analysis;
use super::call::{Call, Clock};
use super::coverage::Blind;
use super::message::Context;
use super::push::Push;
use super::servers::Role;
use super::words::{Outcome, PushResult, Verdict};
use crate::time::Timestamp;

/// Verdicts, and the evidence of its pushes for each call. `doubts` tells for each call whether a push that is linked
/// to none may be its own.
pub(super) fn judge(analysis: &mut Analysis, doubts: &[Option<Blind>], ctx: &Context<'_>) {
    let pushes = &analysis.pushes;
    for (call, doubt) in analysis.calls.iter_mut().zip(doubts) {
        let own: Vec<&Push> = call.pushes.iter().filter_map(|p| pushes.get(*p)).collect();
        call.mobile |= !own.is_empty();
        if call.mobile {
            let found = verdict(call, &own, doubt.is_some());
            // The logs must cover the time in which the push, or another, would have been seen.
            let blind = match found {
                Verdict::MissedNoPush => blind(call, ctx, found).or_else(|| hidden(call)),
                Verdict::MissedPushFailed | Verdict::MissedPushUnanswered => blind(call, ctx, found),
                Verdict::Undetermined => call.blind.or(*doubt).or_else(|| own.iter().find_map(|p| p.blind)),
                _ => None,
            };
            let blind = blind.or_else(|| hangs_on(call, &own, found, doubt.is_some(), ctx));
            let blind = blind.or_else(|| no_phone(call, &own, found));
            call.verdict = Some(if blind.is_some() { Verdict::Undetermined } else { found });
            call.blind = call.blind.or(blind);
        }
        for push in own {
            call.evidence.extend(push.evidence.iter().copied());
        }
        call.evidence.sort_unstable();
        call.evidence.dedup();
    }
}

/// Why nothing can be said of a phone, where only UCWA was called and no record tells for whom it spoke: a push would
/// tell that it was a phone.
fn no_phone(call: &Call, own: &[&Push], found: Verdict) -> Option<Blind> {
    let of_phone = matches!(found, Verdict::MissedNoPush | Verdict::AnsweredByMobile | Verdict::DeclinedByMobile);
    (of_phone && own.is_empty() && call.is_perhaps_no_phone()).then_some(Blind::ClientUnnamed)
}

/// Why a push may have gone where no log is.
fn hidden(call: &Call) -> Option<Blind> {
    if call.start_missing {
        Some(Blind::StartMissing)
    } else if call.mobile_elsewhere {
        Some(Blind::ServerMissing)
    } else {
        None
    }
}

/// Why the logs cannot say that a call was missed, if so.
fn blind(call: &Call, ctx: &Context<'_>, verdict: Verdict) -> Option<Blind> {
    if call.clocks.is_empty() {
        // A log without times: the order of its records is all there is.
        return None;
    }
    let end: Option<Timestamp> = call.clocks.iter().filter_map(|c| c.end).max().or(call.ended);
    let blind = |clock: &Clock| {
        let last = ctx.coverage.covered_until(clock.server, clock.first).and_then(|id| ctx.time(id))?;
        (Some(last) < clock.end.or(end)).then(|| ctx.coverage.end_after(clock.server, clock.first))
    };
    if verdict != Verdict::MissedNoPush {
        // Any server that saw a push proves it.
        return call.clocks.iter().map(blind).reduce(Option::and).flatten();
    }
    // The Front End sends the push, and an Edge only sees those that take its way. That there was none takes every
    // log it could stand in.
    let knows = |clock: &&Clock| ctx.servers.get(clock.server).is_none_or(|s| s.role != Role::Edge);
    let mut knowing = call.clocks.iter().filter(knows).peekable();
    if knowing.peek().is_none() { Some(Blind::OnlyEdge) } else { knowing.find_map(blind) }
}

/// Why a verdict hangs on a push that another call may have caused, if it does.
///
/// A push that only Edges logged, at a time for which no log of a Front End that had the call speaks, has this call for
/// its only candidate because nothing shows the others.
fn hangs_on(call: &Call, own: &[&Push], found: Verdict, in_doubt: bool, ctx: &Context<'_>) -> Option<Blind> {
    let is_edge = |server| ctx.servers.get(server).is_some_and(|s| s.role == Role::Edge);
    let first = call.clocks.iter().find(|c| !is_edge(c.server))?;
    let speaks = |at: Timestamp| {
        call.clocks.iter().filter(|c| !is_edge(c.server)).any(|c| {
            let until = ctx.coverage.covered_until(c.server, c.first).and_then(|id| ctx.time(id));
            until.is_none_or(|until| until >= at)
        })
    };
    let sure = |p: &&&Push| p.times.iter().any(|(server, _)| !is_edge(*server)) || p.sent.is_none_or(speaks);
    let rest: Vec<&Push> = own.iter().filter(sure).copied().collect();
    let hangs = rest.len() < own.len() && verdict(call, &rest, in_doubt) != found;
    hangs.then(|| ctx.coverage.end_after(first.server, first.first))
}

/// CONTRACT.md's words; "missed" only when the INVITE ended in the log, unanswered.
fn verdict(call: &Call, pushes: &[&Push], in_doubt: bool) -> Verdict {
    let has = |result| pushes.iter().any(|p| p.result == result);
    let failed = has(PushResult::Rejected) || has(PushResult::Unroutable);
    match call.outcome {
        Outcome::Answered | Outcome::MediaFailed if call.answered_by_mobile => Verdict::AnsweredByMobile,
        Outcome::Answered => Verdict::AnsweredElsewhere,
        Outcome::MediaFailed if call.status.is_some_and(|s| s < 300) => Verdict::AnsweredElsewhere,
        Outcome::Declined | Outcome::Busy | Outcome::DoNotDisturb if call.refused_by_mobile => {
            Verdict::DeclinedByMobile
        }
        Outcome::Cancelled => Verdict::CallerGaveUp,
        Outcome::NoAnswer
        | Outcome::NoResponse
        | Outcome::ServerError
        | Outcome::FederationFailed
        | Outcome::Rejected => {
            if has(PushResult::Accepted) {
                Verdict::NotOpened
            } else if failed {
                Verdict::MissedPushFailed
            } else if has(PushResult::Unanswered) {
                Verdict::MissedPushUnanswered
            } else if pushes.is_empty() && !in_doubt {
                Verdict::MissedNoPush
            } else {
                Verdict::Undetermined
            }
        }
        Outcome::NoFinal if failed && !has(PushResult::Accepted) => Verdict::MissedPushFailed,
        _ => Verdict::Undetermined,
    }
}
