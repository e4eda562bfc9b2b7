//! Records that stand in the inputs more than once: overlapping searches, outputs that were appended to each
//! other, the same file given twice. Each counts once.
//!
//! A server writes a record once, so two records with the same time, sequence number, instance and text are
//! one. Most logs hold none; what a log would have to look like to hold one is found out first. An input all of whose
//! records stand in others adds nothing (`contained`).

mod contained;
mod cut;
mod groups;
mod mixture;

use std::hash::{BuildHasher, Hasher};

use rayon::prelude::*;

use super::hasher::Seeded;
use super::{Event, EventId, Source, Symbol, Trace};
use crate::span::FileId;
use crate::time::Timestamp;

/// Marks every record but one of its copies, the same one whatever the order of the inputs. Returns how many were
/// marked in each input, and for each input that adds nothing those that hold its records.
pub(super) fn mark(trace: &mut Trace) -> (Vec<u64>, Vec<Vec<FileId>>) {
    let mut counts = vec![0; trace.inputs.len()];
    let suspected = suspects(trace, &rising(trace));
    if !suspected.contains(&true) {
        return (counts, vec![Vec::new(); trace.inputs.len()]);
    }
    let choice = contained::choose(trace, &suspected, &alike(trace, &suspected));
    for id in choice.copies {
        if let Some(event) = trace.events.get_mut(id.0 as usize) {
            event.flags |= Event::COPY;
            if let Some(n) = counts.get_mut(event.file.index()) {
                *n += 1;
            }
        }
    }
    (counts, choice.holders)
}

/// Inputs that may share records with each other or with themselves.
/// `rising`: of each input whether its records rise.
pub(super) fn suspects(trace: &Trace, rising: &[bool]) -> Vec<bool> {
    let mut out: Vec<bool> = rising.iter().map(|rises| !rises).collect();
    // Two inputs can only share records in a time that both speak of; times that are not known may be any. Beside an
    // input that is day first, those of an excerpt whose dates can be read either way are not known.
    let either = trace.sources.iter().any(|s| s.day_first);
    let known = |s: &Source| s.span.filter(|_| !(either && s.dates_open));
    let mut spans: Vec<(Timestamp, Timestamp, usize)> = trace
        .sources
        .iter()
        .enumerate()
        .filter(|(_, s)| s.record_count() > 0)
        .map(|(i, s)| known(s).map_or((Timestamp::NONE, Timestamp(i64::MAX), i), |(a, b)| (a, b, i)))
        .collect();
    spans.sort_unstable();
    let mut latest: Option<(Timestamp, usize)> = None;
    for (first, last, file) in spans {
        if let Some((end, other)) = latest
            && first <= end
        {
            for i in [file, other] {
                if let Some(slot) = out.get_mut(i) {
                    *slot = true;
                }
            }
        }
        latest = latest.max(Some((last, file)));
    }
    out
}

/// Of each input, whether its records rise.
fn rising(trace: &Trace) -> Vec<bool> {
    let mut parts = vec![&[][..]; trace.inputs.len()];
    for own in trace.events.chunk_by(|a, b| a.file == b.file) {
        if let Some(slot) = own.first().and_then(|e| parts.get_mut(e.file.index())) {
            *slot = own;
        }
    }
    parts.par_iter().map(|own| ascends(own)).collect()
}

/// Whether every server's records rise by time and number, so that none can be there twice.
fn ascends(events: &[Event]) -> bool {
    let parts: Option<Vec<Ends>> = events.par_chunks(PART).map(ends).collect();
    let mut last: Vec<(Symbol, Moment)> = Vec::new();
    parts.is_some_and(|parts| {
        parts.into_iter().flatten().all(|(server, from, to)| {
            if let Some((_, before)) = last.iter_mut().find(|(known, _)| *known == server) {
                return from > std::mem::replace(before, to);
            }
            last.push((server, to));
            last.len() <= super::source::MAX_SERVERS
        })
    })
}

/// Records that one worker looks at.
const PART: usize = 1 << 16;

/// Time and number of a record.
type Moment = (Timestamp, u32);

/// Of each server among some records, the place of the first and of the last.
type Ends = Vec<(Symbol, Moment, Moment)>;

/// The ends of each server; `None` where its records do not rise, have no time, or the servers are too many.
fn ends(events: &[Event]) -> Option<Ends> {
    let mut out: Ends = Vec::new();
    let rises = events.iter().all(|event| {
        let now = (event.time, event.seq);
        let known = event.time != Timestamp::NONE;
        if let Some((_, _, before)) = out.iter_mut().find(|(server, ..)| *server == event.server) {
            return known && now > std::mem::replace(before, now);
        }
        out.push((event.server, now, now));
        known && out.len() <= super::source::MAX_SERVERS
    });
    rises.then_some(out)
}

