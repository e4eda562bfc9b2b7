//! Finds one record after the other, starting at a place known to be outside any record.

use memchr::memmem;

use super::layout::Layout;
use super::names::opens_record;
use super::quick;
use super::tape::Tape;
use super::{Flaw, MAX_RECORD};
use crate::text::line_end;

const BEGIN_WORD: &[u8] = b"$$begin_record";
const END_WORD: &[u8] = b"$$end_record";

/// An opener is only looked for in this many bytes of a line: no prefix is longer.
const MAX_PREFIX: usize = 64 << 10;

/// One record as found: absolute byte positions and its layout.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// First byte: of the prefix line, or of the first field when there is no opener.
    pub start: usize,
    /// Length of the prefix line(s) up to `$$begin_record`, in bytes.
    pub prefix_len: usize,
    /// First byte after the record and its terminator line.
    pub end: usize,
    /// Where the fields, the message and the body are; positions count from `start`.
    pub layout: Layout,
    /// Lines since the record before that belong to no record.
    pub lines_before: i64,
    /// Damage, if any.
    pub flaw: Option<Flaw>,
}

/// Walks over records. The state between two records is only the position, which is what makes
/// cutting a log into chunks exact (see the `chunks` module).
#[derive(Debug)]
pub struct Scanner<'a> {
    bytes: &'a [u8],
    tape: Tape<'a>,
    pos: usize,
    lines: i64,
    /// No record without opener starts before this.
    prose: usize,
    /// Where the last record ended, as far as known: the next one does not start before.
    behind: usize,
}

impl<'a> Scanner<'a> {
    /// Starts at `pos`, which must be outside any record, with the last one ending at `behind` (0 where that is not
    /// known); `base`, at or before it, is where lines are counted from, and `expected` how many bytes will be read, as
    /// far as known.
    pub fn new(bytes: &'a [u8], base: usize, (behind, pos): (usize, usize), expected: usize) -> Self {
        Scanner { bytes, tape: Tape::new(bytes, base.min(pos), expected), pos, lines: 0, prose: 0, behind }
    }

    /// Where the scanner stands: the end of the last record, or the first line at or after the limit.
    pub fn pos(&self) -> usize {
        self.pos
    }

    /// Lines outside records since the last record.
    pub fn lines(&self) -> i64 {
        self.lines
    }

    /// Line feeds from the base to `to`, in stretches of so many bytes.
    pub fn feeds_in(&mut self, to: usize, stretch: usize) -> Vec<u32> {
        self.tape.feeds_in(to, stretch)
    }

    /// The next record whose opening line starts before `limit`.
    pub fn next_before(&mut self, limit: usize) -> Option<RawRecord> {
        self.next::<true>(limit)
    }

    /// The same without the quick way.
    #[cfg(test)]
    pub(super) fn carefully_before(&mut self, limit: usize) -> Option<RawRecord> {
        self.next::<false>(limit)
    }

    fn next<const QUICK: bool>(&mut self, limit: usize) -> Option<RawRecord> {
        while self.pos < limit && self.pos < self.bytes.len() {
            if let Some(record) = if QUICK { self.quick() } else { None } {
                return Some(record);
            }
            let (line, next) = self.tape.line_end(self.pos);
            if let Some(at) = self.opener(line) {
                return Some(self.record(at, true));
            }
            let text = self.bytes.get(self.pos..line).unwrap_or_default();
            if self.pos >= self.prose && opens_record(text) {
                let (record, end) = self.without_opener();
                if record.layout.kind != super::RecordKind::Other {
                    return Some(record);
                }
                // A lone word such as `Peer:` in prose is not a record, nor is any other up to there.
                self.prose = end;
                self.lines = record.lines_before;
            }
            if !text.trim_ascii().is_empty() {
                self.lines += 1;
            }
            self.pos = next;
        }
        None
    }

