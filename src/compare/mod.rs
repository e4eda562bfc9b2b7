//! Two times, or two states of a deployment, against each other: is it worse, did the fix work, what is new, who is hit.
//!
//! ```text
//! facts of before ─┬─ measures   shares of both, their difference with what holes and chance leave open
//! facts of after  ─┘  causes     new, still there, gone, or not known on one side; how likely chance alone is
//!                     exposed    which calls would have shown a cause
//!                     people     who missed calls, before and after
//!                     judge      better and worse only where neither a hole nor chance explains it
//! ```

mod causes;
mod exposed;
#[cfg(feature = "html")]
mod html;
mod judge;
mod markdown;
mod measures;
mod patterns;
mod people;
mod text;
mod words;

use serde::Serialize;

use crate::rates::{self, By, Facts, Rates};
use crate::time::Timestamp;

pub use causes::CauseRow;
#[cfg(feature = "html")]
pub use html::write as write_html;
pub use judge::Judgement;
pub use markdown::write as write_markdown;
pub use measures::{GroupRow, Row};
pub use patterns::{PatternRow, Patterns, patterns};
pub use people::UserRow;
pub use text::{tell, write as write_text};

/// Name and version of the format.
pub const SCHEMA: &str = "siptrail.compare/1";

/// Chance explains a difference that is as likely as this, and what is less likely is one.
pub const CHANCE: f64 = 0.05;

/// One side.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// Where it came from.
    pub name: String,
    /// What is counted of it.
    pub facts: Facts<'a>,
    /// Component lines; `None` of a saved report, which has none.
    pub patterns: Option<Patterns>,
}

/// Two sides against each other.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are documented by the JSON Schema of the project")]
#[non_exhaustive]
pub struct Comparison {
    pub schema: &'static str,
    pub generator: String,
    pub before: Told,
    pub after: Told,
    pub judgement: Judgement,
    /// Why, in sentences.
    pub because: Vec<String>,
    pub new_causes: Vec<CauseRow>,
    /// One side has them, and the logs of the other do not tell.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_causes: Vec<CauseRow>,
    pub new_patterns: Vec<PatternRow>,
    pub rates: Vec<Row>,
    pub outcomes: Vec<Row>,
    pub verdicts: Vec<Row>,
    pub push_results: Vec<Row>,
    pub causes: Vec<CauseRow>,
    pub groups: Vec<GroupRow>,
    pub users: Vec<UserRow>,
    pub gone_causes: Vec<CauseRow>,
    pub gone_patterns: Vec<PatternRow>,
}

/// What is told of one side, and what is not.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct Told {
    pub name: String,
    pub first: Option<String>,
    pub last: Option<String>,
    pub calls: u64,
    pub pushes: u64,
    pub missed: u64,
    /// Calls whose outcome or verdict is not known.
    pub undetermined: u64,
    /// Calls that the holes may hide, at most.
    pub hidden_calls: u64,
    pub hidden_pushes: u64,
    /// Times between trace sessions, of which nothing is counted.
    pub pauses: u64,
    pub servers: Vec<ServerTold>,
}

impl Told {
    /// Servers that have a log here and none there.
    fn beyond<'t>(&'t self, other: &'t Told) -> impl Iterator<Item = &'t str> {
        let names = self.servers.iter().map(|s| s.server.as_str());
        names.filter(|name| !other.servers.iter().any(|s| s.server == *name))
    }
}

/// For how much of the time of its side the log of one server speaks.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Comparison")]
#[non_exhaustive]
pub struct ServerTold {
    pub server: String,
    /// 0 to 1.
    pub told: f64,
    pub holes: u64,
}

/// Compares two sides.
pub fn compare(before: &Side<'_>, after: &Side<'_>) -> Comparison {
    let overall = [before, after].map(|s| rates::rates(&s.facts, None));
    let [old, new] = &overall;
    let told = [told(before, old), told(after, new)];
    let rows = measures::rates(old, new);
    let groups = [By::Server, By::Client, By::Domain].into_iter().flat_map(|by| measures::groups(before, after, by));
    let groups: Vec<GroupRow> = measures::corrected(groups.collect());
    let exposed = [before, after].map(|s| exposed::Exposed::of(&s.facts));
    let causes = causes::causes(before, after, &exposed, [&old.all, &new.all]);
    let (mut new_patterns, mut gone_patterns) = patterns::changed(before.patterns.as_ref(), after.patterns.as_ref());
    // A log that one side does not have has lines of its own.
    if told[1].beyond(&told[0]).next().is_some() {
        new_patterns.clear();
    }
    if told[0].beyond(&told[1]).next().is_some() {
        gone_patterns.clear();
    }
    let (judgement, because) = judge::judge(&rows, &causes, &told);
    let [told_before, told_after] = told;
    let (new_causes, rest): (Vec<_>, Vec<_>) = causes.into_iter().partition(CauseRow::is_new);
    let (gone_causes, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(CauseRow::is_gone);
    let (causes, open_causes) = rest.into_iter().partition(|c: &CauseRow| c.untold.is_empty());
    Comparison {
        schema: SCHEMA,
        generator: concat!("siptrail ", env!("CARGO_PKG_VERSION")).to_owned(),
        before: told_before,
        after: told_after,
        judgement,
        because,
        new_causes,
        open_causes,
        new_patterns,
        rates: rows,
        outcomes: measures::words(before, after, |f| f.calls.iter().map(|c| c.outcome.as_ref()).collect()),
        verdicts: measures::words(before, after, |f| f.calls.iter().filter_map(|c| c.verdict.as_deref()).collect()),
        push_results: measures::words(before, after, |f| {
            f.pushes.iter().filter(|p| !p.synthetic).map(|p| p.result.as_ref()).collect()
        }),
        causes,
        groups,
        users: people::users(&before.facts, &after.facts, &exposed),
        gone_causes,
        gone_patterns,
    }
}

/// Compares what began before a time with what began from it on.
pub fn split(facts: &Facts<'_>, at: Timestamp) -> Comparison {
    let side = |name: &str, facts| Side { name: format!("{name} {}", at.short()), facts, patterns: None };
    compare(&side("before", facts.between(None, Some(at))), &side("from", facts.between(Some(at), None)))
}

fn told(side: &Side<'_>, rates: &Rates) -> Told {
    let facts = &side.facts;
    let open = |c: &&rates::CallFact<'_>| c.outcome == "undetermined" || c.verdict.as_deref() == Some("undetermined");
    let period = facts.period();
    let server = |c: &rates::Cover<'_>| {
        let spans = c.spans.iter().filter_map(|s| Some(s.last.time?.since(s.first.time?)));
        let whole = period.map_or(0, |(first, last)| last.since(first));
        // Milliseconds of a log are far below 2^52.
        #[expect(clippy::cast_precision_loss, reason = "see above")]
        let told = spans.sum::<i64>() as f64 / whole.max(1) as f64;
        let server = c.server.as_deref().unwrap_or("(no name)").to_owned();
        ServerTold { server, told: told.min(1.0), holes: c.holes.len() as u64 }
    };
    Told {
        name: side.name.clone(),
        first: rates.first.clone(),
        last: rates.last.clone(),
        calls: rates.all.calls,
        pushes: rates.all.pushes,
        missed: facts.calls.iter().filter(|c| c.is_missed()).count() as u64,
        undetermined: facts.calls.iter().filter(open).count() as u64,
        hidden_calls: rates.all.hidden_calls,
        hidden_pushes: rates.all.hidden_pushes,
        pauses: rates.pauses,
        servers: facts.coverage.iter().filter(|c| !c.spans.is_empty()).map(server).collect(),
    }
}
