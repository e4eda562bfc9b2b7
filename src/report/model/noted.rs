//! Notes that somebody wrote on calls and pushes.

use serde::Serialize;

use super::Place;

/// A note, and what it is on.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
pub struct Noted {
    pub call_id: String,
    /// `call`, `push`, or `dialog` where it is neither, as of a REGISTER.
    pub kind: &'static str,
    /// When that began.
    pub time: Option<String>,
    /// Whom the call or push was for.
    pub user: Option<String>,
    /// As it was typed: not made safe for a terminal.
    pub note: String,
    /// Where that begins in the logs.
    pub place: Option<Place>,
    /// What became of it, in a word; for people.
    #[serde(skip)]
    pub what: &'static str,
}
