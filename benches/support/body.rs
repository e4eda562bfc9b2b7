//! Message bodies: SDP, instant messages, presence XML, in the sizes a Front End sees.

use super::session::{Body, Session, Step};
use super::text::{Blob, Put, hex, low16, mix, pad, put, scale};

/// `Content-Type` of a body.
pub(super) fn content_type(step: &Step) -> &'static str {
    match step.body {
        Body::None => "",
        Body::ImSdp | Body::AudioSdp => "application/sdp",
        Body::AudioOffer => "multipart/alternative;boundary=\"----=_NextPart_000_0A1B_01CF3F00.1C2D3E40\"",
        Body::Text => "text/plain; charset=UTF-8;msgr=WAAtAE0ATQBTAC0ASQBNAC0ARgBvAHIAbQBhAHQAOgAgAA0ACgA",
        Body::Typing => "application/im-iscomposing+xml",
        Body::Categories => "application/msrtc-event-categories+xml",
        Body::Roster => "application/msrtc-adrl-categorylist+xml",
        Body::RosterState => {
            "multipart/related; type=\"application/rlmi+xml\";start=resourceList; boundary=50UBfW7LSCVLtggUPe5z"
        }
        Body::Publish => "application/msrtc-category-publish+xml",
        Body::Push => "application/vnd.microsoft.lync.pushNotification+xml; charset=\"Unicode (UTF-8)\"",
    }
}

const WORDS: [&str; 16] = [
    "can you",
    "look at",
    "the build",
    "again",
    "before",
    "lunch",
    "please",
    "I will",
    "call back",
    "in ten minutes",
    "thanks",
    "the meeting",
    "moved to",
    "room 4",
    "tomorrow",
    "ok",
];

const AVAILABILITY: [u32; 6] = [3500, 5000, 6500, 9500, 12_500, 15_500];

/// Writes the body of `step`, lines ending in `eol`. All copies of one message have the same body.
pub(super) fn write(out: &mut Vec<u8>, session: &Session, step: &Step, eol: &str) {
    let seed =
        session.value(0xB0D7 + (u64::from(step.txn) << 16) + (u64::from(step.status) << 32) + u64::from(step.leg));
    let address = u64::from(seed.to_le_bytes()[5] % 250 + 2);
    match step.body {
        Body::None => {}
        Body::ImSdp => im_sdp(out, seed, address, eol),
        Body::AudioSdp => audio_sdp(out, seed, address, true, eol),
        Body::AudioOffer => audio_offer(out, seed, address, eol),
        Body::Text => text(out, seed, 3 + scale(seed, 22)),
        Body::Typing => put!(out =>
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><isComposing xmlns=\"urn:ietf:params:xml:ns:im-iscomposing\"><state>active</state><contenttype>text/plain</contenttype><refresh>60</refresh></isComposing>"
        ),
        Body::Categories => categories(out, seed, 1 + scale(seed, 4), session.party(1).user),
        Body::Roster => roster(out, seed, 3 + scale(seed, 10)),
        Body::RosterState => roster_state(out, seed, 1 + scale(seed, 5), eol),
        Body::Publish => publish(out, seed, 1 + scale(seed, 4)),
        Body::Push => push(out, seed, session.party(0).user),
    }
}

fn text(out: &mut Vec<u8>, seed: u64, count: u32) {
    for word in 0..u64::from(count) {
        let index = usize::from(mix(seed, word).to_le_bytes()[0] & 15);
        put!(out => if word > 0 { " " } else { "" }, WORDS[index]);
    }
}

fn im_sdp(out: &mut Vec<u8>, seed: u64, address: u64, eol: &str) {
    put!(out => "v=0", eol, "o=- 0 0 IN IP4 198.51.100.", address, eol, "s=session", eol);
    put!(out => "c=IN IP4 198.51.100.", address, eol, "t=0 0", eol);
    put!(out => "m=message ", u64::from(low16(seed)), " sip sip:user@contoso.com", eol);
    put!(out => "a=accept-types:text/plain multipart/alternative image/gif text/rtf text/html application/x-ms-ink ");
    put!(out => "application/ms-imdn+xml text/x-msmsgsinvite", eol);
}

