//! Calls: one initial INVITE with its forks, hops, retransmissions and retries.

use super::attempt::{Attempt, Hop};
use super::message::{Context, Group, Msg, count_messages};
use super::outcome::{self, Final};
use crate::sip::{Diagnostics, HeaderName, Message, Method, NameAddr, Product, StartLine};
use crate::span::FileId;
use crate::text::{contains_ignore_case, decode};
use crate::time::Timestamp;
use crate::trace::EventId;

/// Makes an enum whose variants have a word in reports.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$doc])* $variant),* }
        impl $name {
            /// The word in reports.
            pub fn name(self) -> &'static str { match self { $($name::$variant => $word),* } }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.name()) }
        }
    };
}
pub(crate) use words;

words! {
    /// How an INVITE ended.
    Outcome {
        /// A 2xx went to the caller.
        Answered = "answered",
        /// Signalling worked, media did not.
        MediaFailed = "media_failed",
        /// 603.
        Declined = "declined",
        /// 480 because the callee does not want to be disturbed.
        DoNotDisturb = "do_not_disturb",
        /// 486, 600.
        Busy = "busy",
        /// The caller gave up.
        Cancelled = "cancelled",
        /// It rang and nobody answered.
        NoAnswer = "no_answer",
        /// It never rang and nothing answered.
        NoResponse = "no_response",
        /// 3xx.
        Redirected = "redirected",
        /// 404, 604.
        NotFound = "not_found",
        /// 403.
        Forbidden = "forbidden",
        /// 401, 407 without a successful retry.
        AuthFailed = "auth_failed",
        /// Could not be routed to another domain.
        FederationFailed = "federation_failed",
        /// 488, 606, 415.
        NotAcceptable = "not_acceptable",
        /// 500, 503, 513.
        ServerError = "server_error",
        /// Any other final.
        Rejected = "rejected",
        /// The log runs on without a final.
        NoFinal = "no_final",
        /// The log ends, or starts, inside the call.
        Undetermined = "undetermined",
        /// Of a leg only: another leg answered.
        AnsweredElsewhere = "answered_elsewhere",
    }
}

impl Outcome {
    /// Whether this is a normal end of a call; `None` where the log does not tell how it ended.
    pub fn expected(self) -> Option<bool> {
        match self {
            Outcome::NoFinal | Outcome::Undetermined => None,
            Outcome::Answered
            | Outcome::Declined
            | Outcome::DoNotDisturb
            | Outcome::Busy
            | Outcome::Cancelled
            | Outcome::Redirected
            | Outcome::AnsweredElsewhere => Some(true),
            _ => Some(false),
        }
    }
}

words! {
    /// What happened to the mobile callee.
    Verdict {
        /// The mobile leg gave the 2xx.
        AnsweredByMobile = "answered_by_mobile",
        /// Another leg gave the 2xx.
        AnsweredElsewhere = "answered_elsewhere",
        /// The mobile user refused.
        DeclinedByMobile = "declined_by_mobile",
        /// Cancelled before any answer.
        CallerGaveUp = "caller_gave_up",
        /// The push was accepted and the INVITE ended unanswered.
        NotOpened = "not_opened",
        /// No push went out.
        MissedNoPush = "missed_no_push",
        /// The push was rejected or could not be routed.
        MissedPushFailed = "missed_push_failed",
        /// The push got no answer.
        MissedPushUnanswered = "missed_push_unanswered",
        /// The log does not tell.
        Undetermined = "undetermined",
    }
}

impl Verdict {
    /// Whether it counts as missed.
    pub fn is_missed(self) -> bool {
        matches!(
            self,
            Verdict::NotOpened | Verdict::MissedNoPush | Verdict::MissedPushFailed | Verdict::MissedPushUnanswered
        )
    }
}

words! {
    /// What the INVITE offered.
    Modality {
        /// Instant messages.
        Im = "im",
        /// Audio.
        Audio = "audio",
        /// Video, with or without audio.
        Video = "video",
        /// Application or desktop sharing.
        ApplicationSharing = "application_sharing",
        /// File transfer.
        FileTransfer = "file_transfer",
        /// The focus of a conference.
        Conference = "conference",
    }
}

