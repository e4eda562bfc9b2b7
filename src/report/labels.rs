//! Sentences that more than one form of the report says.

use std::borrow::Cow;

use super::model::{Call, Contrast, Diagnostic, Finding, Lone, Push, Report, Source, Summary, Unexplained};
use crate::analysis::{ClockBasis, Role, Told, Verdict};
use crate::case::{self, Weight};
use crate::knowledge::catalogue::{self, Step};
use crate::knowledge::{codes, tables};
use crate::text::plural;
use crate::time::seconds;

/// What the report says in one line, and whether that is bad news.
pub(super) struct Headline {
    pub(super) bad: bool,
    pub(super) text: String,
    /// The kinds of missed calls; empty when there are none.
    pub(super) kinds: String,
    /// What the logs hold; empty when they hold nothing.
    pub(super) seen: String,
}

/// Lists for people that are longer than this are cut, and say so.
pub(super) const MOST: usize = 20;

/// So many names are told of each kind.
const SOME: usize = 5;

/// How a clock stands to that of the reference.
pub(super) fn clock(basis: ClockBasis, against: Option<&str>, (offset_ms, spread_ms): (i64, Option<i64>)) -> String {
    let spread = spread_ms.map_or(String::new(), |ms| format!(", give or take {} ms", (ms + 1) / 2));
    let than = against.map_or(String::new(), |name| format!(" of {name}"));
    let ahead = match offset_ms {
        0 => format!("as that{than}"),
        ms if ms < 0 => format!("{} behind that{than}, corrected", seconds(-ms).trim_start_matches('+')),
        ms => format!("{} ahead of that{than}, corrected", seconds(ms).trim_start_matches('+')),
    };
    match basis {
        ClockBasis::Reference => "all times are told on this one".to_owned(),
        ClockBasis::Unknown => "tied to no other, not corrected".to_owned(),
        ClockBasis::Measured => format!("{ahead}{spread}"),
        ClockBasis::Given => format!("{ahead}, as given with --clock"),
    }
}

/// A server of a source, for a table: one log may hold several.
pub(super) struct OwnServer<'r> {
    pub(super) name: &'r str,
    pub(super) role: Role,
    /// Empty where there is one server in all.
    pub(super) clock: String,
}

/// The servers of a source.
pub(super) fn servers_of<'r>(report: &Report, source: &'r Source) -> Vec<OwnServer<'r>> {
    let clock = |basis: ClockBasis, against: Option<&str>, offset| {
        if report.coverage.len() > 1 { clock(basis, against, offset) } else { String::new() }
    };
    // Others may be measured against one that is tied to no reference.
    let is_measure = |name: Option<&str>| {
        let own = report.sources.iter().map(|s| s.clock_against.as_deref());
        let inside = report.sources.iter().flat_map(|s| &s.servers).map(|s| s.clock_against.as_deref());
        name.is_some() && own.chain(inside).any(|against| against == name)
    };
    let clock = |basis: ClockBasis, name: Option<&str>, against: Option<&str>, offset| {
        if basis == ClockBasis::Unknown && is_measure(name) && report.coverage.len() > 1 {
            return "others are measured against it; not tied to the rest, not corrected".to_owned();
        }
        clock(basis, against, offset)
    };
    if source.servers.is_empty() {
        let offset = (source.clock_offset_ms, source.clock_spread_ms);
        let clock = source.clock.map_or(String::new(), |basis| {
            clock(basis, source.server.as_deref(), source.clock_against.as_deref(), offset)
        });
        return vec![OwnServer { name: source.server.as_deref().unwrap_or_default(), role: source.role, clock }];
    }
    let own = source.servers.iter().take(MOST).map(|s| OwnServer {
        name: s.name.as_deref().unwrap_or_default(),
        role: s.role,
        clock: clock(s.clock, s.name.as_deref(), s.clock_against.as_deref(), (s.clock_offset_ms, s.clock_spread_ms)),
    });
    own.collect()
}

/// Verdicts that count as missed, in words.
pub(super) const MISSED: [(Verdict, &str); 4] = [
    (Verdict::NotOpened, "not opened"),
    (Verdict::MissedNoPush, "without a push"),
    (Verdict::MissedPushFailed, "push failed"),
    (Verdict::MissedPushUnanswered, "push unanswered"),
];

/// Whether the report shows a call by itself: missed, or perhaps missed.
pub(super) fn is_shown(call: &Call) -> bool {
    call.is_missed() || call.verdict == Some(Verdict::Undetermined)
}

