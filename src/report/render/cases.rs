//! The calls, the pushes and their causes, in the words of the model.

use rayon::prelude::*;

use super::{iso, lone, places, undetermined, unexplained};
use crate::analysis::{self, Analysis, Diagnostic};
use crate::case;
use crate::findings::{self, peers};
use crate::knowledge;
use crate::rates::facts;
use crate::report::model;
use crate::span::Span;
use crate::trace::{EventId, Trace};

pub(super) fn call(trace: &Trace, analysis: &Analysis, call: &analysis::Call) -> model::Call {
    let pushes = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).map(|p| p.call_id.clone()).collect();
    model::Call {
        call_id: call.call_id.clone(),
        from: call.from.clone(),
        to: call.to.clone(),
        modality: call.modality,
        started: iso(call.started),
        ended: iso(call.ended),
        rang: call.rang,
        ring_ms: call.ring_ms,
        answer_ms: call.answer_ms,
        outcome: call.outcome,
        expected: call.outcome.expected(),
        status: call.status,
        reason: call.reason.clone(),
        diagnostics: diagnostics(&call.diagnostics),
        attempts: call.attempts,
        legs: call
            .legs
            .iter()
            .map(|leg| model::Leg {
                target: leg.target.clone(),
                client: leg.client.as_ref().map(|c| c.name.clone()),
                mobile: leg.mobile,
                outcome: leg.outcome,
                status: leg.status,
            })
            .collect(),
        mobile: call.mobile,
        verdict: call.verdict,
        pushes,
        findings: call.findings.clone(),
        messages: call.messages,
        evidence: places(trace, &call.evidence, &call.lines),
        servers: facts::servers(analysis, call).map(str::to_owned).collect(),
        partial: facts::is_partial(analysis, call),
        status_ms: call.status_ms,
        bye_ms: call.bye_ms,
        gave_up_ms: call.gave_up_ms,
        reached_later: iso(call.reached_later),
        conversation: call.conversation.and_then(|c| analysis.calls.get(c)).map(|c| c.call_id.clone()),
        joined: call.ties.iter().filter_map(|tie| joined(trace, analysis, tie)).collect(),
        undetermined: undetermined::of_call(trace, analysis, call),
        gateway_cause: unexplained::of_call(call),
        told_by_mail: call.told_by_mail,
        voice_mail: call.voice_mail,
        hop_tables: Vec::new(),
        note: None,
        card: Vec::new(),
    }
}

/// A call that is only counted, by its verdict and its causes.
pub(super) fn call_in_brief(analysis: &Analysis, call: &analysis::Call) -> model::Call {
    let pushes = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).map(|p| p.call_id.clone()).collect();
    model::Call {
        call_id: call.call_id.clone(),
        outcome: call.outcome,
        verdict: call.verdict,
        pushes,
        findings: call.findings.clone(),
        ..model::Call::default()
    }
}

pub(super) fn push(trace: &Trace, analysis: &Analysis, push: &analysis::Push) -> model::Push {
    let call_id = |i: usize| analysis.calls.get(i).map(|c| c.call_id.clone());
    model::Push {
        call_id: push.call_id.clone(),
        cseq: push.cseq,
        user: push.user.clone(),
        mcx_id: push.mcx_id.clone(),
        synthetic: push.synthetic,
        sent: iso(push.sent),
        answered: iso(push.answered),
        latency_ms: push.latency_ms(),
        result: push.result,
        status: push.status,
        reason: push.reason.clone(),
        diagnostics: diagnostics(&push.diagnostics),
        hops: push
            .sightings
            .iter()
            .map(|hop| model::Sighting {
                server: hop.server.clone(),
                direction: super::direction(hop.direction),
                peer: hop.peer.clone(),
                time: iso(hop.time),
            })
            .collect(),
        call: push.call.and_then(call_id),
        candidates: push.candidates.iter().filter_map(|c| call_id(*c as usize)).collect(),
        link: push.link,
        findings: push.findings.clone(),
        evidence: places(trace, &push.evidence, &push.lines),
        superseded: push.superseded,
        undetermined: undetermined::of_push(trace, analysis, push),
        hop_tables: Vec::new(),
        note: None,
    }
}

/// What ties a call to another.
fn joined(trace: &Trace, analysis: &Analysis, tie: &analysis::Tie) -> Option<model::Joined> {
    Some(model::Joined {
        call_id: analysis.calls.get(tie.other)?.call_id.clone(),
        header: tie.header,
        value: tie.value.clone(),
        evidence: places(trace, &[tie.record], &[]),
    })
}

pub(super) fn missed_message(
    trace: &Trace,
    analysis: &Analysis,
    message: &analysis::SessionMessage,
) -> model::MissedMessage {
    let call_id = |p: &usize| analysis.pushes.get(*p).map(|p| p.call_id.clone());
    model::MissedMessage {
        call_id: message.call_id.clone(),
        cseq: message.cseq,
        from: message.from.clone(),
        to: message.to.clone(),
        sent: iso(message.sent),
        status: message.status,
        reason: message.reason.clone(),
        verdict: message.verdict.unwrap_or(analysis::Verdict::Undetermined),
        pushes: message.pushes.iter().filter_map(call_id).collect(),
        findings: message.findings.clone(),
        evidence: places(trace, &message.evidence, &[]),
    }
}

