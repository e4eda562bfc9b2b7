//! The report as Markdown, for a ticket: headline, missed calls with cause, remedy and proof, counts, sources.

mod about;
mod escape;
mod noted;
mod rates;
mod ticket;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};

use super::labels::{
    self, MOST, calls_of, gateway_cause, headline, is_shown, known, mobile_client, servers_of, spoken_of, steps_of,
    told_by_mail, unpublished, when,
};
use super::model::{Call, Finding, Lone, Place, Push, Report, TimedPlace};
use crate::analysis::Verdict;
use crate::knowledge::catalogue::Step;
use crate::time::Timestamp;
use about::{notes, problems};
use escape::in_cell;
pub(crate) use escape::{code, prose};
use noted::{noted, notes_on};
pub use ticket::{LogHash, Ticket, Victim, victims};

/// Servers named beside a cause.
const PEERS: usize = 3;
/// Places named for one call or push.
const PLACES: usize = 8;

/// Writes the report. Text from the logs stands in code spans or is escaped.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let head = headline(report);
    writeln!(out, "# siptrail: {}\n", head.text.trim_end_matches(','))?;
    let detail =
        [head.kinds.as_str(), &head.seen].iter().filter(|s| !s.is_empty()).copied().collect::<Vec<_>>().join("; ");
    if !detail.trim().is_empty() {
        let mark = if head.bad { "**" } else { "" };
        writeln!(out, "{mark}{}{mark}\n", detail.trim())?;
    }
    if let Some(selection) = &report.selection {
        writeln!(out, "{}\n", prose(&selection.what()))?;
    }
    let known = Known::new(report);
    causes(report, out)?;
    missed(report, &known, out)?;
    messages(report, &known, out)?;
    perhaps(report, &known, out)?;
    missing_logs(report, out)?;
    lost(report, &known, out)?;
    lone(report, out)?;
    unexplained(report, out)?;
    voice_mail(report, out)?;
    noted(report, out)?;
    counts(report, out)?;
    rates::write(report, out)?;
    sources(report, out)?;
    holes(report, out)?;
    notes(report, out)?;
    problems(report, out)?;
    writeln!(out, "*{}*", prose(&report.generator))
}

/// What the entries refer to.
struct Known<'r> {
    findings: BTreeMap<&'r str, &'r Finding>,
    pushes: HashMap<&'r str, Vec<&'r Push>>,
}

