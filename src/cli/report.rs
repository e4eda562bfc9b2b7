//! `siptrail report`

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::case::Index;
use siptrail::index::Kept;
use siptrail::knowledge::catalogue::Severity;
use siptrail::query::Notes;
#[cfg(feature = "export")]
use siptrail::report::csv;
use siptrail::report::{self as reports, Selection, model};
use siptrail::time::Timestamp;
use siptrail::{Analysis, Depth, Trace};

use super::clock::GivenClocks;
use super::filter::Filter;
use super::load::{Loaded, load, tell_damage};
use super::output::Output;
use super::{Status, failed, say};

/// The trace of a job that is done, and what of its logs could not be read.
#[cfg(not(feature = "job"))]
type Job = (Trace, Vec<(String, String)>);

/// Read logs and report who missed a call or a notification
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail report edge01.log fe01.log              the logs of two servers, one story
  siptrail report --user bob@contoso.com C:\\Traces  a folder, one user
  siptrail report --where \"missed ring>10s\" logs   what a query selects; siptrail list --help has its fields
  zcat fe01.log.gz | siptrail report -             standard input
  siptrail report --format json --fail-on missed logs -o report.json    a nightly job
  siptrail report --format csv --table pushes logs -o pushes.csv        for a spreadsheet
  siptrail report --format html logs -o report.html                     a page to send on
  siptrail report --format markdown --user bob logs                     for a ticket")]
pub(crate) struct Report {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// What to print
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<ReportFormat>,
    /// Which rows a CSV has; without --format it means --format csv
    #[cfg(feature = "export")]
    #[arg(long, value_enum, value_name = "TABLE")]
    table: Option<Table>,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Exit with 1 when the report holds this or worse
    #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Count calls to phones as missed, too, whose callers gave up after so many seconds of ringing
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, require_equals = true, default_missing_value = "20")]
    count_abandoned: Option<u32>,
    /// Only calls and pushes from this time on: 2013-10-15, "2013-10-15 09:01", or 09:01 on the first day of the logs
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only calls and pushes up to this time, or to the end of this day
    #[arg(long, value_name = "TIME")]
    until: Option<String>,
    /// Only calls and pushes of addresses that contain this text
    #[arg(long, value_name = "ADDRESS")]
    user: Option<String>,
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    clocks: GivenClocks,
    #[cfg(feature = "job")]
    #[command(flatten)]
    pieces: super::pieces::Pieces,
    /// Also tell the way of each missed call's INVITE and pushes: every place that logged them, with times and changes
    #[arg(long)]
    hops: bool,
    /// Also tell how good calls and pushes are, as `siptrail rates` does; the HTML page has it anyhow
    #[arg(long)]
    rates: bool,
    /// Also tell the notes on calls and pushes, with each and in a list: those of the terminal UI, or of --notes FILE,
    /// which alone means the same
    #[cfg(feature = "tui")]
    #[arg(long)]
    with_notes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For people, 80 columns
    Text,
    /// One JSON document for programs
    Json,
    /// One JSON object a line, each with its type
    Ndjson,
    /// One table for a spreadsheet, see --table
    #[cfg(feature = "export")]
    Csv,
    /// For a ticket
    Markdown,
    /// One page with charts, ladders and tables to sort; needs no network
    #[cfg(feature = "html")]
    Html,
}

#[cfg(feature = "export")]
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Table {
    /// One row a call
    Calls,
    /// One row a push notification
    Pushes,
    /// One row a cause
    Findings,
}

