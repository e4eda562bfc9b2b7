//! What components wrote between the records of one input: their lines take sequence numbers too, and show that a log
//! speaks on behind its last record.

use memchr::memmem;
use rayon::prelude::*;

use crate::record::prefix;
use crate::span::{FileId, Span};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Gap as GapLines, Symbol, Trace, line_start};

/// Records looked at by one worker.
const PART: usize = 4096;
/// Stands for the lines between records that count elsewhere: how many there are cannot be told.
pub(super) const COPIED: u32 = u32::MAX;
/// Text between records that is longer need not stay in memory, in bytes.
const LONG: usize = 1 << 20;
/// Lines behind the last record that are read one by one.
const TAIL: usize = 65_536;

/// A component line behind the last record.
#[derive(Clone, Copy, Debug)]
pub(super) struct TailLine {
    pub(super) server: Option<Symbol>,
    pub(super) time: Timestamp,
    pub(super) seq: u32,
    pub(super) informs: bool,
}

/// The text between records, and how lines in it are told apart by server.
struct Gaps<'t> {
    trace: &'t Trace,
    events: &'t [Event],
    /// Names of servers; empty where the input has one only.
    names: Vec<(Symbol, &'t [u8])>,
    only: Option<Symbol>,
    single: bool,
}

impl<'t> Gaps<'t> {
    fn new(trace: &'t Trace, events: &'t [Event]) -> Option<Gaps<'t>> {
        let source = trace.sources().get(events.first()?.file.index())?;
        if source.lines_outside == 0 {
            return None;
        }
        let single = source.server_count() <= 1;
        let mut names: Vec<(Symbol, &[u8])> = Vec::new();
        if !single {
            for symbol in events.iter().filter_map(Event::server) {
                if names.len() < 64 && !names.iter().any(|(s, _)| *s == symbol) {
                    names.push((symbol, trace.symbol(symbol)));
                }
            }
        }
        Some(Gaps { trace, events, names, only: source.only_server(), single })
    }

    /// The text ahead of the record with this index; behind the last one for the number of records.
    fn text(&self, before: usize) -> &'t [u8] {
        self.trace.slice(self.span(before))
    }

    fn span(&self, before: usize) -> Span {
        let end = |e: &Event| e.start + u64::from(e.len);
        let from = before.checked_sub(1).and_then(|b| self.events.get(b)).map_or(self.trace.begins(), end);
        let file = self.events.first().map_or(FileId(0), |e| e.file);
        let to = self.events.get(before).map_or_else(|| self.trace.ends(file), |e| e.start);
        let len = to.saturating_sub(from).min(u64::from(u32::MAX));
        Span { file, start: from, len: u32::try_from(len).unwrap_or(0) }
    }

    fn count(&self, before: usize, out: &mut Vec<GapLines>) {
        let text = self.text(before);
        if text.len() < 4 {
            return;
        }
        for at in line_starts(text) {
            let line = text.get(at..).map_or(&[][..], |t| t.get(..200).unwrap_or(t));
            let server = if self.single { self.only } else { self.server_of(line) };
            let informs = informs(line);
            match out.last_mut().filter(|l| l.before == before && l.server == server) {
                Some(last) => {
                    last.count = last.count.saturating_add(1);
                    last.informs |= informs;
                }
                None => out.push(GapLines { before, server, count: 1, informs }),
            }
        }
        if text.len() > LONG {
            self.trace.forget(self.span(before));
        }
    }

    fn server_of(&self, line: &[u8]) -> Option<Symbol> {
        let open = memchr::memchr(b'[', line)?;
        let inside = line.get(open + 1..)?;
        let place = inside.get(..memchr::memchr(b']', inside)?)?;
        self.names.iter().find(|(_, name)| *name == place).map(|(symbol, _)| *symbol)
    }
}

/// Where lines of the trace begin.
fn line_starts(text: &[u8]) -> impl Iterator<Item = usize> {
    std::iter::successors(line_start(text, 0, text.len()), |at| line_start(text, at + 1, text.len()))
}

/// Whether a line has the level of messages, or a lower one. With the level set to warnings, or throttled to them,
/// components still warn and messages are not traced.
fn informs(line: &[u8]) -> bool {
    let level = line.get(3..).unwrap_or_default();
    ![&b"WARN"[..], b"ERROR", b"FATAL"].iter().any(|l| level.starts_with(l))
}

/// The component lines of one input ahead of its records from one of them on, and behind them, in order; nothing where there are
/// none.
pub(super) fn lines(trace: &Trace, base: u32, events: &[Event], from: usize) -> Vec<GapLines> {
    if let Some(kept) = events.first().and_then(|e| trace.kept_gaps(e.file)) {
        return kept.iter().filter(|lines| lines.before >= from).copied().collect();
    }
    let Some(gaps) = Gaps::new(trace, events) else { return Vec::new() };
    let parts: Vec<usize> = (from..=events.len()).step_by(PART).collect();
    parts
        .par_iter()
        .flat_map_iter(|from| {
            let mut out = Vec::new();
            for before in *from..(from + PART).min(events.len() + 1) {
                trace.fetch_gap(EventId(base.saturating_add(u32::try_from(before).unwrap_or(u32::MAX))));
                gaps.count(before, &mut out);
            }
            out
        })
        .collect()
}

/// The component lines of a server that a record holds which has no end of its own.
pub(super) fn swallowed(trace: &Trace, event: &Event, server: Option<Symbol>) -> u32 {
    let record = trace.record(event);
    if record.trim_ascii_end().ends_with(b"$$end_record") {
        return 0;
    }
    let name = server.map(|s| trace.symbol(s));
    let own = memmem::find_iter(record, b"\nTL_").take(TAIL).filter(|at| {
        let line = record.get(at + 1..).map_or(&[][..], |t| t.get(..200).unwrap_or(t));
        name.is_none_or(|name| memmem::find(line, name).is_some())
    });
    u32::try_from(own.count()).unwrap_or(0)
}

/// The numbered component lines behind the last record of an input, in order.
pub(super) fn tail(trace: &Trace, events: &[Event]) -> Vec<TailLine> {
    let Some(gaps) = Gaps::new(trace, events) else { return Vec::new() };
    let text = gaps.text(events.len());
    line_starts(text)
        .take(TAIL)
        .filter_map(|at| {
            let line = text.get(at..)?;
            let line = line.get(..400).unwrap_or(line);
            let prefix = prefix::parse(line);
            let server = if gaps.single { gaps.only } else { gaps.server_of(line) };
            let time = gaps.trace.dated(gaps.events.first()?.file, &prefix)?;
            Some(TailLine { server, time, seq: prefix.seq?, informs: informs(line) })
        })
        .collect()
}
