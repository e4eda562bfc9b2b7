//! Steps of a call that a story needs one by one: what a [`Writer`] does for whole calls, for one leg and one attempt.

use crate::synth::script::HOP;
use crate::synth::session::{Body, Flight, Method, Note, Tag};
use crate::synth::story::Writer;

/// What the mobility service says of a phone that stays silent.
pub(super) const SILENT: &str =
    "ms-diagnostics: 6003;reason=\"The client did not respond to the invitation\";source=\"fe01.contoso.com\"";

impl Writer<'_, '_> {
    /// Lets time pass: somewhere between two numbers of milliseconds.
    pub(super) fn wait(&mut self, least: u32, most: u32) {
        self.at += self.rng.range(least, most);
    }

    /// The INVITE along one leg as far as a node, with its 100s.
    pub(super) fn ask(&mut self, leg: u8, to: u8, note: Note) {
        let invite = Flight { body: self.body, note, ..self.script.request(self.at, leg, 0, to, Method::Invite) };
        self.script.send(invite);
        self.script.trying(&invite);
        self.at += u32::from(to) * HOP + 5;
    }

    /// Another attempt: the next request has a new branch, and a new CSeq where the answer asked for another request.
    pub(super) fn again(&mut self, cseq: bool) {
        self.script.txn += 1;
        self.script.cseq += u16::from(cseq);
    }

    /// A provisional answer of the far end of a leg.
    pub(super) fn progress(&mut self, leg: u8, status: u16, body: Body) {
        let end = self.script.end(leg);
        let f = self.script.response(self.at, leg, (end, 0), Method::Invite, status, Tag::Leg(leg));
        self.script.send(Flight { body, ..f });
        self.at += 20;
        if status == 180 {
            self.rang = self.at + u32::from(end) * HOP;
        }
    }

    /// The far end of a leg answers, and the caller acknowledges.
    pub(super) fn pick_up(&mut self, leg: u8) {
        let end = self.script.end(leg);
        let ok = self.script.response(self.at, leg, (end, 0), Method::Invite, 200, Tag::Leg(leg));
        let got = self.script.send(Flight { body: self.body, ..ok });
        self.acknowledge(got + 10, leg);
        self.at = got + 120;
    }

    /// ACK to a 2xx: a transaction of its own (RFC 3261 section 13.2.2.4).
    pub(super) fn acknowledge(&mut self, at: u32, leg: u8) {
        self.script.txn += 1;
        let ack = self.script.request(at, leg, 0, self.script.end(leg), Method::Ack);
        self.script.send(Flight { tag: Tag::Leg(leg), ..ack });
        self.script.txn += 1;
    }

    /// A refusal from a node of a leg to the caller.
    pub(super) fn refuse(&mut self, leg: u8, node: u8, status: u16, why: Note) {
        self.script.refuse(self.at, leg, node, 0, status, why);
        self.at += u32::from(node) * HOP + 5;
    }

    /// The phone stays silent for most of a minute, and its mobility service says so.
    pub(super) fn ring_out(&mut self, leg: u8) {
        self.wait(45_000, 58_000);
        self.refuse(leg, self.script.end(leg), 408, Note::Line(SILENT));
    }

    /// BYE of the caller.
    pub(super) fn hang_up(&mut self, leg: u8) {
        self.script.transaction(self.at, leg, Method::Bye, false, Note::None, Body::None);
    }
}