impl<'r> Known<'r> {
    fn new(report: &'r Report) -> Known<'r> {
        let mut pushes: HashMap<&str, Vec<&Push>> = HashMap::new();
        for push in &report.pushes {
            pushes.entry(&push.call_id).or_default().push(push);
        }
        Known { findings: report.findings.iter().map(|f| (f.code, f)).collect(), pushes }
    }

    fn causes(&self, codes: &[&str], out: &mut dyn Write) -> io::Result<()> {
        for finding in codes.iter().filter_map(|c| self.findings.get(c)) {
            writeln!(out, "- **Cause** {}: {}", code(finding.code), prose(finding.summary))?;
            for peer in finding.peers.iter().take(PEERS) {
                writeln!(out, "  - {}", prose(&peer.in_words()))?;
            }
            to_do(finding, out)?;
        }
        Ok(())
    }

    /// What became of the pushes of a call; whether it has any.
    fn pushes(&self, call: &Call, out: &mut dyn Write) -> io::Result<bool> {
        let mut any = false;
        for push in call.pushes.iter().filter_map(|id| self.pushes.get(id.as_str())).flatten() {
            any = true;
            writeln!(out, "- push {}: {}", prose(push.result.name()), answer(push))?;
        }
        Ok(any)
    }
}

fn to_do(finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let steps = steps_of(finding);
    if steps.is_empty() { Ok(()) } else { writeln!(out, "- **Do**: {}", spoken(&steps)) }
}

fn missed(report: &Report, known_things: &Known<'_>, out: &mut dyn Write) -> io::Result<()> {
    let missed: Vec<&Call> = report.calls.iter().filter(|c| c.is_missed()).collect();
    if missed.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Missed\n")?;
    for call in missed.iter().take(MOST) {
        writeln!(out, "### {} {}\n", when(call.started.as_deref()), code(known(&call.to, "(unknown user)")))?;
        ticket::items(&call.card, out)?;
        let what = call.modality.map_or(String::new(), |m| format!(", {m}"));
        let client = mobile_client(call).map_or(String::new(), |c| format!(", {}", code(c)));
        let from = code(known(&call.from, "(unknown caller)"));
        writeln!(out, "- **{}** from {from}{what}{client}", prose(call.verdict.map_or("", Verdict::name)))?;
        writeln!(out, "- INVITE {}", status(call.status, call.reason.as_deref()))?;
        if !known_things.pushes(call, out)? {
            writeln!(out, "- no push")?;
        }
        if let Some(told) = told_by_mail(call) {
            writeln!(out, "- {told}")?;
        }
        if let Some(cause) = &call.gateway_cause {
            writeln!(out, "- {}", prose(&gateway_cause(cause.cause)))?;
        }
        known_things.causes(&call.findings, out)?;
        if let Some(later) = &call.reached_later {
            writeln!(out, "- they talked later, at {}", prose(&when(Some(later))))?;
        }
        notes_on(report, call.call_ids(), out)?;
        proof(&call.evidence, out)?;
        writeln!(out, "- Call-ID {}\n", code(&call.call_id))?;
    }
    more(missed.len(), out)
}

/// All causes with their numbers, first those that something can be done about.
fn causes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all = labels::by_use(report);
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Causes\n\n| cause | cases | of the missed | when | do |\n|:--|--:|--:|:--|:--|")?;
    for f in all.iter().take(MOST) {
        let change = f.change.as_ref().map_or(String::new(), |c| format!(", {}", c.in_words));
        let when = prose(&format!("{}{change}", labels::times(f)));
        let (share, steps) = (labels::share(f.missed, report.summary.missed), in_cell(&spoken(&steps_of(f))));
        let what = format!("{} {}", code(f.code), prose(f.summary));
        writeln!(out, "| {} | {} | {share} | {} | {steps} |", in_cell(&what), f.count, in_cell(&when))?;
    }
    writeln!(out)?;
    more(all.len(), out)
}

/// The commands that get what would tell more.
fn missing_logs(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.missing_logs.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Logs that would tell more\n")?;
    for log in report.missing_logs.iter().take(MOST) {
        writeln!(out, "- {}: {}", prose(&log.reason), code(&log.command))?;
    }
    writeln!(out)?;
    more(report.missing_logs.len(), out)
}

/// Messages inside conversations that were missed.
fn messages(report: &Report, known_things: &Known<'_>, out: &mut dyn Write) -> io::Result<()> {
    if report.missed_messages.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Missed messages inside conversations\n")?;
    for message in report.missed_messages.iter().take(MOST) {
        writeln!(out, "### {} {}\n", when(message.sent.as_deref()), code(known(&message.to, "(unknown user)")))?;
        let status = status(message.status, message.reason.as_deref());
        writeln!(
            out,
            "- **{}** from {}, {status}",
            prose(message.verdict.name()),
            code(known(&message.from, "(unknown sender)"))
        )?;
        known_things.causes(&message.findings, out)?;
        notes_on(report, [&message.call_id].into_iter().chain(&message.pushes), out)?;
        proof(&message.evidence, out)?;
        writeln!(out, "- Call-ID {} CSeq {}\n", code(&message.call_id), message.cseq)?;
    }
    more(report.missed_messages.len(), out)
}

