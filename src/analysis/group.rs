//! Events that share a Call-ID.

use std::ops::Range;

use rayon::prelude::*;

use crate::record::RecordKind;
use crate::sip::Method;
use crate::trace::{Event, EventId, Symbol, Trace};

/// The events of each Call-ID, behind each other.
pub(super) struct Groups {
    ids: Vec<EventId>,
    /// Where the group of each Call-ID ends; it starts where the one before ends.
    ends: Vec<u32>,
}

impl Groups {
    /// The events of a Call-ID, ascending.
    fn get(&self, group: usize) -> &[EventId] {
        let end = |i: usize| self.ends.get(i).map_or(0, |end| *end as usize);
        let start = group.checked_sub(1).map_or(0, end);
        self.ids.get(start..end(group)).unwrap_or_default()
    }

    /// All groups, in order of first appearance.
    pub(super) fn par_iter(&self) -> impl IndexedParallelIterator<Item = &[EventId]> {
        (0..self.ends.len()).into_par_iter().map(|i| self.get(i))
    }

    /// All groups in parts of so many.
    pub(super) fn parts(&self, of: usize) -> impl IndexedParallelIterator<Item = Range<usize>> {
        let all = self.ends.len();
        (0..all.div_ceil(of)).into_par_iter().map(move |part| part * of..all.min((part + 1) * of))
    }

    /// The groups of a part, one after the other, those behind fetched meanwhile.
    pub(super) fn fetched<'g>(&'g self, trace: &'g Trace, part: Range<usize>) -> impl Iterator<Item = &'g [EventId]> {
        part.map(move |group| {
            for id in self.get(group + RECORDS_AHEAD).iter().take(FETCHED) {
                trace.fetch_record(*id);
            }
            let next = self.get(group + TEXTS_AHEAD);
            let kinds = kinds(trace, next);
            if kinds.call || kinds.message {
                next.iter().take(FETCHED).for_each(|id| trace.fetch_text(*id));
            }
            self.get(group)
        })
    }
}

/// The events of each Call-ID; a record that stands in the inputs twice is there once.
pub(super) fn by_call_id(trace: &Trace) -> Groups {
    let mut ends = vec![0u32; trace.symbol_count()];
    let mut with_call = 0;
    for event in trace.events().iter().filter(|e| !e.is_copy() && !e.is_foreign()) {
        if let Some(slot) = event.call_id().and_then(|c| ends.get_mut(c.0 as usize)) {
            *slot += 1;
            with_call += 1;
        }
    }
    let mut start = 0;
    for slot in &mut ends {
        start += std::mem::replace(slot, start);
    }
    let mut ids = vec![EventId(0); with_call];
    for (i, event) in (0..).zip(trace.events()).filter(|(_, e)| !e.is_copy() && !e.is_foreign()) {
        if let Some(next) = event.call_id().and_then(|c| ends.get_mut(c.0 as usize)) {
            if let Some(slot) = ids.get_mut(*next as usize) {
                *slot = EventId(i);
            }
            *next += 1;
        }
    }
    Groups { ids, ends }
}

/// The same of some Call-IDs only, those without a record left out.
pub(super) fn some(trace: &Trace, is_wanted: impl Fn(Symbol) -> bool + Sync) -> Groups {
    let own = |(i, e): (usize, &Event)| {
        let call_id = e.call_id().filter(|call_id| !e.is_copy() && !e.is_foreign() && is_wanted(*call_id))?;
        Some((call_id, EventId(u32::try_from(i).ok()?)))
    };
    let events = trace.events().par_iter().enumerate().with_min_len(1 << 14);
    let mut all: Vec<(Symbol, EventId)> = events.filter_map(own).collect();
    all.sort_unstable();
    let mut end = 0;
    let ends = all.chunk_by(|a, b| a.0 == b.0).map(|own| {
        end += u32::try_from(own.len()).unwrap_or(u32::MAX);
        end
    });
    let ends = ends.collect();
    Groups { ids: all.into_iter().map(|(_, id)| id).collect(), ends }
}

pub(super) struct Kinds {
    /// The group belongs to an INVITE dialog, or to what is left of one.
    pub(super) call: bool,
    /// The group has MESSAGEs.
    pub(super) message: bool,
}

pub(super) fn kinds(trace: &Trace, ids: &[EventId]) -> Kinds {
    let mut kinds = Kinds { call: false, message: false };
    for event in ids.iter().filter_map(|id| trace.event(*id)) {
        match event.method {
            Method::Invite | Method::Ack | Method::Cancel | Method::Bye => kinds.call = true,
            Method::Message => kinds.message = true,
            _ => {}
        }
    }
    kinds
}

/// Groups are fetched that many ahead of the one that is read: first where their records are, then what these say. Rules come
/// to messages one after the other, and would wait for each.
const RECORDS_AHEAD: usize = 8;
/// See [`RECORDS_AHEAD`].
const TEXTS_AHEAD: usize = 4;
/// More messages of a group than these would drive each other out of the processor's cache again.
const FETCHED: usize = 64;

/// What is the same in all copies of a message that a proxy logs when it comes in and when it goes out.
pub(super) type Key = (u32, Method, u16);

/// Messages of a group that is neither call nor push, without reading their headers again: what a proxy
/// logs when a message comes in and when it goes out has the same number, method and status. `keys` is used again and
/// again.
pub(super) fn count_messages(trace: &Trace, ids: &[EventId], keys: &mut Vec<Key>) -> u64 {
    keys.clear();
    let messages = ids.iter().filter_map(|id| trace.event(*id)).filter(|e| e.kind == RecordKind::Protocol);
    keys.extend(messages.map(|e| (e.cseq, e.method, e.status)));
    keys.sort_unstable();
    keys.dedup();
    keys.len() as u64
}
