//! What calls and pushes ask of the text of a message, as bits: read while the message is in the processor's cache, so
//! that nobody comes back to its text for them.

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr_iter, memchr2_iter};

use super::{Diagnostics, HeaderName, Message, Method, NameAddr, StartLine};
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
            Method::Message => {
                let is_push = is_push(message, to_tag, signs);
                Facts(if is_push { Facts::PUSH } else { 0 })
            }
            Method::Invite => match message.start_line() {
                StartLine::Request { uri, .. } => Facts(of_uri(uri) | offer(message, signs).map_or(0, |o| o as u16)),
                _ => Facts::default(),
            },
            _ => Facts::default(),
        }
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
fn is_push(message: &Message<'_>, to_tag: bool, signs: u16) -> bool {
    let start = message.start_line();
    if let StartLine::Request { uri, .. } = start
        && is_house(uri)
    {
        return true;
    }
    if signs & sign::DIAGNOSTICS == 0 && !has_word_of_push(message.head()) {
        return false;
    }
    let is_request = !matches!(start, StartLine::Response { .. });
    tells_push(message, is_request, to_tag && is_request)
}

/// By its headers.
fn tells_push(message: &Message<'_>, is_request: bool, inside_dialog: bool) -> bool {
    message.headers().any(|h| match HeaderName::from_token(h.name) {
        HeaderName::ContentType => contains_ignore_case(h.raw, b"lync.pushnotification+xml"),
        HeaderName::Server => contains_ignore_case(h.raw, b"pnchapplication"),
        HeaderName::To => is_house(h.raw),
        // Its answer tells it too, where nothing else of the MESSAGE is known.
        HeaderName::MsDiagnosticsPublic => {
            !is_request && Diagnostics::parse(&h.value()).is_some_and(|d| HOUSE_IDS.contains(&d.id))
        }
        HeaderName::From => !inside_dialog && mcx_user(&decode(NameAddr::parse(&h.value()).address())).is_some(),
        HeaderName::Contact => !inside_dialog && is_request && contains_ignore_case(h.raw, b"opaque=srvr:mcxexternal"),
        HeaderName::UserAgent => !inside_dialog && is_request && contains_ignore_case(h.raw, b"mcxservice"),
        _ => false,
    })
}

/// Ids of the clearing house (PUSH.md section 5).
const HOUSE_IDS: std::ops::Range<u32> = 30_000..31_000;

/// Whether an address is at the clearing house, with or without a user before the host.
pub(crate) fn is_house(address: &[u8]) -> bool {
    contains_ignore_case(address, b"@push.lync.com") || contains_ignore_case(address, b"sip:push.lync.com")
}

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

/// The quick way to "no": whether a head has `mcx`, `push` or `pnch`, in any case, of which every sign of a push has one
/// but for the numbers of diagnostics. Where a value is read, returns are dropped, so that words may come together there:
/// one without a line feed behind it counts as such a word.
fn has_word_of_push(head: &[u8]) -> bool {
    let ends_with = |at: usize, word: &[u8]| {
        let ahead = head.get((at + 1).saturating_sub(word.len())..=at);
        ahead.is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    // By the rarest of their letters.
    memchr2_iter(b'x', b'X', head).any(|at| ends_with(at, b"mcx"))
        || memchr2_iter(b'h', b'H', head).any(|at| ends_with(at, b"push") || ends_with(at, b"pnch"))
        || memchr_iter(b'\r', head).any(|at| head.get(at + 1) != Some(&b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// The quick way to "no" says what the headers say.
        #[test]
        fn no_push_is_overlooked(request in any::<bool>(), to_tag in any::<bool>(), pieces in prop::collection::vec(prop::sample::select(vec![
            "From: ", "f: ", "To: ", "Server: ", "USER-AGENT: ", "Contact: ", "c:", "Content-Type: ", "ms-diagnostics-public: 30001", "Via: x",
            "<sip:McxUser0123456789abcdef0123456789abcdefbob@contoso.com>", "<sip:M\rcxUser0123456789abcdef0123456789abcdefbob@contoso.com>",
            "<sip:push@push.LYNC.com>", "sip:push.lync.com", "RTCC/4.0 McxService/4.0", "pnchApplication", "<sip:x;opaque=srvr:McxExternal>",
            "Lync.pushNotification+xml", "\r\n", "\n", "\r", " ", "p", "us", "h", "\r\n ", "hhxxmcpusnc", "\u{201c}",
        ]), 0..14)) {
            let start = if request { "MESSAGE sip:a@b SIP/2.0\r\n" } else { "SIP/2.0 200 OK\r\n" };
            let text = start.to_owned() + &pieces.concat();
            let message = Message::new(text.as_bytes(), b"");
            let careful = tells_push(&message, request, to_tag && request);
            let signs = if text.contains("ms-d") { sign::ANY } else { 0 };
            prop_assert_eq!(is_push(&message, to_tag, signs), careful);
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
