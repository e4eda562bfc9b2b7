//! How a call goes on after its INVITE: one method per ending.

use super::Told;
use crate::analysis::{Outcome, Verdict};
use crate::synth::rng::Rng;
use crate::synth::script::{HOP, Script};
use crate::synth::session::{Body, Flight, Method, Note, Tag};

const ELSEWHERE: &str = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"";
const DISTURBED: &str = "Warning: 391 lcs \"Do not disturb\"";
const SILENT: &str =
    "ms-diagnostics: 6003;reason=\"The client did not respond to the invitation\";source=\"fe01.contoso.com\"";
const PROGRESS: &str =
    "ms-diagnostics: 25008;reason=\"Attempting to route to Primary Pool\";source=\"fe01.contoso.com\"";
const MEDIA: &str = "ms-client-diagnostics: 23;reason=\"Call failed to establish due to a media connectivity failure when one endpoint is internal and the other is remote\"";
const UNKNOWN: [&str; 2] = [
    "ms-diagnostics: 1003;reason=\"User does not exist\";source=\"fe01.contoso.com\"",
    "ms-diagnostics: 4005;reason=\"Destination URI either not enabled for SIP or does not exist\";source=\"fe01.contoso.com\"",
];
const FORBIDDEN: [(&str, &[&str]); 2] = [
    (
        "ms-diagnostics: 12001;reason=\"User Policy does not contain phone route usage\";source=\"fe01.contoso.com\";appName=\"OutboundRouting\"",
        &[],
    ),
    (
        "ms-diagnostics: 1002;reason=\"From URI not authorized to communicate with federated partners\";source=\"fe01.contoso.com\"",
        &["PN09"],
    ),
];
const FEDERATION: [(&str, &str); 4] = [
    (
        "ms-diagnostics: 1008;reason=\"Unable to resolve DNS SRV record\";domain=\"fabrikam.com\";source=\"edge01.contoso.com\"",
        "PN04",
    ),
    (
        "ms-diagnostics: 1009;reason=\"No match for domain in DNS SRV results\";domain=\"fabrikam.com\";source=\"edge01.contoso.com\"",
        "PN03",
    ),
    (
        "ms-diagnostics: 1010;reason=\"Certificate trust with next-hop server could not be established.\";ErrorType=\"The peer certificate does not contain a matching FQDN\";HRESULT=\"0x80090322(SEC_E_WRONG_PRINCIPAL)\";source=\"edge01.contoso.com\"",
        "PN05",
    ),
    (
        "ms-diagnostics: 1047;reason=\"Failed to complete TLS negotiation with a federated peer server\";WinsockFailureCode=\"10054(WSAECONNRESET)\";source=\"edge01.contoso.com\"",
        "PN16",
    ),
];

/// Whether the app of a UCWA client fetches the invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetching {
    /// It is no UCWA client.
    Unneeded,
    PerhapsNot,
    Never,
}

/// Writes the messages of one call.
pub(in crate::synth) struct Writer<'s, 'r> {
    pub(in crate::synth) script: Script<'s>,
    pub(in crate::synth) rng: &'r mut Rng,
    pub(in crate::synth) body: Body,
    /// Milliseconds since the call began.
    pub(in crate::synth) at: u32,
    legs: u8,
    /// When the first leg rang.
    pub(in crate::synth) rang: u32,
}

impl<'s, 'r> Writer<'s, 'r> {
    pub(in crate::synth) fn new(script: Script<'s>, rng: &'r mut Rng, body: Body) -> Writer<'s, 'r> {
        let legs = u8::try_from(script.session.paths.len()).unwrap_or(1);
        Writer { script, rng, body, at: 0, legs, rang: 0 }
    }

    fn fork(&self) -> u8 {
        self.script.session.fork
    }

    fn told(outcome: Outcome, verdict: Option<Verdict>) -> Told {
        Told { outcome, verdict, findings: Vec::new(), push: None, again: None, telltale: None }
    }

    /// The INVITE as far as a node, with its 100s. Some callers are asked for credentials first.
    fn invite(&mut self, to: u8, credentials: bool) {
        let ask = Flight { body: self.body, ..self.script.request(self.at, 0, 0, to, Method::Invite) };
        let challenged =
            credentials && matches!(self.script.session.party(0).place, crate::synth::place::Endpoint::Desktop);
        if challenged {
            self.script.send(Flight { b: 1, ..ask });
            self.at += HOP + 3;
            self.script.refuse(self.at, 0, 1, 0, 407, Note::Challenge);
            self.at += 60;
            self.script.cseq += 1;
            self.script.txn += 1;
        }
        let note = if challenged { Note::Credentials } else { Note::None };
        let invite = Flight { note, body: self.body, ..self.script.request(self.at, 0, 0, to, Method::Invite) };
        self.script.send(invite);
        self.script.trying(&invite);
        self.at += u32::from(to) * HOP;
    }

