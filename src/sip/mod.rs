//! The words of SIP and a lazy, borrowed view of one message.
//!
//! A [`Message`] is a view that lives inside one function; nothing in it is parsed before it is asked for.

mod grammar;
mod message;
mod product;

pub(crate) use grammar::address;
pub use grammar::{CSeq, Diagnostics, NameAddr, Via, q850_cause};
pub use message::{Header, Headers, Message, StartLine};
pub use product::Product;

/// A SIP method (RFC 3261 section 7.1 and its extensions, Microsoft's SERVICE and BENOTIFY).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is the method of that name")]
pub enum Method {
    #[default]
    Unknown,
    Invite,
    Ack,
    Bye,
    Cancel,
    Register,
    Options,
    Prack,
    Subscribe,
    Notify,
    Benotify,
    Publish,
    Info,
    Refer,
    Message,
    Update,
    Service,
    Negotiate,
}

const METHODS: [(&[u8], Method); 17] = [
    (b"INVITE", Method::Invite),
    (b"ACK", Method::Ack),
    (b"BYE", Method::Bye),
    (b"CANCEL", Method::Cancel),
    (b"REGISTER", Method::Register),
    (b"OPTIONS", Method::Options),
    (b"PRACK", Method::Prack),
    (b"SUBSCRIBE", Method::Subscribe),
    (b"NOTIFY", Method::Notify),
    (b"BENOTIFY", Method::Benotify),
    (b"PUBLISH", Method::Publish),
    (b"INFO", Method::Info),
    (b"REFER", Method::Refer),
    (b"MESSAGE", Method::Message),
    (b"UPDATE", Method::Update),
    (b"SERVICE", Method::Service),
    (b"NEGOTIATE", Method::Negotiate),
];

impl Method {
    /// The method of that name; methods are case-sensitive (RFC 3261 section 7.1).
    pub fn from_token(token: &[u8]) -> Method {
        METHODS.iter().find(|(name, _)| *name == token).map_or(Method::Unknown, |(_, m)| *m)
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        METHODS
            .iter()
            .find(|(_, m)| *m == self)
            .and_then(|(name, _)| std::str::from_utf8(name).ok())
            .unwrap_or("UNKNOWN")
    }
}

/// Headers that siptrail reads, with their compact forms (RFC 3261 section 7.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the header of that name")]
pub enum HeaderName {
    From,
    To,
    CallId,
    CSeq,
    Via,
    Contact,
    ContentType,
    ContentLength,
    Server,
    UserAgent,
    Reason,
    Warning,
    MsDiagnostics,
    MsDiagnosticsPublic,
    MsClientDiagnostics,
    MsTextFormat,
    Replaces,
    Other,
}

const HEADERS: [(&[u8], HeaderName); 24] = [
    (b"via", HeaderName::Via),
    (b"v", HeaderName::Via),
    (b"from", HeaderName::From),
    (b"f", HeaderName::From),
    (b"to", HeaderName::To),
    (b"t", HeaderName::To),
    (b"call-id", HeaderName::CallId),
    (b"i", HeaderName::CallId),
    (b"cseq", HeaderName::CSeq),
    (b"contact", HeaderName::Contact),
    (b"m", HeaderName::Contact),
    (b"content-type", HeaderName::ContentType),
    (b"c", HeaderName::ContentType),
    (b"content-length", HeaderName::ContentLength),
    (b"l", HeaderName::ContentLength),
    (b"server", HeaderName::Server),
    (b"user-agent", HeaderName::UserAgent),
    (b"reason", HeaderName::Reason),
    (b"warning", HeaderName::Warning),
    (b"ms-diagnostics", HeaderName::MsDiagnostics),
    (b"ms-diagnostics-public", HeaderName::MsDiagnosticsPublic),
    (b"ms-client-diagnostics", HeaderName::MsClientDiagnostics),
    (b"ms-text-format", HeaderName::MsTextFormat),
    (b"replaces", HeaderName::Replaces),
];

impl HeaderName {
    /// First letters of its names, long and compact.
    pub(crate) fn letters(self) -> &'static [u8] {
        match self {
            HeaderName::From => b"f",
            HeaderName::To => b"t",
            HeaderName::CallId => b"ci",
            HeaderName::Via => b"v",
            HeaderName::Contact => b"cm",
            HeaderName::CSeq | HeaderName::ContentType => b"c",
            HeaderName::ContentLength => b"cl",
            HeaderName::Server => b"s",
            HeaderName::UserAgent => b"u",
            HeaderName::Reason | HeaderName::Replaces => b"r",
            HeaderName::Warning => b"w",
            HeaderName::MsDiagnostics
            | HeaderName::MsDiagnosticsPublic
            | HeaderName::MsClientDiagnostics
            | HeaderName::MsTextFormat => b"m",
            HeaderName::Other => b"abcdefghijklmnopqrstuvwxyz",
        }
    }

    /// The header of that name, in any case, long or compact.
    pub fn from_token(token: &[u8]) -> HeaderName {
        // Most headers of a message are none of ours: their first letter tells.
        match token.first().map(u8::to_ascii_lowercase) {
            Some(b'v' | b'f' | b't' | b'c' | b'i' | b'm' | b'l' | b's' | b'u' | b'r' | b'w') => {}
            _ => return HeaderName::Other,
        }
        HEADERS.iter().find(|(name, _)| name.eq_ignore_ascii_case(token)).map_or(HeaderName::Other, |(_, h)| *h)
    }
}
