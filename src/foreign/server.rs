//! The records of a server's trace in a text that holds other layouts, too: what is inside one is no message of its own.

use std::ops::Range;

use memchr::{memchr, memmem};

use super::grammar::{value, without_indent};
use super::layout;
use crate::input::Format;
use crate::record::{Flaw, Scanner};

pub(super) const BEGIN: &[u8] = b"$$begin_record";
const END: &[u8] = b"$$end_record";
/// The scanner counts from its start in 32 bits.
const STRETCH: usize = 64 << 20;
/// Over so many bytes it goes on.
const NEAR: usize = 64 << 10;

/// Finds out where records end, each byte looked at a few times at most.
pub(super) struct Records<'t> {
    text: &'t [u8],
    /// Goes on while records stand behind each other; from where it counts.
    scanner: Option<(Scanner<'t>, usize)>,
    /// The last record without an end: whatever opens inside it has none either.
    unended: Range<usize>,
    /// No record without opener is looked for before this.
    prose: usize,
}

impl<'t> Records<'t> {
    pub(super) fn of(text: &'t [u8]) -> Records<'t> {
        Records { text, scanner: None, unended: 0..0, prose: 0 }
    }

    /// Of a text that holds no mark of a record.
    pub(super) fn none(text: &'t [u8]) -> Records<'t> {
        Records { prose: text.len(), ..Records::of(text) }
    }

    pub(super) fn text(&self) -> &'t [u8] {
        self.text
    }

    /// Where the record ends whose prefix begins at `at`, a line, and whose opener stands at `opener` on that line.
    /// What its end says, or its length, is part of it, whatever it quotes; of a record that lost both a stamp is the end.
    pub(super) fn end(&mut self, at: usize, opener: usize, wanted: Option<Format>) -> usize {
        let end = if self.unended.contains(&opener) {
            self.unended.end
        } else {
            let found = self.scan(at, opener);
            let end = found.map_or(self.text.len(), |(end, _)| end);
            if found.is_some_and(|(_, flaw)| flaw.is_none()) {
                return end;
            }
            self.unended = opener..end;
            end
        };
        unended(self.text, opener, end, wanted)
    }

    /// Where the record ends whose opener is lost and whose first field stands on the line at `at`, if it is one.
    pub(super) fn without_opener(&mut self, at: usize) -> Option<usize> {
        if at < self.prose {
            return None;
        }
        let rest = self.text.get(at..)?;
        // Asked of one place once: what lies ahead of the next mark is one record or none.
        let Some(mark) = memmem::find(rest, b"$$") else {
            self.prose = self.text.len();
            return None;
        };
        self.prose = at + mark + 1;
        let line = rest.get(..mark).and_then(|before| memchr::memrchr(b'\n', before)).map_or(0, |n| n + 1);
        let is_end = rest.get(mark..)?.starts_with(END) && rest.get(line..mark)?.trim_ascii().is_empty();
        let (end, flaw) = if is_end { self.scan(at, at)? } else { return None };
        (flaw == Some(Flaw::NoOpener)).then_some(end)
    }

    /// End and damage of the record whose opener, or first field where it has none, stands at `opener` on the line at
    /// `at`.
    fn scan(&mut self, at: usize, opener: usize) -> Option<(usize, Option<Flaw>)> {
        let tell = |scanner: &mut Scanner<'t>| {
            while scanner.pos() <= at {
                let found = scanner.next_before(at + 1)?;
                if found.start + found.prefix_len == opener {
                    return Some((found.end, found.flaw));
                }
            }
            None
        };
        // Mostly some lines stand between two records; what is foreign among them may mislead the scanner.
        if let Some((scanner, base)) = &mut self.scanner
            && scanner.pos() <= at
            && at - scanner.pos() < NEAR
            && at - *base < STRETCH
            && let Some(found) = tell(scanner)
        {
            return Some(found);
        }
        self.scanner = None;
        let (scanner, _) = self.scanner.insert((Scanner::new(self.text, at, (at, at), 0), at));
        tell(scanner)
    }
}

