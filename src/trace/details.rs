//! What analysis asks of the text of a message, kept when it was read: places of headers, and facts.

use std::borrow::Cow;

use super::identity::{one_line, value_of_line};
use super::{Event, EventId, Trace};
use crate::knowledge::clients::MOBILITY_PORTS;
use crate::record::{HeaderLine, Layout, sign, starts_header};
use crate::sip::{Facts, Header, HeaderName, Headers, Message, Method, PushHeaders, StartLine};
use crate::text::lane;

/// Lowest bits of what is kept: facts, the highest of them whether the other side is a client, then the places of Peer, To and
/// From, each 16 bits; 0 where a place is not known.
const CLIENT: u64 = 1 << 15;
const PEER: u32 = 16;
const TO: u32 = 32;
const FROM: u32 = 48;

/// Bytes ahead of a start line and from there on in which most stands that rules ask for: Peer, addresses, a reason phrase.
const AROUND: (usize, usize) = (64, 192);
/// Words of a message that are asked for: those ahead of its Vias, and few of these.
const WORDS: usize = 8;

/// The word of a message.
pub(super) fn of(record: &[u8], layout: &Layout, (method, status): (Method, u16), to_tag: bool) -> u64 {
    let text = |from: u32, to: usize| record.get(from as usize..to).unwrap_or_default();
    let message = Message::of_record(
        text(layout.start_line.start, layout.headers.end as usize),
        text(layout.headers.end, record.len()),
    );
    let facts = match method {
        Method::Message => quick_push(record, layout, &message, to_tag),
        // Only what it asks for tells something.
        Method::Invite if status > 0 => Some(Facts::default()),
        _ => None,
    };
    let facts = facts.unwrap_or_else(|| Facts::of(&message, method, to_tag, layout.signs));
    let place = |at: Option<u32>| place(record, layout, at);
    let peer = place(layout.peer);
    let from = u32::try_from(peer).unwrap_or(0);
    let known = method == Method::Message && from > 0 && is_client(text(from, layout.headers.end as usize));
    let client = if known { CLIENT } else { 0 };
    place(layout.from.map(|l| l.start)) << FROM
        | place(layout.to.map(|l| l.start)) << TO
        | peer << PEER
        | client
        | u64::from(facts.bits())
}

/// Whether the text from a Peer line on is sure to name a client: neither the port at which servers listen, nor one of the
/// mobility service.
fn is_client(text: &[u8]) -> bool {
    let is_listener = |port: &[u8]| port == b"5061" || MOBILITY_PORTS.iter().any(|known| known.as_bytes() == port);
    one_line(text).is_some_and(|peer| !peer.rsplit(|b| *b == b':').next().is_some_and(is_listener))
}

/// The place of a header or field, 0 where it is not there or not sure: only the first of a name counts, and lines that
/// begin in an unusual way may be headers that framing did not see.
pub(super) fn place(record: &[u8], layout: &Layout, at: Option<u32>) -> u64 {
    let is_sure = |at: &u32| {
        layout.is_regular || layout.signs != sign::ANY && starts_header(record.get(*at as usize..).unwrap_or_default())
    };
    at.filter(is_sure).and_then(|at| u16::try_from(at).ok()).map_or(0, u64::from)
}

/// The quick way to tell a push, where each header that may tell stands on one line and once.
fn quick_push(record: &[u8], layout: &Layout, message: &Message<'_>, to_tag: bool) -> Option<Facts> {
    let text = record.get(..layout.headers.end as usize)?;
    let start = if layout.is_regular {
        StartLine::parse(record.get(layout.start_line.start as usize..layout.start_line.end as usize)?)
    } else {
        message.start_line()
    };
    let is_request = !matches!(start, StartLine::Response { .. });
    let doubts = if is_request { sign::REPEATED } else { sign::REPEATED | sign::DIAGNOSTICS };
    if layout.signs & doubts != 0 {
        return None;
    }
    let value = |line: Option<HeaderLine>| match line {
        // Without a blank behind the colon it may be the end of the header before.
        Some(line) if layout.is_regular || starts_header(text.get(line.start as usize..)?) => {
            value_of_line(text, line, layout.is_regular)
        }
        Some(_) => None,
        None => Some(&b""[..]),
    };
    let headers = PushHeaders {
        to: value(layout.to)?,
        from: value(layout.from)?,
        content_type: value(layout.content_type)?,
        server: value(layout.server)?,
        agent: value(layout.agent)?,
        contact: value(layout.contact)?,
    };
    let uri = if let StartLine::Request { uri, .. } = start { uri } else { &[] };
    Some(Facts::of_push(headers.tell(uri, is_request, to_tag && is_request)))
}

impl Trace {
    /// Facts of a message.
    pub(crate) fn facts(&self, event: &Event) -> Facts {
        match self.details(event) {
            Some(word) => Facts::from_bits(u16::try_from(word & (CLIENT - 1)).unwrap_or(0)),
            None => self.message(event).map_or_else(Facts::default, |message| {
                Facts::of(&message, event.method, self.identity(event).to_tag != 0, sign::ANY)
            }),
        }
    }

