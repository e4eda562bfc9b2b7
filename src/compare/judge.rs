//! Better, worse, the same, or not to be told.

use serde::Serialize;

use super::causes::CauseRow;
use super::measures::Row;
use super::words::{change, title};
use super::{CHANCE, Told};
use crate::stats::holm;
use crate::text::plural;

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Judgement {
    /// Some rates are better, or a cause hits fewer, and none is worse, whatever the holes hide.
    Better,
    /// A rate is worse, or a cause is new or hits more, whatever the holes hide.
    Worse,
    /// Nothing differs by more than chance.
    Same,
    /// Known calls differ by more than chance, and what is not known may be all of it.
    Unclear,
}

impl Judgement {
    /// The word of the report.
    pub fn name(self) -> &'static str {
        match self {
            Judgement::Better => "better",
            Judgement::Worse => "worse",
            Judgement::Same => "same",
            Judgement::Unclear => "unclear",
        }
    }
}

/// Rates that decide, and whether more of them is good.
const DECIDE: [(&str, bool); 4] =
    [("seer", true), ("mobile_answer", true), ("missed_per_1000", false), ("push_accepted", true)];

/// The answer, and why.
pub(super) fn judge(rows: &[Row], causes: &[CauseRow], told: &[Told; 2]) -> (Judgement, Vec<String>) {
    let own: Vec<(&Row, bool)> = DECIDE
        .iter()
        .filter_map(|(name, good)| rows.iter().find(|r| r.name == *name).map(|r| (r, *good)))
        .filter(|(r, _)| r.difference.is_some())
        .collect();
    // What a server alone would know is neither better for being unknown, nor worse for being known.
    let [gone_logs, new_logs] = [(0, 1), (1, 0)].map(|(a, b)| told[a].beyond(&told[b]).collect::<Vec<_>>());
    let same_logs = gone_logs.is_empty() && new_logs.is_empty();
    let chances = holm(&own.iter().map(|(r, _)| r.chance.unwrap_or(1.0)).collect::<Vec<_>>());
    let (mut better, mut hopeful, mut worse, mut unclear) = (0, 0, 0, 0);
    let mut because = Vec::new();
    for ((row, more_is_good), chance) in own.iter().zip(chances) {
        if chance >= CHANCE {
            continue;
        }
        let is_good = row.difference.is_some_and(|d| (d > 0.0) == *more_is_good);
        let sure = same_logs && (row.low.is_some_and(|l| l > 0.0) || row.high.is_some_and(|h| h < 0.0));
        let direction = match (sure, is_good) {
            (false, true) => {
                hopeful += 1;
                "looks better, but what is not known may be all of the difference"
            }
            (false, false) => {
                unclear += 1;
                "looks worse, but what is not known may be all of the difference"
            }
            (true, true) => {
                better += 1;
                "is better"
            }
            (true, false) => {
                worse += 1;
                "is worse"
            }
        };
        because.push(format!("{} {direction}: {}", title(&row.name), change(row)));
    }
    let is_serious = |c: &&CauseRow| c.severity == "error";
    let likely = |c: &&CauseRow| c.chance.is_some_and(|p| p < CHANCE);
    let mut new = 0;
    for cause in causes.iter().filter(|c| c.is_new()).filter(is_serious).filter(likely) {
        let count = plural(cause.after.part, "case");
        because.push(if cause.surely_more() {
            new += 1;
            format!("{} is new: {count}", cause.code)
        } else {
            unclear += 1;
            format!("{} looks new ({count}), but what is not known before may be all of the difference", cause.code)
        });
    }
    for (cause, is_good) in changed(causes) {
        let sure = same_logs && if is_good { cause.surely_fewer() } else { cause.surely_more() };
        let many = if is_good { "fewer" } else { "more" };
        let told = format!("{}, {} before, {} after", cause.code, plural(cause.before.part, "case"), cause.after.part);
        because.push(match (sure, is_good) {
            (true, _) => format!("{many} of {told}"),
            (false, _) => format!("perhaps {many} of {told}: what is not known may be all of the difference"),
        });
        *match (sure, is_good) {
            (true, true) => &mut better,
            (true, false) => &mut worse,
            (false, true) => &mut hopeful,
            (false, false) => &mut unclear,
        } += 1;
    }
    for cause in causes.iter().filter(|c| !c.untold.is_empty() && c.before.part == 0).filter(is_serious) {
        let (count, untold) = (plural(cause.after.part, "case"), cause.untold.join(", "));
        because.push(format!("{} may be new or not ({count}): before, no log tells of it of {untold}", cause.code));
        unclear += 1;
    }
    for (side, when) in told.iter().zip(["before", "after"]) {
        if side.calls == 0 {
            because.push(format!("no call is in the logs {when}"));
            unclear += 1;
        }
    }
    for server in gone_logs {
        because.push(format!("the log of {server} is missing after, so no rate is called better or worse"));
        unclear += 1;
    }
    for server in new_logs {
        because.push(format!("the log of {server} is missing before, so no rate is called better or worse"));
    }
    let judgement = if worse + new > 0 {
        Judgement::Worse
    } else if better > 0 && unclear == 0 {
        Judgement::Better
    } else if unclear + hopeful > 0 {
        Judgement::Unclear
    } else {
        Judgement::Same
    };
    if because.is_empty() {
        because.push("no rate differs by more than chance, and no cause".to_owned());
    }
    (judgement, because)
}

/// Serious causes that were there before and hit more or fewer by more than chance, all such causes having been tried; and
/// whether that is good. What is new is told by itself.
fn changed(causes: &[CauseRow]) -> impl Iterator<Item = (&CauseRow, bool)> {
    let own: Vec<&CauseRow> =
        causes.iter().filter(|c| c.severity == "error" && c.before.part > 0 && c.untold.is_empty()).collect();
    let chances = holm(&own.iter().map(|c| c.chance.unwrap_or(1.0)).collect::<Vec<_>>());
    let changed = own.into_iter().zip(chances).filter(|(_, chance)| *chance < CHANCE);
    changed.filter_map(|(cause, _)| Some((cause, cause.difference? < 0.0)))
}
