//! One case as Markdown, for a ticket: what happened, why, what to do, the ladder, the records that prove it.

use std::io::{self, Write};

use super::escape::{code, in_cell, prose};
use crate::analysis::Analysis;
use crate::case::{self, Case, Index, Item};
use crate::ladder::text::TimeStyle;
use crate::ladder::{self, Subject, mermaid};
use crate::text::{decode, sanitize};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// What a ticket is made of.
#[derive(Clone, Copy, Debug)]
pub struct Ticket<'a> {
    /// The logs.
    pub trace: &'a Trace,
    /// What they tell.
    pub analysis: &'a Analysis,
    /// Whom each cause hit.
    pub cases: &'a Index,
    /// The call or push.
    pub subject: &'a Subject,
    /// Notes of people on it.
    pub notes: &'a [String],
    /// The logs.
    pub logs: &'a [LogHash],
}

/// A log, told by the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHash {
    /// Its name, safe to be shown.
    pub name: String,
    /// SHA-256, in hex.
    pub sha256: String,
    /// Of the file as it lies there; else of the text in it, as it was unpacked or decoded.
    pub is_of_file: bool,
}

/// Victims that are named.
const VICTIMS: usize = 50;
/// Records that are quoted in full.
const RECORDS: usize = 8;
/// Lines that are quoted of one record.
const LINES: usize = 60;
/// So much of the time around a case is told to be covered or not.
const AROUND_MS: i64 = 60_000;

