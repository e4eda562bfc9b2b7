//! What calls and pushes ask of the text of a message, as bits: read while the message is in the processor's cache, so
//! that nobody comes back to its text for them.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::{CLEARING_HOUSE, CLEARING_HOUSE_IDS, Diagnostics, HeaderName, Message, Method, NameAddr, StartLine};
use crate::record::sign;
use crate::text::{contains_ignore_case, decode};

/// Facts of a MESSAGE, its responses, or an INVITE; nothing of any other message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts(u16);

/// What an INVITE offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Offer {
    ApplicationSharing = 1,
    Video,
    Audio,
    Message,
    Data,
    Conference,
}

impl Facts {
    /// The lowest bits: an [`Offer`], or 0.
    const OFFER: u16 = 7;
    const PUSH: u16 = 8;
    const SERVICE: u16 = 16;
    const VOICE_MAIL: u16 = 32;

    /// Reads a message of a method; `to_tag`: it has one; `signs`: the headers that it may have.
    pub(crate) fn of(message: &Message<'_>, method: Method, to_tag: bool, signs: u16) -> Facts {
        match method {
            Method::Message => Facts::of_push(is_push(message, to_tag)),
            Method::Invite => match message.start_line() {
                StartLine::Request { uri, .. } => Facts(of_uri(uri) | offer(message, signs).map_or(0, |o| o as u16)),
                _ => Facts::default(),
            },
            _ => Facts::default(),
        }
    }

    /// Of a MESSAGE or a response to one.
    pub(crate) fn of_push(is_push: bool) -> Facts {
        Facts(if is_push { Facts::PUSH } else { 0 })
    }

    pub(crate) fn from_bits(bits: u16) -> Facts {
        Facts(bits)
    }

    pub(crate) fn bits(self) -> u16 {
        self.0
    }

    /// By its session description, else by its headers.
    pub(crate) fn offer(self) -> Option<Offer> {
        use Offer::{ApplicationSharing, Audio, Conference, Data, Message, Video};
        let all = [ApplicationSharing, Video, Audio, Message, Data, Conference];
        all.into_iter().find(|offer| *offer as u16 == self.0 & Facts::OFFER)
    }

    /// The MESSAGE, or what it answers, is a push.
    pub(crate) fn is_push(self) -> bool {
        self.0 & Facts::PUSH != 0
    }

    /// The INVITE goes to a service, and no phone of the person rings.
    ///
    /// `sip:bob@contoso.com;opaque=app:conf:focus:id:X` is the focus of a conference that Bob organises, `app:voicemail`
    /// his voice mail, `srvr:` a service of the house.
    pub(crate) fn is_to_service(self) -> bool {
        self.0 & Facts::SERVICE != 0
    }

    /// The INVITE goes to voice mail.
    pub(crate) fn is_to_voice_mail(self) -> bool {
        self.0 & Facts::VOICE_MAIL != 0
    }
}

fn of_uri(uri: &[u8]) -> u16 {
    // Few have such a parameter, and an equals sign is rarer than the letters of its name.
    if memchr::memchr(b'=', uri).is_none() {
        return 0;
    }
    let app = contains_ignore_case(uri, b"opaque=app:");
    let voice_mail = app && contains_ignore_case(uri, b"opaque=app:voicemail");
    let service = app || contains_ignore_case(uri, b"opaque=srvr:");
    (if service { Facts::SERVICE } else { 0 }) | (if voice_mail { Facts::VOICE_MAIL } else { 0 })
}

/// So much of a body is looked through.
const BODY: usize = 64 << 10;

fn offer(message: &Message<'_>, signs: u16) -> Option<Offer> {
    static MEDIA: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"m="));
    let body = message.body();
    let body = body.get(..BODY).unwrap_or(body);
    let mut lines = 0u8;
    for at in MEDIA.find_iter(body) {
        let kind = body.get(at + 2..).unwrap_or_default();
        for (i, words) in MEDIA_WORDS.iter().enumerate() {
            lines |= u8::from(words.iter().any(|w| kind.starts_with(w))) << i;
        }
    }
    let text = || signs & sign::TEXT_FORMAT != 0 && message.header(HeaderName::MsTextFormat).is_some();
    match () {
        () if lines & 1 != 0 => Some(Offer::ApplicationSharing),
        () if lines & 2 != 0 => Some(Offer::Video),
        () if lines & 4 != 0 => Some(Offer::Audio),
        () if lines & 8 != 0 || text() => Some(Offer::Message),
        () if lines & 16 != 0 => Some(Offer::Data),
        () => {
            let kind = message.header(HeaderName::ContentType)?.value();
            let words = [&b"cccp+xml"[..], b"conference", b"ms-conf-invite+xml"];
            words.iter().any(|w| contains_ignore_case(&kind, w)).then_some(Offer::Conference)
        }
    }
}

/// What stands behind `m=`, by the bit of its offer.
const MEDIA_WORDS: [&[&[u8]]; 5] =
    [&[b"applicationsharing"], &[b"video"], &[b"audio"], &[b"message", b"x-ms-message"], &[b"data"]];

