//! What the logs can show.

use serde::Serialize;

use super::Place;
use crate::analysis::Role;
use crate::time::Timestamp;

/// For which times the log of one server speaks.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Coverage {
    pub server: Option<String>,
    pub role: Role,
    /// Without a hole from the first record to the last.
    pub spans: Vec<Span>,
    pub holes: Vec<Hole>,
}

/// A first and a last record.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Span {
    pub first: TimedPlace,
    pub last: TimedPlace,
}

/// A time for which a log says nothing.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Hole {
    /// `sequence`, `restart`, `rewind`, `throttled`, `silence` or `level`.
    pub kind: &'static str,
    /// Lines that are missing, where their numbers tell.
    pub lines: Option<u64>,
    pub after: TimedPlace,
    pub before: TimedPlace,
}

impl Hole {
    /// Why, in words.
    pub fn what(&self) -> String {
        match (self.kind, self.lines) {
            ("sequence", Some(1)) => "1 line is missing".to_owned(),
            ("sequence", Some(n)) => format!("{n} lines are missing"),
            ("restart", _) => "a new trace session".to_owned(),
            ("rewind", _) => "the log goes back in time".to_owned(),
            ("throttled", _) => "so many lines a second that some were dropped".to_owned(),
            ("level", _) => "only diagnostics, no messages".to_owned(),
            _ => "silence".to_owned(),
        }
    }
}

/// A record with its time on the clock of the reference.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct TimedPlace {
    pub time: Option<Timestamp>,
    pub place: Place,
}