/// One header of the ms-diagnostics family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// `ms-diagnostics`, `ms-diagnostics-public` or `ms-client-diagnostics`.
    pub header: &'static str,
    /// Error id.
    pub id: u32,
    /// The text the server gave.
    pub reason: String,
    /// All other parameters.
    pub params: Vec<(String, String)>,
}

impl Diagnostic {
    /// All of them in a message.
    pub(super) fn read(message: &Message<'_>) -> Vec<Diagnostic> {
        let mut out: Vec<Diagnostic> = Vec::new();
        for header in message.headers_starting_with(b"m") {
            let name = match HeaderName::from_token(header.name) {
                HeaderName::MsDiagnostics => "ms-diagnostics",
                HeaderName::MsDiagnosticsPublic => "ms-diagnostics-public",
                HeaderName::MsClientDiagnostics => "ms-client-diagnostics",
                _ => continue,
            };
            let value = header.value();
            let Some(d) = Diagnostics::parse(&value) else { continue };
            let text = |b: &[u8]| decode(b).into_owned();
            let params = d.params.iter().filter(|(n, _)| !n.eq_ignore_ascii_case(b"reason"));
            out.push(Diagnostic {
                header: name,
                id: d.id,
                reason: text(d.get("reason").unwrap_or_default()),
                params: params.map(|(n, v)| (text(n).to_ascii_lowercase(), text(v))).collect(),
            });
        }
        out
    }

    /// Whether the server that made it calls itself an edge.
    pub(super) fn is_from_edge(&self) -> bool {
        self.params.iter().any(|(n, v)| n == "source" && contains_ignore_case(v.as_bytes(), b"edge"))
    }

    /// Every text of it in lower case, for matching.
    pub(crate) fn text(&self) -> String {
        let params = self.params.iter().map(|(n, v)| format!(";{n}={v}"));
        format!("{}{}", self.reason, params.collect::<String>()).to_ascii_lowercase()
    }
}

/// One far end of a call.
#[derive(Clone, Debug)]
pub struct Leg {
    /// `host:port` to which the INVITE went.
    pub target: Option<String>,
    /// The client, where a response names it.
    pub client: Option<Product>,
    /// True for a mobile endpoint.
    pub mobile: bool,
    /// How this leg ended.
    pub outcome: Outcome,
    /// Its final status.
    pub status: Option<u16>,
}

/// Times of a call as one source saw them; only such times may be compared with each other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    pub(super) file: FileId,
    pub(super) start: Timestamp,
    pub(super) rang: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
}

/// One call.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, not states")]
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
    /// A 180 was seen.
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
    /// For a mobile callee.
    pub verdict: Option<Verdict>,
    /// Numbers of its pushes in [`super::Analysis::pushes`].
    pub pushes: Vec<usize>,
    /// Codes of the causes found.
    pub findings: Vec<&'static str>,
    /// Different messages.
    pub messages: u64,
    /// Records that prove it, in order.
    pub evidence: Vec<EventId>,
    /// Addresses under which the callee may be pushed, lower case.
    pub(super) callees: Vec<String>,
    pub(super) clocks: Vec<Clock>,
    pub(super) answered_by_mobile: bool,
    pub(super) refused_by_mobile: bool,
    pub(super) display: String,
    pub(super) first: EventId,
    pub(super) records: Vec<EventId>,
}

impl Call {
    /// Whether the callee missed it.
    pub fn is_missed(&self) -> bool {
        self.verdict.is_some_and(Verdict::is_missed)
    }

    /// Every record of the call, diagnostic records included.
    pub fn own_records(&self) -> &[EventId] {
        &self.records
    }
}

/// Finals after which the caller tries the same again (RFC 3261 sections 8.1.3.5, 22.2, 22.3).
const RETRIED: [u16; 6] = [401, 407, 413, 415, 416, 420];

/// All calls of one Call-ID.
pub(super) fn calls(ctx: &Context<'_>, group: &Group<'_>) -> Vec<Call> {
    let mut attempts = attempts(group);
    attempts.sort_by_key(|a| a.messages.first().map(|m| m.id));
    let mut joined: Vec<Vec<Attempt<'_>>> = Vec::new();
    for attempt in attempts {
        let earlier = joined.iter_mut().find(|call| {
            call.last().is_some_and(|a| {
                let retried = a.final_response().is_some_and(|f| RETRIED.contains(&f.status));
                a.from_tag == attempt.from_tag && a.cseq < attempt.cseq && retried
            })
        });
        match earlier {
            Some(call) => call.push(attempt),
            None => joined.push(vec![attempt]),
        }
    }
    if joined.is_empty() {
        return leftover(ctx, group).into_iter().collect();
    }
    let last = joined.len() - 1;
    // What happens inside the dialog belongs to the call that was answered, else to the last one.
    let owner = joined
        .iter()
        .position(|c| c.last().and_then(Attempt::final_response).is_some_and(|f| f.status < 300))
        .unwrap_or(last);
    joined.iter().enumerate().map(|(i, attempts)| build(ctx, group, attempts, i == owner)).collect()
}

