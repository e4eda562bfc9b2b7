//! One INVITE transaction as it ran over proxies: the tree of its branches.
//!
//! Every proxy puts its own Via on top, so the top Via names one hop, and the Via below it the hop before
//! (RFC 3261 sections 16.6 item 8 and 17.2.3):
//!
//! ```text
//! [A]                       the caller's request: root
//!  ├─ [FE;b1, A]            a leg
//!  └─ [FE;b2, A]
//!      └─ [Edge;b9, FE;b2, A]   the same leg, one hop further: leaf
//! ```
//!
//! The same hop logged by its sender and by its receiver has the same top Via, so copies and several
//! servers fall together without looking at times. A request that was sent again to another server after a 503
//! (RFC 3263 section 4.3) has a new branch and so a root of its own: what one server saw of it ends before the other.

mod cancel;
mod ends;
mod finals;
mod proof;

use super::few::Few;
use super::message::{Context, Group, Msg};
use super::transmission::MOST_STEPS;
use crate::record::Direction;
use crate::sip::Method;
pub(super) use cancel::{Cancelled, completed_elsewhere};
pub(super) use ends::Ends;

/// One hop: all messages with the same top Via.
pub(super) struct Branch<'m> {
    pub(super) messages: Vec<&'m Msg<'m>>,
    parent: Option<usize>,
    leaf: bool,
    depth: usize,
}

impl<'m> Branch<'m> {
    /// Responses to the INVITE here.
    pub(super) fn responses(&self) -> impl Iterator<Item = &'m Msg<'m>> + '_ {
        self.messages.iter().copied().filter(|m| m.method == Method::Invite && !m.is_request())
    }

    /// Final responses to the INVITE here.
    pub(super) fn finals(&self) -> impl Iterator<Item = &'m Msg<'m>> + '_ {
        self.responses().filter(|m| m.is_final())
    }

    /// The INVITE, first copy.
    pub(super) fn invite(&self) -> Option<&'m Msg<'m>> {
        self.messages.iter().copied().find(|m| m.method == Method::Invite && m.is_request())
    }

    /// The CANCEL, first copy.
    pub(super) fn cancel(&self) -> Option<&'m Msg<'m>> {
        self.messages.iter().copied().find(|m| m.method == Method::Cancel && m.is_request())
    }
}

/// One INVITE with all its hops.
pub(super) struct InviteTransaction<'m> {
    pub(super) cseq: u32,
    pub(super) from_tag: u64,
    /// INVITE, its responses, CANCEL and ACK, in order.
    pub(super) messages: Vec<&'m Msg<'m>>,
    pub(super) branches: Vec<Branch<'m>>,
    pub(super) root: usize,
    /// Every hop that is as near to the caller as the root: more than one where the request was sent again elsewhere.
    /// In order.
    roots: Vec<usize>,
    /// The first far ends, and one more than [`MOST_LEAVES`] where there are more.
    leaves: Vec<usize>,
    last: Option<&'m Msg<'m>>,
    proof: Option<&'m Msg<'m>>,
    cancelled: Cancelled<'m>,
    rang: bool,
}

impl<'m> InviteTransaction<'m> {
    fn new(
        ctx: &Context<'_>,
        dialogs: &proof::Dialogs<'m>,
        cseq: u32,
        from_tag: u64,
        messages: Vec<&'m Msg<'m>>,
    ) -> InviteTransaction<'m> {
        let branches = branches(&messages);
        let depth = branches.iter().filter(|h| h.parent.is_none()).map(|h| h.depth).min();
        let is_root = |h: &Branch<'_>| h.parent.is_none() && Some(h.depth) == depth;
        let roots: Vec<usize> = branches.iter().enumerate().filter(|(_, h)| is_root(h)).map(|(i, _)| i).collect();
        let leaves =
            branches.iter().enumerate().filter(|(_, h)| h.leaf).map(|(i, _)| i).take(MOST_LEAVES + 1).collect();
        let root = roots.first().copied().unwrap_or(0);
        let cancelled = Cancelled::Not;
        let mut out = InviteTransaction {
            cseq,
            from_tag,
            messages,
            branches,
            root,
            roots,
            leaves,
            last: None,
            proof: None,
            cancelled,
            rang: false,
        };
        out.proof = proof::of(dialogs, &out);
        out.last = finals::of(ctx, &mut out);
        out.rang = out.alerted(ctx);
        out.cancelled = cancel::of(ctx, dialogs, &out);
        out
    }

    pub(super) fn root(&self) -> Option<&Branch<'m>> {
        self.branches.get(self.root)
    }

    /// The far ends: leaves of the tree. The root is one only where the log holds nothing but the leg.
    pub(super) fn legs(&self) -> impl Iterator<Item = &Branch<'m>> {
        self.branches.iter().enumerate().filter_map(|(i, hop)| {
            let outgoing = || hop.invite().is_some_and(|m| m.direction == Direction::Outgoing);
            (hop.leaf && (!self.is_root(i) || outgoing())).then_some(hop)
        })
    }

    /// The final response that counts.
    pub(super) fn final_response(&self) -> Option<&'m Msg<'m>> {
        self.last
    }

    /// A message that proves a 2xx of which the log may hold nothing.
    pub(super) fn proof(&self) -> Option<&'m Msg<'m>> {
        self.proof
    }

    /// Whether the caller gave up, and the message that says so.
    pub(super) fn cancelled(&self) -> Cancelled<'m> {
        self.cancelled
    }

    /// The callee was alerted.
    pub(super) fn rang(&self) -> bool {
        self.rang
    }

    /// A 180 says so, or the telephone network with its final: cause 19 of Q.850 is "no answer from user, user
    /// alerted". A 183 alone is early media.
    fn alerted(&self, ctx: &Context<'_>) -> bool {
        let cause = |m: &Msg<'_>| ctx.gateway_cause(m.id) == Some(19);
        self.messages.iter().any(|m| m.method == Method::Invite && m.status == 180)
            || self.last.is_some_and(|m| matches!(m.status, 408 | 480 | 487 | 504) && cause(m))
    }

    /// Of a final response that only far ends gave, and no server was seen to send on, the others of its class.
    pub(super) fn rivals(&self, f: &Msg<'_>) -> impl Iterator<Item = &'m Msg<'m>> {
        let sent_on = self.branches.iter().any(|h| !h.leaf && h.finals().next().is_some());
        let class = f.status / 100;
        let legs = self.legs().filter(move |_| !sent_on).take(MOST_LEAVES).flat_map(|h| h.finals().take(MOST_FINALS));
        legs.filter(move |m| m.status / 100 == class)
    }

    /// ACKs that answer a 2xx, of which the log may hold nothing.
    pub(super) fn acks_of_answers(&self) -> impl Iterator<Item = &'m Msg<'m>> {
        proof::acks_of_answers(self)
    }

    /// Whether a hop is the root or every leg hangs below it: a server that logged it saw all that came back.
    pub(super) fn is_before_all_legs(&self, hop: usize) -> bool {
        self.roots == [hop]
            || self.leaves.len() <= MOST_LEAVES && self.leaves.iter().all(|leaf| self.is_below(*leaf, hop))
    }

    /// Whether a hop is another, or hangs below it. A tree has no circles and no request more proxies than
    /// `Max-Forwards` lets it pass (RFC 3261 section 8.1.1.6); a hostile log may have both.
    fn is_below(&self, at: usize, other: usize) -> bool {
        std::iter::successors(Some(at), |at| self.branches.get(*at)?.parent).take(MOST_STEPS).any(|at| at == other)
    }

    fn is_root(&self, hop: usize) -> bool {
        self.roots.binary_search(&hop).is_ok()
    }
}

