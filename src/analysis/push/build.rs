//! From one MESSAGE transaction to a push.

use super::recognise::asserted_user;
use super::{FirstSeen, Push, Sighting};
use crate::analysis::coverage::Blind;
use crate::analysis::diagnostic::Diagnostic;
use crate::analysis::message::{Context, Group, Msg};
use crate::analysis::servers::ServerId;
use crate::analysis::terms::{Link, PushResult};
use crate::record::Direction;
use crate::sip::{HeaderName, NameAddr, mcx_user};
use crate::text::{contains_ignore_case, decode, host_of};
use crate::trace::EventId;

/// A MESSAGE transaction in the log, in the order that decides.
struct Transaction<'a, 'm> {
    /// Every message, in order of time.
    set: &'a [&'m Msg<'m>],
    /// The way of the MESSAGE: every server that sends it on adds a Via, and it is sent before it is received.
    /// Clocks of different servers do not decide.
    requests: Vec<&'m Msg<'m>>,
    finals: Vec<&'m Msg<'m>>,
    /// A 2xx anywhere means that the clearing house took it; else what the sender was told, with fewest Vias.
    answer: Option<&'m Msg<'m>>,
}

impl<'a, 'm> Transaction<'a, 'm> {
    fn new(set: &'a [&'m Msg<'m>]) -> Transaction<'a, 'm> {
        let mut requests: Vec<&Msg<'_>> = set.iter().copied().filter(|m| m.is_request()).collect();
        requests.sort_by_key(|m| (m.vias.len(), m.direction != Direction::Outgoing));
        let finals: Vec<&Msg<'_>> = set.iter().copied().filter(|m| m.is_final()).collect();
        let answer =
            finals.iter().find(|m| m.status < 300).or_else(|| finals.iter().min_by_key(|m| m.vias.len())).copied();
        Transaction { set, requests, finals, answer }
    }

    /// The MESSAGE as it was sent first, or the first of its responses where it is not in the log.
    fn first(&self) -> Option<&'m Msg<'m>> {
        self.requests.first().or(self.set.first()).copied()
    }
}

/// The push of all messages with one From tag and `CSeq`.
pub(super) fn push(ctx: &Context<'_>, group: &Group<'_>, cseq: u32, set: &[&Msg<'_>]) -> Push {
    let t = Transaction::new(set);
    let first = t.first().map_or(EventId(0), |m| m.id);
    let from = ctx.header(first, HeaderName::From).unwrap_or_default();
    let from = NameAddr::parse(&from);
    let (mcx_id, user) = mcx_user(&decode(from.address())).unzip();
    let diagnostics = diagnostics(ctx, &t);
    let records_about: Vec<EventId> = group
        .diagnostics
        .iter()
        .copied()
        .filter(|id| ctx.event(*id).is_some_and(|e| e.cseq == cseq || e.cseq == 0))
        .collect();
    let (answered, result) = (answered(&t), result(ctx, &t, &diagnostics));
    let mut evidence: Vec<EventId> =
        [first].into_iter().chain(t.answer.map(|m| m.id)).chain(records_about.iter().copied()).collect();
    evidence.sort_unstable();
    evidence.dedup();
    // 30007 is said of tests; a push of a mobility user is none, whatever is said of it.
    let synthetic = user.is_none()
        && (diagnostics.iter().any(|d| d.id == 30_007) || from.display.is_empty() && looks_like_a_test(ctx, &t, cseq));
    let user = user.or_else(|| asserted_user(ctx, first).filter(|_| !synthetic));
    Push {
        call_id: ctx.call_id(first),
        cseq,
        synthetic,
        user,
        mcx_id,
        sent: t.requests.first().and_then(|m| m.time).or_else(|| set.first().and_then(|m| m.time)),
        answered: answered.and_then(|m| m.time),
        latency: latency(ctx, &t, answered),
        result,
        blind: (result == PushResult::Undetermined).then(|| blind(ctx, set)).flatten(),
        status: t.answer.map(|m| m.status),
        reason: t.answer.and_then(|m| ctx.reason_phrase(m.id)),
        diagnostics,
        sightings: sightings(ctx, &t),
        call: None,
        candidates: Vec::new(),
        link: Link::None,
        findings: Vec::new(),
        evidence,
        lines: Vec::new(),
        superseded: false,
        sights: FirstSeen::first_of_each(ctx, set.iter().copied()),
        owner: owner(ctx, &t),
        first,
        records: set.iter().map(|m| m.id).chain(records_about).collect(),
    }
}

/// Diagnostics of all finals, those of the answer first, each once.
fn diagnostics(ctx: &Context<'_>, t: &Transaction<'_, '_>) -> Vec<Diagnostic> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for m in t.answer.iter().chain(&t.finals) {
        for d in Diagnostic::of(ctx, m.id) {
            if !diagnostics.contains(&d) {
                diagnostics.push(d);
            }
        }
    }
    diagnostics
}

