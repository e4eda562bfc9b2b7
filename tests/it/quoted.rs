//! What is quoted, cut or saved in logs of other layouts makes no message of its own.

use serde_json::Value;
use siptrail::input::Input;
use siptrail::sip::Method;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{report_of, root};
use crate::program::{err, out, run};

/// A log of a client with one call, as somebody pastes it.
const QUOTED: &str = "see:\r\n01/15/2012|11:30:10.163 1F4:2AC INFO  :: INVITE sip:eve@contoso.com SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.40:51234\r\nFrom: <sip:mallory@contoso.com>;tag=9\r\nTo: <sip:eve@contoso.com>\r\nCall-ID: quoted\r\nCSeq: 1 INVITE\r\nContent-Length: 0\r\n\r\n01/15/2012|11:30:10.164 1F4:2AC INFO  :: End of Sending Packet\r\n";

fn wrapping(name: &str) -> Vec<u8> {
    std::fs::read(root("tests/wrappings").join(name)).unwrap()
}

fn load(text: &[u8]) -> Trace {
    Trace::load(vec![Input::from_bytes("a.log", text)], &LoadOptions::default())
}

fn methods(trace: &Trace, method: Method) -> usize {
    trace.events().iter().filter(|e| e.method == method).count()
}

/// The record of a server with a MESSAGE.
fn record(body: &str, end: &str) -> String {
    format!(
        "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\r\nDirection: incoming\r\nPeer: 192.0.2.40:51234\r\nMessage-Type: request\r\nStart-Line: MESSAGE sip:bob@contoso.com SIP/2.0\r\nFrom: <sip:alice@contoso.com>;tag=1\r\nTo: <sip:bob@contoso.com>\r\nCSeq: 2 MESSAGE\r\nCall-ID: outer\r\nVia: SIP/2.0/TLS 192.0.2.40:51234\r\nContent-Type: text/plain\r\nContent-Length: {}\r\nMessage-Body: {body}\r\n{end}",
        body.len()
    )
}

/// Beside a client's log in one file: what a server's record quotes is no call, with its end and without it.
#[test]
fn a_log_quoted_in_a_record_is_no_call() {
    let client = wrapping("uccapi.uccapilog");
    for end in ["$$end_record\r\n", ""] {
        let mixed = [record(QUOTED, end).as_bytes(), &client].concat();
        let trace = load(&mixed);
        assert_eq!((methods(&trace, Method::Invite), methods(&trace, Method::Message)), (3, 1), "{end:?}");
        let report = report_of(&[("a.log".to_owned(), mixed)]);
        assert!(!report["calls"].to_string().contains("quoted"), "{end:?}: {report:#}");
        assert_eq!(report["summary"]["calls"], 1, "{end:?}");
    }
}

/// The same in the log of a client: it has the message with its length.
#[test]
fn a_log_quoted_in_a_client_log_is_no_call() {
    let head = "01/15/2012|11:31:10.163 1F4:2AC INFO  :: MESSAGE sip:bob@contoso.com SIP/2.0\r\nVia: SIP/2.0/TLS 192.0.2.40\r\nFrom: <sip:a@contoso.com>;tag=1\r\nTo: <sip:b@contoso.com>\r\nCall-ID: q\r\nCSeq: 1 MESSAGE\r\n";
    let tail = "\r\n\r\n01/15/2012|11:31:10.164 1F4:2AC INFO  :: End of Sending Packet\r\n";
    let text = |length: usize| format!("{head}Content-Length: {length}\r\n\r\n{QUOTED}{tail}");
    let trace = load(text(QUOTED.len()).as_bytes());
    assert_eq!((methods(&trace, Method::Invite), methods(&trace, Method::Message)), (0, 1));
    // One whose body was left out says a length that fits nothing.
    let trace = load(text(QUOTED.len() + 7).as_bytes());
    assert_eq!((methods(&trace, Method::Invite), methods(&trace, Method::Message)), (1, 1));
}

/// A server's log that speaks of siptrail's own mark stays a server's, and a saved excerpt of two layouts keeps both.
#[test]
fn the_mark_of_a_saved_record_counts_where_it_stands() {
    let mark = "TL_INFO(TF_PROTOCOL) [0]0000.0000:: (siptrail,uccapi::read(1))$$begin_record";
    let log = record(&format!("> {mark} is what it writes"), "$$end_record\r\n");
    let report = report_of(&[("a.log".to_owned(), log.into_bytes())]);
    let format = &report["sources"][0]["format"];
    assert_eq!(format, "ocslogger", "{report:#}");
    // As saved: the records of a client, and then those of a server.
    let read = load(&wrapping("uccapi.uccapilog"));
    let mixed = [read.inputs()[0].bytes(), record("Hi", "$$end_record\r\n").as_bytes()].concat();
    let trace = load(&mixed);
    let analysis = siptrail::analyse(&trace, &Options::default());
    let report = serde_json::to_value(siptrail::report::report(&trace, &analysis, &[])).unwrap();
    assert_eq!(report["sources"][0]["format"], "mixed", "{report:#}");
    let mut roles: Vec<&str> = analysis.servers.all().iter().map(|s| s.role.name()).collect();
    roles.sort_unstable();
    assert_eq!(roles, ["client", "unknown"]);
    let records = trace.events().len();
    let alone = load(read.inputs()[0].bytes());
    assert_eq!(records, alone.events().len() + 1);
    assert!(!alone.inputs()[0].is_rewritten());
}