/// One entry per cause, the worst first, then by code.
///
/// The text report shows no places of a cause, and finding their lines means reading the log again.
pub(super) fn grouped(trace: &Trace, analysis: &Analysis, index: &case::Index, whole: bool) -> Vec<model::Finding> {
    let codes: Vec<&'static str> = analysis.codes().into_iter().collect();
    let (peers, courses) = rayon::join(|| peers::peers(trace, analysis, &codes), || case::courses(analysis, index));
    let mut out: Vec<(findings::Severity, model::Finding)> = codes
        .into_par_iter()
        .filter_map(|code| {
            let entry = findings::find(code)?;
            let calls: Vec<_> = analysis.calls.iter().filter(|c| c.findings.contains(&code)).collect();
            let pushes: Vec<_> = analysis.pushes.iter().filter(|p| p.findings.contains(&code)).collect();
            // A push and the call it belongs to are one case.
            let of_case = |p: &&&analysis::Push| {
                p.call.and_then(|c| analysis.calls.get(c)).is_some_and(|c| c.findings.contains(&code))
            };
            let alone = pushes.iter().filter(|p| !of_case(p)).count();
            // So are a push and the message inside a conversation for which it was sent.
            let own = |m: &&analysis::SessionMessage| {
                m.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).any(|p| p.findings.contains(&code))
            };
            let inside: Vec<_> = analysis.missed_messages().filter(|m| m.findings.contains(&code)).collect();
            let inside_alone = inside.iter().filter(|m| !own(m)).count();
            let mut evidence: Vec<EventId> = calls
                .iter()
                .flat_map(|c| &c.evidence)
                .chain(pushes.iter().flat_map(|p| &p.evidence))
                .chain(inside.iter().flat_map(|m| &m.evidence))
                .copied()
                .collect();
            evidence.sort_unstable();
            evidence.dedup();
            let mut lines: Vec<Span> =
                calls.iter().flat_map(|c| &c.lines).chain(pushes.iter().flat_map(|p| &p.lines)).copied().collect();
            lines.sort_unstable_by_key(|l| (l.file, l.start));
            lines.dedup();
            if !whole {
                evidence.clear();
                lines.clear();
            }
            // Nothing else leads to these, so all forms show some of them.
            let without = lone::records(analysis, code);
            evidence.extend(without.iter().take(if whole { usize::MAX } else { super::SOME }));
            let cases = (calls.len() + alone + inside_alone) as u64;
            let lone = lone::lone(trace, &without);
            let course = courses.get(code);
            let words = lone::words(entry, cases, lone.as_ref());
            Some((
                entry.severity,
                model::Finding {
                    code: &entry.code,
                    severity: entry.severity,
                    summary: words.summary,
                    cause: words.cause,
                    remedy: words.remedy,
                    count: if cases > 0 { cases } else { without.len() as u64 },
                    failed: calls
                        .iter()
                        .filter(|c| c.outcome.expected() == Some(false))
                        .map(|c| c.call_id.clone())
                        .collect(),
                    calls: calls.iter().map(|c| c.call_id.clone()).collect(),
                    pushes: pushes.iter().map(|p| p.call_id.clone()).collect(),
                    evidence: places(trace, &evidence, &lines),
                    lone,
                    missed: index.hit(code).map_or(0, |h| h.missed as u64),
                    first: iso(course.and_then(|c| c.span).map(|s| s.0)),
                    last: iso(course.and_then(|c| c.span).map(|s| s.1)),
                    change: course.and_then(|c| c.change.as_ref()).map(change),
                    sparkline: course.map_or(String::new(), |c| c.sparkline(false)),
                    peers: peers.get(code).into_iter().flatten().map(peer).collect(),
                },
            ))
        })
        .collect();
    out.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.code.cmp(b.1.code)));
    out.into_iter().map(|(_, f)| f).collect()
}

fn change(c: &case::Change) -> model::ShareChange {
    model::ShareChange {
        at: c.at.iso(),
        before: c.before.part,
        before_of: c.before.all,
        after: c.after.part,
        after_of: c.after.all,
        chance: c.chance,
        in_words: c.in_words(),
    }
}

fn peer(p: &peers::Peer) -> model::Peer {
    let host = Some(p.host.clone()).filter(|h| !h.is_empty());
    model::Peer { peer: host, first: iso(p.first), last: iso(p.last), count: p.count }
}

fn diagnostics(all: &[Diagnostic]) -> Vec<model::Diagnostic> {
    all.iter()
        .map(|d| model::Diagnostic {
            header: d.header,
            id: d.id,
            reason: d.reason.clone(),
            params: d.params.iter().cloned().collect(),
            explained: knowledge::explain(d.id),
        })
        .collect()
}
