//! The first and the last record of an excerpt may be cut: what is left of one stands in another input, too.

use std::cmp::Reverse;

use rayon::prelude::*;

use super::either_way;
use crate::trace::{Event, EventId, Trace};

/// Which end of a record is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lost {
    /// The first record of an input has lost its beginning.
    Head,
    /// The last record of an input has lost its end.
    Tail,
}

/// The record of another input of which this one is what is left; of several the longest, whatever the order of the
/// inputs.
pub(super) fn whole(trace: &Trace, suspected: &[bool], cut: EventId, lost: Lost) -> Option<EventId> {
    let own = trace.event(cut)?;
    let left = trace.record(own);
    let either = trace.sources.iter().any(|s| s.day_first);
    let moment = |e: &Event| (either_way(e.time, either), e.seq);
    let is_whole = |e: &Event| {
        // The prefix is gone with the beginning, and with it time and number.
        (lost == Lost::Head || moment(e) == moment(own)) && agrees(trace.record(e), left, lost)
    };
    let name = |e: &Event| trace.inputs.get(e.file.index()).map(|i| i.name());
    let found = trace
        .events
        .par_iter()
        .enumerate()
        .filter(|(_, e)| e.file != own.file && suspected.get(e.file.index()) == Some(&true) && is_whole(e));
    let first = found.min_by_key(|(_, e)| (Reverse(e.len), moment(e), name(e), e.start))?;
    u32::try_from(first.0).ok().map(EventId)
}

/// Whether a record begins with what is left of it, or ends with it; only visible characters count.
fn agrees(record: &[u8], left: &[u8], lost: Lost) -> bool {
    let (whole, left) = (record.iter().filter(|b| b.is_ascii_graphic()), left.iter().filter(|b| b.is_ascii_graphic()));
    match lost {
        Lost::Head => starts(whole.rev(), left.rev()),
        Lost::Tail => starts(whole, left),
    }
}

fn starts<'b>(mut whole: impl Iterator<Item = &'b u8>, mut part: impl Iterator<Item = &'b u8>) -> bool {
    part.all(|b| whole.next() == Some(b))
}
