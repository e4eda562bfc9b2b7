//! The way of messages from server to server.

use serde::Serialize;

use super::Place;

/// One place that logged a MESSAGE.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Sighting {
    pub server: Option<String>,
    pub direction: Option<&'static str>,
    pub peer: Option<String>,
    pub time: Option<String>,
}

/// One message with every place that logged it.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct HopTable {
    pub message: String,
    pub rows: Vec<HopRow>,
}

/// One record of the message.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct HopRow {
    pub server: Option<String>,
    pub direction: Option<&'static str>,
    pub peer: Option<String>,
    /// On the clock of the reference.
    pub time: Option<String>,
    /// On the clock of the server.
    pub logged: Option<String>,
    /// Number of the row it was made from, counted from 0.
    pub before: Option<usize>,
    pub latency_ms: Option<i64>,
    /// By how much the latency may be wrong.
    pub unsure_ms: i64,
    pub changes: Vec<Change>,
    pub place: Place,
}

/// One difference from the copy before.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Change {
    /// `added`, `removed` or `changed`.
    pub what: &'static str,
    /// A header, `Request-URI` or `body`, whose values are its lengths.
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}
