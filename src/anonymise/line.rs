//! One logical line: marked, then its words replaced.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::FixedState;
use hashbrown::HashSet;

use super::logical_line::LogicalLine;
use super::marks::{Mark, Marks, finder};
use super::pseudonym::{Pseudonyms, Shape};
use super::sections::{Policy, Section};
use super::vocabulary::{is_code, is_known, is_top};
use super::words::{Seen, hash, words};
use super::{fields, people};
use super::{hosts, shapes};
use crate::record::prefix;

/// What kind of text a line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Header(Policy),
    /// A line with a prefix of the trace.
    Traced,
    Description,
    Tags,
}

/// The magic cookie of a branch (RFC 3261 section 8.1.1.7).
const COOKIE: &[u8] = b"z9hG4bK";
/// Numbers of so many digits are those of telephones, sessions and devices; shorter ones count and measure.
const LONG_NUMBER: usize = 7;
/// Words of which a thread remembers what became of them.
const MEMORY: usize = 1 << 13;
/// Bytes of a word that is remembered.
const REMEMBERED: usize = 31;
/// The same of lines.
const LINES: usize = 1 << 12;
const LONGEST_LINE: usize = 512;

/// What all threads know of the names of a text.
#[derive(Debug)]
pub(super) struct Names<'s> {
    pub(super) seen: &'s Seen,
    pub(super) pseudonyms: Pseudonyms,
    /// Words in lower case that are replaced wherever they stand.
    pub(super) also: HashSet<Vec<u8>>,
}

/// What one thread needs to rewrite lines.
#[derive(Debug)]
pub(super) struct Worker<'r> {
    known: &'r Names<'r>,
    view: LogicalLine,
    marks: Marks,
    ranges: Vec<Range<usize>>,
    /// Up to here a line is of the frame, and its numbers are the frame's own.
    frame: usize,
    memory: Vec<Remembered>,
    lines: Vec<RememberedLine>,
    /// Words that were surely names, as numbers.
    pub(super) names: HashSet<u64>,
    /// How many words, numbers and addresses were replaced.
    pub(super) replaced: u64,
}

/// A word and what stands in its place, in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Remembered {
    word: [u8; REMEMBERED],
    new: [u8; REMEMBERED],
    len: u8,
    /// Under which mark; 0 for nothing remembered.
    how: u8,
}

const FORGOTTEN: Remembered = Remembered { word: [0; REMEMBERED], new: [0; REMEMBERED], len: 0, how: 0 };

#[derive(Clone, Debug, Default)]
struct RememberedLine {
    old: Vec<u8>,
    new: Vec<u8>,
    place: Section,
    replaced: u64,
}