impl Ticket<'_> {
    /// Writes it. Text from the logs stands in code spans or is escaped.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Ticket { trace, analysis, subject, .. } = *self;
        let Some(case) = Case::new(trace, analysis, self.cases, subject) else { return Ok(()) };
        let ladder = ladder::build(trace, analysis, subject);
        let when = ladder.start.map_or("(no time in the log)".to_owned(), |t| t.iso().replace('T', " "));
        writeln!(out, "# {} {}\n", prose(&ladder.title), prose(&when))?;
        items(&case.items(analysis, case::twin(analysis, subject).as_ref()), out)?;
        self.facts(&case, out)?;
        for note in self.notes {
            writeln!(out, "- **Note**: {}", prose(&note.replace('\n', " ")))?;
        }
        self.others(&case, out)?;
        writeln!(out, "\n## Ladder\n")?;
        let mut diagram = Vec::new();
        mermaid::write(&ladder, TimeStyle::Absolute, &mut diagram)?;
        fenced("mermaid", &String::from_utf8_lossy(&diagram), out)?;
        self.records(&case, out)?;
        self.coverage(ladder.start, ladder.steps.iter().filter_map(|s| s.time).max(), out)?;
        self.logs(out)?;
        writeln!(out, "\n*siptrail {}*", env!("CARGO_PKG_VERSION"))
    }

    /// Verdict, outcome and answers, in the words of the report.
    fn facts(&self, case: &Case, out: &mut dyn Write) -> io::Result<()> {
        if let Some(call) = case.call.and_then(|i| self.analysis.calls.get(i)) {
            let verdict = call.verdict.map_or(String::new(), |v| format!("**{}**, ", prose(v.name())));
            let status = call.status.map_or("no final response".to_owned(), |s| s.to_string());
            let reason = call.reason.as_deref().map_or(String::new(), |r| format!(" {}", code(r)));
            let outcome = prose(call.outcome.name());
            writeln!(out, "- **Verdict**: {verdict}INVITE {outcome}, {status}{reason}")?;
            writeln!(out, "- **Call-ID**: {}", code(&call.call_id))?;
        }
        for push in case.pushes.iter().filter_map(|i| self.analysis.pushes.get(*i)) {
            let status = push.status.map_or("no final response".to_owned(), |s| s.to_string());
            let reason = push.reason.as_deref().map_or(String::new(), |r| format!(" {}", code(r)));
            let (result, id) = (prose(push.result.name()), code(&push.call_id));
            writeln!(out, "- **Push**: {result}, {status}{reason}, Call-ID {id}")?;
        }
        Ok(())
    }

    /// Since when the cause hits, and whom else.
    fn others(&self, case: &Case, out: &mut dyn Write) -> io::Result<()> {
        let others = victims(self.analysis, self.cases, case);
        let found = case.cause.and_then(|c| Some((c, self.cases.hit(&c.code)?)));
        let Some((named, hit)) = found.filter(|_| !others.is_empty()) else { return Ok(()) };
        let course = case::course(self.analysis, &named.code, hit);
        writeln!(out, "\n## Since when\n")?;
        if let Some((from, to)) = course.span {
            writeln!(out, "- First and last: {} to {}", from.short(), to.short())?;
        }
        let line = course.sparkline(false);
        if !line.trim().is_empty() {
            writeln!(out, "- Share of the attempts over the time of the logs: {}", code(&line))?;
        }
        match &course.change {
            Some(change) => writeln!(out, "- {}", prose(&change.in_words()))?,
            None if hit.calls.is_empty() => {}
            None => writeln!(out, "- No time from which on that share is another by more than chance")?,
        }
        writeln!(out, "\n## Whom else it hit\n\n| Time | User | From | Call-ID |\n|---|---|---|---|")?;
        for other in others.iter().take(VICTIMS) {
            let time = other.time.map_or(String::new(), Timestamp::short);
            let cell = |text: &str| in_cell(&prose(text));
            let (user, from, id) = (cell(other.user), cell(other.from), cell(other.call_id));
            writeln!(out, "| {time} | {user} | {from} | {id} |")?;
        }
        match others.len().saturating_sub(VICTIMS) {
            0 => Ok(()),
            more => writeln!(out, "\n... and {more} more: see victims.csv"),
        }
    }

    /// The records that prove it, in full as far as a ticket can take.
    fn records(&self, case: &Case, out: &mut dyn Write) -> io::Result<()> {
        let evidence: Vec<EventId> = evidence(self.analysis, case);
        writeln!(out, "\n## The records that prove it\n")?;
        for id in evidence.iter().take(RECORDS) {
            let Some(event) = self.trace.event(*id) else { continue };
            let at = self.trace.locate(*id);
            writeln!(out, "{}\n", code(&format!("{}:{}", at.file, at.line)))?;
            let all = decode(self.trace.record(event).trim_ascii_end()).into_owned();
            let mut text: Vec<&str> = all.lines().map(|l| l.trim_end_matches('\r')).take(LINES).collect();
            if all.lines().count() > LINES {
                text.push("...");
            }
            fenced("text", &text.join("\n"), out)?;
        }
        match evidence.len().saturating_sub(RECORDS) {
            0 => Ok(()),
            more => writeln!(out, "... and {more} more: see the folder records\n"),
        }
    }

    /// For which of those minutes each server's log speaks.
    fn coverage(&self, from: Option<Timestamp>, to: Option<Timestamp>, out: &mut dyn Write) -> io::Result<()> {
        let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
        let (from, to) = (from.plus(-AROUND_MS), to.plus(AROUND_MS));
        let clock = |t: Timestamp| t.clock();
        writeln!(out, "## What the logs cover, {} to {}\n", clock(from), clock(to))?;
        for (id, server) in (0..).map(crate::analysis::ServerId).zip(self.analysis.servers.all()) {
            let own = self.analysis.coverage.stretches().iter().filter(|s| s.server == id);
            let times =
                own.filter_map(|s| self.analysis.time(self.trace, s.first).zip(self.analysis.time(self.trace, s.last)));
            let inside: Vec<String> = times
                .filter(|(a, b)| *b >= from && *a <= to)
                .map(|(a, b)| format!("{} to {}", clock(a.max(from)), clock(b.min(to))))
                .collect();
            let name = code(server.name.as_deref().unwrap_or("(no name)"));
            let what = if inside.is_empty() { "says nothing of this time".to_owned() } else { inside.join(", ") };
            writeln!(out, "- {name}: {what}")?;
        }
        Ok(())
    }

    fn logs(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.logs.is_empty() {
            return Ok(());
        }
        writeln!(out, "\n## The logs\n")?;
        for log in self.logs {
            let of = if log.is_of_file { "" } else { " of the text as it was unpacked or decoded" };
            writeln!(out, "- {}, SHA-256{of} {}", code(&log.name), code(&log.sha256))?;
        }
        Ok(())
    }
}