/// How often each word was said, the most frequent first, in tables with their titles; none is empty.
pub(super) fn counts(summary: &Summary) -> Vec<(&'static str, Vec<(&'static str, u64)>)> {
    let mut tables = [
        ("Calls by outcome", summary.outcomes.iter().map(|(o, n)| (o.name(), *n)).collect::<Vec<_>>()),
        ("Mobile callees by verdict", summary.verdicts.iter().map(|(v, n)| (v.name(), *n)).collect()),
        ("Pushes by result", summary.push_results.iter().map(|(r, n)| (r.name(), *n)).collect()),
    ];
    // Equal ones stay in the order of their words.
    for (_, rows) in &mut tables {
        rows.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    }
    tables.into_iter().filter(|(_, rows)| !rows.is_empty()).collect()
}

/// The verdict of the whole report.
pub(super) fn headline(report: &Report) -> Headline {
    let s = &report.summary;
    let seen = format!("in {}, {}", plural(s.calls, "call"), plural(s.pushes, "push"));
    let lost = report.lost();
    let perhaps = s.verdicts.get(&Verdict::Undetermined).copied().unwrap_or(0);
    let seen = match s.missed_messages {
        0 => seen,
        n if s.missed > 0 => format!("{} inside conversations missed too, {seen}", plural(n, "message")),
        _ => seen,
    };
    let seen = match s.abandoned {
        Some(n) if n > 0 => format!("{} given up after long ringing, {seen}", plural(n, "call")),
        _ => seen,
    };
    let seen = if s.reached_later > 0 { format!("{} of them reached later, {seen}", s.reached_later) } else { seen };
    if s.missed == 0 && s.missed_messages > 0 {
        let text = format!("{} inside conversations missed", plural(s.missed_messages, "message"));
        return Headline { bad: true, text, kinds: String::new(), seen };
    }
    if s.missed > 0 {
        let kinds =
            MISSED.iter().filter_map(|(verdict, words)| s.verdicts.get(verdict).map(|n| format!("{n} {words}")));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let seen = if perhaps == 0 { seen } else { format!("{perhaps} more perhaps, {seen}") };
        return Headline { bad: true, text: format!("{} missed", plural(s.missed, "call")), kinds, seen };
    }
    if s.calls + s.pushes == 0 {
        let lone = report.findings.iter().filter(|f| f.lone.is_some()).count() as u64;
        let text = match s.left_out {
            0 if lone > 0 => {
                format!("No calls and no pushes in these logs, but {} seen without their call", plural(lone, "cause"))
            }
            0 => "No calls and no pushes in these logs".to_owned(),
            n => format!("None of the {n} calls and pushes in these logs was asked for"),
        };
        return Headline { bad: true, text, kinds: String::new(), seen: String::new() };
    }
    let text = match (lost, perhaps) {
        (0, 0) => "No missed notification".to_owned(),
        (0, n) => format!("{} perhaps missed, the logs do not tell,", plural(n, "call")),
        (n, 0) => format!("No missed call, but {} lost,", plural(n, "push")),
        (n, may) => format!("{} lost and {} perhaps missed,", plural(n, "push"), plural(may, "call")),
    };
    Headline { bad: lost + perhaps > 0, text, kinds: String::new(), seen }
}

/// What the records of a cause without its call speak of.
pub(super) fn spoken_of(lone: &Lone) -> String {
    let list = |word: &str, names: &[String]| -> Option<String> {
        let some = names.iter().take(SOME).cloned().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(SOME);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        (!names.is_empty()).then(|| format!("{word} {some}{more}"))
    };
    let parts = [list("Call-ID", &lone.call_ids), list("domain", &lone.domains), list("peer", &lone.peers)];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join("; ");
    let about = if parts.is_empty() { String::new() } else { format!(": {parts}") };
    format!("{}{about}", plural(lone.records, "record"))
}

/// `2013-10-15 09:01:45.669`.
pub(super) fn when(time: Option<&str>) -> String {
    time.map_or("(no time in the log)".to_owned(), |t| t.replace('T', " "))
}

/// `408 Request Timeout`.
pub(super) fn status(status: Option<u16>, reason: Option<&str>) -> String {
    let text = status.map_or("no final response".to_owned(), |s| format!("{s} {}", reason.unwrap_or_default()));
    text.trim_end().to_owned()
}

/// What the mobile callee used.
pub(super) fn mobile_client(call: &Call) -> Option<&str> {
    call.legs.iter().find(|l| l.mobile).and_then(|l| l.client.as_deref())
}

/// A group of failed calls without a cause, in one line.
pub(super) fn unexplained(group: &Unexplained) -> String {
    let reason = if group.reason.is_empty() { String::new() } else { format!(" \"{}\"", group.reason) };
    let steps = group.remedy.iter().map(|s| match s {
        Step::Text(t) | Step::Command(t) => t.as_str(),
    });
    let remedy = steps.collect::<Vec<_>>().join(" ");
    let remedy = if remedy.is_empty() { remedy } else { format!(" Do: {remedy}") };
    format!("{}{reason}: {}{remedy} {}", group.code, group.meaning, calls_of(group))
}

