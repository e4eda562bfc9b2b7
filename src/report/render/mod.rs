//! From results to the model.

mod cases;
mod chosen;
mod contrasts;
mod hops;
mod lone;
mod notes;
mod sources;
mod spans;
mod streamed;
mod undetermined;
mod unexplained;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::labels::MOST;
use super::model::{self, Place, Report};
use crate::analysis::{self, Analysis, Call};
use crate::case::{self, Case, Index, Item};
use crate::input::InputError;
use crate::ladder::Subject;
use crate::record::Direction;
use crate::span::Span;
use crate::text::page;
use crate::time::Timestamp;
use crate::trace::{self, EventId, Trace};
use cases::{call, call_in_brief, grouped, missed_message, push};
use chosen::Chosen;
pub use hops::{add_hops, hop_table};
pub use spans::coverage;
pub use streamed::write_json_of;

/// So many places of a cause seen without its call stand in a digest.
const SOME: usize = 8;

/// The whole report. `errors` are inputs that could not be read; they are listed under `problems`.
pub fn report(trace: &Trace, analysis: &Analysis, errors: &[InputError]) -> Report {
    build(trace, analysis, errors, &Index::new(analysis), (true, Chosen::All))
}

/// The same where it was gathered already whom each cause hit.
pub fn report_with(trace: &Trace, analysis: &Analysis, errors: &[InputError], cases: &Index) -> Report {
    build(trace, analysis, errors, cases, (true, Chosen::All))
}

/// The same without calls and pushes, of which tens of thousands may take much memory: [`write_json_of`] makes each when it
/// is written.
pub fn report_without_lists(trace: &Trace, analysis: &Analysis, errors: &[InputError], cases: &Index) -> Report {
    build(trace, analysis, errors, cases, (true, Chosen::Counted))
}

/// What the forms for people show: all counts, but only calls that were missed, or perhaps were, the pushes that concern
/// them or were lost, and the first problems. Of many alike the first are told in full, of the others what they are
/// counted by.
pub fn digest(trace: &Trace, analysis: &Analysis, errors: &[InputError]) -> Report {
    build(trace, analysis, errors, &Index::new(analysis), (false, Chosen::of(analysis)))
}

/// The same where it was gathered already whom each cause hit.
pub fn digest_with(trace: &Trace, analysis: &Analysis, errors: &[InputError], cases: &Index) -> Report {
    build(trace, analysis, errors, cases, (false, Chosen::of(analysis)))
}

/// Gives the calls that a page for people tells as cases their cards; `report` must be a report or digest of this analysis.
pub fn add_cards(report: &mut Report, trace: &Trace, analysis: &Analysis, cases: &Index) {
    let told = report.calls.iter_mut().filter(|c| c.is_missed());
    let missed = analysis.calls.iter().enumerate().filter(|(_, c)| c.is_missed());
    for (told, (i, _)) in told.zip(missed).take(MOST) {
        told.card = card(trace, analysis, cases, i);
    }
}

fn build(
    trace: &Trace,
    analysis: &Analysis,
    errors: &[InputError],
    cases: &Index,
    (whole, chosen): (bool, Chosen),
) -> Report {
    let (problems, problems_left_out) = problems(trace, errors, if whole { usize::MAX } else { MOST });
    let lists = || {
        // Chosen first: the rendered ones then have a place from the start, and are not moved about.
        let calls: Vec<(&Call, bool)> = chosen.calls(analysis).collect();
        let shown = |(c, full)| if full { call(trace, analysis, c) } else { call_in_brief(analysis, c) };
        let calls = calls.into_par_iter().map(shown).collect();
        let pushes: Vec<&analysis::Push> = chosen.pushes(analysis).collect();
        (calls, pushes.into_par_iter().map(|p| push(trace, analysis, p)).collect())
    };
    // What is counted over all of them, meanwhile.
    let found = || rayon::join(|| grouped(trace, analysis, cases, whole), || contrasts::contrasts(trace, analysis));
    let counts = || rayon::join(|| summary(trace, analysis), || notes::notes(trace, analysis));
    let open = || rayon::join(|| missing_logs(trace, analysis), || unexplained::unexplained(analysis));
    let about = || rayon::join(|| spans::coverage(trace, analysis), || chosen.lost_left_out(analysis));
    let told = || rayon::join(|| rayon::join(found, counts), || rayon::join(open, about));
    let ((calls, pushes), (((findings, contrasts), (summary, notes)), ((missing_logs, unexplained), about))) =
        rayon::join(lists, told);
    let (coverage, lost_left_out) = about;
    Report {
        schema: model::SCHEMA,
        generator: concat!("siptrail ", env!("CARGO_PKG_VERSION")).to_owned(),
        sources: sources::sources(trace, analysis),
        summary,
        calls,
        pushes,
        missed_messages: analysis.missed_messages().map(|m| missed_message(trace, analysis, m)).collect(),
        findings,
        problems,
        problems_left_out,
        lost_left_out,
        coverage,
        contrasts,
        notes,
        noted: None,
        selection: None,
        rates: None,
        missing_logs,
        unexplained,
        voice_mail: voice_mail(analysis),
    }
}

