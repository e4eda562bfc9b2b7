//! A list for spreadsheets.

use std::io::{self, Write};

use super::{List, plain};
use crate::query::{Kind, Row};
use crate::text::{no_formula, sanitize};

pub(super) fn write(list: &List<'_>, rows: &[Row], out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    sheet.write_record(list.columns.iter().map(|c| no_formula(c.key(list.table)).into_owned()))?;
    for row in rows {
        let cells = list.columns.iter().map(|column| {
            let text = list.cell(column, *row, plain).unwrap_or_default();
            match column.kind() {
                Kind::Text => no_formula(&sanitize(&text)).into_owned(),
                _ => text,
            }
        });
        sheet.write_record(cells)?;
    }
    sheet.flush()
}
