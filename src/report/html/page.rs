//! What the page shows, in the words and order of the page.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};

use askama::Template;

use super::charts::{Bars, Judgement, Multiples, Spans, Timeline};
use super::policy::policy;
use super::{CASES, ENTRIES, MISSED_ROWS, ROWS, Sources};
use crate::analysis::{self, Verdict};
use crate::case::Item;
use crate::knowledge::catalogue::{self, Step};
use crate::knowledge::explanation::{Check, checks};
use crate::ladder::svg::{self, SvgOptions};
use crate::ladder::{self, Ladder, Subject};
use crate::rates::Facts;
use crate::report::labels::{
    Headline, answer, by_use, calls_of, chance, gateway_cause, headline, known, mobile_client, servers_of, share,
    spoken_of, status, steps_of, times, told_by_mail, voice_mail, when,
};
use crate::report::model::{Call, Contrast, Finding, Noted, Place, Push, Report};
use crate::text::width::first;
use crate::text::{decode, plural};
use crate::trace::Trace;

/// The whole page.
#[derive(Template)]
#[template(path = "page.html", config = "src/report/html/askama.toml")]
pub(super) struct Page<'r> {
    report: &'r Report,
    head: Headline,
    /// What was read, and for which times it speaks.
    read: String,
    style: &'static str,
    ladder_style: &'static str,
    script: &'static str,
    policy: String,
    timeline: Option<Timeline>,
    spans: Option<Spans>,
    charts: Vec<Bars>,
    rates: Option<Multiples>,
    causes: Vec<Cause<'r>>,
    /// The rows that are there at once, and the others, which a browser need not lay out before they are asked for.
    missed: Vec<Vec<MissedRow<'r>>>,
    missed_total: usize,
    cases: Vec<Case<'r>>,
    calls: &'r [Call],
    pushes: &'r [Push],
    noted: &'r [Noted],
}

/// A cause with what to do.
struct Cause<'r> {
    finding: &'r Finding,
    /// Of the missed calls.
    share: String,
    times: String,
    steps: Cow<'static, [Step]>,
    entry: Option<&'static catalogue::Finding>,
    checks: Vec<Check>,
    /// What the calls missed for it have in common.
    common: Vec<String>,
}

/// One missed call in the table.
struct MissedRow<'r> {
    call: &'r Call,
    push: String,
    /// It is shown with its ladder further down, under this number.
    case: Option<usize>,
}

/// One missed call in full.
struct Case<'r> {
    number: usize,
    call: &'r Call,
    pushes: Vec<&'r Push>,
    causes: Vec<&'r Finding>,
    /// What is told ahead of the details.
    card: Vec<Item>,
    /// The first records and lines that prove it, as logged, and how many more there are.
    proof: Vec<Proof>,
    more_proof: String,
    /// A picture (SVG), its texts escaped.
    ladder: String,
}

/// A record or line that proves a case.
struct Proof {
    place: String,
    /// Each is shown as a line.
    lines: Vec<String>,
}

impl<'r> Page<'r> {
    pub(super) fn new(sources: Sources<'r>) -> Page<'r> {
        let Sources { trace, analysis, cases: index, report } = sources;
        let (style, script) = (include_str!("style.css"), include_str!("script.js"));
        let findings: BTreeMap<&str, &Finding> = report.findings.iter().map(|f| (f.code, f)).collect();
        let mut pushes: HashMap<&str, Vec<&Push>> = HashMap::new();
        for push in &report.pushes {
            pushes.entry(&push.call_id).or_default().push(push);
        }
        let of_call = |call: &Call| -> Vec<&'r Push> {
            call.pushes.iter().filter_map(|id| pushes.get(id.as_str())).flatten().copied().collect()
        };
        let missed: Vec<(usize, &Call)> = report.calls.iter().enumerate().filter(|(_, c)| c.is_missed()).collect();
        let chosen = choose(&missed);
        let rows = missed.iter().take(MISSED_ROWS).enumerate().map(|(i, (_, call))| MissedRow {
            call,
            push: push_words(&of_call(call)),
            case: chosen.contains(&i).then_some(i),
        });
        let cases = missed.iter().enumerate().filter(|(i, _)| chosen.contains(i)).map(|(i, (at, call))| Case {
            number: i,
            call,
            pushes: of_call(call),
            causes: call.findings.iter().filter_map(|code| findings.get(code).copied()).collect(),
            card: crate::report::render::card(trace, analysis, index, *at),
            proof: analysis.calls.get(*at).map_or(Vec::new(), |c| proofs(trace, c)),
            more_proof: more_proof(call.evidence.len()),
            ladder: picture(ladder::build(trace, analysis, &Subject::Call(*at))),
        });
        let latencies = report.pushes.iter().filter(|p| !p.synthetic).filter_map(|p| p.latency_ms);
        Page {
            head: headline(report),
            read: read(report),
            style,
            script,
            ladder_style: svg::STYLE,
            policy: policy(&[style, svg::STYLE], script),
            timeline: Timeline::new(analysis),
            spans: Spans::new(&report.coverage),
            rates: Multiples::new(&Facts::of(trace, analysis)),
            charts: vec![
                Bars::counts("Mobile callees by verdict", &report.summary.verdicts),
                Bars::counts("Calls by outcome", &report.summary.outcomes),
                Bars::counts("Pushes by result", &report.summary.push_results),
                Bars::distribution("Time to the answer of a push", latencies),
            ],
            causes: by_use(report)
                .into_iter()
                .map(|finding| Cause {
                    finding,
                    share: share(finding.missed, report.summary.missed),
                    times: times(finding),
                    steps: steps_of(finding),
                    entry: catalogue::find(finding.code),
                    checks: catalogue::find(finding.code).map_or(Vec::new(), checks),
                    common: report.contrasts.iter().filter(|c| c.finding == finding.code).map(common).collect(),
                })
                .collect(),
            missed: in_two(rows.collect()),
            missed_total: missed.len(),
            cases: cases.collect(),
            calls: report.calls.get(..ROWS).unwrap_or(&report.calls),
            pushes: report.pushes.get(..ROWS).unwrap_or(&report.pushes),
            noted: report.noted.as_deref().unwrap_or_default(),
            report,
        }
    }
}