/// A server sends an INVITE to all far ends of a user at once.
pub(super) const FAN_OUT_MS: i64 = 1_000;

/// Finals of one leg that are looked at.
const MOST_FINALS: usize = 64;
/// With more far ends than this nobody says that one server saw all.
const MOST_LEAVES: usize = 256;

/// The hops of an INVITE, tied to each other.
fn branches<'m>(messages: &[&'m Msg<'m>]) -> Vec<Branch<'m>> {
    let mut index: Few<u64, usize> = Few::default();
    let mut hops: Vec<Branch<'m>> = Vec::new();
    let top = |m: &Msg<'_>| m.vias.first().copied().unwrap_or(0);
    for &m in messages.iter().filter(|m| m.method == Method::Invite) {
        let new = || {
            hops.push(Branch { messages: Vec::with_capacity(4), parent: None, leaf: true, depth: usize::MAX });
            hops.len() - 1
        };
        let at = index.with(top(m), new, |at| *at);
        if let Some(hop) = hops.get_mut(at) {
            hop.messages.push(m);
            hop.depth = hop.depth.min(m.vias.len());
        }
    }
    // Parents in a second step: copies come in any order, and a server in between may have no log.
    for &m in messages.iter().filter(|m| m.method == Method::Invite) {
        let Some(&at) = index.get(top(m)) else { continue };
        let above = m.vias.iter().skip(1).find_map(|v| index.get(*v).copied()).filter(|p| *p != at);
        if let Some(parent) = above {
            if let Some(hop) = hops.get_mut(parent) {
                hop.leaf = false;
            }
            if let Some(hop) = hops.get_mut(at) {
                hop.parent = Some(parent);
            }
        }
    }
    for &m in messages.iter().filter(|m| m.method == Method::Cancel) {
        let at = m.vias.first().and_then(|v| index.get(*v)).copied();
        if let Some(hop) = at.and_then(|at| hops.get_mut(at)) {
            hop.messages.push(m);
        }
    }
    hops
}

/// INVITE transactions that are initial: no To tag in the request, or no request in the log at all.
pub(super) fn transactions<'m>(ctx: &Context<'_>, group: &'m Group<'m>) -> Vec<InviteTransaction<'m>> {
    let mut sets: Few<(u64, u32), Vec<&'m Msg<'m>>> = Few::default();
    for m in &group.messages {
        if matches!(m.method, Method::Invite | Method::Cancel | Method::Ack) {
            sets.with((m.from_tag, m.cseq), Vec::new, |set| set.push(m));
        }
    }
    let initial = |set: &[&Msg<'_>]| set.iter().any(|m| m.method == Method::Invite && m.is_request() && m.to_tag == 0);
    let any = sets.iter().any(|(_, set)| initial(set));
    let dialogs = proof::Dialogs::of(group);
    let mut out = Vec::new();
    for (key, set) in sets.into_all() {
        let invites = || set.iter().filter(|m| m.method == Method::Invite);
        let start_missing = !any && out.is_empty() && invites().next().is_some() && invites().all(|m| !m.is_request());
        if initial(&set) || start_missing {
            out.push(InviteTransaction::new(ctx, &dialogs, key.1, key.0, set));
        }
    }
    out
}
