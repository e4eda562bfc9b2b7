//! Who missed calls.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::exposed::Exposed;
use crate::rates::{CallFact, Facts};

/// One user with missed calls after, or before only.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct UserRow {
    pub user: String,
    /// `new`, `still`, `no_more`, or `open` where the logs of one side do not tell.
    pub state: &'static str,
    pub missed_before: u64,
    pub missed_after: u64,
    /// Calls to a phone of the user, missed or not: somebody whom nobody called is not well.
    pub calls_after: u64,
    /// Causes after.
    pub causes: Vec<String>,
    /// The last missed call after.
    pub call_id: Option<String>,
    pub file: Option<String>,
    pub line: Option<u64>,
}

#[derive(Default)]
struct Own<'f> {
    missed: [u64; 2],
    calls_after: u64,
    causes: BTreeSet<String>,
    /// Those that logged the missed calls.
    servers: BTreeSet<&'f str>,
    last: Option<&'f CallFact<'f>>,
}

/// Everybody who missed a call, those first who miss most now.
pub(super) fn users<'f>(before: &'f Facts<'f>, after: &'f Facts<'f>, exposed: &[Exposed<'_>; 2]) -> Vec<UserRow> {
    let mut users: BTreeMap<String, Own<'_>> = BTreeMap::new();
    for (side, facts) in [before, after].into_iter().enumerate() {
        for call in facts.calls.iter().filter(|c| c.verdict.is_some()) {
            let own = users.entry(call.to.to_ascii_lowercase()).or_default();
            own.calls_after += u64::from(side == 1);
            if call.is_missed() {
                own.missed[side] += 1;
                own.servers.extend(call.servers.iter().map(AsRef::as_ref));
                if side == 1 {
                    own.causes.extend(call.findings.iter().map(ToString::to_string));
                    own.last = Some(call);
                }
            }
        }
    }
    let hit = users.into_iter().filter(|(_, own)| own.missed != [0, 0]);
    let mut out: Vec<UserRow> = hit
        .map(|(user, own)| {
            let place = own.last.and_then(|c| c.evidence.first());
            UserRow {
                user,
                state: match own.missed {
                    [0, _] if told(&own, &exposed[0]) => "new",
                    [_, 0] if told(&own, &exposed[1]) => "no_more",
                    [0, _] | [_, 0] => "open",
                    _ => "still",
                },
                missed_before: own.missed[0],
                missed_after: own.missed[1],
                calls_after: own.calls_after,
                causes: own.causes.into_iter().collect(),
                call_id: own.last.map(|c| c.call_id.to_string()),
                file: place.map(|p| p.file.clone()),
                line: place.map(|p| p.line),
            }
        })
        .collect();
    out.sort_by(|a, b| b.missed_after.cmp(&a.missed_after).then_with(|| a.user.cmp(&b.user)));
    out
}

/// Whether the other side would have shown missed calls, too.
fn told(own: &Own<'_>, other: &Exposed<'_>) -> bool {
    let nameless = own.servers.is_empty().then_some("");
    own.servers.iter().copied().chain(nameless).all(|server| other.tells(server))
}

/// The state of a user with missed calls after, in words.
pub(super) fn in_words(state: &str) -> &'static str {
    match state {
        "still" => "still",
        "open" => "new or not, the logs before do not tell",
        _ => "new",
    }
}