fn audio_sdp(out: &mut Vec<u8>, seed: u64, address: u64, full: bool, eol: &str) {
    let port = 20_000 + u64::from(low16(seed) & 0x3FFE);
    put!(out => "v=0", eol, "o=- 0 0 IN IP4 198.51.100.", address, eol, "s=session", eol);
    put!(out => "c=IN IP4 198.51.100.", address, eol, "b=CT:99980", eol, "t=0 0", eol);
    put!(out => "m=audio ", port, " RTP/SAVP 114 9 111 0 8 97 101", eol);
    put!(out => "a=ice-ufrag:", Blob(seed, 4), eol, "a=ice-pwd:", Blob(seed ^ 1, 24), eol);
    for candidate in 1..=if full { 3_u64 } else { 1 } {
        for component in 1..=2_u64 {
            put!(out => "a=candidate:", candidate, " ", component, " UDP 21307",
                pad(mix(seed, candidate) % 100_000, 5));
            put!(out => " 198.51.100.", address, " ", port + candidate * 4 + component - 1,
                " typ host ", eol);
        }
    }
    put!(out => "a=cryptoscale:1 client AES_CM_128_HMAC_SHA1_80 inline:", Blob(seed ^ 2, 40),
        "|2^31|1:1", eol);
    put!(out => "a=maxptime:200", eol, "a=rtcp:", port + 1, eol);
    put!(out => "a=rtpmap:114 x-msrta/16000", eol, "a=fmtp:114 bitrate=29000", eol,
        "a=rtpmap:9 G722/8000", eol);
    put!(out => "a=rtpmap:111 SIREN/16000", eol, "a=fmtp:111 bitrate=16000", eol,
        "a=rtpmap:0 PCMU/8000", eol);
    put!(out => "a=rtpmap:8 PCMA/8000", eol, "a=rtpmap:97 RED/8000", eol,
        "a=rtpmap:101 telephone-event/8000", eol);
    put!(out => "a=fmtp:101 0-16", eol, "a=ptime:20", eol);
}

/// Two offers in one: for old servers with few candidates, and the full one.
fn audio_offer(out: &mut Vec<u8>, seed: u64, address: u64, eol: &str) {
    let boundary = "------=_NextPart_000_0A1B_01CF3F00.1C2D3E40";
    for (disposition, full) in
        [("session; handling=optional; ms-proxy-2007fallback", false), ("session; handling=optional", true)]
    {
        put!(out => boundary, eol, "Content-Type: application/sdp", eol,
            "Content-Transfer-Encoding: 7bit", eol);
        put!(out => "Content-ID: <", hex(seed, 16), "@contoso.com>", eol, "Content-Disposition: ",
            disposition, eol, eol);
        audio_sdp(out, seed, address, full, eol);
        put!(out => eol);
    }
    put!(out => boundary, "--", eol);
}

fn category(out: &mut Vec<u8>, seed: u64) {
    let hour = seed % 24;
    let kind = (seed >> 8) & 3;
    let name = ["state", "note", "contactCard", "calendarData"][usize::from(kind.to_le_bytes()[0])];
    put!(out => "<category name=\"", name, "\" instance=\"", seed & 0xFFFF_FFFF,
        "\" publishTime=\"2014-03-14T", pad(hour, 2));
    put!(out => ":0", seed & 7, ":11.", pad(seed % 1000, 3), "\" container=\"", (seed >> 3) & 1023,
        "\" version=\"", seed & 255, "\" expireType=\"user\">");
    match kind {
        0 => {
            let state = AVAILABILITY[usize::from((seed % 6).to_le_bytes()[0])];
            put!(out => "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" manual=\"false\" xsi:type=\"aggregateState\" ");
            put!(out => "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><availability>", state,
                "</availability><device>computer</device></state>");
        }
        1 => {
            put!(out => "<note xmlns=\"http://schemas.microsoft.com/2006/09/sip/note\"><body type=\"personal\" uri=\"\">");
            text(out, seed, 6);
            put!(out => "</body></note>");
        }
        2 => {
            put!(out => "<contactCard xmlns=\"http://schemas.microsoft.com/2006/09/sip/contactcard\"><identity><name><displayName>User ",
                pad(seed % 6000, 4));
            put!(out => "</displayName></name><email>user", pad(seed % 6000, 4),
                "@contoso.com</email></identity><company>Contoso</company><title>Engineer</title></contactCard>");
        }
        _ => {
            put!(out => "<calendarData xmlns=\"http://schemas.microsoft.com/2006/09/sip/calendarData\" mailboxID=\"user",
                pad(seed % 6000, 4));
            put!(out => "@contoso.com\"><freeBusy startTime=\"2014-03-13T00:00:00Z\" granularity=\"PT15M\" encodingVersion=\"1\">");
            put!(out => Blob(seed, 168), "</freeBusy></calendarData>");
        }
    }
    put!(out => "</category>");
}

