//! The hard messages of RFC 4475 and RFC 5118 as framed records: all framed, and each identified wherever the RFC says
//! it can be.

use siptrail::input::Input;
use siptrail::sip::Method;
use siptrail::text::decode;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::root;

struct Case {
    name: String,
    /// Method, `CSeq` number, Call-ID; `-` where the message has none, or an invalid one.
    expect: [String; 3],
    record: Vec<u8>,
}

/// `\xNN` to bytes.
fn unescape(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(r"\x") {
        out.extend_from_slice(before.as_bytes());
        out.push(u8::from_str_radix(&after[..2], 16).unwrap());
        rest = &after[2..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(root("tests/torture.txt")).unwrap();
    let mut cases = Vec::new();
    for part in text.split("\n=== ").skip(1) {
        let mut lines = part.lines();
        let name = lines.next().unwrap().to_owned();
        let mut words = lines.next().unwrap().strip_prefix("expect ").unwrap().splitn(3, ' ');
        let expect = [(); 3].map(|()| words.next().unwrap().to_owned());
        let all: Vec<&str> = lines.filter(|l| !l.is_empty()).collect();
        let (body, head): (Vec<&str>, Vec<&str>) = all.iter().partition(|l| l.starts_with("body "));
        let kind = if head[0].starts_with("SIP/2.0") { "response" } else { "request" };
        let mut record = format!(
            "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.{:03}.000d{:04x} (SIPStack,A::B:C.cpp(125))$$begin_record\r\n\
             Instance-Id: 0000C23F\r\nDirection: incoming\r\nPeer: 192.0.2.1:5060\r\nMessage-Type: {kind}\r\nStart-Line: ",
            cases.len(),
            cases.len()
        )
        .into_bytes();
        for line in head {
            record.extend(unescape(line));
            record.extend(b"\r\n");
        }
        record.extend(b"Message-Body: ");
        let lines: Vec<Vec<u8>> = body.iter().map(|l| unescape(&l["body ".len()..])).collect();
        record.extend(if lines.is_empty() { b"-".to_vec() } else { lines.join(&b"\r\n"[..]) });
        record.extend(b"\r\n$$end_record\r\n");
        cases.push(Case { name, expect, record });
    }
    cases
}

#[test]
fn every_hard_message_is_framed_and_identified() {
    let cases = cases();
    assert_eq!(cases.len(), 49 + 12);
    let log: Vec<u8> = cases.iter().flat_map(|c| c.record.clone()).collect();
    let trace = Trace::load(vec![Input::from_bytes("torture.log", log)], &LoadOptions::default());
    assert_eq!(trace.events().len(), cases.len());
    siptrail::analyse(&trace, &Options::default());
    let mut wrong = Vec::new();
    for (case, event) in cases.iter().zip(trace.events()) {
        let [method, number, call_id] = &case.expect;
        // A method that siptrail has no name for is still known to be one.
        let known = event.method.name() == Method::from_token(method.as_bytes()).name();
        let symbol = event.call_id().map(|s| trace.symbol(s).to_vec()).unwrap_or_default();
        let is = |expected: &str, found: &[u8]| match expected {
            "-" => found.is_empty() || found == b"0",
            _ => found == unescape(expected),
        };
        if !(known && is(number, event.cseq.to_string().as_bytes()) && is(call_id, &symbol)) {
            wrong.push(format!("{}: {} {} {}", case.name, event.method.name(), event.cseq, decode(&symbol)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
