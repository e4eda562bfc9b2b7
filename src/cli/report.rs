//! `siptrail report`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::report::{self as reports, Selection, model};
use siptrail::time::Timestamp;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use super::progress::Bar;
use super::{Status, say};

/// Read logs and report who missed a call or a notification
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail report edge01.log fe01.log              the logs of two servers, one story
  siptrail report --user bob@contoso.com C:\\Traces  a folder, one user
  zcat fe01.log.gz | siptrail report -             standard input
  siptrail report --format json --fail-on missed logs > report.json    a nightly job")]
pub(crate) struct Report {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Exit with 1 when the report holds this or worse
    #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Only calls and pushes from this time on: 2013-10-15, "2013-10-15 09:01", or 09:01 on the first day of the logs
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only calls and pushes up to this time
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only calls and pushes of addresses that contain this text
    #[arg(long, value_name = "ADDRESS")]
    user: Option<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people, 80 columns
    Text,
    /// One JSON document for programs
    Json,
}

/// From the mildest to the worst; a level includes all worse ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
enum FailOn {
    /// Any problem with an input
    Problem,
    /// A finding of severity warning
    Warning,
    /// A finding of severity error
    Error,
    /// A missed call or notification
    Missed,
    /// Never exit with 1
    Never,
}

impl Report {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let opened = siptrail::input::open(&self.inputs);
        for error in &opened.errors {
            say(&format!("siptrail: {error}"));
        }
        if let [first, rest @ ..] = &opened.skipped[..] {
            let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
            say(&format!("siptrail: left alone, not named like a log: {}{more}; name it to read it", first.display()));
        }
        if opened.inputs.is_empty() {
            return Ok(Status::Failed);
        }
        let bar = Bar::new();
        let trace = Trace::load(opened.inputs, &LoadOptions { progress: &|p| bar.show(p), ..LoadOptions::default() });
        bar.finish();
        let mut found = 0;
        for (input, source) in trace.inputs().iter().zip(trace.sources()) {
            if source.record_count() == 0 {
                say(&format!(
                    "siptrail: no SIP trace record in {}: expected SIPStack text ($$begin_record ... $$end_record); check that it was converted from .etl",
                    input.name()
                ));
            } else {
                found += 1;
            }
        }
        let selection = match self.selection(&trace) {
            Ok(selection) => selection,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let analysis = selection.apply(siptrail::analyse(&trace, &Options::default()));
        let report = match self.format {
            Format::Text => reports::digest(&trace, &analysis, &opened.errors),
            Format::Json => reports::report(&trace, &analysis, &opened.errors),
        };
        match self.format {
            Format::Text => {
                let mut out = BufWriter::new(anstream::AutoStream::auto(io::stdout()));
                reports::text::write(&report, &mut out)?;
                out.flush()?;
            }
            Format::Json => {
                let mut out = BufWriter::new(io::stdout().lock());
                reports::write_json(&report, &mut out)?;
                out.flush()?;
            }
        }
        let status = match found {
            0 => Status::Failed,
            _ if self.fails(&report) => Status::Found,
            _ => Status::Fine,
        };
        // The process ends here: giving back every string one by one would only make the user wait.
        std::mem::forget((trace, analysis, report));
        Ok(status)
    }

    fn selection(&self, trace: &Trace) -> Result<Selection, String> {
        let first = trace.sources().iter().filter_map(|s| s.span).map(|(first, _)| first).min();
        let time = |name: &str, text: &Option<String>| {
            text.as_ref().map_or(Ok(None), |t| {
                Timestamp::parse(t, first).map(Some).ok_or_else(|| {
                    format!(
                        "--{name}: expected a time such as 2013-10-15, \"2013-10-15 09:01:45\" or 09:01, found {t:?}"
                    )
                })
            })
        };
        Ok(Selection {
            since: time("since", &self.since)?,
            until: time("until", &self.until)?,
            user: self.user.clone(),
        })
    }

    fn fails(&self, report: &model::Report) -> bool {
        let severity = |s: &str| report.findings.iter().any(|f| f.severity == s);
        let lost = |p: &model::Push| !p.synthetic && matches!(p.result, "rejected" | "unroutable" | "unanswered");
        let worst = [
            (FailOn::Missed, report.summary.missed > 0 || report.pushes.iter().any(lost)),
            (FailOn::Error, severity("error")),
            (FailOn::Warning, severity("warning")),
            (FailOn::Problem, !report.problems.is_empty()),
        ];
        self.fail_on != FailOn::Never && worst.iter().any(|(level, holds)| *holds && *level >= self.fail_on)
    }
}
