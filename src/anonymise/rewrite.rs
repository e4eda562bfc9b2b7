//! Line by line: names become pseudonyms of the same length, what people wrote becomes `xxxx`.

use std::io::{self, Write};
use std::sync::Mutex;
use std::sync::mpsc::sync_channel;

use hashbrown::HashSet;
use memchr::memmem;
use rayon::prelude::*;

use super::line::{Kind, Names, Worker};
use super::marks::{Mark, finder, run, run_back};
use super::pseudonym::{Key, Pseudonyms};
use super::redact::{redact, redact_between_tags};
use super::sections::{Policy, Section, is_count, is_no_body, kind_of, policy};
use super::vias;
use super::words::{Seen, given, hash, is_short};
use crate::text::line_end;

/// Bytes of text that a thread rewrites at a time, more or less.
const PIECE: usize = 1 << 20;
/// Bytes of lines that are read as one; a hard wrap goes no further.
const LONGEST: usize = 32 << 10;

/// Rewrites texts; one name gets one pseudonym in all of them.
#[derive(Debug)]
pub struct Rewriter<'s> {
    known: Names<'s>,
    /// Words that were surely names, as numbers.
    names: Mutex<HashSet<u64>>,
    replaced: Mutex<u64>,
}

impl<'s> Rewriter<'s> {
    /// For texts with these words, and with further words to replace.
    pub fn new(seen: &'s Seen, key: &Key, also: &[String]) -> Rewriter<'s> {
        let known = Names { seen, pseudonyms: Pseudonyms::new(key, seen), also: given(also) };
        Rewriter { known, names: Mutex::default(), replaced: Mutex::default() }
    }

    /// How many words, numbers and addresses were replaced so far, one by one.
    pub fn replaced(&self) -> u64 {
        self.replaced.lock().map_or(0, |n| *n)
    }

    /// Whether a word was surely a name somewhere in what was rewritten; of short ones nothing is sure, since one may stand
    /// for another.
    pub fn is_name(&self, word: &[u8]) -> bool {
        let also = self.known.also.contains(&word.to_ascii_lowercase());
        also || !is_short(word) && self.names.lock().is_ok_and(|names| names.contains(&hash(word)))
    }

    /// Writes the text with every name replaced, on all cores. Lines keep their lengths and ends.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn rewrite(&self, text: &[u8], out: &mut dyn Write) -> io::Result<()> {
        let pieces = pieces(text);
        let workers: Mutex<Vec<Worker<'_>>> = Mutex::default();
        let lock = || workers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let rewritten = &|some: &[&[u8]]| -> Vec<Vec<u8>> {
            let one = |piece: &&[u8]| {
                let idle = lock().pop();
                let mut worker = idle.unwrap_or_else(|| Worker::new(&self.known));
                let mut piece = piece.to_vec();
                lines(&mut worker, &mut piece);
                lock().push(worker);
                piece
            };
            some.par_iter().map(one).collect()
        };
        // Some at a time: the copy is never in memory as a whole. Some are written while the next are made.
        std::thread::scope(|scope| -> io::Result<()> {
            let (sender, receiver) = sync_channel::<Vec<Vec<u8>>>(0);
            let some = pieces.chunks(2 * rayon::current_num_threads());
            // Nobody takes more when the writer has failed.
            scope.spawn(move || some.map(rewritten).try_for_each(|done| sender.send(done)));
            for piece in receiver.iter().flatten() {
                out.write_all(&piece)?;
            }
            Ok(())
        })?;
        for worker in workers.into_inner().unwrap_or_default() {
            if let (Ok(mut names), Ok(mut replaced)) = (self.names.lock(), self.replaced.lock()) {
                names.extend(worker.names);
                *replaced += worker.replaced;
            }
        }
        Ok(())
    }
}

const END: &[u8] = b"$$end_record";
const BEGIN: &[u8] = b"$$begin_record";

