//! A message that is printed from its parts and read again is the same message.

use proptest::prelude::*;
use siptrail::Trace;
use siptrail::input::Input;
use siptrail::trace::LoadOptions;

use crate::common::{root, scenarios};

/// What a message consists of, as logged.
#[derive(Clone, Debug, PartialEq)]
struct Parts {
    start: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

const FIELDS: &[u8] =
    b"TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,A::B:C.cpp(125))$$begin_record\r\n\
    Instance-Id: 0000C23F\r\nDirection: incoming\r\nPeer: 192.0.2.1:5060\r\nMessage-Type: request\r\nStart-Line: ";

/// The messages of a log.
fn read(log: impl Into<Vec<u8>>) -> Vec<Parts> {
    let trace = Trace::load(vec![Input::from_bytes("reprint.log", log.into())], &LoadOptions::default());
    let messages = trace.events().iter().filter_map(|event| trace.message(event));
    messages
        .map(|m| Parts {
            start: m.start_text().trim_ascii().to_vec(),
            headers: m.headers().map(|h| (h.name.to_vec(), h.raw.trim_ascii().to_vec())).collect(),
            body: m.body().trim_ascii_end().to_vec(),
        })
        .collect()
}

/// The record of a message.
fn print(parts: &Parts) -> Vec<u8> {
    let mut out = FIELDS.to_vec();
    out.extend_from_slice(&parts.start);
    for (name, value) in &parts.headers {
        out.extend([b"\r\n", name.as_slice(), b": ", value].concat());
    }
    let body = if parts.body.is_empty() { b"-" } else { parts.body.as_slice() };
    out.extend([b"\r\nMessage-Body: ", body, b"\r\n$$end_record\r\n"].concat());
    out
}

/// Start lines, the last ones as sloppy senders and pastes leave them.
fn start_line() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "(INVITE|MESSAGE|BYE|ACK|PING|x-odd) sips?:[a-z0-9.%-]{1,20}@contoso\\.com(;[a-z]{1,6}(=[a-z0-9]{1,6})?){0,3} SIP/2\\.0",
        "SIP/2\\.0 [1-6][0-9]{2} [A-Za-z '(),.-]{0,24}[a-z]",
        "INVITE\r\n sip:bob@contoso\\.com\r\n SIP/2\\.0",
        "[ -#%-~]{1,40}[!-~]",
    ]
    .prop_map(|line: String| line.trim().as_bytes().to_vec())
    .prop_filter("a start line", |line| !line.is_empty())
}

/// One line of a value: any bytes but line ends, so that quoted commas, colons, UTF-8 and single bytes of
/// Windows-1252 all come up.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => "<sip:[a-z]{1,8}@contoso\\.com>;tag=[0-9a-f]{4,10}".prop_map(String::into_bytes),
        3 => "[;,\"<(=0-9][ -~]{0,60}".prop_map(String::into_bytes),
        1 => "\"[a-zäöüß–“”‘’ 日本]{0,12}\" <tel:\\+1[0-9]{3}>".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>().prop_filter("a byte of a line", |b| !b"\r\n\0$".contains(b)), 0..40)
            .prop_map(|tail| [&b";"[..], &tail].concat()),
    ]
    .prop_map(|line| line.trim_ascii().to_vec())
}

/// A header; its value may be empty or folded, its name compact, of one letter, or one that nobody knows.
fn header() -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let name = "(Via|v|From|f|To|t|Call-ID|i|CSeq|Contact|m|Record-Route|ms-diagnostics|Ms-[A-Z][a-z]{1,9}|X|[a-z]{2,9}-[A-Za-z0-9]{1,9})";
    let fold = prop::sample::select(vec!["\r\n ", "\r\n\t", "\n   ", "\r\n \r\n\t"]);
    (name, prop::collection::vec(piece(), 0..4), fold)
        .prop_map(|(name, pieces, fold)| (name.into_bytes(), pieces.join(fold.as_bytes()).trim_ascii().to_vec()))
}

/// A body; one that looks like a message, a record's fields, or a part of a log is still a body.
fn body() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        "[ -#%-~]{0,50}",
        Just("Call-ID: not-a-header".to_owned()),
        Just("Message-Body: x".to_owned()),
        Just("v=0".to_owned()),
        Just("-".to_owned()),
    ];
    (prop::collection::vec(line, 0..8), prop::sample::select(vec!["\r\n", "\n"]))
        .prop_map(|(lines, end)| lines.join(end).trim_ascii().as_bytes().to_vec())
        .prop_filter("`-` alone says that there is no body", |body| body != b"-")
}

/// Pieces of messages in any order: what they are is for the reader to say, but it must say it again.
fn soup() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "\r\n",
            "\n",
            "\r",
            " ",
            "\t",
            ":",
            "-",
            "Via",
            "v: ",
            "Call-ID: ",
            "CSeq: 1 INVITE",
            "TL_INFO(",
            "\nMessage-Body: ",
            "\nContent-Length: 30\r\n",
            "\nX-Y:",
            "sip:",
            "$$",
            "\n\n",
            "SIP/2.0",
            "\u{2013}",
            "\nPeer: a\n",
            "  To : b",
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 1..4),
    ];
    prop::collection::vec(part, 0..60).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(crate::common::cases(400))]

    #[test]
    fn a_printed_message_is_read_as_what_it_was(start in start_line(), headers in prop::collection::vec(header(), 0..12), body in body()) {
        let parts = Parts { start, headers, body };
        let log = print(&parts);
        prop_assert_eq!(read(log.clone()), vec![parts.clone()], "{}", log.escape_ascii());
        prop_assert_eq!(read(print(&parts)), read(log));
    }

    #[test]
    fn whatever_was_read_is_read_again(soup in soup()) {
        for parts in read([FIELDS, &soup, b"\r\n$$end_record\r\n"].concat()) {
            let log = print(&parts);
            prop_assert_eq!(read(log.clone()), vec![parts], "{}", log.escape_ascii());
        }
    }
}

#[test]
fn every_message_of_the_scenarios_and_samples_is_read_again() {
    let mut logs: Vec<Vec<u8>> = scenarios().into_iter().flat_map(|s| s.files).map(|(_, log)| log).collect();
    logs.extend(
        ["cls-two-servers.log", "damaged-paste.txt", "desktop-calls.log"]
            .map(|name| std::fs::read(root("samples").join(name)).unwrap()),
    );
    let messages: Vec<Parts> = logs.into_iter().flat_map(read).collect();
    assert!(messages.len() > 100);
    for parts in messages {
        let log = print(&parts);
        assert_eq!(read(log.clone()), [parts], "{}", log.escape_ascii());
    }
}
