//! How a call ends that nobody answers: one method per outcome; `answers` has the others.

use super::calls::Writer;
use super::notes::{BROKEN, DISTURBED, FEDERATION, FORBIDDEN, SILENT, UNKNOWN, UNSUBSCRIBED};
use super::session::{Method, Note, Step};

impl Writer<'_> {
    /// Writes the INVITE and all that follows from it.
    pub(super) fn outcome(&mut self, outcome: &str) {
        self.invite();
        match outcome {
            "answered" => self.answered(),
            "no_answer" => self.no_answer(),
            "cancelled" => self.cancelled(),
            "declined" => self.declined(),
            "busy" => self.leg_refuses(486, Note::None, true),
            "do_not_disturb" => self.leg_refuses(480, Note::Line(DISTURBED), false),
            "redirected" => self.leg_refuses(302, Note::None, false),
            "not_acceptable" => {
                let status = [488, 606][self.rng.weighted(&[70, 30])];
                self.leg_refuses(status, Note::None, true);
            }
            "rejected" => {
                let status = [484, 482][self.rng.weighted(&[70, 30])];
                self.leg_refuses(status, Note::None, false);
            }
            "federation_failed" => {
                let line = FEDERATION[self.rng.weighted(&[30, 25, 25, 20])];
                self.leg_refuses(504, Note::Fault(line), false);
            }
            "media_failed" => self.media_failed(),
            "not_found" => {
                let line = UNKNOWN[self.rng.weighted(&[50, 50])];
                self.script.refuse(self.at + 20, 404, Note::Fault(line));
            }
            "forbidden" => {
                let line = FORBIDDEN[self.rng.weighted(&[60, 40])];
                self.script.refuse(self.at + 20, 403, Note::Fault(line));
            }
            "server_error" => {
                let (status, line) = BROKEN[self.rng.weighted(&[40, 30, 30])];
                self.script.refuse(self.at + 30, status, Note::Fault(line));
            }
            "auth_failed" => self.script.refuse(self.at + 10, 407, Note::Challenge),
            "no_response" => self.no_response(),
            _ => self.no_final(),
        }
    }

    fn no_answer(&mut self) {
        self.ring();
        let mut note = Note::None;
        if self.mobile > 0 {
            let push = self.push([25, 48, 14, 6, 7]);
            self.session.ending.verdict = Some(match push {
                None => "missed_no_push",
                Some("accepted") => "not_opened",
                Some("unanswered") => "missed_push_unanswered",
                Some(_) => "missed_push_failed",
            });
            note = Note::Fault(if push.is_none() { UNSUBSCRIBED } else { SILENT });
        }
        self.at += self.rng.range(30_000, 60_000);
        if self.mobile == 0 && self.session.legs == 1 && self.rng.chance(50) {
            self.script.fail(1, self.at, 480, Note::None);
            return;
        }
        self.cancel_others(0, self.at, Note::None);
        self.script.refuse(self.at + 40, 408, note);
    }

    fn cancelled(&mut self) {
        if self.mobile == 0 && self.rng.chance(15) {
            self.fork(true);
            for leg in 1..=self.session.legs {
                // A leg is cancelled only after its first provisional answer (RFC 3261 9.1).
                let step = self.script.step(self.at + 20, Method::Invite, 101);
                self.script.read(leg, Step { leg, ..step });
            }
            self.at += self.rng.range(300, 1_500);
        } else {
            self.ring();
            if self.mobile > 0 {
                self.push([15, 70, 8, 3, 4]);
                self.session.ending.verdict = Some("caller_gave_up");
            }
            self.at += self.rng.range(3_000, 25_000);
        }
        let cancel = self.script.step(self.at, Method::Cancel, 0);
        self.script.read(0, cancel);
        self.script.reply(Step { at: self.at + 2, status: 200, ..cancel });
        self.cancel_others(0, self.at + 4, Note::None);
        let gone = self.script.step(self.at + 40, Method::Invite, 487);
        self.script.write(0, Step { leg: 1, ..gone });
        self.script.ack_final(self.at + 40, 1);
    }

    fn declined(&mut self) {
        self.ring();
        let winner = if self.mobile > 0 { self.mobile } else { 1 };
        if self.mobile > 0 {
            self.push([20, 80, 0, 0, 0]);
            self.session.ending.verdict = Some("declined_by_mobile");
        }
        self.at += self.rng.range(1_000, 12_000);
        self.cancel_others(winner, self.at + 4, Note::None);
        self.script.fail(winner, self.at, 603, Note::None);
    }

    /// The only leg refuses, after ringing or at once.
    fn leg_refuses(&mut self, status: u16, note: Note, ringing: bool) {
        if ringing && self.rng.chance(60) {
            self.ring();
        } else {
            self.fork(false);
        }
        self.at += self.rng.range(100, 3_000);
        self.script.fail(1, self.at, status, note);
    }

    fn no_response(&mut self) {
        let progress = self.rng.chance(50);
        self.fork(progress);
        self.script.refuse(self.at + 32_000, 408, Note::None);
    }

    /// No final answer ever: the session stays open past the limits of a report (32 s and 180 s).
    fn no_final(&mut self) {
        if self.rng.chance(50) {
            self.ring();
            self.script.silence(self.at + 280_000);
        } else {
            self.fork(false);
            self.script.silence(self.at + 60_000);
        }
    }
}