/// So many records are shown of one case, each with so many lines of so many characters.
const RECORDS: usize = 4;
const LINES: usize = 60;
const CHARS: usize = 1_000;

/// The first records and lines that prove a call, as logged.
fn proofs(trace: &Trace, call: &analysis::Call) -> Vec<Proof> {
    let all = trace.in_order(&call.evidence, &call.lines).into_iter();
    all.take(RECORDS)
        .map(|span| {
            let at = trace.location(span.file, span.start);
            let logged = decode(trace.slice(span).trim_ascii_end());
            let line = |line: &str| match first(line.trim_end_matches('\r'), CHARS) {
                (whole, true) => whole.to_owned(),
                (start, false) => format!("{start}..."),
            };
            // A body is what people wrote to each other, or keys: no part of a page that is sent on.
            let is_head = |line: &&str| !line.starts_with("Message-Body:");
            let mut lines: Vec<String> = logged.lines().take_while(is_head).take(LINES).map(line).collect();
            if logged.lines().take_while(is_head).count() > LINES {
                lines.push("...".to_owned());
            }
            if logged.lines().any(|line| !is_head(&line) && line.trim_end() != "Message-Body: -") {
                lines.push("(its body: siptrail show --raw)".to_owned());
            }
            Proof { place: format!("{}:{}", at.file, at.line), lines }
        })
        .collect()
}

fn more_proof(all: usize) -> String {
    if all > RECORDS { format!("and {} more", all - RECORDS) } else { String::new() }
}

/// What was read: how many logs with how many records, from when to when.
fn read(report: &Report) -> String {
    let first = report.sources.iter().filter_map(|s| s.first.as_deref()).min();
    let last = report.sources.iter().filter_map(|s| s.last.as_deref()).max();
    let times = first.zip(last).map_or(String::new(), |(a, b)| format!(", {} to {}", when(Some(a)), when(Some(b))));
    let logs = plural(report.sources.len() as u64, "log");
    format!("Read: {logs} with {}{times}", plural(report.summary.records, "record"))
}

/// The first rows, and the rest of them.
fn in_two(mut rows: Vec<MissedRow<'_>>) -> Vec<Vec<MissedRow<'_>>> {
    const AT_ONCE: usize = 100;
    let rest = rows.split_off(rows.len().min(AT_ONCE));
    [rows, rest].into_iter().filter(|part| !part.is_empty()).collect()
}

/// Which missed calls are shown in full: the first of every verdict with every set of causes, then the first ones.
fn choose(missed: &[(usize, &Call)]) -> HashSet<usize> {
    let mut kinds = HashSet::new();
    let mut first: Vec<usize> = Vec::new();
    for (i, (_, call)) in missed.iter().enumerate() {
        if kinds.insert((call.verdict, &call.findings)) {
            first.push(i);
        }
    }
    let mut chosen: HashSet<usize> = first.into_iter().take(CASES).collect();
    for i in 0..missed.len() {
        if chosen.len() >= CASES {
            break;
        }
        chosen.insert(i);
    }
    chosen
}

/// The ladder as a picture, cut where nobody reads on.
fn picture(mut ladder: Ladder) -> String {
    const MOST: usize = 200;
    ladder.left_out += ladder.steps.len().saturating_sub(MOST);
    ladder.steps.truncate(MOST);
    let mut out = Vec::new();
    let look = SvgOptions { styled: true, ..SvgOptions::default() };
    // Writing to memory does not fail.
    let _ = svg::write(&ladder, &look, &mut out);
    String::from_utf8(out).unwrap_or_default()
}

fn common(c: &Contrast) -> String {
    let dimension = c.dimension.replace('_', " ");
    let since = c.since.as_deref().map_or(String::new(), |t| format!("; none came through from {} on", when(Some(t))));
    format!(
        "{dimension} {}: {} of {} missed, {} of {} that came through{since}{}",
        c.value,
        c.missed,
        c.missed_of,
        c.through,
        c.through_of,
        chance(c)
    )
}

fn push_words(pushes: &[&Push]) -> String {
    let words = |p: &&Push| match p.status {
        Some(status) => format!("{} {status}", p.result),
        None => p.result.to_string(),
    };
    if pushes.is_empty() { "no push".to_owned() } else { pushes.iter().map(words).collect::<Vec<_>>().join(", ") }
}

/// Where the proof stands: the first places, and how many more there are.
fn proof(evidence: &[Place], most: usize) -> String {
    let places: Vec<String> = evidence.iter().take(most).map(|p| format!("{}:{}", p.file, p.line)).collect();
    let more = evidence.len().saturating_sub(most);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", places.join(", "))
}

/// Class of the colour of a verdict.
fn tone(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("neutral", |v| v.tone())
}

fn word(word: Option<impl std::fmt::Display>) -> String {
    word.map_or(String::new(), |w| w.to_string())
}

fn text(value: Option<&str>) -> &str {
    value.unwrap_or_default()
}

fn number<N: ToString>(value: Option<N>) -> String {
    value.map_or(String::new(), |n| n.to_string())
}
