//! The report for people: verdict first, then who missed what, why, what to do, and where the proof is.
//! Fits 80 columns; every string of a log passes [`crate::text::sanitize`].

mod causes;
mod lone;
mod missed;
mod noted;
mod sources;

use std::collections::HashSet;
use std::io::{self, Write};

use super::labels::{self, MOST, is_shown, known};
use super::model::{Call, Finding, Place, Push, Report};
use crate::analysis::Verdict;
use crate::knowledge::catalogue::Severity;
use crate::rates;
use crate::text::page::{self, BAD, DIM, GOOD, HEAD};
use crate::text::plural;

/// So many servers are named beside a cause.
const PEERS: usize = 3;

/// What is written to, and how many columns it has.
struct Paper<'w> {
    to: &'w mut dyn Write,
    width: usize,
}

impl Write for Paper<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.to.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// Narrower is nothing that can be read.
const NARROWEST: usize = 40;

/// Writes the report for 80 columns. Colour is written always; give a writer that strips it where it is not wanted.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    write_wide(report, page::WIDTH, out)
}

/// The same for so many columns.
///
/// # Errors
/// When the writer fails.
pub fn write_wide(report: &Report, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let out = &mut Paper { to: out, width: width.max(NARROWEST) };
    headline(report, out)?;
    causes::write(report, out)?;
    missed::write(report, out)?;
    missed::messages(report, out)?;
    other_findings(report, out)?;
    undetermined(report, out)?;
    causes::missing_logs(report, out)?;
    other_failures(report, out)?;
    lone::write(report, out)?;
    unexplained(report, out)?;
    voice_mail(report, out)?;
    noted::write(report, out)?;
    tables(report, out)?;
    rates(report, out)?;
    sources::write(report, out)?;
    problems(report, out)
}

/// Only where they were asked for.
fn rates(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let Some(rates) = &report.rates else { return Ok(()) };
    heading(out, "Rates")?;
    rates::write_entries(rates, out)
}

fn headline(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let head = labels::headline(report);
    let style = if head.bad { BAD } else { GOOD };
    if head.kinds.is_empty() {
        writeln!(out, "{style}{}{style:#}", format!("{} {}", head.text, head.seen).trim_end())?;
    } else {
        writeln!(out, "{style}{}: {}{style:#}", head.text, head.kinds)?;
        writeln!(out, "{}", head.seen)?;
    }
    report.selection.as_ref().map_or(Ok(()), |s| line(out, 0, &s.what()))
}

fn heading(out: &mut Paper<'_>, text: &str) -> io::Result<()> {
    writeln!(out, "\n{HEAD}{text}{HEAD:#}")
}

fn cause(out: &mut Paper<'_>, indent: usize, finding: &Finding) -> io::Result<()> {
    line(out, indent, &format!("[{}] {}", finding.code, finding.summary))?;
    for peer in finding.peers.iter().take(PEERS) {
        line(out, indent + 2, &peer.in_words())?;
    }
    if finding.peers.len() > PEERS {
        line(out, indent + 2, &format!("and {} more servers", finding.peers.len() - PEERS))?;
    }
    if finding.remedy.is_empty() { Ok(()) } else { line(out, indent + 2, &format!("do: {}", finding.remedy)) }
}

fn proof(out: &mut Paper<'_>, indent: usize, evidence: &[Place]) -> io::Result<()> {
    let places: Vec<String> = evidence.iter().take(8).map(|p| format!("{}:{}", p.file, p.line)).collect();
    let rest = if evidence.len() > 8 { format!(" and {} more", evidence.len() - 8) } else { String::new() };
    line(out, indent, &format!("proof: {}{rest}", places.join(" ")))
}

fn more(out: &mut Paper<'_>, count: usize) -> io::Result<()> {
    if count > MOST {
        writeln!(out, "{DIM}  ... and {} more: --format json has them all{DIM:#}", count - MOST)?;
    }
    Ok(())
}

