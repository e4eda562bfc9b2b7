//! The verdict on each mobile callee (OUTCOMES.md section 4), and whether the logs allow one.

use hashbrown::HashMap;
use rayon::prelude::*;

use super::Analysis;
use super::call::{Call, Clock, Home};
use super::coverage::Blind;
use super::link::{Ambiguity, AmbiguousPush};
use super::message::Context;
use super::push::Push;
use super::servers::{Role, ServerId};
use super::session::SessionMessage;
use super::terms::{Outcome, PushResult, Verdict};
use crate::time::Timestamp;

/// Verdicts, and the evidence of its pushes for each call. `doubts` tells of each occasion which pushes that are
/// linked to none may still be its own.
pub(super) fn judge(analysis: &mut Analysis, doubts: &Ambiguity, ctx: &Context<'_>) {
    let local = local_mobility(analysis);
    let pushes = &analysis.pushes;
    let of_call = |call: &mut Call, doubts: &[AmbiguousPush]| {
        let own: Vec<&Push> = call.pushes.iter().filter_map(|p| pushes.get(*p)).collect();
        call.mobile |= !own.is_empty();
        for push in &own {
            call.evidence.extend(push.evidence.iter().copied());
        }
        call.evidence.sort_unstable();
        call.evidence.dedup();
        if !call.mobile {
            return;
        }
        let found = verdict(call, &own);
        let hidden = blind(call, ctx, &local);
        call.pushes_told = hidden.is_none() && doubts.is_empty();
        let blind = match found {
            Verdict::MissedNoPush | Verdict::MissedPushFailed | Verdict::MissedPushUnanswered => {
                hidden.or_else(|| hangs_on(call, pushes, &own, doubts, found))
            }
            Verdict::NotOpened => {
                // The callee's own push decides, before those of others to whom the call was forked: it may be hidden.
                let of_others = !own.iter().any(|p| p.is_of(&call.to));
                hidden.filter(|_| of_others).or_else(|| hangs_on(call, pushes, &own, doubts, found))
            }
            Verdict::Undetermined => {
                let doubt = doubts.first().map(|d| d.why);
                call.blind.or(doubt).or_else(|| own.iter().find_map(|p| p.blind))
            }
            _ => None,
        };
        let blind = blind.or_else(|| no_phone(call, &own, found));
        call.verdict = Some(if blind.is_some() { Verdict::Undetermined } else { found });
        call.blind = call.blind.or(blind);
    };
    let calls = analysis.calls.par_iter_mut().zip(&doubts.calls).with_min_len(CALLS);
    calls.for_each(|(call, doubts)| of_call(call, doubts));
    for call in analysis.calls.iter().filter(|c| c.pushes.len() > 1) {
        supersede(&mut analysis.pushes, &call.pushes);
    }
    for (message, doubts) in analysis.messages_inside.iter_mut().zip(&doubts.messages) {
        judge_message(message, &analysis.pushes, doubts, ctx, &local);
    }
    analysis.messages_inside.retain(|m| m.verdict.is_some());
    mark_conversations(analysis);
}

/// Calls that one worker judges at a time.
const CALLS: usize = 256;

/// Notes the missed messages of each conversation with the call that it is.
fn mark_conversations(analysis: &mut Analysis) {
    let mut missed: HashMap<&str, u32> = HashMap::new();
    for message in analysis.messages_inside.iter().filter(|m| m.is_missed()) {
        *missed.entry(message.call_id.as_str()).or_default() += 1;
    }
    if missed.is_empty() {
        return;
    }
    for call in &mut analysis.calls {
        call.missed_messages = missed.get(call.call_id.as_str()).copied().unwrap_or(0);
    }
}

/// A push that failed did no harm where a later one of the same call was accepted.
fn supersede(pushes: &mut [Push], own: &[usize]) {
    let accepted = own.iter().filter_map(|p| pushes.get(*p)).filter(|p| p.result == PushResult::Accepted);
    let Some(latest) = accepted.map(|p| (p.user.clone(), p.sent)).max_by_key(|(_, sent)| *sent) else { return };
    for p in own {
        if let Some(push) = pushes.get_mut(*p) {
            push.superseded = push.result.is_lost() && push.user == latest.0 && push.sent <= latest.1;
        }
    }
}

