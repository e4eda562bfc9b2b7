//! Pushes: MESSAGE transactions to the Push Notification Clearing House.

mod build;
mod recognise;

use super::coverage::Blind;
use super::diagnostic::Diagnostic;
use super::few::Few;
use super::message::{Context, Group, Msg};
use super::pack::pack;
use super::servers::ServerId;
use super::terms::{Link, PushResult};
use crate::record::Direction;
use crate::sip::Method;
use crate::span::Span;
use crate::time::Timestamp;
use crate::trace::EventId;

/// One place that logged the MESSAGE.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Sighting {
    /// The record.
    pub event: EventId,
    /// The server that logged it.
    pub server: Option<String>,
    /// Received or sent.
    pub direction: Direction,
    /// The other side.
    pub peer: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
}

/// The first record of something on one server.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct FirstSeen {
    pub(crate) server: ServerId,
    pub(crate) id: EventId,
    pub(crate) time: Option<Timestamp>,
}

impl FirstSeen {
    /// Of messages, the first of each server in its own order.
    pub(super) fn first_of_each<'m>(ctx: &Context<'_>, messages: impl Iterator<Item = &'m Msg<'m>>) -> Vec<FirstSeen> {
        let mut out: Vec<FirstSeen> = Vec::new();
        for m in messages {
            let now = FirstSeen { server: m.server, id: m.id, time: m.time };
            match out.iter_mut().find(|s| s.server == m.server) {
                Some(known) => {
                    let order = |s: &FirstSeen| ctx.coverage.order(s.server, s.id);
                    if order(&now) < order(known) {
                        *known = now;
                    }
                }
                None => out.push(now),
            }
        }
        out
    }
}

/// One push notification.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Push {
    /// Call-ID of the MESSAGE (not the one of the INVITE).
    pub call_id: String,
    /// `CSeq` number.
    pub cseq: u32,
    /// Address of the mobile user, from the `McxUser` address.
    pub user: Option<String>,
    /// The 32 hex digits of the `McxUser` address.
    pub mcx_id: Option<String>,
    /// Traffic of `Test-CsMcxPushNotification`.
    pub synthetic: bool,
    /// First time of the MESSAGE.
    pub sent: Option<Timestamp>,
    /// Time of the final response on the server that sent first.
    pub answered: Option<Timestamp>,
    /// What became of it.
    pub result: PushResult,
    /// Final status.
    pub status: Option<u16>,
    /// Its reason phrase.
    pub reason: Option<String>,
    /// Diagnostics of the final response.
    pub diagnostics: Vec<Diagnostic>,
    /// Copies of the MESSAGE, in order.
    pub sightings: Vec<Sighting>,
    /// Number of its call in [`super::Analysis::calls`].
    pub call: Option<usize>,
    /// Numbers of calls that it may belong to, when more than one is possible.
    pub candidates: Vec<u32>,
    /// How sure the call is.
    pub link: Link,
    /// Codes of the causes found.
    #[serde(with = "crate::knowledge::constant::many")]
    pub findings: Vec<&'static str>,
    /// Records that prove it, in order.
    pub evidence: Vec<EventId>,
    /// Component lines, outside records, that prove its causes.
    pub lines: Vec<Span>,
    /// Why the result is undetermined, if it is.
    pub blind: Option<Blind>,
    /// On the clock of the server that sent first.
    pub(super) latency: Option<i64>,
    /// A later push of the same call was accepted: what kept this one back did not keep the callee from being told.
    pub superseded: bool,
    /// First record of each server that logged it.
    pub(super) sights: Vec<FirstSeen>,
    /// The Front End whose mobility service sent it, where its log is here.
    pub(super) owner: Option<ServerId>,
    pub(crate) first: EventId,
    pub(crate) records: Vec<EventId>,
}

impl Push {
    /// Without room that nothing takes any more: most lists hold one thing, and are made with room for four.
    pub(super) fn shrunk(mut self) -> Push {
        pack(&mut self.diagnostics);
        pack(&mut self.sightings);
        pack(&mut self.evidence);
        pack(&mut self.sights);
        pack(&mut self.records);
        self
    }

    /// Whether it is for a user.
    pub(super) fn is_of(&self, user: &str) -> bool {
        self.user.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(user))
    }

    /// Milliseconds from the MESSAGE to its answer, on the clock of the server that sent first.
    pub fn latency_ms(&self) -> Option<i64> {
        self.latency.filter(|_| !self.sightings.is_empty())
    }
}

/// The transactions of MESSAGE requests in one Call-ID, by From tag and `CSeq`.
pub(super) type Sets<'m> = Vec<((u64, u32), Vec<&'m Msg<'m>>)>;

/// All MESSAGE transactions of one Call-ID: pushes, and others.
pub(super) fn split<'m>(ctx: &Context<'_>, group: &'m Group<'m>) -> (Sets<'m>, Sets<'m>) {
    let mut sets: Few<(u64, u32), Vec<&'m Msg<'m>>> = Few::default();
    for m in group.messages.iter().filter(|m| m.method == Method::Message) {
        sets.with((m.from_tag, m.cseq), Vec::new, |set| set.push(m));
    }
    sets.into_all().into_iter().partition(|(_, set)| set.iter().any(|m| ctx.facts(m.id).is_push()))
}

/// All pushes of one Call-ID.
pub(super) fn pushes(ctx: &Context<'_>, group: &Group<'_>, sets: &Sets<'_>) -> Vec<Push> {
    let mut out: Vec<Push> = Vec::new();
    for ((_, cseq), set) in sets {
        let push = build::push(ctx, group, *cseq, set);
        // An attempt that was only asked for credentials is the same push as the attempt that follows it.
        if let Some(before) = out.last_mut().filter(|p| matches!(p.status, Some(401 | 407)) && p.cseq < push.cseq) {
            let (sent, first, until) = (before.sent, before.first, push.answered);
            let records = [std::mem::take(&mut before.records), push.records.clone()].concat();
            let latency = until.zip(sent).map(|(until, sent)| until.since(sent));
            *before = Push { sent, latency, first, records, ..push };
        } else {
            out.push(push);
        }
    }
    out
}
