//! `siptrail export --as sipp`: what `SIPp` would do with the scenarios.

use roxmltree::{Document, Node};
use siptrail::export::sipp::{Dialog, scenario};
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

use crate::common::root;
use crate::program::{err, out, run};

fn samples() -> (Trace, Analysis) {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

fn elements<'d>(document: &'d Document<'_>) -> Vec<Node<'d, 'd>> {
    document.root_element().children().filter(Node::is_element).collect()
}

/// The scenario in short: `INVITE 100? 180 pause CANCEL 200 487 ACK`; `<` received request, `>` sent response.
fn in_short(document: &Document<'_>) -> String {
    let word = |e: &Node<'_, '_>| match e.tag_name().name() {
        "send" => {
            let text = e.text().unwrap().trim_start();
            let first = text.split(' ').next().unwrap();
            if first == "SIP/2.0" { format!(">{}", text.split(' ').nth(1).unwrap()) } else { first.to_owned() }
        }
        "recv" => {
            let optional = if e.attribute("optional").is_some() { "?" } else { "" };
            let request = e.attribute("request").map(|r| format!("<{r}"));
            format!("{}{optional}", request.or(e.attribute("response").map(str::to_owned)).unwrap())
        }
        other => other.to_owned(),
    };
    elements(document).iter().map(word).collect::<Vec<_>>().join(" ")
}

/// By reading the logs: what the caller sent and was sent, and by whom the call was ended.
const EXPECTED: &[(&str, &str)] = &[
    ("b45230e872a37c9066ec2be87671bdcc", "INVITE 100? 101? 180? 408 ACK"),
    ("99d665030673e33a9276ce25c7474040", "INVITE 100? 180 pause CANCEL 200 487 ACK"),
    ("c4be3171e0c068c7f4d6bb7280149f35", "INVITE 407 ACK INVITE 100? 180? 200 ACK <BYE >200"),
    ("7c3844615f15b4cbb062ef6f96eef00d", "INVITE 100? 180? 200 ACK pause BYE 200"),
    ("c58b24a6c166f4f818b30a01b8d30a9f", "INVITE 100? 101? 180? 200 ACK MESSAGE 200 <MESSAGE >200 pause BYE 200"),
    // The log ends while it rings.
    ("bf3cfab218b493a695b6a84a311d5fe7", "INVITE 100? 180"),
    // The push of the first, and one of a paste without directions.
    ("d68bd9b8f0eab68990630472429bca14", "MESSAGE 504"),
    ("8352b7cc955ec7faefa7494cb1c4bcf6", "MESSAGE 200"),
];

#[test]
fn every_dialog_of_the_samples_can_be_played_again() {
    let (trace, analysis) = samples();
    let calls = (0..analysis.calls.len()).map(|i| (Dialog::Call(i), &analysis.calls[i].call_id));
    let pushes = (0..analysis.pushes.len()).map(|i| (Dialog::Push(i), &analysis.pushes[i].call_id));
    let mut compared = 0;
    for (dialog, id) in calls.chain(pushes) {
        let text = scenario(&trace, &analysis, dialog).unwrap_or_else(|| panic!("{id}: no scenario"));
        let document = Document::parse(&text).unwrap_or_else(|e| panic!("{id}: {e}\n{text}"));
        if let Some((_, expected)) = EXPECTED.iter().find(|(own, _)| own == id) {
            assert_eq!(in_short(&document), *expected, "{id}");
            compared += 1;
        }
        let elements = elements(&document);
        assert!(elements[0].has_tag_name("send"), "{id}");
        for (i, element) in elements.iter().enumerate() {
            // SIPp wants something certain before it goes on.
            let next_waits = elements.get(i + 1).is_some_and(|next| next.has_tag_name("recv"));
            assert!(element.attribute("optional").is_none() || next_waits, "{id}: element {i}\n{text}");
            if let Some(message) = element.text().filter(|_| element.has_tag_name("send")) {
                is_free_of_the_connection(id, message.trim_start());
                let back = message.split_once("[branch-").and_then(|(_, n)| n.split(']').next()?.parse::<usize>().ok());
                let invite = |i: usize| elements[i].text().is_some_and(|t| t.trim_start().starts_with("INVITE "));
                assert!(back.is_none_or(|n| invite(i - n)), "{id}: element {i} shares its branch with no INVITE");
            }
        }
    }
    assert_eq!(compared, EXPECTED.len());
}

