//! The serialisable mirror of the results: names and order of keys are CONTRACT.md's.
//! A change of meaning needs a new [`SCHEMA`]; new optional fields do not.

mod coverage;
mod document;
mod findings;
mod hops;
mod lone;
mod noted;
mod selected;
mod sources;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use coverage::{Coverage, Hole, Span, TimedPlace};
pub(in crate::report) use document::Document;
pub use findings::{Change as ShareChange, Finding, GatewayCause, Peer, Undetermined, Unexplained};
pub use hops::{Change, HopRow, HopTable, Sighting};
pub use lone::Lone;
pub use noted::Noted;
pub use selected::Selected;
use serde::Serialize;
pub use sources::{Records, Server, Source};

use crate::analysis::{Link, Modality, Outcome, PushResult, Told, Verdict};
use crate::case::Item;
use crate::rates::Rates;

/// Name and version of the format.
pub const SCHEMA: &str = "siptrail.report/1";

/// The whole report.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are documented in CONTRACT.md's words by the JSON Schema of the project")]
#[non_exhaustive]
pub struct Report {
    pub schema: &'static str,
    pub generator: String,
    pub sources: Vec<Source>,
    pub summary: Summary,
    pub calls: Vec<Call>,
    pub pushes: Vec<Push>,
    /// Messages inside conversations that their receivers missed.
    pub missed_messages: Vec<MissedMessage>,
    pub findings: Vec<Finding>,
    pub problems: Vec<Problem>,
    /// Problems that a digest counts and does not list.
    pub problems_left_out: usize,
    /// Lost pushes that a digest counts and does not list.
    pub lost_left_out: LostLeftOut,
    /// For which times each server speaks.
    pub coverage: Vec<Coverage>,
    /// What the calls missed for one cause have in common.
    pub contrasts: Vec<Contrast>,
    /// What the reader must know of servers and clocks.
    pub notes: Vec<Note>,
    /// Notes that people wrote, where they were asked for: [`add_notes`](super::add_notes).
    pub noted: Option<Vec<Noted>>,
    /// The logs that would tell what is open, as the commands that get them.
    pub missing_logs: Vec<MissingLog>,
    /// What was asked for, where not everything was.
    pub selection: Option<Selected>,
    /// Rates with what the logs leave open, where they were asked for.
    pub rates: Option<Rates>,
    /// Failed calls without a cause, by what was told of them; for people, JSON has it with each call.
    pub unexplained: Vec<Unexplained>,
    /// Calls that voice mail answered: time, callee, caller, Call-ID; for people, JSON has it with each call.
    pub voice_mail: Vec<[String; 4]>,
}

impl Report {
    /// How many pushes did not arrive at the clearing house, or were refused there, those that a digest only counts too.
    pub fn lost(&self) -> u64 {
        self.lost_left_out.lost + self.pushes.iter().filter(|p| p.is_lost()).count() as u64
    }

    /// The notes on these Call-IDs.
    pub fn notes_on<'r>(&'r self, call_ids: impl IntoIterator<Item = &'r String>) -> impl Iterator<Item = &'r str> {
        let noted = self.noted.as_deref().unwrap_or_default();
        let found = call_ids.into_iter().filter_map(move |id| noted.iter().find(|n| n.call_id == *id));
        found.map(|n| n.note.as_str())
    }
}

/// Lost pushes that are counted only. A log may have tens of thousands, and forms for people show the first ones.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct LostLeftOut {
    /// Without tests: [`Push::is_lost`].
    pub lost: u64,
    /// Those that belong to no call that was missed, or perhaps was; tests too.
    pub alone: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// A log that would tell what is open.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct MissingLog {
    /// The pool or server; `null` where nothing names it.
    pub pool: Option<String>,
    pub components: Vec<&'static str>,
    pub start: Option<String>,
    pub end: Option<String>,
    pub reason: String,
    /// Calls and pushes that wait for it.
    pub cases: usize,
    pub command: String,
    /// The same in lines that fit a page.
    #[serde(skip)]
    pub lines: Vec<String>,
}

/// Counts.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Summary {
    pub records: u64,
    pub messages: u64,
    pub calls: u64,
    pub pushes: u64,
    pub outcomes: BTreeMap<Outcome, u64>,
    pub verdicts: BTreeMap<Verdict, u64>,
    pub push_results: BTreeMap<PushResult, u64>,
    pub missed: u64,
    /// Messages inside conversations that were missed.
    #[serde(skip_serializing_if = "is_zero")]
    pub missed_messages: u64,
    /// Missed calls whose caller and callee talked within five minutes.
    #[serde(skip_serializing_if = "is_zero")]
    pub reached_later: u64,
    /// Asked for with `--count-abandoned`: calls to mobile users whose callers gave up after long ringing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<u64>,
    /// Calls that voice mail answered.
    #[serde(skip_serializing_if = "is_zero")]
    pub voice_mail: u64,
    /// Calls and pushes that `--since`, `--until`, `--user` or `--where` left out.
    #[serde(skip_serializing_if = "is_zero")]
    pub left_out: u64,
    /// Calls whose outcome or verdict is `undetermined`, by the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub undetermined: BTreeMap<&'static str, u64>,
}

