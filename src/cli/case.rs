//! `siptrail case`

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use siptrail::bundle::Bundle;
use siptrail::case::Index;
use siptrail::ladder::{self, Subject};
use siptrail::{Analysis, Depth, Trace};

use super::clock::GivenClocks;
use super::output::Output;
use super::{Status, failed, note};

/// Write one case as one file for a ticket: verdict, cause, remedy, ladder, capture, records, coverage, hashes of the logs
///
/// The file is a zip archive: ticket.md, ladder.svg, story.pcapng (with the pushes of the call), the records as logged,
/// logs.sha256 and case.json. siptrail opens it again where it is named; folders skip it.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail case b45230e872a3 edge03.log fe03.log -o INC1234.zip    a part of the Call-ID is enough
  siptrail case frank@contoso.com C:\\Traces -n 2 -o INC1234.zip    the second call or push of a user
  siptrail case b45230e872a3 C:\\Traces -o INC1234.zip --anonymise  without the names of people and machines
  siptrail INC1234.zip                                             opens it again

Exit status: 0 written, 2 nothing found, or several: they are listed on stderr.")]
pub(crate) struct CaseFile {
    /// Call-ID or user's address, or a part of it
    #[arg(value_name = "CALL-ID|USER")]
    what: String,
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The N-th where several are meant, as siptrail show counts them
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    nth: Option<u32>,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, required = true, value_name = "FILE")]
    output: PathBuf,
    /// Replace the names of people and machines in all of it, as siptrail anonymise does; notes stay out
    #[cfg(feature = "anonymise")]
    #[arg(long)]
    anonymise: bool,
    /// Notes of the terminal UI that go along [default: notes.toml in the user's folder for data]
    #[cfg(feature = "tui")]
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
    #[command(flatten)]
    clocks: GivenClocks,
}

/// So many are named where several are meant.
const NAMED: usize = 10;

impl CaseFile {
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = Output::open(Some(&self.output), &self.inputs).and_then(Output::not_a_terminal);
        let output = match output {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let Some((trace, mut analysis)) = self.clocks.read(&self.inputs, Depth::Calls) else {
            return Ok(Status::Failed);
        };
        let subject = match self.choose(&trace, &analysis) {
            Ok(subject) => subject,
            Err(line) => return Ok(failed(&line)),
        };
        siptrail::name_causes(&trace, &mut analysis);
        let notes = match self.notes(&analysis, &subject) {
            Ok(notes) => notes,
            Err(line) => return Ok(failed(&line)),
        };
        #[cfg(feature = "anonymise")]
        if self.anonymise {
            let copy = match super::anonymise::in_memory(&trace, &analysis, &self.clocks.options()) {
                Ok(copy) => copy,
                Err(line) => return Ok(failed(&line)),
            };
            let cases = Index::new(&copy.1);
            let bundle = Bundle {
                trace: &copy.0,
                analysis: &copy.1,
                cases: &cases,
                subject: &subject,
                notes: &[],
                logs: &trace,
            };
            output.write(false, |out| bundle.write(out))?;
            self.tell();
            return Ok(Status::Fine);
        }
        let cases = Index::new(&analysis);
        let bundle = Bundle {
            trace: &trace,
            analysis: &analysis,
            cases: &cases,
            subject: &subject,
            notes: &notes,
            logs: &trace,
        };
        output.write(false, |out| bundle.write(out))?;
        self.tell();
        Ok(Status::Fine)
    }

    fn tell(&self) {
        if self.output != Path::new("-") {
            note(&format!("siptrail: wrote {}; siptrail {} opens it", self.output.display(), self.output.display()));
        }
    }

    /// The one story that is meant.
    fn choose(&self, trace: &Trace, analysis: &Analysis) -> Result<Subject, String> {
        let all: Vec<Subject> = ladder::find(trace, analysis, &self.what)
            .into_iter()
            .filter(|s| !matches!(s, Subject::Records(_)))
            .collect();
        let many = all.len();
        match (self.nth, &all[..]) {
            (_, []) => Err(format!(
                "no call or push of {:?}: expected a Call-ID, an address, or a part of one; siptrail list calls INPUT names them",
                self.what
            )),
            (None, [only]) => Ok(only.clone()),
            (Some(n), all) => all.get(n as usize - 1).cloned().ok_or_else(|| {
                format!("--nth {n}: only {many} match {:?}; siptrail show {} INPUT lists them", self.what, self.what)
            }),
            (None, all) => {
                let ids = all.iter().filter_map(|s| match s {
                    Subject::Call(i) => analysis.calls.get(*i).map(|c| c.call_id.clone()),
                    Subject::Push(i) => analysis.pushes.get(*i).map(|p| p.call_id.clone()),
                    _ => None,
                });
                let ids = ids.take(NAMED).collect::<Vec<_>>().join(", ");
                let more = if many > NAMED { ", ..." } else { "" };
                Err(format!("{many} match {:?}; name one by its Call-ID or with --nth N: {ids}{more}", self.what))
            }
        }
    }

    /// The notes on the story.
    #[cfg(feature = "tui")]
    fn notes(&self, analysis: &Analysis, subject: &Subject) -> Result<Vec<(String, String)>, String> {
        let path = self.notes.clone().or_else(super::tui::own_notes);
        let all = path.as_deref().map_or(Ok(siptrail::tui::Notes::default()), siptrail::tui::Notes::read)?;
        Ok(all.of_case(analysis, subject))
    }

    #[cfg(not(feature = "tui"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as with the feature")]
    fn notes(&self, _: &Analysis, _: &Subject) -> Result<Vec<(String, String)>, String> {
        Ok(Vec::new())
    }
}
