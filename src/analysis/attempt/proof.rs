//! Messages that only a 2xx explains, where the log holds none.

use super::Attempt;
use crate::analysis::message::{Group, Msg};
use crate::record::Direction;
use crate::sip::Method;

/// The first message that proves that the INVITE was answered.
///
/// * An ACK to a 2xx is a transaction of its own, sent end to end: its top branch is new, and proxies add theirs; one
///   to a failure has the branch of the INVITE and a single Via (RFC 3261 sections 13.2.2.4 and 17.1.1.3).
/// * A BYE of the callee, a re-INVITE or a MESSAGE need a dialog that is confirmed (sections 15, 14.1; RFC 3428).
///   A BYE of the caller, PRACK and UPDATE may belong to an early dialog and prove nothing (RFC 3262, RFC 3311).
pub(super) fn of<'m>(group: &'m Group<'m>, attempt: &Attempt<'m>) -> Option<&'m Msg<'m>> {
    attempt.messages.iter().copied().find(|m| is_ack_to_answer(attempt, m)).or_else(|| in_dialog(group, attempt))
}

fn is_ack_to_answer(attempt: &Attempt<'_>, m: &Msg<'_>) -> bool {
    if m.method != Method::Ack || !m.is_request() || m.to_tag == 0 {
        return false;
    }
    let top = m.vias.first();
    let known = attempt.hops.iter().filter_map(|h| h.messages.first()).any(|o| o.vias.first() == top);
    let invite = || attempt.messages.iter().filter(|o| o.method == Method::Invite);
    // From the caller: the branch of the INVITE is known there, so that another one is new.
    let from_caller = || {
        m.direction == Direction::Incoming
            && invite().any(|o| o.server == m.server && o.vias.len() == 1 && o.is_request())
            && invite().any(|o| (101..200).contains(&o.status) && o.to_tag == m.to_tag)
            && !invite().any(|o| o.status >= 300 && o.to_tag == m.to_tag)
    };
    !known && (m.vias.len() > 1 || from_caller())
}

/// Requests inside the dialog; where other attempts of the caller follow, it may be theirs.
fn in_dialog<'m>(group: &'m Group<'m>, attempt: &Attempt<'m>) -> Option<&'m Msg<'m>> {
    let tag = attempt.from_tag;
    let is_last = !group
        .messages
        .iter()
        .any(|m| m.method == Method::Invite && m.from_tag == tag && m.to_tag == 0 && m.cseq > attempt.cseq);
    let proves = |m: &&Msg<'_>| {
        m.is_request()
            && m.to_tag != 0
            && match m.method {
                Method::Bye => m.to_tag == tag,
                Method::Invite | Method::Message => m.to_tag == tag || m.from_tag == tag,
                _ => false,
            }
    };
    group.messages.iter().filter(|_| tag != 0 && is_last).find(proves)
}
