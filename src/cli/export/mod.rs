//! `siptrail export`

mod scenario;
mod tables;

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::export::{pcapng, sip};
use siptrail::query::{Row, Table};
use siptrail::trace::EventId;

use super::clock::GivenClocks;
use super::filter::Filter;
use super::output::Output;
use super::{Status, failed, note};

/// Write messages in a form that other tools open: a capture for Wireshark, plain SIP, a scenario for `SIPp`
///
/// A capture has one TCP stream a connection, on the corrected clock. A message that both of its servers logged is
/// there once. Diagnostic records are comments of packets. Addresses are those of the log, hosts whose address no
/// record tells get one of the addresses for documentation; the capture names them in its comment.
///
/// A scenario for `SIPp` plays one dialog again from the side of the client that started it: one call, or the MESSAGE of
/// one push. --where must select exactly that one.
///
/// Tables are those of siptrail list, and the causes of the report: records, messages, calls, pushes, findings. Times are
/// on the corrected clock, durations in milliseconds.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail export --as pcapng -o case.pcapng edge01.log fe01.log
  siptrail export --as pcapng --where \"missed user:bob\" -o case.pcapng logs    missed calls of bob with their pushes
  siptrail export --as sip --where \"call-id:9f2c51aa\" fe01.log | less
  siptrail export --as sipp --where \"call-id:9f2c51aa\" -o call.xml fe01.log    then: sipp -sf call.xml -m 1 -s USER SERVER
  siptrail export --as parquet -o tables logs                        one file a table, for DuckDB
  siptrail export --as parquet --table calls --where missed -o missed.parquet logs

See siptrail list --help for the query language.")]
pub(crate) struct Export {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// In which form
    #[arg(long = "as", value_enum, value_name = "FORM")]
    form: Form,
    #[command(flatten)]
    filter: Filter,
    /// Whole stories: of calls that are selected the pushes, too, which have other Call-IDs
    #[arg(long)]
    stories: bool,
    /// With parquet or arrow: only this table
    #[arg(long, value_enum, value_name = "TABLE")]
    table: Option<TableName>,
    /// Write to this file, whole or not at all; - is standard output. For all tables a folder that is not there yet
    #[arg(short, long, value_name = "FILE|DIR")]
    output: Option<PathBuf>,
    #[command(flatten)]
    clocks: GivenClocks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// A capture for Wireshark, tshark and sngrep
    Pcapng,
    /// The messages as they were on the wire, an empty line between two
    Sip,
    /// A scenario for `SIPp` that plays one dialog again
    Sipp,
    /// Tables as Parquet files, for `DuckDB` and its like
    Parquet,
    /// Tables as Arrow files
    Arrow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableName {
    Records,
    Messages,
    Calls,
    Pushes,
    Findings,
}

impl Export {
    pub(crate) fn run(self) -> io::Result<Status> {
        if matches!(self.form, Form::Parquet | Form::Arrow) {
            return self.tables();
        }
        if self.table.is_some() {
            return Ok(failed("--table goes with --as parquet and --as arrow; siptrail list TABLE prints one as text"));
        }
        let output = Output::open(self.output.as_deref(), &self.inputs);
        let output = match if self.form == Form::Sipp { output } else { output.and_then(Output::not_a_terminal) } {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let Some((trace, analysis)) = self.clocks.read(&self.inputs, siptrail::Depth::Causes) else {
            return Ok(Status::Failed);
        };
        if self.form == Form::Sipp {
            return self.scenario(&trace, &analysis, output);
        }
        let rows = self.filter.query().bind(&trace, &analysis).rows(Table::Records);
        let mut records: Vec<EventId> = rows
            .iter()
            .filter_map(|row| match row {
                Row::Record(id) if trace.event(*id).is_some_and(|e| !e.is_copy()) => Some(*id),
                _ => None,
            })
            .collect();
        if records.is_empty() {
            let meant = self.filter.meant();
            note(&format!("siptrail: no record is selected{meant}; what is written holds no message"));
        }
        super::left_out(&trace, &analysis, &mut records, self.stories);
        output.write(false, |out| match self.form {
            Form::Pcapng => pcapng::write(&trace, &analysis, &records, out),
            _ => sip(&trace, &records, out),
        })?;
        Ok(Status::Fine)
    }
}
