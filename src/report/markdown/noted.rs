//! Notes that somebody wrote, where they were asked for.

use std::io::{self, Write};

use super::{code, more, prose};
use crate::report::labels::{MOST, known, when};
use crate::report::model::Report;

/// All of them, also on what is told nowhere else in the report.
pub(super) fn noted(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(all) = report.noted.as_deref().filter(|all| !all.is_empty()) else { return Ok(()) };
    writeln!(out, "## Noted\n")?;
    for noted in all.iter().take(MOST) {
        let user = noted.user.as_deref().map_or(String::new(), |u| format!(" {}", code(known(u, "(unknown user)"))));
        let what = prose(&format!("{} {}", noted.kind, noted.what));
        let place =
            noted.place.as_ref().map_or(String::new(), |p| format!(", {}", code(&format!("{}:{}", p.file, p.line))));
        writeln!(out, "- {}{user}: {what}, Call-ID {}{place}", when(noted.time.as_deref()), code(&noted.call_id))?;
        notes(noted.note.lines(), "  - ", out)?;
    }
    writeln!(out)?;
    more(all.len(), out)
}

/// The notes on one case.
pub(super) fn notes_on<'r>(
    report: &'r Report,
    call_ids: impl IntoIterator<Item = &'r String>,
    out: &mut dyn Write,
) -> io::Result<()> {
    notes(report.notes_on(call_ids).flat_map(str::lines), "- **Note**: ", out)
}

fn notes<'n>(lines: impl Iterator<Item = &'n str>, lead: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in lines {
        writeln!(out, "{lead}{}", prose(line))?;
    }
    Ok(())
}