/// Mobile callees of whom the logs cannot tell whether they missed the call, and why.
fn perhaps(report: &Report, known_things: &Known<'_>, out: &mut dyn Write) -> io::Result<()> {
    let unknown: Vec<&Call> = report.calls.iter().filter(|c| c.verdict == Some(Verdict::Undetermined)).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Perhaps missed: the logs do not tell\n")?;
    for call in unknown.iter().take(MOST) {
        writeln!(out, "### {} {}\n", when(call.started.as_deref()), code(known(&call.to, "(unknown user)")))?;
        if let Some(why) = &call.undetermined {
            writeln!(out, "- {}", prose(&why.reason))?;
        }
        known_things.pushes(call, out)?;
        notes_on(report, call.call_ids(), out)?;
        proof(&call.evidence, out)?;
        writeln!(out, "- Call-ID {}\n", code(&call.call_id))?;
    }
    more(unknown.len(), out)
}

/// For which times the logs say nothing.
fn holes(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<_> = report.coverage.iter().flat_map(|c| c.holes.iter().map(move |hole| (c, hole))).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Holes: for these times the logs say nothing\n")?;
    for (server, hole) in all.iter().take(MOST) {
        let name = code(server.server.as_deref().unwrap_or("(no name)"));
        let at = |edge: &TimedPlace| code(&format!("{}:{}", edge.place.file, edge.place.line));
        let time = |edge: &TimedPlace| prose(&when(edge.time.map(Timestamp::iso).as_deref()));
        let (after, before) = (&hole.after, &hole.before);
        let times = format!("{} to {}", time(after), time(before));
        writeln!(out, "- {name}, {times}: {} ({} to {})", prose(&hole.what()), at(after), at(before))?;
    }
    writeln!(out)?;
    more(all.len(), out)
}

fn lost(report: &Report, known_things: &Known<'_>, out: &mut dyn Write) -> io::Result<()> {
    // Those of missed calls, and of calls perhaps missed, stand with them.
    let shown: HashSet<&String> = report.calls.iter().filter(|c| is_shown(c)).flat_map(|c| &c.pushes).collect();
    let lost: Vec<&Push> = report.pushes.iter().filter(|p| p.result.is_lost() && !shown.contains(&p.call_id)).collect();
    if lost.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Lost pushes without a missed call\n")?;
    for push in lost.iter().take(MOST) {
        let whom = push.user.as_deref().filter(|_| !push.synthetic).map_or("(unknown user)".to_owned(), code);
        let whom = if push.synthetic { "synthetic test".to_owned() } else { whom };
        writeln!(out, "### {} {whom}\n", when(push.sent.as_deref()))?;
        writeln!(out, "- **{}**: {}", prose(push.result.name()), answer(push))?;
        known_things.causes(&push.findings, out)?;
        notes_on(report, [&push.call_id], out)?;
        proof(&push.evidence, out)?;
        writeln!(out, "- Call-ID {}\n", code(&push.call_id))?;
    }
    more(lost.len() + report.lost_left_out.alone, out)
}

/// Causes that records name without their call.
fn lone(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all: Vec<(&Finding, &Lone)> = report.findings.iter().filter_map(|f| Some((f, f.lone.as_ref()?))).collect();
    if all.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Causes seen without their call\n")?;
    for (finding, lone) in all.iter().take(MOST) {
        writeln!(out, "- **Cause** {}: {}", code(finding.code), prose(finding.summary))?;
        to_do(finding, out)?;
        writeln!(out, "- {}", prose(&spoken_of(lone)))?;
        if finding.calls.is_empty() && finding.pushes.is_empty() {
            proof(&finding.evidence, out)?;
        }
        writeln!(out)?;
    }
    more(all.len(), out)
}

