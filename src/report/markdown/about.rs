//! What the reader must know of the logs, and what is damaged in them.

use std::io::{self, Write};

use super::{code, more, prose};
use crate::report::labels::MOST;
use crate::report::model::Report;

/// What the reader must know of the inputs, their servers and clocks.
pub(super) fn notes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.notes.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Notes\n")?;
    for note in report.notes.iter().take(MOST) {
        let at = note.line.map_or(String::new(), |l| format!(":{l}"));
        writeln!(out, "- {}: {}", code(&format!("{}{at}", note.file)), prose(&note.what))?;
    }
    writeln!(out)?;
    more(report.notes.len(), out)
}

/// Damage.
pub(super) fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Problems\n")?;
    for p in report.problems.iter().take(MOST) {
        let at = p.line.map_or(String::new(), |l| format!(":{l}"));
        writeln!(out, "- {}: {}", code(&format!("{}{at}", p.file)), prose(&p.what))?;
    }
    writeln!(out)?;
    more(report.problems.len() + report.problems_left_out, out)
}
