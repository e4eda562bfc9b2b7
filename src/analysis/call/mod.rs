//! Calls: one initial INVITE with its forks, hops, retransmissions and retries.

mod answer;
mod build;
mod describe;
mod ending;
mod legs;

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::conversation::Tie;
use super::coverage::{Blind, Order};
use super::diagnostic::Diagnostic;
use super::message::{Context, Group};
use super::pack::pack;
use super::servers::ServerId;
use super::terms::{Modality, Outcome, Told, Verdict};
use super::transaction::{InviteTransaction, transactions};
use crate::knowledge::Product;
use crate::span::Span;
use crate::time::Timestamp;
use crate::trace::EventId;
pub(super) use legs::{home_of, is_mobility_listener, is_ucwa_listener};

/// One far end of a call.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Leg {
    /// `host:port` to which the INVITE went.
    pub target: Option<String>,
    /// The client, where a response names it.
    pub client: Option<Product>,
    /// True for a mobile endpoint.
    pub mobile: bool,
    /// It went to UCWA, and no record names the client behind it: a phone, or a Mac.
    pub unnamed: bool,
    /// How this leg ended.
    pub outcome: Outcome,
    /// Its final status.
    pub status: Option<u16>,
}

/// What one server saw of a call; times on the clock of the reference.
#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Clock {
    pub(crate) server: ServerId,
    /// Its first record there, in the order of that server.
    pub(crate) first: EventId,
    /// The first copy of the INVITE there.
    pub(in crate::analysis) invite: Option<EventId>,
    /// The first 180 there.
    pub(in crate::analysis) alert: Option<EventId>,
    /// The last final response there to the last attempt that it saw.
    pub(in crate::analysis) last: Option<EventId>,
    pub(crate) start: Option<Timestamp>,
    pub(crate) rang: Option<Timestamp>,
    pub(crate) end: Option<Timestamp>,
}

/// Where the push to a mobile endpoint would come from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(in crate::analysis) enum Home {
    /// The mobility service of this server.
    At(ServerId),
    /// Perhaps of this server: nothing tells whether the name of the endpoint's host is its own.
    Perhaps(ServerId),
    /// Of a server that has no log here.
    Missing,
}

/// One call.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
#[non_exhaustive]
pub struct Call {
    /// Call-ID.
    pub call_id: String,
    /// Address of the caller.
    pub from: String,
    /// Address of the callee.
    pub to: String,
    /// What was offered.
    pub modality: Option<Modality>,
    /// Time of the first record.
    pub started: Option<Timestamp>,
    /// Time of the last record.
    pub ended: Option<Timestamp>,
    /// Milliseconds to the first 180.
    pub ring_ms: Option<i64>,
    /// Milliseconds to the 2xx.
    pub answer_ms: Option<i64>,
    /// Milliseconds to the first response that tells something: no 100, no 101.
    pub status_ms: Option<i64>,
    /// Milliseconds from the BYE to its 2xx, on the server that logged the BYE first.
    pub bye_ms: Option<i64>,
    /// Milliseconds that it had rung when the caller gave up.
    pub gave_up_ms: Option<i64>,
    /// The callee was alerted.
    pub rang: bool,
    /// How it ended.
    pub outcome: Outcome,
    /// Status towards the caller.
    pub status: Option<u16>,
    /// Its reason phrase.
    pub reason: Option<String>,
    /// Diagnostics of the final response and of a BYE.
    pub diagnostics: Vec<Diagnostic>,
    /// INVITEs with the same purpose: retries after a challenge count.
    pub attempts: u32,
    /// Far ends.
    pub legs: Vec<Leg>,
    /// A mobile endpoint took part.
    pub mobile: bool,
    /// Voice mail answered: answered for SIP, missed for the person.
    pub voice_mail: bool,
    /// Of a call that nobody answered, in a trace that shows Exchange UM: whether the callee was told by mail.
    #[serde(skip)]
    pub told_by_mail: Option<Told>,
    /// Of a failed call: the cause that the telephone network told (ITU-T Q.850).
    pub gateway_cause: Option<u32>,
    /// For a mobile callee.
    pub verdict: Option<Verdict>,
    /// Why outcome or verdict are undetermined, if they are.
    pub blind: Option<Blind>,
    /// A call that was missed, and whose caller reached the callee with another soon after: when.
    pub reached_later: Option<Timestamp>,
    /// Number of the first call of the conversation, where that has several.
    pub conversation: Option<usize>,
    /// What ties it to other calls of the conversation.
    pub ties: Vec<Tie>,
    /// Messages inside the conversation that the receiver missed.
    pub missed_messages: u32,
    /// Numbers of its pushes in [`super::Analysis::pushes`].
    pub pushes: Vec<usize>,
    /// Codes of the causes found.
    #[serde(with = "crate::knowledge::constant::many")]
    pub findings: Vec<&'static str>,
    /// Different messages.
    pub messages: u64,
    /// Records that prove it, in order.
    pub evidence: Vec<EventId>,
    /// Component lines, outside records, that prove its causes.
    pub lines: Vec<Span>,
    /// Addresses under which the callee may be pushed, lower case.
    pub(super) callees: Vec<String>,
    pub(crate) clocks: Vec<Clock>,
    /// Every leg went to a client on a desk, as the log of the server tells that forked it.
    pub(super) at_desks: bool,
    pub(super) answered_by_mobile: bool,
    pub(super) refused_by_mobile: bool,
    /// The endpoint that answered, or refused, is one behind UCWA that no record names.
    pub(super) spoken_unnamed: bool,
    /// Nothing tells which of the legs answered, or refused.
    pub(super) leg_unknown: bool,
    /// The logs would show each push for the call.
    pub(crate) pushes_told: bool,
    /// One for each mobile endpoint.
    pub(super) homes: Vec<Home>,
    pub(super) first: EventId,
    pub(super) records: Vec<EventId>,
}

