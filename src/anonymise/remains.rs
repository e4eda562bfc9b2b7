//! A second reading, which knows nothing of the first: words of the copy that stand in the original too.
//!
//! It has no list of names and no grammar of addresses. Whatever word of the copy is one of the original, is not of the
//! vocabulary of a trace, and is rare, may be somebody's name: it is told with its place, for a person to judge. Where
//! the frame puts numbers of its own (times, correlation, lengths) it does not look.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::marks::{List, finder};
use super::openers::{Opener, Openers};
use super::sections::is_count;
use super::shapes::is_version;
use super::vocabulary::{is_code, is_known};
use super::words::{Recent, Seen, dotted, given, hash, last_word, split, words};
use crate::record::prefix::{self, Frame};

/// A word of a copy that is one of the original.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remaining {
    /// The word as it stands at its first place.
    pub word: Vec<u8>,
    /// Line of its first place, counted from 1.
    pub line: usize,
    /// How often it stands in this text.
    pub count: u64,
}

/// Words in more than this part of the lines are the log's own.
const COMMON: u64 = 20;
/// Fewer places than this are rare in any log.
const RARE: u64 = 50;
/// Shorter words are told by chance: there are so few.
const SHORTEST: usize = 3;
/// A longer word is not one half of one of the vocabulary.
const LONGEST: usize = 64;
/// So many digits are a number of a telephone, a device or a session.
const LONG_NUMBER: usize = 7;
/// Words that a thread knows to be clean.
const CLEAN: usize = 1 << 14;
/// Different words told of a piece of the text; more than anybody looks at.
const MOST: usize = 10_000;

/// Reads a copy against the words of the originals; the words stand in the order of their first places.
/// Words that somebody gave count whatever words they are, and in the frame, too. They are told however often they stand
/// there, and so is a word that `is_name` says was surely a name.
pub fn remains(seen: &Seen, copy: &[u8], words: &[String], is_name: impl Fn(&[u8]) -> bool) -> Vec<Remaining> {
    let given = &given(words);
    let pieces = split(copy);
    let lines = AtomicUsize::new(0);
    let found: Vec<(usize, HashMap<Vec<u8>, Remaining>)> = pieces
        .par_iter()
        .map_init(Clean::default, |clean, piece| {
            let mut reader = Reader { seen, given, found: HashMap::new(), before: Before::Nothing, clean };
            let mut number = 0;
            let mut at = 0;
            while at < piece.len() {
                let (end, next) = crate::text::line_end(piece, at);
                reader.look(piece[at..end].strip_suffix(b"\r").unwrap_or(&piece[at..end]), number);
                (at, number) = (next, number + 1);
            }
            let found = reader.finish();
            lines.fetch_add(number, Ordering::Relaxed);
            (number, found)
        })
        .collect();
    let mut all: HashMap<Vec<u8>, Remaining> = HashMap::new();
    let mut first = 1;
    for (count, found) in found {
        for (word, one) in found {
            let known =
                all.entry(word).or_insert_with(|| Remaining { line: first + one.line, count: 0, ..one.clone() });
            known.count += one.count;
        }
        first += count;
    }
    let common = (lines.into_inner() as u64 / COMMON).max(RARE);
    let told = |(lower, r): &(Vec<u8>, Remaining)| r.count <= common || given.contains(lower) || is_name(&r.word);
    let mut out: Vec<Remaining> = all.into_iter().filter(told).map(|(_, r)| r).collect();
    out.sort_unstable_by(|a, b| a.line.cmp(&b.line).then_with(|| a.word.cmp(&b.word)));
    out
}

struct Reader<'s> {
    seen: &'s Seen,
    given: &'s HashSet<Vec<u8>>,
    found: HashMap<Vec<u8>, Remaining>,
    before: Before<'s>,
    clean: &'s mut Clean,
}

/// What the line before ends with: what stands behind it may be the other half of a word.
#[derive(Clone, Copy)]
enum Before<'s> {
    /// No word reaches its end.
    Nothing,
    /// No word in it is of the original; whether one reaches its end is looked at when somebody asks.
    Clean(&'s [u8]),
    /// A word that reaches its end, its line, and whether it is one of the original.
    Word(&'s [u8], usize, bool),
}

impl<'s> Before<'s> {
    /// The word that may go on behind it.
    fn half(self) -> Option<&'s [u8]> {
        match self {
            Before::Nothing => None,
            Before::Clean(line) => half(line),
            Before::Word(half, ..) => Some(half),
        }
    }
}