/// `2 calls: a, b`.
pub(super) fn calls_of(group: &Unexplained) -> String {
    const SHOWN: usize = 3;
    let ids = group.calls.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let rest = group.calls.len().saturating_sub(SHOWN);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("({}: {ids}{more})", plural(group.calls.len() as u64, "call"))
}

/// A call that voice mail answered, in one line.
pub(super) fn voice_mail([time, to, from, call_id]: &[String; 4]) -> String {
    let (to, from) = (known(to, "(unknown user)"), known(from, "(unknown caller)"));
    format!("{}  {to} from {from}, Call-ID {call_id}", when(Some(time).filter(|t| !t.is_empty()).map(String::as_str)))
}

/// Whether the callee was told by mail, where the trace shows Exchange UM at all.
pub(super) fn told_by_mail(call: &Call) -> Option<&'static str> {
    call.told_by_mail.map(by_mail)
}

/// The same in words.
pub(super) fn by_mail(told: Told) -> &'static str {
    match told {
        Told::Yes => "told by mail (Exchange UM)",
        Told::No => "not told by mail, although the user has voice mail",
        Told::Unknown => "whether the user was told by mail is not known",
    }
}

/// A text from the log, or what to say where it is empty.
pub(super) fn known<'a>(text: &'a str, empty: &'a str) -> &'a str {
    if text.is_empty() { empty } else { text }
}

/// The answer to a push: `403 Forbidden`. Of ids of the clearing house whose meaning is not published number and reason as
/// they came, too.
pub(super) fn answer(push: &Push) -> String {
    let ids = unpublished(push).map(|d| format!(" [{} \"{}\", meaning not published]", d.id, d.reason));
    status(push.status, push.reason.as_deref()) + &ids.collect::<String>()
}

/// What the answer to a push holds of ids of the clearing house whose meaning is not published.
pub(super) fn unpublished(push: &Push) -> impl Iterator<Item = &Diagnostic> {
    push.diagnostics.iter().filter(|d| tables::unpublished(d.id).is_some())
}

/// What became of a push: `unanswered`, or `rejected 403 Forbidden`.
pub(super) fn push_result(push: &Push) -> String {
    match push.status {
        None => push.result.to_string(),
        Some(_) => format!("{} {}", push.result, answer(push)),
    }
}

/// A cause of the telephone network: `Q.850 cause 34: No circuit or channel available: All lines are taken.`
pub(super) fn gateway_cause(cause: u32) -> String {
    let (code, meaning) = gateway_words(cause);
    format!("{code}: {meaning}")
}

/// The same as its name in the log and what it means.
pub(super) fn gateway_words(cause: u32) -> (String, String) {
    let known = codes::gateway_cause(cause);
    let meaning = known.map_or("Not in the table of causes.".to_owned(), |c| format!("{}: {}", c.name, c.meaning));
    (format!("Q.850 cause {cause}"), meaning)
}

/// What to do about a cause, with its commands apart: as the catalogue has it, or in the words that the cause brings
/// itself.
pub(super) fn steps_of(finding: &Finding) -> Cow<'static, [Step]> {
    let own = catalogue::find(finding.code).filter(|f| f.remedy == finding.remedy);
    own.map_or_else(|| Cow::Owned(catalogue::steps(finding.remedy)), |f| Cow::Borrowed(&f.steps[..]))
}

/// The causes in the order in which something can be done about them.
pub(super) fn by_use(report: &Report) -> Vec<&Finding> {
    let entry = |f: &Finding| catalogue::find(f.code);
    let mut all: Vec<&Finding> = report.findings.iter().collect();
    all.sort_by(|a, b| match (entry(a), entry(b)) {
        (Some(one), Some(other)) => {
            let weight = |finding, f: &Finding| Weight { finding, missed: f.missed, cases: f.count };
            case::by_use(weight(one, a), weight(other, b))
        }
        _ => a.code.cmp(b.code),
    });
    all
}

/// `57 %` of all; empty of nothing.
pub(super) fn share(part: u64, all: u64) -> String {
    if part == 0 || all == 0 {
        return String::new();
    }
    format!("{} %", (part * 200 + all) / (all * 2))
}

/// From when to when a cause hit.
pub(super) fn times(finding: &Finding) -> String {
    let second = |t: &str| t.get(..19).unwrap_or(t).replace('T', " ");
    match (&finding.first, &finding.last) {
        (Some(first), Some(last)) if first == last => second(first),
        (Some(first), Some(last)) if first.get(..10) == last.get(..10) => {
            format!("{} to {}", second(first), last.get(11..19).unwrap_or(last))
        }
        (Some(first), Some(last)) => format!("{} to {}", second(first), second(last)),
        _ => String::new(),
    }
}

/// What to say behind a contrast that may be none.
pub(super) fn chance(contrast: &Contrast) -> &'static str {
    if contrast.may_be_chance { "; this may be chance" } else { "" }
}
