//! Hop tables in the words of the model.

use hashbrown::HashMap;

use super::{direction, iso, place};
use crate::analysis::hops::{self, Change, HopRow, HopTable};
use crate::analysis::{Analysis, Call};
use crate::report::model::{self, Report};
use crate::trace::Trace;

/// Adds to a report the hop tables of missed calls and of their pushes.
pub fn add_hops(report: &mut Report, trace: &Trace, analysis: &Analysis) {
    let models = |tables: Vec<HopTable>| tables.iter().map(|t| hop_table(trace, t)).collect();
    // Both lists hold every missed call, in one order; what a digest only counts has no evidence.
    let entries = report.calls.iter_mut().filter(|c| c.is_missed());
    for (entry, call) in entries.zip(analysis.missed()).filter(|(entry, _)| !entry.evidence.is_empty()) {
        entry.hop_tables = models(hops::of_call(trace, analysis, call));
    }
    let own = |call: &Call| call.pushes.clone();
    let wanted: HashMap<(&str, u32), _> = analysis
        .missed()
        .flat_map(own)
        .filter_map(|p| analysis.pushes.get(p))
        .map(|p| ((p.call_id.as_str(), p.cseq), p))
        .collect();
    for entry in report.pushes.iter_mut().filter(|entry| !entry.evidence.is_empty()) {
        if let Some(push) = wanted.get(&(entry.call_id.as_str(), entry.cseq)) {
            entry.hop_tables = models(hops::of_push(trace, analysis, push));
        }
    }
}

/// One table.
pub fn hop_table(trace: &Trace, table: &HopTable) -> model::HopTable {
    let row = |row: &HopRow| model::HopRow {
        server: row.server.clone(),
        direction: direction(row.direction),
        peer: row.peer.clone(),
        time: iso(row.time),
        logged: iso(row.logged),
        before: row.before,
        latency_ms: row.latency_ms,
        unsure_ms: row.unsure_ms,
        changes: row.changes.iter().map(change).collect(),
        place: place(trace, row.event),
    };
    model::HopTable { message: table.message.clone(), rows: table.rows.iter().map(row).collect() }
}

fn change(change: &Change) -> model::Change {
    let (name, from, to) = match change {
        Change::RequestUri { from, to } => ("Request-URI", Some(from.clone()), Some(to.clone())),
        Change::AddedVia(value) => ("Via", None, Some(value.clone())),
        Change::RemovedVia(value) => ("Via", Some(value.clone()), None),
        Change::Added { name, value } => (name.as_str(), None, Some(value.clone())),
        Change::Removed { name, value } => (name.as_str(), Some(value.clone()), None),
        Change::Changed { name, from, to } => (name.as_str(), Some(from.clone()), Some(to.clone())),
        Change::Body { from, to } => ("body", Some(from.to_string()), Some(to.to_string())),
    };
    let what = match (&from, &to) {
        (None, _) => "added",
        (_, None) => "removed",
        _ => "changed",
    };
    model::Change { what, name: name.to_owned(), from, to }
}
