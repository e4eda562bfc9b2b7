//! Causes that came, stayed or went.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Side;
use super::exposed::Exposed;
use super::measures::{Count, Row, row};
use crate::rates::{Facts, Group};
use crate::stats::Share;
use crate::time::Timestamp;

/// One cause on both sides: calls, and pushes of no call, that have it, of all that would have shown it.
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
    /// Servers that told of it on one side and whose logs tell of no call on the other: whether it was there is not known.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub untold: Vec<String>,
}

impl CauseRow {
    /// Only one side has it, and the other would have shown it.
    pub(super) fn is_new(&self) -> bool {
        self.before.part == 0 && self.untold.is_empty()
    }

    pub(super) fn is_gone(&self) -> bool {
        self.after.part == 0 && self.untold.is_empty()
    }

    /// More of it after is more than chance and more than what is not known.
    pub(super) fn surely_more(&self) -> bool {
        self.untold.is_empty() && self.low.is_some_and(|low| low > 0.0)
    }

    /// Fewer of it after is more than chance and more than what is not known.
    pub(super) fn surely_fewer(&self) -> bool {
        self.untold.is_empty() && self.high.is_some_and(|high| high < 0.0)
    }
}

/// So many users of a cause are named.
const NAMED: usize = 8;

#[derive(Default)]
struct Seen<'f> {
    times: Vec<Option<Timestamp>>,
    users: BTreeSet<String>,
    servers: BTreeSet<&'f str>,
}

impl Seen<'_> {
    fn cases(&self) -> u64 {
        self.times.len() as u64
    }
}

/// Every cause of either side, the most frequent after first. `overall`: what may be hidden on each side.
pub(super) fn causes(
    before: &Side<'_>,
    after: &Side<'_>,
    exposed: &[Exposed<'_>; 2],
    overall: [&Group; 2],
) -> Vec<CauseRow> {
    let [old, new] = [before, after].map(|s| seen(&s.facts));
    let codes: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let entries = before.facts.findings.iter().chain(&after.facts.findings);
    let entries: BTreeMap<&str, _> = entries.map(|f| (f.code.as_ref(), f)).collect();
    let nothing = Seen::default();
    let mut out: Vec<CauseRow> = codes
        .into_iter()
        .map(|code| {
            let (a, b) = (old.get(code).unwrap_or(&nothing), new.get(code).unwrap_or(&nothing));
            let (row, untold) = held(code, [a, b], exposed, overall);
            let told = if b.cases() > 0 { b } else { a };
            let times = || told.times.iter().flatten();
            let when = if b.cases() > 0 { times().min() } else { times().max() };
            let entry = entries.get(code);
            CauseRow {
                code: code.to_owned(),
                severity: entry.map_or(String::new(), |e| e.severity.to_string()),
                summary: entry.map_or(String::new(), |e| e.summary.to_string()),
                before: row.before,
                after: row.after,
                difference: row.difference,
                low: row.low,
                high: row.high,
                chance: row.chance,
                users: told.users.iter().take(NAMED).cloned().collect(),
                when: when.map(|t| t.iso()),
                untold,
            }
        })
        .collect();
    out.sort_by(|a, b| b.after.part.cmp(&a.after.part).then_with(|| a.code.cmp(&b.code)));
    out
}

/// A cause of both sides held against each other where both would show it, and the servers that would on one side only.
fn held(code: &str, sides: [&Seen<'_>; 2], exposed: &[Exposed<'_>; 2], overall: [&Group; 2]) -> (Row, Vec<String>) {
    let needed: BTreeSet<&str> = sides.iter().flat_map(|s| &s.servers).copied().collect();
    let of_side = |side: usize| {
        let (seen, exposed, group) = (sides[side], &exposed[side], overall[side]);
        let (cases, known) = (seen.cases(), exposed.known(&needed, &seen.times));
        let all = exposed.all() + group.hidden_calls + group.hidden_pushes;
        [Share::new(cases, known), Share::new(cases, all), Share::new(cases + all.saturating_sub(known), all)]
    };
    let shares = [0, 1].map(of_side);
    // Where both sides have it, each tells of itself.
    let other = (0..2).find(|side| sides[*side].cases() == 0);
    let mut untold = Vec::new();
    if let Some(side) = other {
        let blind = shares[side][0].all == 0;
        let silent: Vec<&str> = needed.iter().copied().filter(|s| !exposed[side].tells(s)).collect();
        // Each speaks, and never all at once.
        untold = if silent.is_empty() && blind { needed.iter().copied().collect() } else { silent };
    }
    let untold = untold.into_iter().map(|s| if s.is_empty() { "(no name)" } else { s }.to_owned()).collect();
    (row(code, shares[0], shares[1]), untold)
}

fn seen<'f>(facts: &'f Facts<'_>) -> BTreeMap<&'f str, Seen<'f>> {
    let mut out: BTreeMap<&str, Seen<'_>> = BTreeMap::new();
    for case in facts.cases() {
        let seen = out.entry(case.code).or_default();
        seen.times.push(case.time);
        if !case.user.is_empty() {
            seen.users.insert(case.user.to_ascii_lowercase());
        }
        seen.servers.extend(case.servers);
    }
    out
}