/// Pieces that end with a record, so that each can be read by itself.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let (piece, behind) = rest.split_at(record_end(rest, PIECE).unwrap_or(rest.len()));
        out.push(piece);
        rest = behind;
    }
    out.push(rest);
    out
}

/// Where the first line behind a place ends that ends a record.
fn record_end(text: &[u8], from: usize) -> Option<usize> {
    let mut hits = memmem::find_iter(text.get(from..)?, END).map(|at| from + at);
    let found = hits.find(|at| {
        let start = at - run_back(text, *at, is_lead);
        start == 0 || text.get(start - 1) == Some(&b'\n')
    });
    found.map(|at| line_end(text, at).1)
}

fn lines(worker: &mut Worker<'_>, text: &mut [u8]) {
    let mut state = State::default();
    let mut old = Vec::new();
    let mut at = 0;
    // Where the line ends that was looked at last.
    let mut ahead = line_end(text, 0);
    while at < text.len() {
        let (mut end, mut next) = ahead;
        let first = &text[at..end];
        let opens = is_opener(first);
        state.see(first, opens);
        let len = first.len();
        let known = First::of(first);
        ahead = line_end(text, next);
        // Nothing goes on with an opener.
        while !opens && next < text.len() && next - at < LONGEST && state.continues(&known, &text[next..ahead.0]) {
            (end, next) = ahead;
            ahead = line_end(text, next);
        }
        let alone = end == at + len;
        let traced = opens || text[at..].starts_with(b"TL_") || !alone && is_opener(&text[at..end]);
        let line = &mut text[at..end];
        at = next;
        if alone && state.place == Section::Lines && worker.gives_nothing() && is_count(line) {
            continue;
        }
        if !state.is_usual(line, traced) {
            state.line(worker, line, len, traced);
        } else if !worker.recall(line, state.place) {
            let mut via = Via { state: &mut state, worker, old: &mut old };
            if alone && via.state.place == Section::Lines && vias::each(line, &mut via) {
                continue;
            }
            state.new_line(worker, line, len, &mut old);
        }
    }
}

/// A Via that is taken apart.
struct Via<'l, 'r> {
    state: &'l mut State,
    worker: &'l mut Worker<'r>,
    old: &'l mut Vec<u8>,
}

impl vias::Change for Via<'_, '_> {
    fn line(&mut self, line: &mut [u8]) {
        self.state.again(self.worker, line, self.old);
    }

    fn word(&mut self, word: &mut [u8]) {
        if !word.is_empty() {
            self.worker.word(word, Mark::Words, false);
        }
    }
}

/// What may stand in front of a terminator, as the frame has it: blanks, tabs and the backslashes of a copy.
fn is_lead(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\\')
}

fn is_terminator(line: &[u8]) -> bool {
    line[run(line, 0, is_lead)..].starts_with(END)
}

fn is_opener(line: &[u8]) -> bool {
    memchr::memchr(b'$', line).is_some() && finder!(BEGIN).find(line).is_some()
}

/// What the first of some lines says of those behind it; asked for each of them, so found out once.
#[derive(Debug)]
struct First {
    /// Nothing goes on with it where headers are: a terminator, or the first line of a body.
    last: bool,
    /// The prefix of an opener may go on behind it.
    prefix: bool,
}

impl First {
    fn of(line: &[u8]) -> First {
        let body = |name: &[u8]| name.eq_ignore_ascii_case(b"message-body:");
        let last = is_terminator(line) || line.trim_ascii_start().get(..13).is_some_and(body);
        First { last, prefix: line.starts_with(b"TL_") }
    }
}

/// Where a line stands, and what its message's body will be.
#[derive(Debug)]
struct State {
    place: Section,
    content: Section,
}

impl Default for State {
    fn default() -> State {
        State { place: Section::Lines, content: Section::Prose }
    }
}