fn categories(out: &mut Vec<u8>, seed: u64, count: u32, user: u32) {
    put!(out => "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:user",
        pad(u64::from(user), 4), "@contoso.com\">");
    for index in 0..u64::from(count) {
        category(out, mix(seed, index));
    }
    put!(out => "</categories>");
}

fn roster(out: &mut Vec<u8>, seed: u64, count: u32) {
    put!(out => "<batchSub xmlns=\"http://schemas.microsoft.com/2006/01/sip/batch-subscribe\" uri=\"sip:user@contoso.com\" name=\"\"><action name=\"subscribe\" id=\"");
    put!(out => seed & 0xFF_FFFF, "\"><adhocList>");
    for index in 0..u64::from(count) {
        put!(out => "<resource uri=\"sip:user", pad(mix(seed, index) % 6000, 4),
            "@contoso.com\"><context></context></resource>");
    }
    put!(out => "</adhocList><categoryList xmlns=\"http://schemas.microsoft.com/2006/09/sip/categorylist\"><category name=\"services\"/><category name=\"state\"/><category name=\"note\"/>");
    put!(out => "<category name=\"contactCard\"/><category name=\"calendarData\"/></categoryList></action></batchSub>");
}

fn roster_state(out: &mut Vec<u8>, seed: u64, count: u32, eol: &str) {
    let boundary = "--50UBfW7LSCVLtggUPe5z";
    put!(out => boundary, eol, "Content-Transfer-Encoding: binary", eol, "Content-ID: resourceList",
        eol, "Content-Type: application/rlmi+xml", eol, eol);
    put!(out => "<list xmlns=\"urn:ietf:params:xml:ns:rlmi\" uri=\"sip:user@contoso.com\" version=\"0\" fullState=\"false\"/>",
        eol);
    for index in 0..u64::from(count) {
        let part = mix(seed, 100 + index);
        put!(out => boundary, eol, "Content-Transfer-Encoding: binary", eol,
            "Content-Type: application/msrtc-event-categories+xml", eol, eol);
        categories(out, part, 1 + scale(part, 2), scale(part, 6000));
        put!(out => eol);
    }
    put!(out => boundary, "--", eol);
}

fn publish(out: &mut Vec<u8>, seed: u64, count: u32) {
    put!(out => "<publish xmlns=\"http://schemas.microsoft.com/2006/09/sip/rich-presence\"><publications uri=\"sip:user@contoso.com\">");
    for index in 0..u64::from(count) {
        let part = mix(seed, index);
        put!(out => "<publication categoryName=\"state\" instance=\"", part & 0xFFFF_FFFF,
            "\" container=\"2\" version=\"", part >> 60, "\" expireType=\"endpoint\">");
        put!(out => "<state xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\" manual=\"false\"><availability>");
        put!(out => AVAILABILITY[usize::from((part % 6).to_le_bytes()[0])],
            "</availability><device>computer</device></state></publication>");
    }
    put!(out => "</publications></publish>");
}

/// No schema of the real body is known: XML of about its size.
fn push(out: &mut Vec<u8>, seed: u64, user: u32) {
    put!(out => "<?xml version=\"1.0\" encoding=\"utf-8\"?><notification id=\"", hex(seed, 16),
        "\"><recipient>sip:user", pad(u64::from(user), 4));
    put!(out => "@contoso.com</recipient><channel>", Blob(seed, 180),
        "</channel><invitation modality=\"im\" importance=\"normal\"/><text>");
    text(out, seed, 20);
    put!(out => "</text></notification>");
}
