//! One logical line: marked, then its words replaced.

use std::ops::Range;

use hashbrown::HashSet;

use super::characters::{Found, Shape};
use super::logical_line::LogicalLine;
use super::marks::{Mark, Marks, before, finder, rest, run};
use super::openers::Openers;
use super::parts::parts;
use super::pseudonym::Pseudonyms;
use super::sections::{Policy, State};
use super::signs::{Sign, Signs};
use super::vocabulary::{is_code, is_known, is_top};
use super::words::{Seen, hash, is_letter, words};
use super::{fields, hosts, memory, people, shapes};
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

/// Numbers of so many digits are those of telephones, sessions and devices; shorter ones count and measure.
const LONG_NUMBER: usize = 7;
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
    /// What is known by its shape; replaced when all else is marked, so that no rule reads a pseudonym.
    shapes: Found,
    /// Up to here a line is of the frame, and its numbers are the frame's own.
    frame: usize,
    memory: memory::Words,
    lines: memory::Lines,
    openers: Openers,
    /// Words that were surely names, as numbers.
    pub(super) names: HashSet<u64>,
    /// How many words, numbers and addresses were replaced.
    pub(super) replaced: u64,
}

impl<'r> Worker<'r> {
    pub(super) fn new(known: &'r Names<'r>) -> Worker<'r> {
        Worker {
            known,
            view: LogicalLine::default(),
            marks: Marks::default(),
            ranges: Vec::new(),
            shapes: Found::new(),
            frame: 0,
            memory: memory::Words::default(),
            lines: memory::Lines::default(),
            openers: Openers::default(),
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
        self.mark(&view.text, &view.signs, from, kind);
        self.words(&mut view, kind);
        for (range, shape) in std::mem::take(&mut self.shapes) {
            self.whole(&mut view.text[range], shape);
        }
        view.give(lines);
        self.view = view;
    }

    fn mark(&mut self, text: &[u8], signs: &Signs, from: usize, kind: Kind) {
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
        for (range, shape) in shapes::find(text, signs, versions, plain) {
            if range.start >= from && !self.marks.is_done(range.start) {
                if is_dump(&text[range.clone()]) {
                    // Behind the bytes stands what they are.
                    self.marks.set(range.end..text.len(), Mark::Name);
                }
                if text.get(range.end) == Some(&b'%') {
                    // The zone of an address.
                    let zone = run(text, range.end + 1, is_letter);
                    self.marks.set(range.end + 1..range.end + 1 + zone, Mark::Name);
                }
                self.marks.set(range.clone(), Mark::Done);
                self.shapes.push((range, shape));
            }
        }
        hosts::mark(text, signs, from, &mut self.marks);
        match kind {
            Kind::Header(Policy::Name) => self.marks.set(from..text.len(), Mark::Name),
            // `Retry-After: 3600 (in a meeting with Kim)`
            Kind::Header(Policy::Numbers) => {
                if let Some(open) = memchr::memchr(b'(', text) {
                    self.marks.set(open..text.len(), Mark::Name);
                }
            }
            Kind::Header(Policy::Product) if signs.has(Sign::Apostrophe) => people::owners(text, &mut self.marks),
            Kind::Description => people::description(text, from, &mut self.marks),
            _ => {}
        }
        if matches!(kind, Kind::Header(_) | Kind::Traced) {
            let sure = kind == Kind::Header(Policy::Address);
            if sure || signs.has(Sign::Less) {
                people::display_names(text, from, sure, &mut self.marks);
            }
        }
        fields::parameters(text, signs, &mut self.marks);
        fields::members(text, signs, &mut self.marks);
        fields::elements(text, signs, &mut self.marks);
        people::paths(text, signs, from, &mut self.marks);
        people::homes(text, signs, &mut self.marks);
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
        // Ahead of the first pseudonym, which no rule shall read.
        for range in &ranges {
            fields::behind(&view.text, range, &mut self.marks);
        }
        for range in &ranges {
            // What hangs directly at a GUID or an address is a word of its own.
            let mut open = self.marks.open(range.clone());
            while !open.is_empty() {
                self.marked(view, &open, kind);
                open = self.marks.open(open.end..range.end);
            }
        }
        self.ranges = ranges;
    }

