//! How a call ended: outcome, status and diagnostics, with the records that prove them.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashSet;

use super::Call;
use crate::analysis::coverage::Blind;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::message::{Context, Msg};
use crate::analysis::outcome::{self, Final};
use crate::analysis::servers::{Role, ServerId};
use crate::analysis::terms::Outcome;
use crate::analysis::transaction::{Cancelled, InviteTransaction};
use crate::record::Direction;
use crate::sip::{HeaderName, Method, NameAddr};
use crate::text::{contains_ignore_case, decode, host_of};
use crate::trace::EventId;

/// People who are asked for a password take so long at most.
const PASSWORD_MS: i64 = 32_000;
/// A client that can mend its request sends it again within this, a server that fails over, too.
const MEND_MS: i64 = 5_000;
/// Behind a CANCEL a 2xx may still cross it, for 64 times T1 (RFC 3261 section 9.1).
const CROSSING_MS: i64 = 32_000;
/// Copies of one message on one hop that are looked at.
const MOST: usize = 64;

/// Puts the end of the last attempt, and of its dialog if there is one, into the call.
pub(super) fn end(
    ctx: &Context<'_>,
    diagnostics: &[EventId],
    call: &mut Call,
    attempts: &[InviteTransaction<'_>],
    own: &[&Msg<'_>],
) {
    let Some(last) = attempts.last() else { return };
    let final_response = last.final_response();
    let start_missing = last.branches.iter().all(|h| h.invite().is_none()) && attempts.len() == 1;
    let edge_record = has_edge_record(ctx, diagnostics, last);
    match outcome(ctx, last, start_missing, edge_record) {
        Ok(outcome) => call.outcome = outcome,
        Err(blind) => (call.outcome, call.blind) = (Outcome::Undetermined, Some(blind)),
    }
    if call.outcome == Outcome::Cancelled
        && let Cancelled::ByCaller(m) = last.cancelled()
    {
        call.evidence.push(m.id);
    }
    match (final_response.filter(|f| f.status < 300), last.proof()) {
        (None, Some(proof)) => call.evidence.push(proof.id),
        _ => {
            if let Some(f) = final_response {
                call.status = Some(f.status);
                call.reason = ctx.reason_phrase(f.id);
                call.diagnostics = final_diagnostics(ctx, last, f);
                call.evidence.push(f.id);
            }
        }
    }
    end_dialog(ctx, call, attempts, own);
    call.diagnostics.dedup();
}

/// How an attempt ended, or why the logs cannot tell.
fn outcome(
    ctx: &Context<'_>,
    last: &InviteTransaction<'_>,
    start_missing: bool,
    edge_record: bool,
) -> Result<Outcome, Blind> {
    let Some(f) = last.final_response() else {
        return if last.proof().is_some() { Ok(Outcome::Answered) } else { without_final(ctx, last, start_missing) };
    };
    if f.status < 300 || last.proof().is_some() {
        return Ok(Outcome::Answered);
    }
    if start_missing && !last.rang() {
        // It may answer an INVITE inside the dialog.
        return Err(Blind::StartMissing);
    }
    let cut = || ctx.coverage.end_after(f.server, first_of(last, f).id);
    if f.status == 487 {
        return match last.cancelled() {
            Cancelled::ByCaller(_) => Ok(Outcome::Cancelled),
            // The server's own timer cancels, too (RFC 3261 sections 16.8 and 16.7 step 6).
            Cancelled::Not if tells_caller_side(ctx, last, f) || is_own_timer(ctx, last) => {
                Ok(if last.rang() { Outcome::NoAnswer } else { Outcome::NoResponse })
            }
            _ if start_missing => Err(Blind::StartMissing),
            _ => Err(blind_between(ctx, last, f).unwrap_or(Blind::ServerMissing)),
        };
    }
    if let (Cancelled::ByCaller(_), true) = (last.cancelled(), f.status < 600) {
        return Ok(Outcome::Cancelled);
    }
    let patience = match f.status {
        401 | 407 => PASSWORD_MS,
        300..=399 => {
            if let Some(blind) = redirected_to_blind(ctx, f) {
                return Err(blind);
            }
            MEND_MS
        }
        413 | 415 | 416 | 420 | 422 | 488 | 494 => MEND_MS,
        // The next server may have taken it (RFC 3263 section 4.3).
        503 if Diagnostic::of(ctx, f.id).is_empty() => {
            if ctx.servers.lacks_log() {
                return Err(Blind::ServerMissing);
            }
            if let Some(blind) = next_is_blind(ctx, f) {
                return Err(blind);
            }
            MEND_MS
        }
        _ => 0,
    };
    if patience > 0 && !retry_would_show(ctx, last, f, patience) {
        return Err(ctx.coverage.end_after(f.server, f.id));
    }
    let told = judge_final(ctx, f, edge_record);
    let outcome = told(last.rang());
    // Which of several finals that are as good the caller was told is the proxy's choice (RFC 3261 section 16.7 step 6).
    let is_other = |m: &Msg<'_>| judge_final(ctx, m, edge_record)(last.rang()) != outcome;
    if last.rivals(f).any(is_other) {
        return Err(cut());
    }
    if !last.rang() && outcome != told(true) && !tells_ringing(ctx, last) {
        return Err(if start_missing { Blind::StartMissing } else { cut() });
    }
    Ok(outcome)
}

/// Of an attempt without a final: whether the caller gave up, or the logs tell that there was none.
fn without_final(ctx: &Context<'_>, last: &InviteTransaction<'_>, start_missing: bool) -> Result<Outcome, Blind> {
    let ends = |m: &Msg<'_>| ctx.coverage.end_after(m.server, m.id);
    match last.cancelled() {
        Cancelled::ByCaller(m) if ctx.runs_on(m, CROSSING_MS) || m.time.is_none() && !is_last_record(ctx, m) => {
            return Ok(Outcome::Cancelled);
        }
        Cancelled::ByCaller(m) | Cancelled::ByServer(m) | Cancelled::Elsewhere(m) => return Err(ends(m)),
        Cancelled::Not => {}
    }
    if start_missing {
        Err(Blind::StartMissing)
    } else if runs_on(ctx, last) {
        Ok(Outcome::NoFinal)
    } else {
        Err(last.messages.last().map_or(Blind::StartMissing, |m| ends(m)))
    }
}

/// Whether nothing follows a record in its input.
fn is_last_record(ctx: &Context<'_>, m: &Msg<'_>) -> bool {
    ctx.coverage.is_last(m.server, m.id)
}

/// The first message of an attempt on the server of another.
fn first_of<'m>(attempt: &InviteTransaction<'m>, m: &Msg<'m>) -> Msg<'m> {
    attempt.messages.iter().find(|o| o.server == m.server).map_or_else(|| m.clone(), |o| (*o).clone())
}

/// Whether the server that got the INVITE from the caller tells all until a final: a CANCEL would stand there.
fn tells_caller_side(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, f: &Msg<'_>) -> bool {
    let Some(root) = attempt.root() else { return false };
    root.messages.iter().take(MOST).any(|m| {
        m.method == Method::Invite
            && m.is_request()
            && m.direction != Direction::Outgoing
            && (m.vias.len() == 1 || !ctx.comes_from_own_server(m))
            && root.finals().take(MOST).any(|f| ctx.tells_between(m, f))
    }) && f.vias.len() <= root.messages.first().map_or(0, |m| m.vias.len())
}

/// Whether a server behind the caller's ended the INVITE by itself: its log tells all from the INVITE that came in to
/// the 487 that it sent back, and nobody cancelled there.
fn is_own_timer(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> bool {
    attempt.branches.iter().enumerate().any(|(i, hop)| {
        let of = |direction| hop.messages.iter().take(MOST).filter(move |m| m.direction == direction);
        let invites = || of(Direction::Incoming).filter(|m| m.method == Method::Invite && m.is_request());
        let sent = || of(Direction::Outgoing).filter(|m| m.method == Method::Invite && m.status == 487);
        hop.cancel().is_none()
            && invites().any(|m| sent().any(|f| ctx.tells_between(m, f)))
            && attempt.is_before_all_legs(i)
    })
}

/// The hole, or the end, between the first message of an attempt and its final.
fn blind_between(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, f: &Msg<'_>) -> Option<Blind> {
    let first = first_of(attempt, f);
    let hidden = !ctx.tells_between(&first, f);
    hidden.then(|| ctx.coverage.end_after(f.server, first.id))
}

/// Whether a log that holds the final speaks on for as long as another try may take.
fn retry_would_show(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, f: &Msg<'_>, ms: i64) -> bool {
    let same = attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status == f.status);
    let mut timed = same.filter(|m| m.time.is_some()).peekable();
    // Without times the order of the records is all there is.
    timed.peek().is_none() && !is_last_record(ctx, f) || timed.any(|m| ctx.runs_on(m, ms))
}

/// Why another server, to which the sender of the request may have turned, would not show that. Where no other has a log
/// here, there may be one all the same.
fn next_is_blind(ctx: &Context<'_>, f: &Msg<'_>) -> Option<Blind> {
    let own = ctx.servers.get(f.server).map(|s| s.role);
    let is_beside = |other: Role| other == Role::Unknown || own.is_none_or(|own| own == other || own == Role::Unknown);
    // Of another house it is where neither its messages nor its name tie it to this one.
    let is_ours = |id: ServerId| ctx.clocks.comparable(f.server, id) || !ctx.servers.is_of_another_house(f.server, id);
    let beside = (0..).map(ServerId).zip(ctx.servers.all());
    let beside = beside.filter(|(id, s)| *id != f.server && is_beside(s.role) && is_ours(*id)).map(|(id, _)| id);
    let mut beside = beside.peekable();
    let (Some(time), Some(_)) = (f.time, beside.peek()) else { return Some(Blind::ServerMissing) };
    let tells = |id: &ServerId| ctx.coverage.whole(*id, time, time.plus(MEND_MS));
    beside.find(|id| !tells(id)).map(|id| ctx.coverage.blind_at(id, time))
}

/// Why the server that a redirection names would not show that the caller went on there.
fn redirected_to_blind(ctx: &Context<'_>, f: &Msg<'_>) -> Option<Blind> {
    let contact = ctx.header(f.id, HeaderName::Contact)?;
    let address = decode(NameAddr::parse(&contact).address()).into_owned();
    let host = host_of(address.rsplit('@').next()?);
    let named = ctx.servers.find(host);
    if named == Some(f.server) || !ctx.servers.is_own_host(host) {
        return None;
    }
    let (Some(id), Some(time)) = (named, f.time) else { return Some(Blind::ServerMissing) };
    (!ctx.coverage.whole(id, time, time.plus(MEND_MS))).then(|| ctx.coverage.blind_at(id, time))
}

/// Whether a 180 would stand in one of the logs: that of a server through which every leg went, whole from the INVITE
/// to its final.
fn tells_ringing(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> bool {
    attempt.branches.iter().enumerate().any(|(i, hop)| {
        let invites = hop.messages.iter().filter(|m| m.method == Method::Invite && m.is_request());
        let tells = |m: &&&Msg<'_>| hop.finals().take(MOST).any(|f| ctx.tells_between(m, f));
        let mut told = invites.take(MOST).filter(tells).peekable();
        told.peek().is_some() && attempt.is_before_all_legs(i)
    })
}

/// The outcome of a final response, from all that it says, with and without ringing before it.
pub(super) fn judge_final(ctx: &Context<'_>, f: &Msg<'_>, edge_record: bool) -> impl Fn(bool) -> Outcome + use<> {
    let status = f.status;
    let diagnostics = Diagnostic::of(ctx, f.id);
    // Of no other status do the words decide.
    let (warning, reason) = if status == outcome::BY_WORDS {
        let warning = ctx.header(f.id, HeaderName::Warning).unwrap_or_default().into_owned();
        let texts: String = diagnostics.iter().map(Diagnostic::text).collect();
        (warning, format!("{} {texts}", ctx.reason_phrase(f.id).unwrap_or_default()))
    } else {
        (Vec::new(), String::new())
    };
    move |rang| {
        let (warning, reason, diagnostics) = (&warning[..], &reason[..], &diagnostics[..]);
        outcome::of_final(&Final { status, warning, reason, diagnostics, rang, edge_record })
    }
}

/// Whether an Edge recorded that it could not route the INVITE. Only an Edge's own record proves that the way
/// out of the deployment failed: Front Ends write the same result code about clients that went away.
fn has_edge_record(ctx: &Context<'_>, diagnostics: &[EventId], attempt: &InviteTransaction<'_>) -> bool {
    diagnostics.iter().filter_map(|id| ctx.event(*id)).any(|e| {
        ctx.role(e) == Role::Edge
            && (e.cseq == attempt.cseq || e.cseq == 0)
            && contains_ignore_case(ctx.trace.fields(e), b"routing")
    })
}

/// Whether the log of a server through which every leg went tells all from the INVITE on, so long that a final would be
/// there. Any provisional response starts that time anew.
fn runs_on(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> bool {
    // A call may have a hundred thousand forks: each message is looked at a few times, not once for every other.
    let latest = |is: fn(&Msg<'_>) -> bool| {
        let mut latest: BTreeMap<ServerId, &Msg<'_>> = BTreeMap::new();
        for m in attempt.messages.iter().filter(|m| is(m) && m.time.is_some()) {
            let last = latest.entry(m.server).or_insert(m);
            if m.time > last.time {
                *last = m;
            }
        }
        latest
    };
    let (invites, all) = (latest(|m| m.method == Method::Invite), latest(|_| true));
    let lasts = |server: &ServerId| invites.get(server).is_some_and(|last| ctx.runs_on(last, ctx.options.no_final_ms));
    // Behind a CANCEL the final comes soon; the caller's ACK is that of a final which is not in the log.
    let acks = attempt.messages.iter().filter(|m| m.method == Method::Ack && m.direction != Direction::Outgoing);
    let acknowledged: BTreeSet<ServerId> = acks.map(|m| m.server).collect();
    let is_ending = |server: &ServerId| {
        acknowledged.contains(server) || all.get(server).is_some_and(|last| !ctx.runs_on(last, CROSSING_MS))
    };
    attempt.branches.iter().enumerate().any(|(i, hop)| {
        let invites = hop.messages.iter().filter(|m| m.method == Method::Invite && m.is_request());
        // A server that sent a final on has no more to tell; the request went to another.
        let is_open = |m: &Msg<'_>| !hop.finals().take(MOST).any(|f| f.server == m.server);
        let mut sure = invites.filter(|m| is_open(m)).filter(|m| {
            let last = all.get(&m.server).copied();
            last.is_some_and(|last| ctx.tells_between(m, last)) && lasts(&m.server) && !is_ending(&m.server)
        });
        sure.next().is_some() && attempt.is_before_all_legs(i)
    })
}

/// Diagnostics of the final response; where a failure has none, those of the legs that failed the same way.
fn final_diagnostics(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, f: &Msg<'_>) -> Vec<Diagnostic> {
    let own = Diagnostic::of(ctx, f.id);
    if !own.is_empty() || f.status < 300 {
        return own;
    }
    let of_legs = attempt.legs().filter_map(|l| l.finals().last()).filter(|m| m.status == f.status);
    of_legs.flat_map(|m| Diagnostic::of(ctx, m.id)).collect()
}

/// Server-made ends of legs whose answer came after the CANCEL: no fault.
fn is_cancel_race(d: &Diagnostic) -> bool {
    (5009..=5011).contains(&d.id)
}

/// What a BYE, or a refused INVITE inside the dialog, adds: its diagnostics, and whether media failed.
fn end_dialog(ctx: &Context<'_>, call: &mut Call, attempts: &[InviteTransaction<'_>], own: &[&Msg<'_>]) {
    let is_bye = |m: &Msg<'_>| m.is_request() && m.method == Method::Bye;
    // A challenge to an earlier attempt is no refusal; the callee counts its own CSeq (RFC 3261 section 12.2.1.1).
    let initial: HashSet<(u64, u32)> = attempts.iter().map(|a| (a.from_tag, a.cseq)).collect();
    let is_initial = |m: &Msg<'_>| initial.contains(&(m.from_tag, m.cseq));
    let is_refusal = |m: &Msg<'_>| m.method == Method::Invite && m.status >= 300 && !is_initial(m);
    let said: Vec<(EventId, Vec<Diagnostic>)> =
        own.iter().filter(|m| is_bye(m) || is_refusal(m)).map(|m| (m.id, Diagnostic::of(ctx, m.id))).collect();
    if call.outcome == Outcome::Answered {
        for (id, diagnostics) in &said {
            if outcome::is_media_failure(diagnostics) {
                call.outcome = Outcome::MediaFailed;
                call.evidence.push(*id);
            }
        }
    }
    if own.iter().any(|m| is_bye(m)) || call.outcome == Outcome::MediaFailed {
        for (_, diagnostics) in said {
            call.diagnostics.extend(diagnostics.into_iter().filter(|d| !is_cancel_race(d)));
        }
    }
}
