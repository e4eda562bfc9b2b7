//! REGISTER and SUBSCRIBE dialogs: who signed in with what, and what became of it (RFC 3261 section 10, RFC 6665).

use std::borrow::Cow;

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::Serialize;

use crate::analysis::Analysis;
use crate::sip::{HeaderName, Message, Method, NameAddr};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Symbol, Trace};

/// One dialog.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Registration {
    /// Time of the first record.
    pub time: Option<String>,
    /// Time of the last record.
    pub ended: Option<String>,
    /// `REGISTER` or `SUBSCRIBE`.
    pub method: &'static str,
    /// Address of the user.
    pub user: String,
    /// What the client calls itself.
    pub client: Option<String>,
    /// What is subscribed to: the header `Event`.
    pub event: Option<String>,
    /// `registered`, `signed_out`, `subscribed`, `ended`, `challenged`, `redirected`, `refused` or `unanswered`.
    pub outcome: &'static str,
    /// Final status.
    pub status: Option<u16>,
    /// Its reason phrase.
    pub reason: Option<String>,
    /// Call-ID.
    pub call_id: String,
    /// How many records.
    pub records: usize,
    /// The same times, for computing.
    #[serde(skip)]
    pub span: Option<(Timestamp, Timestamp)>,
    /// Its first record.
    #[serde(skip)]
    pub first: EventId,
}

impl Registration {
    /// Whether the user was turned away.
    pub fn is_failed(&self) -> bool {
        self.outcome == "refused"
    }
}

/// What is gathered of a dialog.
struct Dialog {
    method: Method,
    call: Symbol,
    first: EventId,
    /// The request with the highest `CSeq`: a sign-out comes last.
    request: Option<(u32, EventId)>,
    /// What decides.
    end: Option<(Weight, EventId)>,
    records: usize,
    span: Option<(Timestamp, Timestamp)>,
}

/// How much a final response decides, the least first: that to the latest request does, for a refresh may be refused (RFC
/// 3261 section 10.2.4: each has a higher `CSeq`). Of several to one request a 2xx, as a refusal by one server is no end where
/// another took it; then one that asks for no credentials, for a challenge is no refusal; then the last, which is the
/// client's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Weight {
    cseq: u32,
    is_success: bool,
    is_refusal: bool,
    time: Option<Timestamp>,
    status: u16,
}

impl Weight {
    fn of(event: &Event, time: Option<Timestamp>) -> Weight {
        let status = event.status;
        Weight {
            cseq: event.cseq,
            is_success: status < 300,
            is_refusal: status >= 300 && !is_challenge(status),
            time,
            status,
        }
    }
}

fn is_challenge(status: u16) -> bool {
    matches!(status, 401 | 407)
}

/// All of them, by time.
pub fn registrations(trace: &Trace, analysis: &Analysis) -> Vec<Registration> {
    told(trace, &gather(trace, analysis), &|_| true)
}

/// Those of one user, in any case, by time: of the others no more than the address is read.
pub fn registrations_of(trace: &Trace, analysis: &Analysis, user: &str) -> Vec<Registration> {
    told(trace, &gather(trace, analysis), &|address| address.eq_ignore_ascii_case(user))
}

/// The addresses of all of them; one may stand there several times.
pub fn registered(trace: &Trace, analysis: &Analysis) -> Vec<String> {
    gather(trace, analysis).par_iter().map(|d| Requests::of(trace, d).user()).collect()
}

/// What stands in the records of the dialogs whose user is wanted.
fn told(trace: &Trace, all: &[Dialog], wanted: &(dyn Fn(&str) -> bool + Sync)) -> Vec<Registration> {
    let read = |dialog: &Dialog| {
        let requests = Requests::of(trace, dialog);
        let user = requests.user();
        wanted(&user).then(|| read(trace, dialog, &requests, user))
    };
    let mut out: Vec<Registration> = all.par_iter().filter_map(read).collect();
    out.sort_by_key(|r| (r.span.is_none(), r.span, r.first));
    out
}