    /// A word, as it is marked.
    fn marked(&mut self, view: &mut LogicalLine, range: &Range<usize>, kind: Kind) {
        let text = &mut view.text;
        let mut mark = self.marks.of(range);
        if mark == Mark::Host {
            if is_last_label(text, range) {
                return;
            }
            if !may_tell_role(text, range) {
                mark = Mark::Domain;
            }
        }
        let all_numbers = matches!(kind, Kind::Header(Policy::Numbers | Policy::Product));
        let numbers = all_numbers || range.start < self.frame;
        let breaks = within(&view.breaks, range);
        if !breaks.is_empty() {
            // The halves of a word: known by the whole, where that is a word of the log or stands in it unbroken.
            let whole = &text[range.clone()];
            if mark == Mark::Words && is_known(whole) {
                return;
            }
            if !self.known.seen.has(hash(whole)) {
                let mut start = range.start;
                for end in breaks.iter().copied().chain([range.end]) {
                    self.word(&mut text[start..end], mark, numbers);
                    start = end;
                }
                return;
            }
        }
        self.word(&mut text[range.clone()], mark, numbers);
    }

    /// Puts a word's pseudonym in its place. `numbers` says that long numbers and hexadecimal ones are the frame's own.
    pub(super) fn word(&mut self, word: &mut [u8], mark: Mark, numbers: bool) {
        let (h, how) = (hash(word), (mark, numbers));
        if let Some(new) = self.memory.get(h, word, how) {
            if new != word {
                word.copy_from_slice(new);
                self.replaced += 1;
            }
            return;
        }
        let new = self.decide(word, mark, numbers);
        if let Some(new) = &new {
            self.name(word, new, mark);
        }
        self.memory.put(h, word, how, new.as_deref().unwrap_or(word));
        if let Some(new) = new.filter(|new| new != word) {
            word.copy_from_slice(&new);
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
        if parts(&word.to_ascii_lowercase(), mark).iter().flatten().all(|(r, ..)| r.len() == word.len()) {
            self.names.insert(hash(word));
        }
    }

    /// Whether nobody gave words to replace wherever they stand.
    pub(super) fn gives_nothing(&self) -> bool {
        self.known.also.is_empty()
    }

    /// Puts in place what became of the same line before, if it was met; tells how things went on behind it.
    pub(super) fn recall(&mut self, line: &mut [u8], key: State) -> Option<State> {
        let (replaced, after) = self.lines.recall(line, key)?;
        self.replaced += replaced;
        Some(after)
    }

    /// Remembers what became of a line, and how things were ahead of it and behind it.
    pub(super) fn remember(&mut self, old: &[u8], new: &[u8], states: (State, State), before: u64) {
        self.lines.remember(old, new, states, self.replaced - before);
    }

    /// A line with a prefix. Behind that of most openers stands nothing.
    pub(super) fn traced(&mut self, line: &mut [u8]) {
        let opener = self.openers.read(line);
        if !opener.bare {
            return self.replace(line, 0, Kind::Traced);
        }
        let Some(machine) = opener.machine.and_then(|range| line.get_mut(range)) else { return };
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
        for (part, shape, own) in parts(&lower, mark).into_iter().flatten() {
            // All of the word must be a new one, what stays of it too. A user is the same by itself.
            let alone = own || part.len() == word.len();
            let within = |all: &[u8], c: &[u8]| seen.has(hash(&[&all[..part.start], c, &all[part.end..]].concat()));
            let taken = |c: &[u8]| if alone { seen.has(hash(c)) } else { within(&out, c) };
            let anothers = |c: &[u8]| if alone { seen.has(hash(c)) } else { within(word, c) };
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

/// Whether a text is bytes in pairs of digits with blanks between them.
fn is_dump(text: &[u8]) -> bool {
    text.len() >= 23 && text.chunks(3).all(|pair| pair.get(2).is_none_or(|b| *b == b' '))
}

/// Whether a word of a host may be the name of a server: its first label, where it has more than two or but one, or a part
/// of a label.
fn may_tell_role(text: &[u8], range: &Range<usize>) -> bool {
    let (front, behind) = (before(text, range.start), rest(text, range.end));
    let label = |at: usize| run(behind, at, |b| is_letter(b) || matches!(b, b'-' | b'_'));
    let domain = || {
        let first = 1 + label(1);
        first > 1 && (behind.get(first) != Some(&b'.') || label(first + 1) == 0)
    };
    let part = front == b'-' || behind.first() == Some(&b'-');
    part || front != b'.' && !(behind.first() == Some(&b'.') && domain())
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
