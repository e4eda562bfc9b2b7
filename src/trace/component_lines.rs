//! What components write between the records.

use std::sync::LazyLock;

use memchr::memmem;
use rayon::prelude::*;

use super::{Event, EventId, Trace};
use crate::record::DateOrder;
use crate::record::prefix::{self, Prefix};
use crate::span::{FileId, Span};
use crate::text::lane;
use crate::time::Timestamp;

/// Where a component line stands: small enough to keep millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bitcode::Decode, bitcode::Encode)]
pub struct LinePlace {
    /// In which input.
    pub file: FileId,
    /// The record behind it; behind the last record of an input, the number after that.
    pub before: EventId,
    /// Offset in the text.
    pub start: u64,
}

/// A line of a component, outside records, with the lines that it was wrapped into.
#[derive(Clone, Copy, Debug)]
pub struct ComponentLine<'t> {
    /// Where it stands.
    pub span: Span,
    /// All of it, the prefix too.
    pub text: &'t [u8],
}

impl<'t> ComponentLine<'t> {
    /// Level, flag, server, time and number.
    pub fn prefix(&self) -> Prefix<'t> {
        prefix::parse(self.text)
    }

    /// `SIPStack`, `UserServices`, ...; empty when the prefix does not tell.
    pub fn component(&self) -> &'t [u8] {
        component(self.text)
    }

    /// What it says, without prefix, place in the source code, and the numbers of its activity and object behind them.
    pub fn message(&self) -> &'t [u8] {
        object(prefix::line_text(self.text).text.trim_ascii())
    }
}

/// `( 00000015373B4BFE ) text`: the text.
fn object(text: &[u8]) -> &[u8] {
    let inside = text.strip_prefix(b"(").and_then(|t| Some((t, memchr::memchr(b')', t.get(..40).unwrap_or(t))?)));
    let Some((rest, end)) = inside else { return text };
    let is_number = rest.iter().take(end).all(|b| b.is_ascii_hexdigit() || *b == b' ');
    if is_number { rest.get(end + 1..).unwrap_or_default().trim_ascii() } else { text }
}

/// What every line of a component begins with.
static PREFIX: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"TL_"));

/// Where the first line of a component begins from one place on and ahead of another: a prefix that is quoted inside a line is
/// none.
pub(crate) fn line_start(text: &[u8], from: usize, to: usize) -> Option<usize> {
    let begins = |at: &usize| at.checked_sub(1).is_none_or(|b| matches!(text.get(b), Some(b'\n' | b'\r')));
    // What begins there may end behind it.
    let there = text.get(from..text.len().min(to.saturating_add(2)))?;
    // Most gaps are empty, and a searcher is dearer than that.
    if there.len() < 3 {
        return None;
    }
    PREFIX.find_iter(there).map(|at| from + at).find(begins)
}

/// Records ahead of that which is at hand, whose gaps are fetched, and how much of each.
const AHEAD: u32 = 8;
const FETCHED: usize = 256;

/// Records looked at by one worker.
const PART: usize = 4096;

/// Text without a line that is looked through at a time, in bytes; what was looked through need not stay in memory.
const STEP: usize = 4 << 20;

/// No text that is shorter holds the beginning of a line.
const SHORTEST: u64 = 3;

/// A line longer than this is cut: it is no line of a component.
const LONGEST: usize = 16 << 10;

impl Trace {
    /// The gap between a record and the one ahead of it in its input; `None` where no line has room in it.
    fn gap(&self, id: EventId) -> Option<(FileId, u64, u64)> {
        let event = self.event(id)?;
        let ahead = id.0.checked_sub(1).and_then(|i| self.event(EventId(i))).filter(|e| e.file == event.file);
        let (from, to) = (ahead.map_or(self.begins(), Event::end), event.start);
        // Nearly all are empty, and not even looked at.
        (to.saturating_sub(from) >= SHORTEST).then_some((event.file, from, to))
    }