    /// The record of the current line, where all of it is regular: its opener stands on this line behind the prefix, and
    /// the next marker is its terminator, on a line of its own.
    fn quick(&mut self) -> Option<RawRecord> {
        let (bytes, start) = (self.bytes, self.pos);
        let starts = |at: usize, word: &[u8]| bytes.get(at..).is_some_and(|text| text.starts_with(word));
        if !starts(start, b"TL_") || start < self.behind {
            return None;
        }
        let cap = bytes.len().min(start.saturating_add(MAX_PREFIX));
        let (opener, line) = self.tape.mark_and_line(start, cap)?;
        let fields = opener + BEGIN_WORD.len();
        if !starts(opener, BEGIN_WORD) || line != self.tape.line_at(start) {
            return None;
        }
        let (content, last) = self.tape.mark_and_line(fields, start.saturating_add(MAX_RECORD).min(bytes.len()))?;
        if !starts(content, END_WORD) || last <= line || self.tape.line(last - 1).1 != content {
            return None;
        }
        let next = self.tape.line(last).1;
        let mut layout = Layout::default();
        quick::layout(&self.tape, (line, last), (start, fields), &mut layout)?;
        (self.pos, self.behind) = (next, next);
        self.tape.go_on_at(last + 1, next);
        let lines_before = std::mem::take(&mut self.lines);
        Some(RawRecord { start, prefix_len: opener - start, end: next, layout, lines_before, flaw: None })
    }

    /// The first opener of the current line, which ends at `line`.
    fn opener(&mut self, line: usize) -> Option<usize> {
        let to = line.min(self.pos.saturating_add(MAX_PREFIX));
        let mut from = self.pos;
        while let Some(at) = self.tape.mark(from, to) {
            if self.bytes.get(at..).is_some_and(|rest| rest.starts_with(BEGIN_WORD)) {
                return Some(at);
            }
            from = at + 1;
        }
        None
    }

    /// The record that would start at the current line, and how far it was looked at.
    fn without_opener(&mut self) -> (RawRecord, usize) {
        let (pos, behind) = (self.pos, self.behind);
        let record = self.record(pos, false);
        let end = self.pos;
        if record.layout.kind == super::RecordKind::Other {
            (self.pos, self.behind) = (pos, behind);
        }
        (record, end)
    }

    /// Reads the record whose opener (or first field) is at `at`, and moves behind it.
    fn record(&mut self, at: usize, marked: bool) -> RawRecord {
        let (start, wrapped) = if marked { prefix_start(self.bytes, self.behind, self.pos) } else { (at, 0) };
        let fields = if marked { at + BEGIN_WORD.len() } else { at };
        let cap = self.bytes.len().min(start.saturating_add(MAX_RECORD));
        let mut end = find_end(&mut self.tape, fields, cap);
        let mut layout = Layout::read(&mut self.tape, start, fields, end.content);
        if let Some(split) = layout.split {
            // A second start line or first field: the terminator found belongs to that record.
            end = End { content: split, next: split, flaw: Some(Flaw::ClosedByNext) };
        } else if let Some(longer) = layout.longer_body(self.bytes, start, end.content)
            && let Some(close) = terminator_at(self.bytes, longer)
        {
            end = close;
            layout.extend_body(start, end.content);
        }
        self.pos = end.next.max(self.pos + 1).min(self.bytes.len().max(self.pos));
        self.behind = self.pos;
        let lines_before = std::mem::take(&mut self.lines) - wrapped;
        let flaw = end.flaw.or((!marked).then_some(Flaw::NoOpener));
        RawRecord { start, prefix_len: at.saturating_sub(start), end: self.pos, layout, lines_before, flaw }
    }
}

/// Start of the prefix of the line at `pos`, not before `behind`, and how many lines before it belong to it: a copy may
/// have wrapped it over up to three lines, none of which opens or ends a record itself.
fn prefix_start(bytes: &[u8], behind: usize, pos: usize) -> (usize, i64) {
    let mut start = pos;
    let floor = start.saturating_sub(1024);
    for wrapped in 0..=3 {
        let line = bytes.get(start..).unwrap_or_default();
        if wrapped > 0 && memmem::find(bytes.get(start..pos).unwrap_or_default(), b"$$").is_some() {
            break;
        }
        if line.starts_with(b"TL_") && start >= behind {
            return (start, wrapped);
        }
        if line.starts_with(b"$$") || start <= floor.max(behind) {
            break;
        }
        let before = bytes.get(floor..start.saturating_sub(1)).unwrap_or_default();
        match memchr::memrchr(b'\n', before) {
            Some(at) => start = floor + at + 1,
            None if floor == 0 => start = 0,
            None => break,
        }
    }
    (pos, 0)
}

