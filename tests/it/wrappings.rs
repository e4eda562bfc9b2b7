//! SIP in other wrappings than the trace of a server: copied messages, logs of clients and gateways. What is in
//! `tests/wrappings` was made for this project.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::{Value, json};
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{cases, differences, report_of, root};
use crate::program::{err, out, run};

fn file(name: &str) -> (String, Vec<u8>) {
    (name.to_owned(), std::fs::read(root("tests/wrappings").join(name)).unwrap())
}

/// What the report says of one layout: format, role, zone, and of its last call from, to, outcome and status.
#[test]
fn each_layout_is_recognised_by_what_is_in_it() {
    for (name, format, role, zone, call) in [
        ("uccapi.uccapilog", "uccapi", "client", Some("local"), ("alice@contoso.com", "bob@contoso.com", 408)),
        ("pidgin-sipe.txt", "pidgin-sipe", "client", Some("utc"), ("carol@contoso.com", "bob@contoso.com", 486)),
        ("sip-text.txt", "sip-text", "unknown", None, ("alice@contoso.com", "bob@contoso.com", 480)),
        ("expressway.log", "expressway", "gateway", Some("utc"), ("dave@fabrikam.com", "room@fabrikam.com", 486)),
        (
            "audiocodes.log",
            "audiocodes",
            "gateway",
            None,
            ("+15550100@litwareinc.com", "+15550107@litwareinc.com", 503),
        ),
        ("avaya.log", "avaya", "gateway", None, ("queue@contoso.com", "erin@contoso.com", 486)),
    ] {
        let report = report_of(&[file(name)]);
        let source = &report["sources"][0];
        assert_eq!(source["format"], format, "{name}");
        assert_eq!(source["role"], role, "{name}");
        assert_eq!(source.get("zone").and_then(Value::as_str), zone, "{name}");
        let calls = report["calls"].as_array().unwrap();
        assert_eq!(calls.len(), 1, "{name}: {calls:#?}");
        let told = (
            calls[0]["from"].as_str().unwrap(),
            calls[0]["to"].as_str().unwrap(),
            calls[0]["status"].as_u64().unwrap(),
        );
        assert_eq!(told, call, "{name}");
        assert_eq!(report["problems"], json!([]), "{name}");
    }
}

/// Rows of `list records`.
fn records(name: &str, columns: &str) -> Vec<Value> {
    let path = format!("tests/wrappings/{name}");
    let listed = run(&["-q", "list", "records", "--format", "json", "--columns", columns, &path]);
    assert!(listed.status.success(), "{}", err(&listed));
    serde_json::from_str(&out(&listed)).unwrap()
}

/// Direction, peer and time are those of the layout, and null where it does not tell; the place is that of the original.
#[test]
fn what_a_layout_does_not_know_is_null() {
    for (name, wanted) in [
        (
            "uccapi.uccapilog",
            json!([
                ["outgoing", "192.0.2.10:5061", "2012-01-15T11:30:10.163", 3],
                ["incoming", "192.0.2.10:5061", "2012-01-15T11:30:10.264", 21],
                ["incoming", "192.0.2.10:5061", "2012-01-15T11:30:40.264", 32],
            ]),
        ),
        (
            "pidgin-sipe.txt",
            json!([
                ["outgoing", null, "2016-01-02T16:46:40.100", 2],
                ["incoming", null, "2016-01-02T16:46:41.200", 20],
            ]),
        ),
        ("sip-text.txt", json!([["none", null, null, 3], ["none", null, null, 13]])),
        ("syslog.log", json!([["none", null, null, 1], ["none", null, "2017-03-02T07:10:47.240", 2]])),
        (
            "expressway.log",
            json!([
                ["incoming", "192.0.2.61:33001", "2017-03-02T07:10:46.240", 1],
                ["outgoing", "192.0.2.61:33001", "2017-03-02T07:10:47.240", 13],
            ]),
        ),
        ("audiocodes.log", json!([["incoming", "192.0.2.70:5061", null, 2], ["outgoing", "192.0.2.70:5061", null, 3]])),
        (
            "avaya.log",
            json!([
                ["outgoing", "192.0.2.80:5060", "2021-08-01T10:00:00.001", 1],
                ["incoming", "192.0.2.80:5060", "2021-08-01T10:00:03.001", 14],
            ]),
        ),
    ] {
        let rows = records(name, "direction,peer,time,line");
        let rows: Vec<Value> = rows.iter().map(|r| json!([r["direction"], r["peer"], r["time"], r["line"]])).collect();
        assert_eq!(json!(rows), wanted, "{name}");
    }
}

