//! Identities of each kind, planted in a log: none is left in its copy.
//!
//! The kinds stand in `tests/anonymise/planted.txt`.

use siptrail::anonymise::{Key, Rewriter, Seen, difference, remains};
use siptrail::input::Input;
use siptrail::report;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::root;

#[derive(Default)]
struct Planted {
    kind: String,
    gone: Vec<String>,
    headers: Vec<String>,
    session: Vec<String>,
    lines: Vec<String>,
    raw: Vec<String>,
    content_type: Option<String>,
    body: Vec<String>,
}

fn planted() -> Vec<Planted> {
    let text = std::fs::read_to_string(root("tests/anonymise/planted.txt")).unwrap();
    let mut out: Vec<Planted> = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with('#') && !l.is_empty()) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        if word == "===" {
            out.push(Planted { kind: rest.to_owned(), ..Planted::default() });
            continue;
        }
        let one = out.last_mut().unwrap();
        match word {
            "gone" => one.gone.push(rest.to_lowercase()),
            "header" => one.headers.push(rest.to_owned()),
            "sdp" => one.session.push(rest.to_owned()),
            "line" => one.lines.push(rest.to_owned()),
            "raw" => one.raw.push(rest.to_owned()),
            "type" => one.content_type = Some(rest.to_owned()),
            "body" => one.body.push(rest.to_owned()),
            _ => panic!("{line}"),
        }
    }
    out
}

impl Planted {
    fn log(&self) -> String {
        let prefix = |n: usize, flag: &str| {
            format!(
                "TL_INFO({flag}) [0]0F14.1A2C::10/15/2013-09:00:{n:02}.669.{n:08x} (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))"
            )
        };
        let message = |n: usize, start: &str, more: &str| {
            let kind = if start.starts_with("SIP") { "response" } else { "request" };
            format!(
                "{}$$begin_record\nInstance-Id: {n:08X}\nDirection: outgoing\nPeer: 192.0.2.9:5061\nMessage-Type: {kind}\n\
                 Start-Line: {start}\nFrom: \"Alice\"<sip:alice@contoso.com>;tag=a\nTo: <sip:bob@contoso.com>\nCSeq: 1 INVITE\n\
                 Call-ID: one\nVia: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\n{more}$$end_record\n",
                prefix(n, "TF_PROTOCOL")
            )
        };
        let lines = |of: &[String]| of.iter().flat_map(|l| [l, "\n"]).collect::<String>();
        let (content, body) = match &self.content_type {
            Some(content) => (content.as_str(), lines(&self.body)),
            None if self.session.is_empty() => ("application/sdp", "-\n".to_owned()),
            None => ("application/sdp", format!("v=0\n{}t=0 0\n", lines(&self.session))),
        };
        let more = format!("{}Content-Type: {content}\nContent-Length: 0\nMessage-Body: {body}", lines(&self.headers));
        let between: String =
            self.lines.iter().flat_map(|text| [prefix(2, "TF_COMPONENT"), text.clone(), "\n".to_owned()]).collect();
        message(1, "INVITE sip:bob@contoso.com SIP/2.0", &more)
            + &between
            + &lines(&self.raw)
            + &message(3, "SIP/2.0 486 Busy Here", "Content-Length: 0\nMessage-Body: -\n")
    }
}

fn trace(text: &[u8]) -> Trace {
    Trace::load(vec![Input::from_bytes("fe.log", text)], &LoadOptions::default())
}

#[test]
fn planted_identities_of_each_kind_are_gone() {
    let all = planted();
    assert!(all.len() > 60);
    let mut left = Vec::new();
    for one in &all {
        let log = one.log();
        let original = trace(log.as_bytes());
        let seen = Seen::of([log.as_bytes()]);
        let rewriter = Rewriter::new(&seen, &Key::new(*b"a key for tests only"), &[]);
        let mut copy = Vec::new();
        rewriter.rewrite(log.as_bytes(), &mut copy).unwrap();
        let text = String::from_utf8_lossy(&copy).to_lowercase();
        for word in &one.gone {
            assert!(
                log.to_lowercase().replace(['\n', '\\'], "").contains(&word.replace('\\', "")) || word.len() < 6,
                "{}: {word} was never there",
                one.kind
            );
            if text.contains(word.as_str()) {
                left.push(format!("{}: {word}", one.kind));
            }
        }
        for word in remains(&seen, &copy, &[], |word| rewriter.is_name(word)) {
            assert!(!rewriter.is_name(&word.word), "{}: {word:?}", one.kind);
        }
        let reported = |trace: &Trace| report::report(trace, &siptrail::analyse(trace, &Options::default()), &[]);
        assert_eq!(difference(&reported(&original), &reported(&trace(&copy))), None, "{}", one.kind);
        assert!(text.contains("invite sip:") && text.contains("486 busy here"), "{}", one.kind);
    }
    assert!(left.is_empty(), "left in the copy:\n{}", left.join("\n"));
}
