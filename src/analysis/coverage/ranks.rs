//! The order of the records of one server, whatever the order of its inputs.
//!
//! Numbers of events follow the inputs: of `fe01.log` and `fe01.log.1` the older one comes second, and a circular log
//! ends before it begins. So stretches are ranked by their times; inside a stretch the position decides, which is the
//! order in which the server wrote, and holds where a clock was set.

use super::Stretch;
use crate::analysis::servers::ServerId;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// The place of a record among those of its server. Only places on one server can be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
pub struct Order {
    rank: u32,
    #[serde(with = "crate::trace::row")]
    id: u32,
}

#[cfg(test)]
impl Order {
    /// The place of a number.
    pub(crate) fn nth(rank: u32) -> Order {
        Order { rank, id: rank }
    }
}

/// Ranks of all stretches, by server.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
pub(in crate::analysis) struct Ranks {
    /// First record and rank, by first record.
    of: Vec<Vec<(EventId, u32)>>,
}

impl Ranks {
    /// Ranks stretches, which come by server and position: earlier ones first, and where times do not tell, by
    /// position.
    pub(super) fn of(trace: &Trace, stretches: &[Stretch]) -> Ranks {
        let time = |id: EventId| trace.event(id).and_then(Event::time).unwrap_or(Timestamp::NONE);
        let mut of: Vec<Vec<(EventId, u32)>> = Vec::new();
        for own in stretches.chunk_by(|a, b| a.server == b.server) {
            let Some(server) = own.first().map(|s| usize::from(s.server.0)) else { continue };
            let mut by_time: Vec<&Stretch> = own.iter().collect();
            // A clock that was set back in a rolled log still numbers on.
            by_time.sort_by_key(|s| (time(s.first), time(s.last), s.first));
            let mut ranks: Vec<(EventId, u32)> = (0..).zip(by_time).map(|(rank, s)| (s.first, rank)).collect();
            ranks.sort_unstable();
            of.resize_with(of.len().max(server + 1), Vec::new);
            if let Some(slot) = of.get_mut(server) {
                *slot = ranks;
            }
        }
        Ranks { of }
    }

    /// Whether these of a log that has grown tell the same order of the records that `stayed`.
    pub(in crate::analysis) fn go_on_in(&self, now: &Ranks, stayed: impl Fn(EventId) -> bool) -> bool {
        let same = |(at, now): (usize, &Vec<(EventId, u32)>)| {
            let was = self.of.get(at).map_or(&[][..], Vec::as_slice);
            let more = now.get(was.len()..);
            now.starts_with(was) && more.is_some_and(|more| more.iter().all(|(first, _)| !stayed(*first)))
        };
        self.of.len() <= now.of.len() && now.of.iter().enumerate().all(same)
    }

    /// The place of a record of a server.
    pub(in crate::analysis) fn order(&self, server: ServerId, id: EventId) -> Order {
        let own = self.of.get(usize::from(server.0)).map_or(&[][..], Vec::as_slice);
        let at = own.partition_point(|(first, _)| *first <= id).saturating_sub(1);
        Order { rank: own.get(at).map_or(0, |(_, rank)| *rank), id: id.0 }
    }
}
