//! `siptrail show`

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::Trace;
use siptrail::ladder::text::{TextOptions, TimeStyle};
use siptrail::ladder::{self, Subject};
use siptrail::report::page;
use siptrail::report::story::{Story, write_list};

use super::clock::GivenClocks;
use super::load::{Loaded, load};
use super::{Status, say};

/// Show one call: what became of it, its messages as a ladder, and the way of each through the servers
///
/// A push belongs to the story of its call. After the facts and the ladder, hop tables tell for the INVITE, its final
/// response and each push with its answer: every place that logged it, how long each step took, and what each server
/// changed (+ added, - removed, ~ changed). Times are on one clock, corrected by what the messages tell; "logged as"
/// is the time that stands in the log.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail show b45230e872a3 edge03.log fe03.log    a part of the Call-ID is enough
  siptrail show frank@contoso.com C:\\Traces         the calls and pushes of a user
  siptrail show frank@contoso.com -n 2 C:\\Traces    the second of them
  siptrail show b45230e872a3 --raw --ascii fe03.log > case.txt    with all records, for a ticket

When several are meant, they are listed. Exit status: 0 shown or listed, 2 nothing found.")]
pub(crate) struct Show {
    /// Call-ID or user's address, or a part of it
    #[arg(value_name = "CALL-ID|USER")]
    what: String,
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// The N-th where several are meant, as the list counts them
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    nth: Option<u32>,
    /// Also print the records, in order
    #[arg(long)]
    raw: bool,
    /// Draw with ASCII only
    #[arg(long)]
    ascii: bool,
    /// Columns of the page: the terminal's width unless given, 80 where there is none
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(20..=1000))]
    width: Option<u16>,
    /// Which time stands beside the ladder
    #[arg(long, value_enum, default_value_t = Time::Clock)]
    time: Time,
    #[command(flatten)]
    clocks: GivenClocks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Time {
    /// Time of day
    Clock,
    /// Seconds since the line before
    Delta,
    /// Seconds since the first line
    Start,
}

/// Lists are cut behind this many.
const MOST: usize = 50;
/// On a wider terminal nothing is gained.
const WIDEST: usize = 160;

impl Show {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let Some(Loaded { trace, found: true, .. }) = load(&self.inputs) else { return Ok(Status::Failed) };
        let analysis = match self.clocks.analyse(&trace) {
            Ok(analysis) => analysis,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let stories = ladder::find(&trace, &analysis, &self.what);
        let chosen = match (&stories[..], self.nth) {
            ([], _) => Err(self.not_found(&trace)),
            ([only], None) => Ok(Some(only)),
            (_, None) => Ok(None),
            (all, Some(n)) => all.get(n as usize - 1).map(Some).ok_or_else(|| self.not_so_many(n, all)),
        };
        let chosen = match chosen {
            Ok(chosen) => chosen,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let stdout = io::stdout();
        let terminal = terminal_size::terminal_size_of(&stdout).map(|(width, _)| usize::from(width.0));
        let width = self.width.map(usize::from).or(terminal.map(|w| w.clamp(20, WIDEST))).unwrap_or(page::WIDTH);
        let mut out = BufWriter::new(anstream::AutoStream::auto(stdout));
        if let Some(subject) = chosen {
            let ladder = ladder::build(&trace, &analysis, subject);
            let time = match self.time {
                Time::Clock => TimeStyle::Absolute,
                Time::Delta => TimeStyle::Delta,
                Time::Start => TimeStyle::Start,
            };
            let look = TextOptions { width, ascii: self.ascii, time };
            let story = Story { trace: &trace, analysis: &analysis, ladder: &ladder, look };
            story.write(&mut out)?;
            if self.raw {
                story.write_records(&mut out)?;
            }
        } else {
            let title = format!("{} match {}; choose one with its Call-ID or with --nth N", stories.len(), self.what);
            page::paragraph(&mut out, width, 0, &title)?;
            write_list(&trace, &analysis, &stories, width, MOST, &mut out)?;
        }
        out.flush()?;
        Ok(Status::Fine)
    }

    fn not_found(&self, trace: &Trace) -> String {
        let hint = if std::path::Path::new(&self.what).exists() {
            format!("; {} is a file: the Call-ID or user comes before the inputs", self.what)
        } else {
            "; siptrail report --format json lists the calls with their Call-IDs".to_owned()
        };
        let inputs = match trace.inputs() {
            [only] => only.name().to_owned(),
            all => format!("{} inputs", all.len()),
        };
        format!(
            "no call, push or dialog of {:?} in {inputs}: expected a Call-ID, an address, or a part of one{hint}",
            self.what
        )
    }

    fn not_so_many(&self, n: u32, all: &[Subject]) -> String {
        format!("--nth {n}: only {} match {:?}; leave --nth out to list them", all.len(), self.what)
    }
}
