//! `siptrail coverage`: for which times each server and component speaks.

use std::io::{self, Write};

use serde::Serialize;

use super::coverage as spans;
use super::model::Coverage;
use crate::analysis::coverage::components;
use crate::analysis::{Analysis, ServerId};
use crate::text::page;
use crate::time::Timestamp;
use crate::trace::Trace;

/// One server: when its log speaks, when it does not, and which of its components wrote.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ServerCoverage {
    /// Spans and holes.
    #[serde(flatten)]
    pub coverage: Coverage,
    /// By name.
    pub components: Vec<ComponentSpan>,
}

/// What one component wrote.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct ComponentSpan {
    /// `SIPStack`, `UserServices`, ...; empty where the lines do not tell.
    pub name: String,
    /// Records and other lines.
    pub lines: u64,
    /// First time, on the clock of the reference.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
}

/// The coverage of every server. Reads all text between the records.
pub fn coverage_of_servers(trace: &Trace, analysis: &Analysis) -> Vec<ServerCoverage> {
    let all = components(trace, analysis);
    let of = |id: ServerId| {
        // They are sorted by server.
        let first = all.partition_point(|c| c.server < id);
        let own = all.iter().skip(first).take_while(move |c| c.server == id);
        own.map(|c| ComponentSpan {
            name: c.name.clone(),
            lines: c.lines,
            first: c.span.map(|s| s.0),
            last: c.span.map(|s| s.1),
        })
        .collect()
    };
    (0..)
        .map(ServerId)
        .zip(spans(trace, analysis))
        .map(|(id, coverage)| ServerCoverage { coverage, components: of(id) })
        .collect()
}

/// The same for people, 80 columns.
///
/// # Errors
/// When the writer fails.
pub fn write_coverage(all: &[ServerCoverage], out: &mut dyn Write) -> io::Result<()> {
    let line = |out: &mut dyn Write, indent, text: &str| page::paragraph(out, page::WIDTH, indent, text);
    for (i, server) in all.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        let name = server.coverage.server.as_deref().unwrap_or("(no name)");
        let (head, end) = (page::HEAD, format!("{:#}", page::HEAD));
        writeln!(out, "{head}{} ({}){end}", crate::text::sanitize(name), server.coverage.role)?;
        let mut holes = server.coverage.holes.iter().peekable();
        for span in &server.coverage.spans {
            let (first, last) = (&span.first, &span.last);
            let places = if first.place.file == last.place.file {
                format!("{}:{} to :{}", first.place.file, first.place.line, last.place.line)
            } else {
                format!("{}:{} to {}:{}", first.place.file, first.place.line, last.place.file, last.place.line)
            };
            line(out, 2, &format!("speaks  {} to {}  {places}", short(first.time), short(last.time)))?;
            while let Some(hole) = holes.next_if(|h| h.after.place == last.place) {
                line(
                    out,
                    2,
                    &format!("HOLE    {} to {}  {}", short(hole.after.time), short(hole.before.time), hole.what()),
                )?;
            }
        }
        if server.coverage.spans.is_empty() {
            line(out, 2, "no record with a time")?;
        }
        for c in &server.components {
            let name = if c.name.is_empty() { "(no component named)" } else { &c.name };
            let lines = if c.lines == 1 { "1 line".to_owned() } else { format!("{} lines", c.lines) };
            line(out, 4, &format!("{name}: {lines}, {} to {}", short(c.first), short(c.last)))?;
        }
    }
    Ok(())
}

/// `2013-10-15 09:01:45`.
fn short(time: Option<Timestamp>) -> String {
    time.map_or("(no time)".to_owned(), Timestamp::short)
}
