//! Which of several far ends answered, or refused.

use super::Leg;
use super::describe::is_to_voice_mail;
use crate::analysis::attempt::{Attempt, Hop};
use crate::analysis::message::{Context, Msg};
use crate::sip::{Method, Product};
use crate::text::contains_ignore_case;
use crate::time::Timestamp;

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
pub(super) fn speaker(attempt: &Attempt<'_>, own: &[&Msg<'_>], hops: &[&Hop<'_>], legs: &[Leg]) -> Side {
    let (side, tag) = side_and_tag(attempt, own, hops, legs);
    let unnamed = leg_of(hops, legs, tag).is_some_and(|leg| leg.unnamed);
    if side == Side::Mobile && unnamed { Side::Unnamed } else { side }
}

fn side_and_tag(attempt: &Attempt<'_>, own: &[&Msg<'_>], hops: &[&Hop<'_>], legs: &[Leg]) -> (Side, u64) {
    let answered = attempt.final_response().filter(|f| f.status < 300);
    let kept = answered.and_then(|_| kept(attempt, own));
    // The response that counts names its sender, unless it is one of several.
    let named = attempt.final_response().filter(|_| kept.is_none() && attempt.proof().is_none() || answered.is_some());
    if let Some((product, tag)) = named.filter(|_| kept.is_none()).and_then(|f| Some((f.product?, f.to_tag))) {
        return (if Product::is_mobile(product) { Side::Mobile } else { Side::Other }, tag);
    }
    let tag = match (answered, attempt.proof()) {
        (Some(f), _) => kept.unwrap_or(f.to_tag),
        (None, Some(proof)) if proof.to_tag == attempt.from_tag => proof.from_tag,
        (None, Some(proof)) => proof.to_tag,
        (None, None) => attempt.final_response().map_or(0, |f| f.to_tag),
    };
    let side = of_tag(attempt, hops, legs, tag);
    let side = match legs {
        // Whatever the tag, nobody else was called.
        [only] if side == Side::Unknown && only.mobile && !is_behind(only) => Side::Mobile,
        _ => side,
    };
    (side, tag)
}

/// The leg on which an endpoint spoke.
fn leg_of<'l>(hops: &[&Hop<'_>], legs: &'l [Leg], tag: u64) -> Option<&'l Leg> {
    let spoke = |m: &Msg<'_>| m.status > 100 && m.to_tag == tag && tag != 0;
    hops.iter().zip(legs).find(|(hop, _)| hop.responses().any(spoke)).map(|(_, leg)| leg)
}

fn of_tag(attempt: &Attempt<'_>, hops: &[&Hop<'_>], legs: &[Leg], tag: u64) -> Side {
    let spoke = |m: &&Msg<'_>| m.method == Method::Invite && m.status > 100 && m.to_tag == tag && tag != 0;
    let products = attempt.messages.iter().copied().filter(spoke).take(64).filter_map(|m| m.product);
    let mut named = None;
    for product in products {
        named = Some(named.unwrap_or(false) || Product::is_mobile(product));
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

/// Behind the next server a leg may be several endpoints. Servers listen on 5061.
fn is_behind(leg: &Leg) -> bool {
    leg.target.as_deref().is_some_and(|t| t.ends_with(":5061"))
}

/// Of several 2xx the caller keeps one and ends the others at once (RFC 3261 section 13.2.2.4): the dialog without a
/// BYE, or with the last.
fn kept(attempt: &Attempt<'_>, own: &[&Msg<'_>]) -> Option<u64> {
    let mut tags: Vec<u64> = attempt
        .messages
        .iter()
        .filter(|m| m.method == Method::Invite && (200..300).contains(&m.status))
        .map(|m| m.to_tag)
        .collect();
    tags.sort_unstable();
    tags.dedup();
    if tags.len() < 2 || tags.len() > 64 {
        return None;
    }
    let ended = |tag: u64| {
        let byes =
            own.iter().filter(|m| m.method == Method::Bye && m.is_request() && (m.to_tag == tag || m.from_tag == tag));
        byes.map(|m| m.time).min().map_or(Timestamp(i64::MAX), |t| t.unwrap_or(Timestamp(i64::MAX)))
    };
    let mut ends: Vec<(Timestamp, u64)> = tags.into_iter().map(|tag| (ended(tag), tag)).collect();
    ends.sort_unstable();
    match ends[..] {
        [.., (before, _), (last, tag)] if before < last => Some(tag),
        _ => None,
    }
}

/// Whether voice mail answered: the INVITE that got the 2xx went to it, or it names itself.
pub(super) fn is_voice_mail(ctx: &Context<'_>, attempt: &Attempt<'_>) -> bool {
    let answers = |m: &&Msg<'_>| m.method == Method::Invite && (200..300).contains(&m.status);
    let named = attempt
        .messages
        .iter()
        .copied()
        .filter(answers)
        .any(|m| m.product.is_some_and(|p| contains_ignore_case(p, b"exchangeum")));
    named
        || attempt.legs().any(|hop| {
            hop.finals().any(|f| f.status < 300)
                && hop.invite().and_then(|m| ctx.message(m.id)).is_some_and(|m| is_to_voice_mail(&m))
        })
}
