//! One number of both sides, and what may be behind the difference.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Side;
use crate::rates::{self, By, Group, Rate, Rates};
use crate::stats::{Share, holm};

/// One number before and after. Shares are 0 to 1; what is told of 1,000 is a share, too.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct Row {
    /// Name of a rate, or a word of the report.
    pub name: String,
    pub before: Count,
    pub after: Count,
    /// After less before.
    pub difference: Option<f64>,
    /// 95 of 100 times the true difference is not below, whatever is in the holes.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How often chance alone makes the known counts differ so much.
    pub chance: Option<f64>,
    /// What is unknown or hidden may be all of the difference.
    pub open: bool,
}

/// A part of a whole, and how far it may go.
#[derive(Clone, Copy, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Count {
    /// Those that count.
    pub part: u64,
    /// Those of which it is known.
    pub of: u64,
    /// Of what is known.
    pub value: Option<f64>,
    /// The least that is left open.
    pub low: Option<f64>,
    /// The most.
    pub high: Option<f64>,
}

/// A rate of the calls with a value in common.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct GroupRow {
    pub by: &'static str,
    pub value: String,
    #[serde(flatten)]
    pub row: Row,
    /// The chance, made good for how many groups were tried (Holm).
    pub corrected: Option<f64>,
}

/// What is known, and the ends of what is left open.
type Shares = [Share; 3];

/// A row of two shares with what is open in each.
pub(super) fn row(name: &str, before: Shares, after: Shares) -> Row {
    let change = before[0].change(after[0]);
    // The ends: all that is open counts for one side and against the other.
    let least = before[2].change(after[1]).map(|c| c.1);
    let most = before[1].change(after[2]).map(|c| c.2);
    let overlap = |a: Option<f64>, b: Option<f64>| a.zip(b).is_none_or(|(a, b)| a >= b);
    let [old, new] = [&before, &after].map(|s| (s[1].value(), s[2].value()));
    Row {
        name: name.to_owned(),
        before: count(&before),
        after: count(&after),
        difference: change.map(|c| c.0),
        low: change.and(least),
        high: change.and(most),
        chance: change.map(|_| before[0].chance(after[0])),
        open: overlap(old.1, new.0) && overlap(new.1, old.0),
    }
}

fn count([known, low, high]: &Shares) -> Count {
    Count { part: known.part, of: known.all, value: known.value(), low: low.value(), high: high.value() }
}

/// Nothing known.
const NOTHING: Shares = [Share { part: 0, all: 0 }; 3];

fn shares(rate: Option<&Rate>) -> Shares {
    rate.and_then(|r| r.shares).unwrap_or(NOTHING)
}

/// The ratios of all calls and pushes.
pub(super) fn rates(before: &Rates, after: &Rates) -> Vec<Row> {
    let names = rates::definitions().filter(|d| d.unit != "ms").map(|d| d.name);
    let rows = names.map(|name| row(name, shares(before.all.rate(name)), shares(after.all.rate(name))));
    rows.filter(|r| r.before.of + r.after.of > 0).collect()
}

/// Ratios that are held against each other group by group.
const OF_GROUPS: [&str; 3] = ["ser", "missed_per_1000", "push_accepted"];

/// The same of calls with a value in common, of values that both sides have.
pub(super) fn groups(before: &Side<'_>, after: &Side<'_>, by: By) -> Vec<GroupRow> {
    let [old, new] = [before, after].map(|s| rates::rates(&s.facts, Some(by)));
    let known: BTreeMap<Option<&str>, &Group> = old.groups.iter().map(|g| (g.value.as_deref(), g)).collect();
    let mut out = Vec::new();
    for group in &new.groups {
        let Some(old) = known.get(&group.value.as_deref()) else { continue };
        let rows = OF_GROUPS.map(|name| row(name, shares(old.rate(name)), shares(group.rate(name))));
        let value = || group.value.clone().unwrap_or_default();
        let rows = rows.into_iter().filter(|r| r.before.of > 0 && r.after.of > 0);
        out.extend(rows.map(|row| GroupRow { by: by.name(), value: value(), row, corrected: None }));
    }
    out
}

/// Makes chances good for how many were tried.
pub(super) fn corrected(mut rows: Vec<GroupRow>) -> Vec<GroupRow> {
    let chances: Vec<f64> = rows.iter().map(|r| r.row.chance.unwrap_or(1.0)).collect();
    for (row, corrected) in rows.iter_mut().zip(holm(&chances)) {
        row.corrected = Some(corrected);
    }
    rows
}

/// How often each word is among all; what is `undetermined` is a word like the others here.
pub(super) fn words(
    before: &Side<'_>,
    after: &Side<'_>,
    of: for<'f> fn(&'f rates::Facts<'_>) -> Vec<&'f str>,
) -> Vec<Row> {
    let [old, new] = [before, after].map(|s| of(&s.facts));
    let counts = |words: &[&str], word: &str| {
        let part = words.iter().filter(|w| **w == word).count() as u64;
        [Share::new(part, words.len() as u64); 3]
    };
    let all: BTreeSet<&str> = old.iter().chain(&new).copied().collect();
    all.into_iter().map(|word| row(word, counts(&old, word), counts(&new, word))).collect()
}