    /// Whether the other side of a MESSAGE is known to be a client: no server, and no mobility service.
    pub(crate) fn is_beside_client(&self, event: &Event) -> bool {
        self.details(event).is_some_and(|word| word & CLIENT != 0)
    }

    /// Fetches a record of the index, which will be read soon.
    pub(crate) fn fetch_record(&self, id: EventId) {
        let at = id.0 as usize;
        lane::prefetch(self.events.get(at..=at).unwrap_or_default());
    }

    /// Fetches what rules will ask of a message: its words, and its text around the start line.
    pub(crate) fn fetch_text(&self, id: EventId) {
        let Some(event) = self.event(id) else { return };
        let words = event.identity as usize;
        lane::prefetch(self.identities.words().get(words..words + WORDS).unwrap_or_default());
        // A part of the logs has its texts elsewhere, and does not open an input for it.
        let input = self.inputs.get(event.file.index()).filter(|_| self.part.is_none());
        let text = input.map_or(&[][..], |input| input.bytes());
        let head = usize::try_from(event.start).unwrap_or(usize::MAX).saturating_add(event.head as usize);
        let around = head.saturating_sub(AROUND.0)..head.saturating_add(AROUND.1).min(text.len());
        lane::prefetch(text.get(around).unwrap_or_default());
    }

    /// The text from a place that was kept on, to the end of the headers.
    fn text_at(&self, event: &Event, place: u32) -> Option<&[u8]> {
        let at = usize::try_from(self.details(event)? >> place & 0xffff).ok().filter(|at| *at > 0)?;
        self.head_text(event).get(at..)
    }

