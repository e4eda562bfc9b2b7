//! The report as one HTML page: no network, no other file, readable without its script.
//!
//! The page is [`askama`]'s from `page.html`; `escape` stands between every value and the page. A
//! Content-Security-Policy lets only the style and the script run that were compiled in, by their hashes.

mod charts;
mod escape;
mod page;
mod policy;

use std::io::{self, Write};

use askama::Template;

pub(crate) use escape::LogText;
pub(crate) use policy::policy;

use super::model::Report;
use crate::analysis::Analysis;
use crate::case::Index;
use crate::trace::Trace;
use page::Page;

/// What the page is made of. `report` must be the whole report of this analysis, not a digest.
#[derive(Clone, Copy, Debug)]
pub struct Sources<'r> {
    /// The logs, for the ladders.
    pub trace: &'r Trace,
    /// What they tell.
    pub analysis: &'r Analysis,
    /// Whom each cause hit.
    pub cases: &'r Index,
    /// The same as the page shows it.
    pub report: &'r Report,
}

/// The style of every page.
pub(crate) const STYLE: &str = include_str!("style.css");

/// Missed calls that are shown with their ladder.
pub const CASES: usize = 50;
/// Rows of the table of missed calls.
pub const MISSED_ROWS: usize = 20_000;
/// Rows of the tables of all calls and of all pushes.
pub const ROWS: usize = 10_000;
/// Entries of the lists of sources and problems.
pub const ENTRIES: usize = 500;

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(sources: Sources<'_>, out: &mut dyn Write) -> io::Result<()> {
    Page::new(sources).write_into(&mut &mut *out)
}
