//! Whether an input holds the records of several servers.

use crate::record::{Direction, RecordKind};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::{Event, Trace};

/// Whether an input holds the records of several servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mixture {
    /// Several, and nothing in the records tells which is whose.
    Unnamed,
    /// Several, each named in the prefixes of its records.
    Named,
    /// As far as can be told, one.
    No,
}

/// Processors flush their buffers out of order by this much, in milliseconds.
const DISORDER_MS: i64 = 2_000;

/// What the names, the edges, the times and the numbers of an input tell.
pub(super) fn mixture(trace: &Trace, file: FileId) -> Mixture {
    if trace.sources().get(file.index()).is_some_and(|s| s.servers.len() > 1) {
        return Mixture::Named;
    }
    let range = trace.ids_of(file);
    let events = || range.clone().filter_map(|id| trace.event(id));
    // Every message of an Edge names edges, none of another server does.
    let sides = |edge: bool| {
        let directed = |e: &&Event| e.kind == RecordKind::Protocol && e.direction != Direction::Unknown;
        events().filter(directed).any(|e| e.names_edge() == edge)
    };
    if (sides(true) && sides(false)) || !runs_on(events()) { Mixture::Unnamed } else { Mixture::No }
}

/// Whether times and numbers rise as those of one server do.
fn runs_on<'e>(events: impl Iterator<Item = &'e Event>) -> bool {
    let (mut latest, mut highest) = (Timestamp::NONE, (0u32, Timestamp::NONE));
    for event in events {
        let Some(time) = event.time() else { continue };
        if latest != Timestamp::NONE && time.since(latest) < -DISORDER_MS {
            return false;
        }
        latest = if latest == Timestamp::NONE { time } else { latest.max(time) };
        if event.seq == 0 {
            continue;
        }
        let late = event.seq <= highest.0 && highest.0 > 0;
        if late && (event.seq == highest.0 || time.since(highest.1) > DISORDER_MS) {
            return false;
        }
        if !late {
            highest = (event.seq, time);
        }
    }
    true
}
