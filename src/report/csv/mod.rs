//! One table of the report as CSV (RFC 4180): the names of the JSON document, lists joined by `;`.
//!
//! What an element of a list is made of is joined by blanks (`ms-diagnostics 1009 No route`), a place is
//! `file:line:byte`. A `;` inside an element is written `%3B`, so that a list can be split again.
//!
//! Spreadsheets run a cell that begins with `=`, `+`, `-` or `@`. Text from a log that does gets a `'` in front;
//! numbers are left alone.

mod cell;
mod columns;

#[cfg(feature = "parquet")]
pub(crate) use cell::{Cell, Column, Kind};
#[cfg(feature = "parquet")]
pub(crate) use columns::FINDINGS;

use std::io::{self, Write};

use super::model::Report;
#[cfg(not(feature = "parquet"))]
use cell::Column;

/// What to write: one table has one kind of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Table {
    /// One row a call.
    Calls,
    /// One row a push.
    Pushes,
    /// One row a cause.
    Findings,
}

/// Writes one table with its header row.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, table: Table, out: &mut dyn Write) -> io::Result<()> {
    match table {
        Table::Calls if report.noted.is_some() => {
            rows(&[columns::CALLS, &[columns::CALL_NOTE]].concat(), &report.calls, out)
        }
        Table::Calls => rows(columns::CALLS, &report.calls, out),
        Table::Pushes if report.noted.is_some() => {
            rows(&[columns::PUSHES, &[columns::PUSH_NOTE]].concat(), &report.pushes, out)
        }
        Table::Pushes => rows(columns::PUSHES, &report.pushes, out),
        Table::Findings => rows(columns::FINDINGS, &report.findings, out),
    }
}

fn rows<T>(columns: &[Column<T>], items: &[T], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(columns.iter().map(|(name, ..)| name))?;
    for item in items {
        writer.write_record(columns.iter().map(|(.., cell)| cell(item).text()))?;
    }
    writer.flush()
}
