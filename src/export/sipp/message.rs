//! One message of the client, with `SIPp`'s variables in the places of what belongs to the connection of the log.

use crate::sip::{HeaderName, Message, Method, NameAddr, StartLine};
use crate::text::decode;
use crate::trace::{EventId, Trace};

use super::escape::literal;

/// Headers that are only true on the connection or in the session of the log.
const CONNECTION: [&str; 11] = [
    "authorization",
    "proxy-authorization",
    "authentication-info",
    "proxy-authentication-info",
    "www-authenticate",
    "proxy-authenticate",
    "record-route",
    "route",
    "path",
    "service-route",
    "replaces",
];

/// Attributes of a session description that name addresses of the log (RFC 8839, RFC 3605).
const ADDRESSES: [&str; 5] = ["a=candidate:", "a=remote-candidates:", "a=remote-candidate:", "a=rtcp:", "a=ice-"];

/// Writes messages, and remembers what was left out.
pub(super) struct Writer<'t> {
    trace: &'t Trace,
    /// User part of the first Request-URI, where `SIPp`'s option can stand for it.
    service: Option<String>,
    /// User part of the client's own address.
    user: String,
    pub(super) left_out: Vec<String>,
}

impl<'t> Writer<'t> {
    /// For the dialog that this request starts.
    pub(super) fn new(trace: &'t Trace, first: EventId) -> Option<Writer<'t>> {
        let message = trace.event(first).and_then(|e| trace.message(e))?;
        let StartLine::Request { uri, .. } = message.start_line() else { return None };
        let user = |uri: &str| {
            let user = uri.split_once(':')?.1.split_once('@')?.0;
            let simple = |c: char| c.is_ascii_alphanumeric() || "._-+".contains(c);
            (!user.is_empty() && user.len() <= 100 && !user.starts_with('-') && user.chars().all(simple))
                .then(|| user.to_owned())
        };
        let from = message.header(HeaderName::From).map(|h| decode(NameAddr::parse(&h.value()).uri).into_owned());
        let own = from.as_deref().and_then(user).unwrap_or_else(|| "siptrail".to_owned());
        Some(Writer { trace, service: user(&decode(uri)), user: own, left_out: Vec::new() })
    }

    /// The option of `SIPp` that tells whom to call.
    pub(super) fn option(&self) -> String {
        self.service.as_ref().map_or(String::new(), |user| format!(" -s {user}"))
    }

    /// The text of a message. `back` is how many elements ago the request stands whose branch it shares.
    pub(super) fn message(&mut self, record: EventId, back: Option<usize>) -> Option<String> {
        let message = self.trace.event(record).and_then(|e| self.trace.message(e))?;
        let mut out = String::new();
        match message.start_line() {
            StartLine::Request { method, uri } => self.request(&message, method, &decode(uri), back, &mut out),
            StartLine::Response { status, reason } => {
                line(&mut out, &format!("SIP/2.0 {status} {}", literal(&decode(reason))));
                for name in ["Via", "From", "To", "Call-ID", "CSeq", "Record-Route"] {
                    line(&mut out, &format!("[last_{name}:]"));
                }
            }
            StartLine::Unknown => return None,
        }
        if message.header(HeaderName::Contact).is_some() {
            line(&mut out, &format!("Contact: <sip:{}@[local_ip]:[local_port];transport=[transport]>", self.user));
        }
        self.others(&message, &mut out);
        line(&mut out, "Content-Length: [len]");
        out.push('\n');
        self.body(&message, &mut out);
        Some(out)
    }

    fn request(&self, message: &Message<'_>, method: Method, uri: &str, back: Option<usize>, out: &mut String) {
        let value = |name| message.header(name).map(|h| decode(&h.value()).into_owned()).unwrap_or_default();
        let (from, to) = (value(HeaderName::From), value(HeaderName::To));
        let answered = !NameAddr::parse(to.as_bytes()).tag.is_empty();
        // An ACK of a refusal and a CANCEL go where their INVITE went (RFC 3261 sections 9.1 and 17.1.1.3).
        let inside = answered && back.is_none();
        let name = literal(&decode(
            message.start_text().trim_ascii().split(u8::is_ascii_whitespace).next().unwrap_or_default(),
        ));
        let name = if method == Method::Unknown { name } else { method.name().to_owned() };
        let target = if inside { "[next_url]".to_owned() } else { self.address(uri) };
        let branch = back.map_or("[branch]".to_owned(), |n| format!("[branch-{n}]"));
        line(out, &format!("{name} {target} SIP/2.0"));
        line(out, &format!("Via: SIP/2.0/[transport] [local_ip]:[local_port];branch={branch}"));
        if inside {
            line(out, "[routes]");
        }
        line(out, &format!("From: {}", self.party(&from, Some("[pid]-[call_number]"))));
        let tag = if answered { "[peer_tag_param]" } else { "" };
        line(out, &format!("To: {}{tag}", self.party(&to, None)));
        line(out, "Call-ID: [call_id]");
        line(out, &format!("CSeq: [cseq] {name}"));
    }

    /// The value of From or To with another tag, or with none.
    fn party(&self, value: &str, tag: Option<&str>) -> String {
        let old = decode(NameAddr::parse(value.as_bytes()).tag).into_owned();
        // The parameter stands behind the address; a tag inside the display name is text.
        let behind = value.rfind('>').map_or(0, |at| at + 1);
        let (address, parameters) = value.split_at(behind);
        let mut out = self.address(address);
        for part in parameters.split(';') {
            let part = part.trim();
            let is_tag = part
                .split_once('=')
                .is_some_and(|(name, v)| name.trim().eq_ignore_ascii_case("tag") && v.trim().trim_matches('"') == old);
            if behind == 0 && out.is_empty() {
                out = self.address(part);
            } else if !is_tag && !part.is_empty() {
                out.push(';');
                out.push_str(&literal(part));
            }
        }
        match tag {
            Some(tag) => format!("{out};tag={tag}"),
            None => out,
        }
    }

    /// A text with an address in it, the user who is called replaced.
    fn address(&self, text: &str) -> String {
        let called = self.service.as_ref().and_then(|user| {
            let with_scheme = format!("sip:{user}@");
            let at = text.to_ascii_lowercase().rfind(&with_scheme.to_ascii_lowercase())?;
            Some((text.get(..at + 4)?, text.get(at + with_scheme.len() - 1..)?))
        });
        match called {
            Some((before, behind)) => format!("{}[service]{}", literal(before), literal(behind)),
            None => literal(text),
        }
    }

    fn others(&mut self, message: &Message<'_>, out: &mut String) {
        for header in message.headers() {
            use HeaderName::{CSeq, CallId, Contact, ContentLength, From, To, Via};
            if matches!(HeaderName::from_token(header.name), CSeq | CallId | Contact | ContentLength | From | To | Via)
            {
                continue;
            }
            let name = decode(header.name).into_owned();
            if CONNECTION.iter().any(|c| c.eq_ignore_ascii_case(&name)) {
                if !self.left_out.contains(&name) {
                    self.left_out.push(name);
                }
                continue;
            }
            line(out, &format!("{}: {}", literal(&name), literal(&decode(&header.value()))));
        }
    }

    fn body(&mut self, message: &Message<'_>, out: &mut String) {
        let kind = message.header(HeaderName::ContentType).map(|h| decode(&h.value()).to_ascii_lowercase());
        let described = kind.is_some_and(|k| k.contains("sdp") || k.contains("multipart"));
        let text = decode(message.body()).into_owned();
        let mut media = 0;
        for text in text.trim_end().lines() {
            if described && ADDRESSES.iter().any(|a| text.starts_with(a)) {
                let what = "a=candidate and its like".to_owned();
                if !self.left_out.contains(&what) {
                    self.left_out.push(what);
                }
                continue;
            }
            line(out, &if described { session_line(text, &mut media) } else { literal(text) });
        }
    }
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A line of a session description (RFC 8866 section 5), its address or port replaced. `media` counts streams.
fn session_line(text: &str, media: &mut u32) -> String {
    let before_address = text.find(" IN IP").map(|at| &text[..at]);
    match (text.get(..2), before_address) {
        (Some("o="), Some(before)) => format!("{} IN IP[local_ip_type] [local_ip]", literal(before)),
        (Some("c="), _) if text.starts_with("c=IN IP") => "c=IN IP[media_ip_type] [media_ip]".to_owned(),
        (Some("m="), _) => {
            let mut words = text.splitn(3, ' ');
            let (kind, port, rest) = (words.next(), words.next(), words.next());
            match (kind, port, rest) {
                // Port 0 refuses a stream; other protocols than RTP have no port of their own.
                (Some(kind), Some(port), Some(rest)) if port != "0" && rest.contains("RTP/") => {
                    let at = std::mem::replace(media, *media + 2);
                    let port = if at == 0 { "[media_port]".to_owned() } else { format!("[media_port+{at}]") };
                    format!("{} {port} {}", literal(kind), literal(rest))
                }
                _ => literal(text),
            }
        }
        _ => literal(text),
    }
}
