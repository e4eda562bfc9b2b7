//! Who called whom, with what and when.

use super::{Call, Clock};
use crate::analysis::attempt::{Attempt, Hop};
use crate::analysis::message::{Context, Msg};
use crate::analysis::words::Modality;
use crate::sip::{HeaderName, Message, Method, NameAddr, StartLine};
use crate::text::{contains_ignore_case, decode};
use crate::trace::EventId;

/// Who called whom and with what, from the INVITE nearest the caller.
pub(super) fn describe(ctx: &Context<'_>, call: &mut Call, attempts: &[Attempt<'_>]) {
    let Some(last) = attempts.last() else { return };
    let invite = last.root().and_then(Hop::invite).or_else(|| last.hops.iter().find_map(Hop::invite));
    let Some(id) = invite.or(last.messages.first().copied()).map(|m| m.id) else { return };
    addresses(ctx, call, id);
    for hop in &last.hops {
        let Some(m) = hop.invite().and_then(|m| ctx.message(m.id)) else { continue };
        if let StartLine::Request { uri, .. } = m.start_line() {
            let address = decode(crate::sip::address(uri)).to_ascii_lowercase();
            if !call.callees.contains(&address) && call.callees.len() < 16 {
                call.callees.push(address);
            }
        }
        call.modality = call.modality.or_else(|| modality(&m));
    }
    for m in last.messages.iter().filter(|m| m.method == Method::Invite && m.status == 180) {
        let asserted =
            ctx.message(m.id).and_then(|v| v.headers().find(|h| h.name.eq_ignore_ascii_case(b"p-asserted-identity")));
        if let Some(header) = asserted {
            call.display = decode(NameAddr::parse(&header.value()).display).into_owned();
            break;
        }
    }
}

pub(super) fn addresses(ctx: &Context<'_>, call: &mut Call, id: EventId) {
    let address =
        |name| ctx.header(id, name).map(|v| decode(NameAddr::parse(&v).address()).into_owned()).unwrap_or_default();
    (call.from, call.to) = (address(HeaderName::From), address(HeaderName::To));
    call.callees.push(call.to.to_ascii_lowercase());
}

/// What the INVITE offers, by its session description, else by its headers.
fn modality(message: &Message<'_>) -> Option<Modality> {
    let body = message.body();
    let body = body.get(..64 << 10).unwrap_or(body);
    let line = |m: &[u8]| memchr::memmem::find(body, m).is_some();
    let kind = message.header(HeaderName::ContentType).map(|h| h.value());
    let kind = kind.as_deref().unwrap_or_default();
    if line(b"m=applicationsharing") {
        Some(Modality::ApplicationSharing)
    } else if line(b"m=video") {
        Some(Modality::Video)
    } else if line(b"m=audio") {
        Some(Modality::Audio)
    } else if line(b"m=message") || line(b"m=x-ms-message") || message.header(HeaderName::MsTextFormat).is_some() {
        Some(Modality::Im)
    } else if line(b"m=data") {
        Some(Modality::FileTransfer)
    } else if contains_ignore_case(kind, b"cccp+xml") || contains_ignore_case(kind, b"conference") {
        Some(Modality::Conference)
    } else {
        None
    }
}

/// When, on each clock; the milliseconds from the INVITE to the first 180 and to the 2xx, both as the server nearest
/// the caller sent them on to the caller: a response that goes back has the Via list of the request that came.
pub(super) fn times(call: &mut Call, attempt: &Attempt<'_>) {
    for m in &attempt.messages {
        let Some(time) = m.time else { continue };
        let invite = m.method == Method::Invite;
        let at = call.clocks.iter().position(|c| c.server == m.server).unwrap_or_else(|| {
            call.clocks.push(Clock { server: m.server, first: m.id, start: time, rang: None, end: None });
            call.clocks.len() - 1
        });
        let Some(clock) = call.clocks.get_mut(at) else { continue };
        clock.start = clock.start.min(time);
        clock.first = clock.first.min(m.id);
        if invite && m.status == 180 && clock.rang.is_none() {
            clock.rang = Some(time);
        }
        if invite && m.is_final() {
            clock.end = clock.end.max(Some(time));
        }
    }
    let near = attempt.root().and_then(Hop::invite).or(attempt.messages.first().copied());
    let Some((server, start)) = near.and_then(|m| Some((m.server, m.time?))) else { return };
    let vias = near.map_or(&[][..], |m| &m.vias[..]);
    let sent_on = |m: &Msg<'_>| m.server == server && *m.vias == *vias;
    let rang = attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status == 180 && sent_on(m));
    call.ring_ms = rang.filter_map(|m| m.time).min().map(|t| t.since(start));
    let answered = attempt.final_response().filter(|m| m.status < 300 && sent_on(m)).and_then(|m| m.time);
    call.answer_ms = answered.map(|t| t.since(start));
}
