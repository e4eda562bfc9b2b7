//! One call or push for people: its facts, then the ladder, then the way of its messages.

use std::io::{self, Write};

use anstyle::Style;

use super::hops::{self as hop_text, HopText};
use super::{hop_table, labels, why_undetermined};
use crate::analysis::{Analysis, Call, Diagnostic, Push, PushResult, hops};
use crate::case::{self, Case, Index, Item, Twin};
use crate::knowledge::catalogue::{self, Step};
use crate::knowledge::{Explanation, lookup, tables};
use crate::ladder::{self, Ladder};
use crate::span::Span;
use crate::text::page::{self, Ansi, BAD, DIM, GOOD, HEAD, Sink};
use crate::text::{decode, plural, sanitize};
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// Where the story comes from and how wide it may be.
#[derive(Clone, Copy, Debug)]
pub struct Story<'t> {
    /// The logs.
    pub trace: &'t Trace,
    /// What they tell.
    pub analysis: &'t Analysis,
    /// The ladder of the story, which names its call, pushes and records.
    pub ladder: &'t Ladder,
    /// Whom each cause hit.
    pub cases: &'t Index,
    /// How it looks.
    pub look: ladder::text::TextOptions,
}

impl Story<'_> {
    /// Writes facts, ladder and hop tables. Colour is written always; give a writer that strips it where it is not
    /// wanted.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let subject = self.subject();
        let twin = subject.as_ref().and_then(|s| case::twin(self.analysis, s));
        self.facts(twin.as_ref(), &mut Ansi(&mut *out))?;
        writeln!(out)?;
        ladder::text::write(self.ladder, &self.look, out)?;
        let (call, pushes) = self.parts();
        let tables = call.map(|c| hops::of_call(self.trace, self.analysis, c)).into_iter().flatten();
        let of_push = pushes.iter().flat_map(|p| hops::of_push(self.trace, self.analysis, p));
        for table in tables.chain(of_push) {
            writeln!(out)?;
            let look = HopText { width: self.look.width, indent: 0, ascii: self.look.ascii };
            hop_text::write(&hop_table(self.trace, &table), look, out)?;
        }
        Ok(())
    }

    /// Tells the facts alone: what became of the call and its pushes, causes, remedies, proof. Needs no steps in the
    /// ladder, only its numbers of call and pushes.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn tell_facts(&self, out: &mut dyn Sink) -> io::Result<()> {
        self.facts(None, out)
    }

    fn facts(&self, twin: Option<&Twin>, out: &mut dyn Sink) -> io::Result<()> {
        let (call, pushes) = self.parts();
        let case = self.subject().and_then(|s| Case::new(self.trace, self.analysis, self.cases, &s));
        let card = case.map_or(Vec::new(), |c| c.items(self.analysis, twin));
        if let Some(call) = call {
            self.call(call, &card, out)?;
        }
        for (i, push) in pushes.iter().enumerate() {
            if call.is_some() || i > 0 {
                out.unbroken("")?;
            }
            self.push(push, if call.is_none() && i == 0 { &card } else { &[] }, out)?;
        }
        if call.is_none() && pushes.is_empty() {
            self.dialog(out)?;
        }
        Ok(())
    }

    /// What the story is about.
    fn subject(&self) -> Option<ladder::Subject> {
        let push = || self.ladder.pushes.first().map(|p| ladder::Subject::Push(*p));
        self.ladder.call.map(ladder::Subject::Call).or_else(push)
    }

    /// The card of the case, below its first two lines.
    fn card(&self, items: &[Item], out: &mut dyn Sink) -> io::Result<()> {
        let width = self.look.width;
        for item in items {
            match item {
                // The text of a step behind the first stands in line with its command.
                Item::Line("", text) => self.line(4, text, out)?,
                Item::Line(name, text) => {
                    let style = if matches!(*name, "cause" | "so") { HEAD } else { Style::new() };
                    out.paragraph(style, width, 2, format!("{name}: {text}").trim_end())?;
                }
                Item::Quote(text) => out.paragraph(DIM, width, 4, &format!("| {text}"))?,
                Item::Command(command) => out.unbroken(&format!("    {command}"))?,
            }
        }
        Ok(())
    }

    fn parts(&self) -> (Option<&Call>, Vec<&Push>) {
        let call = self.ladder.call.and_then(|i| self.analysis.calls.get(i));
        (call, self.ladder.pushes.iter().filter_map(|p| self.analysis.pushes.get(*p)).collect())
    }

    /// Writes the records of the story, in its order, each under its place. Characters that act on a terminal are
    /// replaced.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_records(&self, out: &mut dyn Write) -> io::Result<()> {
        for id in self.ladder.steps.iter().flat_map(|step| step.kind.records()) {
            let Some(event) = self.trace.event(*id) else { continue };
            writeln!(out)?;
            let at = format!("{}:{}", place(self.trace, *id), self.trace.locate(*id).byte);
            page::paragraph(out, self.look.width, 0, &at)?;
            for line in self.trace.record(event).trim_ascii_end().split(|b| *b == b'\n') {
                writeln!(out, "{}", sanitize(decode(line).trim_end_matches('\r').replace('\t', "    ").as_str()))?;
            }
        }
        Ok(())
    }

    fn line(&self, indent: usize, text: &str, out: &mut dyn Sink) -> io::Result<()> {
        out.paragraph(Style::new(), self.look.width, indent, text)
    }

    fn heading(&self, text: &str, out: &mut dyn Sink) -> io::Result<()> {
        out.paragraph(HEAD, self.look.width, 0, text)
    }

    fn call(&self, call: &Call, card: &[Item], out: &mut dyn Sink) -> io::Result<()> {
        self.heading(&format!("Call {}", call.call_id), out)?;
        let what = call.modality.map_or(String::new(), |m| format!(", {}", m.name()));
        let (from, to) = (known(&call.from), known(&call.to));
        self.line(2, &format!("{}  {from} to {to}{what}", when(call.started)), out)?;
        self.card(card, out)?;
        let status = call.status.map_or("no final response".to_owned(), |s| status(s, call.reason.as_deref()));
        let rang = if call.rang { ", rang" } else { "" };
        self.line(2, &format!("INVITE {status}{rang}: {}", meaning("outcome", call.outcome.name())), out)?;
        if let Some(verdict) = call.verdict {
            let style = if verdict.is_missed() { BAD } else { GOOD };
            let text = format!("verdict {}", meaning("verdict", verdict.name()));
            out.paragraph(style, self.look.width, 2, &text)?;
        }
        if let Some(blind) = &call.blind {
            self.line(2, &format!("why: {}", why_undetermined(self.trace, self.analysis, blind)), out)?;
        }
        for leg in &call.legs {
            let client = leg.client.as_ref().map_or(String::new(), |c| format!(", {}", c.name));
            let status = leg.status.map_or(String::new(), |s| format!(" {s}"));
            let target = leg.target.as_deref().unwrap_or("(unknown)");
            self.line(2, &format!("leg to {target}{client}: {}{status}", leg.outcome.name()), out)?;
        }
        if call.voice_mail {
            self.line(2, "voice mail answered: answered to SIP, missed for the person", out)?;
        }
        if let Some(told) = call.told_by_mail {
            self.line(2, labels::by_mail(told), out)?;
        }
        if let Some(ms) = call.gave_up_ms {
            self.line(2, &format!("the caller gave up after {} s of ringing", ms / 1_000), out)?;
        }
        if let Some(later) = call.reached_later {
            self.line(2, &format!("they talked later, at {}", when(Some(later))), out)?;
        }
        for tie in &call.ties {
            let Some(other) = self.analysis.calls.get(tie.other) else { continue };
            let at = self.trace.locate(tie.record);
            let text =
                format!("same conversation as call {}, by {} ({}:{})", other.call_id, tie.header, at.file, at.line);
            self.line(2, &text, out)?;
        }
        if call.missed_messages > 0 {
            let missed = plural(u64::from(call.missed_messages), "message");
            self.line(2, &format!("{missed} inside this conversation missed"), out)?;
        }
        self.diagnostics(&call.diagnostics, out)?;
        if let Some(cause) = call.gateway_cause {
            self.line(2, &labels::gateway_cause(cause), out)?;
        }
        self.causes(&call.findings, out)?;
        self.proof(&call.evidence, &call.lines, out)
    }

    fn push(&self, push: &Push, card: &[Item], out: &mut dyn Sink) -> io::Result<()> {
        self.heading(&format!("Push {}", push.call_id), out)?;
        let whom = if push.synthetic { "a synthetic test" } else { push.user.as_deref().unwrap_or("an unknown user") };
        self.line(2, &format!("{}  for {whom}, link {}", when(push.sent), push.link.name()), out)?;
        self.card(card, out)?;
        let status = push.status.map_or("no final response".to_owned(), |s| status(s, push.reason.as_deref()));
        let after = push.latency_ms().map_or(String::new(), |ms| format!(" after {ms} ms"));
        let style = if push.result == PushResult::Accepted { GOOD } else { BAD };
        let text = format!("{status}{after}: {}", meaning("push_result", push.result.name()));
        out.paragraph(style, self.look.width, 2, &text)?;
        if let Some(blind) = &push.blind {
            self.line(2, &format!("why: {}", why_undetermined(self.trace, self.analysis, blind)), out)?;
        }
        if push.superseded {
            self.line(2, "a later push of the same call was accepted, so this one did no harm", out)?;
        }
        for candidate in push.candidates.iter().filter_map(|c| self.analysis.calls.get(*c as usize)) {
            self.line(2, &format!("may belong to call {} at {}", candidate.call_id, when(candidate.started)), out)?;
        }
        self.diagnostics(&push.diagnostics, out)?;
        // The causes of a linked push stand under its call.
        if self.ladder.call.is_none() {
            self.causes(&push.findings, out)?;
        }
        self.proof(&push.evidence, &push.lines, out)
    }

    fn dialog(&self, out: &mut dyn Sink) -> io::Result<()> {
        let first = self.ladder.records.first().and_then(|id| self.trace.event(*id));
        let call = first.and_then(crate::trace::Event::call_id).map(|s| decode(self.trace.symbol(s)).into_owned());
        self.heading(&format!("Dialog {}", call.unwrap_or_default()), out)?;
        self.line(2, &format!("{}  neither a call nor a push", when(self.ladder.start)), out)
    }

    fn diagnostics(&self, all: &[Diagnostic], out: &mut dyn Sink) -> io::Result<()> {
        for d in all {
            let params: Vec<String> = d.params.iter().map(|(name, value)| format!("; {name}={value}")).collect();
            let unpublished = if tables::unpublished(d.id).is_some() { " (meaning not published)" } else { "" };
            self.line(2, &format!("{} {}: {}{}{unpublished}", d.header, d.id, d.reason, params.concat()), out)?;
        }
        Ok(())
    }

    /// Every cause, explained; what to do about the one that leads stands in the card.
    fn causes(&self, codes: &[&'static str], out: &mut dyn Sink) -> io::Result<()> {
        let all: Vec<_> = codes.iter().filter_map(|code| catalogue::find(code)).collect();
        let leading = case::leading(codes).map(|f| &f.code);
        for finding in &all {
            self.line(2, &format!("cause [{}]: {}. {}", finding.code, finding.summary, finding.cause), out)?;
            if Some(&finding.code) == leading {
                continue;
            }
            let steps = Explanation::of_finding(finding).steps;
            if matches!(steps.first(), Some(Step::Command(_))) {
                self.line(2, "do:", out)?;
            }
            for (i, step) in steps.iter().enumerate() {
                match step {
                    Step::Text(text) if i == 0 => self.line(2, &format!("do: {text}"), out)?,
                    Step::Text(text) => self.line(4, text, out)?,
                    // Half a command is of no use: never broken.
                    Step::Command(command) => out.unbroken(&format!("    {command}"))?,
                }
            }
        }
        Ok(())
    }

    fn proof(&self, evidence: &[EventId], lines: &[Span], out: &mut dyn Sink) -> io::Result<()> {
        let evidence = super::render::places(self.trace, evidence, lines);
        let places: Vec<String> = evidence.iter().take(8).map(|p| format!("{}:{}", p.file, p.line)).collect();
        let rest = if evidence.len() > 8 { format!(" and {} more", evidence.len() - 8) } else { String::new() };
        out.paragraph(DIM, self.look.width, 2, &format!("proof: {}{rest}", places.join(" ")))
    }
}

