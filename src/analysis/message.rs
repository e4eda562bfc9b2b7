//! The messages of one Call-ID with the parts that tie them together.

use std::borrow::Cow;
use std::sync::OnceLock;

use super::Options;
use super::asked::{Question, note, perhaps};
use super::clocks::Clocks;
use super::coverage::Coverage;
use super::servers::{Role, ServerId, Servers};
use crate::record::{Direction, RecordKind, sign};
use crate::sip::{Facts, HeaderName, Message, Method, StartLine};
use crate::text::{clean, decode, host_of};
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Identity, Maker, Trace};

pub(super) struct Context<'t> {
    pub(super) trace: &'t Trace,
    pub(super) options: &'t Options,
    pub(super) servers: &'t Servers,
    pub(super) clocks: &'t Clocks,
    pub(super) coverage: &'t Coverage,
}

impl<'t> Context<'t> {
    pub(super) fn event(&self, id: EventId) -> Option<&'t Event> {
        self.trace.event(id)
    }

    /// Only here: rules ask for what was kept of a message, not for its text.
    fn message(&self, id: EventId) -> Option<Message<'t>> {
        self.trace.head(self.trace.event(id)?)
    }

    /// The cleaned value of a header.
    pub(super) fn header(&self, id: EventId, name: HeaderName) -> Option<Cow<'t, [u8]>> {
        let lacks = |sign| self.event(id).is_some_and(|e| self.trace.lacks(e, sign));
        let missing = match name {
            HeaderName::Reason => lacks(sign::REASON),
            HeaderName::Warning => lacks(sign::WARNING),
            _ => false,
        };
        if missing { None } else { self.trace.header(self.event(id)?, name) }
    }

    /// What its text tells of a message, kept when it was read.
    pub(super) fn facts(&self, id: EventId) -> Facts {
        self.event(id).map_or_else(Facts::default, |event| self.trace.facts(event))
    }

    /// The cause of the telephone network that a message tells.
    pub(super) fn gateway_cause(&self, id: EventId) -> Option<u32> {
        let event = self.event(id).filter(|e| !self.trace.lacks(e, sign::REASON))?;
        self.trace.head(event)?.gateway_cause()
    }

    /// The Request-URI of a request.
    pub(super) fn request_uri(&self, id: EventId) -> Option<&'t [u8]> {
        match self.message(id)?.start_line() {
            StartLine::Request { uri, .. } => Some(uri),
            _ => None,
        }
    }

    /// The reason phrase of a response.
    pub(super) fn reason_phrase(&self, id: EventId) -> Option<String> {
        match self.message(id)?.start_line() {
            StartLine::Response { reason, .. } => Some(decode(reason).into_owned()),
            _ => None,
        }
    }

    /// The Call-ID of a record; empty when it has none.
    pub(super) fn call_id(&self, id: EventId) -> String {
        let symbol = self.event(id).and_then(Event::call_id);
        symbol.map(|s| decode(&clean(self.trace.symbol(s))).into_owned()).unwrap_or_default()
    }

    /// Whether one message was logged ahead of another: by their order on one server, else by clocks that can be
    /// compared. `None` where neither tells.
    pub(super) fn is_before(&self, a: &Msg<'_>, b: &Msg<'_>) -> Option<bool> {
        if a.server == b.server {
            let file = |m: &Msg<'_>| self.event(m.id).map(|e| e.file);
            let ordered = a.time.is_some() == b.time.is_some() && (a.time.is_some() || file(a) == file(b));
            return ordered.then(|| self.coverage.order(a.server, a.id) < self.coverage.order(b.server, b.id));
        }
        let passed = b.time?.since(a.time?);
        let unsure = self.unsure_ms((a.server, a.id), (b.server, b.id))?;
        (passed.abs() > unsure).then_some(passed > 0)
    }

    /// By how many milliseconds the corrected times of two records may be wrong against each other; 0 on one clock,
    /// `None` where they cannot be compared: nothing ties the clocks, or messages bound one from one side only.
    pub(super) fn unsure_ms(&self, a: (ServerId, EventId), b: (ServerId, EventId)) -> Option<i64> {
        if a.0 == b.0 {
            return Some(0);
        }
        let written = |(server, id): (ServerId, EventId)| Some((server, id, self.event(id)?.time()?));
        let unsure = self.clocks.unsure_between(written(a)?, written(b)?).filter(|_| self.clocks.comparable(a.0, b.0));
        note(Question::Unsure(a, b), unsure, |unsure| perhaps(*unsure))
    }

    /// Whether a message came from another server of the house, of which the log would tell more.
    pub(super) fn comes_from_own_server(&self, m: &Msg<'_>) -> bool {
        self.peer_host(m).is_some_and(|host| self.servers.is_own_host(&host))
    }

    /// The server that a message came from, or went to, where its log is here.
    pub(super) fn peer(&self, m: &Msg<'_>) -> Option<ServerId> {
        self.servers.find(&self.peer_host(m)?)
    }

    fn peer_host(&self, m: &Msg<'_>) -> Option<String> {
        let peer = self.event(m.id).and_then(|e| self.trace.peer(e))?;
        Some(host_of(&decode(peer)).to_owned())
    }

    /// Whether the log of a server tells every message from one to another.
    pub(super) fn tells_between(&self, a: &Msg<'_>, b: &Msg<'_>) -> bool {
        a.server == b.server && self.coverage.joined(a.server, a.id, b.id)
    }

    /// Whether the log that holds a message tells all that followed for so many milliseconds.
    pub(super) fn runs_on(&self, m: &Msg<'_>, ms: i64) -> bool {
        m.time.is_some_and(|t| self.coverage.runs_on(m.server, (m.id, t), ms))
    }

    /// What the server that logged a record does.
    pub(super) fn role(&self, event: &Event) -> Role {
        self.servers.get(self.servers.of(event)).map_or(Role::Unknown, |s| s.role)
    }
}