impl Call {
    /// Without room that nothing takes any more: most lists hold one thing, and are made with room for four.
    pub(super) fn shrunk(mut self) -> Call {
        pack(&mut self.diagnostics);
        pack(&mut self.legs);
        pack(&mut self.evidence);
        pack(&mut self.callees);
        pack(&mut self.clocks);
        pack(&mut self.homes);
        pack(&mut self.records);
        self
    }

    /// Whether the callee missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_missed)
    }

    /// Whether every mobile endpoint is a client behind UCWA that no record names: whether it is a phone is not known.
    pub(crate) fn is_perhaps_no_phone(&self) -> bool {
        let mut mobile = self.legs.iter().filter(|l| l.mobile).peekable();
        mobile.peek().is_some() && mobile.all(|l| l.unnamed)
    }

    /// The server whose log begins inside it, without its INVITE; where each has that, the first.
    pub(crate) fn begun_before(&self) -> Option<ServerId> {
        let late = self.clocks.iter().find(|c| c.invite.is_none());
        late.or(self.clocks.first()).map(|c| c.server)
    }

    /// Whether it went to another server, of which its legs do not tell whom that called, and to no phone besides.
    pub(crate) fn goes_behind(&self) -> bool {
        self.legs.iter().any(answer::is_behind) && !self.legs.iter().any(|l| l.mobile && !answer::is_behind(l))
    }

    /// Whose pushes may be for it, lower case.
    pub(crate) fn users(&self) -> impl Iterator<Item = String> {
        self.callees.iter().cloned().chain([self.to.to_ascii_lowercase()])
    }

    /// The numbers of other calls as they are where some were left out: what ties it to one that is not there is not told.
    pub(crate) fn renumber(&mut self, number: impl Fn(usize) -> Option<usize>) {
        self.conversation = self.conversation.and_then(&number);
        self.ties = std::mem::take(&mut self.ties)
            .into_iter()
            .filter_map(|tie| Some(Tie { other: number(tie.other)?, ..tie }))
            .collect();
    }

    /// The record by which it is known.
    pub(crate) fn first_record(&self) -> EventId {
        self.first
    }

    /// Every record of the call, diagnostic records included.
    pub fn own_records(&self) -> &[EventId] {
        &self.records
    }
}

/// A caller that tries again does so within this, in milliseconds: people who type a password take longest.
const RETRY_MS: i64 = 32_000;

