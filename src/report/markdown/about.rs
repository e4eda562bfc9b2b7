//! What the reader must know of the logs, and what is damaged in them.

use std::io::{self, Write};

use super::{code, more, prose};
use crate::report::labels::MOST;
use crate::report::model::Report;

/// What the reader must know of the inputs, their servers and clocks.
pub(super) fn notes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let notes = report.notes.iter().map(|n| (n.file.as_str(), n.line, &*n.what));
    listed("Notes", notes, report.notes.len(), out)
}

/// Damage.
pub(super) fn problems(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let problems = report.problems.iter().map(|p| (p.file.as_str(), p.line, &*p.what));
    listed("Problems", problems, report.problems.len() + report.problems_left_out, out)
}

/// Places of the inputs with what is to be said of them, under a head; nothing where there are none. `count` of them there are
/// in all.
fn listed<'r>(
    head: &str,
    all: impl Iterator<Item = (&'r str, Option<u64>, &'r str)>,
    count: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut all = all.take(MOST).peekable();
    if all.peek().is_none() {
        return Ok(());
    }
    writeln!(out, "## {head}\n")?;
    for (file, line, what) in all {
        let at = line.map_or(String::new(), |l| format!(":{l}"));
        writeln!(out, "- {}: {}", code(&format!("{file}{at}")), prose(what))?;
    }
    writeln!(out)?;
    more(count, out)
}