/// One message on one server in one direction. Tags and Via entries are kept as seeded 64-bit hashes: they
/// are only compared inside one group, and equal hashes of different values will not happen by design.
#[derive(Clone, Debug)]
pub(super) struct Msg<'t> {
    pub(super) id: EventId,
    pub(super) server: ServerId,
    /// On the clock of the reference.
    pub(super) time: Option<Timestamp>,
    pub(super) method: Method,
    pub(super) status: u16,
    pub(super) cseq: u32,
    pub(super) direction: Direction,
    /// 0 for none.
    pub(super) from_tag: u64,
    pub(super) to_tag: u64,
    /// Top entry first.
    pub(super) vias: Cow<'t, [u64]>,
    /// Value of Server, else of User-Agent.
    pub(super) product: Option<Maker<'t>>,
}

impl Msg<'_> {
    pub(super) fn is_request(&self) -> bool {
        self.status == 0
    }

    pub(super) fn is_final(&self) -> bool {
        self.status >= 200
    }
}

pub(super) struct Group<'t> {
    /// In order of time, then of each file.
    pub(super) messages: Vec<Msg<'t>>,
    /// How many different ones they are, once somebody asks.
    count: OnceLock<u64>,
    /// Diagnostic records that name this Call-ID.
    pub(super) diagnostics: Vec<EventId>,
}

impl<'t> Group<'t> {
    pub(super) fn read(ctx: &Context<'t>, ids: &[EventId]) -> Group<'t> {
        let mut messages: Vec<Msg<'t>> = Vec::with_capacity(ids.len());
        let mut diagnostics = Vec::new();
        for &id in ids {
            let Some(event) = ctx.event(id) else { continue };
            match event.kind {
                RecordKind::Protocol => messages.push(read_message(ctx, id, event)),
                RecordKind::Diagnostic => diagnostics.push(id),
                _ => {}
            }
        }
        messages.sort_by_key(|m| m.time);
        Group { messages, count: OnceLock::new(), diagnostics }
    }
}

impl Group<'_> {
    /// Different messages of the whole group.
    pub(super) fn count(&self) -> u64 {
        *self.count.get_or_init(|| count_messages(self.messages.iter()))
    }

    /// Different messages among some of them; mostly these are all.
    pub(super) fn count_of(&self, own: &[&Msg<'_>]) -> u64 {
        if own.len() == self.messages.len() { self.count() } else { count_messages(own.iter().copied()) }
    }
}

/// Different messages: forwarded copies of one message count once, fork legs each. A CANCEL or an ACK of a failure has
/// the branch of its INVITE (RFC 3261 sections 9.1, 17.1.1.3): it was sent on where another of its kind was.
fn count_messages<'m>(messages: impl Iterator<Item = &'m Msg<'m>> + Clone) -> u64 {
    let requests = || messages.clone().filter(|m| m.is_request());
    let top = |m: &Msg<'_>| m.vias.first().copied().unwrap_or(0);
    let mut invites: Vec<(u64, u64)> = requests()
        .filter(|m| m.method == Method::Invite)
        .filter_map(|m| Some((top(m), m.vias.get(1).copied()?)))
        .collect();
    // By the branch alone: hashes have another seed in each run, and of two the first message counts.
    invites.sort_by_key(|(own, _)| *own);
    let below = |m: &Msg<'_>| {
        let of_invite = || {
            let at = invites.partition_point(|(own, _)| *own < top(m));
            invites.get(at).filter(|(own, _)| is_per_hop(m.method) && *own == top(m)).map(|(_, below)| *below)
        };
        m.vias.get(1).copied().or_else(of_invite)
    };
    // Hashes are told apart by the kind of their request: 64 bits of them stand for both.
    let of_kind =
        |m: &Msg<'_>, branch: u64| if is_per_hop(m.method) { branch ^ u64::from(m.method as u8) } else { branch };
    let mut parents: Vec<u64> = requests().filter_map(|m| Some(of_kind(m, below(m)?))).collect();
    parents.sort_unstable();
    let mut keys: Vec<u128> = Vec::with_capacity(messages.clone().count());
    keys.extend(messages.filter_map(|m| {
        let top = top(m);
        let other = match m.status {
            // A request that was forwarded is counted where it ends up: each leg of a fork is one.
            0 if parents.binary_search(&of_kind(m, top)).is_ok() => return None,
            0 | 100 => top,
            _ => m.to_tag,
        };
        let what = u64::from(m.cseq) << 32 | u64::from(m.method as u8) << 16 | u64::from(m.status);
        Some(u128::from(other) << 64 | u128::from(m.from_tag.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ what))
    }));
    keys.sort_unstable();
    keys.dedup();
    keys.len() as u64
}

/// Requests that a proxy makes anew for each hop.
fn is_per_hop(method: Method) -> bool {
    matches!(method, Method::Cancel | Method::Ack)
}

fn read_message<'t>(ctx: &Context<'t>, id: EventId, event: &Event) -> Msg<'t> {
    let Identity { from_tag, to_tag, vias } = ctx.trace.identity(event);
    Msg {
        id,
        server: ctx.servers.of(event),
        time: ctx.clocks.time(ctx.servers, id, event),
        method: event.method,
        status: event.status,
        cseq: event.cseq,
        direction: event.direction,
        from_tag,
        to_tag,
        vias,
        product: ctx.trace.product(event),
    }
}
