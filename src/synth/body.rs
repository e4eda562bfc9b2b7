//! Message bodies: session descriptions, instant messages, presence, in the sizes that servers see.

use super::place::first_name;
use super::session::{Body, Flight, Session};
use super::text::{Blob, Put, low16, mix, pad, put, scale, upper};

/// Value of Content-Type.
pub(super) fn content_type(body: Body) -> &'static str {
    match body {
        Body::None => "",
        Body::ImSdp | Body::AudioSdp | Body::VideoSdp => "application/sdp",
        Body::Text => "text/plain; charset=UTF-8;msgr=WAAtAE0ATQBTAC0ASQBNAC0ARgBvAHIAbQBhAHQAOgAgAA0ACgA",
        Body::Categories => "application/msrtc-event-categories+xml",
        Body::Conference => "application/ms-conf-invite+xml",
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
    "für morgen",
    "ok",
];

/// Writes the body of a message. All its copies have the same.
pub(super) fn write(out: &mut Vec<u8>, session: &Session, flight: &Flight) {
    let seed = session
        .value(0xB0D7 + (u64::from(flight.txn) << 16) + (u64::from(flight.status) << 32) + u64::from(flight.leg));
    let address = mix(seed, 5) % 250 + 2;
    let port = 20_000 + u64::from(low16(seed) & 0x3FFE);
    match flight.body {
        Body::None => {}
        Body::ImSdp => {
            put!(out => "v=0\r\no=- 0 0 IN IP4 203.0.113.", address, "\r\ns=session\r\nc=IN IP4 203.0.113.", address, "\r\nt=0 0\r\n");
            put!(out => "m=message ", port, " sip sip:user@contoso.com\r\na=accept-types:text/plain multipart/alternative image/gif text/rtf text/html application/x-ms-ink application/ms-imdn+xml text/x-msmsgsinvite\r\n");
        }
        Body::AudioSdp => media(out, seed, address, port, false),
        Body::VideoSdp => media(out, seed, address, port, true),
        Body::Text => {
            for word in 0..u64::from(3 + scale(seed, 22)) {
                put!(out => if word > 0 { " " } else { "" }, WORDS[usize::from(mix(seed, word).to_le_bytes()[0] & 15)]);
            }
        }
        Body::Categories => {
            let user = session.party(0).user;
            put!(out => "<categories xmlns=\"http://schemas.microsoft.com/2006/09/sip/categories\" uri=\"sip:", first_name(user), user, "@contoso.com\">");
            for n in 0..u64::from(1 + scale(seed, 4)) {
                put!(out => "<category name=\"state\" instance=\"", mix(seed, n) & 0xFFFF_FFFF, "\" publishTime=\"2013-10-14T09:", pad(n, 2));
                put!(out => ":11.503\" container=\"2\" version=\"", n + 3, "\" expireType=\"user\"><state xsi:type=\"aggregateState\" lastActive=\"2013-10-14T09:00:58\" xmlns=\"http://schemas.microsoft.com/2006/09/sip/state\"><availability>",
                    3500 + mix(seed, n + 40) % 5 * 1500, "</availability></state></category>");
            }
            put!(out => "</categories>");
        }
        Body::Conference => {
            put!(out => "<Conferencing version=\"2.0\"><focus-uri>sip:", first_name(session.party(0).user), session.party(0).user);
            put!(out => "@contoso.com;gruu;opaque=app:conf:focus:id:", upper(seed, 8), "</focus-uri><subject></subject></Conferencing>");
        }
        Body::Push => put!(out => "----****MESSAGE BODY DELETED****----"),
    }
}

fn media(out: &mut Vec<u8>, seed: u64, address: u64, port: u64, video: bool) {
    put!(out => "v=0\r\no=- 0 0 IN IP4 203.0.113.", address, "\r\ns=session\r\nc=IN IP4 203.0.113.", address, "\r\nb=CT:99980\r\nt=0 0\r\n");
    put!(out => "m=audio ", port, " RTP/SAVP 114 9 111 0 8 97 101\r\na=ice-ufrag:", Blob(seed, 4), "\r\na=ice-pwd:", Blob(seed ^ 1, 24), "\r\n");
    for candidate in 1..=3_u64 {
        for component in 1..=2_u64 {
            put!(out => "a=candidate:", candidate, " ", component, " UDP 21307", pad(mix(seed, candidate) % 100_000, 5),
                " 203.0.113.", address, " ", port + candidate * 4 + component - 1, " typ host \r\n");
        }
    }
    put!(out => "a=cryptoscale:1 client AES_CM_128_HMAC_SHA1_80 inline:", Blob(seed ^ 2, 40), "|2^31|1:1\r\na=maxptime:200\r\n");
    put!(out => "a=rtpmap:114 x-msrta/16000\r\na=fmtp:114 bitrate=29000\r\na=rtpmap:9 G722/8000\r\na=rtpmap:111 SIREN/16000\r\na=fmtp:111 bitrate=16000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\n");
    if video {
        put!(out => "m=video ", port + 100, " RTP/SAVP 121 34\r\na=rtpmap:121 x-rtvc1/90000\r\na=rtpmap:34 H263/90000\r\n");
    }
}
