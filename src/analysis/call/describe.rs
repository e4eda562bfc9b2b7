//! Who called whom, with what and when.

use std::borrow::Cow;

use super::{Call, Clock};
use crate::analysis::coverage::Order;
use crate::analysis::few::Few;
use crate::analysis::message::{Context, Msg};
use crate::analysis::servers::ServerId;
use crate::analysis::terms::{Modality, Outcome};
use crate::analysis::transaction::{Branch, Cancelled, Ends, InviteTransaction};
use crate::sip::{HeaderName, Method, NameAddr, Offer};
use crate::text::decode;
use crate::trace::EventId;

/// Addresses of one callee are few; more are hostile.
const MOST_CALLEES: usize = 16;

/// Who called whom and with what, from the INVITE nearest the caller.
pub(super) fn describe(ctx: &Context<'_>, call: &mut Call, attempts: &[InviteTransaction<'_>]) {
    let Some(last) = attempts.last() else { return };
    let invite = last.root().and_then(Branch::invite).or_else(|| last.branches.iter().find_map(Branch::invite));
    let Some(id) = invite.or(last.messages.first().copied()).map(|m| m.id) else { return };
    addresses(ctx, call, id);
    if invite.is_some_and(|m| ctx.facts(m.id).is_to_service()) {
        // Of the address only the service is called, not the person.
        call.callees.clear();
    }
    // On its way a message mostly says the same.
    let mut known: &[u8] = &[];
    for hop in &last.branches {
        let Some(id) = hop.invite().map(|m| m.id) else { continue };
        let facts = ctx.facts(id);
        if let Some(uri) = ctx.request_uri(id).filter(|uri| !facts.is_to_service() && *uri != known) {
            add(&mut call.callees, &decode(crate::sip::address(uri)));
            known = uri;
        }
        call.modality = call.modality.or_else(|| facts.offer().map(modality));
    }
    if call.callees.is_empty() {
        return;
    }
    // The callee may be called by a number, and be known by the address that the phone asserts.
    let rang = |m: &&&Msg<'_>| m.method == Method::Invite && matches!(m.status, 180 | 183 | 200..300);
    let rang = last.messages.iter().filter(rang).take(32).filter_map(|m| ctx.event(m.id));
    let (mut known, mut known_text): (Cow<'_, [u8]>, &[u8]) = Default::default();
    for event in rang {
        let text = ctx.trace.asserted_tail(event);
        if !text.is_empty() && std::mem::replace(&mut known_text, text) == text {
            continue;
        }
        for value in ctx.trace.asserted(event) {
            if value != known {
                add(&mut call.callees, &decode(NameAddr::address_in(&value)));
                known = value;
            }
        }
    }
}

fn add(callees: &mut Vec<String>, address: &str) {
    let known = callees.iter().any(|known| known.eq_ignore_ascii_case(address));
    if !address.is_empty() && callees.len() < MOST_CALLEES && !known {
        callees.push(address.to_ascii_lowercase());
    }
}

pub(super) fn addresses(ctx: &Context<'_>, call: &mut Call, id: EventId) {
    let address =
        |name| ctx.header(id, name).map(|v| decode(NameAddr::address_in(&v)).into_owned()).unwrap_or_default();
    (call.from, call.to) = (address(HeaderName::From), address(HeaderName::To));
    call.callees.push(call.to.to_ascii_lowercase());
}

fn modality(offer: Offer) -> Modality {
    match offer {
        Offer::ApplicationSharing => Modality::ApplicationSharing,
        Offer::Video => Modality::Video,
        Offer::Audio => Modality::Audio,
        Offer::Message => Modality::Im,
        Offer::Data => Modality::FileTransfer,
        Offer::Conference => Modality::Conference,
    }
}

/// When, on each server; the milliseconds from the INVITE to the first 180 and to the 2xx, both as the server nearest the
/// caller sent them on to the caller: a response that goes back has the Via list of the request that came.
pub(super) fn times(ctx: &Context<'_>, call: &mut Call, attempts: &[InviteTransaction<'_>]) {
    let order = |m: &Msg<'_>| ctx.coverage.order(m.server, m.id);
    // For each server the number of its clock, and the places of its first message and last final.
    let mut index: Few<ServerId, usize> = Few::default();
    let mut places: Vec<(Order, Order)> = Vec::new();
    let ends = attempts.last().map(Ends::of);
    let messages = (0..).zip(attempts).flat_map(|(number, a)| a.messages.iter().map(move |m| (number, *m)));
    for (number, m) in messages {
        let invite = m.method == Method::Invite;
        let now = order(m);
        let new = || {
            call.clocks.push(Clock::new(m.server, m.id));
            places.push((now, Order::default()));
            places.len() - 1
        };
        let at = index.with(m.server, new, |at| *at);
        let Some((clock, (first, last))) = call.clocks.get_mut(at).zip(places.get_mut(at)) else { continue };
        if now < *first {
            (clock.first, *first) = (m.id, now);
        }
        clock.start = clock.start.into_iter().chain(m.time).min();
        if invite && m.is_request() && clock.invite.is_none() {
            clock.invite = Some(m.id);
        }
        if invite && m.status == 180 && clock.alert.is_none() {
            (clock.alert, clock.rang) = (Some(m.id), m.time);
        }
        // What ended an attempt before, there or elsewhere, did not end the call.
        let is_end = || number + 1 == attempts.len() && ends.as_ref().is_some_and(|ends| ends.is_end(m));
        if invite && m.is_final() && now >= *last && is_end() {
            (clock.last, clock.end, *last) = (Some(m.id), clock.end.max(m.time), now);
        }
    }
    let Some(attempt) = attempts.last() else { return };
    let near = attempt.root().and_then(Branch::invite).or(attempt.messages.first().copied());
    let Some((server, start)) = near.and_then(|m| Some((m.server, m.time?))) else { return };
    let vias = near.map_or(&[][..], |m| &m.vias[..]);
    let sent_on = |m: &Msg<'_>| m.server == server && *m.vias == *vias;
    let ringing = || attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status == 180);
    call.ring_ms = ringing().filter(|m| sent_on(m)).filter_map(|m| m.time).min().map(|t| t.since(start));
    let told = attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status > 101 && sent_on(m));
    call.status_ms = told.filter_map(|m| m.time).min().map(|t| t.since(start));
    if let (Outcome::Cancelled, Cancelled::ByCaller(cancel)) = (call.outcome, attempt.cancelled()) {
        let rang = ringing().find(|m| m.server == server).filter(|m| m.server == cancel.server).and_then(|m| m.time);
        call.gave_up_ms = cancel.time.zip(rang).map(|(cancel, rang)| cancel.since(rang));
    }
    let answered = attempt.final_response().filter(|m| m.status < 300 && sent_on(m)).and_then(|m| m.time);
    call.answer_ms = answered.map(|t| t.since(start));
}

/// Milliseconds from the first BYE to its 2xx as the server that logged it first sent it on: `own` is in order of time.
pub(super) fn bye_ms(own: &[&Msg<'_>]) -> Option<i64> {
    let bye = own.iter().find(|m| m.method == Method::Bye && m.is_request())?;
    let back = |m: &&&Msg<'_>| {
        let is_answer = m.method == Method::Bye && (200..300).contains(&m.status) && m.cseq == bye.cseq;
        is_answer && m.server == bye.server && *m.vias == *bye.vias
    };
    Some(own.iter().find(back)?.time?.since(bye.time?))
}

impl Clock {
    fn new(server: ServerId, first: EventId) -> Clock {
        Clock { server, first, invite: None, alert: None, last: None, start: None, rang: None, end: None }
    }
}
