//! How good calls and pushes are, as numbers that say what the logs could not know.
//!
//! ```text
//! analysis, or a saved report ─ facts ─┬─ ratios   a call counts, does not, is left out; or may: low and high
//!                                      ├─ times    quantiles; what is not known may be the fastest or the slowest
//!                                      └─ hidden   calls that fell into holes of the logs whole
//! ```
//!
//! An interval is no guess of chance: it holds every value that is left open by calls that are `undetermined`, by endpoints
//! that a hole may hide, and by as many calls as the holes may hold at the pace of the rest of the log. Between trace
//! sessions no log was to speak: what came then is not counted, and that is said.

mod blind;
mod cases;
#[cfg(feature = "export")]
mod csv;
pub(crate) mod facts;
mod groups;
mod hidden;
mod possible;
mod ratios;
mod text;
mod times;

use serde::Serialize;

use crate::stats::Share;

pub use cases::Case;
#[cfg(feature = "export")]
pub use csv::write as write_csv;
pub use facts::{
    CallFact, Cover, Facts, FindingFact, Gap, Hop, Leg, Place, PushFact, Spot, Stretch, is_missed_verdict,
};
pub use groups::{By, rates};
pub use possible::{Possible, Tally};
pub use ratios::{CALL_RATIOS, CallRatio, PUSH_ACCEPTED, push_accepted};
pub use text::{in_words, write as write_text, write_entries};

/// Name and version of the format.
pub const SCHEMA: &str = "siptrail.rates/1";

/// Rates of all calls and pushes, and of groups of them.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Rates {
    /// `siptrail.rates/1`.
    pub schema: &'static str,
    /// Name and version of the program.
    pub generator: String,
    /// First time that any log tells of, on the clock of the reference.
    pub first: Option<String>,
    /// The last.
    pub last: Option<String>,
    /// Times between trace sessions in which no log was to speak. What came in them is in no rate and in no interval.
    pub pauses: u64,
    /// How many milliseconds they are together, as far as times tell.
    pub pause_ms: i64,
    /// What the groups have in common: `hour`, `server`, `client`, `domain` or `cause`.
    pub by: Option<&'static str>,
    /// Of all calls and pushes.
    pub all: Group,
    /// By value.
    pub groups: Vec<Group>,
    /// What each rate means, in the order of the rates.
    pub definitions: Vec<Definition>,
}

/// Some calls and pushes.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// The value in common; `null` for all.
    pub value: Option<String>,
    /// Calls in it.
    pub calls: u64,
    /// Pushes in it, without test traffic.
    pub pushes: u64,
    /// So many calls the logs may hide whole, at most.
    pub hidden_calls: u64,
    /// So many pushes.
    pub hidden_pushes: u64,
    /// Those of which anything is known or open.
    pub rates: Vec<Rate>,
}

/// One number with what is left open.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Rate {
    /// Name of its definition.
    pub name: &'static str,
    /// Of what is known; `null` where nothing is.
    pub value: Option<f64>,
    /// No truth that the logs leave open is below; `null`: it may be anything.
    pub low: Option<f64>,
    /// Nor above.
    pub high: Option<f64>,
    /// Of a ratio: those that count.
    pub part: Option<u64>,
    /// Those of which it is known.
    pub of: u64,
    /// Those in the logs of which it is not known.
    pub unknown: u64,
    /// Of a ratio: what is known, and the ends of what is left open, as counts.
    #[serde(skip)]
    pub shares: Option<[Share; 3]>,
}

/// What a rate means.
#[derive(Clone, Copy, Debug, Serialize)]
#[non_exhaustive]
pub struct Definition {
    /// `ser`, `push_latency_p95`.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// `share` (0 to 1), `per_1000` or `ms`.
    pub unit: &'static str,
    /// What is counted of what.
    pub definition: &'static str,
    /// Where that is laid down.
    pub source: &'static str,
}

impl Group {
    /// The rate of a name.
    pub fn rate(&self, name: &str) -> Option<&Rate> {
        self.rates.iter().find(|r| r.name == name)
    }
}

/// All definitions, in the order in which rates stand.
pub fn definitions() -> impl Iterator<Item = &'static Definition> {
    CALL_RATIOS.iter().map(|r| &r.definition).chain([&PUSH_ACCEPTED]).chain(&times::TIMES)
}
