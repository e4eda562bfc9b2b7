//! Failed calls that no entry of the catalogue explains: their ids, else their statuses, and the causes of the telephone
//! network, each with what is known of it.

use std::collections::BTreeMap;

use crate::analysis::{Analysis, Call};
use crate::knowledge::catalogue::{never_reported, steps};
use crate::knowledge::{codes, tables};
use crate::report::labels;
use crate::report::model::{GatewayCause, Unexplained};

/// What is told of a failed call.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Id(u32),
    Gateway(u32),
    Status(u16),
    Nothing,
}

/// Groups, the largest first.
pub(super) fn unexplained(analysis: &Analysis) -> Vec<Unexplained> {
    let failed = |c: &&Call| c.outcome.expected() == Some(false) && c.findings.is_empty();
    let mut groups: BTreeMap<Told, Unexplained> = BTreeMap::new();
    for call in analysis.calls.iter().filter(failed) {
        // What explains itself as noise explains no failure.
        let noise = |id: u32| never_reported().iter().any(|n| n.id.contains(&id));
        let mut told: Vec<(Told, String)> = Vec::new();
        for d in call.diagnostics.iter().filter(|d| !noise(d.id)) {
            told.push((Told::Id(d.id), d.reason.clone()));
        }
        if let Some(cause) = call.gateway_cause {
            told.push((Told::Gateway(cause), String::new()));
        }
        if told.is_empty() {
            let reason = call.reason.clone().unwrap_or_default();
            told.push((call.status.map_or(Told::Nothing, Told::Status), reason));
        }
        told.dedup_by(|a, b| a.0 == b.0);
        for (what, reason) in told {
            let group = groups.entry(what).or_insert_with_key(|what| new(what, reason));
            if group.calls.last() != Some(&call.call_id) {
                group.calls.push(call.call_id.clone());
            }
        }
    }
    let mut all: Vec<Unexplained> = groups.into_values().collect();
    all.sort_by_key(|g| std::cmp::Reverse(g.calls.len()));
    all
}

fn new(what: &Told, reason: String) -> Unexplained {
    let (code, meaning, remedy) = match *what {
        Told::Id(id) => {
            let known = tables::diagnostic(id);
            let meaning = tables::explain(id).unwrap_or_else(|| "No text for this id has been published.".to_owned());
            (id.to_string(), meaning, known.map_or("", |d| d.remedy))
        }
        Told::Gateway(cause) => {
            let (code, meaning) = labels::gateway_words(cause);
            (code, meaning, codes::gateway_cause(cause).map_or("", |c| c.remedy))
        }
        Told::Status(status) => {
            let known = tables::sip_status(status.into());
            let meaning = known.map_or("Not a registered status.".to_owned(), |s| s.meaning.to_owned());
            (status.to_string(), meaning, "")
        }
        Told::Nothing => ("no final response".to_owned(), "Nobody answered the INVITE in this log.".to_owned(), ""),
    };
    Unexplained { code, reason, meaning, remedy: steps(remedy), calls: Vec::new() }
}

/// The cause of the telephone network, for the model.
pub(super) fn of_call(call: &Call) -> Option<GatewayCause> {
    let cause = call.gateway_cause?;
    let known = codes::gateway_cause(cause);
    Some(GatewayCause { cause, name: known.map(|c| c.name), explained: known.map(|c| c.meaning) })
}