/// A place opens where the message stands: line and byte agree, and the start line is there or just behind.
#[test]
fn places_are_those_of_the_original() {
    for name in [
        "uccapi.uccapilog",
        "pidgin-sipe.txt",
        "sip-text.txt",
        "syslog.log",
        "expressway.log",
        "avaya.log",
        "audiocodes.log",
    ] {
        let (_, text) = file(name);
        let trace = Trace::load(vec![Input::from_bytes(name, text.clone())], &LoadOptions::default());
        assert!(!trace.events().is_empty(), "{name}");
        for (i, event) in trace.events().iter().enumerate() {
            let place = trace.locate(siptrail::trace::EventId(u32::try_from(i).unwrap()));
            let at = usize::try_from(place.byte).unwrap();
            let line = text[..at].split(|b| *b == b'\n').count();
            assert_eq!(place.line, line as u64, "{name}: {place}");
            let message = trace.message(event).unwrap();
            let start = message.start_text().trim_ascii();
            let behind = &text[at..text.len().min(at + 400)];
            assert!(memchr::memmem::find(behind, start).is_some(), "{name}: {place}");
        }
    }
}

/// Three layouts and the trace of a server in one file: all are read, each by its own rules.
#[test]
fn layouts_mix_in_one_file_and_in_one_folder() {
    let server = std::fs::read(root("samples/edge-only.log")).unwrap();
    let alone = report_of(&[("edge.log".to_owned(), server.clone())]);
    let parts = ["uccapi.uccapilog", "pidgin-sipe.txt", "sip-text.txt"].map(|name| file(name).1);
    let one = [&parts[0][..], &server, &parts[1], &parts[2]].concat();
    let mixed = report_of(&[("all.txt".to_owned(), one)]);
    assert_eq!(mixed["sources"][0]["format"], "mixed");
    assert_eq!(mixed["sources"][0]["formats"], json!(["sip-text", "uccapi", "pidgin-sipe"]));
    let count = |report: &Value, key: &str| report["summary"][key].as_u64().unwrap();
    assert_eq!(count(&mixed, "calls"), count(&alone, "calls") + 3);
    assert_eq!(count(&mixed, "pushes"), count(&alone, "pushes"));
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("edge.log", &server), ("a.UccApilog", &parts[0]), ("b.txt", &parts[1]), ("c.log", &parts[2])]
    {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let listed = run(&["-q", "report", "--format", "json", folder.path().to_str().unwrap()]);
    let apart: Value = serde_json::from_str(&out(&listed)).unwrap();
    assert_eq!(count(&apart, "calls"), count(&mixed, "calls"));
    let statuses = |report: &Value| {
        let mut all: Vec<String> =
            report["calls"].as_array().unwrap().iter().map(|c| format!("{} {}", c["call_id"], c["status"])).collect();
        all.sort();
        all
    };
    assert_eq!(statuses(&apart), statuses(&mixed));
}

/// Prose that speaks of SIP is none; a trace of a server is read as it always was.
#[test]
fn prose_and_server_traces_are_left_alone() {
    let prose =
        "We saw INVITE sip:bob@contoso.com SIP/2.0 and then SIP/2.0 200 OK.\nSIP/2.0 200 OK\nis what it said.\n";
    let report = report_of(&[("mail.txt".to_owned(), prose.as_bytes().to_vec())]);
    assert_eq!(report["summary"]["messages"], 0);
    for name in ["desktop-calls.log", "damaged-paste.txt", "cls-two-servers.log"] {
        let text = std::fs::read(root("samples").join(name)).unwrap();
        let trace = Trace::load(vec![Input::from_bytes(name, text)], &LoadOptions::default());
        assert!(!trace.inputs()[0].is_rewritten(), "{name}");
    }
}