/// Failed calls without a cause: what was told of them, and what is known of it.
fn unexplained(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.unexplained.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Failed calls without a known cause, by what was told of them\n")?;
    for group in report.unexplained.iter().take(MOST) {
        let reason = if group.reason.is_empty() { String::new() } else { format!(" {}", code(&group.reason)) };
        let remedy = spoken(&group.remedy);
        let remedy = if remedy.is_empty() { remedy } else { format!(" **Do**: {remedy}") };
        let calls = prose(&calls_of(group));
        writeln!(out, "- **{}**{reason}: {}{remedy} {calls}", prose(&group.code), prose(&group.meaning))?;
    }
    writeln!(out)?;
    more(report.unexplained.len(), out)
}

/// Calls that voice mail answered.
fn voice_mail(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    if report.voice_mail.is_empty() {
        return Ok(());
    }
    writeln!(out, "## Answered by voice mail: answered to SIP, missed for the person\n")?;
    for [time, to, from, call_id] in report.voice_mail.iter().take(MOST) {
        let (to, from) = (code(known(to, "(unknown user)")), code(known(from, "(unknown caller)")));
        writeln!(
            out,
            "- {} {to} from {from}, Call-ID {}",
            when(Some(time.as_str()).filter(|t| !t.is_empty())),
            code(call_id)
        )?;
    }
    writeln!(out)?;
    more(report.voice_mail.len(), out)
}

/// `408` and what the log has as its reason.
fn status(status: Option<u16>, reason: Option<&str>) -> String {
    match (status, reason.unwrap_or_default().trim()) {
        (None, _) => "no final response".to_owned(),
        (Some(status), "") => status.to_string(),
        (Some(status), reason) => format!("{status} {}", code(reason)),
    }
}

/// The answer to a push, with what is known of ids of the clearing house.
fn answer(push: &Push) -> String {
    let ids = unpublished(push).map(|d| format!(", {} {}, meaning not published", d.id, code(&d.reason)));
    status(push.status, push.reason.as_deref()) + &ids.collect::<String>()
}

fn spoken(steps: &[Step]) -> String {
    let steps = steps.iter().map(|step| match step {
        Step::Text(text) => prose(text),
        Step::Command(command) => code(command),
    });
    steps.collect::<Vec<_>>().join(" ")
}

fn proof(evidence: &[Place], out: &mut dyn Write) -> io::Result<()> {
    let places: Vec<String> = evidence.iter().take(PLACES).map(|p| code(&format!("{}:{}", p.file, p.line))).collect();
    let rest = if evidence.len() > PLACES { format!(" and {} more", evidence.len() - PLACES) } else { String::new() };
    writeln!(out, "- **Proof**: {}{rest}", places.join(", "))
}

fn more(count: usize, out: &mut dyn Write) -> io::Result<()> {
    if count > MOST {
        writeln!(out, "... and {} more: `--format json`, `csv` and `html` have them all\n", count - MOST)?;
    }
    Ok(())
}

fn counts(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for (title, rows) in labels::counts(&report.summary) {
        writeln!(out, "| {title} | |\n|:--|--:|")?;
        for (word, n) in rows {
            writeln!(out, "| {} | {n} |", prose(word))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn sources(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let all = &report.sources;
    let columns = "| file | server | role | records | first | last | clock |\n|:--|:--|:--|--:|:--|:--|:--|";
    writeln!(out, "## Sources\n\n{columns}")?;
    for s in all.iter().take(MOST * 5) {
        let records = s.records.protocol + s.records.diagnostic + s.records.connection + s.records.other;
        let time = |t: Option<&str>| t.map_or(String::new(), |t| t.replace('T', " "));
        let (first, last) = (time(s.first.as_deref()), time(s.last.as_deref()));
        let file = in_cell(&code(&s.path));
        for own in servers_of(report, s) {
            let server = if own.name.is_empty() { String::new() } else { in_cell(&code(own.name)) };
            let (role, clock) = (prose(own.role.name()), in_cell(&prose(&own.clock)));
            writeln!(out, "| {file} | {server} | {role} | {records} | {first} | {last} | {clock} |")?;
        }
    }
    writeln!(out)?;
    more(all.len().saturating_sub(MOST * 4), out)
}
