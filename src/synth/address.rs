//! Names, addresses and ways as they stand in headers.

use super::phone::Platform;
use super::place::{Endpoint, Node, Party, Topology, first_name};
use super::session::{Flight, Method, Session, Tag};
use super::text::{Blob, Put, hex, mix, pad, put, upper};

/// `alice17@contoso.com`
pub(super) fn user(out: &mut Vec<u8>, party: &Party) {
    put!(out => first_name(party.user), party.user, "@", if party.place == Endpoint::Partner { "fabrikam.com" } else { "contoso.com" });
}

/// The same as text, for the truth.
pub(super) fn user_text(party: &Party) -> String {
    let mut out = Vec::new();
    user(&mut out, party);
    String::from_utf8(out).unwrap_or_default()
}

pub(super) fn call_id(out: &mut Vec<u8>, session: &Session) {
    put!(out => hex(session.value(0xCA11), 16), hex(session.value(0xCA12), 16));
}

/// The same as text, for the truth.
pub(super) fn call_id_text(session: &Session) -> String {
    let mut out = Vec::new();
    call_id(&mut out, session);
    String::from_utf8(out).unwrap_or_default()
}

fn tag(out: &mut Vec<u8>, session: &Session, tag: Tag) {
    match tag {
        Tag::None => {}
        Tag::Leg(leg) => put!(out => ";tag=", hex(session.value(0x7A60 + u64::from(leg)), 10)),
        Tag::Server => {
            put!(out => ";tag=", upper(session.value(0x7AFF), 16), upper(session.value(0x7AFE), 16));
        }
    }
}

fn named(out: &mut Vec<u8>, party: &Party) {
    put!(out => "\"", first_name(party.user), " ", party.user, "\"<sip:");
    user(out, party);
    put!(out => ">");
}

/// The caller's side, with its tag.
fn caller(out: &mut Vec<u8>, topology: &Topology, session: &Session) {
    let party = session.party(0);
    match party.place {
        Endpoint::PushSender if topology.era.is_some() && Platform::of(party.user, topology.era).is_ucwa() => {
            // How UCWA names the user is not published: the address, as everywhere else.
            named(out, party);
            put!(out => ";epid=", upper(mix(party.key, 3), 10));
        }
        Endpoint::PushSender => {
            put!(out => "\"", first_name(party.user), " ", party.user, "\"<sip:McxUser", hex(session.mcx, 16),
                hex(mix(session.mcx, 3), 16));
            user(out, party);
            put!(out => ">;epid=", upper(mix(party.key, 3), 10), ";tag=", hex(session.value(0x7A60 + 99), 10));
            return;
        }
        Endpoint::Test => {
            put!(out => "<sip:", topology.machines[0].host.as_str(), ">;epid=", upper(mix(party.key, 3), 10));
        }
        _ => {
            named(out, party);
            put!(out => ";epid=", hex(mix(party.key, 3), 10));
        }
    }
    put!(out => ";tag=", hex(session.value(0x7A60 + 99), 10));
}

/// What makes an address that of a service and not of a person.
fn service(out: &mut Vec<u8>, session: &Session, place: Endpoint) {
    match place {
        Endpoint::VoiceMail => put!(out => ";gruu;opaque=app:voicemail"),
        Endpoint::Focus => put!(out => ";gruu;opaque=app:conf:focus:id:", upper(session.value(0xF0C), 8)),
        _ => {}
    }
}

/// The side that is called.
fn called(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight) {
    match flight.method {
        Method::Register => named(out, session.party(0)),
        Method::Options => {
            put!(out => "<sip:");
            host(out, topology, session, flight);
            put!(out => ":5061;transport=tls>");
        }
        _ => match session.callee(flight.leg).place {
            Endpoint::ClearingHouse if flight.status > 0 && flight.tag != Tag::Server => {
                put!(out => "\"Push Notification Clearing House\"<sip:push@push.lync.com>");
            }
            Endpoint::ClearingHouse => {
                put!(out => "<sip:");
                push_address(out, flight);
                put!(out => ">");
            }
            _ => {
                // Who was called: a delegate's leg, and that of the voice mail, carry the same To.
                let callee = session.callee(0);
                put!(out => "<sip:");
                user(out, callee);
                service(out, session, callee.place);
                put!(out => ">");
            }
        },
    }
    tag(out, session, flight.tag);
}

