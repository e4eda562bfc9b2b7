//! `siptrail demo`

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;

use clap::{Args, Parser};
use siptrail::synth::{Extent, Plan};

use super::number::whole;
use super::{Status, note, report, say, synth};

/// Try everything without a log: invent a small deployment and report on it
///
/// Three servers whose clocks differ, some forty calls, phones that are pushed to and now and then miss it. The folder
/// with the logs and truth.json, which tells what really happened, stays for further tries.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail demo
  siptrail demo --seed 5 --dir demo-logs
  siptrail demo --era 2010")]
pub(crate) struct Demo {
    /// Another seed, other traffic
    #[arg(long, default_value_t = 1, allow_hyphen_values = true, value_parser = whole::<u64>)]
    seed: u64,
    /// Clients, ports and servers of which years
    #[arg(long, value_enum, default_value_t = synth::EraName::Skype2019)]
    era: synth::EraName,
    /// Folder for the logs, new or empty [default: a new one among the temporary files]
    #[arg(long)]
    dir: Option<PathBuf>,
}

/// What `siptrail report LOG...` does without options.
#[derive(Debug, Parser)]
struct AsReport {
    #[command(flatten)]
    report: report::Report,
}

impl Demo {
    pub(crate) fn run(self) -> io::Result<Status> {
        let dir = match &self.dir {
            Some(dir) => synth::prepare(dir).map(|()| dir.clone()),
            None => tempfile::Builder::new()
                .prefix("siptrail-demo-")
                .tempdir()
                .map(tempfile::TempDir::keep)
                .map_err(|e| format!("cannot make a temporary folder: {e}; name one with --dir")),
        };
        let dir = match dir {
            Ok(dir) => dir,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let plan = Plan {
            seed: self.seed,
            extent: Extent::Calls(40),
            servers: 3,
            clock_skew_ms: 2_000,
            era: Some(self.era.into()),
            ..Plan::default()
        };
        let truth = match synth::write(&plan, &dir, 3_000_000) {
            Ok(truth) => truth,
            Err(error) => {
                say(&format!("siptrail: cannot write to {}: {error}; check the disk", dir.display()));
                return Ok(Status::Failed);
            }
        };
        note(&format!("siptrail: invented logs and truth.json are in {}", dir.display()));
        let logs = truth.logs.iter().map(|l| dir.join(&l.path).into_os_string());
        let status = match AsReport::try_parse_from([OsString::from("siptrail")].into_iter().chain(logs)) {
            Ok(AsReport { report }) => report.run(),
            Err(error) => Err(io::Error::other(error)),
        };
        note(&format!("siptrail: next, try: siptrail report --help; siptrail check {}", dir.display()));
        status
    }
}
