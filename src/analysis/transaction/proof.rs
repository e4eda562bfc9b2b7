//! Messages that only a 2xx explains, where the log holds none.

use hashbrown::HashSet;

use super::InviteTransaction;
use crate::analysis::few::Few;
use crate::analysis::message::{Group, Msg};
use crate::record::Direction;
use crate::sip::Method;

/// The first message that proves that the INVITE was answered.
///
/// * An ACK to a 2xx is a transaction of its own, sent end to end: its top branch is new, and proxies add theirs; one
///   to a failure has the branch of the INVITE and a single Via (RFC 3261 sections 13.2.2.4 and 17.1.1.3).
/// * A BYE of the callee, a re-INVITE or a MESSAGE need a dialog that is confirmed (sections 15, 14.1; RFC 3428).
///   A BYE of the caller, PRACK and UPDATE may belong to an early dialog and prove nothing (RFC 3262, RFC 3311).
pub(super) fn of<'m>(dialogs: &Dialogs<'m>, attempt: &InviteTransaction<'m>) -> Option<&'m Msg<'m>> {
    acks_of_answers(attempt).next().or_else(|| dialogs.proof(attempt))
}

/// ACKs to a 2xx.
pub(super) fn acks_of_answers<'m>(attempt: &InviteTransaction<'m>) -> impl Iterator<Item = &'m Msg<'m>> {
    let acks =
        || attempt.messages.iter().copied().filter(|m| m.method == Method::Ack && m.is_request() && m.to_tag != 0);
    let firsts = || attempt.branches.iter().filter_map(|h| h.messages.first());
    let branches: HashSet<Option<u64>> =
        acks().next().into_iter().flat_map(|_| firsts()).map(|o| o.vias.first().copied()).collect();
    let new = acks().filter(move |m| !branches.contains(&m.vias.first().copied())).take(MOST);
    new.filter(|m| is_to_answer(attempt, m))
}

/// Of what a hostile log repeats, so many are looked at.
const MOST: usize = 64;

/// Whether an ACK on a branch of its own is one to a 2xx.
fn is_to_answer(attempt: &InviteTransaction<'_>, m: &Msg<'_>) -> bool {
    let invite = || attempt.messages.iter().filter(|o| o.method == Method::Invite);
    // From the caller: the branch of the INVITE is known there, so that another one is new.
    let from_caller = || {
        m.direction == Direction::Incoming
            && invite().any(|o| o.server == m.server && o.vias.len() == 1 && o.is_request())
            && invite().any(|o| (101..200).contains(&o.status) && o.to_tag == m.to_tag)
            && !invite().any(|o| o.status >= 300 && o.to_tag == m.to_tag)
    };
    m.vias.len() > 1 || from_caller()
}

/// The requests inside the dialogs of one Call-ID, by the tag of the caller.
#[derive(Debug, Default)]
pub(super) struct Dialogs<'m> {
    /// What a party with this tag sent or got.
    inside: Few<u64, Vec<&'m Msg<'m>>>,
    /// The highest `CSeq` of its initial INVITEs.
    newest: Few<u64, u32>,
}

impl<'m> Dialogs<'m> {
    pub(super) fn of(group: &'m Group<'m>) -> Dialogs<'m> {
        let mut out = Dialogs::default();
        for m in &group.messages {
            if m.method == Method::Invite && m.to_tag == 0 {
                out.newest.with(m.from_tag, || 0, |newest| *newest = m.cseq.max(*newest));
            } else if m.is_request() && matches!(m.method, Method::Bye | Method::Invite | Method::Message) {
                out.inside.with(m.from_tag, Vec::new, |own| own.push(m));
                if m.to_tag != m.from_tag {
                    out.inside.with(m.to_tag, Vec::new, |own| own.push(m));
                }
            }
        }
        out
    }

    /// What the caller of an attempt sent or got inside the dialog, in the order of the log.
    pub(super) fn of_caller(&self, attempt: &InviteTransaction<'_>) -> impl Iterator<Item = &'m Msg<'m>> {
        self.inside.get(attempt.from_tag).into_iter().flatten().copied()
    }

    /// The first that only a confirmed dialog explains; where other attempts of the caller follow, it may be theirs.
    fn proof(&self, attempt: &InviteTransaction<'_>) -> Option<&'m Msg<'m>> {
        let tag = attempt.from_tag;
        let is_last = self.newest.get(tag).is_none_or(|newest| *newest <= attempt.cseq);
        let proves = |m: &&Msg<'_>| m.to_tag != 0 && (m.method != Method::Bye || m.to_tag == tag);
        self.of_caller(attempt).filter(|_| tag != 0 && is_last).find(proves)
    }
}