/// Recognised by any one sign, the surest first (PUSH.md section 4). The signs that instant messages of a mobile user
/// share only count outside a dialog.
fn is_push(message: &Message<'_>, to_tag: bool) -> bool {
    let start = message.start_line();
    if let StartLine::Request { uri, .. } = start
        && is_house(uri)
    {
        return true;
    }
    let is_request = !matches!(start, StartLine::Response { .. });
    let inside_dialog = to_tag && is_request;
    message.headers().any(|h| match HeaderName::from_token(h.name) {
        HeaderName::ContentType => contains_ignore_case(h.raw, b"lync.pushnotification+xml"),
        HeaderName::Server => contains_ignore_case(h.raw, b"pnchapplication"),
        HeaderName::To => is_house(h.raw),
        // Its answer tells it too, where nothing else of the MESSAGE is known.
        HeaderName::MsDiagnosticsPublic => {
            !is_request && Diagnostics::parse(&h.value()).is_some_and(|d| CLEARING_HOUSE_IDS.contains(&d.id))
        }
        HeaderName::From => !inside_dialog && mcx_user(&decode(NameAddr::address_in(&h.value()))).is_some(),
        HeaderName::Contact => !inside_dialog && is_request && contains_ignore_case(h.raw, b"opaque=srvr:mcxexternal"),
        HeaderName::UserAgent => !inside_dialog && is_request && contains_ignore_case(h.raw, b"mcxservice"),
        _ => false,
    })
}

/// Whether an address is at the clearing house, with or without a user before the host.
pub(crate) fn is_house(address: &[u8]) -> bool {
    // The sign before the host is rarer in an address than any letter of it.
    memchr::memchr2_iter(b'@', b':', address).any(|at| {
        let (before, host) = address.split_at(at);
        let is_host = |from: usize| host.get(from..from + HOUSE.len()).is_some_and(|h| h.eq_ignore_ascii_case(HOUSE));
        let scheme = || before.len() >= 3 && before[before.len() - 3..].eq_ignore_ascii_case(b"sip");
        is_host(1) && (host.first() == Some(&b'@') || scheme())
    })
}

/// The host of the clearing house.
const HOUSE: &[u8] = CLEARING_HOUSE.as_bytes();

/// `McxUser<32 hex><address>`: the mobility service's id and the mobile user.
pub(crate) fn mcx_user(address: &str) -> Option<(String, String)> {
    let head = address.get(..7)?;
    if !head.eq_ignore_ascii_case("mcxuser") {
        return None;
    }
    let (id, user) = (address.get(7..39)?, address.get(39..)?);
    let user = user.strip_prefix("sip:").unwrap_or(user);
    (id.bytes().all(|b| b.is_ascii_hexdigit()) && user.contains('@')).then(|| (id.to_owned(), user.to_owned()))
}

/// The values of the headers that can tell a push, each once at most; empty for those that are not there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PushHeaders<'a> {
    pub(crate) to: &'a [u8],
    pub(crate) from: &'a [u8],
    pub(crate) content_type: &'a [u8],
    pub(crate) server: &'a [u8],
    pub(crate) agent: &'a [u8],
    pub(crate) contact: &'a [u8],
}

impl PushHeaders<'_> {
    /// Whether they tell one, or the Request-URI does.
    pub(crate) fn tell(&self, uri: &[u8], is_request: bool, inside_dialog: bool) -> bool {
        let begins = is_request && !inside_dialog;
        is_house(uri)
            || is_house(self.to)
            || contains_ignore_case(self.content_type, b"lync.pushnotification+xml")
            || contains_ignore_case(self.server, b"pnchapplication")
            || begins && contains_ignore_case(self.contact, b"opaque=srvr:mcxexternal")
            || begins && contains_ignore_case(self.agent, b"mcxservice")
            || !inside_dialog
                && contains_ignore_case(self.from, b"mcxuser")
                && mcx_user(&decode(NameAddr::address_in(self.from))).is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn houses() {
        for (address, is) in [
            ("sip:push@Push.lync.com;opaque=app:x", true),
            ("<SIP:push.lync.com>", true),
            ("x@push.lync.com", true),
            ("push.lync.com", false),
            ("sips:push.lync.com", false),
            ("ip:push.lync.com", false),
            ("sip:push@push.lync.co", false),
            ("@:@push.lync.com", true),
            ("", false),
            ("@", false),
        ] {
            let plain = contains_ignore_case(address.as_bytes(), b"@push.lync.com")
                || contains_ignore_case(address.as_bytes(), b"sip:push.lync.com");
            assert_eq!((is_house(address.as_bytes()), plain), (is, is), "{address}");
        }
    }

    #[test]
    fn offers() {
        for (body, headers, offer) in [
            ("v=0\r\nm=audio 1\r\nm=video 2\r\n", "", Some(Offer::Video)),
            ("m=x-ms-message 5060 sip null\r\n", "", Some(Offer::Message)),
            ("", "Ms-Text-Format: text/plain\r\n", Some(Offer::Message)),
            ("m=data", "", Some(Offer::Data)),
            ("x", "Content-Type: application/cccp+xml\r\n", Some(Offer::Conference)),
            ("a=m", "Content-Type: application/sdp\r\n", None),
        ] {
            let head = format!("INVITE sip:bob@contoso.com;opaque=app:voicemail SIP/2.0\r\n{headers}");
            let facts = Facts::of(&Message::new(head.as_bytes(), body.as_bytes()), Method::Invite, false, sign::ANY);
            assert_eq!((facts.offer(), facts.is_to_voice_mail(), facts.is_to_service()), (offer, true, true), "{body}");
        }
    }
}
