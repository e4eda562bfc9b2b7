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
mod heard;
mod line_index;
pub mod lone;
mod mail;
mod matcher;
pub mod peers;
mod population;
mod proving;
mod push;
mod scanned;
mod tls;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::analysis::{Analysis, Call, Followed, Options, Push, Verdict};
pub use crate::knowledge::catalogue::{Finding, Matcher, Severity, catalogue, find};
use crate::record::RecordKind;
use crate::sip::Method;
use crate::span::Span;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};
use correlate::Correlator;
pub(crate) use correlate::{Shared, Stays};
pub(crate) use line_index::{LineIndex, Telling};
pub use proving::{Proving, proving};

/// Codes of causes, and what proves them beside the messages themselves.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Found {
    #[serde(with = "crate::knowledge::constant::many")]
    codes: Vec<&'static str>,
    records: Vec<EventId>,
    lines: Vec<Span>,
}

/// What texts say of calls and pushes, and nothing that depends on which push belongs to which call.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Said {
    /// By push.
    pub(crate) pushes: Vec<Found>,
    /// By call.
    pub(crate) calls: Vec<Found>,
    /// By call: the cause of the telephone network.
    pub(crate) gateway: Vec<Option<u32>>,
    /// INFO requests to Exchange UM.
    pub(crate) mail: Vec<mail::Told>,
}

/// Whether a line, or a record that names no message, says something the catalogue knows.
pub(crate) fn is_telling(text: &[u8]) -> bool {
    matcher::is_telling(text)
}

/// Whether a record that is no message, or a notification of the end of a registration, says something.
pub(crate) fn says(trace: &Trace, event: &Event) -> bool {
    match event.kind {
        RecordKind::Protocol => population::ends_session(trace, event).is_some(),
        _ => matcher::MatchedTexts::of(trace.fields(event)) != matcher::MatchedTexts::default(),
    }
}

/// For each MESSAGE, ascending, the milliseconds that its server was seen to work until then.
pub(crate) fn worked(trace: &Trace, analysis: &Analysis) -> Vec<(EventId, i64)> {
    correlate::worked(trace, analysis, push::SILENT_MS)
}

/// While which pushes of a part of the logs were in which servers, where lines were written at one of some times.
pub(crate) fn stays(trace: &Trace, analysis: &Analysis, times: &[Timestamp]) -> Stays {
    Correlator::stays_of(trace, analysis, times)
}

