//! Which numbers tell that a record is missing.

use crate::record::RecordKind;
use crate::trace::Event;

/// By what the records of an input are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbers {
    /// The sequence number of the prefix: lines of components have one, too.
    Sequence,
    /// `Instance-Id`, where prefixes are lost and it rises by one from message to message, as in the published traces.
    Instance,
}

/// Records that are looked at, and how many of a hundred must follow each other.
const LOOK: usize = 4_096;
const MOST: usize = 60;

impl Numbers {
    pub(super) fn of(events: &[Event]) -> Numbers {
        let look = || events.iter().filter(|e| !e.is_copy()).take(LOOK);
        if look().any(|e| e.seq > 0) {
            return Numbers::Sequence;
        }
        let ids: Vec<u32> = look().filter(|e| e.kind == RecordKind::Protocol).map(|e| e.instance).collect();
        let follow = ids.windows(2).filter(|w| w[1].wrapping_sub(w[0]) == 1).count();
        if ids.len() > 2 && follow * 100 >= (ids.len() - 1) * MOST { Numbers::Instance } else { Numbers::Sequence }
    }

    /// The number of a record; 0 where it has none.
    pub(super) fn of_event(self, event: &Event) -> u32 {
        match self {
            Numbers::Sequence => event.seq,
            Numbers::Instance if event.kind == RecordKind::Protocol => event.instance,
            Numbers::Instance => 0,
        }
    }
}
