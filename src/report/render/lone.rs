//! Causes seen without their call, in the words of the model.

use std::collections::HashSet;

use crate::analysis::Analysis;
use crate::findings::Finding;
use crate::findings::lone::about;
use crate::report::model::Lone;
use crate::sip::CLEARING_HOUSE;
use crate::trace::{EventId, Trace};

/// The records that name a cause without its call.
pub(super) fn records(analysis: &Analysis, code: &str) -> Vec<EventId> {
    analysis.lone.iter().filter(|l| l.code == code).map(|l| l.record).collect()
}

/// What these records speak of; `None` for no records.
pub(super) fn lone(trace: &Trace, records: &[EventId]) -> Option<Lone> {
    let mut out = Lone { records: records.len() as u64, ..Lone::default() };
    let mut known: [HashSet<String>; 3] = Default::default();
    let mut add = |into: &mut Vec<String>, which: usize, name: String| {
        if known.get_mut(which).is_some_and(|k| k.insert(name.to_ascii_lowercase())) {
            into.push(name);
        }
    };
    for id in records {
        let about = about(trace, *id);
        about.call_id.into_iter().for_each(|name| add(&mut out.call_ids, 0, name));
        about.domains.into_iter().for_each(|name| add(&mut out.domains, 1, name));
        about.peers.into_iter().for_each(|name| add(&mut out.peers, 2, name));
    }
    (out.records > 0).then_some(out)
}

/// What an entry says of itself.
pub(super) struct Words {
    pub(super) summary: &'static str,
    pub(super) cause: &'static str,
    pub(super) remedy: &'static str,
}

/// The words of the catalogue. Those of PN01 are about the clearing house; where only other domains are refused, they
/// would send to the wrong one.
pub(super) fn words(entry: &'static Finding, cases: u64, lone: Option<&Lone>) -> Words {
    let house = |l: &Lone| l.domains.is_empty() || l.domains.iter().any(|d| d.eq_ignore_ascii_case(CLEARING_HOUSE));
    if entry.code == "PN01" && cases == 0 && lone.is_some_and(|l| !house(l)) {
        return Words {
            summary: "a domain is not an allowed federation domain",
            cause: "The Edge knows no federated partner for this domain, so it refuses every message to it. It reads like a DNS fault and is none.",
            remedy: "If the domain is to be reached: `New-CsAllowedDomain -Identity <domain>`",
        };
    }
    Words { summary: &entry.summary, cause: &entry.cause, remedy: &entry.remedy }
}