/// INVITE transactions that are initial: no To tag in the request, or no request in the log at all.
fn attempts<'m>(group: &'m Group<'m>) -> Vec<Attempt<'m>> {
    let mut sets: hashbrown::HashMap<(u64, u32), Vec<&'m Msg<'m>>> = hashbrown::HashMap::new();
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

fn build(ctx: &Context<'_>, group: &Group<'_>, attempts: &[Attempt<'_>], owns_dialog: bool) -> Call {
    let Some(last) = attempts.last() else { return empty(ctx, group) };
    let mut call = empty(ctx, group);
    let own: Vec<&Msg<'_>> = {
        let mut own: Vec<&Msg<'_>> = attempts.iter().flat_map(|a| a.messages.iter().copied()).collect();
        let inside =
            |m: &&Msg<'_>| !attempts.iter().any(|a| a.cseq == m.cseq && a.from_tag == m.from_tag) && m.to_tag != 0;
        if owns_dialog {
            own.extend(group.messages.iter().filter(inside));
        }
        own.sort_by_key(|m| (m.time, m.id));
        own
    };
    let start_missing = last.root().and_then(Hop::invite).is_none() && attempts.len() == 1;
    call.first = own.first().map_or(call.first, |m| m.id);
    call.records = own.iter().map(|m| m.id).chain(group.diagnostics.iter().copied()).collect();
    call.attempts = u32::try_from(attempts.len()).unwrap_or(u32::MAX);
    call.started = own.iter().filter_map(|m| m.time).min();
    call.ended = own.iter().filter_map(|m| m.time).max();
    call.messages = count_messages(own.iter().copied());
    call.rang = attempts.iter().any(Attempt::rang);
    describe(ctx, &mut call, attempts);
    let mut evidence: Vec<EventId> =
        attempts.iter().filter_map(|a| a.root().and_then(Hop::invite)).map(|m| m.id).take(1).collect();

    let cancel = last.caller_cancel();
    let final_response = last.final_response();
    // Only an Edge's own record proves that the way out of the deployment failed: Front Ends write the same
    // result code about clients that went away.
    let edge_record = group.diagnostics.iter().filter_map(|id| ctx.event(*id)).any(|e| {
        let edge = ctx.trace.sources().get(e.file.index()).is_some_and(|s| s.edge);
        edge && (e.cseq == last.cseq || e.cseq == 0) && contains_ignore_case(ctx.trace.fields(e), b"routing")
    });
    let bye: Vec<&Msg<'_>> = own.iter().copied().filter(|m| m.is_request() && m.method == Method::Bye).collect();
    let bye_diagnostics: Vec<(EventId, Vec<Diagnostic>)> = own
        .iter()
        .filter(|m| {
            (m.is_request() && m.method == Method::Bye)
                || (m.method == Method::Invite && m.status >= 300 && m.cseq != last.cseq)
        })
        .filter_map(|m| Some((m.id, Diagnostic::read(&ctx.message(m.id)?))))
        .collect();
    call.outcome = match final_response {
        Some(f) if f.status == 487 || f.status >= 300 && cancel.is_some() && f.status != 603 && f.status / 100 != 6 => {
            evidence.extend(cancel.map(|m| m.id));
            Outcome::Cancelled
        }
        Some(f) => judge_final(ctx, f, last.rang(), edge_record),
        None if cancel.is_some() => {
            evidence.extend(cancel.map(|m| m.id));
            Outcome::Cancelled
        }
        None if runs_on(ctx, last) => Outcome::NoFinal,
        None => Outcome::Undetermined,
    };
    if let Some(f) = final_response {
        call.status = Some(f.status);
        call.reason = reason(ctx, f.id);
        evidence.push(f.id);
        call.diagnostics = ctx.message(f.id).map(|m| Diagnostic::read(&m)).unwrap_or_default();
        if call.diagnostics.is_empty() && f.status >= 300 {
            let of_legs = last.legs().filter_map(|l| l.finals().last()).filter(|m| m.status == f.status);
            call.diagnostics = of_legs.filter_map(|m| ctx.message(m.id)).flat_map(|m| Diagnostic::read(&m)).collect();
        }
    }
    if call.outcome == Outcome::Answered {
        for (id, diagnostics) in &bye_diagnostics {
            if outcome::is_media_failure(diagnostics) {
                call.outcome = Outcome::MediaFailed;
                evidence.push(*id);
            }
        }
    }
    if !bye.is_empty() || call.outcome == Outcome::MediaFailed {
        for (_, diagnostics) in bye_diagnostics {
            call.diagnostics.extend(diagnostics.into_iter().filter(|d| !(5009..=5011).contains(&d.id)));
        }
    }
    call.diagnostics.dedup();
    if start_missing && final_response.is_none() {
        call.outcome = if cancel.is_some() { Outcome::Cancelled } else { Outcome::Undetermined };
    }
    call.legs = legs(ctx, last, call.outcome, cancel.is_some());
    let (mobile_seen, answered) = mobility(last, final_response);
    call.mobile = mobile_seen || call.legs.iter().any(|l| l.mobile);
    call.answered_by_mobile = answered || call.legs.iter().any(|l| l.mobile && l.outcome == Outcome::Answered);
    call.refused_by_mobile = call
        .legs
        .iter()
        .any(|l| l.mobile && matches!(l.outcome, Outcome::Declined | Outcome::Busy | Outcome::DoNotDisturb))
        || (call.legs.is_empty() && mobile_seen);
    times(&mut call, last, final_response);
    evidence.extend(group.diagnostics.iter().copied());
    evidence.sort_unstable();
    evidence.dedup();
    call.evidence = evidence;
    call
}

/// A dialog of which only the end is in the log.
fn leftover(ctx: &Context<'_>, group: &Group<'_>) -> Option<Call> {
    let own: Vec<&Msg<'_>> = group
        .messages
        .iter()
        .filter(|m| matches!(m.method, Method::Bye | Method::Ack | Method::Cancel | Method::Invite))
        .collect();
    let first = own.first()?;
    let mut call = empty(ctx, group);
    call.first = first.id;
    call.records = own.iter().map(|m| m.id).collect();
    call.started = own.iter().filter_map(|m| m.time).min();
    call.ended = own.iter().filter_map(|m| m.time).max();
    call.messages = count_messages(group.messages.iter());
    call.evidence = vec![first.id];
    if own.iter().any(|m| m.method == Method::Cancel) {
        call.outcome = Outcome::Cancelled;
    }
    addresses(ctx, &mut call, first.id);
    Some(call)
}

fn empty(ctx: &Context<'_>, group: &Group<'_>) -> Call {
    let first = group.messages.first().map_or(EventId(0), |m| m.id);
    let symbol = ctx.event(first).and_then(crate::trace::Event::call_id);
    Call {
        call_id: symbol.map(|s| decode(&crate::text::clean(ctx.trace.symbol(s))).into_owned()).unwrap_or_default(),
        from: String::new(),
        to: String::new(),
        modality: None,
        started: None,
        ended: None,
        ring_ms: None,
        answer_ms: None,
        rang: false,
        outcome: Outcome::Undetermined,
        status: None,
        reason: None,
        diagnostics: Vec::new(),
        attempts: 1,
        legs: Vec::new(),
        mobile: false,
        verdict: None,
        pushes: Vec::new(),
        findings: Vec::new(),
        messages: 0,
        evidence: Vec::new(),
        callees: Vec::new(),
        clocks: Vec::new(),
        answered_by_mobile: false,
        refused_by_mobile: false,
        display: String::new(),
        first,
        records: Vec::new(),
    }
}

fn addresses(ctx: &Context<'_>, call: &mut Call, id: EventId) {
    let address =
        |name| ctx.header(id, name).map(|v| decode(NameAddr::parse(&v).address()).into_owned()).unwrap_or_default();
    (call.from, call.to) = (address(HeaderName::From), address(HeaderName::To));
    call.callees.push(call.to.to_ascii_lowercase());
}

/// Who called whom and with what, from the INVITE nearest the caller.
fn describe(ctx: &Context<'_>, call: &mut Call, attempts: &[Attempt<'_>]) {
    let Some(last) = attempts.last() else { return };
    let invite = last.root().and_then(Hop::invite).or_else(|| last.hops.iter().find_map(Hop::invite));
    let Some(id) = invite.or(last.messages.first().copied()).map(|m| m.id) else { return };
    addresses(ctx, call, id);
    for hop in &last.hops {
        let Some(m) = hop.invite().and_then(|m| ctx.message(m.id)) else { continue };
        if let StartLine::Request { uri, .. } = m.start_line() {
            let address = decode(crate::sip::address(uri)).to_ascii_lowercase();
            if !call.callees.contains(&address) && call.callees.len() < 16 {
                call.callees.push(address);
            }
        }
        call.modality = call.modality.or_else(|| modality(&m));
    }
    for m in last.messages.iter().filter(|m| m.method == Method::Invite && m.status == 180) {
        let asserted =
            ctx.message(m.id).and_then(|v| v.headers().find(|h| h.name.eq_ignore_ascii_case(b"p-asserted-identity")));
        if let Some(header) = asserted {
            call.display = decode(NameAddr::parse(&header.value()).display).into_owned();
            break;
        }
    }
}