/// Where a record ends that is not ended by what opens the next one: ahead of a stamp, unless that lies in a body whose
/// length is known.
fn unended(text: &[u8], from: usize, to: usize, wanted: Option<Format>) -> usize {
    let mut at = line_end(text, from) + 1;
    let (mut length, mut left) = (0usize, None);
    while at < to {
        let end = line_end(text, at);
        let line = text.get(at..end).unwrap_or_default();
        let carriage = usize::from(!line.ends_with(b"\r"));
        let own = without_indent(line);
        match &mut left {
            Some(left) if *left > 0 => *left = usize::saturating_sub(*left, line.len() + 1 + carriage),
            _ if line.starts_with(b"TL_") || opener_in(line).is_some() || layout::head(line, wanted).is_some() => {
                return at;
            }
            Some(_) => {}
            None => {
                if let Some(body) = own.strip_prefix(b"Message-Body:") {
                    left = Some(length.saturating_sub(body.trim_ascii_start().len() + 1 + carriage));
                } else if let Some(text) = value(own, &[b"content-length", b"l"]) {
                    let digits = text.iter().take(9).take_while(|b| b.is_ascii_digit());
                    length = digits.fold(0, |n, b| n * 10 + usize::from(b & 15));
                }
            }
        }
        at = end + 1;
    }
    to
}

/// Where in a line a record begins.
pub(super) fn opener_in(line: &[u8]) -> Option<usize> {
    memchr(b'$', line)?;
    let at = memmem::find(line.get(..4096).unwrap_or(line), BEGIN)?;
    let lead = line.get(..at)?.trim_ascii();
    let is_prefix = lead.is_empty()
        || lead.starts_with(b"TL_")
        || lead.ends_with(b")")
        || lead.ends_with(b":")
        || lead.ends_with(b"]")
        || crate::record::prefix::parse(lead).time.is_some();
    is_prefix.then_some(at)
}

/// Whether a line is the first field of a record that has lost its opener.
pub(super) fn opens_record(line: &[u8]) -> bool {
    const FIRST: [&[u8]; 5] =
        [b"Trace-Correlation-Id:", b"Instance-Id:", b"LogType:", b"Message-Type:", b"Start-Line:"];
    let line = without_indent(line);
    FIRST.iter().any(|name| line.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name)))
}

/// The end of the line that holds a place.
pub(super) fn line_end(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(text.len(), |end| at + end)
}

/// Which bytes are inside whole records, asked from the beginning of a stretch to its end.
pub(super) struct Inside<'t> {
    text: &'t [u8],
    /// Whether the last mark opened a record; `None` until somebody asks.
    opened: Option<bool>,
    /// The next mark, and whether it ends a record.
    next: Option<(usize, bool)>,
}

/// A record longer than this may be taken for text without a frame, which costs time and nothing else.
const LOOK: usize = 1 << 20;

impl<'t> Inside<'t> {
    pub(super) fn of(text: &'t [u8]) -> Inside<'t> {
        Inside { text, opened: None, next: None }
    }

    /// Whether a place, not ahead of the last one that was asked for, is inside a record with opener and end.
    pub(super) fn holds(&mut self, at: usize) -> bool {
        if self.opened.is_none() {
            let before = self.text.get(at.saturating_sub(LOOK)..at).unwrap_or_default();
            let last = memmem::rfind_iter(before, b"_record").find_map(|word| mark(before, word));
            self.opened = Some(last.is_some_and(|(_, ends)| !ends));
            self.next = self.mark_behind(at);
        }
        while let Some((_, ends)) = self.next.filter(|(mark, _)| *mark < at) {
            self.opened = Some(!ends);
            self.next = self.next.and_then(|(mark, _)| self.mark_behind(mark + END.len()));
        }
        self.opened == Some(true) && self.next.is_some_and(|(_, ends)| ends)
    }

    fn mark_behind(&self, at: usize) -> Option<(usize, bool)> {
        let behind = self.text.get(at..self.text.len().min(at.saturating_add(LOOK)))?;
        let lead = at.saturating_sub(64);
        let text = self.text.get(lead..)?;
        let mut marks = memmem::find_iter(behind, b"_record").filter_map(|word| mark(text, word + at - lead));
        marks.find(|(mark, _)| lead + mark >= at).map(|(mark, ends)| (lead + mark, ends))
    }
}

/// The mark whose word `_record` stands at a place, and whether it ends a record: that stands on a line of its own.
fn mark(text: &[u8], word: usize) -> Option<(usize, bool)> {
    let before = text.get(..word)?;
    if before.ends_with(b"$$begin") {
        return Some((word - 7, false));
    }
    let lead = before.strip_suffix(b"$$end")?;
    let line = lead.trim_ascii_end();
    let alone = line.is_empty() || lead.get(line.len()..).is_some_and(|blank| blank.contains(&b'\n'));
    alone.then_some((word - 5, true))
}
