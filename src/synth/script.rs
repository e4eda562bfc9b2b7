//! Sends messages along the paths of a session, as proxies do: each server on the way logs a message when it comes in
//! and when it goes out (RFC 3261 section 16), answers 100, acknowledges refusals and passes a CANCEL on hop by hop.

use super::place::Node;
use super::session::{Body, Flight, Method, Note, Rec, Session, Tag};
use super::text::mix;

/// Milliseconds from one node to the next, most of it inside the server.
pub(super) const HOP: u32 = 6;

/// Writes the messages of one session.
pub(super) struct Script<'s> {
    pub(super) session: &'s mut Session,
    pub(super) cseq: u16,
    pub(super) txn: u8,
}

impl<'s> Script<'s> {
    pub(super) fn new(session: &'s mut Session) -> Script<'s> {
        Script { session, cseq: 1, txn: 1 }
    }

    /// Far end of a leg.
    pub(super) fn end(&self, leg: u8) -> u8 {
        self.session.path(leg).last()
    }

    /// A request of the transaction that is running, from the caller's side.
    pub(super) fn request(&self, at: u32, leg: u8, a: u8, b: u8, method: Method) -> Flight {
        Flight {
            at,
            leg,
            a,
            b,
            origin: if method.one_hop() { a } else { 0 },
            method,
            status: 0,
            cseq: self.cseq,
            txn: self.txn,
            tag: Tag::None,
            flip: false,
            note: Note::None,
            body: Body::None,
        }
    }

    /// An answer to a request, from one node to another.
    pub(super) fn response(&self, at: u32, leg: u8, way: (u8, u8), method: Method, status: u16, tag: Tag) -> Flight {
        let (a, b) = way;
        let origin = if method.one_hop() { b } else { 0 };
        Flight { origin, status, tag, ..self.request(at, leg, a, b, method) }
    }

    /// When a message is at a node.
    pub(super) fn arrival(flight: &Flight, node: u8) -> u32 {
        flight.at + u32::from(flight.a.abs_diff(node)) * HOP
    }

    /// Sends a message; `lost` loses it on the last stretch. Returns when it arrives.
    pub(super) fn send_or_lose(&mut self, flight: Flight, lost: bool) -> u32 {
        let number = u16::try_from(self.session.flights.len()).unwrap_or(u16::MAX);
        let (low, high) = (flight.a.min(flight.b), flight.a.max(flight.b));
        for node in low..=high {
            if matches!(self.session.node(flight.leg, node), Node::Party(_)) {
                continue;
            }
            let jitter = mix(self.session.key, u64::from(number) << 8 | u64::from(node));
            let at = Self::arrival(&flight, node) + u32::from(jitter.to_le_bytes()[0] & 1);
            if node != flight.a && !(lost && node == flight.b) {
                self.session.recs.push(Rec { at, flight: number, node, incoming: true });
            }
            if node != flight.b {
                let at = if node == flight.a { flight.at } else { at + 1 + u32::from(jitter.to_le_bytes()[1] & 1) };
                self.session.recs.push(Rec { at, flight: number, node, incoming: false });
            }
        }
        self.session.flights.push(flight);
        Self::arrival(&flight, flight.b)
    }

    pub(super) fn send(&mut self, flight: Flight) -> u32 {
        self.send_or_lose(flight, false)
    }

    /// 100 from every server that a request of the running transaction passes.
    pub(super) fn trying(&mut self, invite: &Flight) {
        for node in invite.a.max(1)..=invite.b {
            if matches!(self.session.node(invite.leg, node), Node::Server(_)) && node > invite.a {
                let at = Self::arrival(invite, node) + 1;
                let f = self.response(at, invite.leg, (node, node - 1), Method::Invite, 100, Tag::None);
                self.send(f);
            }
        }
    }

    /// A refusal of the INVITE from a node to another nearer the caller, acknowledged at every hop.
    pub(super) fn refuse(&mut self, at: u32, leg: u8, from: u8, to: u8, status: u16, note: Note) -> u32 {
        let tag = if from == self.end(leg) { Tag::Leg(leg) } else { Tag::Server };
        let answer = Flight { note, ..self.response(at, leg, (from, to), Method::Invite, status, tag) };
        let arrived = self.send(answer);
        for node in to..from {
            let at = Self::arrival(&answer, node) + 3;
            let ack = self.request(at, leg, node, node + 1, Method::AckFinal);
            self.send(Flight { tag, ..ack });
        }
        arrived
    }

    /// CANCEL over one hop, and its 200. The request tells why, if anybody knows.
    pub(super) fn cancel_hop(&mut self, at: u32, leg: u8, node: u8, why: Note) {
        let cancel = Flight { note: why, ..self.request(at, leg, node, node + 1, Method::Cancel) };
        let arrived = self.send(cancel);
        let ok = self.response(arrived + 1, leg, (node + 1, node), Method::Cancel, 200, Tag::Leg(leg));
        self.send(ok);
    }

    /// The fork ends a leg: CANCEL, 200, 487, ACK. A leg to a server of another company passes no further server.
    pub(super) fn cancel_leg(&mut self, at: u32, leg: u8, note: Note) -> u32 {
        let (fork, end) = (self.session.fork, self.end(leg));
        self.cancel_hop(at, leg, fork, note);
        self.refuse(at + 2 * HOP + 4, leg, end, fork, 487, Note::None)
    }

    /// A request inside the dialog and its 200.
    pub(super) fn transaction(
        &mut self,
        at: u32,
        leg: u8,
        method: Method,
        by_callee: bool,
        note: Note,
        body: Body,
    ) -> u32 {
        self.cseq += 1;
        self.txn += 1;
        let (from, to) = if by_callee { (self.end(leg), 0) } else { (0, self.end(leg)) };
        let ask = Flight {
            origin: from,
            flip: by_callee,
            tag: Tag::Leg(leg),
            note,
            body,
            ..self.request(at, leg, from, to, method)
        };
        let arrived = self.send(ask);
        let ok = Flight { a: to, b: from, at: arrived + 15, status: 200, note: Note::None, body: Body::None, ..ask };
        self.send(ok)
    }

    /// Puts the records in order.
    pub(super) fn finish(self) {
        let session = self.session;
        // Records of one moment stay in the order in which they were made.
        session.recs.sort_by_key(|r| r.at);
        session.hold = session.hold.max(session.recs.last().map_or(0, |r| r.at));
    }
}
