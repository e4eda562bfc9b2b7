//! For which times a log speaks.
//!
//! "No answer" and "no push" are only facts where the log would have shown one. A log is blind before its first
//! record, behind its last, and in its holes:
//!
//! ```text
//! fe01.log   |######## stretch ########| hole |#### stretch ####|      fe01-2.log |#### stretch ####|
//!                                  numbers 4120 missing           rolled over: the next file goes on
//! ```

mod blind;
mod components;
mod outside;
mod scan;

pub use blind::Blind;
pub use components::{Component, components};

use rayon::prelude::*;

use super::servers::{ServerId, Servers};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// Why a log is blind for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoleKind {
    /// Sequence numbers are missing: this many lines were not logged, or were lost.
    Sequence(u64),
    /// The sequence starts anew: another trace session, and nothing tells what was between.
    Restart,
    /// Time goes back and so do the numbers: a circular log whose end stands first, or a second search
    /// appended to the same file.
    Rewind,
    /// So many lines in a second that the logging service drops some (it keeps 5,000 a second and component).
    Throttled,
    /// Nothing for far longer than usual: no number proves that nothing happened, or the clock was set ahead.
    Silence,
}

impl HoleKind {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            HoleKind::Sequence(_) => "sequence",
            HoleKind::Restart => "restart",
            HoleKind::Rewind => "rewind",
            HoleKind::Throttled => "throttled",
            HoleKind::Silence => "silence",
        }
    }
}

/// A time in which a server worked and its log says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Hole {
    /// Whose log.
    pub server: ServerId,
    /// Why.
    pub kind: HoleKind,
    /// Last record before it.
    pub after: EventId,
    /// First record behind it.
    pub before: EventId,
}

/// Records of one server, without a hole between them.
#[derive(Clone, Copy, Debug)]
pub struct Stretch {
    /// Whose log.
    pub server: ServerId,
    /// Its first record.
    pub first: EventId,
    /// Its last record.
    pub last: EventId,
    /// The stretch in another input that goes on where this one ends.
    next: Option<usize>,
}

/// The clock of a server was set while it logged: its numbers go on, its times jump.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The server.
    pub server: ServerId,
    /// First record on the new time.
    pub at: EventId,
    /// By how much, in milliseconds; negative when it was set back.
    pub by_ms: i64,
}

/// For which times the logs speak.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// By server, then by first record.
    stretches: Vec<Stretch>,
    holes: Vec<Hole>,
    steps: Vec<Step>,
    /// Inputs whose sequence numbers have so many gaps that they prove nothing: filtered when they were converted.
    filtered: Vec<FileId>,
}

/// The spans of two inputs of one server meet where the log rolled over.
const ROLLOVER_MS: i64 = 2_000;
/// Lines of components that may stand between two records that follow each other.
const CLOSE: u32 = 16;

impl Coverage {
    /// Finds stretches, holes and steps of every server.
    pub(super) fn read(trace: &Trace, servers: &Servers) -> Coverage {
        let files: Vec<(u32, &[Event])> = by_file(trace.events());
        let scans: Vec<scan::Scan> =
            files.par_iter().map(|(base, own)| scan::scan(trace, servers, *base, own)).collect();
        let mut out = Coverage::default();
        for scan in scans {
            out.stretches.extend(scan.stretches);
            out.holes.extend(scan.holes);
            out.steps.extend(scan.steps);
            out.filtered.extend(scan.filtered);
        }
        out.stretches.sort_by_key(|s| (s.server, s.first));
        out.steps.sort_by_key(|s| (s.server, s.at));
        out.holes.sort_by_key(|h| (h.server, h.after));
        out.join(trace);
        out
    }

