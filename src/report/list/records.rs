//! Whole records.

use std::io::{self, Write};

use crate::query::Row;
use crate::text::page::HEAD;
use crate::text::{decode, sanitize};
use crate::trace::Trace;

/// Writes records, each under its `file:line`. Characters that act on a terminal are replaced. Colour is written
/// always; give a writer that strips it where it is not wanted. Rows that are no records are left out.
///
/// # Errors
/// When the writer fails.
pub fn write_records(trace: &Trace, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let Row::Record(id) = row else { continue };
        let Some(event) = trace.event(*id) else { continue };
        let at = trace.locate(*id);
        writeln!(out, "{HEAD}{}:{}{HEAD:#}", sanitize(&at.file), at.line)?;
        for line in trace.record(event).trim_ascii_end().split(|b| *b == b'\n') {
            writeln!(out, "{}", sanitize(decode(line).trim_end_matches('\r').replace('\t', "    ").as_str()))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Writes records as logged, so that the result can be read as a log again; UTF-16 becomes UTF-8. Rows that are no
/// records are left out.
///
/// # Errors
/// When the writer fails.
pub fn write_raw(trace: &Trace, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let Row::Record(id) = row else { continue };
        let record = trace.event(*id).map_or(&[][..], |event| trace.record(event));
        out.write_all(record)?;
        if !record.ends_with(b"\n") {
            out.write_all(if record.contains(&b'\r') { b"\r\n" } else { b"\n" })?;
        }
    }
    Ok(())
}
