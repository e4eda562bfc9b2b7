//! Calls that are answered: the 2xx, the talk or chat, the BYE; and the push a mobile leg causes.

use super::calls::Writer;
use super::notes::{ELSEWHERE, ENCRYPTION, MEDIA};
use super::session::{Body, Method, Note, Step};

impl Writer<'_> {
    /// A push with one of four results, or none, drawn by these weights: none, accepted, unroutable, rejected, unanswered.
    pub(super) fn push(&mut self, weights: [u32; 5]) -> Option<&'static str> {
        let result = [None, Some("accepted"), Some("unroutable"), Some("rejected"), Some("unanswered")]
            [self.rng.weighted(&weights)];
        self.session.push = result.map(|result| (self.at + self.rng.range(10, 120), result));
        result
    }

    /// 2xx from one leg, the others cancelled, ACK.
    fn answer(&mut self, winner: u8) {
        let body = if self.session.audio { Body::AudioSdp } else { Body::ImSdp };
        let answer = Step { body, ..self.script.step(self.at, Method::Invite, 200) };
        self.script.forward(winner, answer);
        let note = if self.rng.chance(50) { Note::Line(ELSEWHERE) } else { Note::None };
        self.cancel_others(winner, self.at + 6, note);
        self.script.ack(self.at + 40, winner);
        self.at += 60;
    }

    pub(super) fn answered(&mut self) {
        self.ring();
        let winner = u8::try_from(self.rng.range(1, u32::from(self.session.legs))).unwrap_or(1);
        if self.mobile > 0 {
            let by_mobile = winner == self.mobile;
            self.push(if by_mobile { [25, 70, 5, 0, 0] } else { [10, 80, 5, 2, 3] });
            self.session.ending.verdict = Some(if by_mobile { "answered_by_mobile" } else { "answered_elsewhere" });
            self.at += self.rng.range(2_000, 20_000);
        } else {
            self.at += if self.session.audio { self.rng.range(2_000, 20_000) } else { self.rng.range(100, 4_000) };
        }
        self.answer(winner);
        if self.session.audio {
            self.talk(winner);
        } else {
            self.chat(winner);
        }
        let back = self.rng.chance(40);
        self.script.exchange(self.at, winner, back, (Method::Bye, Body::None, Note::None), Body::None);
    }

    /// A re-INVITE in half of the calls, then the talk.
    fn talk(&mut self, winner: u8) {
        if self.rng.chance(50) {
            self.at += self.rng.range(200, 900);
            let request = (Method::Invite, Body::AudioSdp, Note::None);
            self.script.exchange(self.at, winner, false, request, Body::AudioSdp);
            self.script.ack(self.at + 90, winner);
        }
        self.at += self.rng.range(12_000, 180_000);
    }

    /// Instant messages from both sides, typing notices of the size of one among them.
    fn chat(&mut self, winner: u8) {
        for _ in 0..self.rng.range(0, 4) {
            self.at += self.rng.range(1_500, 15_000);
            let back = self.rng.chance(50);
            let body = if self.rng.chance(80) { Body::Text } else { Body::Typing };
            self.script.exchange(self.at, winner, back, (Method::Message, body, Note::None), Body::None);
        }
        self.at += self.rng.range(12_000, 60_000);
    }

    pub(super) fn media_failed(&mut self) {
        self.ring();
        self.at += self.rng.range(1_000, 8_000);
        if self.rng.chance(20) {
            self.script.fail(1, self.at, 488, Note::Line(ENCRYPTION));
            return;
        }
        self.answer(1);
        self.at += self.rng.range(3_000, 6_000);
        let note = Note::Line(MEDIA[self.rng.weighted(&[50, 50])]);
        let back = self.rng.chance(50);
        self.script.exchange(self.at, 1, back, (Method::Bye, Body::None, note), Body::None);
    }
}
