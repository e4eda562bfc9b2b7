//! Events that share a Call-ID.

use crate::record::RecordKind;
use crate::sip::Method;
use crate::trace::{EventId, Trace};

/// The events of each Call-ID, in order of first appearance; ids ascend within a group.
pub(super) fn by_call_id(trace: &Trace) -> Vec<Vec<EventId>> {
    let mut sizes = vec![0u32; trace.symbol_count()];
    for event in trace.events() {
        if let Some(slot) = event.call_id().and_then(|c| sizes.get_mut(c.0 as usize)) {
            *slot += 1;
        }
    }
    let mut groups: Vec<Vec<EventId>> = sizes.iter().map(|n| Vec::with_capacity(*n as usize)).collect();
    for (i, event) in (0..).zip(trace.events()) {
        if let Some(group) = event.call_id().and_then(|c| groups.get_mut(c.0 as usize)) {
            group.push(EventId(i));
        }
    }
    groups.retain(|g| !g.is_empty());
    groups
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

/// Messages of a group that is neither call nor push, without reading their headers again: what a proxy
/// logs when a message comes in and when it goes out has the same number, method and status.
pub(super) fn count_messages(trace: &Trace, ids: &[EventId]) -> u64 {
    let mut keys: Vec<_> = ids
        .iter()
        .filter_map(|id| trace.event(*id))
        .filter(|e| e.kind == RecordKind::Protocol)
        .map(|e| (e.cseq, e.method, e.status))
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len() as u64
}
