//! Causes, and what has none.

use serde::Serialize;

use super::{Lone, Place};
use crate::knowledge::catalogue::{Severity, Step};

/// One cause with all that it explains.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Finding {
    pub code: &'static str,
    pub severity: Severity,
    pub summary: &'static str,
    pub cause: &'static str,
    pub remedy: &'static str,
    /// Calls, and pushes of no call; where there are none, the records of `lone`.
    pub count: u64,
    /// Of the calls those that failed; for people.
    #[serde(skip)]
    pub failed: Vec<String>,
    pub calls: Vec<String>,
    pub pushes: Vec<String>,
    pub evidence: Vec<Place>,
    /// Diagnostic, connection and security records that name it without their call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lone: Option<Lone>,
    /// Of a cause about certificates: with which servers, and when.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peers: Vec<Peer>,
}

/// Another server with which TLS failed.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Peer {
    pub peer: Option<String>,
    pub first: Option<String>,
    pub last: Option<String>,
    /// Records, lines and answers that tell of it.
    pub count: u64,
}

impl Peer {
    /// In words; made of log text, not safe for a terminal yet.
    pub fn in_words(&self) -> String {
        let who = self.peer.as_deref().unwrap_or("a server that is not named");
        let time = |t: &Option<String>| t.as_deref().map_or(String::new(), |t| t.replace('T', " "));
        let (first, last) = (time(&self.first), time(&self.last));
        let times = if self.count == 1 { "once".to_owned() } else { format!("{} times", self.count) };
        match (first.is_empty(), first == last) {
            (true, _) => format!("with {who}, {times}"),
            (_, true) => format!("with {who}, {times}, {first}"),
            _ => format!("with {who}, {times}, {first} to {last}"),
        }
    }
}

/// Failed calls that no entry of the catalogue explains, by what was told of them.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Unexplained {
    /// `12001`, `408`, `Q.850 cause 34`.
    pub code: String,
    /// What the server or client wrote beside the first of them.
    pub reason: String,
    /// What is known of it.
    pub meaning: String,
    /// What to do, with its commands apart; may be empty.
    pub remedy: Vec<Step>,
    /// Call-IDs.
    pub calls: Vec<String>,
}

/// A cause of the telephone network (Q.850) that a call was ended with.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct GatewayCause {
    pub cause: u32,
    pub name: Option<&'static str>,
    pub explained: Option<&'static str>,
}

/// Why a judgement could not be made.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Undetermined {
    /// A word: `start_missing`, `log_ends`, `hole`, `only_edge`, `server_missing`, `tied`, `clocks`, `client_unnamed`,
    /// `outcome`.
    pub why: &'static str,
    /// A sentence with the place in the log.
    pub reason: String,
}