fn result(ctx: &Context<'_>, t: &Transaction<'_, '_>, diagnostics: &[Diagnostic]) -> PushResult {
    let public = |d: &Diagnostic| d.header == "ms-diagnostics-public" && (30_000..31_000).contains(&d.id);
    let house = || {
        let server = |m: &&Msg<'_>| ctx.header(m.id, HeaderName::Server);
        t.finals.iter().filter_map(server).any(|v| contains_ignore_case(&v, b"pnchapplication"))
    };
    match t.answer.map(|m| m.status) {
        Some(..300) => PushResult::Accepted,
        Some(_) if house() || diagnostics.iter().any(public) => PushResult::Rejected,
        Some(_) if t.answer.is_some_and(|m| !is_last_word(ctx, m)) => PushResult::Undetermined,
        Some(_) => PushResult::Unroutable,
        None if runs_on(ctx, t.set) => PushResult::Unanswered,
        None => PushResult::Undetermined,
    }
}

/// Whether a log that holds the MESSAGE speaks on, without a hole, past its time-out.
fn runs_on(ctx: &Context<'_>, set: &[&Msg<'_>]) -> bool {
    set.iter().filter(|m| m.is_request()).any(|m| ctx.runs_on(m, ctx.options.push_timeout_ms))
}

/// Whether a failure that one server was told is what became of the push. After a 503 the server before it may have
/// taken another way (RFC 3263 section 4.3), and only its own log tells.
fn is_last_word(ctx: &Context<'_>, answer: &Msg<'_>) -> bool {
    answer.status != 503 || answer.vias.len() < 2 || !Diagnostic::of(ctx, answer.id).is_empty()
}

/// The server that got the MESSAGE from the mobility service: the first with a log, where that is the first at all.
fn owner(ctx: &Context<'_>, t: &Transaction<'_, '_>) -> Option<ServerId> {
    let first = t.requests.first()?;
    let incoming = first.direction != Direction::Outgoing;
    if first.vias.len() <= if incoming { 1 } else { 2 } {
        return Some(first.server);
    }
    let peer = ctx.event(first.id).and_then(|e| ctx.trace.peer(e)).filter(|_| incoming)?;
    ctx.servers.find(host_of(&decode(peer)))
}

/// What `Test-CsMcxPushNotification` sends: a bare stack as User-Agent. Without the MESSAGE, number 1 tells.
fn looks_like_a_test(ctx: &Context<'_>, t: &Transaction<'_, '_>, cseq: u32) -> bool {
    let agent = t.requests.iter().find_map(|m| ctx.header(m.id, HeaderName::UserAgent));
    let bare_agent = agent.is_some_and(|a| {
        a.get(..5).is_some_and(|t| t.eq_ignore_ascii_case(b"RTCC/")) && !a.trim_ascii().contains(&b' ')
    });
    bare_agent || (t.requests.is_empty() && cseq == 1)
}

fn sightings(ctx: &Context<'_>, t: &Transaction<'_, '_>) -> Vec<Sighting> {
    t.requests
        .iter()
        .filter_map(|m| {
            let event = ctx.event(m.id)?;
            let peer = ctx.trace.peer(event).map(|p| decode(p).into_owned());
            Some(Sighting {
                event: m.id,
                server: ctx.servers.name(event).map(str::to_owned),
                direction: m.direction,
                peer,
                time: m.time,
            })
        })
        .collect()
}

/// When the answer came back, on the clock that saw the MESSAGE first.
fn answered<'m>(t: &Transaction<'_, 'm>) -> Option<&'m Msg<'m>> {
    t.finals
        .iter()
        .filter(|m| t.first().is_some_and(|s| s.server == m.server) && t.answer.is_some_and(|a| a.status == m.status))
        .max_by_key(|m| m.time)
        .copied()
}

/// Milliseconds to the answer, as one clock counted them.
fn latency(ctx: &Context<'_>, t: &Transaction<'_, '_>, answered: Option<&Msg<'_>>) -> Option<i64> {
    let time = |m: &Msg<'_>| ctx.event(m.id)?.time();
    Some(time(answered?)?.since(time(t.requests.first()?)?))
}

/// Why nothing can be said of an answer that is not there.
fn blind(ctx: &Context<'_>, set: &[&Msg<'_>]) -> Option<Blind> {
    set.last().map(|m| ctx.coverage.end_after(m.server, m.id))
}
