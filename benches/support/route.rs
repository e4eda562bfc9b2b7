//! The way of a message: peers and Via chains.

use super::session::{Flow, Method, Party, Place, SERVER, Session, Step};
use super::text::{Blob, Put, hex, mix, put, upper};

/// Name of the server a party is reached through; a desktop client has none.
pub(super) fn host(place: Place) -> &'static str {
    match place {
        Place::Desktop => "",
        Place::FrontEnd => "fe02.contoso.com",
        Place::Edge | Place::ClearingHouse => "edge01.contoso.com",
        Place::Mobile | Place::PushSender => "fe01.contoso.com",
        Place::Mediation => "med01.contoso.com",
    }
}

/// `address:port` of a client or of the first server of a chain.
pub(super) fn sent_by(out: &mut Vec<u8>, party: &Party, hop: u8) {
    let server = match (party.place, hop) {
        (Place::FrontEnd, 0) => "192.0.2.12",
        (Place::Edge | Place::ClearingHouse, 0) => "192.0.2.21",
        (Place::Edge, 1) => "203.0.113.40",
        (Place::Mobile | Place::PushSender, _) => "192.0.2.11",
        (Place::Mediation, _) => "192.0.2.31",
        _ => "",
    };
    if server.is_empty() {
        let last = u64::from(mix(party.key, 5).to_le_bytes()[0] % 250) + 2;
        put!(out => "198.51.100.", last, ":", party.port() + u32::from(hop));
    } else {
        put!(out => server, ":", party.port() + u32::from(hop));
    }
}

/// The other end of the connection: an ephemeral port where that end opened it, else the port it listens on.
pub(super) fn peer(out: &mut Vec<u8>, session: &Session, step: &Step) {
    let party = session.party(step.link);
    let name = host(party.place);
    if name.is_empty() {
        sent_by(out, party, 0);
    } else if step.from == step.link {
        put!(out => name, ":", party.port());
    } else {
        let port = match party.place {
            Place::Mobile => ":5087",
            Place::Mediation => ":5070",
            _ => ":5061",
        };
        put!(out => name, port);
    }
}

/// How many Via entries a request of this party has when it reaches the Front End.
fn chain(party: &Party) -> u8 {
    match party.place {
        Place::FrontEnd => 2,
        Place::Edge => 3,
        _ => 1,
    }
}

/// One entry of a Via list: the Front End's own, or hop `n` of the requester's chain counted from the top.
#[derive(Clone, Copy, Debug)]
pub(super) enum Via {
    Own,
    Hop(u8),
}

/// The Via list of a record, top first, and its length.
pub(super) fn vias(session: &Session, step: &Step) -> ([Via; 5], usize) {
    let mut list = [Via::Own; 5];
    let mut len = 0;
    let toward = if step.status == 0 { Flow::Out } else { Flow::In };
    // On the leg's side of the Front End its own entry is on top.
    if step.flow == toward {
        len = 1;
    }
    if step.from != SERVER {
        let hops = if step.method.one_hop() { 1 } else { chain(session.party(step.from)) };
        for hop in 0..hops {
            list[len] = Via::Hop(hop);
            len += 1;
        }
    }
    (list, len)
}

/// Writes one Via entry.
pub(super) fn via(out: &mut Vec<u8>, session: &Session, step: &Step, entry: Via) {
    match entry {
        Via::Own => {
            let salt = 0x0E_0000 + (u64::from(step.txn) << 8) + u64::from(step.link);
            let party = session.party(step.link);
            let branch = session.value(salt);
            let port: u64 = match party.place {
                Place::Desktop => 5061,
                Place::Mobile => 55_087,
                Place::Edge | Place::ClearingHouse => 55_243,
                _ => 55_061,
            };
            put!(out => "SIP/2.0/TLS 192.0.2.11:", port, ";branch=z9hG4bK", upper(branch >> 32, 8), ".",
                upper(mix(branch, 7), 16));
            // The first INVITE, tried again or not, is the one that forks; its CANCEL and ACK share the branch.
            let forks = matches!(step.method, Method::Invite | Method::Cancel | Method::AckFinal) && step.txn < 2;
            let forked = session.legs > 1 && forks;
            put!(out => if forked { ";branched=TRUE" } else { ";branched=FALSE" });
            if step.status > 0 && party.place != Place::Desktop {
                put!(out => ";ms-received-port=", port, ";ms-received-cid=",
                    upper(mix(party.key, 6) & 0xFFFF, 4), "00");
            }
        }
        Via::Hop(hop) => {
            let party = session.party(step.from);
            let client = hop + 1 == chain(party);
            put!(out => "SIP/2.0/TLS ");
            sent_by(out, party, hop);
            if !(client && party.branchless()) {
                let branch =
                    session.value(0x0F_0000 + (u64::from(step.txn) << 8) + u64::from(hop) * 16 + u64::from(step.from));
                if client {
                    put!(out => ";branch=z9hG4bK", hex(branch, 8));
                } else {
                    put!(out => ";branch=z9hG4bK", upper(branch >> 32, 8), ".",
                        upper(mix(branch, 7), 16), ";branched=FALSE");
                }
                if party.place == Place::Edge && hop == 0 {
                    put!(out => ";ms-internal-info=\"", Blob(branch, 40), "\"");
                }
            }
            let port = party.port() + u32::from(hop);
            put!(out => ";ms-received-port=", port, ";ms-received-cid=",
                upper(mix(party.key, 8 + u64::from(hop)) & 0xFFFF, 4), "00");
        }
    }
}
