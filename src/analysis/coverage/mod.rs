//! For which times a log speaks.
//!
//! "No answer" and "no push" are only facts where the log would have shown one. A log is blind before its first
//! record, behind its last, and in its holes:
//!
//! ```text
//! fe01.log   |######## stretch ########| hole |#### stretch ####|      fe01-2.log |#### stretch ####|
//!                                  numbers 4120 missing           rolled over: the next file goes on
//! ```

mod ask;
mod blind;
mod chains;
mod components;
mod gap;
mod numbers;
mod ranks;
mod scan;
mod set;
mod stream;
mod usual;

pub use blind::Blind;
pub use components::{Component, components};
pub use ranks::Order;
pub(in crate::analysis) use ranks::Ranks;

use rayon::prelude::*;

use super::servers::{ServerId, Servers};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};
use chains::Chain;

/// Why a log is blind for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
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
    /// Diagnostic records in a row and no message among them: the trace level left messages out.
    Level,
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
            HoleKind::Level => "level",
        }
    }
}

/// A time in which a server worked and its log says nothing.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
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

impl Hole {
    /// The hole in numbers that stand for no other, nor for another reason to be blind.
    pub(in crate::analysis) fn in_numbers(&self) -> [u64; 3] {
        let (kind, missing) = match self.kind {
            HoleKind::Sequence(missing) => (16, missing),
            HoleKind::Restart => (17, 0),
            HoleKind::Rewind => (18, 0),
            HoleKind::Throttled => (19, 0),
            HoleKind::Silence => (20, 0),
            HoleKind::Level => (21, 0),
        };
        let records = u64::from(self.after.0) << 32 | u64::from(self.before.0);
        [kind | u64::from(self.server.0) << 32, missing, records]
    }
}

/// Records of one server, without a hole between them.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub struct Stretch {
    /// Whose log.
    pub server: ServerId,
    /// Its first record.
    pub first: EventId,
    /// Its last record.
    pub last: EventId,
    /// Component lines behind its last record show that messages would have been logged until then.
    until: Option<Timestamp>,
    /// Its first and highest number, where numbers prove anything.
    numbers: Option<(u32, u32)>,
    /// Component lines ahead of it and behind it, in its input.
    lines: (u32, u32),
    /// Copies of records of another input stand in its input.
    copied: bool,
    /// The chain that it belongs to.
    chain: u32,
}

/// The clock of a server was set while it logged: its numbers go on, its times jump.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub struct Step {
    /// The server.
    pub server: ServerId,
    /// First record on the new time.
    pub at: EventId,
    /// By how much, in milliseconds; negative when it was set back.
    pub by_ms: i64,
}

/// For which times the logs speak.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// By server, then by first record.
    stretches: Vec<Stretch>,
    ranks: Ranks,
    /// Stretches that go on without a hole.
    chains: Vec<Chain>,
    /// For each server its chains with times, by start.
    timed: Vec<Vec<u32>>,
    holes: Vec<Hole>,
    steps: Vec<Step>,
    /// For each server where its time jumped far more than usual: the time behind, and by how much, with all before it.
    jumps: Vec<Vec<(Timestamp, i64)>>,
    unusual: Vec<Step>,
    /// Inputs whose sequence numbers have so many gaps that they prove nothing: filtered when they were converted.
    filtered: Vec<FileId>,
}

impl Coverage {
    /// Finds stretches, holes and steps of every server, going on from what was read of logs that have grown where the servers are
    /// those of before; otherwise `known` is false.
    pub(super) fn read_on(trace: &Trace, servers: &Servers, walks: &mut Walks, known: bool) -> Coverage {
        let files: Vec<(u32, &[Event])> = by_file(trace.events());
        let (token, growth) = trace.growth();
        let known = known && walks.of != 0 && growth.is_some_and(|g| g.from == walks.of && g.keeps_numbers());
        let mut before = std::mem::take(&mut walks.all);
        if !known {
            before.clear();
        }
        let before = |file: FileId| before.iter().find(|(of, _)| *of == file).map(|(_, walk)| walk);
        let scan = |(base, own): &(u32, &[Event])| {
            let file = own.first().map_or(FileId(0), |e| e.file);
            let (scan, walk) = scan::scan(trace, servers, (*base, own), before(file));
            (scan, walk.map(|walk| (file, walk)))
        };
        let (scans, all): (Vec<scan::Scan>, Vec<_>) = files.par_iter().map(scan).unzip();
        (walks.of, walks.all) = (token, all.into_iter().flatten().collect());
        let mut out = Coverage::default();
        for scan in scans {
            out.stretches.extend(scan.stretches);
            out.holes.extend(scan.holes);
            out.steps.extend(scan.steps);
            out.unusual.extend(scan.jumps);
            out.filtered.extend(scan.filtered);
        }
        out.stretches.sort_by_key(|s| (s.server, s.first));
        out.ranks = Ranks::of(trace, &out.stretches);
        let ranks = &out.ranks;
        out.steps.sort_by_key(|s| (s.server, ranks.order(s.server, s.at)));
        out.holes.sort_by_key(|h| (h.server, h.after));
        out.chain(trace, servers);
        out
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

/// What was read of the records of logs that are followed, as far as they stay as they are.
#[derive(Debug, Default)]
pub(in crate::analysis) struct Walks {
    /// Of which trace.
    of: u64,
    all: Vec<(FileId, scan::Walk)>,
}

/// The component lines between the records of each input, as a part of the logs leaves them to others.
pub(crate) fn gaps(trace: &Trace) -> Vec<(FileId, Vec<crate::trace::Gap>)> {
    let files = by_file(trace.events());
    files.par_iter().filter_map(|(base, own)| Some((own.first()?.file, gap::lines(trace, *base, own, 0)))).collect()
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
