//! Request URIs, the names in From and To, tags and contacts.

use super::route::{host, sent_by};
use super::session::{Flow, Method, Party, Place, SERVER, Session, Step};
use super::text::{Blob, Put, hex, mix, pad, put, upper};

fn domain(place: Place) -> &'static str {
    if place == Place::Edge { "fabrikam.com" } else { "contoso.com" }
}

/// `userNNNN@domain`.
pub(super) fn address(out: &mut Vec<u8>, party: &Party) {
    put!(out => "user", pad(u64::from(party.user), 4), "@", domain(party.place));
}

/// Who a request is for.
fn target<'a>(session: &'a Session, step: &Step) -> &'a Party {
    if Session::reversed(step) {
        session.party(0)
    } else {
        session.party(if step.flow == Flow::Out && step.link > 0 { step.link } else { step.leg.max(1) })
    }
}

/// The address of a connected client, as the registrar knows it.
fn binding(out: &mut Vec<u8>, party: &Party) {
    put!(out => "sip:");
    sent_by(out, party, 0);
    put!(out => ";transport=tls;ms-opaque=", hex(mix(party.key, 9), 10), ";ms-received-cid=",
        upper(mix(party.key, 8) & 0xFFFF, 4), "00;grid");
}

/// `sip:…` of a request line.
pub(super) fn request_uri(out: &mut Vec<u8>, session: &Session, step: &Step) {
    // What goes one hop has the request line of the INVITE; the Front End's own tag says nothing about the target.
    let step = &Step { leg: if step.leg == SERVER || step.method.one_hop() { 0 } else { step.leg }, ..*step };
    let party = target(session, step);
    match (step.method, party.place) {
        (Method::Register, _) => put!(out => "sip:contoso.com"),
        (Method::Options, place) => {
            put!(out => "sip:", if step.from == SERVER { host(place) } else { "fe01.contoso.com" },
                ":5061;transport=tls");
        }
        (_, Place::ClearingHouse) => put!(out => "sip:push@push.lync.com"),
        (_, Place::Desktop) if step.flow == Flow::Out => binding(out, party),
        (_, _) if step.leg > 0 || Session::reversed(step) => contact_uri(out, party),
        (_, _) => {
            put!(out => "sip:");
            address(out, party);
        }
    }
}

/// The gruu of an endpoint, without angle brackets.
pub(super) fn contact_uri(out: &mut Vec<u8>, party: &Party) {
    match party.place {
        Place::PushSender => {
            put!(out => "sip:fe01.contoso.com;gruu;opaque=srvr:McxExternal:", Blob(0x11, 22), "AA");
        }
        Place::ClearingHouse => put!(out => "sip:push@push.lync.com"),
        Place::Mobile => {
            put!(out => "sip:fe01.contoso.com:5087;transport=tls;ms-opaque=",
                hex(mix(party.key, 9), 10));
        }
        Place::Mediation => put!(out => "sip:med01.contoso.com:5070;transport=Tls"),
        _ => {
            put!(out => "sip:");
            address(out, party);
            put!(out => ";opaque=user:epid:", Blob(mix(party.key, 10), 22), "AA;gruu");
        }
    }
}

/// Display name and address of a party as From and To show it.
fn name_addr(out: &mut Vec<u8>, party: &Party, step: &Step, display: bool) {
    let number = pad(u64::from(party.user), 4);
    match (step.method, party.place) {
        (Method::Options, place) => put!(out => "<sip:", host(place), ";transport=Tls>"),
        (_, Place::ClearingHouse) => {
            put!(out => if display { "\"Push Notification Clearing House\"" } else { "" },
                "<sip:push@push.lync.com>");
        }
        (_, Place::PushSender) => {
            put!(out => "\"User ", number, "\"<sip:McxUser", hex(mix(u64::from(party.user), 31), 16),
                hex(mix(u64::from(party.user), 32), 16));
            address(out, party);
            put!(out => ">");
        }
        _ => {
            if display {
                put!(out => "\"User ", number, "\"");
            }
            put!(out => "<sip:");
            address(out, party);
            put!(out => ">");
        }
    }
}

/// The tag of `leg`, or of the Front End itself.
fn tag(out: &mut Vec<u8>, session: &Session, step: &Step, leg: u8) {
    if leg == SERVER {
        // An INVITE that is tried again gets a new tag with each refusal; a subscription keeps its own.
        let salt =
            if step.method == Method::Subscribe || step.method == Method::BeNotify { 0 } else { u64::from(step.txn) };
        let value = session.value(0xFE00 + salt);
        put!(out => ";tag=", upper(value, 16), upper(mix(value, 1), 16));
    } else {
        put!(out => ";tag=", hex(mix(session.party(leg).key, 4), 10));
    }
}

fn epid(out: &mut Vec<u8>, party: &Party) {
    put!(out => ";epid=", hex(mix(party.key, 11), 10));
}

/// The value of From.
pub(super) fn from(out: &mut Vec<u8>, session: &Session, step: &Step) {
    if Session::reversed(step) {
        let party = if step.from == SERVER { session.party(1) } else { session.party(step.from) };
        name_addr(out, party, step, true);
        tag(out, session, step, if step.from == SERVER { SERVER } else { step.from });
    } else {
        let party = session.party(0);
        name_addr(out, party, step, true);
        if party.place == Place::PushSender && step.status == 0 {
            epid(out, party);
            tag(out, session, step, 0);
        } else {
            tag(out, session, step, 0);
            epid(out, party);
        }
    }
}

/// The value of To: with a tag once the other side has given one.
pub(super) fn to(out: &mut Vec<u8>, session: &Session, step: &Step) {
    if Session::reversed(step) {
        let party = session.party(0);
        name_addr(out, party, step, false);
        epid(out, party);
        tag(out, session, step, 0);
        return;
    }
    let party = session.party(if matches!(step.leg, 1..=3) { step.leg } else { 1 });
    name_addr(out, party, step, step.status > 100 && step.status != 504);
    if step.leg > 0 {
        tag(out, session, step, step.leg);
    }
}
