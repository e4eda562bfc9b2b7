//! What is wrong with a query, where, and what was probably meant.

use std::fmt;

use crate::text::{nearest as nearest_of, one_in_three};

/// A query that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueryError {
    /// Where, in characters from the start of the query, counted from 1.
    pub column: usize,
    /// What was found there and what was expected, a fragment in lower case.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.what)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

impl std::error::Error for QueryError {}

/// The known name that `typed` is nearest to, if at most one letter in three is wrong.
pub(super) fn nearest(typed: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let typed: String = typed.to_ascii_lowercase().replace('_', "-").chars().take(64).collect();
    let worst = one_in_three(&typed).min(4);
    nearest_of(&typed, known.map(|name| (name.to_ascii_lowercase().replace('_', "-"), name)), worst)
}