/// Where a record ends.
#[derive(Clone, Copy, Debug)]
struct End {
    /// End of the record's own bytes.
    content: usize,
    /// Start of what follows.
    next: usize,
    flaw: Option<Flaw>,
}

/// The first terminator at a line start, or the next opener, or the cap.
fn find_end(tape: &mut Tape<'_>, from: usize, cap: usize) -> End {
    let bytes = tape.bytes();
    let mut pos = from;
    while let Some(at) = tape.mark(pos, cap) {
        pos = at + 1;
        let rest = bytes.get(at..).unwrap_or_default();
        let ends = rest.starts_with(END_WORD);
        if !ends && !rest.starts_with(BEGIN_WORD) {
            continue;
        }
        let line = line_start(bytes, from, at);
        let lead = bytes.get(line..at).unwrap_or_default();
        if ends && line > from && lead.iter().all(|b| matches!(b, b' ' | b'\t' | b'\\')) {
            return End { content: line, next: line_end(bytes, at).1, flaw: None };
        }
        if !ends && line > from && is_prefix(lead) {
            let start = prefix_start(bytes, 0, line).0.max(from);
            return End { content: start, next: start, flaw: Some(Flaw::ClosedByNext) };
        }
    }
    let flaw = if cap < bytes.len() { Flaw::TooLong } else { Flaw::CutAtEnd };
    End { content: cap, next: cap, flaw: Some(flaw) }
}

fn line_start(bytes: &[u8], floor: usize, at: usize) -> usize {
    // Bounded look-back: markers stand at the end of a prefix or at the start of a line.
    let floor = floor.max(at.saturating_sub(4096));
    bytes.get(floor..at).and_then(|part| memchr::memrchr(b'\n', part)).map_or(floor, |n| floor + n + 1)
}

/// Whether the text before `$$begin_record` inside an open record is a trace prefix and not prose.
fn is_prefix(lead: &[u8]) -> bool {
    let text = lead.trim_ascii();
    text.is_empty()
        || text.starts_with(b"TL_")
        || (text.starts_with(b"(") && text.ends_with(b")"))
        || super::prefix::parse(lead).time.is_some()
}

/// A terminator line that starts exactly at `at`, allowing for the line break before it.
fn terminator_at(bytes: &[u8], at: usize) -> Option<End> {
    let tail = bytes.get(at..)?;
    let skip = tail.iter().take(4).take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let line = at + skip;
    if skip == 0 && at > 0 && bytes.get(at - 1) != Some(&b'\n') {
        return None;
    }
    tail.get(skip..)?.starts_with(END_WORD).then(|| End { content: line, next: line_end(bytes, line).1, flaw: None })
}

/// Start of the first line at or after `from` that is outside a record as far as one can see there:
/// after a terminator, if that is the first marker before `to`, else the next line.
pub(super) fn likely_boundary(bytes: &[u8], from: usize, to: usize) -> usize {
    let to = to.min(bytes.len());
    let line = if from == 0 || bytes.get(from - 1) == Some(&b'\n') {
        from
    } else {
        // An endless line is read by the worker in whose chunk it starts, and by no other.
        match bytes.get(from..to).and_then(|part| memchr::memchr(b'\n', part)) {
            Some(at) => from + at + 1,
            None => return to,
        }
    };
    let Some(at) = bytes.get(line..to).and_then(|part| memmem::find(part, b"$$")) else {
        return line;
    };
    let at = line + at;
    let first = line_start(bytes, line, at);
    let alone = bytes.get(first..at).unwrap_or_default().trim_ascii().is_empty();
    if alone && bytes.get(at..).is_some_and(|rest| rest.starts_with(END_WORD)) { line_end(bytes, at).1 } else { line }
}