/// The records of a part of the logs whose texts [`said`] reads, as far as that can be told ahead; ascending.
pub(crate) fn asked(trace: &Trace, analysis: &Analysis) -> Vec<EventId> {
    let is_text = |e: &Event| e.kind != RecordKind::Protocol && !trace.is_silent(e) || e.method == Method::Info;
    let texts = (0..).map(EventId).zip(trace.events()).filter(|(_, e)| is_text(e)).map(|(id, _)| id);
    let failed = analysis.calls.iter().filter(|c| c.outcome.expected() == Some(false));
    let lost = analysis.pushes.iter().filter(|p| p.result.is_lost());
    let sent = analysis.pushes.iter().filter_map(|p| Some(p.sightings.first()?.event));
    let calls = failed.flat_map(|c| c.own_records().iter().copied());
    let mut out: Vec<EventId> =
        texts.chain(calls).chain(lost.flat_map(|p| p.records.iter().copied())).chain(sent).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// What the texts of a part of the logs say. `shared` holds what it does not know by itself.
pub(crate) fn said(trace: &Trace, analysis: &Analysis, shared: Shared) -> Said {
    said_beside(&Correlator::of_part(trace, analysis, shared), &mut Known::default())
}

fn said_beside(correlator: &Correlator<'_>, known: &mut Known) -> Said {
    let Correlator { trace, analysis, .. } = *correlator;
    Said {
        pushes: analysis.pushes.par_iter().map(|push| push::causes(correlator, push)).collect(),
        calls: analysis.calls.par_iter().map(|call| call::said(correlator, call)).collect(),
        gateway: analysis.calls.par_iter().map(|call| gateway::cause(trace, call)).collect(),
        mail: mail::told(trace, analysis, &mut known.infos),
    }
}

/// What was read of logs that are followed, so that it need not be read again.
#[derive(Debug, Default)]
pub(crate) struct Known {
    lone: scanned::Scanned<Vec<&'static str>>,
    ended: scanned::Scanned<String>,
    infos: scanned::Scanned<()>,
    heards: heard::Heards,
}

/// The last look at logs that are followed, and the options of both.
pub(crate) type Look<'a> = (&'a Followed, &'a Options);

/// What components wrote, as far as the catalogue knows it.
#[derive(Debug)]
pub(crate) struct Lines(LineIndex);

impl Lines {
    /// By server, name and time, where somebody will ask: where all went well, nobody does.
    pub(crate) fn of(trace: &Trace, place: &Analysis, telling: &Telling, needed: bool) -> Lines {
        Lines(if needed { LineIndex::of(trace, place, telling) } else { LineIndex::default() })
    }
}

impl Lines {
    /// The same of logs that are followed, as far as it is known from the last look.
    pub(crate) fn on(trace: &Trace, telling: &Telling, known: &Known, followed: &Followed, needed: bool) -> Lines {
        let growth = trace.growth().1.filter(|_| followed.touched().is_some());
        match growth.zip(known.heards.lines()) {
            Some((growth, before)) if needed => {
                Lines(LineIndex::go_on(before, trace, followed.place(), telling, growth))
            }
            _ => Lines::of(trace, followed.place(), telling, needed),
        }
    }
}

/// Whether any push was lost or any call failed.
pub(crate) fn needs_lines(analysis: &Analysis) -> bool {
    let failed = |c: &Call| c.outcome.expected() == Some(false);
    analysis.pushes.iter().any(|p| p.result.is_lost()) || analysis.calls.iter().any(failed)
}

/// Names the causes of every push that was lost and of every call that failed.
pub fn attach(trace: &Trace, analysis: &mut Analysis) {
    let needed = needs_lines(analysis);
    let telling = if needed { Telling::read(trace) } else { Telling::default() };
    let lines = Lines::of(trace, analysis, &telling, needed);
    attach_with(trace, analysis, lines);
}

/// The same with what components wrote.
pub(crate) fn attach_with(trace: &Trace, analysis: &mut Analysis, Lines(line_index): Lines) {
    let mut known = Known::default();
    let said = said_beside(&Correlator::new(trace, analysis, line_index, &analysis.pushes), &mut known);
    name(trace, analysis, said, &mut known);
}

/// The same of logs that are followed.
pub(crate) fn attach_on(
    trace: &Trace,
    analysis: &mut Analysis,
    Lines(line_index): Lines,
    known: &mut Known,
    (followed, options): Look<'_>,
) {
    let correlator = Correlator::new(trace, analysis, line_index, &analysis.pushes);
    let stands = known.heards.stand(&correlator, followed, options);
    let push = |at: usize| (analysis.pushes.get(at).map(|p| push::causes(&correlator, p)).unwrap_or_default(), None);
    let call = |at: usize| {
        let call = analysis.calls.get(at);
        call.map_or_else(Default::default, |call| (call::said(&correlator, call), gateway::cause(trace, call)))
    };
    let pushes = known.heards.of_pushes(&correlator, stands.as_ref(), push);
    let (calls, gateway) = known.heards.of_calls(&correlator, stands.as_ref(), call).into_iter().unzip();
    let said = Said {
        pushes: pushes.into_iter().map(|(found, _)| found).collect(),
        calls,
        gateway,
        mail: mail::told(trace, analysis, &mut known.infos),
    };
    known.heards.keep(correlator.into_beside());
    name(trace, analysis, said, known);
}

/// The same from what the texts say.
pub(crate) fn attach_said(trace: &Trace, analysis: &mut Analysis, said: Said) {
    name(trace, analysis, said, &mut Known::default());
}

fn name(trace: &Trace, analysis: &mut Analysis, said: Said, known: &mut Known) {
    let (mut pushes, mut calls) = (std::mem::take(&mut analysis.pushes), std::mem::take(&mut analysis.calls));
    pushes.par_iter_mut().zip(said.pushes).for_each(|(push, found)| {
        add(&found, &mut push.findings, &mut push.evidence, &mut push.lines);
    });
    calls.par_iter_mut().zip(said.calls).for_each(|(call, said)| {
        let own: Vec<&Push> = call.pushes.iter().filter_map(|p| pushes.get(*p)).collect();
        let found = call::causes(trace, call, &own, said);
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
    population::attach(trace, analysis, &mut known.ended);
    let mail = mail::Mail::with(said.mail, analysis);
    let told: Vec<_> = analysis.calls.par_iter().map(|c| mail.told(trace, analysis, c)).collect();
    for ((call, told), cause) in analysis.calls.iter_mut().zip(told).zip(said.gateway) {
        (call.told_by_mail, call.gateway_cause) = (told, cause);
    }
    analysis.lone = lone::causes(trace, analysis, &mut known.lone);
}

fn add(found: &Found, codes: &mut Vec<&'static str>, evidence: &mut Vec<EventId>, lines: &mut Vec<Span>) {
    // Mostly it stays the only one.
    codes.reserve_exact(found.codes.len());
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