#[cfg(feature = "export")]
impl From<Table> for csv::Table {
    fn from(table: Table) -> csv::Table {
        match table {
            Table::Calls => csv::Table::Calls,
            Table::Pushes => csv::Table::Pushes,
            Table::Findings => csv::Table::Findings,
        }
    }
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

/// Longer lines are hard to read on.
const WIDEST: usize = 160;

impl Report {
    pub(crate) fn run(self) -> io::Result<Status> {
        let opened = self.form().and_then(|form| Ok((form, Output::open(self.output.as_deref(), &self.inputs)?)));
        let (format, output) = match opened {
            Ok(opened) => opened,
            Err(line) => return Ok(failed(&line)),
        };
        #[cfg(feature = "job")]
        let worked = self.pieces.work(&self.inputs, &self.clocks);
        #[cfg(feature = "job")]
        let job = match worked.and_then(|worked| match worked {
            Some(worked) => Ok(Some(worked)),
            None => Ok(super::job::finished(&self.inputs, &self.clocks)?.map(super::pieces::Worked::of)),
        }) {
            Ok(job) => job,
            Err(line) => return Ok(failed(&line)),
        };
        #[cfg(feature = "job")]
        let job = job.as_ref().map(|worked| &worked.job);
        #[cfg(feature = "job")]
        let found = match job.map(super::job::tell).transpose() {
            Ok(Some(told)) if told.inputs == 0 => return Ok(Status::Failed),
            Ok(told) => told.map(|told| (told.found, told.is_whole())),
            Err(line) => return Ok(failed(&line)),
        };
        #[cfg(feature = "job")]
        if let (Some(job), Some((_, is_whole))) = (job, found)
            && format == ReportFormat::Json
            && self.is_plain()
        {
            let status = if is_whole { Status::Fine } else { Status::Failed };
            return match job.report_json() {
                Ok(mut text) => status.after_writing(output.write(false, |out| io::copy(&mut text, out).map(drop))),
                Err(error) => Ok(failed(&error.to_string())),
            };
        }
        #[cfg(feature = "job")]
        let (job, analysed) = match job.map(siptrail::job::Job::results).transpose() {
            Ok(None) => (None, None),
            Ok(Some(merged)) => (Some((merged.trace, merged.errors)), Some(merged.analysis)),
            Err(error) => return Ok(failed(&error.to_string())),
        };
        #[cfg(not(feature = "job"))]
        let (job, analysed, found): (Option<Job>, Option<Analysis>, Option<(bool, bool)>) = (None, None, None);
        let (loaded, unread) = if let Some((trace, unread)) = job {
            let found = found.is_some_and(|(found, _)| found);
            (Some(Loaded { found, trace, errors: Vec::new(), kept: Kept::nothing() }), unread)
        } else {
            let loaded = load(&self.inputs);
            if let Some(loaded) = &loaded {
                tell_damage(&loaded.trace);
            }
            (loaded, Vec::new())
        };
        let Some(Loaded { trace, errors, found, kept }) = loaded else { return Ok(Status::Failed) };
        let analysed = analysed.map_or_else(|| self.clocks.analyse(&trace, &kept, Depth::Causes), Ok);
        let selected = analysed.and_then(|analysis| {
            let selection = self.selection(&trace, &analysis)?;
            let all = (analysis.calls.len(), analysis.pushes.len());
            Ok((reports::select(&trace, selection.apply(analysis), &self.filter.query()), selection, all))
        });
        let (analysis, selection, all) = match selected {
            Ok(selected) => selected,
            Err(line) => return Ok(failed(&line)),
        };
        if analysis.calls.is_empty() && analysis.pushes.is_empty() && !self.filter.meant().is_empty() {
            // With --fail-on, nothing found would be good news.
            say(&format!("siptrail: no call or push is selected{}", self.filter.meant()));
        }
        let cases = Index::new(&analysis);
        let notes = self.notes();
        let mut report = match format {
            ReportFormat::Text | ReportFormat::Markdown => reports::digest_with(&trace, &analysis, &errors, &cases),
            ReportFormat::Json if !self.is_listed(notes.as_ref()) => {
                reports::report_without_lists(&trace, &analysis, &errors, &cases)
            }
            _ => reports::report_with(&trace, &analysis, &errors, &cases),
        };
        if format == ReportFormat::Markdown {
            reports::add_cards(&mut report, &trace, &analysis, &cases);
        }
        siptrail::report::add_unread(&mut report, &unread);
        reports::add_selection(&mut report, &selection, &self.filter.query(), all);
        report.summary.abandoned = self.count_abandoned.map(|s| analysis.abandoned(i64::from(s) * 1000).count() as u64);
        if self.hops {
            reports::add_hops(&mut report, &trace, &analysis);
        }
        if let Some(notes) = &notes {
            reports::add_notes(&mut report, &trace, &analysis, notes);
        }
        if self.rates {
            reports::add_rates(&mut report, &trace, &analysis);
        }
        let status = match found {
            false => Status::Failed,
            // A report on half of the inputs must not pass for one on all.
            true if !errors.is_empty() || !unread.is_empty() => Status::Failed,
            true if self.fails(&report) => Status::Found,
            true => Status::Fine,
        };
        let width = super::show::terminal(self.output.is_none()).min(WIDEST);
        let written = output.write(format == ReportFormat::Text, |out| match format {
            // As wide as the terminal, where there is one.
            ReportFormat::Text => reports::text::write_wide(&report, width, out),
            // The way of a call is kept with it.
            ReportFormat::Json if self.is_listed(notes.as_ref()) => reports::write_json(&report, out),
            ReportFormat::Json => reports::write_json_of(&report, &trace, &analysis, out),
            ReportFormat::Ndjson => reports::ndjson::write(&report, out),
            #[cfg(feature = "export")]
            ReportFormat::Csv => self.table.map_or(Ok(()), |table| csv::write(&report, table.into(), out)),
            ReportFormat::Markdown => reports::markdown::write(&report, out),
            #[cfg(feature = "html")]
            ReportFormat::Html => {
                let sources =
                    reports::html::Sources { trace: &trace, analysis: &analysis, cases: &cases, report: &report };
                reports::html::write(sources, out)
            }
        });
        // What was found is decided: a reader that has seen enough, or a stdout that nobody opened, changes nothing of it.
        let status = status.after_writing(written)?;
        // The process ends here: giving back every string one by one would only make the user wait.
        std::mem::forget((trace, analysis, report));
        Ok(status)
    }