    /// Ties each stretch to the one of another input that goes on where it ends.
    fn join(&mut self, trace: &Trace) {
        let time = |id: EventId| trace.event(id).and_then(Event::time);
        let mut starts: Vec<(ServerId, Timestamp, usize)> =
            self.stretches.iter().enumerate().filter_map(|(i, s)| Some((s.server, time(s.first)?, i))).collect();
        starts.sort_unstable();
        let next: Vec<Option<usize>> = self
            .stretches
            .iter()
            .enumerate()
            .map(|(i, s)| {
                let end = time(s.last)?;
                let near = starts.partition_point(|(server, t, _)| (*server, *t) < (s.server, end.plus(-ROLLOVER_MS)));
                let own =
                    || starts.get(near..).unwrap_or_default().iter().take_while(|(server, ..)| *server == s.server);
                own()
                    .take_while(|(_, t, _)| *t <= end.plus(ROLLOVER_MS))
                    .map(|(.., other)| *other)
                    .find(|other| *other != i && self.goes_on(trace, i, *other))
                    // A quiet server may log nothing for longer than that.
                    .or_else(|| own().take(16).map(|(.., other)| *other).find(|other| self.follows(trace, i, *other)))
            })
            .collect();
        for (stretch, next) in self.stretches.iter_mut().zip(next) {
            stretch.next = next;
        }
    }

    /// Whether `b` goes on where `a` ends: later, and by its numbers where both have some. Only numbers prove it
    /// inside one input, where the end of a circular log stands before its start.
    fn goes_on(&self, trace: &Trace, a: usize, b: usize) -> bool {
        let event = |id: EventId| trace.event(id);
        let (Some(a), Some(b)) = (self.stretches.get(a), self.stretches.get(b)) else { return false };
        let (Some(end), Some(start), Some(far)) = (event(a.last), event(b.first), event(b.last)) else { return false };
        let later = (end.time, end.seq) < (far.time, far.seq);
        // Lines of components lie between the last record of a file and the first of the next.
        let numbered = end.seq > 0 && start.seq > 0;
        let near = start.seq.abs_diff(end.seq) <= scan::NEAR;
        later && if numbered { near } else { end.file != start.file }
    }

    /// Whether the numbers leave no room for more than a few lines between `a` and `b`, whatever time passed.
    fn follows(&self, trace: &Trace, a: usize, b: usize) -> bool {
        let end = self.stretches.get(a).and_then(|s| trace.event(s.last));
        let start = self.stretches.get(b).and_then(|s| trace.event(s.first));
        end.zip(start).is_some_and(|(end, start)| {
            end.file != start.file
                && end.time < start.time
                && end.seq > 0
                && (1..=CLOSE).contains(&start.seq.wrapping_sub(end.seq))
        })
    }

    /// The last record of the covered time in which a record lies.
    pub fn covered_until(&self, server: ServerId, id: EventId) -> Option<EventId> {
        let mut at = self.stretches.partition_point(|s| (s.server, s.first) <= (server, id)).checked_sub(1)?;
        let mut stretch = self.stretches.get(at).filter(|s| s.server == server)?;
        // Every step leads to a later time, so this ends; the bound is for clocks that run in circles.
        for _ in 0..self.stretches.len() {
            let Some(next) = stretch.next.and_then(|n| self.stretches.get(n)) else { break };
            at = stretch.next.unwrap_or(at);
            stretch = next;
        }
        Some(self.stretches.get(at).map_or(id, |s| s.last))
    }

    /// The hole that ends the covered time in which a record lies; `None` where the log itself ends.
    pub fn hole_after(&self, server: ServerId, id: EventId) -> Option<&Hole> {
        let last = self.covered_until(server, id)?;
        let at = self.holes.binary_search_by_key(&(server, last), |h| (h.server, h.after)).ok()?;
        self.holes.get(at)
    }

    /// All stretches, by server, then by position.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// All holes, by server, then by position.
    pub fn holes(&self) -> &[Hole] {
        &self.holes
    }

    /// All times at which a clock was set, by server, then by position.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Inputs whose sequence numbers prove nothing: a filter left out lines when they were converted.
    pub fn filtered(&self) -> &[FileId] {
        &self.filtered
    }
}

/// The events of each input with the number of the first.
fn by_file(events: &[Event]) -> Vec<(u32, &[Event])> {
    let mut base = 0;
    events
        .chunk_by(|a, b| a.file == b.file)
        .map(|own| {
            let start = base;
            base += u32::try_from(own.len()).unwrap_or(u32::MAX);
            (start, own)
        })
        .collect()
}
