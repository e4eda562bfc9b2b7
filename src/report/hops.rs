//! A hop table for people.
//!
//! ```text
//! Hops of 504 Server time-out (MESSAGE)
//!    1  08:30:20.217           edge03.contoso.com sent to fe03.contoso.com:55654
//!       logged as 08:30:19.396; edge03.log:34
//!    2  08:30:20.221  +4 ±4 ms  fe03.contoso.com received from edge03.contoso.com:5061
//!       fe03.log:255
//! ```

use std::io::{self, Write};

use super::model::{Change, HopRow, HopTable};
use crate::text::page::{self, DIM, HEAD};
use crate::text::width::first;

/// How it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HopText {
    /// Columns of the page.
    pub width: usize,
    /// Blanks before everything.
    pub indent: usize,
    /// Only ASCII in what the program draws.
    pub ascii: bool,
}

/// Longer values are cut: the record itself is at the place that stands beside them.
const LONGEST: usize = 200;

/// Writes one table.
///
/// # Errors
/// When the writer fails.
pub fn write(table: &HopTable, look: HopText, out: &mut dyn Write) -> io::Result<()> {
    write!(out, "{HEAD}")?;
    page::paragraph(out, look.width, look.indent, &format!("Hops of {}", table.message))?;
    write!(out, "{HEAD:#}")?;
    let latencies: Vec<String> = table.rows.iter().map(|row| latency(row, look)).collect();
    let widest = latencies.iter().map(|l| l.chars().count()).max().unwrap_or(0);
    for ((i, row), latency) in table.rows.iter().enumerate().zip(latencies) {
        let text = format!("{:>2}  {}  {latency:<widest$}  {}", i + 1, clock(row.time.as_deref()), place_of(row));
        page::paragraph(out, look.width, look.indent + 2, &text)?;
        write!(out, "{DIM}")?;
        page::paragraph(out, look.width, look.indent + 6, &proof(row, i))?;
        write!(out, "{DIM:#}")?;
        for change in &row.changes {
            page::paragraph(out, look.width, look.indent + 6, &words(change, look))?;
        }
    }
    Ok(())
}

/// The time of day.
fn clock(time: Option<&str>) -> &str {
    time.and_then(|t| t.split_once('T')).map_or("(no time)   ", |(_, clock)| clock)
}

fn latency(row: &HopRow, look: HopText) -> String {
    let about = if look.ascii { "+-" } else { "±" };
    match (row.latency_ms, row.unsure_ms) {
        (None, _) => String::new(),
        (Some(ms), 0) => format!("{ms:+} ms"),
        (Some(ms), unsure) => format!("{ms:+} {about}{unsure} ms"),
    }
}

fn place_of(row: &HopRow) -> String {
    let server = row.server.as_deref().unwrap_or("(unknown server)");
    let peer = row.peer.as_deref().unwrap_or("(unknown peer)");
    match row.direction {
        Some("incoming") => format!("{server} received from {peer}"),
        Some("outgoing") => format!("{server} sent to {peer}"),
        _ => format!("{server} logged, peer {peer}"),
    }
}

/// Where the record stands, and what a reader must know about its place and time.
fn proof(row: &HopRow, number: usize) -> String {
    let at = format!("{}:{}", row.place.file, row.place.line);
    let fork = match row.before {
        Some(before) if before + 1 != number => format!("made from {}; ", before + 1),
        _ => String::new(),
    };
    match (&row.logged, &row.time) {
        (Some(logged), time) if Some(logged) != time.as_ref() => {
            format!("{fork}logged as {}; {at}", clock(Some(logged)))
        }
        _ => format!("{fork}{at}"),
    }
}

fn words(change: &Change, look: HopText) -> String {
    let name = &change.name;
    let arrow = if look.ascii { "->" } else { "→" };
    match (&change.from, &change.to) {
        (None, Some(to)) => format!("+ {name}: {}", cut(to, look)),
        (Some(from), None) => format!("- {name}: {}", cut(from, look)),
        (Some(from), Some(to)) if name == "body" => format!("~ body: {from} bytes {arrow} {to} bytes"),
        (Some(from), Some(to)) => match to.strip_prefix(from.as_str()) {
            Some(more) if !from.is_empty() => format!("~ {name}: {} + {}", cut(from, look), cut(more, look)),
            _ => format!("~ {name}: {} {arrow} {}", cut(from, look), cut(to, look)),
        },
        (None, None) => name.clone(),
    }
}

fn cut(text: &str, look: HopText) -> String {
    match first(text, LONGEST) {
        (whole, true) => whole.to_owned(),
        (start, false) => format!("{start}{}", if look.ascii { "..." } else { "…" }),
    }
}