/// What is told of a call ahead of its details, without what to do: that stands with the cause.
pub(super) fn card(trace: &Trace, analysis: &Analysis, index: &Index, call: usize) -> Vec<Item> {
    let subject = Subject::Call(call);
    let Some(case) = Case::new(trace, analysis, index, &subject) else { return Vec::new() };
    let mut out = case.head();
    out.extend(case.around(analysis, case::twin(analysis, &subject).as_ref()));
    out
}

/// The logs that would tell what is open.
fn missing_logs(trace: &Trace, analysis: &Analysis) -> Vec<model::MissingLog> {
    let all = crate::case::asks(trace, analysis).into_iter();
    all.map(|ask| model::MissingLog {
        components: ask.components().to_vec(),
        start: ask.span.map(|(from, _)| from.iso()),
        end: ask.span.map(|(_, to)| to.iso()),
        reason: ask.reason(),
        cases: ask.cases,
        command: ask.command(),
        lines: ask.lines(page::WIDTH - 2),
        pool: ask.pool,
    })
    .collect()
}

/// Calls that voice mail answered.
fn voice_mail(analysis: &Analysis) -> Vec<[String; 4]> {
    let own = analysis.calls.iter().filter(|c| c.voice_mail);
    own.map(|c| [iso(c.started).unwrap_or_default(), c.to.clone(), c.from.clone(), c.call_id.clone()]).collect()
}

fn summary(trace: &Trace, analysis: &Analysis) -> model::Summary {
    let mut out = model::Summary {
        records: trace.sources().iter().map(|s| s.record_count() - s.copies).sum(),
        messages: analysis.messages,
        calls: analysis.calls.len() as u64,
        pushes: analysis.pushes.len() as u64,
        outcomes: BTreeMap::new(),
        verdicts: BTreeMap::new(),
        push_results: BTreeMap::new(),
        missed: analysis.missed().count() as u64,
        missed_messages: analysis.missed_messages().count() as u64,
        reached_later: analysis.calls.iter().filter(|c| c.reached_later.is_some()).count() as u64,
        abandoned: None,
        voice_mail: analysis.calls.iter().filter(|c| c.voice_mail).count() as u64,
        left_out: analysis.left_out,
        undetermined: BTreeMap::new(),
    };
    for call in &analysis.calls {
        *out.outcomes.entry(call.outcome).or_default() += 1;
        if let Some(verdict) = call.verdict {
            *out.verdicts.entry(verdict).or_default() += 1;
        }
        if let Some(why) = undetermined::word(call) {
            *out.undetermined.entry(why).or_default() += 1;
        }
    }
    for push in &analysis.pushes {
        *out.push_results.entry(push.result).or_default() += 1;
    }
    out
}

/// The first problems, and how many there are beyond.
fn problems(trace: &Trace, errors: &[InputError], most: usize) -> (Vec<model::Problem>, usize) {
    let unread = errors.iter().map(|e| model::Problem {
        file: e.path().display().to_string(),
        line: None,
        byte: None,
        what: e.to_string().into(),
    });
    let empty = trace.inputs().iter().zip(trace.sources()).filter(|(_, s)| s.record_count() == 0).map(|(input, _)| {
        model::Problem {
            file: input.name().to_owned(),
            line: None,
            byte: None,
            what: "no SIP trace record found in this file".into(),
        }
    });
    let place = |p: &trace::Problem| {
        let at = trace.location(p.file, p.byte);
        model::Problem { file: at.file, line: Some(at.line), byte: Some(at.byte), what: p.what.clone() }
    };
    let (first, rest) = trace.problems().split_at(trace.problems().len().min(most));
    let damage: Vec<model::Problem> = first.par_iter().map(place).collect();
    (unread.chain(empty).chain(damage).collect(), rest.len())
}

fn iso(time: Option<Timestamp>) -> Option<String> {
    time.map(Timestamp::iso)
}

fn direction(direction: Direction) -> Option<&'static str> {
    match direction {
        Direction::Incoming => Some("incoming"),
        Direction::Outgoing => Some("outgoing"),
        Direction::Unknown => None,
    }
}

/// Records and lines as places, in the order of the inputs.
pub(super) fn places(trace: &Trace, records: &[EventId], lines: &[Span]) -> Vec<Place> {
    let place = |s: Span| trace.location(s.file, s.start);
    trace
        .in_order(records, lines)
        .into_iter()
        .map(place)
        .map(|at| Place { file: at.file, line: at.line, byte: at.byte })
        .collect()
}

fn place(trace: &Trace, id: EventId) -> Place {
    let at = trace.locate(id);
    Place { file: at.file, line: at.line, byte: at.byte }
}
