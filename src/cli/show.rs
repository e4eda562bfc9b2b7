//! `siptrail show`

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use siptrail::input::SAVED;
use siptrail::ladder::svg::SvgOptions;
use siptrail::ladder::text::{TextOptions, TimeStyle};
use siptrail::ladder::{self, Subject};
use siptrail::report::story::{Story, write_list};
use siptrail::text::page;
use siptrail::{Analysis, Depth, Trace};

use super::clock::GivenClocks;
use super::output::Output;
use super::{Status, failed};

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
  siptrail show frank@contoso.com --with twin C:\\Traces    beside it the most similar call that worked
  siptrail show b45230e872a3 --raw --ascii fe03.log > case.txt    with all records, for a ticket
  siptrail show b45230e872a3 --as svg -o case.svg C:\\Traces    a picture; html has the records too

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
    /// Beside it another call, by Call-ID or user, or twin: the most similar one that worked. The first difference is
    /// marked and explained
    #[arg(long, value_name = "CALL-ID|USER|twin", conflicts_with_all = ["raw", "form"])]
    with: Option<String>,
    /// Also print the records, in order
    #[arg(long)]
    raw: bool,
    /// In which form; all but text hold the ladder only, html also the records
    #[arg(long = "as", value_enum, default_value_t = Form::Text, value_name = "FORM")]
    form: Form,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// For people: facts, ladder, hops
    Text,
    /// A picture that stands alone, light and dark
    Svg,
    /// A diagram for Markdown
    Mermaid,
    /// A diagram for PlantUML
    Plantuml,
    /// A page that stands alone: facts, picture, records
    Html,
}

/// Lists are cut behind this many.
const MOST: usize = 50;
/// On a wider terminal nothing is gained.
const WIDEST: usize = 160;

impl Show {
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let Some((trace, mut analysis)) = self.clocks.read(&self.inputs, Depth::Calls) else {
            return Ok(Status::Failed);
        };
        let stories = ladder::find(&trace, &analysis, &self.what);
        let chosen = match (&stories[..], self.nth) {
            ([], _) => Err(self.not_found(&trace)),
            ([only], None) => Ok(Some(only)),
            (_, None) if self.form == Form::Text => Ok(None),
            (all, None) => Err(self.several(all)),
            (all, Some(n)) => all.get(n as usize - 1).map(Some).ok_or_else(|| self.not_so_many(n, all)),
        };
        let chosen = match chosen {
            Ok(chosen) => chosen,
            Err(line) => return Ok(failed(&line)),
        };
        if chosen.is_some() {
            // A list tells no causes.
            siptrail::name_causes(&trace, &mut analysis);
        }
        let width = self.width.map_or_else(|| terminal(self.output.is_none()), usize::from);
        let beside = match (chosen, &self.with) {
            (Some(own), Some(name)) => match other(&trace, &analysis, own, name) {
                Ok(other) => Some(other),
                Err(line) => return Ok(failed(&line)),
            },
            _ => None,
        };
        let saved = output.is_file() && self.form == Form::Text;
        output.write(self.form == Form::Text, |out| {
            if saved {
                writeln!(out, "{SAVED}\n")?;
            }
            let Some(subject) = chosen else {
                let many = stories.len();
                let title = format!("{many} match {}; choose one with its Call-ID or with --nth N", self.what);
                page::paragraph(out, width, 0, &title)?;
                return write_list(&trace, &analysis, &stories, width, MOST, out);
            };
            let ladder = ladder::build(&trace, &analysis, subject);
            let time = match self.time {
                Time::Clock => TimeStyle::Absolute,
                Time::Delta => TimeStyle::Delta,
                Time::Start => TimeStyle::Start,
            };
            if let Some(other) = &beside {
                let pair = ladder::pair::pair(&trace, ladder, ladder::build(&trace, &analysis, other));
                let time = if self.time == Time::Clock { TimeStyle::Start } else { time };
                return pair.write(ladder::pair::Look { width, time }, out);
            }
            match self.form {
                Form::Text => {
                    let mut look = TextOptions::default();
                    (look.width, look.ascii, look.time) = (width, self.ascii, time);
                    let cases = siptrail::case::Index::new(&analysis);
                    let story = Story { trace: &trace, analysis: &analysis, ladder: &ladder, cases: &cases, look };
                    story.write(out)?;
                    if self.raw { story.write_records(out) } else { Ok(()) }
                }
                Form::Svg => {
                    let mut look = SvgOptions::default();
                    look.time = time;
                    ladder::svg::write(&ladder, &look, out)
                }
                Form::Mermaid => ladder::mermaid::write(&ladder, time, out),
                Form::Plantuml => ladder::plantuml::write(&ladder, time, out),
                Form::Html => ladder::html::write(&trace, &analysis, &ladder, time, out),
            }
        })?;
        // As with a report: the process ends here.
        std::mem::forget((trace, analysis, stories));
        Ok(Status::Fine)
    }

    fn several(&self, all: &[Subject]) -> String {
        let many = all.len();
        format!("{many} match {:?}: expected one; leave --as out to list them, then choose with --nth N", self.what)
    }

    fn not_found(&self, trace: &Trace) -> String {
        let hint = if std::path::Path::new(&self.what).exists() {
            format!("; {} is a file: the Call-ID or user comes before the inputs", self.what)
        } else {
            "; siptrail list calls INPUT names them".to_owned()
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

/// Columns of the terminal behind stdout, where there is one and it is written to.
#[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
pub(super) fn terminal(written: bool) -> usize {
    let width = terminal_size::terminal_size_of(io::stdout()).filter(|_| written);
    width.map_or(page::WIDTH, |(width, _)| usize::from(width.0).clamp(20, WIDEST))
}

/// The story to hold it against.
fn other(trace: &Trace, analysis: &Analysis, own: &Subject, with: &str) -> Result<Subject, String> {
    if with.eq_ignore_ascii_case("twin") {
        let twin = siptrail::case::twin(analysis, own);
        return twin.map(|t| Subject::Call(t.call)).ok_or_else(|| {
            "--with twin: no call like it is known that worked, or nothing failed here; name one by its Call-ID"
                .to_owned()
        });
    }
    let all = ladder::find(trace, analysis, with);
    let is_other = |s: &&Subject| *s != own;
    let mut others = all.iter().filter(is_other);
    match (others.next(), others.next()) {
        (Some(only), None) => Ok(only.clone()),
        (None, _) => Err(format!("--with {with:?}: no other call or push of it; siptrail list calls INPUT names them")),
        (Some(_), Some(_)) => {
            Err(format!("--with {with:?}: {} match; expected one, name it by its Call-ID", others.count() + 2))
        }
    }
}
