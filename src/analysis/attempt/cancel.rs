//! Whether the caller gave up.

use super::proof::Dialogs;
use super::{Attempt, Hop};
use crate::analysis::message::{Context, Msg};
use crate::record::Direction;
use crate::sip::{HeaderName, Method};
use crate::text::contains_ignore_case;

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
pub(super) fn of<'m>(ctx: &Context<'_>, dialogs: &Dialogs<'m>, attempt: &Attempt<'m>) -> Cancelled<'m> {
    let last = attempt.final_response();
    let mut found = Cancelled::Not;
    for hop in attempt.roots.iter().filter_map(|r| attempt.hops.get(*r)) {
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
        Cancelled::Not => early_bye(ctx, dialogs, attempt).map_or(found, Cancelled::ByCaller),
        found => found,
    }
}

/// Copies of one CANCEL that are looked at.
const MOST: usize = 64;

/// Behind the final a CANCEL has no effect (RFC 3261 section 9.2); 481 to it, which is looked for before, says so too.
fn is_late(ctx: &Context<'_>, attempt: &Attempt<'_>, hop: &Hop<'_>, cancel: &Msg<'_>, last: Option<&Msg<'_>>) -> bool {
    let Some(last) = last else { return false };
    let same = |m: &&&Msg<'_>| m.method == Method::Invite && m.status == last.status && m.to_tag == last.to_tag;
    // Of a 487 only the copy towards the caller counts: legs may have been cancelled before.
    let counts = |m: &&&Msg<'_>| last.status != 487 || m.vias.len() == hop.depth;
    attempt.messages.iter().filter(same).filter(counts).any(|m| ctx.is_before(m, cancel) == Some(true))
}

/// Whether a CANCEL came from another server of the house: what it had from the caller, its own log would tell.
fn comes_from_server(ctx: &Context<'_>, hop: &Hop<'_>, cancel: &Msg<'_>) -> bool {
    hop.depth > 1 && ctx.comes_from_own_server(cancel)
}

/// A BYE of the caller while the callee rings ends the call as a CANCEL does.
fn early_bye<'m>(ctx: &Context<'_>, dialogs: &Dialogs<'m>, attempt: &Attempt<'m>) -> Option<&'m Msg<'m>> {
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