fn is_free_of_the_connection(id: &str, message: &str) {
    let (head, body) = message.split_once("\n\n").unwrap_or_else(|| panic!("{id}: no empty line\n{message}"));
    assert!(head.ends_with("\nContent-Length: [len]"), "{id}\n{message}");
    for line in head.lines().skip(1) {
        let name = line.split(':').next().unwrap().to_ascii_lowercase();
        assert!(
            !name.contains("authorization") && !name.contains("route")
                || line == "[routes]"
                || line.starts_with("[last_")
        );
        assert!(
            name != "via" || line.starts_with("Via: SIP/2.0/[transport] [local_ip]:[local_port];branch="),
            "{line}"
        );
        assert!(name != "call-id" || line == "Call-ID: [call_id]", "{line}");
        assert!(name != "contact" || line.contains("@[local_ip]:[local_port]"), "{line}");
    }
    for address in ["192.0.2.", "198.51.100.", "203.0.113."] {
        assert!(!body.contains(address), "{id}: an address of the log is left in\n{body}");
    }
}

/// A log whose texts would end CDATA and comments, or be variables of `SIPp`.
fn hostile() -> Trace {
    let record = |direction: &str, n: u32, head: &str, body: &str| {
        format!(
            "TL_INFO(TF_PROTOCOL) [0]0AAA.0BBB::10/15/2013-09:0{n}:00.000.0000000{n} (SIPStack,x:y.cpp(1))$$begin_record\r\n\
             Instance-Id: 0000000{n}\r\nDirection: {direction}\r\nPeer: 192.0.2.9:50000\r\n{head}\r\n\
             Message-Body: {body}\r\n$$end_record\r\n"
        )
    };
    let common = "From: \"a]]>[call_id]<b>\u{1b}[31m\"<sip:ann@contoso.com>;tag=1f\r\nTo: <sip:bob@contoso.com>\r\n\
                  Call-ID: x--y]]>\r\nCSeq: 1 INVITE\r\nVia: SIP/2.0/TLS 192.0.2.9:50000;branch=z9hG4bK1\r\n\
                  Subject: \\x41 [nothing] --> &amp;";
    let invite = format!(
        "Message-Type: request\r\nStart-Line: INVITE sip:bob@contoso.com SIP/2.0\r\n{common}\r\n\
                          Content-Type: text/plain\r\nContent-Length: 20"
    );
    let busy = format!(
        "Message-Type: response\r\nStart-Line: SIP/2.0 486 Busy -->\r\n{}\r\nContent-Length: 0",
        common.replace("contoso.com>\r\nCall", "contoso.com>;tag=2\r\nCall")
    );
    let text = record("incoming", 1, &invite, "]]> [len]\r\n  indented") + &record("outgoing", 2, &busy, "-");
    Trace::load(vec![Input::from_bytes("a--b-->.log".to_owned(), text.into_bytes())], &LoadOptions::default())
}

#[test]
fn texts_of_the_log_stay_texts() {
    let trace = hostile();
    let analysis = siptrail::analyse(&trace, &Options::default());
    assert_eq!(analysis.calls.len(), 1);
    let text = scenario(&trace, &analysis, Dialog::Call(0)).unwrap();
    let document = Document::parse(&text).unwrap();
    assert_eq!(in_short(&document), "INVITE 486");
    let sent = elements(&document)[0].text().unwrap().to_owned();
    // What SIPp makes of it: numbers become characters, and what is left in brackets must be its own.
    let variables: Vec<&str> = sent.split('[').skip(1).filter_map(|v| v.split(']').next()).collect();
    let known =
        ["service", "transport", "local_ip", "local_port", "branch", "pid", "call_number", "call_id", "cseq", "len"];
    assert!(variables.iter().all(|v| known.contains(v)), "{variables:?}");
    let seen = sent.replace("\\x5B", "{").replace("\\x3E", ">").replace("\\x20", " ").replace("\\x5C", "\\");
    assert!(seen.contains("\"a]]>{call_id]<b>\u{fffd}{31m\""), "{seen}");
    assert!(seen.contains("Subject: \\x41 {nothing] --> &amp;"), "{seen}");
    assert!(seen.contains("]]> {len]\n  indented\n"), "{seen}");
}

#[test]
fn exactly_one_dialog_must_be_selected() {
    let select = |query: &str| {
        let o = run(&["export", "--as", "sipp", "--where", query, "samples"]);
        (o.status.code(), out(&o), err(&o))
    };
    let (code, said, why) = select("missed");
    assert_eq!((code, said.as_str()), (Some(2), ""));
    assert!(why.contains("5 dialogs are selected: expected exactly one"), "{why}");
    // Each candidate is told with the query that selects it alone; a push of a selected call is no candidate.
    assert_eq!(why.matches("call-id=").count(), 5, "{why}");
    let alone = why.lines().last().and_then(|l| l.split_once(": ")).unwrap().1.to_owned();
    let (code, said, _) = select(&alone);
    assert!(code == Some(0) && Document::parse(&said).is_ok(), "{alone}");
    let (code, said, why) = select("user:nobody");
    assert!(code == Some(2) && said.is_empty() && why.contains("no call or push is selected"), "{why}");
}
