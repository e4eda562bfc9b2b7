//! What was read, and what each input is.

use serde::Serialize;

use super::is_zero;
use crate::analysis::{ClockBasis, Role};

/// One input.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Source {
    pub path: String,
    pub server: Option<String>,
    pub role: Role,
    pub format: &'static str,
    /// Where it is `mixed`: those that are no trace of a server.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub formats: Vec<&'static str>,
    /// Of its times, where the layout tells: `utc`, or `local` for the zone of the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<&'static str>,
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