/// Where the mobility service sends its pushes; set wrongly it sends them elsewhere.
fn push_address(out: &mut Vec<u8>, flight: &Flight) {
    let wrong = matches!(flight.note, super::session::Note::Fault(f) if f.code == "PN11");
    put!(out => if wrong { "push@push.litwareinc.com" } else { "push@push.lync.com" });
}

fn host(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight) {
    let end = session.path(flight.leg).last();
    if let Node::Server(n) = session.node(flight.leg, end) {
        put!(out => topology.machines[usize::from(n)].host.as_str());
    }
}

pub(super) fn from(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight) {
    if let (Method::Options, Node::Server(n)) = (flight.method, session.node(flight.leg, 0)) {
        put!(out => "<sip:", topology.machines[usize::from(n)].host.as_str(), ">;epid=", upper(session.value(3), 10), ";tag=", hex(session.value(4), 8));
    } else if flight.flip {
        called(out, topology, session, flight);
    } else {
        caller(out, topology, session);
    }
}

pub(super) fn to(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight) {
    if flight.flip { caller(out, topology, session) } else { called(out, topology, session, flight) }
}

/// Request-URI at a node: behind the fork it names the endpoint.
pub(super) fn request_uri(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight, sender: u8) {
    put!(out => "sip:");
    match flight.method {
        Method::Register => put!(out => "contoso.com"),
        Method::Options => {
            host(out, topology, session, flight);
            put!(out => ":5061;transport=tls");
        }
        _ => {
            let party = if flight.flip { session.party(0) } else { session.callee(flight.leg) };
            if party.place == Endpoint::ClearingHouse {
                push_address(out, flight);
                return;
            }
            user(out, party);
            if matches!(party.place, Endpoint::VoiceMail | Endpoint::Focus) {
                service(out, session, party.place);
                return;
            }
            let home = flight.tag != Tag::None || (sender >= session.fork && party.place != Endpoint::Partner);
            if home {
                put!(out => ";opaque=user:epid:", Blob(mix(party.key, 5), 22), "AA;gruu");
            }
        }
    }
}

/// `host:port` of a party's end of its connection.
fn party_peer(out: &mut Vec<u8>, topology: &Topology, session: &Session, party: &Party) {
    let home = &topology.machines[usize::from(topology.home(party.user))];
    match party.place {
        Endpoint::Desktop => put!(out => "203.0.113.", mix(party.key, 9) % 250 + 2, ":", party.port()),
        // The port on which the mobility service listens (McxSipExternalListeningPort).
        Endpoint::Mobile => {
            put!(out => home.host.as_str(), Platform::of(party.user, topology.era).port(party.user));
        }
        Endpoint::Mac => put!(out => home.host.as_str(), ":5089"),
        Endpoint::VoiceMail => put!(out => "exum01.contoso.com:5061"),
        // The focus listens on every Front End.
        Endpoint::Focus => put!(out => home.host.as_str(), ":5075"),
        Endpoint::Partner => put!(out => "sip.fabrikam.com:5061"),
        Endpoint::PushSender => put!(out => home.host.as_str(), ":", port(session, 90)),
        Endpoint::Test => put!(out => topology.machines[0].host.as_str(), ":", party.port()),
        Endpoint::ClearingHouse => put!(out => "sipfed.online.lync.com:5061"),
    }
}

/// The port from which a node calls the next.
fn port(session: &Session, node: u8) -> u64 {
    50_000 + session.value(0x9_0000 + u64::from(node)) % 10_000
}

/// The other side of a record.
pub(super) fn peer(out: &mut Vec<u8>, topology: &Topology, session: &Session, flight: &Flight, peer: u8, node: u8) {
    match session.node(flight.leg, peer) {
        Node::Party(index) => party_peer(out, topology, session, session.party(index)),
        Node::Server(n) => {
            put!(out => topology.machines[usize::from(n)].host.as_str(), ":");
            // Who asks calls from a port of its own.
            let asks = flight.origin.abs_diff(peer) < flight.origin.abs_diff(node);
            if asks { put!(out => port(session, peer)) } else { put!(out => "5061") }
        }
    }
}