fn modality(message: &Message<'_>) -> Option<Modality> {
    let body = message.body();
    let body = body.get(..64 << 10).unwrap_or(body);
    let line = |m: &[u8]| memchr::memmem::find(body, m).is_some();
    let kind = message.header(HeaderName::ContentType).map(|h| h.value());
    let kind = kind.as_deref().unwrap_or_default();
    if line(b"m=applicationsharing") {
        Some(Modality::ApplicationSharing)
    } else if line(b"m=video") {
        Some(Modality::Video)
    } else if line(b"m=audio") {
        Some(Modality::Audio)
    } else if line(b"m=message") || line(b"m=x-ms-message") || message.header(HeaderName::MsTextFormat).is_some() {
        Some(Modality::Im)
    } else if line(b"m=data") {
        Some(Modality::FileTransfer)
    } else if contains_ignore_case(kind, b"cccp+xml") || contains_ignore_case(kind, b"conference") {
        Some(Modality::Conference)
    } else {
        None
    }
}

fn reason(ctx: &Context<'_>, id: EventId) -> Option<String> {
    match ctx.message(id)?.start_line() {
        StartLine::Response { reason, .. } => Some(decode(reason).into_owned()),
        _ => None,
    }
}

fn judge_final(ctx: &Context<'_>, f: &Msg<'_>, rang: bool, edge_record: bool) -> Outcome {
    let diagnostics = ctx.message(f.id).map(|m| Diagnostic::read(&m)).unwrap_or_default();
    let warning = ctx.header(f.id, HeaderName::Warning).unwrap_or_default();
    let texts: String = diagnostics.iter().map(Diagnostic::text).collect();
    let reason = format!("{} {texts}", reason(ctx, f.id).unwrap_or_default());
    let facts =
        Final { status: f.status, warning: &warning, reason: &reason, diagnostics: &diagnostics, rang, edge_record };
    outcome::of_final(&facts)
}

