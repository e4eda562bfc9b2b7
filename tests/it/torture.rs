//! The hard messages of RFC 4475 as framed records: all framed, and each identified wherever the RFC says it can be.

use siptrail::input::Input;
use siptrail::sip::Method;
use siptrail::text::decode;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::root;

struct Case {
    name: String,
    /// Method, number, Call-ID; `None`: it only has to be framed.
    expect: Option<(String, String, Vec<u8>)>,
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
        let method = words.next().unwrap().to_owned();
        let expect = words.next().map(|n| (method, n.to_owned(), unescape(words.next().unwrap())));
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
        let body: Vec<String> = body.iter().map(|l| l.replacen("body ", "", 1)).collect();
        record.extend(
            format!(
                "Message-Body: {}\r\n$$end_record\r\n",
                if body.is_empty() { "-".to_owned() } else { body.join("\r\n") }
            )
            .bytes(),
        );
        cases.push(Case { name, expect, record });
    }
    cases
}

#[test]
fn every_hard_message_is_framed_and_identified() {
    let cases = cases();
    assert!(cases.len() > 25);
    let log: Vec<u8> = cases.iter().flat_map(|c| c.record.clone()).collect();
    let trace = Trace::load(vec![Input::from_bytes("torture.log", log)], &LoadOptions::default());
    assert_eq!(trace.events().len(), cases.len());
    siptrail::analyse(&trace, &Options::default());
    let mut wrong = Vec::new();
    for (case, event) in cases.iter().zip(trace.events()) {
        let Some((method, number, call_id)) = &case.expect else { continue };
        // A method that siptrail has no name for is still known to be one.
        let expected = Method::from_token(method.as_bytes()).name();
        let found = event.method.name();
        let symbol = event.call_id().map(|s| trace.symbol(s).to_vec()).unwrap_or_default();
        if (found, &event.cseq.to_string(), &symbol) != (expected, number, call_id) {
            wrong.push(format!("{}: {found} {} {}", case.name, event.cseq, decode(&symbol)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