/// How the records of an input rise, as far as it was read.
#[derive(Clone, Debug)]
pub(super) struct Rise {
    rises: bool,
    /// The last record of each server.
    last: Vec<(Symbol, Moment)>,
}

impl Default for Rise {
    fn default() -> Rise {
        Rise { rises: true, last: Vec::new() }
    }
}

impl Rise {
    /// Takes in the records that follow.
    pub(super) fn go_on(&mut self, events: &[Event]) {
        for event in events {
            let now = (event.time, event.seq);
            self.rises &= event.time != Timestamp::NONE;
            if let Some((_, before)) = self.last.iter_mut().find(|(server, _)| *server == event.server) {
                self.rises &= now > std::mem::replace(before, now);
            } else {
                self.last.push((event.server, now));
            }
            self.rises &= self.last.len() <= super::source::MAX_SERVERS;
            if !self.rises {
                return;
            }
        }
    }

    /// Whether they rise together with those that follow.
    pub(super) fn rises_on(&self, events: &[Event]) -> bool {
        let mut all = self.clone();
        all.go_on(events);
        all.rises
    }
}

/// What a record has in common with its copies, as one number; `None` where nothing could tell copies of it.
pub(super) fn key(trace: &Trace, id: EventId) -> Option<u64> {
    let event = trace.event(id).filter(|e| has_text(e))?;
    Some(key_of(trace, event, trace.sources.iter().any(|s| s.day_first)))
}

fn key_of(trace: &Trace, event: &Event, either: bool) -> u64 {
    let len = if event.seq == 0 { visible(text(trace, event)).map(<[u8]>::len).sum() } else { 0 };
    trace.hasher.hash_one((either_way(event.time, either), event.seq, event.instance, len))
}

/// Records that stand in the suspected inputs more than once: the number of their group, and the record; by group.
fn alike(trace: &Trace, suspected: &[bool]) -> Vec<(u32, EventId)> {
    let hasher = &trace.hasher;
    let either = trace.sources.iter().any(|s| s.day_first);
    // Sixteen bytes a record: what is cheap to compare, as one number.
    let mut keys: Vec<(u64, EventId)> = trace
        .events
        .par_iter()
        .enumerate()
        .filter(|(_, e)| suspected.get(e.file.index()) == Some(&true) && has_text(e))
        .map(|(i, e)| {
            let id = EventId(u32::try_from(i).unwrap_or(u32::MAX));
            (key_of(trace, e, either), id)
        })
        .collect();
    keys.par_sort_unstable();
    let groups: Vec<Vec<EventId>> = keys
        .par_chunk_by(|a, b| a.0 == b.0)
        .filter(|alike| alike.len() > 1)
        .flat_map_iter(|alike| {
            let event = |id: EventId| trace.events.get(id.0 as usize);
            let mut texts: Vec<(u64, EventId)> =
                alike.iter().filter_map(|(_, id)| Some((hash(hasher, text(trace, event(*id)?)), *id))).collect();
            texts.sort_unstable();
            let groups = texts.chunk_by(|a, b| a.0 == b.0).filter(|same| same.len() > 1);
            groups.map(|same| same.iter().map(|(_, id)| *id).collect()).collect::<Vec<_>>()
        })
        .collect();
    (0..).zip(groups).flat_map(|(n, ids)| ids.into_iter().map(move |id| (n, id))).collect()
}

/// The time that a record would have if its input had its dates the other way round, where that is earlier.
fn either_way(time: Timestamp, either: bool) -> Timestamp {
    let swapped = time.known().filter(|_| either).and_then(Timestamp::with_day_and_month_swapped);
    swapped.map_or(time, |s| s.min(time))
}

/// Whether there is anything by which copies could be told: an empty record without a time is like any other.
fn has_text(event: &Event) -> bool {
    const EMPTY: &str = "$$begin_record\r\n$$end_record\r\n";
    event.len as usize > EMPTY.len() || event.time != Timestamp::NONE
}

/// The words of a text. What a copy may change stands between them: line ends, tabs, the encoding of letters that are
/// not ASCII, characters that were made safe for a terminal.
fn visible(text: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    text.split(|b| !b.is_ascii_graphic()).filter(|word| !word.is_empty())
}

/// Hash of the words of a text.
fn hash(hasher: &Seeded, text: &[u8]) -> u64 {
    let mut state = hasher.build_hasher();
    visible(text).for_each(|word| state.write(word));
    state.finish()
}

/// What two copies of a record share. A record with a place in the server's own sequence is known by it and its
/// fields; without one its whole text decides.
fn text<'t>(trace: &'t Trace, event: &Event) -> &'t [u8] {
    if event.seq == 0 { trace.record(event) } else { trace.fields(event) }
}
