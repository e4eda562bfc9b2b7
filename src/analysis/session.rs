//! Messages inside a conversation: MESSAGE requests in the dialog of an INVITE (RFC 3428). Most instant messages are
//! sent so, and one towards a phone whose application sleeps causes a push as an INVITE does.

use std::cell::LazyCell;

use super::call::{Home, is_mobility_listener, is_ucwa_listener};
use super::coverage::Blind;
use super::message::{Context, Group, Msg};
use super::named::named;
use super::push::{FirstSeen, Sets};
use super::terms::Verdict;
use crate::record::Direction;
use crate::sip::{HeaderName, NameAddr};
use crate::text::{contains_ignore_case, decode, host_of};
use crate::time::Timestamp;
use crate::trace::{EventId, Maker};

/// One message inside a conversation.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct SessionMessage {
    /// Call-ID of the conversation.
    pub call_id: String,
    /// `CSeq` number.
    pub cseq: u32,
    /// Address of the sender.
    pub from: String,
    /// Address of the receiver.
    pub to: String,
    /// First time of the request.
    pub sent: Option<Timestamp>,
    /// Final status.
    pub status: Option<u16>,
    /// Its reason phrase.
    pub reason: Option<String>,
    /// It went to a mobile endpoint.
    pub mobile: bool,
    /// It went to UCWA, and no record names the client behind it: a phone, or a Mac.
    pub unnamed: bool,
    /// What became of it, where the receiver is mobile and the message was perhaps missed.
    pub verdict: Option<Verdict>,
    /// Why the verdict is undetermined, if it is.
    pub blind: Option<Blind>,
    /// Numbers of its pushes in [`super::Analysis::pushes`].
    pub pushes: Vec<usize>,
    /// Codes of the causes found.
    #[serde(with = "crate::knowledge::constant::many")]
    pub findings: Vec<&'static str>,
    /// Records that prove it, in order.
    pub evidence: Vec<EventId>,
    /// First record of each server that logged it.
    pub(super) sights: Vec<FirstSeen>,
    /// Last record of its final on each server.
    pub(super) ends: Vec<FirstSeen>,
    pub(super) homes: Vec<Home>,
    pub(super) first: EventId,
}

impl SessionMessage {
    /// Whether the receiver missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_missed)
    }
}

/// The messages inside conversations among MESSAGE transactions that are no pushes.
pub(super) fn messages(ctx: &Context<'_>, group: &Group<'_>, sets: &Sets<'_>) -> Vec<SessionMessage> {
    let inside = |set: &[&Msg<'_>]| set.iter().any(|m| m.is_request() && m.to_tag != 0);
    let names = LazyCell::new(|| named(group.messages.iter()));
    let name = |tag| names.get(&tag).copied();
    sets.iter().filter(|(_, set)| inside(set)).filter_map(|((_, cseq), set)| read(ctx, &name, *cseq, set)).collect()
}

/// `name`: what a side of the dialog calls itself, by its tag.
fn read<'m>(
    ctx: &Context<'_>,
    name: &dyn Fn(u64) -> Option<Maker<'m>>,
    cseq: u32,
    set: &[&Msg<'_>],
) -> Option<SessionMessage> {
    let request = set.iter().copied().filter(|m| m.is_request()).min_by_key(|m| m.vias.len())?;
    let address = |name| ctx.header(request.id, name).map(|v| decode(NameAddr::address_in(&v)).into_owned());
    let peer = |m: &Msg<'_>| ctx.event(m.id).and_then(|e| ctx.trace.peer(e)).map(decode);
    // Where it may be a server or a mobility service: of most messages it is known that it is not.
    let listener = |m: &Msg<'_>| ctx.event(m.id).filter(|e| !ctx.trace.is_beside_client(e)).and_then(|_| peer(m));
    let to_phone = |m: &&&Msg<'_>| {
        let outward = (m.direction == Direction::Outgoing) == m.is_request();
        outward && listener(m).is_some_and(|p| is_mobility_listener(&p))
            || !m.is_request() && m.status > 100 && m.product.is_some_and(Maker::is_mobile)
    };
    let phone = set.iter().find(to_phone);
    let behind = |p: &str| p.ends_with(":5061") && ctx.servers.is_own_host(host_of(p));
    let outward =
        || set.iter().filter(|m| m.is_request() && m.direction == Direction::Outgoing).filter_map(|m| listener(m));
    if phone.is_none() && !outward().any(|p| behind(&p)) {
        // To a desktop client: most messages are.
        return None;
    }
    if contains_ignore_case(&ctx.header(request.id, HeaderName::To)?, b"opaque=app:") {
        return None;
    }
    let client = phone.and_then(|_| name(request.to_tag)?.client());
    if client == Some(false) {
        // Behind UCWA, too: a Mac.
        return None;
    }
    let to_ucwa = || set.iter().any(|m| listener(m).is_some_and(|p| is_ucwa_listener(&p)));
    let finals = || set.iter().copied().filter(|m| m.is_final());
    let last = finals().find(|m| m.status < 300).or_else(|| finals().min_by_key(|m| m.vias.len()));
    let mut evidence: Vec<EventId> = [request.id].into_iter().chain(last.map(|m| m.id)).collect();
    evidence.sort_unstable();
    Some(SessionMessage {
        call_id: ctx.call_id(request.id),
        cseq,
        from: address(HeaderName::From).unwrap_or_default(),
        to: address(HeaderName::To).unwrap_or_default(),
        sent: set.iter().filter(|m| m.is_request()).filter_map(|m| m.time).min(),
        status: last.map(|m| m.status),
        reason: last.and_then(|m| ctx.reason_phrase(m.id)),
        mobile: phone.is_some(),
        unnamed: phone.is_some() && client.is_none() && to_ucwa(),
        verdict: None,
        blind: None,
        pushes: Vec::new(),
        findings: Vec::new(),
        evidence,
        sights: FirstSeen::first_of_each(ctx, set.iter().copied().filter(|m| m.is_request())),
        ends: FirstSeen::first_of_each(ctx, finals()),
        homes: phone.map(|m| super::call::home_of(ctx, m.server, peer(m).as_deref())).into_iter().collect(),
        first: request.id,
    })
}
