//! The inputs, the servers with their clocks, and what their logs do not show.

use std::io;

use super::{Paper, heading, line, more};
use crate::analysis::ClockBasis;
use crate::report::labels::{MOST, clock};
use crate::report::model::{Coverage, Report, Source};
use crate::text::plural;
use crate::time::Timestamp;

/// Sources with clocks, holes and notes.
pub(super) fn write(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    heading(out, "Sources")?;
    // With one server there is nothing to compare.
    let reference = (report.coverage.len() > 1).then(|| reference(&report.sources));
    for source in report.sources.iter().take(MOST * 5) {
        entry(source, reference, out)?;
    }
    more(out, report.sources.len().saturating_sub(MOST * 4))?;
    if let Some(reference) = reference {
        untied(&report.sources, reference, out)?;
    }
    holes(&report.coverage, out)?;
    if report.notes.is_empty() {
        return Ok(());
    }
    heading(out, "Notes")?;
    for note in report.notes.iter().take(MOST) {
        let at = note.line.map_or(String::new(), |l| format!(":{l}"));
        let server = note.server.as_deref().map_or(String::new(), |s| format!(" ({s})"));
        line(out, 2, &format!("{}{at}{server}: {}", note.file, note.what))?;
    }
    more(out, report.notes.len())
}

/// The server on whose clock times are told.
fn reference(sources: &[Source]) -> &str {
    let own = sources.iter().filter(|s| s.clock == Some(ClockBasis::Reference)).map(|s| s.server.as_deref());
    let several =
        sources.iter().flat_map(|s| &s.servers).filter(|s| s.clock == ClockBasis::Reference).map(|s| s.name.as_deref());
    own.chain(several).flatten().next().unwrap_or("the reference")
}

/// Clocks that no message ties to the reference, in one paragraph.
fn untied(sources: &[Source], reference: &str, out: &mut Paper<'_>) -> io::Result<()> {
    let own =
        sources.iter().filter(|s| s.clock == Some(ClockBasis::Unknown)).map(|s| s.server.as_ref().unwrap_or(&s.path));
    let several = sources.iter().flat_map(|s| &s.servers).filter(|s| s.clock == ClockBasis::Unknown);
    let mut names: Vec<&String> = own.chain(several.filter_map(|s| s.name.as_ref())).collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    let all: Vec<&str> = names.iter().take(MOST).map(|n| n.as_str()).collect();
    let rest = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
    let text = format!(
        "No message ties these clocks to that of {reference}; they are not corrected, and their times are not compared with its: {}{rest}",
        all.join(", ")
    );
    line(out, 2, &text)
}

fn entry(s: &Source, reference: Option<&str>, out: &mut Paper<'_>) -> io::Result<()> {
    line(out, 2, &s.path)?;
    let records = s.records.protocol + s.records.diagnostic + s.records.connection + s.records.other;
    let times = s.first.as_deref().zip(s.last.as_deref()).map_or("no times".to_owned(), |(a, b)| {
        let cut = |t: &str| t.get(..19).unwrap_or(t).replace('T', " ");
        format!("{} to {}", cut(a), cut(b))
    });
    let server = s.server.as_deref().map_or(String::new(), |n| format!("{n} ({}), ", s.role));
    line(out, 4, &format!("{server}{}, {times}", plural(records, "record")))?;
    if s.copies > 0 {
        let they = if s.copies == 1 { "stands" } else { "stand" };
        line(out, 4, &format!("{} of them {they} in another place too, counted once", s.copies))?;
    }
    if let (Some(_), Some(basis)) = (reference, s.clock.filter(|c| *c != ClockBasis::Unknown)) {
        let offset = (s.clock_offset_ms, s.clock_spread_ms);
        line(out, 4, &format!("clock: {}", clock(basis, s.clock_against.as_deref(), offset)))?;
    }
    for server in s.servers.iter().take(MOST) {
        let name = server.name.as_deref().unwrap_or("(no name)");
        let offset = (server.clock_offset_ms, server.clock_spread_ms);
        let clock = match server.clock {
            ClockBasis::Unknown => String::new(),
            basis => format!(", clock: {}", clock(basis, server.clock_against.as_deref(), offset)),
        };
        line(out, 4, &format!("{name} ({}){clock}", server.role))?;
    }
    Ok(())
}

fn holes(all: &[Coverage], out: &mut Paper<'_>) -> io::Result<()> {
    let holes: Vec<_> = all.iter().flat_map(|c| c.holes.iter().map(move |h| (c, h))).collect();
    if holes.is_empty() {
        return Ok(());
    }
    heading(out, "Holes: for these times the logs say nothing")?;
    for (server, hole) in holes.iter().take(MOST) {
        let name = server.server.as_deref().unwrap_or("(no name)");
        let clock = |t: Option<Timestamp>| t.map_or("?".to_owned(), Timestamp::clock);
        let (after, before) = (&hole.after, &hole.before);
        let places = if after.place.file == before.place.file {
            format!("{}:{} to :{}", after.place.file, after.place.line, before.place.line)
        } else {
            format!("{}:{} to {}:{}", after.place.file, after.place.line, before.place.file, before.place.line)
        };
        line(out, 2, &format!("{name}  {} to {}: {}", clock(after.time), clock(before.time), hole.what()))?;
        line(out, 4, &places)?;
    }
    more(out, holes.len())
}
