//! Causes that came, stayed or went.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::Serialize;

use super::Side;
use super::measures::{Count, row};
use crate::rates::Facts;
use crate::stats::Share;

/// One cause on both sides: calls, and pushes of no call, that have it, of all.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct CauseRow {
    pub code: String,
    pub severity: String,
    pub summary: String,
    pub before: Count,
    pub after: Count,
    pub difference: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How often chance alone makes them differ so much.
    pub chance: Option<f64>,
    /// Whom it hit after, the first few; before, where it is gone.
    pub users: Vec<String>,
    /// When it was seen first after; of one that is gone, when it was seen last before.
    pub when: Option<String>,
}

/// So many users of a cause are named.
const NAMED: usize = 8;

#[derive(Default)]
struct Seen {
    cases: u64,
    users: BTreeSet<String>,
    first: Option<crate::time::Timestamp>,
    last: Option<crate::time::Timestamp>,
}

/// Every cause of either side, the most frequent after first.
pub(super) fn causes(before: &Side<'_>, after: &Side<'_>) -> Vec<CauseRow> {
    let [(old, old_all), (new, new_all)] = [before, after].map(|s| seen(&s.facts));
    let codes: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let entries = before.facts.findings.iter().chain(&after.facts.findings);
    let entries: BTreeMap<&str, _> = entries.map(|f| (f.code.as_ref(), f)).collect();
    let nothing = Seen::default();
    let mut out: Vec<CauseRow> = codes
        .into_iter()
        .map(|code| {
            let (a, b) = (old.get(code).unwrap_or(&nothing), new.get(code).unwrap_or(&nothing));
            let row = row(code, [Share::new(a.cases, old_all); 3], [Share::new(b.cases, new_all); 3]);
            let told = if b.cases > 0 { b } else { a };
            let when = if b.cases > 0 { b.first } else { a.last };
            let entry = entries.get(code.as_str());
            CauseRow {
                code: code.clone(),
                severity: entry.map_or(String::new(), |e| e.severity.to_string()),
                summary: entry.map_or(String::new(), |e| e.summary.to_string()),
                before: row.before,
                after: row.after,
                difference: row.difference,
                low: row.low,
                high: row.high,
                chance: row.chance,
                users: told.users.iter().take(NAMED).cloned().collect(),
                when: when.map(crate::time::Timestamp::iso),
            }
        })
        .collect();
    out.sort_by(|a, b| b.after.part.cmp(&a.after.part).then_with(|| a.code.cmp(&b.code)));
    out
}

/// Cases by cause, and how many there are in all: calls, and pushes of no call. A push and its call are one case.
fn seen(facts: &Facts<'_>) -> (BTreeMap<String, Seen>, u64) {
    let mut out: BTreeMap<String, Seen> = BTreeMap::new();
    let mut add = |code: &str, user: &str, time: Option<crate::time::Timestamp>| {
        let seen = out.entry(code.to_owned()).or_default();
        seen.cases += 1;
        if !user.is_empty() {
            seen.users.insert(user.to_ascii_lowercase());
        }
        seen.first = [seen.first, time].into_iter().flatten().min();
        seen.last = seen.last.max(time);
    };
    let mut of_calls: HashSet<(&str, &str)> = HashSet::new();
    for call in &facts.calls {
        for code in &call.findings {
            of_calls.insert((call.call_id.as_ref(), code.as_ref()));
            add(code, &call.to, call.started);
        }
    }
    let mut all = facts.calls.len() as u64;
    for push in facts.pushes.iter().filter(|p| !p.synthetic) {
        all += u64::from(push.call.is_none());
        let own = |code: &str| push.call.as_deref().is_some_and(|c| of_calls.contains(&(c, code)));
        for code in push.findings.iter().filter(|code| !own(code)) {
            add(code, push.user.as_deref().unwrap_or_default(), push.sent);
        }
    }
    (out, all)
}