/// Servers from whose own mobility service pushes came.
fn local_mobility(analysis: &Analysis) -> Vec<ServerId> {
    let mut out: Vec<ServerId> = analysis.pushes.iter().filter_map(|p| p.owner).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Why the logs cannot say that there was no other push: that of each Front End whose mobility service would have sent
/// it must tell everything from the INVITE to the final.
fn blind(call: &Call, ctx: &Context<'_>, local: &[ServerId]) -> Option<Blind> {
    let knows = |server: &ServerId| ctx.servers.get(*server).is_none_or(|s| !s.role.is_bystander());
    let mut knowing = call.clocks.iter().map(|c| c.server).filter(knows).peekable();
    if knowing.peek().is_none() && !call.clocks.is_empty() {
        return Some(Blind::OnlyEdge);
    }
    if call.homes.is_empty() {
        // That a phone took part is known from a response or a push only: every log that would hold a push must tell.
        return knowing.find_map(|s| told(call, ctx, s));
    }
    call.homes.iter().find_map(|home| {
        let server = home_server(home).filter(|s| knows(s));
        server.and_then(|s| told(call, ctx, s)).or_else(|| home_blind(home, ctx, local))
    })
}

fn home_server(home: &Home) -> Option<ServerId> {
    match home {
        Home::At(server) | Home::Perhaps(server) => Some(*server),
        Home::Missing => None,
    }
}

/// Why nothing is known of the server of a mobility service.
fn home_blind(home: &Home, ctx: &Context<'_>, local: &[ServerId]) -> Option<Blind> {
    let role = |server: &ServerId| ctx.servers.get(*server).map_or(Role::Unknown, |s| s.role);
    match home {
        Home::Missing => Some(Blind::ServerMissing),
        Home::Perhaps(server) if !local.contains(server) => Some(Blind::ServerMissing),
        Home::At(server) | Home::Perhaps(server) if role(server).is_bystander() => Some(Blind::OnlyEdge),
        _ => None,
    }
}

/// Why the log of one server does not tell everything from the INVITE to the final, if so.
fn told(call: &Call, ctx: &Context<'_>, server: ServerId) -> Option<Blind> {
    let Some(clock) = call.clocks.iter().find(|c| c.server == server) else {
        // The INVITE went past it, to its mobility service: as far as clocks can be compared, its log must speak meanwhile.
        let times = |c: &Clock| [c.start, c.end].map(|time| (c.server, time));
        return speaks(ctx, server, call.clocks.iter().flat_map(times));
    };
    let Some(invite) = clock.invite else {
        return Some(match ctx.coverage.hole_ahead(server, clock.first) {
            Some(hole) => Blind::Hole(*hole),
            None => Blind::StartMissing,
        });
    };
    let whole = if let Some(last) = clock.last {
        ctx.coverage.joined(server, invite, last)
    } else {
        // It ended elsewhere; until then this log must speak.
        let end = call.clocks.iter().filter(|c| ctx.clocks.comparable(c.server, server)).filter_map(|c| c.end).max();
        clock.start.zip(end).is_some_and(|(start, end)| ctx.coverage.whole(server, start, end))
    };
    (!whole).then(|| ctx.coverage.end_after(server, invite))
}

/// Why the log of a server does not tell everything from the first to the last of some times on other servers' clocks, give
/// or take what the clocks are not sure of.
fn speaks(
    ctx: &Context<'_>,
    server: ServerId,
    times: impl Iterator<Item = (ServerId, Option<Timestamp>)>,
) -> Option<Blind> {
    let known = times.filter(|(other, _)| ctx.clocks.comparable(*other, server));
    let known: Vec<(ServerId, Timestamp)> = known.filter_map(|(other, time)| Some((other, time?))).collect();
    let unsure = |server: ServerId| ctx.clocks.unsure(server);
    let others: Option<Vec<i64>> = known.iter().map(|(other, _)| unsure(*other)).collect();
    let times = || known.iter().map(|(_, time)| *time);
    let (Some(from), Some(to)) = (times().min(), times().max()) else { return Some(Blind::ServerMissing) };
    let (Some(own), Some(others)) = (unsure(server), others) else { return Some(Blind::Clocks) };
    let unsure = own + others.into_iter().max().unwrap_or(0);
    let whole = ctx.coverage.whole(server, from.plus(-unsure), to.plus(unsure));
    (!whole).then(|| ctx.coverage.blind_at(server, from))
}

/// Why nothing can be said of a phone, where only UCWA was called and no record tells for whom it spoke: a push would
/// tell that it was a phone.
fn no_phone(call: &Call, own: &[&Push], found: Verdict) -> Option<Blind> {
    let of_phone = matches!(found, Verdict::MissedNoPush | Verdict::AnsweredByMobile | Verdict::DeclinedByMobile);
    let spoken = found != Verdict::MissedNoPush && call.spoken_unnamed;
    (of_phone && own.is_empty() && (spoken || call.is_perhaps_no_phone())).then_some(Blind::ClientUnnamed)
}

/// Why a verdict hangs on a push that is linked to none, if it does: with it, the verdict would be another.
fn hangs_on(call: &Call, pushes: &[Push], own: &[&Push], doubts: &[AmbiguousPush], found: Verdict) -> Option<Blind> {
    let with = |more: &[&Push]| verdict(call, &[own, more].concat());
    let each = doubts.iter().find(|d| pushes.get(d.push).is_some_and(|p| with(&[p]) != found));
    each.map(|d| d.why).or_else(|| {
        let all: Vec<&Push> = doubts.iter().filter_map(|d| pushes.get(d.push)).collect();
        (with(&all) != found).then(|| doubts.first().map(|d| d.why)).flatten()
    })
}

/// The pushes that decide: the callee's own; those of others to whom the call was forked too only where there is none.
fn decisive<'p>(to: &str, pushes: &[&'p Push]) -> Vec<&'p Push> {
    let own: Vec<&Push> = pushes.iter().filter(|p| p.is_of(to)).copied().collect();
    if own.is_empty() { pushes.to_vec() } else { own }
}

