//! The report as one JSON object a line, each with its `type` (CONTRACT.md section 3).

use std::io::{self, Write};

use serde::Serialize;

use super::json;
use super::model::{
    Call, Contrast, Coverage, Finding, MissedMessage, MissingLog, Note, Noted, Problem, Push, Report, Selected, Source,
    Summary,
};
use crate::rates::Rates;

/// One line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line<'r> {
    Source(&'r Source),
    Call(&'r Call),
    Push(&'r Push),
    MissedMessage(&'r MissedMessage),
    Finding(&'r Finding),
    Problem(&'r Problem),
    Coverage(&'r Coverage),
    Contrast(&'r Contrast),
    Note(&'r Note),
    Noted(&'r Noted),
    MissingLog(&'r MissingLog),
    Selection(&'r Selected),
    Rates(&'r Rates),
    Summary(&'r Summary),
}

/// Writes the objects of the report in the order of the JSON document; the summary comes last.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let sources = report.sources.iter().map(Line::Source);
    let calls = report.calls.iter().map(Line::Call);
    let pushes = report.pushes.iter().map(Line::Push);
    let messages = report.missed_messages.iter().map(Line::MissedMessage);
    let findings = report.findings.iter().map(Line::Finding);
    let problems = report.problems.iter().map(Line::Problem);
    let coverage = report.coverage.iter().map(Line::Coverage);
    let contrasts = report.contrasts.iter().map(Line::Contrast);
    let notes = report.notes.iter().map(Line::Note);
    let lines = sources.chain(calls).chain(pushes).chain(messages).chain(findings).chain(problems);
    let notes = notes.chain(report.noted.iter().flatten().map(Line::Noted));
    let notes = notes.chain(report.missing_logs.iter().map(Line::MissingLog));
    let notes = notes.chain(report.selection.iter().map(Line::Selection));
    let notes = notes.chain(report.rates.iter().map(Line::Rates));
    for line in lines.chain(coverage).chain(contrasts).chain(notes).chain([Line::Summary(&report.summary)]) {
        json::line(&line, out)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}
