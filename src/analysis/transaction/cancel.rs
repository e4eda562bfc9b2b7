//! Whether the caller gave up.

use super::proof::Dialogs;
use super::{Branch, FAN_OUT_MS, InviteTransaction};
use crate::analysis::message::{Context, Msg};
use crate::analysis::servers::Role;
use crate::record::Direction;
use crate::sip::{HeaderName, Method, NameAddr};
use crate::text::{contains_ignore_case, decode, host_of};

/// What is known of the caller's CANCEL.
#[derive(Clone, Copy, Debug)]
pub(in crate::analysis) enum Cancelled<'m> {
    /// There is none, or it came too late.
    Not,
    /// This message came from the caller ahead of the final.
    ByCaller(&'m Msg<'m>),
    /// A CANCEL came from another server of the house, which may have its own reasons.
    ByServer(&'m Msg<'m>),
    /// A CANCEL says that another leg answered.
    Elsewhere(&'m Msg<'m>),
}

/// Looks for the CANCEL, or the BYE inside the early dialog, with which the caller gave up.
pub(super) fn of<'m>(ctx: &Context<'_>, dialogs: &Dialogs<'m>, attempt: &InviteTransaction<'m>) -> Cancelled<'m> {
    let last = attempt.final_response();
    let mut found = Cancelled::Not;
    for hop in attempt.roots.iter().filter_map(|r| attempt.branches.get(*r)) {
        if hop.messages.iter().any(|m| m.method == Method::Cancel && m.status == 481) {
            continue;
        }
        let cancels = hop.messages.iter().copied().filter(|m| m.method == Method::Cancel && m.is_request());
        for cancel in cancels.take(MOST) {
            if is_late(ctx, attempt, hop, cancel, last) {
                continue;
            }
            if completed_elsewhere(ctx, cancel) {
                return Cancelled::Elsewhere(cancel);
            }
            match cancel.direction {
                Direction::Incoming if !comes_from_server(ctx, hop, cancel) => return Cancelled::ByCaller(cancel),
                // A server that calls itself: between the telephone network and SIP, or a log without directions.
                Direction::Outgoing if hop.depth == 1 => return Cancelled::ByCaller(cancel),
                Direction::Unknown => return Cancelled::ByCaller(cancel),
                _ => found = Cancelled::ByServer(cancel),
            }
        }
    }
    match found {
        Cancelled::Not => {
            let caller = early_bye(ctx, dialogs, attempt).or_else(|| passed_on(ctx, attempt, last));
            caller.map_or(found, Cancelled::ByCaller)
        }
        found => found,
    }
}

/// The CANCEL as it came to the next server, where that of the caller falls into a hole: a server that sent the INVITE
/// one way only, as its log tells, and no timer of its own, has no reason to cancel but the caller's.
fn passed_on<'m>(ctx: &Context<'_>, attempt: &InviteTransaction<'m>, last: Option<&Msg<'m>>) -> Option<&'m Msg<'m>> {
    let [root] = attempt.roots[..] else { return None };
    if last.is_some_and(|m| m.status < 300) || !attempt.messages.iter().any(|m| m.method == Method::Cancel) {
        return None;
    }
    let invite = |hop: &Branch<'m>, direction| {
        let is = |m: &&&Msg<'m>| m.method == Method::Invite && m.is_request() && m.direction == direction;
        hop.messages.iter().take(MOST).find(is).copied()
    };
    let mut at = root;
    for _ in 0..MOST_SERVERS {
        let mut below = attempt.branches.iter().enumerate().filter(|(_, h)| h.parent == Some(at));
        let (Some((next, hop)), None) = (below.next(), below.next()) else { return None };
        if !ctx.runs_on(invite(attempt.branches.get(at)?, Direction::Incoming)?, FAN_OUT_MS) {
            return None;
        }
        let refused = hop.messages.iter().any(|m| m.method == Method::Cancel && m.status == 481);
        if let (Some(cancel), false) = (hop.cancel(), refused) {
            let came = invite(hop, Direction::Incoming).filter(|m| m.server == cancel.server)?;
            let waited = cancel.time?.since(came.time?);
            let is_callers = cancel.direction == Direction::Incoming
                && ctx.tells_between(came, cancel)
                && !is_round(waited)
                && !is_late(ctx, attempt, hop, cancel, last)
                && !completed_elsewhere(ctx, cancel);
            return is_callers.then_some(cancel);
        }
        at = next;
    }
    None
}

