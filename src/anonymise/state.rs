//! What becomes of a line, by what it is and where it stands.

use super::line::{Kind, Worker};
use super::looks::{First, Look, header, is_header, says_content};
use super::marks::finder;
use super::redact::{redact, redact_between_tags};
use super::sections::{Policy, Section, State, is_no_body, kind_of, policy};
use super::tags;

impl State {
    /// Takes note of what opens or ends a record.
    pub(super) fn see(&mut self, look: &Look) {
        if look.opens || look.terminator {
            *self = State::default();
        }
    }

    /// Whether a line goes on with what a first one began: a fold, or a hard wrap of a copy.
    pub(super) fn continues(self, first: &First, line: &[u8], look: &Look) -> bool {
        let text = line.trim_ascii_start();
        if text.is_empty() || look.terminator || look.prefix || text.starts_with(b"$$") {
            return false;
        }
        match self.place {
            Section::Lines => !first.last && !is_header(text) && (first.prefix || !look.opens),
            Section::Body => !matches!(text, [b'a'..=b'z', b'=', ..]),
            _ => false,
        }
    }

    /// What, beside a line itself, decides what becomes of it and what those behind it are; `None` where that is found out
    /// anew each time, since it is quickly done, or for the numbers of a prefix.
    pub(super) fn key(self, line: &[u8], traced: bool) -> Option<State> {
        let content = match self.place {
            Section::Lines if traced => return None,
            Section::Prose => return None,
            Section::Lines if says_content(line) => self.content,
            _ => State::default().content,
        };
        Some(State { place: self.place, content })
    }

    /// Goes on behind a line of that key, behind which things were so the last time.
    pub(super) fn go_on(&mut self, key: State, after: State) {
        self.place = after.place;
        // Of a line that says nothing of it, the key does not tell which content there was.
        if after.content != key.content {
            self.content = after.content;
        }
    }

    /// Replaces what is to be replaced in a line whose first one ends at `first`.
    pub(super) fn line(&mut self, worker: &mut Worker<'_>, line: &mut [u8], first: usize, traced: bool) {
        match self.place {
            Section::Lines => {}
            Section::Prose => return redact(line),
            Section::Tags(inside) => {
                tags::replace(worker, line, 0);
                self.place = Section::Tags(redact_between_tags(line, inside));
                return;
            }
            Section::Parts => return part(worker, line, 0),
            Section::Body => return worker.replace(line, 0, Kind::Description),
        }
        if traced {
            return worker.traced(line);
        }
        let Some((name, value)) = header(&line[..first]) else {
            return worker.replace(line, 0, Kind::Header(Policy::Usual));
        };
        match name.as_slice() {
            b"content-type" | b"c" => self.content = kind_of(&line[value..]),
            b"message-body" => {
                self.place = self.content;
                if !is_no_body(&line[value..]) {
                    self.body(worker, line, value);
                }
                return;
            }
            _ => {}
        }
        match policy(&name) {
            Policy::Prose => {
                worker.replace(&mut line[..value], 0, Kind::Header(Policy::Usual));
                redact(&mut line[value..]);
            }
            policy => {
                worker.replace(line, value, Kind::Header(policy));
                // The first message of a conversation travels inside its INVITE.
                if let Some(body) = finder!(b"ms-body=").find(line) {
                    redact(&mut line[body + 8..]);
                }
            }
        }
    }

    /// The first line of a body.
    fn body(&mut self, worker: &mut Worker<'_>, line: &mut [u8], value: usize) {
        match self.content {
            Section::Prose => redact(&mut line[value..]),
            Section::Parts => part(worker, line, value),
            Section::Tags(_) => {
                tags::replace(worker, line, value);
                self.place = Section::Tags(redact_between_tags(&mut line[value..], false));
            }
            _ => worker.replace(line, value, Kind::Description),
        }
    }
}

fn text_of(line: &[u8], start: usize) -> &[u8] {
    line.get(start..).unwrap_or_default().trim_ascii_start()
}

/// Boundaries, headers and lines of session descriptions are no prose; all else in a part may be.
fn part(worker: &mut Worker<'_>, line: &mut [u8], start: usize) {
    let text = text_of(line, start);
    let header = text.get(..8).is_some_and(|name| name.eq_ignore_ascii_case(b"content-"));
    if matches!(text, [b'a'..=b'z', b'=', ..]) {
        worker.replace(line, start, Kind::Description);
    } else if header || text.starts_with(b"--") {
        worker.replace(line, start, Kind::Header(Policy::Usual));
        let description = |name: &[u8]| name.eq_ignore_ascii_case(b"content-description:");
        if text_of(line, start).get(..20).is_some_and(description) {
            let value = line.len() - text_of(line, start).len() + 20;
            redact(&mut line[value..]);
        }
    } else {
        redact(&mut line[start..]);
    }
}
