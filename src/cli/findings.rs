//! `siptrail findings`

use std::io::{self, Write};

use anstyle::Style;
use clap::Args;
use siptrail::knowledge::Explanation;
use siptrail::knowledge::catalogue::{self, Severity};
use siptrail::text::page::{self, BAD, DIM, HEAD};

use super::Status;
use super::knowledge::{AnswerFormat, print};

/// List the causes that siptrail knows, and what it never reports
///
/// JSON is an array with one object for each entry, the same objects as those of siptrail explain: the causes, then
/// what is never reported (see their key "kind"). Keys that do not apply are null or empty.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail findings                  the list: code, severity, summary
  siptrail explain PN03              all about one of them
  siptrail findings --format json    all about all of them, for programs")]
pub(crate) struct Findings {
    /// What to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
}

impl Findings {
    pub(crate) fn run(self) -> io::Result<Status> {
        let findings = catalogue::catalogue().iter().map(Explanation::of_finding);
        let all: Vec<_> = findings.chain(catalogue::never_reported().iter().map(Explanation::of_noise)).collect();
        print(self.format, &all, |out, width| write(&all, out, width))?;
        Ok(Status::Fine)
    }
}

fn write(all: &[Explanation], out: &mut dyn Write, width: usize) -> io::Result<()> {
    for section in catalogue::sections() {
        heading(out, width, &section.title)?;
        for entry in all.iter().filter(|e| e.section == Some(section.name.as_str())) {
            row(entry, out, width)?;
        }
        writeln!(out)?;
    }
    heading(out, width, "Never reported: looks like a fault and is none")?;
    for entry in all.iter().filter(|e| e.kind == "never_reported") {
        row(entry, out, width)?;
    }
    writeln!(out)?;
    write!(out, "{DIM}")?;
    page::paragraph(out, width, 0, "siptrail explain CODE tells what is seen, why, and what to do.")?;
    write!(out, "{DIM:#}")
}

fn heading(out: &mut dyn Write, width: usize, text: &str) -> io::Result<()> {
    write!(out, "{HEAD}")?;
    page::paragraph(out, width, 0, text)?;
    write!(out, "{HEAD:#}")
}

fn row(entry: &Explanation, out: &mut dyn Write, width: usize) -> io::Result<()> {
    let severity = entry.severity.map_or("", Severity::name);
    let style = if entry.severity == Some(Severity::Error) { BAD } else { Style::new() };
    let text = format!("{}  {severity:<7}  {}", entry.code, entry.summary.unwrap_or_default());
    write!(out, "{style}")?;
    page::paragraph(out, width, 2, text.trim_end())?;
    write!(out, "{style:#}")
}
