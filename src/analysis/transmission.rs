//! Transmissions: one message on its way from one neighbour to the next.
//!
//! The sender logs what it sends and the receiver what it receives: both copies have the same Via list, because
//! only the next copy carries one entry more (request) or less (response); RFC 3261 sections 16.6 item 8 and 16.7
//! step 3, PUSH.md section 8. So copies of several servers fall together without looking at clocks.
//!
//! ```text
//!            caller ──[A]──▶ FE ──[b1, A]──▶ phone            one message, two transmissions
//!                            FE ──[b2, A]──▶ Edge ──...       a fork: the same message, another leg
//! ```

use hashbrown::HashMap;

use crate::record::{Direction, RecordKind};
use crate::sip::Method;
use crate::trace::{EventId, Symbol, Trace};

/// What is the same in all transmissions of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct MessageKey {
    pub(crate) call: Option<Symbol>,
    pub(crate) cseq: u32,
    pub(crate) method: Method,
    /// 0 for a request.
    pub(crate) status: u16,
    pub(crate) from_tag: u64,
    pub(crate) to_tag: u64,
}

/// One message between two neighbours, with the one or two records that logged it.
#[derive(Clone, Debug)]
pub(crate) struct Transmission {
    pub(crate) key: MessageKey,
    /// Top entry first.
    pub(crate) vias: Box<[u64]>,
    /// What the sender logged.
    pub(crate) sent: Option<EventId>,
    /// What the receiver logged.
    pub(crate) received: Option<EventId>,
    /// A record whose direction was lost.
    pub(crate) stray: Option<EventId>,
    /// How many transmissions before this one are the same: more than none is a retransmission.
    pub(crate) repeat: usize,
    /// The transmission from which the sender of this one made it.
    pub(crate) before: Option<usize>,
}

impl Transmission {
    /// Its records, the sender's first.
    pub(crate) fn records(&self) -> impl Iterator<Item = EventId> + '_ {
        [self.sent, self.received, self.stray].into_iter().flatten()
    }

    /// The record that shows it best.
    pub(crate) fn first(&self) -> EventId {
        self.records().next().unwrap_or(EventId(0))
    }

    pub(crate) fn is_request(&self) -> bool {
        self.key.status == 0
    }
}

/// Equal transmissions: a message and its retransmissions.
#[derive(Default)]
struct Same {
    at: Vec<usize>,
    /// How many of them have a record, by direction of the record.
    used: [usize; 3],
}

type Index = HashMap<(MessageKey, Box<[u64]>), Same>;

/// No message makes more steps (`Max-Forwards`, RFC 3261 section 8.1.1.6); a longer Via list is hostile.
pub(super) const MOST_STEPS: usize = 70;

/// The transmissions of the messages among `records`, in the order of their first record.
pub(crate) fn transmissions(trace: &Trace, records: &[EventId]) -> Vec<Transmission> {
    let mut all: Vec<Transmission> = Vec::new();
    let mut index: Index = HashMap::new();
    for &id in records {
        let Some(event) = trace.event(id).filter(|e| e.kind == RecordKind::Protocol && !e.is_copy()) else { continue };
        let identity = trace.identity(event);
        let key = MessageKey {
            call: event.call_id(),
            cseq: event.cseq,
            method: event.method,
            status: event.status,
            from_tag: identity.from_tag,
            to_tag: identity.to_tag,
        };
        let vias: Box<[u64]> = identity.vias.as_ref().into();
        let same = index.entry((key, vias)).or_default();
        let used = &mut same.used[event.direction as usize];
        let at = same.at.get(*used).copied().unwrap_or_else(|| {
            let (vias, repeat) = (identity.vias.as_ref().into(), same.at.len());
            all.push(Transmission { key, vias, sent: None, received: None, stray: None, repeat, before: None });
            same.at.push(all.len() - 1);
            all.len() - 1
        });
        *used += 1;
        if let Some(transmission) = all.get_mut(at) {
            *match event.direction {
                Direction::Outgoing => &mut transmission.sent,
                Direction::Incoming => &mut transmission.received,
                Direction::Unknown => &mut transmission.stray,
            } = Some(id);
        }
    }
    chain(&mut all, &index);
    all
}

/// Ties each transmission to the one before it: the list without the top entry is what a request had before, and what
/// a response has after. A server in between may have no log, so more than one entry may be missing.
fn chain(all: &mut [Transmission], index: &Index) {
    let shorter = |c: &Transmission| {
        (1..c.vias.len().min(MOST_STEPS)).find_map(|n| {
            let same = &index.get(&(c.key, c.vias.get(n..)?.into()))?.at;
            same.get(c.repeat).or(same.last()).copied().map(|at| (n, at))
        })
    };
    let links: Vec<Option<(usize, usize)>> = all.iter().map(shorter).collect();
    let mut nearest: HashMap<usize, usize> = HashMap::new();
    for (i, link) in links.into_iter().enumerate() {
        let Some((gap, other)) = link else { continue };
        // 100 goes from hop to hop only (RFC 3261 section 16.7).
        let Some(key) = all.get(i).map(|c| c.key).filter(|k| k.status != 100) else { continue };
        if key.status == 0 {
            if let Some(c) = all.get_mut(i) {
                c.before = Some(other);
            }
        } else if nearest.get(&other).is_none_or(|g| gap < *g) {
            nearest.insert(other, gap);
            if let Some(c) = all.get_mut(other) {
                c.before = Some(i);
            }
        }
    }
}
