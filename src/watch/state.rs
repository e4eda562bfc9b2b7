//! What was told, so that it is not told again after a restart.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Name and version of the format.
pub const SCHEMA: &str = "siptrail.watch/1";

/// What is known of the logs that were read before. Times are milliseconds on the clock of the logs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// `siptrail.watch/1`.
    pub schema: String,
    /// Causes that go on, by code.
    pub active: BTreeMap<String, Active>,
    /// What ended, by code, as long as the logs go back so far: a case of it may be known late.
    pub ended: BTreeMap<String, Vec<Active>>,
    /// Cases that were counted, by code: Call-IDs and when they began, as long as the logs go back so far.
    pub cases: BTreeMap<String, BTreeMap<String, i64>>,
    /// When the newest case began that is not among them any more. What is not newer was counted.
    pub forgotten: Option<i64>,
    /// Servers, by name.
    pub servers: BTreeMap<String, ServerState>,
    /// Call-IDs that a query selected and that were told, as long as the logs have the calls.
    pub told: BTreeSet<String>,
    /// Start of the day of the newest record.
    pub day: Option<i64>,
    /// Time of the newest record.
    pub newest: Option<i64>,
}

/// A cause that goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Active {
    /// Its first case.
    pub since: i64,
    /// Its last case.
    pub last: i64,
    /// Cases since it began.
    pub count: u64,
}

/// A server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ServerState {
    /// Its newest record.
    pub last: i64,
    /// It was told that it is silent.
    pub silent: bool,
    /// The last time at which it was throttled.
    pub throttled: i64,
}
