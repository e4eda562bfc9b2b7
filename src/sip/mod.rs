//! The words of SIP and a lazy, borrowed view of one message.
//!
//! A [`Message`] is a view that lives inside one function; nothing in it is parsed before it is asked for.

mod grammar;
mod message;

pub(crate) use grammar::address;
pub use grammar::{CSeq, Diagnostics, NameAddr, Via};
pub use message::{Header, Headers, Message, StartLine};

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

/// What a client or server calls itself in `User-Agent` or `Server`, as far as it matters for pushes.
/// Tokens: Lync Server client version configuration, and traces (PUSH.md section 2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Product {
    /// Name for people: `Lync Mobile, Windows Phone 4.1.7947.0 (SAMSUNG SGH-i937)`.
    pub name: String,
    /// True for a mobile endpoint or the mobility service that speaks for it.
    pub mobile: bool,
    /// False for platforms that keep their application running and never get a push.
    pub pushes: bool,
    /// Name of a mobile platform without version; empty for others.
    pub platform: &'static str,
}

/// token in lower case, name, gets pushes
const MOBILE: [(&[u8], &str, bool); 8] = [
    (b"wplync", "Lync Mobile, Windows Phone", true),
    (b"iphonelync", "Lync Mobile, iPhone", true),
    (b"ipadlync", "Lync Mobile, iPad", true),
    (b"androidlync", "Lync Mobile, Android", false),
    (b"nokialync", "Lync Mobile, Nokia", false),
    (b"communicator.nokia", "Communicator Mobile, Nokia", false),
    (b"ucwa/", "UCWA endpoint", true),
    (b"mcxservice", "mobility service", true),
];

impl Product {
    /// Whether a product string names a mobile endpoint.
    pub fn is_mobile(value: &[u8]) -> bool {
        MOBILE.iter().any(|(token, ..)| crate::text::contains_ignore_case(value, token))
    }

    /// Reads a product string; the device is named where the string has it.
    pub fn parse(value: &[u8]) -> Product {
        let text = crate::text::decode(value);
        let found = MOBILE.iter().find(|(token, ..)| crate::text::contains_ignore_case(value, token));
        let Some((token, name, pushes)) = found else {
            return Product { name: text.trim().chars().take(120).collect(), ..Product::default() };
        };
        let platform = *name;
        let mut name = platform.to_owned();
        let lower = text.to_ascii_lowercase();
        let token = std::str::from_utf8(token).unwrap_or_default().trim_end_matches('/');
        if let Some(tail) = lower.find(token).and_then(|at| text.get(at + token.len()..)) {
            let version: String = tail
                .strip_prefix('/')
                .unwrap_or_default()
                .chars()
                .take_while(|c| c.is_ascii_digit() || *c == '.')
                .take(24)
                .collect();
            if !version.is_empty() {
                name = format!("{name} {version}");
            }
        }
        // "(Microsoft Windows CE 7.10.7720; SAMSUNG SGH-i937 2103.11.10.1)": system; device and its firmware
        if let Some(device) =
            text.split_once('(').and_then(|(_, t)| t.split_once(')')).and_then(|(t, _)| t.split_once(';'))
        {
            name = format!("{name} ({})", device.1.trim().chars().take(60).collect::<String>());
        }
        // The Lync 2013 applications for iPhone and iPad are served by UCWA and get no push.
        let apple = matches!(token, "iphonelync" | "ipadlync");
        let pushes = *pushes && !(apple && lower.contains("ucwa"));
        Product { name, mobile: true, pushes, platform }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products() {
        let wp = Product::parse(b"RTCC/4.0.0.0 McxService/4.0.0.0 WPLync/4.1.7947.0 (Microsoft Windows CE 7.10.7720; SAMSUNG SGH-i937 2103.11.10.1)");
        assert_eq!(wp.name, "Lync Mobile, Windows Phone 4.1.7947.0 (SAMSUNG SGH-i937 2103.11.10.1)");
        assert!(wp.mobile && wp.pushes);
        let nokia = Product::parse(b"RTCC/3.5.0.0 MCXService/3.5.0.0 communicator.NOKIAS60R2.JVP.EN_US/1.0.6875.0");
        assert!(nokia.mobile && !nokia.pushes);
        assert!(!Product::parse(b"UCCAPI/4.0.7577.0 OC/4.0.7577.0 (Microsoft Lync 2010)").mobile);
    }
}