/// The client's log and that of the Front End tell of one call: each message once, with two sightings, and the client's
/// clock, hours away, is put right by them.
#[test]
fn a_client_log_and_a_server_log_are_one_story() {
    let client = String::from_utf8(file("uccapi.uccapilog").1).unwrap();
    let mut server = String::new();
    for (i, message) in client.split(":: ").filter(|m| m.starts_with("INVITE") || m.starts_with("SIP/2.0")).enumerate()
    {
        let message = message.rsplit_once("\n01/").map_or(message, |(own, _)| own);
        let (head, body) = message.split_once("\n\n").unwrap_or((message.trim_end(), ""));
        let (direction, second) = if i == 0 { ("incoming", 10) } else { ("outgoing", if i == 1 { 10 } else { 40 }) };
        let time = format!("01/15/2012-19:30:{second}.{}", 200 + i);
        let body = if i == 0 { body.trim_end() } else { "-" };
        let _ = write!(
            server,
            "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::{time}.0000000{i} (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\nDirection: {direction}\nPeer: 192.0.2.40:51234\nStart-Line: {head}\nMessage-Body: {body}\n$$end_record\n"
        );
    }
    let report = report_of(&[file("uccapi.uccapilog"), ("fe01.log".to_owned(), server.into_bytes())]);
    assert_eq!(report["summary"]["calls"], 1, "{report:#}");
    assert_eq!(report["calls"][0]["messages"], 3);
    assert_eq!(report["calls"][0]["status"], 408);
    let client = report["sources"].as_array().unwrap().iter().find(|s| s["role"] == "client").unwrap();
    let offset = client["clock_offset_ms"].as_i64().unwrap().abs()
        + report["sources"][1]["clock_offset_ms"].as_i64().unwrap().abs();
    assert!((28_790_000..28_810_000).contains(&offset), "{report:#}");
}

/// Calls of two Call-IDs are one conversation where a header says so, and only there.
#[test]
fn calls_are_joined_by_what_they_say() {
    let call = |id: &str, more: &str| {
        format!(
            "INVITE sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TLS 192.0.2.40:51234;branch=z9hG4bK{id}\nFrom: <sip:alice@contoso.com>;tag={id}\nTo: <sip:bob@contoso.com>\nCall-ID: call-{id}\nCSeq: 1 INVITE\n{more}Content-Length: 0\n\n"
        )
    };
    let text = [
        call("1", "Ms-Conversation-ID: AczTZ1abc\n"),
        call("2", "Ms-Conversation-ID: AczTZ1abc\nSession-ID: ab30317f1a784dc48ff824d0d3715d86;remote=00000000000000000000000000000000\n"),
        call("3", "Session-ID: 47755a9de7794ba387653f2099600ef2;remote=ab30317f1a784dc48ff824d0d3715d86\n"),
        call("4", "Replaces: call-3;to-tag=a;from-tag=b\n"),
        call("5", "Ms-Conversation-ID: another\nReferred-By: <sip:alice@contoso.com>\n"),
        call("6", "Referred-By: <sip:alice@contoso.com>\n"),
    ]
    .concat();
    let report = report_of(&[("paste.txt".to_owned(), text.into_bytes())]);
    let mut found = Vec::new();
    let expect = json!([
        { "call_id": "call-1", "conversation": "call-1" },
        { "call_id": "call-2", "conversation": "call-1" },
        { "call_id": "call-3", "conversation": "call-1" },
        { "call_id": "call-4", "conversation": "call-1", "joined": [{ "call_id": "call-3", "header": "Replaces" }] },
        { "call_id": "call-5" },
        { "call_id": "call-6" },
    ]);
    differences("", &expect, &report["calls"], &mut found);
    assert_eq!(found, Vec::<String>::new());
    // By the address of who referred alone, nobody knows.
    assert!((4..6).all(|i| report["calls"][i].get("conversation").is_none()));
}