/// Causes of pushes that belong to no missed call: lost all the same.
fn other_findings(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    // Those of missed calls, and of calls perhaps missed, stand with them.
    let missed: HashSet<&String> = report.calls.iter().filter(|c| is_shown(c)).flat_map(|c| &c.pushes).collect();
    let lost: Vec<&Push> =
        report.pushes.iter().filter(|p| p.result.is_lost() && !missed.contains(&p.call_id)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    heading(out, "Lost pushes without a missed call")?;
    for push in lost.iter().take(MOST) {
        let time = labels::when(push.sent.as_deref());
        let whom = if push.synthetic { "synthetic test" } else { push.user.as_deref().unwrap_or("(unknown user)") };
        line(out, 2, &format!("{time}  {whom}: {}", labels::push_result(push)))?;
        for finding in report.findings.iter().filter(|f| push.findings.contains(&f.code)) {
            cause(out, 4, finding)?;
        }
        noted::notes(out, 4, report.notes_on([&push.call_id]))?;
        proof(out, 4, &push.evidence)?;
    }
    more(out, lost.len() + report.lost_left_out.alone)
}

/// Mobile callees of whom the logs cannot tell whether they missed the call, and why.
fn undetermined(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let unknown: Vec<&Call> = report.calls.iter().filter(|c| c.verdict == Some(Verdict::Undetermined)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    heading(out, "Perhaps missed: the logs do not tell")?;
    for call in unknown.iter().take(MOST) {
        let time = call.started.as_deref().map_or("(no time in the log)".to_owned(), |t| t.replace('T', " "));
        line(out, 2, &format!("{time}  {}", known(&call.to, "(unknown user)")))?;
        if let Some(why) = &call.undetermined {
            line(out, 4, &why.reason)?;
        }
        if !call.pushes.is_empty() {
            line(out, 4, &format!("its push was {}", missed::pushes_of(report, call)))?;
        }
        line(out, 4, &format!("Call-ID {}", call.call_id))?;
        noted::notes(out, 4, report.notes_on(call.call_ids()))?;
        proof(out, 4, &call.evidence)?;
    }
    more(out, unknown.len())
}

/// Causes of calls that failed and concern no mobile user: one line each.
fn other_failures(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    let shown: HashSet<&String> = report.calls.iter().filter(|c| is_shown(c)).map(|c| &c.call_id).collect();
    let rest = |f: &Finding| f.failed.iter().filter(|id| !shown.contains(id)).cloned().collect::<Vec<String>>();
    let others: Vec<(&Finding, Vec<String>)> = report
        .findings
        .iter()
        .filter(|f| f.severity != Severity::Info)
        .map(|f| (f, rest(f)))
        .filter(|(_, calls)| !calls.is_empty())
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    heading(out, "Other failed calls with a known cause")?;
    for (finding, calls) in others.iter().take(MOST) {
        cause(out, 2, finding)?;
        let more = if calls.len() > 3 { format!(" and {} more", calls.len() - 3) } else { String::new() };
        let ids = calls.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        line(out, 4, &format!("{}: {ids}{more}", plural(calls.len() as u64, "call")))?;
    }
    more(out, others.len())
}

/// Failed calls without a cause: what the servers, clients and the telephone network said, and what is known of it.
fn unexplained(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    if report.unexplained.is_empty() {
        return Ok(());
    }
    heading(out, "Failed calls without a known cause, by what was told of them")?;
    for group in report.unexplained.iter().take(MOST) {
        line(out, 2, &labels::unexplained(group))?;
    }
    more(out, report.unexplained.len())
}

/// Calls that voice mail answered.
fn voice_mail(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    if report.voice_mail.is_empty() {
        return Ok(());
    }
    heading(out, "Answered by voice mail: answered to SIP, missed for the person")?;
    for call in report.voice_mail.iter().take(MOST) {
        line(out, 2, &labels::voice_mail(call))?;
    }
    more(out, report.voice_mail.len())
}

fn tables(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    for (title, rows) in labels::counts(&report.summary) {
        heading(out, title)?;
        for (word, n) in rows {
            writeln!(out, "  {word:<24}{n:>10}")?;
        }
    }
    Ok(())
}

fn problems(report: &Report, out: &mut Paper<'_>) -> io::Result<()> {
    if report.problems.is_empty() {
        return Ok(());
    }
    heading(out, "Problems")?;
    for p in report.problems.iter().take(MOST) {
        let at = p.line.map_or(String::new(), |l| format!(":{l}"));
        line(out, 2, &format!("{}{at}: {}", p.file, p.what))?;
    }
    more(out, report.problems.len() + report.problems_left_out)
}

fn line(out: &mut Paper<'_>, indent: usize, text: &str) -> io::Result<()> {
    let width = out.width;
    page::paragraph(out, width, indent, text)
}
