//! Causes that records name without their call.

use std::io;

use super::{Paper, cause, heading, line, more};
use crate::report::labels::{MOST, spoken_of};
use crate::report::model::{Finding, Report};

/// Each with what its records speak of, and where they stand.
pub(super) fn write(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let all: Vec<&Finding> = report.findings.iter().filter(|f| f.lone.is_some()).collect();
    if all.is_empty() {
        return Ok(());
    }
    heading(out, "Causes seen without their call")?;
    for finding in all.iter().take(MOST) {
        cause(out, 2, finding)?;
        let Some(lone) = &finding.lone else { continue };
        line(out, 4, &spoken_of(lone))?;
        if finding.calls.is_empty() && finding.pushes.is_empty() {
            let places: Vec<String> =
                finding.evidence.iter().take(8).map(|p| format!("{}:{}", p.file, p.line)).collect();
            let rest = lone.records.saturating_sub(places.len() as u64);
            let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
            line(out, 4, &format!("proof: {}{rest}", places.join(" ")))?;
        }
    }
    more(out, all.len())
}
