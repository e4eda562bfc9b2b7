//! `siptrail compare`

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use siptrail::compare::{self, Comparison, Judgement, Side, patterns};
use siptrail::rates::Facts;
use siptrail::report::json;
use siptrail::time::Timestamp;
use siptrail::{Analysis, Depth, Trace};

use super::clock::GivenClocks;
use super::output::Output;
use super::saved::saved;
use super::{Status, failed};

/// Compare two nights, or before and after a change: is it worse, what is new, who is still hit
///
/// Each side is a log, a folder of logs, or a saved `siptrail report --format json` of all of its logs. What is new comes first, what is
/// gone last. "Better" and "worse" are only said where neither chance nor what the logs do not know explains the
/// difference.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail compare monday tuesday                      two folders of logs
  siptrail compare monday.json tuesday                 a saved report --format json, and logs
  siptrail compare --split \"2013-10-15 12:00\" logs     one log, before and after a time
  siptrail compare --fail-on worse monday tuesday      for a job: exit status 1 when it is worse
  siptrail compare --format html monday tuesday -o compare.html")]
pub(crate) struct Compare {
    /// Before and after: logs, folders, or saved JSON reports; with --split the logs of both
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Compare what began before this time with what began from it on: 2013-10-15, "2013-10-15 09:01", or 09:01 on the
    /// first day of the logs
    #[arg(long, value_name = "TIME")]
    split: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 when this is found, or worse
    #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "LEVEL")]
    fail_on: FailOn,
    #[command(flatten)]
    clocks: GivenClocks,
    #[cfg(feature = "job")]
    #[command(flatten)]
    pieces: super::pieces::Pieces,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, 80 columns
    Text,
    /// One JSON document for programs
    Json,
    /// For a ticket
    Markdown,
    /// One page; needs no network
    #[cfg(feature = "html")]
    Html,
}

/// From the mildest to the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FailOn {
    /// A cause that was not there before, where the logs of before would have shown it
    New,
    /// A rate that is worse, whatever the logs do not know, or a new cause that chance does not explain
    Worse,
    /// Never exit with 1
    Never,
}

/// One side as it was read; what is counted points into it.
enum Read {
    Log(Box<(Trace, Analysis)>),
    Saved(Facts<'static>),
}

impl Compare {
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let result = match self.compared() {
            Ok(Some(result)) => result,
            Ok(None) => return Ok(Status::Failed),
            Err(line) => return Ok(failed(&line)),
        };
        let new = !result.new_causes.is_empty();
        let status = match self.fail_on {
            FailOn::New if new || result.judgement == Judgement::Worse => Status::Found,
            FailOn::Worse if result.judgement == Judgement::Worse => Status::Found,
            _ => Status::Fine,
        };
        let written = output.write(self.format == Format::Text, |out| match self.format {
            Format::Text => compare::write_text(&result, out),
            Format::Json => json::pretty(&result, out),
            Format::Markdown => compare::write_markdown(&result, out),
            #[cfg(feature = "html")]
            Format::Html => compare::write_html(&result, out),
        });
        status.after_writing(written)
    }

    /// `None` when an input could not be read, which has been said by then.
    fn compared(&self) -> Result<Option<Comparison>, String> {
        if let Some(at) = &self.split {
            #[cfg(feature = "job")]
            let read = self.pieces.read(&self.inputs, &self.clocks, Depth::Causes);
            #[cfg(not(feature = "job"))]
            let read = self.clocks.read(&self.inputs, Depth::Causes);
            let Some((trace, analysis)) = read else { return Ok(None) };
            let time = Timestamp::parse(at, None).or_else(|| Timestamp::parse(at, analysis.first_time(&trace)));
            let time = time.ok_or_else(|| {
                format!("--split: expected a time such as 2013-10-15, \"2013-10-15 09:01:45\" or 09:01, found {at:?}")
            })?;
            return Ok(Some(compare::split(&Facts::of(&trace, &analysis), time)));
        }
        #[cfg(feature = "job")]
        if self.pieces.is_given() {
            return Err(
                "--memory, --work: expected with --split TIME; of two logs the lines between records are compared, too, and those \
                 are read at once"
                    .to_owned(),
            );
        }
        let [before, after] = &self.inputs[..] else {
            let found = self.inputs.len();
            return Err(format!("compare: expected two inputs, before and after, or --split TIME, found {found}"));
        };
        let Some(old) = self.read(before)? else { return Ok(None) };
        let Some(new) = self.read(after)? else { return Ok(None) };
        Ok(Some(compare::compare(&side(before, &old), &side(after, &new))))
    }

    fn read(&self, path: &Path) -> Result<Option<Read>, String> {
        if let Some(saved) = saved(path)? {
            return Ok(Some(Read::Saved(saved)));
        }
        let read = self.clocks.read(std::slice::from_ref(&path.to_path_buf()), Depth::Causes);
        Ok(read.map(|both| Read::Log(Box::new(both))))
    }
}

fn side<'r>(path: &Path, read: &'r Read) -> Side<'r> {
    let name = path.display().to_string();
    match read {
        Read::Log(both) => Side { name, facts: Facts::of(&both.0, &both.1), patterns: Some(patterns(&both.0)) },
        Read::Saved(facts) => Side { name, facts: facts.clone(), patterns: None },
    }
}