/// What a thread has found to be no word of the original.
struct Clean {
    /// Whole lines.
    lines: Recent,
    /// Words, by their numbers.
    words: Vec<u64>,
    openers: Openers,
}

impl Default for Clean {
    fn default() -> Clean {
        Clean { lines: Recent::default(), words: vec![0; CLEAN], openers: Openers::default() }
    }
}

impl Clean {
    /// Whether a word was clean a moment ago, where numbers count or elsewhere.
    fn has(&self, word: &[u8], counts: bool) -> bool {
        let (at, h) = Clean::slot(word, counts);
        self.words.get(at) == Some(&h)
    }

    fn put(&mut self, word: &[u8], counts: bool) {
        let (at, h) = Clean::slot(word, counts);
        if let Some(place) = self.words.get_mut(at) {
            *place = h;
        }
    }

    fn slot(word: &[u8], counts: bool) -> (usize, u64) {
        let h = hash(word).rotate_left(u32::from(counts)) | 1;
        (usize::try_from(h >> 9).unwrap_or(0) % CLEAN, h)
    }
}

impl<'s> Reader<'s> {
    fn look(&mut self, line: &'s [u8], number: usize) {
        let traced = line.starts_with(b"TL_");
        let left = matches!(self.before, Before::Word(.., true));
        if self.given.is_empty() && !left {
            // Nothing but numbers of the frame, and of most openers the machine.
            let opener = if traced { self.clean.openers.read(line) } else { Opener::default() };
            if opener.bare {
                let machine = opener.machine.and_then(|range| line.get(range)).unwrap_or_default();
                if !words(machine).any(|r| self.is_left(machine, r, false)) {
                    self.before = Before::Nothing;
                    return;
                }
            } else if is_count(line) {
                self.before = Before::Clean(line);
                return;
            }
        }
        if !left && !traced && self.clean.lines.has(line) {
            self.before = Before::Clean(line);
            return;
        }
        let frame = if traced { prefix::frame(line) } else { Frame::default() };
        let from = prefix_end(line, &frame);
        let text = line.get(from..).unwrap_or_default();
        let end = half(text);
        let mut clean = true;
        // What is left of a prefix that was wrapped is numbers, too.
        let counts = traced && from == 0 || counts(line);
        let products = [&b"user-agent:"[..], b"server:"].iter().any(|name| starts_with(line, name));
        if traced {
            let own = words(&line[..from]).map(|r| &line[r]).filter(|w| self.is_given(w));
            let machine = frame.machine.and_then(|range| line.get(range)).unwrap_or_default();
            let machine = words(machine).filter(|r| self.is_left(machine, r.clone(), false)).map(|r| &machine[r]);
            for word in own.chain(machine).collect::<Vec<_>>() {
                clean = false;
                self.tell(word, number);
            }
        }
        for range in dotted(text) {
            let address = &text[range.clone()];
            if !is_version(text, range.start, products)
                && !address.starts_with(b"127.")
                && address != b"0.0.0.0"
                && self.seen.has(hash(address))
            {
                clean = false;
                self.tell(&text[range], number);
            }
        }
        let before = std::mem::replace(&mut self.before, Before::Nothing);
        // Whether the first word is the other half of one of the vocabulary.
        let whole = |first: &[u8]| before.half().is_some_and(|half| is_known(&[half, first].concat()));
        let at_start = |range: &Range<usize>| from + range.start == 0;
        if let Before::Word(half, line, true) = before {
            let first = words(text).next().filter(at_start).map(|r| &text[r]);
            if !first.is_some_and(whole) {
                self.tell(half, line);
            }
        }
        for range in words(text) {
            let word = &text[range.clone()];
            let escaped = text[..range.start].ends_with(b"%");
            let mut left = (escaped || !self.clean.has(word, counts)) && {
                let left = self.is_left(text, range.clone(), counts);
                if !left && !escaped {
                    self.clean.put(word, counts);
                }
                left
            };
            clean &= !left;
            left = left && !(at_start(&range) && whole(word));
            if let Some(half) = end.filter(|_| range.end == text.len()) {
                self.before = Before::Word(half, number, left);
            } else if left {
                self.tell(word, number);
            }
        }
        if clean {
            self.clean.lines.again(line);
        }
    }

