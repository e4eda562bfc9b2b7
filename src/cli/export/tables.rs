//! `siptrail export --as parquet` and `--as arrow`

use std::io;

use super::Export;
use crate::cli::{Status, failed};

#[cfg(not(feature = "parquet"))]
impl Export {
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn tables(&self) -> io::Result<Status> {
        let what = if self.form == super::Form::Arrow { "Arrow" } else { "Parquet" };
        Ok(failed(&format!(
            "this siptrail was built without {what} files: build it with cargo install --path . --features parquet, or \
             use siptrail list {} --format csv or ndjson, which DuckDB reads too",
            self.table.map_or("calls", super::TableName::name)
        )))
    }
}

#[cfg(feature = "parquet")]
mod whole {
    use std::fs::File;
    use std::io::{BufWriter, Write};
    use std::path::{Path, PathBuf};

    use clap::ValueEnum;
    use siptrail::Trace;
    use siptrail::analysis::Analysis;
    use siptrail::export::tables::{self, TableFormat};
    use siptrail::query::{Query, Table};
    use siptrail::report;

    use super::super::{Form, TableName};
    use super::{Export, Status, failed, io};

    use crate::cli::output::{self, Output};

    /// What tables are made of.
    struct Source<'t> {
        trace: &'t Trace,
        analysis: &'t Analysis,
        query: Query,
        format: TableFormat,
    }

    impl Source<'_> {
        fn write(&self, table: TableName, out: &mut dyn Write) -> io::Result<()> {
            let kind = match table {
                TableName::Records => Table::Records,
                TableName::Messages => Table::Messages,
                TableName::Calls => Table::Calls,
                TableName::Pushes => Table::Pushes,
                TableName::Findings => {
                    let selected = report::select(self.trace, self.analysis.clone(), &self.query);
                    return tables::findings(&report::report(self.trace, &selected, &[]), self.format, out);
                }
            };
            let bound = self.query.bind(self.trace, self.analysis);
            tables::rows(&bound, kind, &bound.rows(kind), self.format, out)
        }

        fn extension(&self) -> &'static str {
            if self.format == TableFormat::Arrow { "arrow" } else { "parquet" }
        }

        /// One file a table, in a folder that gets its name when all of them are there.
        fn write_all(&self, target: &Path) -> Result<(), String> {
            let cannot =
                |e: io::Error| format!("cannot write {}: {e}; check the disk and the folder", target.display());
            let parent = target.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new("."));
            let temporary = output::temporary_folder(parent).map_err(cannot)?;
            for table in TableName::value_variants() {
                let path = temporary.path().join(format!("{}.{}", table.name(), self.extension()));
                let mut out = BufWriter::with_capacity(1 << 16, File::create(path).map_err(cannot)?);
                self.write(*table, &mut out).map_err(cannot)?;
                let file = out.into_inner().map_err(|e| cannot(e.into_error()))?;
                file.sync_all().map_err(cannot)?;
            }
            output::place_folder(temporary, target).map_err(cannot)
        }
    }

    impl Export {
        pub(in crate::cli::export) fn tables(self) -> io::Result<Status> {
            // Where it goes is known to be right before the work begins.
            let folder = match (&self.output, self.table) {
                (_, Some(_)) => None,
                (Some(folder), None) if folder != Path::new("-") => match output::free_folder(folder) {
                    Ok(()) => Some(folder.clone()),
                    Err(line) => return Ok(failed(&line)),
                },
                _ => return Ok(failed("expected -o DIR for all tables, or --table NAME -o FILE for one of them")),
            };
            let file: Option<PathBuf> = self.output.clone().filter(|_| folder.is_none());
            let open = || Output::open(file.as_deref(), &self.inputs).and_then(Output::not_a_terminal);
            let output = match folder.is_none().then(open).transpose() {
                Ok(output) => output,
                Err(line) => return Ok(failed(&line)),
            };
            let Some((trace, analysis)) = self.clocks.read(&self.inputs, siptrail::Depth::Causes) else {
                return Ok(Status::Failed);
            };
            let format = if self.form == Form::Arrow { TableFormat::Arrow } else { TableFormat::Parquet };
            let source = Source { trace: &trace, analysis: &analysis, query: self.filter.query(), format };
            match (folder, output, self.table) {
                (Some(folder), ..) => {
                    if let Err(line) = source.write_all(&folder) {
                        return Ok(failed(&line));
                    }
                }
                (None, Some(output), Some(table)) => output.write(false, |out| source.write(table, out))?,
                _ => {}
            }
            Ok(Status::Fine)
        }
    }
}

impl super::TableName {
    fn name(self) -> &'static str {
        match self {
            super::TableName::Records => "records",
            super::TableName::Messages => "messages",
            super::TableName::Calls => "calls",
            super::TableName::Pushes => "pushes",
            super::TableName::Findings => "findings",
        }
    }
}
