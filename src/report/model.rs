//! The serialisable mirror of the results: names and order of keys are CONTRACT.md's.
//! A change of meaning needs a new [`SCHEMA`]; new optional fields do not.

mod coverage;
mod findings;
mod hops;
mod lone;
mod selected;

use std::borrow::Cow;
use std::collections::BTreeMap;

pub use coverage::{Coverage, Hole, Span, TimedPlace};
pub use findings::{Finding, GatewayCause, Peer, Undetermined, Unexplained};
pub use hops::{Change, HopRow, HopTable, Sighting};
pub use lone::Lone;
pub use selected::Selected;
use serde::Serialize;

use crate::analysis::{ClockBasis, Link, Modality, Outcome, PushResult, Role, Told, Verdict};

/// Name and version of the format.
pub const SCHEMA: &str = "siptrail.report/1";

/// The whole report.
#[derive(Clone, Debug, Serialize)]
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
    #[serde(skip)]
    pub problems_left_out: usize,
    /// For which times each server speaks.
    pub coverage: Vec<Coverage>,
    /// What the calls missed for one cause have in common.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contrasts: Vec<Contrast>,
    /// What the reader must know of servers and clocks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
    /// What was asked for, where not everything was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selected>,
    /// Failed calls without a cause, by what was told of them; for people, JSON has it with each call.
    #[serde(skip)]
    pub unexplained: Vec<Unexplained>,
    /// Calls that voice mail answered: time, callee, caller, Call-ID; for people, JSON has it with each call.
    #[serde(skip)]
    pub voice_mail: Vec<[String; 4]>,
}

/// One input.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Source {
    pub path: String,
    pub server: Option<String>,
    pub role: Role,
    pub format: &'static str,
    pub encoding: &'static str,
    pub bytes: u64,
    pub first: Option<String>,
    pub last: Option<String>,
    pub clock_offset_ms: i64,
    pub clock_spread_ms: Option<i64>,
    pub records: Records,
    pub lines_outside: u64,
    pub problems: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<ClockBasis>,
    /// The server that its clock is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_against: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_drift_ms: Option<i64>,
    /// Records that stand in another place too and count there.
    #[serde(skip_serializing_if = "is_zero")]
    pub copies: u64,
    /// The inputs that together hold every record of this one, so that it adds nothing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contained_in: Vec<String>,
    /// Where one input holds the logs of several servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub servers: Vec<Server>,
}

/// One server of an input that holds several.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Server {
    pub name: Option<String>,
    pub role: Role,
    pub clock_offset_ms: i64,
    pub clock_spread_ms: Option<i64>,
    pub clock: ClockBasis,
    /// The server that its clock is compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_against: Option<String>,
    pub clock_drift_ms: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde calls")]
fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// Records by kind.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Records {
    pub protocol: u64,
    pub diagnostic: u64,
    pub connection: u64,
    pub other: u64,
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
    /// Milliseconds that it had rung when the caller gave up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gave_up_ms: Option<i64>,
    /// When caller and callee talked, within five minutes of a missed call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reached_later: Option<String>,
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
}

impl Call {
    /// Whether the callee missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_missed)
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