/// A trace of a server that quotes a status line in a body is read as fast as any: nothing is written anew.
#[test]
fn a_notify_with_a_sipfrag_is_no_other_layout() {
    let trace =
        load(record("SIP/2.0 200 OK\r\nVia: SIP/2.0/TLS 192.0.2.1\r\nCSeq: 1 INVITE", "$$end_record\r\n").as_bytes());
    assert!(!trace.inputs()[0].is_rewritten());
    assert_eq!(trace.events().len(), 1);
}

/// The first line of a log with a byte order mark is a line as any other.
#[test]
fn a_byte_order_mark_hides_nothing() {
    for name in ["uccapi.uccapilog", "sip-text.txt", "pidgin-sipe.txt", "avaya.log"] {
        let text = wrapping(name);
        let at = memchr::memmem::find(&text, b"MESSAGE START").unwrap_or(0);
        let at = if name == "sip-text.txt" { memchr::memmem::find(&text, b"INVITE sip:").unwrap() } else { at };
        let text = &text[at..];
        let marked = load(&[b"\xef\xbb\xbf", text].concat());
        let plain = load(text);
        let told = |trace: &Trace| trace.events().iter().map(|e| (e.method, e.status, e.time())).collect::<Vec<_>>();
        assert!(!told(&plain).is_empty());
        assert_eq!(told(&marked), told(&plain), "{name}");
    }
}

/// What another component of a server logs behind its trace line has the time of that line, where its date can be read in
/// one way.
#[test]
fn a_message_behind_a_trace_line_has_its_time() {
    let text = |date: &str| {
        format!(
            "TL_INFO(TF_NETWORK) [1]0B2C.0A10::{date}-09:01:45.669.00000012 (S4,SipMessage.Log:SipMessage.cs(12))text\nOPTIONS sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TLS 192.0.2.40\nFrom: <sip:a@contoso.com>;tag=1\nTo: <sip:b@contoso.com>\nCall-ID: s4\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n"
        )
    };
    let time = |date: &str| {
        load(text(date).as_bytes())
            .events()
            .iter()
            .map(|e| e.time().map(siptrail::time::Timestamp::iso))
            .collect::<Vec<_>>()
    };
    assert_eq!(time("10/15/2013"), [Some("2013-10-15T09:01:45.669".to_owned())]);
    assert_eq!(time("10/11/2013"), [None]);
}

/// Only what the user names is looked for, in what is read again, too.
#[test]
fn one_layout_is_looked_for() {
    for (format, path) in [
        ("uccapi", "samples/push-failed-at-edge"),
        ("pcap", "tests/wrappings/uccapi.uccapilog"),
        ("sipstack", "tests/wrappings/uccapi.uccapilog"),
        ("syslog", "tests/wrappings/own.pcapng"),
    ] {
        let found = run(&["report", "--format-in", format, path]);
        assert_eq!(found.status.code(), Some(2), "{format}: {}", err(&found));
        assert!(out(&found).starts_with("No calls and no pushes"), "{format}: {}", out(&found));
        assert!(err(&found).contains("--format-in"), "{}", err(&found));
    }
    let count = |args: &[&str]| {
        let listed = run(&[&["-q", "list", "records", "--format", "json"], args].concat());
        serde_json::from_str::<Vec<Value>>(&out(&listed)).unwrap().len()
    };
    let both = ["samples/push-failed-at-edge", "tests/wrappings/uccapi.uccapilog"];
    let one = count(&[&["--format-in", "uccapi"], &both[..]].concat());
    assert_eq!(one, count(&["tests/wrappings/uccapi.uccapilog"]));
    let folder = tempfile::tempdir().unwrap();
    let job = folder.path().join("job");
    let job = job.to_str().unwrap();
    let planned = run(&["-q", "job", "plan", "--format-in", "uccapi", "-o", job, both[0], both[1]]);
    assert!(planned.status.success(), "{}", err(&planned));
    let mapped = run(&["-q", "job", "run", job, "map"]);
    let records: u64 = out(&mapped)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["records"].as_u64().unwrap())
        .sum();
    assert_eq!(records, one as u64, "{}{}", out(&mapped), err(&mapped));
}

/// A case out of the log of a client and out of a capture leaves without names.
#[test]
fn a_case_of_other_layouts_has_no_names() {
    let folder = tempfile::tempdir().unwrap();
    for (i, (call, inputs)) in [
        ("bob", &["tests/wrappings/uccapi.uccapilog"][..]),
        ("b45230e872a37c9066ec2be87671bdcc", &["tests/wrappings/own.pcapng"]),
        ("frank", &["docs/one-missed-im"]),
    ]
    .into_iter()
    .enumerate()
    {
        let path = folder.path().join(format!("{i}.zip"));
        let path = path.to_str().unwrap();
        let made = run(&[&["-q", "case", call, "--anonymise", "-o", path], inputs].concat());
        assert!(made.status.success(), "{inputs:?}: {}", err(&made));
        let told = out(&run(&["-q", "report", "--format", "json", path]));
        assert!(!told.contains("contoso.com"), "{inputs:?}: {told}");
        let case: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(case["calls"][0]["status"], 408, "{case:#}");
    }
}