fn gather(trace: &Trace, analysis: &Analysis) -> Vec<Dialog> {
    let mut at: HashMap<(Symbol, Method), usize> = HashMap::new();
    let mut all: Vec<Dialog> = Vec::new();
    for (id, event) in (0..).map(EventId).zip(trace.events()) {
        let is = matches!(event.method, Method::Register | Method::Subscribe) && !event.is_copy();
        let Some(call) = event.call_id().filter(|_| is) else { continue };
        let number = *at.entry((call, event.method)).or_insert_with(|| {
            let (first, method) = (id, event.method);
            all.push(Dialog { method, call, first, request: None, end: None, records: 0, span: None });
            all.len() - 1
        });
        let Some(dialog) = all.get_mut(number) else { continue };
        dialog.records += 1;
        let time = analysis.time(trace, id);
        if let Some(time) = time {
            dialog.span = Some(dialog.span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
        }
        match event.status {
            0 if event.is_request() && dialog.request.is_none_or(|(cseq, _)| cseq < event.cseq) => {
                dialog.request = Some((event.cseq, id));
            }
            200.. => {
                let weight = Weight::of(event, time);
                if dialog.end.is_none_or(|(known, _)| known < weight) {
                    dialog.end = Some((weight, id));
                }
            }
            _ => {}
        }
    }
    all
}

/// The messages that tell of a dialog.
struct Requests<'t> {
    /// The latest request.
    request: Option<Message<'t>>,
    /// The same, or else its first record.
    any: Option<Message<'t>>,
}

impl<'t> Requests<'t> {
    fn of(trace: &'t Trace, dialog: &Dialog) -> Requests<'t> {
        let message = |id: EventId| trace.event(id).and_then(|e| trace.message(e));
        let request = dialog.request.and_then(|(_, id)| message(id));
        Requests { request, any: request.or_else(|| message(dialog.first)) }
    }

    fn user(&self) -> String {
        let address = self.any.as_ref().and_then(|m| {
            let value = m.header(HeaderName::From)?.value();
            Some(decode(NameAddr::parse(&value).address()).into_owned())
        });
        address.unwrap_or_default()
    }
}

fn read(trace: &Trace, dialog: &Dialog, requests: &Requests<'_>, user: String) -> Registration {
    let message = |id: EventId| trace.event(id).and_then(|e| trace.message(e));
    let Requests { request, any } = requests;
    let text = |m: &Message<'_>, name: HeaderName| m.header(name).map(|h| decode(&h.value()).trim().to_owned());
    // A later request that nobody answered ends nothing.
    let is_answered = dialog.request.zip(dialog.end).is_some_and(|((asked, _), (end, _))| asked == end.cseq);
    let is_over = is_answered && request.as_ref().is_some_and(expires_now);
    let is_register = dialog.method == Method::Register;
    let outcome = match dialog.end.map(|(weight, _)| weight.status) {
        Some(status) if is_challenge(status) => "challenged",
        Some(200..300) if is_over && is_register => "signed_out",
        Some(200..300) if is_over => "ended",
        Some(200..300) if is_register => "registered",
        Some(200..300) => "subscribed",
        Some(300..400) => "redirected",
        Some(_) => "refused",
        None => "unanswered",
    };
    let reason = dialog.end.and_then(|(_, id)| match message(id)?.start_line() {
        crate::sip::StartLine::Response { reason, .. } => Some(decode(reason).into_owned()),
        _ => None,
    });
    Registration {
        time: dialog.span.map(|(first, _)| first.iso()),
        ended: dialog.span.map(|(_, last)| last.iso()),
        method: dialog.method.name(),
        user,
        client: request.as_ref().and_then(|m| text(m, HeaderName::UserAgent)),
        event: any
            .as_ref()
            .and_then(|m| named(m, b"event"))
            .map(|v| v.split(';').next().unwrap_or_default().to_owned()),
        outcome,
        status: dialog.end.map(|(weight, _)| weight.status),
        reason,
        call_id: decode(trace.symbol(dialog.call)).into_owned(),
        records: dialog.records,
        span: dialog.span,
        first: dialog.first,
    }
}

fn named(message: &Message<'_>, name: &[u8]) -> Option<String> {
    let header = message.headers().find(|h| h.name.eq_ignore_ascii_case(name))?;
    let value: Cow<'_, [u8]> = header.value();
    Some(decode(&value).trim().to_owned())
}

/// Whether a request ends what it began: an expiry of 0 in its header, or of its contact.
fn expires_now(message: &Message<'_>) -> bool {
    let of_contact = || {
        let contact = message.header(HeaderName::Contact)?.value().to_ascii_lowercase();
        let at = contact.windows(9).position(|w| w == b";expires=")?;
        let digits = contact.get(at + 9..)?.iter().take_while(|b| b.is_ascii_digit());
        Some(digits.copied().collect::<Vec<u8>>())
    };
    match named(message, b"expires") {
        Some(value) => value == "0",
        None => of_contact().is_some_and(|digits| digits == b"0"),
    }
}
