//! Notes that people wrote, told in the report.

use std::collections::BTreeMap;

use hashbrown::HashSet;

use super::model::{Noted, Place, Report};
use crate::analysis::{Analysis, Verdict};
use crate::query::Notes;
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{EventId, Symbol, Trace};

/// Tells the notes on the calls and pushes of a report of this analysis, each once, by time. Notes on other dialogs, such as
/// a REGISTER, are told where all calls and pushes are: what selects those asks nothing of dialogs.
pub fn add_notes(report: &mut Report, trace: &Trace, analysis: &Analysis, notes: &Notes) {
    let mut found: BTreeMap<&str, Noted> = BTreeMap::new();
    let place = |id: Option<EventId>| {
        let at = trace.locate(id?);
        Some(Place { file: at.file, line: at.line, byte: at.byte })
    };
    for call in &analysis.calls {
        let Some(note) = notes.get(&call.call_id) else { continue };
        found.entry(&call.call_id).or_insert_with(|| Noted {
            call_id: call.call_id.clone(),
            kind: "call",
            time: call.started.map(Timestamp::iso),
            user: Some(call.to.clone()),
            note: note.to_owned(),
            place: place(call.own_records().first().copied()),
            what: call.verdict.map_or(call.outcome.name(), Verdict::name),
        });
    }
    for push in &analysis.pushes {
        let Some(note) = notes.get(&push.call_id) else { continue };
        found.entry(&push.call_id).or_insert_with(|| Noted {
            call_id: push.call_id.clone(),
            kind: "push",
            time: push.sent.map(Timestamp::iso),
            user: push.user.clone(),
            note: note.to_owned(),
            place: place(push.records.first().copied()),
            what: push.result.name(),
        });
    }
    let mut all: Vec<Noted> = found.into_values().collect();
    if report.selection.is_none() {
        let told: HashSet<String> = all.iter().map(|n| n.call_id.clone()).collect();
        all.extend(dialogs(trace, notes, &told).into_iter().map(|(id, call_id, note)| Noted {
            call_id,
            kind: "dialog",
            time: analysis.time(trace, id).map(Timestamp::iso),
            user: None,
            note,
            place: place(Some(id)),
            what: trace.event(id).map_or("", |e| e.method.name()),
        }));
    }
    all.sort_by(|a, b| (a.time.is_none(), &a.time, &a.call_id).cmp(&(b.time.is_none(), &b.time, &b.call_id)));
    for call in &mut report.calls {
        call.note = notes.get(&call.call_id).map(str::to_owned);
    }
    for push in &mut report.pushes {
        push.note = notes.get(&push.call_id).map(str::to_owned);
    }
    report.noted = Some(all);
}

/// First record, Call-ID and note of what is neither a call nor a push.
fn dialogs(trace: &Trace, notes: &Notes, told: &HashSet<String>) -> Vec<(EventId, String, String)> {
    let mut out = Vec::new();
    if notes.is_empty() {
        return out;
    }
    let mut seen: HashSet<Symbol> = HashSet::new();
    for (id, event) in (0..).map(EventId).zip(trace.events()) {
        let Some(call) = event.call_id().filter(|_| !event.is_copy()).filter(|call| seen.insert(*call)) else {
            continue;
        };
        let call_id = decode(trace.symbol(call));
        if let Some(note) = notes.get(&call_id).filter(|_| !told.contains(&*call_id)) {
            out.push((id, call_id.into_owned(), note.to_owned()));
        }
    }
    out
}