/// Whether a line starts a header, `subject:x` and `s:x` being some that nobody else needs to know.
fn is_header(text: &[u8]) -> bool {
    crate::record::is_header(text)
        || memchr::memchr(b':', text.get(..20).unwrap_or(text)).is_some_and(|colon| {
            // `sip` and `s:a@b.c`: a scheme that was wrapped.
            let name = text[..colon].to_ascii_lowercase();
            policy(&name) == Policy::Prose && (colon > 1 || memchr::memchr(b'@', text).is_none())
        })
}

/// The name of a header and where its value starts.
fn header(line: &[u8]) -> Option<(Vec<u8>, usize)> {
    // Some copies indent every line.
    let text = line.trim_ascii_start();
    let colon = memchr::memchr(b':', text).filter(|_| is_header(text))?;
    Some((text[..colon].trim_ascii().to_ascii_lowercase(), line.len() - text.len() + colon + 1))
}

impl State {
    fn see(&mut self, line: &[u8], opens: bool) {
        if opens || is_terminator(line) {
            *self = State::default();
        }
    }

    /// Whether a line goes on with what a first one began: a fold, or a hard wrap of a copy.
    fn continues(&self, first: &First, line: &[u8]) -> bool {
        let text = line.trim_ascii_start();
        if text.is_empty() || is_terminator(line) || text.starts_with(b"$$") || line.starts_with(b"TL_") {
            return false;
        }
        match self.place {
            Section::Lines => !first.last && !is_header(text) && (first.prefix || !is_opener(line)),
            Section::Body => !matches!(text, [b'a'..=b'z', b'=', ..]),
            _ => false,
        }
    }

    /// Whether what becomes of a line hangs on nothing but the line, and changes nothing for those behind it.
    fn is_usual(&self, line: &[u8], traced: bool) -> bool {
        let line = line.trim_ascii_start();
        let tells = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        match self.place {
            Section::Lines => {
                // `c: text/plain` and not `Call-ID: ...`, which come in each message, and again in the next.
                let compact = tells(b"c") && !line.get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-');
                !traced && !compact && !tells(b"content-type") && !tells(b"message-body")
            }
            Section::Body => true,
            _ => false,
        }
    }

    /// A usual line, whether it was met before or not.
    fn again(&mut self, worker: &mut Worker<'_>, line: &mut [u8], old: &mut Vec<u8>) {
        if !worker.recall(line, self.place) {
            self.new_line(worker, line, line.len(), old);
        }
    }

    /// A usual line that was not met before.
    fn new_line(&mut self, worker: &mut Worker<'_>, line: &mut [u8], first: usize, old: &mut Vec<u8>) {
        old.clear();
        old.extend_from_slice(line);
        let before = worker.replaced;
        self.line(worker, line, first, false);
        worker.remember(old, line, self.place, before);
    }

    fn line(&mut self, worker: &mut Worker<'_>, line: &mut [u8], first: usize, traced: bool) {
        match self.place {
            Section::Lines => {}
            Section::Prose => return redact(line),
            Section::Tags(inside) => {
                worker.replace(line, 0, Kind::Tags);
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
                worker.replace(line, value, Kind::Tags);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces end with a record and nowhere else, however its end is written.
    #[test]
    fn pieces_end_where_records_do() {
        let fill = "x".repeat(PIECE);
        for (end, is_end) in [
            ("$$end_record\n", true),
            (" \t$$end_record\r\n", true),
            ("\\$$end_record $$begin_record\n", true),
            ("said $$end_record\n", false),
            ("$$end_recor\n", false),
        ] {
            let text = format!("{fill}\n{end}behind\n");
            let cut = pieces(text.as_bytes());
            let first = if is_end { fill.len() + 1 + end.len() } else { text.len() };
            assert_eq!(cut.concat(), text.as_bytes());
            assert_eq!(cut.first().map(|piece| piece.len()), Some(first), "{end:?}");
        }
    }
}