/// Whether a source that logged the call runs on so long that a final would be there.
fn runs_on(ctx: &Context<'_>, attempt: &Attempt<'_>) -> bool {
    attempt.messages.iter().any(|m| {
        let own = || attempt.messages.iter().filter(|o| o.file == m.file && o.method == Method::Invite);
        let provisional = own().filter(|o| (101..200).contains(&o.status)).filter_map(|o| o.time).max();
        let first = own().filter_map(|o| o.time).min();
        let due = match (provisional, first) {
            (Some(p), _) => p.plus(ctx.options.no_final_ms),
            (None, Some(f)) => f.plus(ctx.options.no_response_ms),
            (None, None) => return false,
        };
        ctx.last_time(m.file).is_some_and(|last| last >= due)
    })
}

fn legs(ctx: &Context<'_>, attempt: &Attempt<'_>, outcome: Outcome, caller_cancelled: bool) -> Vec<Leg> {
    let answered = matches!(outcome, Outcome::Answered | Outcome::MediaFailed);
    let global = attempt.hops.iter().flat_map(Hop::finals).any(|m| m.status >= 600);
    attempt
        .legs()
        .map(|hop| {
            let client = client(hop);
            let target = hop
                .invite()
                .and_then(|m| ctx.event(m.id))
                .and_then(|e| ctx.trace.peer(e))
                .or_else(|| hop.responses().next().and_then(|m| ctx.event(m.id)).and_then(|e| ctx.trace.peer(e)));
            let target = target.map(|t| decode(t).into_owned());
            let listener = target.as_deref().is_some_and(is_mobility_listener);
            let mobile = listener || client.as_ref().is_some_and(|c| c.mobile);
            let last = hop.finals().find(|m| m.status < 300).or_else(|| hop.finals().last());
            let rang = hop.responses().any(|m| m.status == 180);
            let elsewhere = hop.cancel().and_then(|m| ctx.header(m.id, HeaderName::Reason)).is_some_and(|r| {
                contains_ignore_case(&r, b"cause=200") || contains_ignore_case(&r, b"completed elsewhere")
            });
            let quiet = if rang { Outcome::NoAnswer } else { Outcome::NoResponse };
            let leg_outcome = match last {
                Some(f) if f.status != 487 => judge_final(ctx, f, rang, false),
                _ if elsewhere => Outcome::AnsweredElsewhere,
                _ if caller_cancelled && !answered => Outcome::Cancelled,
                _ if answered => Outcome::AnsweredElsewhere,
                _ if global => Outcome::Cancelled,
                _ if matches!(outcome, Outcome::NoFinal | Outcome::Undetermined) && hop.cancel().is_none() => outcome,
                _ => quiet,
            };
            Leg { target, client, mobile, outcome: leg_outcome, status: last.map(|m| m.status) }
        })
        .collect()
}