/// All calls of one Call-ID.
pub(super) fn calls(ctx: &Context<'_>, group: &Group<'_>) -> Vec<Call> {
    let mut attempts = transactions(ctx, group);
    let mut first: HashMap<u64, (bool, Option<Timestamp>, EventId)> = HashMap::new();
    for (tag, m) in attempts.iter().filter_map(|a| Some((a.from_tag, a.messages.first()?))) {
        let key = (m.time.is_none(), m.time, m.id);
        first.entry(tag).and_modify(|known| *known = key.min(*known)).or_insert(key);
    }
    // One caller's attempts follow its CSeq: the server that asked for credentials may stand in any file.
    attempts.sort_by_key(|a| (first.get(&a.from_tag).copied(), a.cseq));
    let joined = join(attempts);
    if joined.is_empty() {
        return build::leftover(ctx, group).into_iter().collect();
    }
    let last = joined.len() - 1;
    // What happens inside the dialog belongs to the call that was answered, else to the last one.
    let owner = joined
        .iter()
        .position(|c| {
            c.last().is_some_and(|a| a.proof().is_some() || a.final_response().is_some_and(|f| f.status < 300))
        })
        .unwrap_or(last);
    let initial: HashSet<(u64, u32)> = joined.iter().flatten().map(|a| (a.from_tag, a.cseq)).collect();
    if let [only] = &joined[..] {
        return vec![build::call(ctx, group, only, &group.diagnostics, Some(&initial))];
    }
    let shares = share(ctx, group, &joined, owner);
    let build = |(i, (attempts, diagnostics)): (usize, (&Vec<InviteTransaction<'_>>, &Vec<EventId>))| {
        build::call(ctx, group, attempts, diagnostics, (i == owner).then_some(&initial))
    };
    // One Call-ID may have thousands of calls; then all threads build them.
    joined.par_iter().zip(&shares).enumerate().with_min_len(64).map(build).collect()
}

/// Attempts that are one call: each follows, with a higher `CSeq` and soon, a final after which a caller tries again
/// (RFC 3261 sections 8.1.3.4, 8.1.3.5, 21.5.4, 22.2; RFC 4028 for 422). They come by caller, then by `CSeq`, and no
/// two of a caller have the same.
fn join(attempts: Vec<InviteTransaction<'_>>) -> Vec<Vec<InviteTransaction<'_>>> {
    let mut joined: Vec<Vec<InviteTransaction<'_>>> = Vec::new();
    // The call whose last attempt this caller may try again, and since when.
    let mut waiting: Option<(usize, Option<Timestamp>)> = None;
    let mut caller = None;
    for attempt in attempts {
        if caller.replace(attempt.from_tag) != Some(attempt.from_tag) {
            waiting = None;
        }
        let begins = attempt.messages.first().and_then(|m| m.time);
        let soon = |since: &Option<Timestamp>| since.zip(begins).is_none_or(|(a, b)| b.since(a) <= RETRY_MS);
        let last = attempt.final_response();
        let proven = attempt.proof().is_some();
        // Outside a dialog a caller sends another INVITE only behind the final of the one before (RFC 3261 section 14.1
        // has it for one inside): where none was logged, there was one.
        let retried = last.map_or(!proven, |f| matches!(f.status, 300..500 | 503));
        let since = last.or(attempt.messages.last().copied()).and_then(|m| m.time);
        let at = waiting.filter(|(_, since)| soon(since)).map_or(joined.len(), |(at, _)| at);
        match joined.get_mut(at) {
            Some(call) => call.push(attempt),
            None => joined.push(vec![attempt]),
        }
        waiting = retried.then_some((at, since));
    }
    joined
}

/// The diagnostic records of each call: those that name one of its `CSeq` numbers; all others belong to the dialog.
/// Where several calls count alike, the one whose message stands nearest ahead on the same server. A record belongs to
/// one call only, so that many calls under one Call-ID with many records stay small.
fn share(
    ctx: &Context<'_>,
    group: &Group<'_>,
    joined: &[Vec<InviteTransaction<'_>>],
    owner: usize,
) -> Vec<Vec<EventId>> {
    let mut calls: HashMap<u32, Vec<usize>> = HashMap::new();
    let mut placed: Vec<(ServerId, Order, u32, usize)> = Vec::new();
    for (i, attempt) in joined.iter().enumerate().flat_map(|(i, call)| call.iter().map(move |a| (i, a))) {
        let own = calls.entry(attempt.cseq).or_default();
        if own.last() != Some(&i) {
            own.push(i);
        }
        placed.extend(attempt.messages.iter().map(|m| (m.server, ctx.coverage.order(m.server, m.id), attempt.cseq, i)));
    }
    placed.sort_unstable();
    // Ahead of a place on its server, with the same number.
    let nearest = |id: EventId, cseq: u32| {
        let server = ctx.servers.of(ctx.event(id)?);
        let at = placed.partition_point(|(s, order, ..)| (*s, *order) <= (server, ctx.coverage.order(server, id)));
        let before = placed.get(at.saturating_sub(256)..at).unwrap_or_default();
        before.iter().rev().find(|(s, _, n, _)| *s == server && *n == cseq).map(|(.., call)| *call)
    };
    let mut shares = vec![Vec::new(); joined.len()];
    for id in &group.diagnostics {
        let cseq = ctx.event(*id).map_or(0, |e| e.cseq);
        let call = match calls.get(&cseq).map(Vec::as_slice) {
            Some([only]) => *only,
            Some([first, ..]) => nearest(*id, cseq).unwrap_or(*first),
            _ => owner,
        };
        if let Some(share) = shares.get_mut(call) {
            share.push(*id);
        }
    }
    shares
}
