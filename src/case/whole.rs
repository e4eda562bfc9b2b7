//! What a choice of records leaves out of the stories that it cuts: pushes have other Call-IDs than their calls.

use std::collections::BTreeSet;

use crate::analysis::Analysis;
use crate::trace::EventId;

/// The pushes of calls of which a record is chosen, that are not chosen themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// How many pushes.
    pub pushes: usize,
    /// Their records, in order.
    pub records: Vec<EventId>,
    /// Call-ID of the first.
    pub first: Option<String>,
}

/// What these records leave out.
pub fn left_out(analysis: &Analysis, chosen: &[EventId]) -> LeftOut {
    let all: BTreeSet<EventId> = chosen.iter().copied().collect();
    let mut out = LeftOut::default();
    let told = analysis.calls.iter().filter(|c| !c.pushes.is_empty());
    for call in told.filter(|c| c.own_records().iter().any(|id| all.contains(id))) {
        for push in call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)) {
            // Of a push of which some is chosen, that was meant.
            if !push.records.iter().any(|id| all.contains(id)) {
                out.pushes += 1;
                out.records.extend(&push.records);
                out.first.get_or_insert_with(|| push.call_id.clone());
            }
        }
    }
    out.records.sort_unstable();
    out.records.dedup();
    out
}
