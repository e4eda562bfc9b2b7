//! What is known of the records that nothing which is appended to a log can change, so that they are not looked at again when it
//! has grown.
//!
//! ```text
//! [r0][r1] ... [r7] [r8][r9 to
//!  settled ───────┘  read again when there is more
//! ```

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::copies::{self, Rise};
use super::{Event, EventId, Problem, Source, Symbol, Trace};
use crate::span::{FileId, Span};

/// Tokens that were given.
static GIVEN: AtomicU64 = AtomicU64::new(0);

/// A token that no other trace of the process has.
pub(super) fn token() -> u64 {
    GIVEN.fetch_add(1, Ordering::Relaxed) + 1
}

/// So many bytes behind a record are looked at beyond what its length claims: the line of a terminator.
const BEHIND: u64 = 16 << 10;
/// Keys that are sorted in among all others at once.
const MANY: usize = 1 << 16;

/// What a trace of logs that are followed has beside the trace.
#[derive(Clone, Debug, Default)]
pub(super) struct Follow {
    /// By input: what tells its text from others, where more may be read behind it.
    pub(super) ends: Vec<u64>,
    pub(super) settled: Option<Settled>,
    /// Which trace this is, and what it has of the one before; 0 where nobody follows.
    pub(super) token: u64,
    pub(super) growth: Option<Growth>,
}

/// Which records a trace has of another that it was grown from, all as they were.
#[derive(Clone, Debug)]
pub(crate) struct Growth {
    /// The other trace.
    pub(crate) from: u64,
    /// By input.
    pub(crate) files: Vec<Stay>,
    /// Call-IDs of the records that did not stay.
    pub(crate) dropped: Vec<Symbol>,
}

impl Growth {
    /// Whether all records that stayed have their numbers still.
    pub(crate) fn keeps_numbers(&self) -> bool {
        self.files.iter().all(|f| f.kept == 0 || f.was.0 == f.now.0)
    }

    /// Whether a record of the new trace stayed.
    pub(crate) fn has(&self, id: EventId) -> bool {
        self.files.iter().any(|f| (f.now.0..f.now.0.saturating_add(f.kept)).contains(&id.0))
    }

    /// The Call-IDs of records of one of both traces that did not stay, each once or more often.
    pub(crate) fn call_ids(&self, trace: &Trace) -> impl Iterator<Item = Symbol> {
        let of = |range: Range<u32>| trace.events.get(range.start as usize..range.end as usize).unwrap_or_default();
        self.others().flat_map(of).filter_map(Event::call_id).chain(self.dropped.iter().copied())
    }

    /// The numbers of the other records of the new trace: those that are new, and those that were read again.
    pub(crate) fn others(&self) -> impl Iterator<Item = Range<u32>> {
        self.files.iter().map(|f| f.now.0.saturating_add(f.kept)..f.now.0.saturating_add(f.now.1))
    }
}

/// The records of one input that stayed: its first ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stay {
    /// Number of the first in the other trace, and how many there were.
    pub(crate) was: (u32, u32),
    /// Number of the first in this one, and how many there are.
    pub(crate) now: (u32, u32),
    /// So many stayed.
    pub(crate) kept: u32,
}

/// The records that will stay.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    /// By input.
    pub(super) files: Vec<OfFile>,
    /// Symbols that are names of servers, ahead of all Call-IDs.
    pub(super) names: usize,
    /// Of each Call-ID the hash, in the order of their symbols.
    pub(super) calls: Vec<u64>,
    /// By which copies are told of records that will stay: most, ascending, and some.
    keys: (Vec<u64>, Vec<u64>),
}

/// Those of one input.
#[derive(Clone, Debug, Default)]
pub(super) struct OfFile {
    /// How many, and where the last one ends.
    pub(super) count: usize,
    pub(super) end: u64,
    /// What they tell of the input.
    pub(super) source: Source,
    /// How they rise by time and number.
    pub(super) rise: Rise,
}

impl Settled {
    /// Of a trace; `None` where records count in other places, or dates were read anew: then what is appended may change any.
    pub(super) fn of(trace: &Trace) -> Option<Settled> {
        if !is_plain(trace) {
            return None;
        }
        let first_call = trace.events.par_iter().map(|e| e.call.0 as usize).min();
        let names = first_call.unwrap_or(usize::MAX).min(trace.symbols.len());
        let calls = trace.symbols.get(names..).unwrap_or_default();
        let calls = calls.par_iter().with_min_len(1 << 12).map(|span| hash_of(trace, *span)).collect();
        let files = vec![OfFile::default(); trace.inputs.len()];
        let mut out = Settled { files, names, calls, keys: Default::default() };
        out.go_on(trace);
        Some(out)
    }

