//! Lines that were typed before, by what they were typed for.

use super::state::PromptKind;

/// Older lines are forgotten.
const MOST: usize = 50;

/// Lines that were typed, the oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// What was searched for.
    pub searches: Vec<String>,
    /// Filters.
    pub filters: Vec<String>,
    /// Times.
    pub times: Vec<String>,
}

impl History {
    /// The lines of a kind; names of files and notes are not kept.
    pub(super) fn of(&self, kind: &PromptKind) -> &[String] {
        match kind {
            PromptKind::Search(_) => &self.searches,
            PromptKind::Filter(..) => &self.filters,
            PromptKind::Time | PromptKind::Split => &self.times,
            _ => &[],
        }
    }

    /// Keeps a line; one that was there already becomes the latest.
    pub(super) fn add(&mut self, kind: &PromptKind, text: &str) {
        let lines = match kind {
            PromptKind::Search(_) => &mut self.searches,
            PromptKind::Filter(..) => &mut self.filters,
            PromptKind::Time | PromptKind::Split => &mut self.times,
            _ => return,
        };
        if text.is_empty() {
            return;
        }
        lines.retain(|line| line != text);
        lines.push(text.to_owned());
        let old = lines.len().saturating_sub(MOST);
        lines.drain(..old);
    }
}
