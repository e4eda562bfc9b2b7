//! From results to the model.

use std::collections::BTreeMap;

use super::model::{self, Place, Report};
use rayon::prelude::*;

use crate::analysis::{self, Analysis, Call, Diagnostic, PushResult, ServerInfo};
use crate::findings;
use crate::input::InputError;
use crate::knowledge;
use crate::record::Direction;
use crate::time::Timestamp;
use crate::trace::{EventId, Trace};

/// The whole report. `errors` are inputs that could not be read; they are listed under `problems`.
pub fn report(trace: &Trace, analysis: &Analysis, errors: &[InputError]) -> Report {
    build(trace, analysis, errors, true)
}

/// What the text report shows: all counts, but only missed calls and the pushes that concern them or were lost.
pub fn digest(trace: &Trace, analysis: &Analysis, errors: &[InputError]) -> Report {
    build(trace, analysis, errors, false)
}

fn build(trace: &Trace, analysis: &Analysis, errors: &[InputError], whole: bool) -> Report {
    let servers = analysis::identify(trace);
    Report {
        schema: model::SCHEMA,
        generator: concat!("siptrail ", env!("CARGO_PKG_VERSION")).to_owned(),
        sources: sources(trace, &servers),
        summary: summary(trace, analysis),
        calls: analysis.calls.par_iter().filter(|c| whole || c.is_missed()).map(|c| call(trace, analysis, c)).collect(),
        pushes: {
            let of_missed =
                |p: &analysis::Push| p.call.and_then(|c| analysis.calls.get(c)).is_some_and(Call::is_missed);
            let shown = |p: &&analysis::Push| whole || p.result != PushResult::Accepted || of_missed(p);
            analysis.pushes.par_iter().filter(shown).map(|p| push(trace, analysis, p, &servers)).collect()
        },
        findings: grouped(trace, analysis),
        problems: problems(trace, errors),
    }
}

fn iso(time: Option<Timestamp>) -> Option<String> {
    time.map(Timestamp::iso)
}

fn place(trace: &Trace, id: EventId) -> Place {
    let at = trace.locate(id);
    Place { file: at.file, line: at.line, byte: at.byte }
}

fn sources(trace: &Trace, servers: &[ServerInfo]) -> Vec<model::Source> {
    let mut problems = vec![0u64; trace.sources().len()];
    for problem in trace.problems() {
        if let Some(n) = problems.get_mut(problem.file.index()) {
            *n += 1;
        }
    }
    trace
        .inputs()
        .iter()
        .zip(trace.sources())
        .zip(servers)
        .zip(problems)
        .map(|(((input, source), server), problems)| model::Source {
            path: input.name().to_owned(),
            server: server.name.clone(),
            role: server.role.name(),
            format: if source.cls {
                "cls"
            } else if source.unprefixed {
                "unprefixed"
            } else {
                "ocslogger"
            },
            encoding: input.encoding().name(),
            bytes: input.original_len(),
            first: iso(source.span.map(|s| s.0)),
            last: iso(source.span.map(|s| s.1)),
            clock_offset_ms: 0,
            clock_spread_ms: None,
            records: model::Records {
                protocol: source.records[0],
                diagnostic: source.records[1],
                connection: source.records[2],
                other: source.records[3],
            },
            lines_outside: source.lines_outside,
            problems: problems + u64::from(source.record_count() == 0),
        })
        .collect()
}

fn summary(trace: &Trace, analysis: &Analysis) -> model::Summary {
    let mut out = model::Summary {
        records: trace.events().len() as u64,
        messages: analysis.messages,
        calls: analysis.calls.len() as u64,
        pushes: analysis.pushes.len() as u64,
        outcomes: BTreeMap::new(),
        verdicts: BTreeMap::new(),
        push_results: BTreeMap::new(),
        missed: analysis.missed().count() as u64,
    };
    for call in &analysis.calls {
        *out.outcomes.entry(call.outcome.name()).or_default() += 1;
        if let Some(verdict) = call.verdict {
            *out.verdicts.entry(verdict.name()).or_default() += 1;
        }
    }
    for push in &analysis.pushes {
        *out.push_results.entry(push.result.name()).or_default() += 1;
    }
    out
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

fn call(trace: &Trace, analysis: &Analysis, call: &analysis::Call) -> model::Call {
    let pushes = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p)).map(|p| p.call_id.clone()).collect();
    model::Call {
        call_id: call.call_id.clone(),
        from: call.from.clone(),
        to: call.to.clone(),
        modality: call.modality.map(analysis::Modality::name),
        started: iso(call.started),
        ended: iso(call.ended),
        rang: call.rang,
        ring_ms: call.ring_ms,
        answer_ms: call.answer_ms,
        outcome: call.outcome.name(),
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
                outcome: leg.outcome.name(),
                status: leg.status,
            })
            .collect(),
        mobile: call.mobile,
        verdict: call.verdict.map(analysis::Verdict::name),
        pushes,
        findings: call.findings.clone(),
        messages: call.messages,
        evidence: call.evidence.iter().map(|id| place(trace, *id)).collect(),
    }
}