/// Of the pushes of a call, in order, the one that its verdict tells of: the last with the result that decided, and of several
/// such one that has a cause where one is given. `None` where the verdict tells of none.
pub(crate) fn deciding<'p>(call: &Call, pushes: &[&'p Push], code: Option<&str>) -> Option<&'p Push> {
    let results: &[PushResult] = match call.verdict? {
        Verdict::MissedPushFailed => &[PushResult::Rejected, PushResult::Unroutable],
        Verdict::MissedPushUnanswered => &[PushResult::Unanswered],
        Verdict::NotOpened => &[PushResult::Accepted],
        _ => return None,
    };
    let own = decisive(&call.to, pushes);
    let mut all = own.into_iter().rev().filter(|p| results.contains(&p.result)).peekable();
    let last = all.peek().copied();
    all.find(|p| code.is_some_and(|code| p.findings.contains(&code))).or(last)
}

/// What pushes say of something that went unanswered.
fn of_pushes(pushes: &[&Push]) -> Verdict {
    let has = |result| pushes.iter().any(|p| p.result == result);
    if has(PushResult::Accepted) {
        Verdict::NotOpened
    } else if has(PushResult::Undetermined) {
        Verdict::Undetermined
    } else if has(PushResult::Rejected) || has(PushResult::Unroutable) {
        Verdict::MissedPushFailed
    } else if has(PushResult::Unanswered) {
        Verdict::MissedPushUnanswered
    } else {
        Verdict::MissedNoPush
    }
}

/// CONTRACT.md's words; "missed" only when the INVITE ended in the log, unanswered.
fn verdict(call: &Call, pushes: &[&Push]) -> Verdict {
    let pushes = decisive(&call.to, pushes);
    match call.outcome {
        Outcome::Answered | Outcome::MediaFailed if call.answered_by_mobile => Verdict::AnsweredByMobile,
        Outcome::Answered | Outcome::MediaFailed if call.leg_unknown => Verdict::Undetermined,
        Outcome::Answered => Verdict::AnsweredElsewhere,
        // The 2xx may be missing where something else proves the answer.
        Outcome::MediaFailed if call.status.is_none_or(|s| s < 300) => Verdict::AnsweredElsewhere,
        Outcome::Declined | Outcome::Busy | Outcome::DoNotDisturb if call.refused_by_mobile => {
            Verdict::DeclinedByMobile
        }
        Outcome::Cancelled => Verdict::CallerGaveUp,
        Outcome::NoAnswer
        | Outcome::NoResponse
        | Outcome::ServerError
        | Outcome::FederationFailed
        | Outcome::Rejected => of_pushes(&pushes),
        Outcome::NoFinal if of_pushes(&pushes) == Verdict::MissedPushFailed => Verdict::MissedPushFailed,
        _ => Verdict::Undetermined,
    }
}

/// A message inside a conversation is missed where the phone did not take it, or where the push that should have told
/// of it failed.
fn judge_message(
    message: &mut SessionMessage,
    all: &[Push],
    doubts: &[AmbiguousPush],
    ctx: &Context<'_>,
    local: &[ServerId],
) {
    let pushes: Vec<&Push> = message.pushes.iter().filter_map(|p| all.get(*p)).collect();
    let lost = of_pushes(&pushes);
    let failed = message.status.is_some_and(|s| matches!(s, 408 | 480 | 481 | 500..600));
    let taken = message.status.is_some_and(|s| s < 300);
    let push_failed = matches!(lost, Verdict::MissedPushFailed | Verdict::MissedPushUnanswered);
    if !message.mobile || !(failed || taken && push_failed) {
        return;
    }
    let hidden = (lost != Verdict::NotOpened)
        .then(|| {
            message.homes.iter().find_map(|home| {
                home_blind(home, ctx, local).or_else(|| told_message(message, ctx, home_server(home)?))
            })
        })
        .flatten()
        .or_else(|| {
            let with = |d: &&AmbiguousPush| all.get(d.push).map_or(lost, |p| of_pushes(&[&pushes[..], &[p]].concat()));
            doubts.iter().find(|d| with(d) != lost).map(|d| d.why)
        });
    // Behind UCWA a Mac needs no push.
    let unnamed = (message.unnamed && pushes.is_empty()).then_some(Blind::ClientUnnamed);
    let hidden = hidden.or(unnamed);
    message.verdict = Some(if hidden.is_some() { Verdict::Undetermined } else { lost });
    message.blind = hidden;
}

fn told_message(message: &SessionMessage, ctx: &Context<'_>, server: ServerId) -> Option<Blind> {
    let first = message.sights.iter().find(|s| s.server == server);
    let last = message.ends.iter().find(|s| s.server == server);
    let Some((first, last)) = first.zip(last) else {
        if first.is_some() || last.is_some() {
            return Some(Blind::ServerMissing);
        }
        let times = message.sights.iter().chain(&message.ends).map(|s| (s.server, s.time));
        return speaks(ctx, server, times);
    };
    (!ctx.coverage.joined(server, first.id, last.id)).then(|| ctx.coverage.end_after(server, first.id))
}
