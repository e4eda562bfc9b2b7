//! `siptrail explain`

use std::io::{self, Write};

use clap::Args;
use clap::builder::StringValueParser;
use siptrail::knowledge::catalogue::{self, Severity, Step};
use siptrail::knowledge::explanation::Check;
use siptrail::knowledge::{Explanation, lookup};
use siptrail::text::page::{self, BAD, HEAD};
use siptrail::text::sanitize;

use super::hinted::{codes, hinted};
use super::knowledge::{AnswerFormat, print};
use super::{Status, say};

/// Tell what a finding, an id, a status, a result code or a word of the report means
///
/// Takes what stands in a log or a report: the code of a finding (PN03), an ms-diagnostics id (1009), a SIP status
/// (480), a result code of the SIP proxy, of Windows or of Winsock (0xc3e93d6f, 10054 or its name), a TLS alert
/// (unknown_ca), an event id (14428), a cause of the telephone network (Q.850;cause=34), a client (AndroidLync or a
/// whole User-Agent), or the word for an outcome, a verdict, a push or its link. A number that can be several is told
/// as each, a SIP status first, then an id.
///
/// JSON is an array of objects, one for each meaning; keys that do not apply are null or empty.
#[expect(clippy::doc_markdown, reason = "it is the text of --help, where backticks would stand as such")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail explain PN03                     seen where, cause, remedy, source
  siptrail explain 1009 480                 as many as you like
  siptrail explain \"0xC3E93C5E(SIPPROXY_E_ROUTING)\"    as the log writes it
  siptrail explain not_opened unroutable    words of the report
  siptrail explain unknown_ca 80090325      TLS and certificates
  siptrail explain --format json 1009       for programs

Exit status: 0 explained, 2 something is unknown (the rest is explained all the same).")]
pub(crate) struct Explain {
    /// Codes, numbers or words
    #[arg(required = true, value_name = "WHAT", allow_negative_numbers = true)]
    #[arg(value_parser = hinted(StringValueParser::new(), codes), hide_possible_values = true)]
    what: Vec<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = AnswerFormat::Text)]
    format: AnswerFormat,
}

impl Explain {
    pub(crate) fn run(self) -> io::Result<Status> {
        let mut status = Status::Fine;
        let mut all = Vec::new();
        for what in &self.what {
            match lookup(what) {
                Ok(found) => all.extend(found),
                Err(unknown) => {
                    say(&format!("siptrail: {unknown}"));
                    status = Status::Failed;
                }
            }
        }
        let written = print(self.format, &all, |out, width| {
            for (i, one) in all.iter().enumerate() {
                if i > 0 {
                    writeln!(out)?;
                }
                block(one, &mut *out, width)?;
            }
            Ok(())
        });
        status.after_writing(written)
    }
}

fn block(one: &Explanation, out: &mut dyn Write, width: usize) -> io::Result<()> {
    let label = |name: &str, text: Option<&str>, out: &mut dyn Write| {
        text.map_or(Ok(()), |t| page::paragraph(out, width, 2, &format!("{name}: {t}")))
    };
    title(one, out, width)?;
    label("Meaning", one.meaning.as_deref(), out)?;
    let seen = match one.seen_at {
        Some("edge") => "Seen in the log of the Edge",
        Some("front_end") => "Seen in the log of the Front End",
        Some("any") => "Seen in the log of any server",
        Some(_) => "Seen outside the trace only",
        None => "Seen",
    };
    label(seen, one.seen, out)?;
    label(if one.kind == "never_reported" { "No fault" } else { "Cause" }, one.cause, out)?;
    label("Users notice", one.noticed, out)?;
    checks(&one.checks, out, width)?;
    remedy(&one.steps, out, width)?;
    label("False friends", one.false_friends, out)?;
    for code in &one.see {
        let noise = catalogue::never_reported().iter().find(|n| n.code == *code).map(|n| n.what.as_str());
        let summary = catalogue::find(code).map(|f| f.summary.as_str()).or(noise);
        label("See", Some(&format!("{code}, {}", summary.unwrap_or_default())), out)?;
    }
    if !one.source.is_empty() {
        writeln!(out, "  Source:")?;
    }
    one.source.iter().try_for_each(|address| copyable(out, address))
}

fn title(one: &Explanation, out: &mut dyn Write, width: usize) -> io::Result<()> {
    let kind = match one.kind {
        "finding" => "finding",
        "never_reported" => "never reported",
        "sip_status" => "SIP status",
        "diagnostic" => "ms-diagnostics id",
        "result_code" => "result code",
        "tls_alert" => "TLS alert",
        "event" => "event id",
        "gateway_cause" => "cause of the telephone network, Q.850",
        "client" => "client",
        "outcome" => "outcome of a call",
        "leg_outcome" => "outcome of a leg",
        "verdict" => "verdict on a mobile callee",
        "push_result" => "result of a push",
        _ => "link of a push to a call",
    };
    let more = one.severity.map(Severity::name).or(one.component).map_or(String::new(), |m| format!(", {m}"));
    let summary = one.summary.map_or(String::new(), |s| format!(": {s}"));
    let style = if one.severity == Some(Severity::Error) { BAD } else { HEAD };
    write!(out, "{style}")?;
    page::paragraph(out, width, 0, &format!("{} ({kind}{more}){summary}", one.code))?;
    write!(out, "{style:#}")
}

/// Numbered, each command on a line of its own.
fn checks(all: &[Check], out: &mut dyn Write, width: usize) -> io::Result<()> {
    if !all.is_empty() {
        writeln!(out, "  Check:")?;
    }
    for (i, check) in all.iter().enumerate() {
        for (at, step) in check.steps.iter().enumerate() {
            match step {
                Step::Text(text) if at == 0 => page::paragraph(out, width, 2, &format!("{}. {text}", i + 1))?,
                Step::Text(text) => page::paragraph(out, width, 2, &capitalised(text))?,
                Step::Command(command) => copyable(out, command)?,
            }
        }
    }
    Ok(())
}

fn remedy(steps: &[Step], out: &mut dyn Write, width: usize) -> io::Result<()> {
    if let Some(Step::Command(_)) = steps.first() {
        writeln!(out, "  Remedy:")?;
    }
    for (i, step) in steps.iter().enumerate() {
        match step {
            Step::Text(text) if i == 0 => page::paragraph(out, width, 2, &format!("Remedy: {text}"))?,
            Step::Text(text) => page::paragraph(out, width, 2, &capitalised(text))?,
            Step::Command(command) => copyable(out, command)?,
        }
    }
    Ok(())
}

/// After a command a new line begins a new sentence.
fn capitalised(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
}

/// A line of its own that is never broken, however long: half a command or half an address is of no use.
fn copyable(out: &mut dyn Write, text: &str) -> io::Result<()> {
    writeln!(out, "    {}", sanitize(text))
}
