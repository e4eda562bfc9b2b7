//! Which final response ended an INVITE, as each server saw it.

use std::cmp::Ordering;

use super::InviteTransaction;
use crate::analysis::few::Few;
use crate::analysis::message::Msg;
use crate::analysis::servers::ServerId;
use crate::sip::Method;

/// How near the caller each server logged an INVITE.
pub(in crate::analysis) struct Ends<'a, 'm> {
    attempt: &'a InviteTransaction<'m>,
    /// The length of the shortest Via list of its copies, and whether all of its hops with that list ended.
    depths: Few<ServerId, (usize, bool)>,
}

impl<'a, 'm> Ends<'a, 'm> {
    pub(in crate::analysis) fn of(attempt: &'a InviteTransaction<'m>) -> Ends<'a, 'm> {
        let mut depths: Few<ServerId, (usize, bool)> = Few::default();
        for hop in &attempt.branches {
            let mut own: Few<ServerId, (usize, bool)> = Few::default();
            for m in hop.messages.iter().filter(|m| m.method == Method::Invite) {
                let note = |(depth, ended): &mut (usize, bool)| {
                    *depth = m.vias.len().min(*depth);
                    *ended |= m.is_final();
                };
                own.with(m.server, || (usize::MAX, false), note);
            }
            for (server, (depth, ended)) in own.into_all() {
                let note = |(least, all): &mut (usize, bool)| match depth.cmp(least) {
                    Ordering::Less => (*least, *all) = (depth, ended),
                    Ordering::Equal => *all &= ended,
                    Ordering::Greater => {}
                };
                depths.with(server, || (depth, ended), note);
            }
        }
        Ends { attempt, depths }
    }

    /// Whether a final response ended the INVITE on the server that logged it: a leg's does not where another leg of the
    /// same server is still open or what the caller was told is not there yet, nor does a 503 behind which the request
    /// went elsewhere.
    pub(in crate::analysis) fn is_end(&self, m: &Msg<'_>) -> bool {
        let Some((depth, ended)) = self.depths.get(m.server).copied() else { return true };
        let attempt = self.attempt;
        let passed_over = attempt.roots.len() > 1
            && m.status == 503
            && m.vias.len() == attempt.root().map_or(0, |h| h.depth)
            && attempt.last.is_none_or(|last| last.status != 503);
        m.vias.len() == depth && ended && !passed_over
    }
}