    /// Whether a word is one of the original and none of a trace.
    fn is_left(&self, text: &[u8], range: Range<usize>, counts: bool) -> bool {
        let all = &text[range.clone()];
        let escaped = text[..range.start].ends_with(b"%") && all.iter().take(2).all(u8::is_ascii_hexdigit);
        let word = all.get(if escaped { 2 } else { 0 }..).unwrap_or_default();
        if self.is_given(word) {
            return true;
        }
        // What people wrote is `xxx` now.
        if word.len() < SHORTEST || word.iter().all(|b| matches!(b, b'x' | b'X')) || is_numbered(word) {
            return false;
        }
        if self.seen.is_crowded(word) {
            return false;
        }
        let digits = word.iter().all(u8::is_ascii_digit);
        if digits && (counts || word.len() < LONG_NUMBER) || counts && word.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        !is_code(word) && (self.seen.holds(all) || escaped && self.seen.holds(word)) && !is_known(word)
    }

    /// Whether somebody gave the word; not numbers of which there are so few that one stands for another.
    fn is_given(&self, word: &[u8]) -> bool {
        let few = word.len() < SHORTEST || word.len() < 5 && word.iter().all(u8::is_ascii_digit);
        !self.given.is_empty() && !few && self.given.contains(&word.to_ascii_lowercase()) && self.seen.holds(word)
    }

    fn tell(&mut self, word: &[u8], line: usize) {
        let lower = word.to_ascii_lowercase();
        if let Some(known) = self.found.get_mut(&lower) {
            known.count += 1;
        } else if self.found.len() < MOST {
            self.found.insert(lower, Remaining { word: word.to_vec(), line, count: 1 });
        }
    }

    fn finish(mut self) -> HashMap<Vec<u8>, Remaining> {
        if let Before::Word(word, line, true) = self.before {
            self.tell(word, line);
        }
        self.found
    }
}

/// The word that reaches the end of a text, and may go on in the next line.
fn half(text: &[u8]) -> Option<&[u8]> {
    last_word(text).filter(|r| r.len() < LONGEST).and_then(|r| text.get(r))
}

/// Where the frame ends of a line that starts with it; one that was wrapped in the place in the source code is all frame.
fn prefix_end(line: &[u8], frame: &Frame) -> usize {
    let place = line.get(frame.stamp..).unwrap_or_default().trim_ascii_start();
    let wrapped = frame.end > 0 && frame.end == frame.stamp && place.starts_with(b"(") && !place.contains(&b' ');
    if wrapped { line.len() } else { frame.end }
}

fn starts_with(line: &[u8], name: &[u8]) -> bool {
    line.trim_ascii_start().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// A branch or the role of a server, and a number of which there are few: `z9hG4bK12`, `fe01`.
fn is_numbered(word: &[u8]) -> bool {
    const FRONT: [&[u8]; 7] = [b"z9hg4bk", b"fe", b"edge", b"pool", b"dir", b"med", b"director"];
    let letters = word.len() - word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let (front, number) = word.split_at(letters);
    (1..4).contains(&number.len()) && FRONT.iter().any(|f| front.eq_ignore_ascii_case(f))
}

/// Whether a line is one of those that hold numbers of the frame.
fn counts(line: &[u8]) -> bool {
    static FIELDS: List<12> = List::new([
        "instance-id",
        "trace-correlation-id",
        "cseq",
        "content-length",
        "l",
        "max-forwards",
        "expires",
        "rseq",
        "rack",
        "result-code",
        "sip-cseq",
        "date",
    ]);
    let text = line.trim_ascii_start();
    let colon = memchr::memchr(b':', text.get(..24).unwrap_or(text));
    colon.is_some_and(|colon| FIELDS.has(&text[..colon]))
        || memchr::memchr(b'$', line).is_some() && finder!(b"$$begin_record").find(line).is_some()
}