    /// Whether all is told, and nothing beside it.
    #[cfg(feature = "job")]
    fn is_plain(&self) -> bool {
        self.since.is_none()
            && self.until.is_none()
            && self.user.is_none()
            && self.filter.query().is_empty()
            && self.count_abandoned.is_none()
            && !self.hops
            && !self.rates
            && self.notes().is_none()
            && self.fail_on == FailOn::Never
    }

    /// The notes that are told, where they are asked for.
    #[cfg(feature = "tui")]
    fn notes(&self) -> Option<Notes> {
        self.filter.notes(self.with_notes)
    }

    #[cfg(not(feature = "tui"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn notes(&self) -> Option<Notes> {
        None
    }

    /// Whether a JSON document needs all calls and pushes at once, for what is added to each.
    fn is_listed(&self, notes: Option<&Notes>) -> bool {
        self.hops || notes.is_some()
    }

    /// What to write; a CSV has a table.
    #[cfg(feature = "export")]
    fn form(&self) -> Result<ReportFormat, String> {
        match (self.format, self.table) {
            (Some(ReportFormat::Csv) | None, Some(_)) => Ok(ReportFormat::Csv),
            (Some(ReportFormat::Csv), None) => {
                Err("--format csv: expected --table calls, pushes or findings, found none".to_owned())
            }
            (Some(_), Some(_)) => Err("--table: expected with --format csv only; leave one of them out".to_owned()),
            (format, None) => Ok(format.unwrap_or(ReportFormat::Text)),
        }
    }

    #[cfg(not(feature = "export"))]
    #[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
    fn form(&self) -> Result<ReportFormat, String> {
        Ok(self.format.unwrap_or(ReportFormat::Text))
    }

    fn selection(&self, trace: &Trace, analysis: &Analysis) -> Result<Selection, String> {
        let time = |name: &str, text: &Option<String>| {
            text.as_ref().map_or(Ok(None), |t| {
                let parsed = Timestamp::parse(t, None).or_else(|| Timestamp::parse(t, analysis.first_time(trace)));
                parsed.map(Some).ok_or_else(|| {
                    format!(
                        "--{name}: expected a time such as 2013-10-15, \"2013-10-15 09:01:45\" or 09:01, found {t:?}"
                    )
                })
            })
        };
        let (since, until) = (time("since", &self.since)?, time("until", &self.until)?);
        // A day ends at its end, however it is written.
        let is_day = self.until.as_ref().is_some_and(|t| !t.contains(':'));
        let until = until.map(|t| if is_day { t.plus(86_400_000 - 1) } else { t });
        if since.zip(until).is_some_and(|(since, until)| since > until) {
            return Err("--since: expected a time before that of --until, found a later one; swap them".to_owned());
        }
        let mut selection = Selection::default();
        (selection.since, selection.until, selection.user) = (since, until, self.user.clone());
        Ok(selection)
    }

    fn fails(&self, report: &model::Report) -> bool {
        let severity = |s: Severity| report.findings.iter().any(|f| f.severity == s);
        let s = &report.summary;
        let abandoned = s.abandoned.unwrap_or(0);
        let worst = [
            (FailOn::Missed, s.missed + s.missed_messages + abandoned > 0 || report.lost() > 0),
            (FailOn::Error, severity(Severity::Error)),
            (FailOn::Warning, severity(Severity::Warning)),
            (FailOn::Problem, !report.problems.is_empty()),
        ];
        self.fail_on != FailOn::Never && worst.iter().any(|(level, holds)| *holds && *level >= self.fail_on)
    }
}
