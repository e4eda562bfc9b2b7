//! The words of SIP and a lazy, borrowed view of one message.
//!
//! A [`Message`] is a view that lives inside one function; nothing in it is parsed before it is asked for.

mod facts;
mod grammar;
mod message;

pub(crate) use facts::{Facts, Offer, PushHeaders, is_house, mcx_user};
pub use grammar::{CSeq, Diagnostics, NameAddr, Via, q850_cause};
pub(crate) use grammar::{address, quick};
pub(crate) use message::StartKind;
pub use message::{Header, Headers, Message, StartLine};

/// Timer F (RFC 3261 section 17.1.2.2): as long as an answer to a request that is no INVITE is waited for, in milliseconds.
pub const TIMER_F_MS: i64 = 32_000;

/// The domain of the push clearing house.
pub(crate) const CLEARING_HOUSE: &str = "push.lync.com";
/// The proxy of the clearing house, that of the hosting provider.
pub(crate) const CLEARING_HOUSE_PROXY: &str = "sipfed.online.lync.com";
/// Ids of ms-diagnostics that the clearing house gives: 30007 is a test that passed, 30000 an accepted push, the others are not
/// published.
pub(crate) const CLEARING_HOUSE_IDS: std::ops::Range<u32> = 30_000..31_000;

/// A SIP method (RFC 3261 section 7.1 and its extensions, Microsoft's SERVICE and BENOTIFY).
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bitcode::Decode,
    bitcode::Encode,
    serde::Deserialize,
    serde::Serialize,
)]
#[expect(missing_docs, reason = "each variant is the method of that name")]
#[non_exhaustive]
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

impl Method {
    /// The method of that name; methods are case-sensitive (RFC 3261 section 7.1).
    pub fn from_token(token: &[u8]) -> Method {
        // The first letter leaves one name, or two that another letter or their length tells apart.
        let second = token.get(1).copied().unwrap_or(0);
        let candidate = match token.first() {
            Some(b'I') if token.len() == 6 => Method::Invite,
            Some(b'I') => Method::Info,
            Some(b'A') => Method::Ack,
            Some(b'B') if second == b'Y' => Method::Bye,
            Some(b'B') => Method::Benotify,
            Some(b'C') => Method::Cancel,
            Some(b'R') if token.len() == 8 => Method::Register,
            Some(b'R') => Method::Refer,
            Some(b'O') => Method::Options,
            Some(b'P') if second == b'R' => Method::Prack,
            Some(b'P') => Method::Publish,
            Some(b'S') if second == b'U' => Method::Subscribe,
            Some(b'S') => Method::Service,
            Some(b'N') if second == b'O' => Method::Notify,
            Some(b'N') => Method::Negotiate,
            Some(b'M') => Method::Message,
            Some(b'U') => Method::Update,
            _ => Method::Unknown,
        };
        if candidate.name().as_bytes() == token { candidate } else { Method::Unknown }
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Method::Unknown => "UNKNOWN",
            Method::Invite => "INVITE",
            Method::Ack => "ACK",
            Method::Bye => "BYE",
            Method::Cancel => "CANCEL",
            Method::Register => "REGISTER",
            Method::Options => "OPTIONS",
            Method::Prack => "PRACK",
            Method::Subscribe => "SUBSCRIBE",
            Method::Notify => "NOTIFY",
            Method::Benotify => "BENOTIFY",
            Method::Publish => "PUBLISH",
            Method::Info => "INFO",
            Method::Refer => "REFER",
            Method::Message => "MESSAGE",
            Method::Update => "UPDATE",
            Method::Service => "SERVICE",
            Method::Negotiate => "NEGOTIATE",
        }
    }
}

/// Headers that siptrail reads, with their compact forms (RFC 3261 section 7.3.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is the header of that name")]
#[non_exhaustive]
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