/// Whether a time is one that a timer may have run for.
fn is_round(ms: i64) -> bool {
    (ms + ROUND_MS / 2) % TIMER_MS < ROUND_MS
}

/// Servers between the caller's and the callee's.
const MOST_SERVERS: usize = 4;
/// Timers that servers give up by are round: a CANCEL this near to a multiple of ten seconds may be theirs.
const TIMER_MS: i64 = 10_000;
const ROUND_MS: i64 = 500;

/// Copies of one CANCEL that are looked at.
const MOST: usize = 64;

/// Behind the final a CANCEL has no effect (RFC 3261 section 9.2); 481 to it, which is looked for before, says so too.
fn is_late(
    ctx: &Context<'_>,
    attempt: &InviteTransaction<'_>,
    hop: &Branch<'_>,
    cancel: &Msg<'_>,
    last: Option<&Msg<'_>>,
) -> bool {
    let Some(last) = last else { return false };
    let same = |m: &&&Msg<'_>| m.method == Method::Invite && m.status == last.status && m.to_tag == last.to_tag;
    // Of a 487 only the copy towards the caller counts: legs may have been cancelled before.
    let counts = |m: &&&Msg<'_>| last.status != 487 || m.vias.len() == hop.depth;
    attempt.messages.iter().filter(same).filter(counts).any(|m| ctx.is_before(m, cancel) == Some(true))
}

/// Whether a CANCEL came from another server of the house: what it had from the caller, its own log would tell.
fn comes_from_server(ctx: &Context<'_>, hop: &Branch<'_>, cancel: &Msg<'_>) -> bool {
    hop.depth > 1 && ctx.comes_from_own_server(cancel) && !is_from_outside(ctx, hop, cancel)
}

/// Whether an Edge, which sends an INVITE one way only, brought that of another house's caller: the domains of caller and
/// callee differ, the caller's is none of the house, and who sent the CANCEL is no Front End or gateway that is known.
fn is_from_outside(ctx: &Context<'_>, hop: &Branch<'_>, cancel: &Msg<'_>) -> bool {
    let Some(invite) = hop.invite() else { return false };
    let domain = |name| {
        let value = ctx.header(invite.id, name)?;
        let address = decode(NameAddr::parse(&value).address()).to_ascii_lowercase();
        Some(host_of(address.rsplit_once('@')?.1).to_owned())
    };
    let foreign = |from: &str| from.parse::<std::net::IpAddr>().is_err() && !ctx.servers.is_own_host(from);
    let sender = ctx.peer(cancel).and_then(|id| ctx.servers.get(id)).map(|s| s.role);
    let brings = sender.is_none_or(|role| matches!(role, Role::Edge | Role::Director | Role::Unknown));
    let waited = cancel.time.zip(invite.time).map(|(end, start)| end.since(start));
    let differ = |(from, to): (String, String)| from != to && foreign(&from);
    brings && !waited.is_some_and(is_round) && domain(HeaderName::From).zip(domain(HeaderName::To)).is_some_and(differ)
}

/// A BYE of the caller while the callee rings ends the call as a CANCEL does.
fn early_bye<'m>(ctx: &Context<'_>, dialogs: &Dialogs<'m>, attempt: &InviteTransaction<'m>) -> Option<&'m Msg<'m>> {
    let last = attempt.final_response().filter(|m| m.status >= 300)?;
    let byes = dialogs.of_caller(attempt).filter(|m| m.method == Method::Bye && m.from_tag == attempt.from_tag);
    let mut early =
        byes.take(MOST).filter(|m| m.direction == Direction::Incoming && ctx.is_before(m, last) == Some(true));
    early.next()
}

/// Whether a CANCEL says that another leg answered (RFC 3326).
pub(in crate::analysis) fn completed_elsewhere(ctx: &Context<'_>, cancel: &Msg<'_>) -> bool {
    ctx.header(cancel.id, HeaderName::Reason)
        .is_some_and(|r| contains_ignore_case(&r, b"cause=200") || contains_ignore_case(&r, b"completed elsewhere"))
}