impl<'r> Worker<'r> {
    pub(super) fn new(known: &'r Names<'r>) -> Worker<'r> {
        Worker {
            known,
            view: LogicalLine::default(),
            marks: Marks::default(),
            ranges: Vec::new(),
            frame: 0,
            memory: vec![FORGOTTEN; MEMORY],
            lines: vec![RememberedLine::default(); LINES],
            names: HashSet::new(),
            replaced: 0,
        }
    }

    /// Replaces what is to be replaced in lines that belong together; a name stands in front of `value`.
    pub(super) fn replace(&mut self, lines: &mut [u8], value: usize, kind: Kind) {
        let mut view = std::mem::take(&mut self.view);
        view.take(lines);
        let from = view.place(value);
        self.marks.clear(view.text.len());
        self.mark(&mut view.text, from, kind);
        self.words(&mut view, kind);
        view.give(lines);
        self.view = view;
    }

    fn mark(&mut self, text: &mut [u8], from: usize, kind: Kind) {
        let mut from = from;
        let versions = kind == Kind::Header(Policy::Product);
        self.frame = 0;
        if kind == Kind::Traced {
            let frame = prefix::frame(text);
            from = frame.end;
            if from == 0 {
                // A prefix of another layout: its numbers are times.
                self.frame = finder!(b"$$begin_record").find(text).unwrap_or(frame.stamp);
            }
            self.marks.set(0..from, Mark::Done);
            // The number that ties a search result to records stays, whatever stands in front of it.
            if let Some(number) = prefix::line_text(text).correlation {
                let start = number.as_ptr() as usize - text.as_ptr() as usize;
                self.marks.set(start..start + number.len(), Mark::Done);
            }
            if let Some(machine) = frame.machine {
                self.marks.reset(machine, Mark::Host);
            }
        }
        let plain = matches!(kind, Kind::Header(Policy::Hops | Policy::Numbers));
        for (range, shape) in shapes::find(text, versions, plain) {
            if range.start >= from && !self.marks.is_done(range.start) {
                self.whole(&mut text[range.clone()], shape);
                self.marks.set(range, Mark::Done);
            }
        }
        hosts::mark(text, from, &mut self.marks);
        match kind {
            Kind::Header(Policy::Name) => self.marks.set(from..text.len(), Mark::Name),
            // `Retry-After: 3600 (in a meeting with Kim)`
            Kind::Header(Policy::Numbers) => {
                if let Some(open) = memchr::memchr(b'(', text) {
                    self.marks.set(open..text.len(), Mark::Name);
                }
            }
            Kind::Header(Policy::Product) => people::owners(text, &mut self.marks),
            Kind::Description => people::description(text, from, &mut self.marks),
            _ => {}
        }
        if matches!(kind, Kind::Header(_) | Kind::Traced) {
            people::display_names(text, from, kind == Kind::Header(Policy::Address), &mut self.marks);
        }
        fields::parameters(text, &mut self.marks);
        fields::members(text, &mut self.marks);
        fields::elements(text, &mut self.marks);
        people::paths(text, from, &mut self.marks);
    }

    /// An address, a number in groups, a GUID: replaced as one.
    fn whole(&mut self, text: &mut [u8], shape: Shape) {
        let (pseudonyms, seen) = (&self.known.pseudonyms, self.known.seen);
        self.replaced += 1;
        let taken = |c: &[u8]| seen.has(hash(c));
        if shape != Shape::Word {
            let new = pseudonyms.of(text, shape, &taken, &taken);
            if new.len() == text.len() {
                text.copy_from_slice(&new);
            }
            return;
        }
        // However its groups are written, a number is the same.
        let digits: Vec<u8> = text.iter().copied().filter(u8::is_ascii_digit).collect();
        let new = pseudonyms.of(&digits, shape, &taken, &taken);
        for (place, digit) in text.iter_mut().filter(|b| b.is_ascii_digit()).zip(new) {
            *place = digit;
        }
    }

    fn words(&mut self, view: &mut LogicalLine, kind: Kind) {
        let mut ranges = std::mem::take(&mut self.ranges);
        ranges.clear();
        ranges.extend(words(&view.text));
        let all_numbers = matches!(kind, Kind::Header(Policy::Numbers | Policy::Product));
        let text = &mut view.text;
        for range in &ranges {
            fields::behind(text, range, &mut self.marks);
            // What hangs directly behind a GUID is a word of its own.
            let range = &(range.start + self.marks.done(range)..range.end);
            let mark = self.marks.of(range);
            if range.is_empty() || mark == Mark::Host && is_last_label(text, range) {
                continue;
            }
            let numbers = all_numbers || range.start < self.frame;
            let breaks = within(&view.breaks, range);
            if !breaks.is_empty() {
                // The halves of a word: known by the whole, where that is a word of the log or stands in it unbroken.
                let whole = &text[range.clone()];
                if mark == Mark::Words && is_known(whole) {
                    continue;
                }
                if !self.known.seen.has(hash(whole)) {
                    let mut start = range.start;
                    for end in breaks.iter().copied().chain([range.end]) {
                        self.word(&mut text[start..end], mark, numbers);
                        start = end;
                    }
                    continue;
                }
            }
            self.word(&mut text[range.clone()], mark, numbers);
        }
        self.ranges = ranges;
    }

    fn word(&mut self, word: &mut [u8], mark: Mark, numbers: bool) {
        let how = mark as u8 | u8::from(numbers) << 4 | 0x80;
        let len = word.len();
        if len > REMEMBERED {
            let Some(new) = self.decide(word, mark, numbers) else { return };
            self.name(word, &new, mark);
            word.copy_from_slice(&new);
            self.replaced += 1;
            return;
        }
        let slot = usize::try_from(hash(word) >> 7).unwrap_or(0) % MEMORY;
        let Some(known) = self.memory.get(slot).copied() else { return };
        let known = if known.how == how && usize::from(known.len) == len && known.word[..len] == *word {
            known
        } else {
            let new = self.decide(word, mark, numbers);
            if let Some(new) = &new {
                self.name(word, new, mark);
            }
            let mut known = Remembered { len: u8::try_from(len).unwrap_or(0), how, ..FORGOTTEN };
            known.word[..len].copy_from_slice(word);
            known.new[..len].copy_from_slice(new.as_deref().unwrap_or(word));
            if let Some(place) = self.memory.get_mut(slot) {
                *place = known;
            }
            known
        };
        if known.new[..len] != *word {
            word.copy_from_slice(&known.new[..len]);
            self.replaced += 1;
        }
    }

    /// Takes note of a word that was surely a name.
    fn name(&mut self, word: &[u8], new: &[u8], mark: Mark) {
        let named = mark != Mark::Words && word.len() > 2 && !word.iter().all(u8::is_ascii_digit);
        if !named || new == word || is_known(word) {
            return;
        }
        // Of a server's name that tells its role only the number changes, and another server may have that.
        if parts(&word.to_ascii_lowercase(), mark).iter().all(|(r, ..)| r.len() == word.len()) {
            self.names.insert(hash(word));
        }
    }

    fn line_slot(line: &[u8], place: Section) -> usize {
        let h = FixedState::default().hash_one((line, place == Section::Body));
        usize::try_from(h).unwrap_or(0) % LINES
    }

    /// Whether nobody gave words to replace wherever they stand.
    pub(super) fn gives_nothing(&self) -> bool {
        self.known.also.is_empty()
    }

    /// Puts in place what became of the same line before; tells whether there was one.
    pub(super) fn recall(&mut self, line: &mut [u8], place: Section) -> bool {
        let Some(known) = self.lines.get(Self::line_slot(line, place)) else { return false };
        let same = known.place == place && known.old == line && !line.is_empty();
        if same {
            line.copy_from_slice(&known.new);
            self.replaced += known.replaced;
        }
        same
    }

    /// Remembers what became of a line.
    pub(super) fn remember(&mut self, old: &[u8], new: &[u8], place: Section, before: u64) {
        if old.len() > LONGEST_LINE {
            return;
        }
        let replaced = self.replaced - before;
        if let Some(known) = self.lines.get_mut(Self::line_slot(old, place)) {
            known.old.clear();
            known.old.extend_from_slice(old);
            known.new.clear();
            known.new.extend_from_slice(new);
            (known.place, known.replaced) = (place, replaced);
        }
    }

    /// A line with a prefix. Behind that of most openers stands nothing.
    pub(super) fn traced(&mut self, line: &mut [u8]) {
        let frame = prefix::frame(line);
        let bare = line.get(frame.end..).is_some_and(|said| said.trim_ascii() == b"$$begin_record");
        if frame.end == 0 || !bare || memchr::memchr(b'\n', line).is_some() {
            return self.replace(line, 0, Kind::Traced);
        }
        let Some(machine) = frame.machine.and_then(|range| line.get_mut(range)) else { return };
        let own: Vec<_> = words(machine).collect();
        for range in own {
            if !is_last_label(machine, &range) {
                self.word(&mut machine[range], Mark::Host, false);
            }
        }
    }

    /// What a word becomes; `None` where it stays.
    fn decide(&self, word: &[u8], mark: Mark, numbers: bool) -> Option<Vec<u8>> {
        let lower = word.to_ascii_lowercase();
        let also = self.known.also.contains(&lower);
        if mark == Mark::Words && !also {
            let digits = word.iter().all(u8::is_ascii_digit);
            let hex = word.iter().all(u8::is_ascii_hexdigit) && word.len() <= 8;
            let count = digits && (numbers || word.len() < LONG_NUMBER) || numbers && hex && word.len() >= 4;
            if count || is_code(word) || word.len() == 1 || is_known(word) {
                return None;
            }
        }
        let (pseudonyms, seen) = (&self.known.pseudonyms, self.known.seen);
        let mut out = word.to_vec();
        for (part, shape, own) in parts(&lower, mark) {
            // All of the word must be a new one, what stays of it too. A user is the same by itself.
            let within = |all: &[u8], c: &[u8]| seen.has(hash(&[&all[..part.start], c, &all[part.end..]].concat()));
            let taken = |c: &[u8]| if own { seen.has(hash(c)) } else { within(&out, c) };
            let anothers = |c: &[u8]| if own { seen.has(hash(c)) } else { within(word, c) };
            let new = pseudonyms.of(&word[part.clone()], shape, &taken, &anothers);
            if new.len() == part.len() {
                out[part].copy_from_slice(&new);
            }
        }
        Some(out)
    }
}

