//! REGISTER and SUBSCRIBE dialogs: who signed in with what, and what became of it (RFC 3261 section 10, RFC 6665).

use std::borrow::Cow;

use hashbrown::HashMap;
use serde::Serialize;

use crate::analysis::Analysis;
use crate::sip::{HeaderName, Message, Method, NameAddr};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::{EventId, Symbol, Trace};

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
    /// A record with the request.
    request: Option<EventId>,
    /// The last final that is no challenge, and the last challenge.
    end: Option<(EventId, u16)>,
    challenge: Option<(EventId, u16)>,
    records: usize,
    span: Option<(Timestamp, Timestamp)>,
}

/// All of them, by time.
pub fn registrations(trace: &Trace, analysis: &Analysis) -> Vec<Registration> {
    let mut at: HashMap<(Symbol, Method), usize> = HashMap::new();
    let mut all: Vec<Dialog> = Vec::new();
    for (id, event) in (0..).map(EventId).zip(trace.events()) {
        let is = matches!(event.method, Method::Register | Method::Subscribe) && !event.is_copy();
        let Some(call) = event.call_id().filter(|_| is) else { continue };
        let number = *at.entry((call, event.method)).or_insert_with(|| {
            let (first, method) = (id, event.method);
            all.push(Dialog { method, call, first, request: None, end: None, challenge: None, records: 0, span: None });
            all.len() - 1
        });
        let Some(dialog) = all.get_mut(number) else { continue };
        dialog.records += 1;
        if let Some(time) = analysis.time(trace, id) {
            dialog.span = Some(dialog.span.map_or((time, time), |(a, b)| (a.min(time), b.max(time))));
        }
        match event.status {
            // The last request: a sign-out comes last.
            0 if event.is_request() => dialog.request = Some(id),
            401 | 407 => dialog.challenge = Some((id, event.status)),
            // A refusal by one server is no end where another took it: the best is the client's.
            200.. if dialog.end.is_none_or(|(_, s)| s >= 300 || event.status < 300) => {
                dialog.end = Some((id, event.status));
            }
            _ => {}
        }
    }
    let mut out: Vec<Registration> = all.iter().map(|d| read(trace, d)).collect();
    out.sort_by_key(|r| (r.span.is_none(), r.span, r.first));
    out
}

fn read(trace: &Trace, dialog: &Dialog) -> Registration {
    let message = |id: EventId| trace.event(id).and_then(|e| trace.message(e));
    let request = dialog.request.and_then(message);
    let any = request.or_else(|| message(dialog.first));
    let address = any.as_ref().and_then(|m| {
        let value = m.header(HeaderName::From)?.value();
        Some(decode(NameAddr::parse(&value).address()).into_owned())
    });
    let text = |m: &Message<'_>, name: HeaderName| m.header(name).map(|h| decode(&h.value()).trim().to_owned());
    let is_over = request.as_ref().is_some_and(expires_now);
    let final_ = dialog.end.or(dialog.challenge);
    let is_register = dialog.method == Method::Register;
    let outcome = match dialog.end.map(|(_, status)| status) {
        Some(200..300) if is_over && is_register => "signed_out",
        Some(200..300) if is_over => "ended",
        Some(200..300) if is_register => "registered",
        Some(200..300) => "subscribed",
        Some(300..400) => "redirected",
        Some(_) => "refused",
        None if dialog.challenge.is_some() => "challenged",
        None => "unanswered",
    };
    let reason = final_.and_then(|(id, _)| match message(id)?.start_line() {
        crate::sip::StartLine::Response { reason, .. } => Some(decode(reason).into_owned()),
        _ => None,
    });
    Registration {
        time: dialog.span.map(|(first, _)| first.iso()),
        ended: dialog.span.map(|(_, last)| last.iso()),
        method: dialog.method.name(),
        user: address.unwrap_or_default(),
        client: request.as_ref().and_then(|m| text(m, HeaderName::UserAgent)),
        event: any
            .as_ref()
            .and_then(|m| named(m, b"event"))
            .map(|v| v.split(';').next().unwrap_or_default().to_owned()),
        outcome,
        status: final_.map(|(_, status)| status),
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