/// One whom the same cause hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Victim<'a> {
    /// When the call began, or the push was sent.
    pub time: Option<Timestamp>,
    /// Who was called, or whose push it was; as logged.
    pub user: &'a str,
    /// Who called; empty of a push without a call.
    pub from: &'a str,
    /// Outcome or verdict of the call, result of the push.
    pub what: &'static str,
    /// Its Call-ID.
    pub call_id: &'a str,
}

/// Whom else the cause of a case hit, by time.
pub fn victims<'a>(analysis: &'a Analysis, index: &Index, case: &Case) -> Vec<Victim<'a>> {
    let Some(hit) = case.cause.and_then(|c| index.hit(&c.code)) else { return Vec::new() };
    let calls = hit.calls.iter().filter(|i| case.call != Some(**i)).filter_map(|i| analysis.calls.get(*i));
    let pushes = hit.pushes.iter().filter(|i| !case.pushes.contains(i)).filter_map(|i| analysis.pushes.get(*i));
    let of_call = |call: &'a crate::analysis::Call| Victim {
        time: call.started,
        user: &call.to,
        from: &call.from,
        what: call.verdict.map_or(call.outcome.name(), crate::analysis::Verdict::name),
        call_id: &call.call_id,
    };
    let of_push = |push: &'a crate::analysis::Push| Victim {
        time: push.sent,
        user: push.user.as_deref().unwrap_or_default(),
        from: "",
        what: push.result.name(),
        call_id: &push.call_id,
    };
    let mut out: Vec<Victim<'a>> = calls.map(of_call).chain(pushes.map(of_push)).collect();
    out.sort_by_key(|v| (v.time.is_none(), v.time));
    out
}

/// The records of a case that are its proof, that which says it first.
fn evidence(analysis: &Analysis, case: &Case) -> Vec<EventId> {
    let mut out: Vec<EventId> =
        case.call.and_then(|i| analysis.calls.get(i)).map_or(Vec::new(), |c| c.evidence.clone());
    out.extend(case.pushes.iter().filter_map(|i| analysis.pushes.get(*i)).flat_map(|p| &p.evidence));
    out.sort_unstable();
    out.dedup();
    if let Some(crate::findings::Proving::Record(id)) = case.proof.as_ref().map(|p| p.what) {
        out.retain(|other| *other != id);
        out.insert(0, id);
    }
    out
}

/// A card as a list.
pub(in crate::report) fn items(items: &[Item], out: &mut dyn Write) -> io::Result<()> {
    for item in items {
        match item {
            Item::Line("", text) => writeln!(out, "  - {}", prose(text))?,
            Item::Line(name, text) => {
                // The cause by its code stands below.
                let name = if matches!(*name, "cause" | "so") { "in short" } else { *name };
                let mut name: String = name.to_owned();
                name.get_mut(..1).into_iter().for_each(str::make_ascii_uppercase);
                writeln!(out, "- **{name}**: {}", prose(text))?;
            }
            Item::Quote(text) | Item::Command(text) => writeln!(out, "  - {}", code(text))?,
        }
    }
    Ok(())
}

/// A block in a fence longer than any run of backticks in it.
fn fenced(kind: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    writeln!(out, "{fence}{kind}")?;
    for line in text.lines() {
        writeln!(out, "{}", sanitize(&line.replace('\t', "    ")))?;
    }
    writeln!(out, "{fence}\n")
}