/// The ports on which the mobility service listens for SIP (`McxSipPrimaryListeningPort` 5086,
/// `McxSipExternalListeningPort` 5087): a leg that never answered is still known to be mobile.
fn is_mobility_listener(target: &str) -> bool {
    target.ends_with(":5087") || target.ends_with(":5086")
}

fn client(hop: &Hop<'_>) -> Option<Product> {
    let products = hop.responses().filter(|m| m.status > 100).filter_map(product);
    let mut found: Option<Product> = None;
    for product in products {
        if found.as_ref().is_none_or(|f| !f.mobile && product.mobile) {
            found = Some(product);
        }
    }
    found
}

fn product(m: &Msg<'_>) -> Option<Product> {
    Some(Product::parse(&crate::text::clean(m.product?))).filter(|p| !p.name.is_empty())
}

/// Whether any response came from a mobile endpoint, and whether the answer did.
fn mobility(attempt: &Attempt<'_>, answer: Option<&Msg<'_>>) -> (bool, bool) {
    let mobile = |m: &Msg<'_>| m.product.is_some_and(Product::is_mobile);
    let responses = attempt.messages.iter().filter(|m| m.method == Method::Invite && m.status > 100);
    let seen = responses.take(256).any(|m| mobile(m));
    (seen, seen && answer.is_some_and(|m| m.status < 300 && mobile(m)))
}

fn times(call: &mut Call, attempt: &Attempt<'_>, answer: Option<&Msg<'_>>) {
    for m in &attempt.messages {
        let Some(time) = m.time else { continue };
        let invite = m.method == Method::Invite;
        let at = call.clocks.iter().position(|c| c.file == m.file).unwrap_or_else(|| {
            call.clocks.push(Clock { file: m.file, start: time, rang: None, end: None });
            call.clocks.len() - 1
        });
        let Some(clock) = call.clocks.get_mut(at) else { continue };
        clock.start = clock.start.min(time);
        if invite && m.status == 180 && clock.rang.is_none() {
            clock.rang = Some(time);
        }
        if invite && m.is_final() {
            clock.end = clock.end.max(Some(time));
        }
    }
    let near = attempt.root().and_then(Hop::invite).or(attempt.messages.first().copied());
    let Some((file, start)) = near.and_then(|m| Some((m.file, m.time?))) else { return };
    let clock = call.clocks.iter().find(|c| c.file == file);
    call.ring_ms = clock.and_then(|c| c.rang).map(|t| t.since(start));
    let answered = answer.filter(|m| m.status < 300 && m.file == file).and_then(|m| m.time);
    call.answer_ms = answered.map(|t| t.since(start));
}
