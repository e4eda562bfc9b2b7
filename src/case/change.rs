//! The time from which on a cause hits more, or less.

use crate::stats::Share;
use crate::time::Timestamp;

/// A time from which on a cause hits more, or less, than before.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// When.
    pub at: Timestamp,
    /// Calls with the cause before, of all attempts of which the logs tell whether they have it.
    pub before: Share,
    /// The same from then on.
    pub after: Share,
    /// Attempts of which the logs do not tell it. Whatever these were, the share changes there.
    pub open: u64,
    /// Whether the calls are of several days, so that a time of day alone says nothing.
    pub of_days: bool,
    /// How often chance alone makes such a difference at one of all times that were tried.
    pub chance: f64,
}

/// Parts of the time that are told apart.
pub const BINS: usize = 24;

impl Change {
    /// `from 10:00:04, 0 of 210 before, 119 of 150 after`; the day ahead of the time where there are several, and behind it
    /// how many attempts are left out because the logs do not tell whether they have the cause.
    pub fn in_words(&self) -> String {
        let at = self.at.iso();
        let (at, before, after) = (at.get(..19).unwrap_or_default().replace('T', " "), self.before, self.after);
        let at = if self.of_days { at.as_str() } else { at.get(11..).unwrap_or_default() };
        let open = if self.open > 0 { format!(" ({} open)", self.open) } else { String::new() };
        format!("from {at}, {} of {} before, {} of {} after{open}", before.part, before.all, after.part, after.all)
    }
}
