//! Which of several far ends answered, or refused.

use std::collections::BTreeSet;

use super::Leg;
use crate::analysis::message::{Context, Msg};
use crate::analysis::servers::ServerId;
use crate::analysis::transaction::{Branch, FAN_OUT_MS, InviteTransaction};
use crate::record::Direction;
use crate::sip::Method;
use crate::text::contains_ignore_case;

/// What kind of endpoint spoke for the callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Mobile,
    /// A phone, or a Mac: no record names what stands behind UCWA.
    Unnamed,
    Other,
    /// Nothing tells.
    Unknown,
}

/// The endpoint of the final response: that of its To tag, since every endpoint has its own (RFC 3261 section 12.1.1).
pub(super) fn speaker(
    ctx: &Context<'_>,
    attempt: &InviteTransaction<'_>,
    own: &[&Msg<'_>],
    hops: &[&Branch<'_>],
    legs: &[Leg],
) -> Side {
    let (side, tag) = side_and_tag(ctx, attempt, own, hops, legs);
    let unnamed = leg_of(hops, legs, tag).is_some_and(|leg| leg.unnamed);
    if side == Side::Mobile && unnamed { Side::Unnamed } else { side }
}

fn side_and_tag(
    ctx: &Context<'_>,
    attempt: &InviteTransaction<'_>,
    own: &[&Msg<'_>],
    hops: &[&Branch<'_>],
    legs: &[Leg],
) -> (Side, u64) {
    let answered = attempt.final_response().filter(|f| f.status < 300);
    let kept = answered.map_or(Kept::One, |_| kept(ctx, attempt, own));
    // The response that counts names its sender, unless it is one of several.
    let one = matches!(kept, Kept::One);
    let named = attempt.final_response().filter(|_| one && (attempt.proof().is_none() || answered.is_some()));
    let of_tag = |tag: u64| of_tag(attempt, hops, legs, tag);
    if let Some((f, product)) = named.and_then(|f| Some((f, f.product?))) {
        // A name may be cut off in one record and stand whole in another of the same endpoint.
        let side = match of_tag(f.to_tag) {
            _ if product.is_mobile() => Side::Mobile,
            Side::Unknown => Side::Other,
            side => side,
        };
        return (side, f.to_tag);
    }
    let tag = match (kept, answered, attempt.proof()) {
        (Kept::Tag(tag), ..) => tag,
        (Kept::Unknown(tags), ..) => {
            let mut sides = tags.into_iter().take(MOST_TAGS).map(of_tag);
            let first = sides.next().unwrap_or(Side::Unknown);
            return (if sides.all(|side| side == first) { first } else { Side::Unknown }, 0);
        }
        (Kept::One, Some(f), _) => f.to_tag,
        (Kept::One, None, Some(proof)) if proof.to_tag == attempt.from_tag => proof.from_tag,
        (Kept::One, None, Some(proof)) => proof.to_tag,
        (Kept::One, None, None) => attempt.final_response().map_or(0, |f| f.to_tag),
    };
    let side = of_tag(tag);
    let side = match legs {
        // Nobody else was called, as the log tells; one who has another tag was.
        [only]
            if side == Side::Unknown
                && only.mobile
                && !is_behind(only)
                && !has_other_tag(hops, tag)
                && tells_all_legs(ctx, attempt) =>
        {
            Side::Mobile
        }
        _ => side,
    };
    (side, tag)
}

/// Whether the log of a server ahead of all legs shows to whom it sent the INVITE that came to it.
pub(super) fn tells_all_legs(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> bool {
    let came = |m: &&&Msg<'_>| m.method == Method::Invite && m.is_request() && m.direction != Direction::Outgoing;
    let last = || attempt.final_response().or(attempt.proof());
    attempt.branches.iter().enumerate().take(MOST_HOPS).any(|(i, hop)| {
        let tells = |m: &&Msg<'_>| {
            let ends = hop.finals().take(MOST_TAGS).chain(last());
            ctx.runs_on(m, FAN_OUT_MS) || ends.into_iter().any(|end| ctx.tells_between(m, end))
        };
        let mut invites = hop.messages.iter().filter(came).take(MOST_TAGS);
        invites.any(tells) && attempt.is_before_all_legs(i)
    })
}

/// More hops than these are not looked at.
const MOST_HOPS: usize = 64;

/// The leg on which an endpoint spoke.
fn leg_of<'l>(hops: &[&Branch<'_>], legs: &'l [Leg], tag: u64) -> Option<&'l Leg> {
    let spoke = |m: &Msg<'_>| m.status > 100 && m.to_tag == tag && tag != 0;
    hops.iter().zip(legs).find(|(hop, _)| hop.responses().any(spoke)).map(|(_, leg)| leg)
}

fn of_tag(attempt: &InviteTransaction<'_>, hops: &[&Branch<'_>], legs: &[Leg], tag: u64) -> Side {
    let spoke = |m: &&Msg<'_>| m.method == Method::Invite && m.status > 100 && m.to_tag == tag && tag != 0;
    let products = attempt.messages.iter().copied().filter(spoke).take(64).filter_map(|m| m.product);
    let mut named = None;
    for product in products {
        named = Some(named.unwrap_or(false) || product.is_mobile());
    }
    match named {
        Some(true) => return Side::Mobile,
        Some(false) => return Side::Other,
        None => {}
    }
    match leg_of(hops, legs, tag) {
        Some(leg) if is_behind(leg) => Side::Unknown,
        Some(leg) => {
            if leg.mobile {
                Side::Mobile
            } else {
                Side::Other
            }
        }
        None => Side::Unknown,
    }
}

/// Whether the endpoints of these hops have tags, and none of them is this one.
fn has_other_tag(hops: &[&Branch<'_>], tag: u64) -> bool {
    let mut tags =
        hops.iter().flat_map(|h| h.responses()).filter(|m| m.status > 100 && m.to_tag != 0).take(64).peekable();
    tag != 0 && tags.peek().is_some() && tags.all(|m| m.to_tag != tag)
}

/// Behind the next server a leg may be several endpoints. Servers listen on 5061.
pub(super) fn is_behind(leg: &Leg) -> bool {
    leg.target.as_deref().is_some_and(|t| t.ends_with(":5061"))
}

/// What is known of the 2xx that the caller kept.
enum Kept {
    /// There is one only.
    One,
    /// Of several, that with this To tag.
    Tag(u64),
    /// Nothing tells which of several, which are these.
    Unknown(Vec<u64>),
}

/// Of several 2xx the caller keeps one and ends the others at once (RFC 3261 section 13.2.2.4): the dialog without a
/// BYE, or with the last, in the order of one server.
fn kept(ctx: &Context<'_>, attempt: &InviteTransaction<'_>, own: &[&Msg<'_>]) -> Kept {
    let mut tags: Vec<u64> = attempt
        .messages
        .iter()
        .filter(|m| m.method == Method::Invite && (200..300).contains(&m.status))
        .map(|m| m.to_tag)
        .collect();
    // What an ACK answers may stand ahead of the log.
    tags.extend(attempt.acks_of_answers().map(|m| m.to_tag));
    tags.sort_unstable();
    tags.dedup();
    if tags.len() < 2 {
        return Kept::One;
    }
    if tags.len() > MOST_TAGS {
        return Kept::Unknown(tags);
    }
    let byes = |tag: u64| {
        let is =
            move |m: &&&Msg<'_>| m.method == Method::Bye && m.is_request() && (m.to_tag == tag || m.from_tag == tag);
        own.iter().filter(is)
    };
    let servers: BTreeSet<ServerId> = tags.iter().flat_map(|tag| byes(*tag)).map(|m| m.server).collect();
    let place = |m: &Msg<'_>| ctx.coverage.order(m.server, m.id);
    let first = |server: ServerId, tag: u64| byes(tag).filter(|m| m.server == server).min_by_key(|m| place(m));
    // The server that saw all dialogs that ended tells in which order they did.
    let of_one = servers.into_iter().find_map(|server| {
        let tells = |tag: &u64| first(server, *tag).is_some() || byes(*tag).next().is_none();
        tags.iter().all(tells).then(|| {
            let mut ends: Vec<(Option<&&Msg<'_>>, u64)> = tags.iter().map(|tag| (first(server, *tag), *tag)).collect();
            ends.sort_by_key(|(bye, tag)| (bye.is_none(), bye.map(|m| place(m)), *tag));
            ends
        })
    });
    // That there was no BYE proves something where the log tells all from the 2xx until that of the others.
    let is_open = |tag: u64, bye: &Msg<'_>| {
        let answers = attempt.messages.iter().filter(|m| m.method == Method::Invite && (200..300).contains(&m.status));
        answers.filter(|m| m.to_tag == tag).take(MOST_TAGS).any(|m| ctx.tells_between(m, bye))
    };
    match of_one.as_deref() {
        Some([.., (Some(_), _), (Some(_), tag)]) => Kept::Tag(*tag),
        Some([.., (Some(bye), _), (None, tag)]) if is_open(*tag, bye) => Kept::Tag(*tag),
        _ => Kept::Unknown(tags),
    }
}

/// More dialogs under one INVITE are a hostile log.
const MOST_TAGS: usize = 64;

/// Whether voice mail answered: the INVITE that got the 2xx went to it, or it names itself.
pub(super) fn is_voice_mail(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> bool {
    let answers = |m: &&Msg<'_>| m.method == Method::Invite && (200..300).contains(&m.status);
    let named = attempt
        .messages
        .iter()
        .copied()
        .filter(answers)
        .any(|m| m.product.is_some_and(|p| contains_ignore_case(p.text(), b"exchangeum")));
    named
        || attempt.legs().any(|hop| {
            hop.finals().any(|f| f.status < 300) && hop.invite().is_some_and(|m| ctx.facts(m.id).is_to_voice_mail())
        })
}
