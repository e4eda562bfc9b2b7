//! `siptrail coverage`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::Depth;
use siptrail::report::{coverage_of_servers, json, write_coverage};

use super::Status;
use super::clock::GivenClocks;

/// List for which times the logs speak, and their holes
///
/// "Nobody sent a push" is only a fact where the log would have shown one. For every server: the spans without a hole,
/// the holes with their reason (lines missing by their numbers, a new trace session, a log that goes back in time, more
/// lines a second than the logging service keeps, silence), and what each component wrote. Times are on one clock.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail coverage edge01.log fe01.log
  siptrail coverage --format json C:\\Traces > coverage.json")]
pub(crate) struct Coverage {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = CoverageFormat::Text)]
    format: CoverageFormat,
    #[command(flatten)]
    clocks: GivenClocks,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CoverageFormat {
    /// For people, 80 columns
    Text,
    /// A JSON array with one object a server
    Json,
}

impl Coverage {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let Some((trace, analysis)) = self.clocks.read(&self.inputs, Depth::Servers) else { return Ok(Status::Failed) };
        let all = coverage_of_servers(&trace, &analysis);
        let mut out = BufWriter::new(anstream::AutoStream::auto(io::stdout()));
        match self.format {
            CoverageFormat::Text => write_coverage(&all, &mut out)?,
            CoverageFormat::Json => json::pretty(&all, &mut out)?,
        }
        out.flush()?;
        Ok(Status::Fine)
    }
}
