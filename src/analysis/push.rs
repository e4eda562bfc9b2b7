//! Pushes: MESSAGE transactions to the Push Notification Clearing House.

use super::call::{Diagnostic, words};
use super::message::{Context, Group, Msg};
use super::server;
use crate::record::Direction;
use crate::sip::{HeaderName, Method, NameAddr, StartLine};
use crate::span::FileId;
use crate::text::{contains_ignore_case, decode};
use crate::time::Timestamp;
use crate::trace::EventId;

words! {
    /// What became of a push.
    PushResult {
        /// 2xx: taken by the clearing house; never means delivered to the device.
        Accepted = "accepted",
        /// Refused by the clearing house.
        Rejected = "rejected",
        /// Refused on the way to it.
        Unroutable = "unroutable",
        /// No final response although the log runs on.
        Unanswered = "unanswered",
        /// The log ends too soon.
        Undetermined = "undetermined",
    }
}

words! {
    /// How sure the call of a push is.
    Link {
        /// The only candidate.
        Certain = "certain",
        /// The best of several.
        Likely = "likely",
        /// None, or several equally good ones.
        None = "none",
    }
}

/// One place that logged the MESSAGE.
#[derive(Clone, Debug)]
pub struct Hop {
    /// The record.
    pub event: EventId,
    /// The server of the prefix, if it names one.
    pub server: Option<String>,
    /// Received or sent.
    pub direction: Direction,
    /// The other side.
    pub peer: Option<String>,
    /// When.
    pub time: Option<Timestamp>,
}

/// One push notification.
#[derive(Clone, Debug)]
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
    pub hops: Vec<Hop>,
    /// Number of its call in [`super::Analysis::calls`].
    pub call: Option<usize>,
    /// Numbers of calls that it may belong to, when more than one is possible.
    pub candidates: Vec<usize>,
    /// How sure the call is.
    pub link: Link,
    /// Codes of the causes found.
    pub findings: Vec<&'static str>,
    /// Records that prove it, in order.
    pub evidence: Vec<EventId>,
    pub(super) times: Vec<(FileId, Timestamp)>,
    pub(super) display: String,
    pub(super) first: EventId,
    pub(crate) records: Vec<EventId>,
}

/// All pushes of one Call-ID.
pub(super) fn pushes(ctx: &Context<'_>, group: &Group<'_>) -> Vec<Push> {
    let mut sets: Vec<((u64, u32), Vec<&Msg<'_>>)> = Vec::new();
    let mut index = hashbrown::HashMap::new();
    for m in group.messages.iter().filter(|m| m.method == Method::Message) {
        let key = (m.from_tag, m.cseq);
        let at = *index.entry(key).or_insert_with(|| {
            sets.push((key, Vec::new()));
            sets.len() - 1
        });
        if let Some((_, set)) = sets.get_mut(at) {
            set.push(m);
        }
    }
    sets.retain(|(_, set)| set.iter().any(|m| is_push(ctx, m)));
    let mut out: Vec<Push> = Vec::new();
    for ((_, cseq), set) in sets {
        let push = build(ctx, group, cseq, &set);
        // An attempt that was only asked for credentials is the same push as the attempt that follows it.
        if let Some(before) = out.last_mut().filter(|p| matches!(p.status, Some(401 | 407)) && p.cseq < push.cseq) {
            let (sent, first) = (before.sent, before.first);
            let records = [std::mem::take(&mut before.records), push.records.clone()].concat();
            *before = Push { sent, first, records, ..push };
        } else {
            out.push(push);
        }
    }
    out
}

/// Recognised by any one sign, the surest first (PUSH.md section 4). The signs that instant messages of a
/// mobile user share only count outside a dialog.
fn is_push(ctx: &Context<'_>, m: &Msg<'_>) -> bool {
    let Some(message) = ctx.message(m.id) else { return false };
    let inside_dialog = m.is_request() && m.to_tag != 0;
    if let StartLine::Request { uri, .. } = message.start_line()
        && contains_ignore_case(uri, b"@push.lync.com")
    {
        return true;
    }
    message.headers().any(|h| match HeaderName::from_token(h.name) {
        HeaderName::ContentType => contains_ignore_case(h.raw, b"lync.pushnotification+xml"),
        HeaderName::Server => contains_ignore_case(h.raw, b"pnchapplication"),
        HeaderName::To => contains_ignore_case(h.raw, b"@push.lync.com"),
        HeaderName::From => !inside_dialog && mcx_user(&decode(NameAddr::parse(&h.value()).address())).is_some(),
        HeaderName::Contact => {
            !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"opaque=srvr:mcxexternal")
        }
        HeaderName::UserAgent => !inside_dialog && m.is_request() && contains_ignore_case(h.raw, b"mcxservice"),
        _ => false,
    })
}

/// `McxUser<32 hex><address>`: the mobility service's id and the mobile user.
fn mcx_user(address: &str) -> Option<(String, String)> {
    let head = address.get(..7)?;
    if !head.eq_ignore_ascii_case("mcxuser") {
        return None;
    }
    let (id, user) = (address.get(7..39)?, address.get(39..)?);
    let user = user.strip_prefix("sip:").unwrap_or(user);
    (id.bytes().all(|b| b.is_ascii_hexdigit()) && user.contains('@')).then(|| (id.to_owned(), user.to_owned()))
}