/// One Via entry: the node that added it. Who receives a request notes where it really came from.
pub(super) fn via(
    out: &mut Vec<u8>,
    topology: &Topology,
    session: &Session,
    flight: &Flight,
    node: u8,
    received: bool,
) {
    put!(out => "SIP/2.0/TLS ");
    let shared = node < session.fork || flight.flip;
    let key = session.value(
        0xB4_0000
            + (u64::from(flight.txn) << 8)
            + u64::from(node)
            + if shared { 0 } else { u64::from(flight.leg + 1) << 24 },
    );
    let mut port_of = port(session, node);
    match session.node(flight.leg, node) {
        Node::Party(index) => {
            let party = session.party(index);
            let home = &topology.machines[usize::from(topology.home(party.user))];
            match party.place {
                Endpoint::Desktop => {
                    port_of = u64::from(party.port());
                    put!(out => "203.0.113.", mix(party.key, 9) % 250 + 2, ":", port_of);
                    if !party.branchless() {
                        put!(out => ";branch=z9hG4bK", hex(key, 8));
                    }
                }
                Endpoint::Partner | Endpoint::ClearingHouse => {
                    put!(out => "203.0.113.7:", port_of, ";branch=z9hG4bK", upper(key, 8), ".", upper(mix(key, 1), 16), ";branched=FALSE");
                }
                Endpoint::Mobile | Endpoint::Mac | Endpoint::PushSender | Endpoint::VoiceMail | Endpoint::Focus => {
                    port_of = port(session, 90);
                    put!(out => home.address.as_str(), ":", port_of, ";branch=z9hG4bK", hex(key, 7));
                }
                Endpoint::Test => {
                    port_of = u64::from(party.port());
                    put!(out => topology.machines[0].address.as_str(), ":", port_of, ";branch=z9hG4bK", hex(key, 7));
                }
            }
        }
        Node::Server(n) => {
            let machine = &topology.machines[usize::from(n)];
            let next = if flight.origin <= node { node + 1 } else { node.saturating_sub(1) };
            let outside = matches!(session.node(flight.leg, next), Node::Party(_)) && machine.edge;
            put!(out => if outside { machine.external.as_str() } else { machine.address.as_str() }, ":", port_of);
            if outside && received {
                put!(out => ";received=198.51.100.200");
            }
            put!(out => ";branch=z9hG4bK", upper(key, 8), ".", upper(mix(key, 1), 16), ";branched=",
                if node == session.fork && session.paths.len() > 1 { "TRUE" } else { "FALSE" });
            if outside {
                put!(out => ";ms-internal-info=\"", Blob(mix(key, 2), 28), "\"");
            }
        }
    }
    if received {
        put!(out => ";ms-received-port=", port_of, ";ms-received-cid=", upper(mix(key, 4) & 0xFFFF, 4), "00");
    }
}

/// Milliseconds since 2013-10-14 00:00 as the prefix writes them: `MM/DD/YYYY-hh:mm:ss.mmm`.
pub(super) fn clock(out: &mut Vec<u8>, ms: u64) {
    const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut day = ms / 86_400_000 + 286;
    let mut year: u64 = 2013;
    while day >= 365 + u64::from(year.is_multiple_of(4)) {
        day -= 365 + u64::from(year.is_multiple_of(4));
        year += 1;
    }
    let mut month = 1;
    for (index, length) in MONTHS.iter().enumerate() {
        let length = length + u64::from(index == 1 && year.is_multiple_of(4));
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    put!(out => pad(month, 2), "/", pad(day + 1, 2), "/", pad(year, 4), "-", pad(ms / 3_600_000 % 24, 2), ":");
    put!(out => pad(ms / 60_000 % 60, 2), ":", pad(ms / 1000 % 60, 2), ".", pad(ms % 1000, 3));
}