    /// The INVITE to every endpoint of the callee.
    pub(in crate::synth) fn ask_all(&mut self) {
        let credentials = self.rng.chance(25);
        let (fork, end) = (self.fork(), self.script.end(0));
        self.invite(end, credentials);
        for leg in 1..self.legs {
            let at = self.at - HOP + 2;
            let note = if credentials { Note::Credentials } else { Note::None };
            let copy =
                Flight { note, body: self.body, origin: 0, ..self.script.request(at, leg, fork, end, Method::Invite) };
            self.script.send(copy);
        }
        if self.rng.chance(30) && fork > 0 {
            let f = self.script.response(self.at, 0, (fork, 0), Method::Invite, 101, Tag::Server);
            self.script.send(Flight { note: Note::Line(PROGRESS), ..f });
        }
        self.at += 40;
    }

    /// 180 from every leg.
    pub(in crate::synth) fn ring(&mut self) {
        self.at += self.rng.range(40, 900);
        self.rang = self.at + u32::from(self.script.end(0)) * HOP;
        for leg in 0..self.legs {
            let at = self.at + u32::from(leg) * 30;
            let f = self.script.response(at, leg, (self.script.end(leg), 0), Method::Invite, 180, Tag::Leg(leg));
            self.script.send(f);
        }
        self.at += 120;
    }

    /// A call between desks, or to another company.
    pub(super) fn desk(&mut self, outcome: Outcome) -> Told {
        let mut told = Self::told(outcome, None);
        match outcome {
            Outcome::Answered => {
                self.ask_all();
                self.ring();
                self.answer(0);
                self.talk(0, Note::None);
            }
            Outcome::MediaFailed => {
                self.ask_all();
                self.ring();
                self.answer(0);
                self.at += self.rng.range(4_000, 9_000);
                told.telltale = u16::try_from(self.script.session.flights.len()).ok();
                self.script.transaction(self.at, 0, Method::Bye, false, Note::Line(MEDIA), Body::None);
            }
            Outcome::NoAnswer => {
                self.no_answer(true, Fetching::Unneeded);
            }
            Outcome::NoResponse => {
                self.ask_all();
                self.at += self.rng.range(31_000, 33_000);
                self.give_up_legs(None, Note::None);
                self.script.refuse(self.at, 0, self.fork(), 0, 408, Note::None);
            }
            Outcome::NoFinal => {
                self.ask_all();
                if self.rng.chance(50) {
                    self.ring();
                    self.script.session.hold = self.at + 200_000;
                } else {
                    self.script.session.hold = self.at + 200_000;
                }
            }
            Outcome::Cancelled => self.cancelled(),
            Outcome::Declined => self.refused(603, Note::None),
            Outcome::Busy => self.refused(486, Note::None),
            Outcome::DoNotDisturb => self.refused(480, Note::Line(DISTURBED)),
            Outcome::Redirected => self.refused(302, Note::None),
            Outcome::NotAcceptable => {
                let status = [488, 606][self.rng.weighted(&[2, 1])];
                self.refused(status, Note::None);
            }
            Outcome::Rejected => {
                let status = [484, 482][self.rng.weighted(&[2, 1])];
                self.refused(status, Note::None);
            }
            Outcome::NotFound => {
                let line = UNKNOWN[self.rng.weighted(&[1, 1])];
                self.at_server(404, Note::Line(line));
            }
            Outcome::Forbidden => {
                let (line, codes) = FORBIDDEN[self.rng.weighted(&[1, 1])];
                told.findings.extend(codes);
                self.at_server(403, Note::Line(line));
            }
            Outcome::FederationFailed => {
                let (line, code) = FEDERATION[self.rng.weighted(&[1, 1, 1, 1])];
                told.findings.push(code);
                self.at_server(504, Note::Line(line));
            }
            Outcome::ServerError => {
                let status = [500, 503][self.rng.weighted(&[1, 1])];
                self.at_server(status, Note::Line("ms-diagnostics: 5006;reason=\"Failed when constructing the outgoing request\";source=\"fe01.contoso.com\""));
            }
            _ => {
                self.script.session.fork = 1;
                self.invite(1, false);
                self.script.refuse(self.at + 8, 0, 1, 0, 407, Note::Challenge);
            }
        }
        told
    }

