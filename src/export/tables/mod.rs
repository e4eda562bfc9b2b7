//! Tables as Parquet and Arrow files, for `DuckDB`, Polars, pandas, Spark. Their columns are told in [`super`].
//!
//! Rows are turned into columns a batch at a time, so memory stays bounded whatever the log.

mod columns;
mod findings;

use std::io::{self, Write};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_ipc::writer::FileWriter;
use arrow_schema::{ArrowError, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use crate::query::{Bound, Row, Table};
use crate::report::model::Report;
use columns::Columns;

/// Rows that are in memory as columns.
const BATCH: usize = 8_192;
/// Rows of a row group of a Parquet file: these are in memory, encoded.
const GROUP: usize = 65_536;

/// Which kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableFormat {
    /// Apache Parquet, compressed with Snappy.
    Parquet,
    /// Apache Arrow IPC file, also called Feather version 2.
    Arrow,
}

/// Writes rows of a table.
///
/// # Errors
/// When the writer fails.
pub fn rows(bound: &Bound<'_>, table: Table, rows: &[Row], format: TableFormat, out: &mut dyn Write) -> io::Result<()> {
    let columns = Columns::of(table);
    let batches = rows.chunks(BATCH).map(|rows| columns.batch(bound, rows));
    write(&columns.schema(), batches, format, out)
}

/// Writes the findings of a report, one row a cause.
///
/// # Errors
/// When the writer fails.
pub fn findings(report: &Report, format: TableFormat, out: &mut dyn Write) -> io::Result<()> {
    let batch = findings::batch(report);
    let schema = batch.as_ref().map_or_else(|_| Arc::new(Schema::empty()), RecordBatch::schema);
    write(&schema, std::iter::once(batch), format, out)
}

fn write(
    schema: &SchemaRef,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    format: TableFormat,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TableFormat::Arrow => {
            let mut file = FileWriter::try_new(out, schema).map_err(arrow)?;
            for batch in batches {
                file.write(&batch.map_err(arrow)?).map_err(arrow)?;
            }
            file.finish().map_err(arrow)
        }
        TableFormat::Parquet => {
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_max_row_group_row_count(Some(GROUP))
                .set_created_by(concat!("siptrail ", env!("CARGO_PKG_VERSION")).to_owned())
                .build();
            // It wants a writer that may go to another thread; ours may not, so it fills a buffer that is emptied.
            let mut file = ArrowWriter::try_new(Vec::new(), Arc::clone(schema), Some(properties)).map_err(parquet)?;
            for batch in batches {
                file.write(&batch.map_err(arrow)?).map_err(parquet)?;
                out.write_all(&std::mem::take(file.inner_mut()))?;
            }
            out.write_all(&file.into_inner().map_err(parquet)?)
        }
    }
}

fn arrow(error: ArrowError) -> io::Error {
    match error {
        ArrowError::IoError(_, error) => error,
        other => io::Error::other(other),
    }
}

fn parquet(error: ParquetError) -> io::Error {
    io::Error::other(error)
}