/// One line about each story of a list, numbered from 1; the first `most` of them.
///
/// # Errors
/// When the writer fails.
pub fn write_list(
    trace: &Trace,
    analysis: &Analysis,
    stories: &[ladder::Subject],
    width: usize,
    most: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (i, story) in stories.iter().take(most).enumerate() {
        let (time, text, id) = match story {
            ladder::Subject::Call(at) => {
                let Some(call) = analysis.calls.get(*at) else { continue };
                let verdict = call.verdict.map_or(call.outcome.name(), |v| v.name());
                let text = format!("{} to {}: {verdict}", known(&call.from), known(&call.to));
                (call.started, text, call.call_id.clone())
            }
            ladder::Subject::Push(at) => {
                let Some(push) = analysis.pushes.get(*at) else { continue };
                let text = format!("push for {}: {}", push.user.as_deref().map_or("-", known), push.result.name());
                (push.sent, text, push.call_id.clone())
            }
            ladder::Subject::Records(records) => {
                let Some(event) = records.first().and_then(|id| trace.event(*id)) else { continue };
                let id = event.call_id().map(|s| decode(trace.symbol(s)).into_owned()).unwrap_or_default();
                let time = records.first().and_then(|id| analysis.time(trace, *id));
                (time, format!("{}, {} records", event.method.name(), records.len()), id)
            }
        };
        page::paragraph(out, width, 0, &format!("{:>3}  {}  {text}", i + 1, when(time)))?;
        page::paragraph(out, width, 7, &id)?;
    }
    match stories.len().saturating_sub(most) {
        0 => Ok(()),
        more => page::paragraph(out, width, 0, &format!("... and {more} more")),
    }
}

fn place(trace: &Trace, id: EventId) -> String {
    let at = trace.locate(id);
    format!("{}:{}", at.file, at.line)
}

fn when(time: Option<Timestamp>) -> String {
    time.map_or("(no time in the log)".to_owned(), |t| t.iso().replace('T', " "))
}

fn known(address: &str) -> &str {
    if address.is_empty() { "(unknown)" } else { address }
}

fn status(status: u16, reason: Option<&str>) -> String {
    format!("{status} {}", reason.unwrap_or_default()).trim_end().to_owned()
}

/// A word of the report and what it says.
fn meaning(kind: &str, word: &str) -> String {
    let all = lookup(word).unwrap_or_default();
    let text = all.into_iter().find(|e| e.kind == kind).and_then(|e| e.meaning);
    text.map_or(word.to_owned(), |text| format!("{word}. {text}"))
}
