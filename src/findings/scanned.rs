//! What records say by themselves, whatever becomes of calls and pushes: of logs that are followed the same record is read once.

use std::ops::Range;

use rayon::prelude::*;

use crate::trace::{Event, EventId, Trace};

/// Of the records of a trace those that say something, and what.
#[derive(Debug)]
pub(super) struct Scanned<T> {
    /// Which trace it was; 0 where nothing was read yet.
    of: u64,
    /// Ascending.
    said: Vec<(EventId, T)>,
}

impl<T> Default for Scanned<T> {
    fn default() -> Scanned<T> {
        Scanned { of: 0, said: Vec::new() }
    }
}

/// Records that one worker reads.
const PART: usize = 4096;

impl<T: Send> Scanned<T> {
    /// What the records of a trace say. What `read` tells of a record must hang on the record alone.
    pub(super) fn of(&mut self, trace: &Trace, read: impl Fn(EventId, &Event) -> Option<T> + Sync) -> &[(EventId, T)] {
        let (token, growth) = trace.growth();
        if token != 0 && self.of == token {
            return &self.said;
        }
        let known = growth.filter(|growth| growth.from == self.of && self.of != 0 && growth.keeps_numbers());
        let ranges: Vec<Range<u32>> = if let Some(growth) = known {
            self.said.retain(|(id, _)| growth.has(*id));
            growth.others().collect()
        } else {
            self.said.clear();
            std::iter::once(0..u32::try_from(trace.events().len()).unwrap_or(u32::MAX)).collect()
        };
        let one = |id: u32| Some((EventId(id), read(EventId(id), trace.event(EventId(id))?)?));
        for range in ranges {
            self.said.par_extend(range.into_par_iter().with_min_len(PART).filter_map(one));
        }
        self.said.sort_unstable_by_key(|(id, _)| *id);
        self.of = token;
        &self.said
    }
}
