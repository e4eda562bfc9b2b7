//! The table of causes, and the logs to ask for.

use std::io::{self, Write};

use super::{DIM, Paper, heading, line};
use crate::report::labels::{self, MOST};
use crate::report::model::{Finding, Report};
use crate::text::sanitize;
use crate::text::width::cut;

/// So many causes leave room on a screen for the first case.
const CAUSES: usize = 6;
/// Where what belongs to a cause begins.
const INDENT: usize = 16;

/// All causes with their numbers, first those that something can be done about.
pub(super) fn write(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let all = labels::by_use(report);
    // One cause is told by its first case.
    if all.len() < 2 {
        return Ok(());
    }
    heading(out, "Causes, first those that something can be done about")?;
    writeln!(out, "{DIM}  cases  missed  cause{DIM:#}")?;
    for finding in all.iter().take(CAUSES) {
        let share = labels::share(finding.missed, report.summary.missed);
        writeln!(out, "{:>7}{share:>8}  {} {}", finding.count, finding.code, finding.summary)?;
        let times = labels::times(finding);
        if !times.is_empty() {
            line(out, INDENT, &times)?;
        }
        let course = finding.sparkline.trim_end();
        if finding.count > 1 && !course.is_empty() {
            writeln!(out, "{:INDENT$}{course}", "")?;
        }
        if let Some(change) = &finding.change {
            line(out, INDENT, &change.in_words)?;
        }
        detail(finding, out)?;
    }
    let more = all.len().saturating_sub(CAUSES);
    if more > 0 { line(out, 2, &format!("... and {more} more, below")) } else { Ok(()) }
}

/// What to do in one line; the whole of it stands with the first case.
fn detail(finding: &Finding, out: &mut Paper<'_>) -> io::Result<()> {
    if finding.remedy.is_empty() {
        return Ok(());
    }
    let text = format!("do: {}", sanitize(finding.remedy));
    writeln!(out, "{:INDENT$}{}", "", cut(&text, out.width - INDENT, false))
}

/// The commands that get what would tell more, in one block.
pub(super) fn missing_logs(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    if report.missing_logs.is_empty() {
        return Ok(());
    }
    heading(out, "Logs that would tell more")?;
    for log in report.missing_logs.iter().take(MOST) {
        line(out, 2, &format!("# {}", log.reason))?;
    }
    super::more(out, report.missing_logs.len())?;
    writeln!(out)?;
    for log in report.missing_logs.iter().take(MOST) {
        for line in &log.lines {
            writeln!(out, "  {}", sanitize(line))?;
        }
    }
    Ok(())
}
