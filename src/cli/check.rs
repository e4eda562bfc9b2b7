//! `siptrail check`

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use siptrail::report;
use siptrail::synth::check::{Comparison, Mistake, check};
use siptrail::synth::{Truth, truth};
use siptrail::text::sanitize;
use siptrail::{Depth, Options};

use super::load::{Loaded, load};
use super::{Status, say};

/// Judgements that are listed of those that are wrong, and of those that are too cautious.
const MOST_MISTAKES: usize = 30;

/// Hold the report on the logs of `siptrail synth` against the truth about them
///
/// Prints for every outcome, verdict, push result, link and finding what is true and what the report says. What the
/// report leaves open counts apart: "left open" where the truth says that the logs cannot know, "too cautious" where
/// they do know. Exit status 1: a judgement is wrong.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail synth --seed 3 --gaps 2% logs && siptrail check logs")]
pub(crate) struct Check {
    /// Folder that `siptrail synth` wrote: logs and truth.json
    dir: PathBuf,
    /// What to print
    #[arg(long, value_enum, default_value_t = CheckFormat::Text)]
    format: CheckFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum CheckFormat {
    /// For people
    Text,
    /// One JSON document for programs
    Json,
}

impl Check {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let truth = match read_truth(&self.dir) {
            Ok(truth) => truth,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let logs: Vec<PathBuf> = truth.logs.iter().map(|l| self.dir.join(&l.path)).collect();
        let Some(Loaded { trace, errors, found, kept }) = load(&logs) else { return Ok(Status::Failed) };
        if !errors.is_empty() || !found {
            return Ok(Status::Failed);
        }
        let analysis = kept.analyse(&trace, &Options::default(), Depth::Causes);
        kept.save(&trace);
        let result = check(&truth, &report::report(&trace, &analysis, &errors));
        let mut out = BufWriter::new(io::stdout().lock());
        let written = match self.format {
            CheckFormat::Text => write_text(&result, &mut out),
            CheckFormat::Json => report::json::pretty(&result, &mut out),
        };
        let status = if result.wrong > 0 { Status::Found } else { Status::Fine };
        status.after_writing(written.and_then(|()| out.flush()))
    }
}

#[expect(clippy::disallowed_methods, reason = "the truth is no log: `input` does not read it")]
fn read_truth(dir: &Path) -> Result<Truth, String> {
    let path = dir.join("truth.json");
    let hint = "expected a folder that `siptrail synth` wrote";
    let text = fs::read(&path).map_err(|e| format!("cannot read {}: {e}; {hint}", path.display()))?;
    let read: Truth =
        serde_json::from_slice(&text).map_err(|e| format!("{} is no truth: {e}; {hint}", path.display()))?;
    if read.schema != truth::SCHEMA {
        return Err(format!("{}: expected schema {}, found {}", path.display(), truth::SCHEMA, read.schema));
    }
    if let Some(log) = read.logs.iter().find(|l| Path::new(&l.path).components().count() != 1) {
        return Err(format!("{}: expected logs beside it, found {}", path.display(), log.path));
    }
    Ok(read)
}

fn write_text(result: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for table in &result.tables {
        writeln!(out, "{:<26}{:<26}{:>8}", table.name, "report", "times")?;
        for row in &table.rows {
            let marks =
                [(row.right, ""), (row.open, "  left open"), (row.cautious, "  too cautious"), (row.wrong, "  WRONG")];
            for (count, mark) in marks {
                if count > 0 {
                    writeln!(out, "  {:<24}{:<26}{count:>8}{mark}", sanitize(&row.truth), sanitize(&row.report))?;
                }
            }
        }
        writeln!(out)?;
    }
    list(&result.mistakes, "WRONG", out)?;
    list(&result.cautions, "too cautious:", out)?;
    writeln!(
        out,
        "{} calls, {} pushes: {} judgements right, {} left open because the logs cannot know, {} too cautious (left open \
         although the logs know), {} wrong",
        result.calls, result.pushes, result.right, result.open, result.cautious, result.wrong
    )
}

fn list(mistakes: &[Mistake], mark: &str, out: &mut dyn Write) -> io::Result<()> {
    for mistake in mistakes.iter().take(MOST_MISTAKES) {
        let [id, truth, report] = [&mistake.call_id, &mistake.truth, &mistake.report].map(|text| sanitize(text));
        writeln!(out, "{mark} {} of {id}: {truth} is true, the report says {report}", mistake.table)?;
    }
    if mistakes.len() > MOST_MISTAKES {
        writeln!(out, "and {} more", mistakes.len() - MOST_MISTAKES)?;
    }
    Ok(())
}
