//! Building blocks of scripts: one method per exchange, each adding the records the Front End writes about it.

use super::session::{Body, Flow, Method, Note, SERVER, Step};

/// The steps of a session while they are written down, leg by leg; sorted by time at the end.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) steps: Vec<Step>,
    pub(super) cseq: u16,
    pub(super) txn: u8,
    /// `CSeq` of requests that the other side sends.
    pub(super) cseq_back: u16,
}

impl Script {
    /// `steps` is an empty vector, used again for speed.
    pub(super) fn new(steps: Vec<Step>) -> Self {
        Self { steps, cseq: 1, txn: 0, cseq_back: 1 }
    }

    /// The steps in time order; those of one instant keep the order they were written in.
    pub(super) fn finish(mut self) -> Vec<Step> {
        self.steps.sort_by_key(|step| step.at);
        self.steps
    }

    /// A step of the current transaction of the initiator.
    pub(super) fn step(&self, at: u32, method: Method, status: u16) -> Step {
        Step {
            at,
            flow: Flow::In,
            link: 0,
            from: 0,
            leg: 0,
            method,
            status,
            cseq: self.cseq,
            txn: self.txn,
            note: Note::None,
            body: Body::None,
        }
    }

    pub(super) fn read(&mut self, link: u8, step: Step) {
        self.steps.push(Step { flow: Flow::In, link, ..step });
    }

    pub(super) fn write(&mut self, link: u8, step: Step) {
        self.steps.push(Step { flow: Flow::Out, link, ..step });
    }

    /// Nothing is logged, but the session is open until then.
    pub(super) fn silence(&mut self, at: u32) {
        let step = self.step(at, Method::Options, 0);
        self.steps.push(Step { flow: Flow::End, ..step });
    }

    /// Moves on to the next transaction of the initiator.
    pub(super) fn next(&mut self) {
        self.cseq += 1;
        self.txn += 1;
    }

    /// The answer of `leg` as it comes in, and as it goes on to the initiator.
    pub(super) fn forward(&mut self, leg: u8, step: Step) {
        let step = Step { leg, ..step };
        self.read(leg, step);
        self.write(0, Step { at: step.at + 2, ..step });
    }

    /// The Front End's own answer to the initiator.
    pub(super) fn reply(&mut self, step: Step) {
        let leg = if step.status > 100 { SERVER } else { 0 };
        self.write(0, Step { leg, ..step });
    }

    /// An error for the initiator's INVITE and the ACK it answers with.
    pub(super) fn refuse(&mut self, at: u32, status: u16, note: Note) {
        let step = Step { note, ..self.step(at, Method::Invite, status) };
        self.reply(step);
        self.ack_final(at, SERVER);
    }

    /// The initiator's ACK for an error that carried the tag of `leg`.
    pub(super) fn ack_final(&mut self, at: u32, leg: u8) {
        let ack = self.step(at + 20, Method::AckFinal, 0);
        self.read(0, Step { leg, ..ack });
    }

    /// An error from a leg: the Front End acknowledges it and passes it on.
    pub(super) fn fail(&mut self, leg: u8, at: u32, status: u16, note: Note) {
        let step = Step { leg, note, ..self.step(at, Method::Invite, status) };
        self.read(leg, step);
        self.server_ack(leg, at);
        self.write(0, Step { at: at + 4, ..step });
        self.ack_final(at + 4, leg);
    }

    /// The Front End's ACK towards a leg that ended in an error.
    pub(super) fn server_ack(&mut self, leg: u8, at: u32) {
        let ack = self.step(at + 2, Method::AckFinal, 0);
        self.write(leg, Step { from: SERVER, leg, ..ack });
    }

    /// The Front End cancels a leg: CANCEL, its 200, the 487 of the INVITE and the ACK.
    pub(super) fn cancel_leg(&mut self, leg: u8, at: u32, note: Note) {
        let cancel = Step { from: SERVER, note, ..self.step(at, Method::Cancel, 0) };
        self.write(leg, cancel);
        self.read(leg, Step { at: at + 30, leg, status: 200, note: Note::None, ..cancel });
        let gone = self.step(at + 30, Method::Invite, 487);
        self.read(leg, Step { leg, ..gone });
        self.server_ack(leg, at + 30);
    }

    /// A request inside the dialog with `leg` and the answer, through the Front End, from either side.
    pub(super) fn exchange(&mut self, at: u32, leg: u8, back: bool, request: (Method, Body, Note), answer: Body) {
        self.txn += 1;
        let cseq = if back {
            self.cseq_back += 1;
            self.cseq_back
        } else {
            self.cseq += 1;
            self.cseq
        };
        let (here, there) = if back { (leg, 0) } else { (0, leg) };
        let (method, body, note) = request;
        let step = Step { from: here, leg, cseq, body, note, ..self.step(at, method, 0) };
        self.read(here, step);
        self.write(there, Step { at: at + 2, ..step });
        let reply = Step { at: at + 60, status: 200, body: answer, note: Note::None, ..step };
        self.read(there, reply);
        self.write(here, Step { at: at + 62, ..reply });
    }

    /// The initiator's ACK of a 2xx: a transaction of its own that goes the whole way (RFC 3261 13.2.2.4).
    pub(super) fn ack(&mut self, at: u32, leg: u8) {
        self.txn += 1;
        let ack = Step { leg, ..self.step(at, Method::Ack, 0) };
        self.read(0, ack);
        self.write(leg, Step { at: at + 2, ..ack });
    }
}
