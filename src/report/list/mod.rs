//! Rows of a query as a table for people, as CSV for a spreadsheet, as JSON for programs.

mod json;
mod records;
#[cfg(feature = "export")]
mod sheet;
mod table;

pub use records::{write_raw, write_records};

use std::io::{self, Write};

use crate::query::{Bound, Column, Row, Table, Value};
use crate::text::decode;

/// A list: which columns of which table.
#[derive(Debug)]
pub struct List<'t> {
    /// What is listed.
    pub table: Table,
    /// Where the values come from.
    pub bound: &'t Bound<'t>,
    /// What is shown of each row.
    pub columns: Vec<Column>,
}

impl List<'_> {
    /// Lines of columns. With a width they are cut to fit in it, without one nothing is. Colour is written always;
    /// give a writer that strips it where it is not wanted.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_table(&self, rows: &[Row], width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
        table::write(self, rows, width, out)
    }

    /// RFC 4180 with a header row, several values joined by `;`. No cell starts a formula.
    ///
    /// # Errors
    /// When the writer fails.
    #[cfg(feature = "export")]
    pub fn write_csv(&self, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
        sheet::write(self, rows, out)
    }

    /// One JSON object a row: an array of them, or with `lines` one a line with its `type`.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_json(&self, rows: &[Row], lines: bool, out: &mut dyn Write) -> io::Result<()> {
        json::write(self, rows, lines, out)
    }

    /// The values of a row, joined; `None` when the log tells none.
    fn cell(&self, column: &Column, row: Row, text: fn(&Value<'_>) -> String) -> Option<String> {
        let values = self.bound.values(column, row);
        let texts: Vec<String> = values.iter().map(text).collect();
        (!texts.is_empty()).then(|| texts.join(";"))
    }
}

/// A value for programs: ISO times, milliseconds, `true` and `false`.
fn plain(value: &Value<'_>) -> String {
    match value {
        Value::Word(word) => (*word).to_owned(),
        Value::Text(text) => decode(text).into_owned(),
        Value::Number(n) | Value::Duration(n) => n.to_string(),
        Value::Time(time) => time.iso(),
        Value::Flag(is) => is.to_string(),
    }
}
