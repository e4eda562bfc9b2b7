//! Findings as columns: one row a cause, with the columns of its CSV, and its first place apart.

use std::sync::Arc;

use arrow_array::builder::{ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::ArrowError;

use crate::report::csv::{Cell, Column, FINDINGS, Kind};
use crate::report::model::{Finding, Report};

/// What a table can be joined by.
const FIRST_PLACE: [Column<Finding>; 2] = [
    ("file", Kind::Text, |f| Cell::maybe(f.evidence.first().map(|p| p.file.as_str()))),
    ("line", Kind::Number, |f| Cell::number(f.evidence.first().map(|p| p.line))),
];

pub(super) fn batch(report: &Report) -> Result<RecordBatch, ArrowError> {
    let columns = FINDINGS.iter().chain(&FIRST_PLACE);
    let arrays = columns.map(|(name, kind, cell)| (*name, array(*kind, report.findings.iter().map(cell)), true));
    RecordBatch::try_from_iter_with_nullable(arrays)
}

fn array<'r>(kind: Kind, cells: impl Iterator<Item = Cell<'r>>) -> ArrayRef {
    match kind {
        Kind::Text => {
            let texts = cells.map(|cell| if let Cell::Text(text) = cell { Some(text) } else { None });
            Arc::new(texts.collect::<StringArray>())
        }
        Kind::Number => {
            let numbers = cells.map(|cell| if let Cell::Number(n) = cell { Some(n) } else { None });
            Arc::new(numbers.collect::<Int64Array>())
        }
        Kind::Flag => {
            let flags = cells.map(|cell| if let Cell::Flag(is) = cell { Some(is) } else { None });
            Arc::new(flags.collect::<BooleanArray>())
        }
        Kind::List => {
            let mut list = ListBuilder::new(StringBuilder::new());
            for cell in cells {
                if let Cell::List(texts) = cell {
                    for text in texts {
                        list.values().append_value(text);
                    }
                }
                list.append(true);
            }
            Arc::new(list.finish())
        }
    }
}