    /// The cleaned value of the first header of a name.
    pub(crate) fn header<'t>(&'t self, event: &Event, name: HeaderName) -> Option<Cow<'t, [u8]>> {
        let place = match name {
            HeaderName::From => self.text_at(event, FROM),
            HeaderName::To => self.text_at(event, TO),
            _ => None,
        };
        let kept = place.and_then(Headers::at_header);
        kept.or_else(|| self.head(event)?.header(name)).map(|h| h.value())
    }

    /// The headers of a message from the first of a kind on, where its place was kept, and only that one where it is known to
    /// be the only one; all headers where nothing was kept, and none where there is none (`lacks`). Of others than those of
    /// that kind only such are given as begin with one of `letters`.
    fn headers_of_kind<'t>(
        &'t self,
        event: &Event,
        (place, lacks): (Option<(usize, bool)>, bool),
        letters: &[u8],
    ) -> impl Iterator<Item = Header<'t>> + use<'t> {
        let kept = place.and_then(|(at, only)| Some((self.head_text(event).get(at..)?, only))).filter(|_| !lacks);
        let only = kept.filter(|(_, only)| *only).and_then(|(text, _)| Headers::at_header(text));
        let from = kept.filter(|(_, only)| !only).map(|(text, _)| Headers::starting_with(text, letters));
        let all = if lacks || only.is_some() || from.is_some() { None } else { self.head(event) };
        let all = from.or_else(|| all.map(|m| m.headers_starting_with(letters)));
        only.into_iter().chain(all.into_iter().flatten())
    }

    /// The cleaned values of P-Asserted-Identity.
    pub(crate) fn asserted<'t>(&'t self, event: &Event) -> impl Iterator<Item = Cow<'t, [u8]>> + use<'t> {
        let is = |h: &Header<'_>| h.name.eq_ignore_ascii_case(b"p-asserted-identity");
        let known = (self.asserted_place(event), self.lacks(event, sign::ASSERTED));
        self.headers_of_kind(event, known, b"p").filter(is).map(|h| h.value())
    }

    /// The headers from the first P-Asserted-Identity on, as they stand there: where they are those of another message, its values
    /// are, too. Empty where its place is not known.
    pub(crate) fn asserted_tail<'t>(&'t self, event: &Event) -> &'t [u8] {
        let place = self.asserted_place(event).map(|(at, _)| at);
        place.and_then(|at| self.head_text(event).get(at..)).unwrap_or_default()
    }

    /// The headers of a message among which are those that tell to which conversation it belongs.
    pub(crate) fn conversation_headers<'t>(&'t self, event: &Event) -> impl Iterator<Item = Header<'t>> + use<'t> {
        let known = (self.conversation_place(event), self.lacks(event, sign::CONVERSATION));
        self.headers_of_kind(event, known, b"msr")
    }

    /// The headers of a message among which are those of the ms-diagnostics family.
    pub(crate) fn diagnostic_headers<'t>(&'t self, event: &Event) -> impl Iterator<Item = Header<'t>> + use<'t> {
        let place = self.diagnostics_place(event).map(|at| (at, false));
        self.headers_of_kind(event, (place, self.lacks(event, sign::DIAGNOSTICS)), b"m")
    }

    /// Value of the record field `Peer`, by its place.
    pub(super) fn kept_peer(&self, event: &Event) -> Option<&[u8]> {
        one_line(self.text_at(event, PEER)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::trace::LoadOptions;
    use proptest::prelude::*;

    fn load(log: &str, for_analysis: bool) -> Trace {
        let options = LoadOptions { for_analysis, ..LoadOptions::default() };
        Trace::load(vec![Input::from_bytes("log", log)], &options)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]
        /// What was kept is what the text says.
        #[test]
        fn what_was_kept_is_what_the_text_says(
            fields in prop::collection::vec(prop::sample::select(vec![
                "Peer: 192.0.2.1:5061", "Peer: 192.0.2.1:5088", "Peer: 192.0.2.1:50610", "peer:x", " Peer: a", "\x0cPeer: b", "PEER : c", "Direction: incoming", "Peer: d\r\n e", "junk", "", "\rPeer: f", "Peer:\u{fc}",
            ]), 0..4),
            method in prop::sample::select(vec!["INVITE", "MESSAGE", "BYE", "OPTIONS"]),
            response in any::<bool>(),
            headers in prop::collection::vec(prop::sample::select(vec![
                "From: <sip:a@b>;tag=1", "f: x", "from:y", "\x0bFrom: z", "\rt:", "To: <sip:b@c>", "To: \"b\r\n b\" <sip:b@c>;tag=7", "T : d", " To: e", "To:",
                "Content-Type: application/sdp", "words of a wrap", "Server: RTC/6.0", "User-Agent: x McxService/4", "Contact: <sip:x;opaque=srvr:mcxExternal>", "",
                "P-Asserted-Identity: <sip:a@b>", "p-asserted-identity:x", "P-Asserted-Service: y", "Content-Type: x/lync.PushNotification+xml", "m: <sip:y>", "contact : z",
                "ms-diagnostics-public: 30001;reason=\"x\"", "Ms-Diagnostics: 1034;reason=\"y\"", " ms-client-diagnostics: 52000", "ms-diagnostics: 7\r\n ;a=b", "Server: PnchApplication",
                "Ms-Conversation-ID: Ac1", "ms-correlation-id:x", "Session-ID : 2", "Refer-To: <sip:c>", "replaces: a;b",
                "Ms-Text-Format: text/plain", "From: <sip:McxUser0123456789abcdef0123456789abcdefbob@contoso.com>",
            ]), 0..6),
            end in prop::sample::select(vec!["\r\n", "\n"]),
            body in prop::sample::select(vec!["-", "v=0\r\nm=audio 1", "m=x-ms-message"]),
        ) {
            let start = if response { "SIP/2.0 200 OK".to_owned() } else { format!("{method} sip:push@push.lync.com;opaque=app:x SIP/2.0") };
            let lines = |all: &[&str]| all.iter().flat_map(|line| [*line, end]).collect::<String>();
            let log = format!("$$begin_record{end}{}Start-Line: {start}{end}Call-ID: 1{end}CSeq: 1 {method}{end}{}Message-Body: {body}{end}$$end_record{end}", lines(&fields), lines(&headers));
            let (kept, read) = (load(&log, true), load(&log, false));
            for (a, b) in kept.events().iter().zip(read.events()) {
                prop_assert_eq!(kept.facts(a), read.facts(b));
                prop_assert_eq!(kept.peer(a), read.peer(b));
                let listens = |port: &str| read.peer(b).is_some_and(|peer| peer.ends_with(port.as_bytes()));
                prop_assert!(!kept.is_beside_client(a) || ![":5061", ":5086", ":5087", ":5088", ":5089"].into_iter().any(listens));
                for name in [HeaderName::From, HeaderName::To, HeaderName::Contact] {
                    prop_assert_eq!(kept.header(a, name), read.header(b, name));
                }
                prop_assert_eq!(kept.asserted(a).collect::<Vec<_>>(), read.asserted(b).collect::<Vec<_>>());
                let ties = |trace: &Trace, e: &Event| {
                    let own = trace.conversation_headers(e).map(|h| (h.name.to_ascii_lowercase(), h.value().into_owned()));
                    let names: [&[u8]; 6] = [b"ms-conversation-id", b"ms-correlation-id", b"session-id", b"replaces", b"refer-to", b"referred-by"];
                    own.filter(|(name, _)| names.contains(&&name[..])).collect::<Vec<_>>()
                };
                prop_assert_eq!(ties(&kept, a), ties(&read, b));
                let diagnostics = |trace: &Trace, e: &Event| {
                    let own = trace.diagnostic_headers(e).map(|h| (h.name.to_ascii_lowercase(), h.value().into_owned()));
                    own.filter(|(name, _)| [&b"ms-diagn"[..], b"ms-clien"].iter().any(|n| name.starts_with(n))).collect::<Vec<_>>()
                };
                prop_assert_eq!(diagnostics(&kept, a), diagnostics(&read, b));
                let product = |trace: &Trace, e: &Event| trace.product(e).map(|m| m.text().trim_ascii().to_vec());
                prop_assert_eq!(product(&kept, a), product(&read, b));
            }
        }
    }
}
