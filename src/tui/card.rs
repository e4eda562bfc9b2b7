//! The card of a case: all that a ticket needs of a call or push, over the view.

use super::data::Data;
use crate::case::{self, Case, Twin};
use crate::ladder::Subject;

/// The card that lies over the view.
#[derive(Clone, Debug)]
pub struct Card {
    /// What it is about.
    pub subject: Subject,
    /// What is known of it.
    pub case: Case,
    /// The most similar call that worked.
    pub twin: Option<Twin>,
    /// First line shown.
    pub top: usize,
}

/// A case that was saved.
#[derive(Clone, Debug)]
pub struct SavedCase {
    /// What it is about.
    pub call_id: String,
    /// What was told of it, with all logs at hand; not made safe for a terminal yet.
    pub ticket: String,
    /// Call-IDs with the notes on them.
    pub notes: Vec<(String, String)>,
}

impl Card {
    /// The card of a call or push; `None` for other records.
    pub(super) fn of(data: &Data, subject: &Subject) -> Option<Card> {
        let case = Case::new(&data.trace, &data.analysis, &data.cases, subject)?;
        let twin = case::twin(&data.analysis, subject);
        Some(Card { subject: subject.clone(), case, twin, top: 0 })
    }
}