    /// The component lines between a record and the one ahead of it in its input. Of a part of the logs, those that were
    /// kept.
    pub fn lines_before(&self, id: EventId) -> impl Iterator<Item = ComponentLine<'_>> {
        self.gap(id).into_iter().flat_map(|(file, from, to)| self.lines_of(file, from, to))
    }

    /// Fetches what stands ahead of records that will soon be asked for it: each gap is elsewhere in memory.
    pub(crate) fn fetch_gap(&self, id: EventId) {
        if self.part.is_none()
            && let Some((file, from, to)) = self.gap(EventId(id.0.saturating_add(AHEAD)))
            && let Some(input) = self.inputs.get(file.index())
            && let (Ok(from), Ok(to)) = (usize::try_from(from), usize::try_from(to))
        {
            lane::prefetch(input.bytes().get(from..to.min(from + FETCHED)).unwrap_or_default());
        }
    }

    /// Fetches the prefix of a record that will soon be asked for its component.
    pub(crate) fn fetch_prefix(&self, id: EventId) {
        if let Some(event) = self.event(EventId(id.0.saturating_add(AHEAD))) {
            let record = self.record(event);
            lane::prefetch(record.get(..HEAD).unwrap_or(record));
        }
    }

    /// The component lines behind the last record of an input, or all where it has none.
    pub fn lines_behind(&self, file: FileId) -> impl Iterator<Item = ComponentLine<'_>> {
        let last = self.events.partition_point(|e| e.file <= file).checked_sub(1).and_then(|i| self.events.get(i));
        let from = last.filter(|e| e.file == file).map_or(self.begins(), |e| e.start + u64::from(e.len));
        self.lines_of(file, from, self.ends(file))
    }

    /// All component lines of an input.
    pub(crate) fn lines_in(&self, file: FileId) -> impl Iterator<Item = ComponentLine<'_>> {
        let len = self.inputs.get(file.index()).map_or(0, |i| i.len() as u64);
        let records = move || self.ids_of(file).filter_map(|id| self.event(id));
        let ends = [0].into_iter().chain(records().map(|e| e.start + u64::from(e.len)));
        let starts = records().map(|e| e.start).chain([len]);
        ends.zip(starts).flat_map(move |(from, to)| self.lines_of_text(file, from, to))
    }

    /// Where every component line stands, by input and position. Reads all that lies between the records.
    pub fn line_places(&self) -> Vec<LinePlace> {
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let of_file = |file: u32| {
            let file = FileId(file);
            let first = self.events.partition_point(|e| e.file < file);
            let last = self.events.partition_point(|e| e.file <= file);
            let place = move |before: u32| {
                move |l: ComponentLine<'_>| LinePlace { file, before: EventId(before), start: l.span.start }
            };
            let mut out: Vec<LinePlace> = (first..last)
                .into_par_iter()
                .with_min_len(PART)
                .flat_map_iter(|i| self.lines_before(EventId(count(i))).map(place(count(i))))
                .collect();
            out.extend(self.lines_behind(file).map(place(count(last))));
            out
        };
        (0..count(self.inputs.len())).flat_map(of_file).collect()
    }

    /// The component line at a place.
    pub fn line_at(&self, place: LinePlace) -> Option<ComponentLine<'_>> {
        let end = self.event(place.before).filter(|e| e.file == place.file).map(|e| e.start);
        let end = end.unwrap_or_else(|| self.inputs.get(place.file.index()).map_or(0, |i| i.len() as u64));
        self.lines_of(place.file, place.start, end).next()
    }

    /// When a component line was written, as its server's clock said; `None` when its prefix does not tell.
    pub fn line_time(&self, place: LinePlace) -> Option<Timestamp> {
        self.time_of_line(&self.line_at(place)?)
    }

    /// The same of a line at hand.
    pub fn time_of_line(&self, line: &ComponentLine<'_>) -> Option<Timestamp> {
        self.dated(line.span.file, &line.prefix())
    }

    /// The time of a prefix, read in the order of day and month that its input has.
    pub(crate) fn dated(&self, file: FileId, prefix: &Prefix<'_>) -> Option<Timestamp> {
        let time = prefix.time?;
        let day_first = self.sources.get(file.index()).is_some_and(|s| s.day_first);
        let swapped = day_first && prefix.order == DateOrder::Ambiguous;
        if swapped { time.with_day_and_month_swapped().or(Some(time)) } else { Some(time) }
    }

    /// Tells that a place was read and is perhaps not read again.
    pub(crate) fn forget(&self, place: Span) {
        if let (Some(input), Ok(start)) = (self.inputs.get(place.file.index()), usize::try_from(place.start)) {
            input.forget(start, place.len as usize);
        }
    }

    /// The component lines in a gap between records.
    fn lines_of(&self, file: FileId, from: u64, to: u64) -> impl Iterator<Item = ComponentLine<'_>> {
        let kept = self.part.as_ref().map(|part| part.lines_in(file, from, to));
        let read = kept.is_none().then(|| self.lines_of_text(file, from, to));
        let line = |span: &Span| ComponentLine { span: *span, text: self.slice(*span) };
        kept.unwrap_or_default().iter().map(line).chain(read.into_iter().flatten())
    }

    fn lines_of_text(&self, file: FileId, from: u64, to: u64) -> impl Iterator<Item = ComponentLine<'_>> {
        let bytes = self.inputs.get(file.index()).map_or(&[][..], |i| i.bytes());
        let at = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(bytes.len());
        let gap = bytes.get(at(from)..at(to)).unwrap_or_default();
        let start_of_gap = from;
        let starts = move |from: usize| {
            let mut at = from;
            loop {
                let end = gap.len().min(at + STEP);
                let found = line_start(gap, at, end);
                if found.is_some() || end == gap.len() {
                    return found;
                }
                self.forget(Span { file, start: start_of_gap + at as u64, len: u32::try_from(end - at).unwrap_or(0) });
                at = end;
            }
        };
        let mut next = starts(0);
        std::iter::from_fn(move || {
            let start = next?;
            next = starts(start + 3);
            let end = next.unwrap_or(gap.len()).min(start + LONGEST);
            let text = gap.get(start..end)?.trim_ascii_end();
            let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
            Some(ComponentLine { span: Span { file, start: from + start as u64, len }, text })
        })
    }
}

/// Bytes of a line in which the name of its component stands.
const HEAD: usize = 200;

/// What stands ahead of the time; made once, for a searcher is dearer than what it searches here.
static COLONS: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"::"));

/// `(SIPStack,CClass::Function:File.cpp(1))` behind the time names the component.
pub(crate) fn component(line: &[u8]) -> &[u8] {
    let head = line.get(..HEAD).unwrap_or(line);
    let Some(behind) = COLONS.find(head).and_then(|at| head.get(at..)) else { return &[] };
    let Some(inside) = memchr::memchr(b'(', behind).and_then(|at| behind.get(at + 1..)) else { return &[] };
    memchr::memchr2(b',', b')', inside).and_then(|end| inside.get(..end)).unwrap_or_default()
}
