//! Causes: what the entries of the catalogue ([`crate::knowledge::catalogue`]) match in a log.
//!
//! ```text
//! response, diagnostic records ─┐
//! connection records ───────────┼─ evidence ─ catalogue ─┐
//! component lines ──────────────┘                        ├─ causes with the places that prove them
//! course of the messages ──────── structure ─────────────┘
//! ```
//!
//! The course of one push is judged in `push`, that of one call in `call`, and what only many calls show
//! (a platform without any push, a phone that is gone) in `population`. Faults of certificates are told apart in `tls`, and
//! their other sides gathered in `peers`; `mail` tells who was told by mail, `gateway` what the telephone network said. What
//! looks like a fault and is none ([`crate::knowledge::catalogue::never_reported`]) has no entry that matches it.

mod call;
pub mod contrast;
mod correlate;
mod evidence;
mod gateway;
mod line_index;
pub mod lone;
mod mail;
mod matcher;
pub mod peers;
mod population;
mod push;
mod tls;

use rayon::prelude::*;

use crate::analysis::{Analysis, Call, Push, PushResult, Verdict};
pub use crate::knowledge::catalogue::{Finding, Matcher, Severity, catalogue, find};
use crate::span::Span;
use crate::trace::{EventId, Trace};
use correlate::Correlator;
use line_index::LineIndex;

/// Codes of causes, and what proves them beside the messages themselves.
#[derive(Debug, Default)]
struct Found {
    codes: Vec<&'static str>,
    records: Vec<EventId>,
    lines: Vec<Span>,
}

/// What components wrote, as far as the catalogue knows it.
#[derive(Debug)]
pub(crate) struct Lines(LineIndex);

impl Lines {
    /// Reads it, where somebody will ask.
    pub(crate) fn read(trace: &Trace, place: &Analysis, needed: bool) -> Lines {
        Lines(if needed { LineIndex::read(trace, place) } else { LineIndex::default() })
    }
}

/// Whether any push was lost or any call failed: where all went well, the text between the records is not even read.
pub(crate) fn needs_lines(analysis: &Analysis) -> bool {
    let lost = |p: &Push| !matches!(p.result, PushResult::Accepted | PushResult::Undetermined);
    let failed = |c: &Call| c.outcome.expected() == Some(false);
    analysis.pushes.iter().any(lost) || analysis.calls.iter().any(failed)
}

/// Names the causes of every push that was lost and of every call that failed.
pub fn attach(trace: &Trace, analysis: &mut Analysis) {
    let lines = Lines::read(trace, analysis, needs_lines(analysis));
    attach_with(trace, analysis, lines);
}

/// The same with what components wrote.
pub(crate) fn attach_with(trace: &Trace, analysis: &mut Analysis, Lines(line_index): Lines) {
    let (mut pushes, mut calls) = (std::mem::take(&mut analysis.pushes), std::mem::take(&mut analysis.calls));
    let correlator = Correlator::new(trace, analysis, line_index, &pushes);
    pushes.par_iter_mut().for_each(|push| {
        let found = push::causes(&correlator, push);
        add(&found, &mut push.findings, &mut push.evidence, &mut push.lines);
    });
    calls.par_iter_mut().for_each(|call| {
        let own: Vec<&Push> = call.pushes.iter().filter_map(|p| pushes.get(*p)).collect();
        let found = call::causes(&correlator, call, &own);
        add(&found, &mut call.findings, &mut call.evidence, &mut call.lines);
    });
    for message in &mut analysis.messages_inside {
        for push in message.pushes.iter().filter_map(|p| pushes.get(*p)) {
            message.findings.extend(&push.findings);
            message.evidence.extend(&push.evidence);
        }
        message.findings.extend(match message.verdict {
            Some(Verdict::NotOpened) => Some("PN50"),
            Some(Verdict::MissedNoPush) => Some("PN20"),
            _ => None,
        });
        message.findings.sort_unstable();
        message.findings.dedup();
        message.evidence.sort_unstable();
        message.evidence.dedup();
    }
    (analysis.pushes, analysis.calls) = (pushes, calls);
    population::attach(trace, analysis);
    let mail = mail::Mail::read(trace, analysis);
    let told = |c: &Call| (mail.told(trace, analysis, c), gateway::cause(trace, c));
    let told: Vec<_> = analysis.calls.par_iter().map(told).collect();
    for (call, told) in analysis.calls.iter_mut().zip(told) {
        (call.told_by_mail, call.gateway_cause) = told;
    }
    analysis.lone = lone::causes(trace, analysis);
}

fn add(found: &Found, codes: &mut Vec<&'static str>, evidence: &mut Vec<EventId>, lines: &mut Vec<Span>) {
    codes.extend(&found.codes);
    codes.sort_unstable();
    codes.dedup();
    evidence.extend(&found.records);
    evidence.sort_unstable();
    evidence.dedup();
    lines.extend(&found.lines);
    lines.sort_unstable_by_key(|l| (l.file, l.start));
    lines.dedup();
}