/// One call.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
#[non_exhaustive]
pub struct Call {
    pub call_id: String,
    pub from: String,
    pub to: String,
    pub modality: Option<Modality>,
    pub started: Option<String>,
    pub ended: Option<String>,
    pub rang: bool,
    pub ring_ms: Option<i64>,
    pub answer_ms: Option<i64>,
    pub outcome: Outcome,
    pub expected: Option<bool>,
    pub status: Option<u16>,
    pub reason: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
    pub attempts: u32,
    pub legs: Vec<Leg>,
    pub mobile: bool,
    pub verdict: Option<Verdict>,
    pub pushes: Vec<String>,
    pub findings: Vec<&'static str>,
    pub messages: u64,
    pub evidence: Vec<Place>,
    /// Servers that logged it, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<String>,
    /// The logs may hide something of it: a server that logged it has a hole there, or another server knows whom it called.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub partial: bool,
    /// Milliseconds to the first response that tells something: no 100, no 101.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_ms: Option<i64>,
    /// Milliseconds from the BYE to its 2xx.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bye_ms: Option<i64>,
    /// Milliseconds that it had rung when the caller gave up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gave_up_ms: Option<i64>,
    /// When caller and callee talked, within five minutes of a missed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_later: Option<String>,
    /// Call-ID of the first call of the conversation, where that has several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// What ties it to other calls of the conversation.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub joined: Vec<Joined>,
    /// Why the outcome or the verdict is `undetermined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<Undetermined>,
    /// The telephone network's own cause, where the call went over a gateway and it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gateway_cause: Option<GatewayCause>,
    /// Whether the callee was told by mail (Exchange UM): `null` where that is not known. Only of calls that nobody
    /// answered, in a trace that shows Exchange UM at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_by_mail: Option<Told>,
    /// Voice mail answered: answered to SIP, missed for the person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub voice_mail: bool,
    /// Asked for with `--hops`: of the INVITE and its final response.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hop_tables: Vec<HopTable>,
    /// What somebody noted on it, where notes were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The card of the case, for people: where [`add_cards`](super::add_cards) put it.
    #[serde(skip)]
    pub card: Vec<Item>,
}

impl Call {
    /// Whether the callee missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_missed)
    }

    /// Its Call-ID, and those of its pushes, each once.
    pub fn call_ids(&self) -> impl Iterator<Item = &String> {
        let first =
            |at: usize, id: &String| self.pushes.iter().position(|p| p == id) == Some(at) && *id != self.call_id;
        let pushes = self.pushes.iter().enumerate().filter(move |(at, id)| first(*at, id)).map(|(_, id)| id);
        std::iter::once(&self.call_id).chain(pushes)
    }
}

/// One header of the ms-diagnostics family.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Diagnostic {
    pub header: &'static str,
    pub id: u32,
    pub reason: String,
    pub params: BTreeMap<String, String>,
    pub explained: Option<String>,
}

/// One far end.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Leg {
    pub target: Option<String>,
    pub client: Option<String>,
    pub mobile: bool,
    pub outcome: Outcome,
    pub status: Option<u16>,
}

/// One push.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Push {
    pub call_id: String,
    pub cseq: u32,
    pub user: Option<String>,
    pub mcx_id: Option<String>,
    pub synthetic: bool,
    pub sent: Option<String>,
    pub answered: Option<String>,
    pub latency_ms: Option<i64>,
    pub result: PushResult,
    pub status: Option<u16>,
    pub reason: Option<String>,
    pub diagnostics: Vec<Diagnostic>,
    pub hops: Vec<Sighting>,
    pub call: Option<String>,
    pub candidates: Vec<String>,
    pub link: Link,
    pub findings: Vec<&'static str>,
    pub evidence: Vec<Place>,
    /// A later push of the same call was accepted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub superseded: bool,
    /// Why the result is `undetermined`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub undetermined: Option<Undetermined>,
    /// Asked for with `--hops`: of the MESSAGE and its final response.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hop_tables: Vec<HopTable>,
    /// What somebody noted on it, where notes were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Another call of the same conversation, and the header that says so.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Joined {
    pub call_id: String,
    pub header: &'static str,
    pub value: String,
    pub evidence: Vec<Place>,
}

impl Push {
    /// Whether it did not arrive at the clearing house, or was refused there. A test is nobody's notification.
    pub fn is_lost(&self) -> bool {
        !self.synthetic && self.result.is_lost()
    }
}

/// One message inside a conversation that its receiver missed.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct MissedMessage {
    /// Of the conversation.
    pub call_id: String,
    pub cseq: u32,
    pub from: String,
    pub to: String,
    pub sent: Option<String>,
    pub status: Option<u16>,
    pub reason: Option<String>,
    pub verdict: Verdict,
    /// Call-IDs.
    pub pushes: Vec<String>,
    pub findings: Vec<&'static str>,
    pub evidence: Vec<Place>,
}

/// Something to know of a server, its clock or its log; no damage.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Note {
    pub file: String,
    pub line: Option<u64>,
    pub byte: Option<u64>,
    pub server: Option<String>,
    pub what: String,
}

/// What the calls missed for one cause have in common, against those that came through.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Contrast {
    pub finding: &'static str,
    /// `front_end`, `server`, `peer`, `client`, `user_domain` or `hour`.
    pub dimension: &'static str,
    pub value: String,
    pub missed: usize,
    pub missed_of: usize,
    pub missed_share: f64,
    pub through: usize,
    pub through_of: usize,
    pub through_share: f64,
    /// Quotient of the shares; `null` where no call with the value came through.
    pub lift: Option<f64>,
    /// How often chance alone makes such a difference among all that were compared.
    pub chance: f64,
    /// Whether that is too often to be called a difference; for people.
    #[serde(skip)]
    pub may_be_chance: bool,
    /// First missed call, where none with the value came through from then on.
    pub since: Option<String>,
}

/// `file:line:byte`.
#[derive(Clone, Debug, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Place {
    pub file: String,
    pub line: u64,
    pub byte: u64,
}

/// Damage.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Problem {
    pub file: String,
    pub line: Option<u64>,
    pub byte: Option<u64>,
    pub what: Cow<'static, str>,
}
