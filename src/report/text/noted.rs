//! Notes that somebody wrote, where they were asked for.

use std::io;

use super::{Paper, heading, line, more};
use crate::report::labels::{MOST, known, when};
use crate::report::model::Report;

/// All of them, also on what is told nowhere else in the report.
pub(super) fn write(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let Some(all) = report.noted.as_deref().filter(|all| !all.is_empty()) else { return Ok(()) };
    heading(out, "Noted")?;
    for noted in all.iter().take(MOST) {
        let user = noted.user.as_deref().map_or(String::new(), |u| format!("  {}", known(u, "(unknown user)")));
        line(out, 2, &format!("{}{user}: {} {}", when(noted.time.as_deref()), noted.kind, noted.what))?;
        notes(out, 4, [noted.note.as_str()])?;
        let place = noted.place.as_ref().map_or(String::new(), |p| format!(", {}:{}", p.file, p.line));
        line(out, 4, &format!("Call-ID {}{place}", noted.call_id))?;
    }
    more(out, all.len())
}

/// The notes on one case, each line as it was typed.
pub(super) fn notes<'n>(out: &mut Paper<'_>, indent: usize, all: impl IntoIterator<Item = &'n str>) -> io::Result<()> {
    all.into_iter().flat_map(str::lines).try_for_each(|text| line(out, indent, &format!("note: {text}")))
}