    /// A call to a phone.
    pub(super) fn phone(&mut self, verdict: Verdict, pushed: bool, ucwa: Fetching) -> Told {
        let mut unfetched = false;
        let outcome = match verdict {
            Verdict::AnsweredByMobile => {
                self.ask_all();
                self.ring();
                self.at += if pushed { self.rng.range(3_000, 20_000) } else { self.rng.range(400, 4_000) };
                self.answer(0);
                self.talk(0, Note::None);
                Outcome::Answered
            }
            Verdict::AnsweredElsewhere => {
                self.ask_all();
                self.ring();
                self.at += self.rng.range(1_500, 12_000);
                self.answer(1);
                self.talk(1, Note::None);
                Outcome::Answered
            }
            Verdict::DeclinedByMobile => {
                self.ask_all();
                self.ring();
                self.at += self.rng.range(2_000, 15_000);
                self.give_up_legs(Some(0), Note::None);
                self.script.refuse(self.at, 0, self.script.end(0), 0, 603, Note::None);
                Outcome::Declined
            }
            Verdict::CallerGaveUp => {
                self.cancelled();
                Outcome::Cancelled
            }
            _ => {
                unfetched = self.no_answer(false, ucwa);
                Outcome::NoAnswer
            }
        };
        let mut told = Self::told(outcome, Some(verdict));
        if unfetched {
            told.findings.push("PN60");
        }
        told
    }

    /// One leg answers, the others are told.
    pub(in crate::synth) fn answer(&mut self, leg: u8) {
        let end = self.script.end(leg);
        let ok = self.script.response(self.at, leg, (end, 0), Method::Invite, 200, Tag::Leg(leg));
        let got = self.script.send(Flight { body: self.body, ..ok });
        self.give_up_legs(Some(leg), Note::Line(ELSEWHERE));
        let txn = self.script.txn;
        self.script.txn += 1;
        let ack = self.script.request(got + 10, leg, 0, end, Method::Ack);
        self.script.send(Flight { tag: Tag::Leg(leg), ..ack });
        self.script.txn = txn + 1;
        self.at = got + 120;
    }

    /// The fork cancels every leg but one.
    pub(in crate::synth) fn give_up_legs(&mut self, but: Option<u8>, note: Note) {
        let at = self.at + HOP + 2;
        for leg in (0..self.legs).filter(|l| Some(*l) != but) {
            self.script.cancel_leg(at + u32::from(leg), leg, note);
        }
        if but.is_none() {
            self.at = at + 4 * HOP + 20;
        }
    }

    /// Instant messages, or silence, then BYE.
    pub(in crate::synth) fn talk(&mut self, leg: u8, note: Note) {
        if self.body == Body::ImSdp {
            for _ in 0..self.rng.range(1, 5) {
                let by_callee = self.rng.chance(50);
                self.at += self.rng.range(800, 6_000);
                self.at = self.script.transaction(self.at, leg, Method::Message, by_callee, Note::None, Body::Text);
            }
        } else {
            self.at += self.rng.range(5_000, 60_000);
        }
        self.at += self.rng.range(500, 4_000);
        let by_callee = self.rng.chance(40);
        self.script.transaction(self.at, leg, Method::Bye, by_callee, note, Body::None);
    }

    /// It rings, and rings out: the fork gives up, or the only endpoint does. UCWA gives up when the app has not
    /// fetched the invitation for 30 seconds; then this is true.
    fn no_answer(&mut self, desk: bool, ucwa: Fetching) -> bool {
        self.ask_all();
        self.ring();
        let unfetched = match ucwa {
            Fetching::Unneeded => false,
            Fetching::PerhapsNot => self.legs == 1 && self.rng.chance(60),
            Fetching::Never => true,
        };
        self.at += if unfetched {
            30_000
        } else {
            self.rng.range(if ucwa == Fetching::Unneeded { 28_000 } else { 45_000 }, 58_000)
        };
        let note = if desk { Note::None } else { Note::Line(SILENT) };
        if unfetched || self.legs == 1 && self.rng.chance(50) {
            let status = if desk { 480 } else { 408 };
            self.script.refuse(self.at, 0, self.script.end(0), 0, status, note);
            return unfetched;
        }
        self.give_up_legs(None, Note::None);
        self.script.refuse(self.at, 0, self.fork(), 0, 408, note);
        false
    }

    /// The caller gives up.
    fn cancelled(&mut self) {
        self.ask_all();
        self.ring();
        self.at += self.rng.range(3_000, 22_000);
        self.cancel();
    }

    /// CANCEL passes from server to server, 487 comes back.
    pub(in crate::synth) fn cancel(&mut self) {
        for node in 0..self.fork() {
            self.script.cancel_hop(self.at, 0, node, Note::None);
            self.at += HOP;
        }
        self.give_up_legs(None, Note::None);
        self.script.refuse(self.at, 0, self.fork(), 0, 487, Note::None);
    }

    /// The first endpoint refuses; the others are cancelled.
    fn refused(&mut self, status: u16, note: Note) {
        self.ask_all();
        if self.rng.chance(60) {
            self.ring();
        }
        self.at += self.rng.range(100, 3_000);
        self.give_up_legs(Some(0), Note::None);
        self.script.refuse(self.at, 0, self.script.end(0), 0, status, note);
    }

    /// The last server on the way refuses.
    fn at_server(&mut self, status: u16, note: Note) {
        let (fork, credentials) = (self.fork(), self.rng.chance(25));
        self.invite(fork, credentials);
        self.script.refuse(self.at + 20, 0, fork, 0, status, note);
    }
}
