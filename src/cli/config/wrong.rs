//! What is wrong with a configuration file, and where.

use std::ops::Range;

/// What is wrong with a file.
#[derive(Debug)]
pub(super) struct Wrong {
    /// Counted from 1.
    pub(super) line: Option<usize>,
    /// What was expected, what was found, what to do.
    pub(super) what: String,
}

impl Wrong {
    /// At a place of the text.
    pub(super) fn at(text: &str, place: &Range<usize>, what: String) -> Wrong {
        Wrong { line: Some(line(text, place)), what }
    }
}

/// The line of a place, counted from 1.
pub(super) fn line(text: &str, at: &Range<usize>) -> usize {
    text.get(..at.start).unwrap_or_default().matches('\n').count() + 1
}