fn build(ctx: &Context<'_>, group: &Group<'_>, cseq: u32, set: &[&Msg<'_>]) -> Push {
    let mut requests: Vec<&Msg<'_>> = set.iter().copied().filter(|m| m.is_request()).collect();
    // The way of the MESSAGE: every hop adds a Via, and a server receives before it sends. Clocks of different
    // servers do not decide.
    requests.sort_by_key(|m| (m.vias.len(), m.direction));
    let finals: Vec<&Msg<'_>> = set.iter().copied().filter(|m| m.is_final()).collect();
    let first = requests.first().or(set.first()).map_or(EventId(0), |m| m.id);
    // A 2xx anywhere means that the clearing house took it; else what the sender was told, with fewest Vias.
    let answer = finals.iter().find(|m| m.status < 300).or_else(|| finals.iter().min_by_key(|m| m.vias.len())).copied();
    let from = ctx.header(first, HeaderName::From).unwrap_or_default();
    let from = NameAddr::parse(&from);
    let (mcx_id, user) = mcx_user(&decode(from.address())).unzip();
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for m in answer.iter().chain(&finals) {
        for d in ctx.message(m.id).map(|m| Diagnostic::read(&m)).unwrap_or_default() {
            if !diagnostics.contains(&d) {
                diagnostics.push(d);
            }
        }
    }
    let public = |d: &Diagnostic| d.header == "ms-diagnostics-public" && (30_000..31_000).contains(&d.id);
    let house = finals
        .iter()
        .any(|m| ctx.header(m.id, HeaderName::Server).is_some_and(|v| contains_ignore_case(&v, b"pnchapplication")));
    let result = match answer.map(|m| m.status) {
        Some(..300) => PushResult::Accepted,
        Some(_) if house || diagnostics.iter().any(public) => PushResult::Rejected,
        Some(_) => PushResult::Unroutable,
        None if runs_on(ctx, set) => PushResult::Unanswered,
        None => PushResult::Undetermined,
    };
    let bare_agent = || {
        let agent = requests.iter().find_map(|m| ctx.header(m.id, HeaderName::UserAgent));
        agent.is_some_and(|a| {
            a.get(..5).is_some_and(|t| t.eq_ignore_ascii_case(b"RTCC/")) && !a.trim_ascii().contains(&b' ')
        })
    };
    let synthetic = diagnostics.iter().any(|d| d.id == 30_007)
        || (user.is_none() && from.display.is_empty() && (bare_agent() || (requests.is_empty() && cseq == 1)));
    let hops: Vec<Hop> = requests
        .iter()
        .filter_map(|m| {
            let event = ctx.event(m.id)?;
            let peer = ctx.trace.peer(event).map(|p| decode(p).into_owned());
            Some(Hop {
                event: m.id,
                server: server::of_event(ctx.trace, m.id),
                direction: m.direction,
                peer,
                time: m.time,
            })
        })
        .collect();
    let sender = requests.first().or(set.first());
    let answered = finals
        .iter()
        .filter(|m| sender.is_some_and(|s| s.file == m.file) && answer.is_some_and(|a| a.status == m.status))
        .filter_map(|m| m.time)
        .max();
    let mut times: Vec<(FileId, Timestamp)> = Vec::new();
    for m in set {
        if let Some(time) = m.time
            && !times.iter().any(|(file, _)| *file == m.file)
        {
            times.push((m.file, time));
        }
    }
    let records_about: Vec<EventId> = group
        .diagnostics
        .iter()
        .copied()
        .filter(|id| ctx.event(*id).is_some_and(|e| e.cseq == cseq || e.cseq == 0))
        .collect();
    let mut evidence: Vec<EventId> =
        [first].into_iter().chain(answer.map(|m| m.id)).chain(records_about.iter().copied()).collect();
    evidence.sort_unstable();
    evidence.dedup();
    let reason = answer.and_then(|m| match ctx.message(m.id)?.start_line() {
        StartLine::Response { reason, .. } => Some(decode(reason).into_owned()),
        _ => None,
    });
    Push {
        call_id: ctx
            .event(first)
            .and_then(crate::trace::Event::call_id)
            .map(|s| decode(&crate::text::clean(ctx.trace.symbol(s))).into_owned())
            .unwrap_or_default(),
        cseq,
        user,
        mcx_id,
        synthetic,
        sent: requests.first().and_then(|m| m.time).or_else(|| set.first().and_then(|m| m.time)),
        answered,
        result,
        status: answer.map(|m| m.status),
        reason,
        diagnostics,
        hops,
        call: None,
        candidates: Vec::new(),
        link: Link::None,
        findings: Vec::new(),
        evidence,
        times,
        display: decode(from.display).into_owned(),
        first,
        records: set.iter().map(|m| m.id).chain(records_about).collect(),
    }
}

impl Push {
    /// Milliseconds from the MESSAGE to its answer, on the clock of the server that sent first.
    pub fn latency_ms(&self) -> Option<i64> {
        Some(self.answered?.since(self.sent?)).filter(|_| !self.hops.is_empty())
    }
}

/// Whether a source that logged the MESSAGE runs on past its time-out.
fn runs_on(ctx: &Context<'_>, set: &[&Msg<'_>]) -> bool {
    set.iter().any(|m| {
        let due = m.time.map(|t| t.plus(ctx.options.push_timeout_ms));
        due.zip(ctx.last_time(m.file)).is_some_and(|(due, last)| last >= due)
    })
}
