//! `siptrail rates`

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::Depth;
use siptrail::rates::{self, By, Facts};
use siptrail::report::json;

use super::clock::GivenClocks;
use super::output::Output;
use super::{Status, failed};

/// Tell how good calls and pushes are, as rates with what the logs leave open
///
/// Session ratios and delays of RFC 6076, answer and network effectiveness of ITU-T E.425, and how many pushes are
/// accepted, how fast, and how many calls to phones are missed. Each rate is a value of what is known, the interval of
/// all values that unknown calls and holes of the logs leave open, its count, and its definition.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail rates logs                                  all rates with their definitions
  siptrail rates --by server logs                      one table a rate
  siptrail rates --by hour --format csv logs -o rates.csv
  siptrail rates --format json logs | jq '.all.rates[] | select(.name == \"push_accepted\")'")]
pub(crate) struct RatesArgs {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Also of calls and pushes with a value in common
    #[arg(long, value_enum, value_name = "WHAT")]
    by: Option<ByName>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    clocks: GivenClocks,
    #[cfg(feature = "job")]
    #[command(flatten)]
    pieces: super::pieces::Pieces,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ByName {
    /// Hour in which the call began
    Hour,
    /// Server that logged the call, or sent the push
    Server,
    /// Client of a phone, with its version
    Client,
    /// Domain of the callee
    Domain,
    /// Cause: how many of 1,000 calls to phones were missed with it
    Cause,
}

impl From<ByName> for By {
    fn from(name: ByName) -> By {
        match name {
            ByName::Hour => By::Hour,
            ByName::Server => By::Server,
            ByName::Client => By::Client,
            ByName::Domain => By::Domain,
            ByName::Cause => By::Cause,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, 80 columns
    Text,
    /// One JSON document for programs
    Json,
    /// One row a rate of a group
    #[cfg(feature = "export")]
    Csv,
}

impl RatesArgs {
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        #[cfg(feature = "job")]
        let read = self.pieces.read(&self.inputs, &self.clocks, Depth::Causes);
        #[cfg(not(feature = "job"))]
        let read = self.clocks.read(&self.inputs, Depth::Causes);
        let Some((trace, analysis)) = read else { return Ok(Status::Failed) };
        let rates = rates::rates(&Facts::of(&trace, &analysis), self.by.map(By::from));
        output.write(self.format == Format::Text, |out| match self.format {
            Format::Text => rates::write_text(&rates, out),
            Format::Json => json::pretty(&rates, out),
            #[cfg(feature = "export")]
            Format::Csv => rates::write_csv(&rates, out),
        })?;
        Ok(Status::Fine)
    }
}