/// The breaks inside of a range, of all in their order.
fn within<'b>(breaks: &'b [usize], range: &Range<usize>) -> &'b [usize] {
    let from = breaks.partition_point(|b| *b <= range.start);
    let inside = breaks.get(from..).unwrap_or_default();
    inside.get(..inside.partition_point(|b| *b < range.end)).unwrap_or_default()
}

/// `com` of `fe01.contoso.com`.
fn is_last_label(text: &[u8], range: &Range<usize>) -> bool {
    let front = range.start.checked_sub(1).and_then(|b| text.get(b));
    let behind = text.get(range.end);
    let label = &text[range.clone()];
    let country = label.len() == 2 && [&b"co"[..], b"ac"].iter().any(|l| label.eq_ignore_ascii_case(l));
    let last = behind != Some(&b'.') || !text.get(range.end + 1).is_some_and(u8::is_ascii_alphanumeric);
    front == Some(&b'.') && behind != Some(&b'-') && (last && is_top(label) || country)
}

/// Which parts of a word are replaced, in which order, and which are names that stand by themselves elsewhere.
fn parts(lower: &[u8], mark: Mark) -> Vec<(Range<usize>, Shape, bool)> {
    let part = |r: Range<usize>| (r.clone(), Shape::of(&lower[r]), false);
    if lower.starts_with(b"mcxuser") && lower.len() >= 39 && lower[7..39].iter().all(u8::is_ascii_hexdigit) {
        let user = 39..lower.len();
        let user = (!user.is_empty()).then(|| (user.clone(), Shape::of(&lower[user]), true));
        return user.into_iter().chain([(7..39, Shape::Hex, false)]).collect();
    }
    if lower.len() > COOKIE.len() && lower[..COOKIE.len()].eq_ignore_ascii_case(COOKIE) {
        return vec![part(COOKIE.len()..lower.len())];
    }
    match role(lower, mark).filter(|_| mark != Mark::Name) {
        Some(kept) => {
            let rest = [0..kept.start, kept.end..lower.len()];
            rest.into_iter().filter(|r| !r.is_empty()).map(part).collect()
        }
        None => vec![part(0..lower.len())],
    }
}

/// The word for the role of a server in its name, on which causes may hang. Outside of hosts only where nothing but a
/// number makes the name: a Medina is no mediation server.
fn role(lower: &[u8], mark: Mark) -> Option<Range<usize>> {
    const ROLES: [&[u8]; 6] = [b"edge", b"director", b"mediation", b"pool", b"dir", b"med"];
    let numbered = |from: usize| from < lower.len() && lower[from..].iter().all(u8::is_ascii_digit);
    // `FE1900` may be any number in hexadecimal digits.
    if lower.starts_with(b"fe") && numbered(2) && (mark == Mark::Host || lower.len() < 6) {
        return Some(0..2);
    }
    let edge = finder!(b"edge").find(lower).map(|at| at..at + 4);
    let found = edge.or_else(|| ROLES.iter().find(|role| lower.starts_with(role)).map(|role| 0..role.len()))?;
    (mark == Mark::Host || numbered(found.end)).then_some(found)
}
