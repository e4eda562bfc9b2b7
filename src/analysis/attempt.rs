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
//! servers fall together without looking at times.

use hashbrown::HashMap;

use super::message::{Group, Msg};
use crate::record::Direction;
use crate::sip::Method;

/// One hop: all messages with the same top Via.
pub(super) struct Hop<'m> {
    pub(super) messages: Vec<&'m Msg<'m>>,
    parent: Option<usize>,
    leaf: bool,
    depth: usize,
}

impl<'m> Hop<'m> {
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
pub(super) struct Attempt<'m> {
    pub(super) cseq: u32,
    pub(super) from_tag: u64,
    /// INVITE, its responses, CANCEL and ACK, in order.
    pub(super) messages: Vec<&'m Msg<'m>>,
    pub(super) hops: Vec<Hop<'m>>,
    pub(super) root: usize,
}

impl<'m> Attempt<'m> {
    pub(super) fn new(cseq: u32, from_tag: u64, messages: Vec<&'m Msg<'m>>) -> Attempt<'m> {
        let mut index: HashMap<u64, usize> = HashMap::new();
        let mut hops: Vec<Hop<'m>> = Vec::new();
        for &m in messages.iter().filter(|m| m.method == Method::Invite) {
            let top = m.vias.first().copied().unwrap_or(0);
            let at = *index.entry(top).or_insert_with(|| {
                hops.push(Hop { messages: Vec::new(), parent: None, leaf: true, depth: usize::MAX });
                hops.len() - 1
            });
            if let Some(hop) = hops.get_mut(at) {
                hop.messages.push(m);
                hop.depth = hop.depth.min(m.vias.len());
                if hop.parent.is_none() {
                    hop.parent = Some(usize::MAX);
                }
            }
        }
        // Parents in a second step: copies come in any order, and a server in between may have no log.
        for &m in messages.iter().filter(|m| m.method == Method::Invite) {
            let Some(&at) = index.get(&m.vias.first().copied().unwrap_or(0)) else { continue };
            let above = m.vias.iter().skip(1).find_map(|v| index.get(v).copied()).filter(|p| *p != at);
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
            let at = m.vias.first().and_then(|v| index.get(v)).copied();
            if let Some(hop) = at.and_then(|at| hops.get_mut(at)) {
                hop.messages.push(m);
            }
        }
        let root = hops.iter().enumerate().min_by_key(|(i, h)| (h.depth, *i)).map_or(0, |(i, _)| i);
        Attempt { cseq, from_tag, messages, hops, root }
    }

    pub(super) fn root(&self) -> Option<&Hop<'m>> {
        self.hops.get(self.root)
    }

    /// The far ends: leaves of the tree. The root is one only where the log holds nothing but the leg.
    pub(super) fn legs(&self) -> impl Iterator<Item = &Hop<'m>> {
        self.hops.iter().enumerate().filter_map(|(i, hop)| {
            let outgoing = || hop.invite().is_some_and(|m| m.direction == Direction::Outgoing);
            (hop.leaf && (i != self.root || outgoing())).then_some(hop)
        })
    }

    /// The final response that counts: a 2xx if there is one, else the first towards the caller; where the log of
    /// the caller's server lacks it, the one that was sent on nearest to it; where none was, the best one of the
    /// legs (RFC 3261 section 16.7 step 6).
    pub(super) fn final_response(&self) -> Option<&'m Msg<'m>> {
        let root = self.root()?;
        let upstream = root.finals().find(|m| m.status < 300).or_else(|| root.finals().next());
        upstream.or_else(|| self.sent_on()).or_else(|| self.best_of_legs(root))
    }

    /// The final that a server sent towards the caller, on the hop nearest to it.
    fn sent_on(&self) -> Option<&'m Msg<'m>> {
        let finals = self.hops.iter().flat_map(Hop::finals).filter(|m| m.direction == Direction::Outgoing);
        finals.min_by_key(|m| (m.status >= 300, m.vias.len()))
    }

    fn best_of_legs(&self, root: &Hop<'m>) -> Option<&'m Msg<'m>> {
        let finals: Vec<&Msg<'_>> = self.legs().filter_map(|leg| leg.finals().last()).collect();
        if let Some(answer) = finals.iter().find(|m| m.status < 300) {
            return Some(answer);
        }
        if finals.len() < self.legs().count() {
            return None;
        }
        let best = finals.iter().min_by_key(|m| if m.status >= 600 { 0 } else { m.status / 100 }).copied()?;
        // Legs that a server cancelled, not the caller, tell nothing of what the caller was told.
        let seen_near_caller = root.invite().is_some_and(|m| m.direction == Direction::Incoming);
        let by_server = best.status == 487 && seen_near_caller && self.caller_cancel().is_none();
        (!by_server).then_some(best)
    }

    /// The caller's own CANCEL: the one that came in on the caller's side.
    pub(super) fn caller_cancel(&self) -> Option<&'m Msg<'m>> {
        let root = self.root()?;
        let leg_only = root.leaf && root.invite().is_some_and(|m| m.direction == Direction::Outgoing);
        root.cancel().filter(|_| !leg_only || root.messages.len() == self.messages.len())
    }

    pub(super) fn rang(&self) -> bool {
        self.messages.iter().any(|m| m.method == Method::Invite && m.status == 180)
    }
}

/// INVITE transactions that are initial: no To tag in the request, or no request in the log at all.
pub(super) fn attempts<'m>(group: &'m Group<'m>) -> Vec<Attempt<'m>> {
    let mut sets: HashMap<(u64, u32), Vec<&'m Msg<'m>>> = HashMap::new();
    let mut order = Vec::new();
    for m in &group.messages {
        if matches!(m.method, Method::Invite | Method::Cancel | Method::Ack) {
            sets.entry((m.from_tag, m.cseq))
                .or_insert_with(|| {
                    order.push((m.from_tag, m.cseq));
                    Vec::new()
                })
                .push(m);
        }
    }
    let initial = |set: &[&Msg<'_>]| set.iter().any(|m| m.method == Method::Invite && m.is_request() && m.to_tag == 0);
    let any = sets.values().any(|set| initial(set));
    let mut out = Vec::new();
    for key in order {
        let Some(set) = sets.remove(&key) else { continue };
        let invites = || set.iter().filter(|m| m.method == Method::Invite);
        let start_missing = !any && out.is_empty() && invites().next().is_some() && invites().all(|m| !m.is_request());
        if initial(&set) || start_missing {
            out.push(Attempt::new(key.1, key.0, set));
        }
    }
    out
}
