//! Scripts of calls: who takes part, the INVITE and its forks. What comes of it is in `endings`.

use super::cast::{Cast, anyone, without_mobile};
use super::notes::{OUTCOMES, PRIMARY, PROGRESS};
use super::script::Script;
use super::session::{Body, Flow, Method, Note, Party, Place, Session, Step};
use super::text::Rng;

/// A call being written: its session, its script and the source of its choices.
pub(super) struct Writer<'a> {
    pub(super) session: &'a mut Session,
    pub(super) script: Script,
    pub(super) rng: &'a mut Rng,
    /// The mobile leg, 0 when there is none.
    pub(super) mobile: u8,
    /// Written so far up to this millisecond.
    pub(super) at: u32,
}

/// Writes a whole call into `session`.
pub(super) fn build(session: &mut Session, rng: &mut Rng, cast: &mut Cast) {
    let outcome = OUTCOMES[rng.weighted(&OUTCOMES.map(|(_, share)| share))].0;
    let can_ring = matches!(outcome, "answered" | "no_answer" | "cancelled" | "declined");
    let mobile = can_ring && rng.chance(45);
    session.audio = matches!(outcome, "media_failed" | "do_not_disturb") || rng.chance(45);
    session.legs = match outcome {
        "answered" | "no_answer" | "cancelled" | "declined" => [1, 1, 2, 3][rng.weighted(&[35, 15, 35, 15])],
        _ => 1,
    };
    cast_parties(session, rng, cast, mobile, outcome);
    session.challenged = outcome == "auth_failed" || (session.parties[0].place == Place::Desktop && rng.chance(25));
    let script = Script::new(std::mem::take(&mut session.steps));
    let leg = if mobile { session.legs } else { 0 };
    let mut pen = Writer { session, script, rng, mobile: leg, at: 0 };
    pen.outcome(outcome);
    let Writer { session, script, .. } = pen;
    session.steps = script.finish();
    session.ending.outcome = Some(outcome);
    session.ending.modality = Some(if session.audio { "audio" } else { "im" });
}

fn cast_parties(session: &mut Session, rng: &mut Rng, cast: &mut Cast, mobile: bool, outcome: &str) {
    let abroad = outcome == "federation_failed" || (!mobile && outcome == "answered" && rng.chance(6));
    if abroad {
        session.legs = 1;
    }
    let place = [Place::Desktop, Place::FrontEnd, Place::Edge][rng.weighted(&[78, 14, 8])];
    let place = if abroad { Place::Desktop } else { place };
    session.parties[0] = Party::new(anyone(rng), place, rng);
    let user = if mobile { cast.with_mobile() } else { without_mobile(rng) };
    for leg in 1..=session.legs {
        let place = match (abroad, mobile && leg == session.legs) {
            (true, _) => Place::Edge,
            (_, true) => Place::Mobile,
            _ => [Place::Desktop, Place::FrontEnd][rng.weighted(&[80, 20])],
        };
        session.parties[usize::from(leg)] = Party::new(user, place, rng);
    }
}

impl Writer<'_> {
    /// INVITE, where asked for 407 and a second INVITE, and 100.
    pub(super) fn invite(&mut self) {
        let body = if !self.session.audio {
            Body::ImSdp
        } else if self.rng.chance(30) {
            Body::AudioOffer
        } else {
            Body::AudioSdp
        };
        let mut invite = Step { body, ..self.script.step(0, Method::Invite, 0) };
        self.script.read(0, invite);
        if self.session.challenged {
            self.script.refuse(4, 407, Note::Challenge);
            self.script.next();
            self.at = 60;
            invite = Step { body, note: Note::Credentials, ..self.script.step(60, Method::Invite, 0) };
            self.script.read(0, invite);
        }
        let trying = self.script.step(self.at + 2, Method::Invite, 100);
        self.script.reply(trying);
    }

    /// The INVITE to every leg; a server on the leg says 100 at once.
    pub(super) fn fork(&mut self, progress: bool) {
        let template = self.script.steps.iter().rev().find(|step| step.method == Method::Invite && step.status == 0);
        let Some(template) = template.copied() else {
            return;
        };
        self.at += 6;
        if progress {
            let note = Note::Line([PROGRESS, PRIMARY][self.rng.weighted(&[80, 20])]);
            let step = Step { note, ..self.script.step(self.at, Method::Invite, 101) };
            self.script.reply(step);
        }
        for leg in 1..=self.session.legs {
            let at = self.at + 2 * u32::from(leg);
            self.script.write(leg, Step { at, flow: Flow::Out, note: Note::None, ..template });
            if !matches!(self.session.party(leg).place, Place::Desktop) {
                let step = self.script.step(at + 20, Method::Invite, 100);
                self.script.read(leg, step);
            }
        }
        self.at += 10;
    }

    /// Fork, then 180 from every leg, sometimes 183 with early media.
    pub(super) fn ring(&mut self) {
        let progress = self.rng.chance(40);
        self.fork(progress);
        let mut last = self.at;
        for leg in 1..=self.session.legs {
            let at = self.at + self.rng.range(40, 260);
            let step = self.script.step(at, Method::Invite, 180);
            self.script.forward(leg, step);
            if self.session.audio && leg != self.mobile && self.rng.chance(25) {
                let early = Step { at: at + 70, status: 183, body: Body::AudioSdp, ..step };
                self.script.forward(leg, early);
            }
            last = last.max(at + 80);
        }
        self.at = last;
    }

    pub(super) fn cancel_others(&mut self, winner: u8, at: u32, note: Note) {
        for leg in (1..=self.session.legs).filter(|leg| *leg != winner) {
            self.script.cancel_leg(leg, at, note);
        }
    }
}