fn push(trace: &Trace, analysis: &Analysis, push: &analysis::Push, servers: &[ServerInfo]) -> model::Push {
    let call_id = |i: usize| analysis.calls.get(i).map(|c| c.call_id.clone());
    let of_source =
        |id: EventId| trace.event(id).and_then(|e| servers.get(e.file.index())).and_then(|s| s.name.clone());
    model::Push {
        call_id: push.call_id.clone(),
        cseq: push.cseq,
        user: push.user.clone(),
        mcx_id: push.mcx_id.clone(),
        synthetic: push.synthetic,
        sent: iso(push.sent),
        answered: iso(push.answered),
        latency_ms: push.latency_ms(),
        result: push.result.name(),
        status: push.status,
        reason: push.reason.clone(),
        diagnostics: diagnostics(&push.diagnostics),
        hops: push
            .hops
            .iter()
            .map(|hop| model::Hop {
                server: hop.server.clone().or_else(|| of_source(hop.event)),
                direction: match hop.direction {
                    Direction::Incoming => Some("incoming"),
                    Direction::Outgoing => Some("outgoing"),
                    Direction::Unknown => None,
                },
                peer: hop.peer.clone(),
                time: iso(hop.time),
            })
            .collect(),
        call: push.call.and_then(call_id),
        candidates: push.candidates.iter().filter_map(|c| call_id(*c)).collect(),
        link: push.link.name(),
        findings: push.findings.clone(),
        evidence: push.evidence.iter().map(|id| place(trace, *id)).collect(),
    }
}

/// One entry per cause, the worst first, then by code.
fn grouped(trace: &Trace, analysis: &Analysis) -> Vec<model::Finding> {
    let mut codes: Vec<&'static str> = analysis
        .calls
        .iter()
        .flat_map(|c| &c.findings)
        .chain(analysis.pushes.iter().flat_map(|p| &p.findings))
        .copied()
        .collect();
    codes.sort_unstable();
    codes.dedup();
    let mut out: Vec<(findings::Severity, model::Finding)> = codes
        .into_iter()
        .filter_map(|code| {
            let entry = findings::find(code)?;
            let calls: Vec<_> = analysis.calls.iter().filter(|c| c.findings.contains(&code)).collect();
            let pushes: Vec<_> = analysis.pushes.iter().filter(|p| p.findings.contains(&code)).collect();
            // A push and the call it belongs to are one case.
            let alone = pushes.iter().filter(|p| p.call.is_none()).count();
            let mut evidence: Vec<EventId> = calls
                .iter()
                .flat_map(|c| &c.evidence)
                .chain(pushes.iter().flat_map(|p| &p.evidence))
                .copied()
                .collect();
            evidence.sort_unstable();
            evidence.dedup();
            Some((
                entry.severity,
                model::Finding {
                    code: &entry.code,
                    severity: entry.severity.name(),
                    summary: &entry.summary,
                    cause: &entry.cause,
                    remedy: &entry.remedy,
                    count: (calls.len() + alone) as u64,
                    calls: calls.iter().map(|c| c.call_id.clone()).collect(),
                    pushes: pushes.iter().map(|p| p.call_id.clone()).collect(),
                    evidence: evidence.into_iter().map(|id| place(trace, id)).collect(),
                },
            ))
        })
        .collect();
    out.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.code.cmp(b.1.code)));
    out.into_iter().map(|(_, f)| f).collect()
}

fn problems(trace: &Trace, errors: &[InputError]) -> Vec<model::Problem> {
    let unread = errors.iter().map(|e| model::Problem {
        file: e.path().display().to_string(),
        line: None,
        byte: None,
        what: e.to_string(),
    });
    let empty = trace.inputs().iter().zip(trace.sources()).filter(|(_, s)| s.record_count() == 0).map(|(input, _)| {
        model::Problem {
            file: input.name().to_owned(),
            line: None,
            byte: None,
            what: "no SIP trace record found in this file".to_owned(),
        }
    });
    let damage = trace.problems().iter().map(|p| {
        let at = trace.location(p.file, p.byte);
        model::Problem { file: at.file, line: Some(at.line), byte: Some(at.byte), what: p.what.clone() }
    });
    unread.chain(empty).chain(damage).collect()
}