    /// Settles what can be settled of a trace.
    pub(super) fn go_on(&mut self, trace: &Trace) {
        let mut keys = std::mem::take(&mut self.keys);
        for (file, own) in (0..).map(FileId).zip(&mut self.files) {
            let (first, all) = records(&trace.events, file);
            let len = trace.inputs.get(file.index()).map_or(0, |i| i.len() as u64);
            let kept = kept(all, own.count, (file, len), &trace.problems);
            if kept < own.count {
                // Its keys stay with the others: at worst copies are sought where there are none.
                *own = OfFile::default();
            }
            let more = all.get(own.count..kept).unwrap_or_default();
            own.source.join(&Source::of(more));
            own.rise.go_on(more);
            let id = |i: usize| EventId(u32::try_from(first + i).unwrap_or(u32::MAX));
            let new = (own.count..kept).into_par_iter().with_min_len(1 << 12);
            keys.1.par_extend(new.filter_map(|i| copies::key(trace, id(i))));
            own.count = kept;
            own.end = kept.checked_sub(1).and_then(|last| all.get(last)).map_or(0, Event::end);
        }
        if keys.1.len() > MANY {
            keys.0.append(&mut keys.1);
            keys.0.par_sort_unstable();
        }
        self.keys = keys;
    }

    /// Whether it is sure that no record of a trace stands in it twice and that each input holds records of its own, where that was
    /// so of the records that are settled.
    pub(super) fn is_free_of_copies(&self, trace: &Trace) -> bool {
        let rises = self.files.iter().zip(0..).map(|(own, file)| {
            let (_, all) = records(&trace.events, FileId(file));
            own.rise.rises_on(all.get(own.count..).unwrap_or_default())
        });
        let rises: Vec<bool> = rises.collect();
        let suspected = copies::suspects(trace, &rises);
        if !suspected.contains(&true) {
            return true;
        }
        // Of an input with so few records each may be a part of another that was cut.
        let few = |file: u32| records(&trace.events, FileId(file)).1.len() <= 2;
        if (0..).zip(&suspected).any(|(file, suspected)| *suspected && few(file)) {
            return false;
        }
        let mut new: Vec<u64> = Vec::new();
        for (file, own) in (0..).map(FileId).zip(&self.files) {
            let (first, all) = records(&trace.events, file);
            let id = |i: usize| EventId(u32::try_from(first + i).unwrap_or(u32::MAX));
            let open = (own.count..all.len()).into_par_iter().with_min_len(1 << 12);
            new.par_extend(open.filter_map(|i| copies::key(trace, id(i))));
        }
        let some: HashSet<u64> = self.keys.1.iter().copied().collect();
        let known = |key: &u64| some.contains(key) || self.keys.0.binary_search(key).is_ok();
        new.par_sort_unstable();
        new.windows(2).all(|pair| pair[0] != pair[1]) && !new.iter().any(known)
    }
}

/// Whether each record counts where it stands, with the date that it was read with.
pub(super) fn is_plain(trace: &Trace) -> bool {
    let whole = trace.part.is_none() && trace.stretch.is_none();
    whole && trace.holders.iter().all(Vec::is_empty) && trace.sources.iter().all(|s| s.copies == 0 && !s.is_day_first())
}

fn hash_of(trace: &Trace, span: Span) -> u64 {
    trace.hasher.hash_one(trace.slice(span)).max(1)
}

/// The records of an input, and the number of the first.
pub(super) fn records(events: &[Event], file: FileId) -> (usize, &[Event]) {
    let first = events.partition_point(|e| e.file < file);
    let end = events.partition_point(|e| e.file <= file);
    (first, events.get(first..end).unwrap_or_default())
}

/// How many records of an input of `len` bytes stay whatever follows; of the first `known` that is known.
pub(super) fn kept(own: &[Event], known: usize, (file, len): (FileId, u64), problems: &[Problem]) -> usize {
    let rest = own.get(known..).unwrap_or_default();
    let open = known + rest.par_iter().position_first(|e| reach(e) > len).unwrap_or(rest.len());
    // What stands between records may be the beginning of one that a whole record behind it has ended.
    let behind = own.get(open..own.len().saturating_sub(1)).unwrap_or_default();
    let from = behind.first().map_or(u64::MAX, |e| e.start);
    let flaws = problems.iter().filter(|p| p.file == file && p.byte >= from);
    let flaws: HashSet<u64> = flaws.map(|p| p.byte).collect();
    if behind.iter().any(|e| !flaws.contains(&e.start)) { open } else { 0 }
}

/// How far behind a record may be looked to find where it ends: a length that it claims is believed up to a multiple of what
/// it has (`Layout::longer_body`).
fn reach(event: &Event) -> u64 {
    event.end() + (u64::from(event.len) * 64).max(4096) + BEHIND
}

/// A record as it was read, whatever was concluded of it since.
pub(super) fn again(event: &Event, shift: u32) -> Event {
    let call = if event.call == Symbol::NONE { event.call } else { Symbol(event.call.0.saturating_add(shift)) };
    Event { call, flags: event.flags & !Event::COPY, ..*event }
}
