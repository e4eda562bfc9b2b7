//! How a call ended: outcome, status and diagnostics, with the records that prove them.

use std::collections::BTreeMap;

use super::Call;
use crate::analysis::attempt::{Attempt, Hop};
use crate::analysis::coverage::Blind;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::message::{Context, Msg};
use crate::analysis::outcome::{self, Final};
use crate::analysis::servers::{Role, ServerId};
use crate::analysis::words::Outcome;
use crate::sip::{HeaderName, Method};
use crate::text::contains_ignore_case;
use crate::time::Timestamp;
use crate::trace::EventId;

/// A client that has credentials shows them at once.
const RETRY_MS: i64 = 2_000;

/// Puts the end of the last attempt, and of its dialog if there is one, into the call.
pub(super) fn end(
    ctx: &Context<'_>,
    diagnostics: &[EventId],
    call: &mut Call,
    attempts: &[Attempt<'_>],
    own: &[&Msg<'_>],
) {
    let Some(last) = attempts.last() else { return };
    let final_response = last.final_response();
    let start_missing = last.root().and_then(Hop::invite).is_none() && attempts.len() == 1;
    call.start_missing = start_missing;
    call.outcome = match final_response {
        Some(f) if ends_by_cancel(f, last.caller_cancel().is_some()) => Outcome::Cancelled,
        Some(f) if matches!(f.status, 401 | 407) && !retry_would_show(ctx, last) => {
            call.blind = Some(ctx.coverage.end_after(f.server, f.id));
            Outcome::Undetermined
        }
        Some(f) => judge_final(ctx, f, last.rang(), has_edge_record(ctx, diagnostics, last)),
        None if last.caller_cancel().is_some() => Outcome::Cancelled,
        None if start_missing => {
            call.blind = Some(Blind::StartMissing);
            Outcome::Undetermined
        }
        None if runs_on(ctx, last) => Outcome::NoFinal,
        None => {
            call.blind = last.messages.last().map(|m| ctx.coverage.end_after(m.server, m.id));
            Outcome::Undetermined
        }
    };
    if start_missing && call.outcome == Outcome::NoResponse {
        // Whether it rang before the log begins is not known.
        (call.outcome, call.blind) = (Outcome::Undetermined, Some(Blind::StartMissing));
    }
    if call.outcome == Outcome::NoResponse
        && let Some(hole) = hole_before_final(ctx, last)
    {
        (call.outcome, call.blind) = (Outcome::Undetermined, Some(hole));
    }
    if call.outcome == Outcome::Cancelled {
        call.evidence.extend(last.caller_cancel().map(|m| m.id));
    }
    if let Some(f) = final_response {
        call.status = Some(f.status);
        call.reason = ctx.reason_phrase(f.id);
        call.diagnostics = final_diagnostics(ctx, last, f);
        call.evidence.push(f.id);
    }
    end_dialog(ctx, call, attempts, own);
    call.diagnostics.dedup();
}

/// Whether a log that holds the challenge speaks on for as long as an answer to it may take.
fn retry_would_show(ctx: &Context<'_>, attempt: &Attempt<'_>) -> bool {
    let challenges = attempt.messages.iter().filter(|m| m.method == Method::Invite && matches!(m.status, 401 | 407));
    let mut timed = challenges.filter(|m| m.time.is_some()).peekable();
    // Without times the order of the records is all there is.
    timed.peek().is_none() || timed.any(|m| ctx.covered_until(m) >= m.time.map(|t| t.plus(RETRY_MS)))
}

/// The hole in which it may have rang: none of the logs speaks from the INVITE to the final.
fn hole_before_final(ctx: &Context<'_>, attempt: &Attempt<'_>) -> Option<Blind> {
    let first = |m: &Msg<'_>| attempt.messages.iter().find(|o| o.server == m.server).copied();
    let mut finals = attempt.messages.iter().filter(|m| m.method == Method::Invite && m.is_final()).peekable();
    let blind = finals.peek().and_then(|m| Some(ctx.coverage.end_after(m.server, first(m)?.id)));
    let covered = |m: &&Msg<'_>| {
        let until = first(m).and_then(|f| ctx.covered_until(f));
        until.is_none() || m.time.is_none() || until >= m.time
    };
    if finals.any(covered) { None } else { blind }
}

/// A final that only confirms the caller's CANCEL. A global failure (6xx) does not: the callee was faster.
fn ends_by_cancel(f: &Msg<'_>, cancelled: bool) -> bool {
    f.status == 487 || f.status >= 300 && cancelled && f.status / 100 != 6
}

/// The outcome of a final response, from all that it says.
pub(super) fn judge_final(ctx: &Context<'_>, f: &Msg<'_>, rang: bool, edge_record: bool) -> Outcome {
    let diagnostics = Diagnostic::of(ctx, f.id);
    let warning = ctx.header(f.id, HeaderName::Warning).unwrap_or_default();
    let texts: String = diagnostics.iter().map(Diagnostic::text).collect();
    let reason = format!("{} {texts}", ctx.reason_phrase(f.id).unwrap_or_default());
    let facts =
        Final { status: f.status, warning: &warning, reason: &reason, diagnostics: &diagnostics, rang, edge_record };
    outcome::of_final(&facts)
}

/// Whether an Edge recorded that it could not route the INVITE. Only an Edge's own record proves that the way
/// out of the deployment failed: Front Ends write the same result code about clients that went away.
fn has_edge_record(ctx: &Context<'_>, diagnostics: &[EventId], attempt: &Attempt<'_>) -> bool {
    diagnostics.iter().filter_map(|id| ctx.event(*id)).any(|e| {
        ctx.role(e) == Role::Edge
            && (e.cseq == attempt.cseq || e.cseq == 0)
            && contains_ignore_case(ctx.trace.fields(e), b"routing")
    })
}

/// Whether a log that holds the call speaks on, without a hole, so long that a final would be there.
fn runs_on(ctx: &Context<'_>, attempt: &Attempt<'_>) -> bool {
    // A call may have a hundred thousand forks: each message is looked at twice, not once for every other.
    let mut times: BTreeMap<ServerId, (Option<Timestamp>, Option<Timestamp>)> = BTreeMap::new();
    for m in attempt.messages.iter().filter(|m| m.method == Method::Invite && m.time.is_some()) {
        let (first, provisional) = times.entry(m.server).or_default();
        *first = first.map_or(m.time, |f| Some(f).min(m.time));
        if (101..200).contains(&m.status) {
            *provisional = (*provisional).max(m.time);
        }
    }
    attempt.messages.iter().any(|m| {
        let due = match times.get(&m.server) {
            Some((_, Some(p))) => p.plus(ctx.options.no_final_ms),
            Some((Some(f), None)) => f.plus(ctx.options.no_response_ms),
            _ => return false,
        };
        ctx.covered_until(m).is_some_and(|until| until >= due)
    })
}

/// Diagnostics of the final response; where a failure has none, those of the legs that failed the same way.
fn final_diagnostics(ctx: &Context<'_>, attempt: &Attempt<'_>, f: &Msg<'_>) -> Vec<Diagnostic> {
    let own = Diagnostic::of(ctx, f.id);
    if !own.is_empty() || f.status < 300 {
        return own;
    }
    let of_legs = attempt.legs().filter_map(|l| l.finals().last()).filter(|m| m.status == f.status);
    of_legs.flat_map(|m| Diagnostic::of(ctx, m.id)).collect()
}

/// Server-made ends of legs whose answer came after the CANCEL: no fault.
fn is_cancel_race(d: &Diagnostic) -> bool {
    (5009..=5011).contains(&d.id)
}

/// What a BYE, or a refused INVITE inside the dialog, adds: its diagnostics, and whether media failed.
fn end_dialog(ctx: &Context<'_>, call: &mut Call, attempts: &[Attempt<'_>], own: &[&Msg<'_>]) {
    let is_bye = |m: &Msg<'_>| m.is_request() && m.method == Method::Bye;
    // A challenge to an earlier attempt is no refusal; the callee counts its own CSeq (RFC 3261 section 12.2.1.1).
    let is_initial = |m: &Msg<'_>| attempts.iter().any(|a| a.cseq == m.cseq && a.from_tag == m.from_tag);
    let is_refusal = |m: &Msg<'_>| m.method == Method::Invite && m.status >= 300 && !is_initial(m);
    let said: Vec<(EventId, Vec<Diagnostic>)> =
        own.iter().filter(|m| is_bye(m) || is_refusal(m)).map(|m| (m.id, Diagnostic::of(ctx, m.id))).collect();
    if call.outcome == Outcome::Answered {
        for (id, diagnostics) in &said {
            if outcome::is_media_failure(diagnostics) {
                call.outcome = Outcome::MediaFailed;
                call.evidence.push(*id);
            }
        }
    }
    if own.iter().any(|m| is_bye(m)) || call.outcome == Outcome::MediaFailed {
        for (_, diagnostics) in said {
            call.diagnostics.extend(diagnostics.into_iter().filter(|d| !is_cancel_race(d)));
        }
    }
}
