//! From INVITE transactions to a call.

use hashbrown::HashSet;

use super::Call;
use super::describe::{addresses, describe, times};
use super::ending::end;
use super::legs::{add_legs, is_with_phone};
use crate::analysis::coverage::Blind;
use crate::analysis::message::{Context, Group, Msg};
use crate::analysis::terms::Outcome;
use crate::analysis::transaction::{Branch, InviteTransaction};
use crate::sip::Method;
use crate::trace::EventId;

/// The call of these attempts, the last of which tells how it ended.
///
/// `diagnostics` are the diagnostic records about it. `initial` names the INVITE transactions that start calls of this
/// Call-ID (From tag and `CSeq`) when the dialog belongs to this call, and is `None` when it belongs to another.
pub(super) fn call(
    ctx: &Context<'_>,
    group: &Group<'_>,
    attempts: &[InviteTransaction<'_>],
    diagnostics: &[EventId],
    initial: Option<&HashSet<(u64, u32)>>,
) -> Call {
    let mut call = empty(ctx, group);
    let Some(last) = attempts.last() else { return call };
    let own = own_messages(group, attempts, initial);
    count(&mut call, group, &own);
    call.records.extend(diagnostics);
    call.attempts = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
    call.rang = attempts.iter().any(InviteTransaction::rang);
    describe(ctx, &mut call, attempts);
    end(ctx, diagnostics, &mut call, attempts, &own);
    add_legs(ctx, &mut call, last, &own);
    times(ctx, &mut call, attempts);
    let invite = attempts.iter().find_map(|a| a.root().and_then(Branch::invite));
    call.evidence.extend(invite.map(|m| m.id));
    call.evidence.extend(diagnostics);
    call.evidence.sort_unstable();
    call.evidence.dedup();
    call
}

/// A dialog of which only the end is in the log.
pub(super) fn leftover(ctx: &Context<'_>, group: &Group<'_>) -> Option<Call> {
    let own: Vec<&Msg<'_>> = group
        .messages
        .iter()
        .filter(|m| matches!(m.method, Method::Bye | Method::Ack | Method::Cancel | Method::Invite))
        .collect();
    let first = own.first()?;
    let mut call = empty(ctx, group);
    count(&mut call, group, &own);
    call.messages = group.count();
    call.records.extend(&group.diagnostics);
    call.evidence = vec![first.id];
    call.blind = Some(Blind::StartMissing);
    // How it ended would stand in what is missing; that a phone took part may be seen.
    call.mobile = own.iter().any(|m| is_with_phone(ctx, m));
    addresses(ctx, &mut call, first.id);
    Some(call)
}

/// The messages of the attempts, and those inside the dialog if it is theirs, in order of time.
fn own_messages<'m>(
    group: &'m Group<'m>,
    attempts: &[InviteTransaction<'m>],
    initial: Option<&HashSet<(u64, u32)>>,
) -> Vec<&'m Msg<'m>> {
    let mut own: Vec<&Msg<'_>> = attempts.iter().flat_map(|a| a.messages.iter().copied()).collect();
    if let Some(initial) = initial {
        // Another call under the same Call-ID keeps its own responses and ACKs.
        own.extend(group.messages.iter().filter(|m| m.to_tag != 0 && !initial.contains(&(m.from_tag, m.cseq))));
    }
    own.sort_by_key(|m| (m.time, m.id));
    own
}

/// Number, records and times of a call's messages.
fn count(call: &mut Call, group: &Group<'_>, own: &[&Msg<'_>]) {
    call.first = own.first().map_or(call.first, |m| m.id);
    call.records = own.iter().map(|m| m.id).collect();
    call.started = own.iter().filter_map(|m| m.time).min();
    call.ended = own.iter().filter_map(|m| m.time).max();
    call.messages = group.count_of(own);
}

/// A call of which nothing is known yet.
fn empty(ctx: &Context<'_>, group: &Group<'_>) -> Call {
    let first = group.messages.first().map_or(EventId(0), |m| m.id);
    Call {
        call_id: ctx.call_id(first),
        from: String::new(),
        to: String::new(),
        modality: None,
        started: None,
        ended: None,
        ring_ms: None,
        answer_ms: None,
        gave_up_ms: None,
        rang: false,
        outcome: Outcome::Undetermined,
        status: None,
        reason: None,
        diagnostics: Vec::new(),
        attempts: 1,
        legs: Vec::new(),
        mobile: false,
        voice_mail: false,
        told_by_mail: None,
        gateway_cause: None,
        missed_messages: 0,
        reached_later: None,
        verdict: None,
        blind: None,
        pushes: Vec::new(),
        findings: Vec::new(),
        messages: 0,
        evidence: Vec::new(),
        lines: Vec::new(),
        callees: Vec::new(),
        clocks: Vec::new(),
        at_desks: false,
        answered_by_mobile: false,
        refused_by_mobile: false,
        spoken_unnamed: false,
        leg_unknown: false,
        pushes_told: true,
        homes: Vec::new(),
        first,
        records: Vec::new(),
    }
}