/// A body that quotes a log, and headers called like fields of a record, end no record.
#[test]
fn what_is_quoted_stays_inside() {
    let body = "$$end_record\nTL_INFO(TF_PROTOCOL) [0]$$begin_record\nStart-Line: INVITE sip:x@contoso.com SIP/2.0\n";
    let text = format!(
        "01/15/2012|11:30:10.163 1F4:2AC INFO  :: MESSAGE sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TLS 192.0.2.40\nLogType: diagnostic\nInstance-Id: 1\nFrom: <sip:a@contoso.com>;tag=1\nTo: <sip:b@contoso.com>\nCall-ID: q\nCSeq: 1 MESSAGE\nContent-Length: 5\n\n> {body}01/15/2012|11:30:11.163 1F4:2AC INFO  :: End\n"
    );
    let trace = Trace::load(vec![Input::from_bytes("a.uccapilog", text)], &LoadOptions::default());
    assert_eq!(trace.events().iter().filter(|e| e.method == siptrail::sip::Method::Message).count(), 1);
}

proptest! {
    #![proptest_config(cases(200))]
    /// Whatever is cut, doubled or put in: nothing fails, places stay inside the file, and the chunk does not matter.
    #[test]
    fn damage_never_fails(
        which in 0usize..7, at in 0usize..4000, gone in 0usize..60,
        put in prop::sample::select(vec![&b""[..], b"\n", b"\r\n\r\n", b"$$begin_record", b"\n$$end_record\n", b"#015#012", b"SIP/2.0 200 OK\nVia: x\n", b"MESSAGE START <<<<<<<<<< SIP - x", b"\xff\xfe", b"01/15/2012|11:30:10.163 1F4:2AC INFO  :: "]),
    ) {
        let names = ["uccapi.uccapilog", "pidgin-sipe.txt", "sip-text.txt", "syslog.log", "expressway.log", "avaya.log", "audiocodes.log"];
        let (_, text) = file(names[which]);
        let at = at.min(text.len());
        let damaged = [&text[..at], put, text.get(at + gone..).unwrap_or_default()].concat();
        let read = |chunk| {
            let trace = Trace::load(vec![Input::from_bytes("x", damaged.clone())], &LoadOptions { chunk, ..LoadOptions::default() });
            let places: Vec<_> = (0..trace.events().len()).map(|i| trace.locate(siptrail::trace::EventId(u32::try_from(i).unwrap()))).collect();
            places
        };
        let places = read(4 << 20);
        prop_assert!(places.iter().all(|p| p.byte <= damaged.len() as u64));
        prop_assert_eq!(places, read(300));
        let trace = Trace::load(vec![Input::from_bytes("x", damaged.clone())], &LoadOptions::default());
        siptrail::analyse(&trace, &Options::default());
    }
}

/// A client's log beside those of Front End and Edge: the call keeps its verdict and its cause, and gains the client.
#[test]
fn a_client_log_beside_the_servers_changes_no_verdict() {
    let told = |inputs: &[&str]| -> Value {
        let args = [&["-q", "report", "--format", "json"], inputs].concat();
        serde_json::from_str(&out(&run(&args))).unwrap()
    };
    let servers = told(&["samples/push-failed-at-edge"]);
    let all = told(&["samples/push-failed-at-edge", "docs/one-missed-im/erin.UccApilog"]);
    assert_eq!(all["summary"]["calls"], 1);
    for key in ["call_id", "outcome", "verdict", "status", "findings", "messages", "pushes"] {
        assert_eq!(all["calls"][0][key], servers["calls"][0][key], "{key}");
    }
    let client = all["sources"].as_array().unwrap().iter().find(|s| s["role"] == "client").unwrap();
    let off = client["clock_offset_ms"].as_i64().unwrap();
    assert!((-28_800_000 + 2_380..-28_800_000 + 2_420).contains(&off), "{off}");
}

/// Messages without times have none in a capture of them either: nobody is told of 1970.
#[test]
fn a_capture_of_messages_without_times_invents_none() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("copied.pcapng");
    let path = path.to_str().unwrap();
    let made = run(&["-q", "export", "--as", "pcapng", "-o", path, "tests/wrappings/sip-text.txt"]);
    assert!(made.status.success(), "{}", err(&made));
    let listed = run(&["-q", "list", "records", "--format", "json", "--columns", "time,message", path]);
    let listed: Vec<Value> = serde_json::from_str(&out(&listed)).unwrap();
    assert!(!listed.is_empty() && listed.iter().all(|record| record["time"].is_null()), "{listed:#?}");
}
