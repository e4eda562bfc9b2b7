//! One protocol record: fields, start line, headers, body.

use super::headers::{self, CAPITALS, MIXED};
use super::session::{Body, Flow, Note, Place, SERVER, Session, Step};
use super::text::{Put, hex, put, upper};
use super::{address, body, route};

/// What the frame around the record needs to know.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame<'a> {
    pub(super) instance: u32,
    pub(super) eol: &'static str,
    /// The body, already written.
    pub(super) body: &'a [u8],
}

/// The reason phrase of a status.
pub(super) fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        101 => "Progress Report",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        301 => "Redirect request to Home Server",
        302 => "Moved Temporarily",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        407 => "Proxy Authentication Required",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        482 => "Loop Detected",
        484 => "Address Incomplete",
        486 => "Busy Here",
        487 => "Request Terminated",
        488 => "Not Acceptable Here",
        500 => "Server Internal Error",
        503 => "Service Unavailable",
        504 => "Server time-out",
        603 => "Decline",
        606 => "Not Acceptable",
        _ => "Unknown",
    }
}

/// Request or status line.
pub(super) fn start_line(out: &mut Vec<u8>, session: &Session, step: &Step) {
    if step.status == 0 {
        put!(out => step.method.name(), " ");
        address::request_uri(out, session, step);
        put!(out => " SIP/2.0");
    } else {
        put!(out => "SIP/2.0 ", step.status, " ", phrase(step.status));
    }
}

/// The 32 hexadecimal digits of the session's Call-ID.
pub(super) fn call_id(out: &mut Vec<u8>, session: &Session) {
    put!(out => hex(session.value(0xCA11), 16), hex(session.value(0xCA12), 16));
}

/// The correlation id that request and answer share.
pub(super) fn correlation(session: &Session, step: &Step) -> u64 {
    session.value(0xC0_0000 + u64::from(step.txn)) & 0xFFFF_FFFF
}

/// Who wrote the message: a party, or [`SERVER`].
fn author(step: &Step) -> u8 {
    match (step.status, step.from) {
        (0, from) => from,
        // The answer to what a leg or the Front End asked comes from the initiator or the leg on that connection.
        (_, 1..=3) => 0,
        (_, SERVER) => step.link,
        _ if step.leg == 0 => {
            if step.flow == Flow::In {
                step.link
            } else {
                SERVER
            }
        }
        _ => step.leg,
    }
}

/// Writes the record from `Trace-Correlation-Id` to `$$end_record`.
pub(super) fn record(out: &mut Vec<u8>, session: &Session, step: &Step, frame: Frame<'_>) {
    let eol = frame.eol;
    put!(out => "Trace-Correlation-Id: ", correlation(session, step), eol);
    put!(out => "Instance-Id: ", upper(u64::from(frame.instance), 8), eol);
    put!(out => "Direction: ", if step.flow == Flow::In { "incoming" } else { "outgoing" }, eol,
        "Peer: ");
    route::peer(out, session, step);
    put!(out => eol, "Message-Type: ", if step.status == 0 { "request" } else { "response" }, eol,
        "Start-Line: ");
    start_line(out, session, step);
    put!(out => eol, "From: ");
    address::from(out, session, step);
    put!(out => eol, "To: ");
    address::to(out, session, step);
    put!(out => eol, "CSeq: ", step.cseq, " ", step.method.name(), eol, "Call-ID: ");
    call_id(out, session);
    put!(out => eol);

    let author = author(step);
    let place = if author == SERVER { None } else { Some(session.party(author).place) };
    // A 504 to a push is made by the Edge, before the clearing house.
    let cleared = place == Some(Place::ClearingHouse) && step.status != 504;
    let managed = cleared || matches!(place, Some(Place::Mobile | Place::Mediation | Place::PushSender));
    let case = if managed { &CAPITALS } else { &MIXED };
    via_lines(out, session, step, managed, eol);
    headers::routes(out, session, step, eol);
    headers::credentials(out, session, step, eol);
    if author != SERVER && headers::has_contact(step) {
        put!(out => case.contact, "<");
        address::contact_uri(out, session.party(author));
        put!(out => ">",
            if managed { ";automata;actor=\"attendant\";text;audio;video;image" } else { "" }, eol);
    }
    // CRLF counts in Content-Length even where the log was saved with LF.
    #[expect(clippy::naive_bytecount, reason = "std only, and only for LF logs")]
    let lost = if eol.len() == 1 { frame.body.iter().filter(|byte| **byte == b'\n').count() } else { 0 };
    put!(out => case.length, u64::try_from(frame.body.len() + lost).unwrap_or(0), eol);
    headers::agent(out, session, step, author, case, eol);
    headers::features(out, session, step, case, eol);
    if step.body != Body::None {
        put!(out => case.kind, body::content_type(step), eol);
    }
    if let Note::Line(line) | Note::Fault(line) = step.note {
        put!(out => line, eol);
    }
    if cleared {
        put!(out => "ms-edge-proxy-message-trust: ms-source-type=DirectPartner;ms-ep-fqdn=edge01.contoso.com;");
        put!(out => "ms-source-verified-user=verified;ms-source-network=federation", eol);
    }
    put!(out => "Message-Body: ");
    if frame.body.is_empty() {
        put!(out => "-");
    }
    out.extend_from_slice(frame.body);
    // The writer does not look at the body: one that ends in a line break leaves an empty line.
    put!(out => eol, "$$end_record", eol);
}

/// Requests repeat the header; answers of managed stacks join the entries with commas.
fn via_lines(out: &mut Vec<u8>, session: &Session, step: &Step, joined: bool, eol: &str) {
    let (list, len) = route::vias(session, step);
    let joined = joined && step.status > 0;
    for (index, entry) in list[..len].iter().enumerate() {
        put!(out => if joined && index > 0 { "," } else { "Via: " });
        route::via(out, session, step, *entry);
        if !joined || index + 1 == len {
            put!(out => eol);
        }
        if index == 0 && step.status == 0 {
            let hops = u64::try_from(len).unwrap_or(1);
            put!(out => "Max-Forwards: ", 71 - hops, eol);
        }
    }
}
