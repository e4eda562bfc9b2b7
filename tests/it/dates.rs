//! Day first or month first, and the days that people write.

use serde_json::Value;

use crate::common::report_of;
use crate::program::{err, out, run};

/// One record, its date as written.
fn record(date: &str, clock: &str, seq: u32, call: &str) -> String {
    let joint = if date.contains('/') { '-' } else { ' ' };
    format!(
        "TL_INFO(TF_PROTOCOL) [0]0B10.0C20::{date}{joint}{clock}.{seq:08x} (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\n\
         Instance-Id: {seq:08X}\nDirection: incoming\nPeer: 192.0.2.51:50112\nMessage-Type: request\n\
         Start-Line: INVITE sip:ben@contoso.com SIP/2.0\nFrom: <sip:ann@contoso.com>;tag={call}\nTo: <sip:ben@contoso.com>\n\
         CSeq: 1 INVITE\nCall-ID: {call}\nVia: SIP/2.0/TLS 192.0.2.51:50112;branch=z9hG4bK{call}\nContent-Length: 0\n\
         Message-Body: -\n$$end_record\n"
    )
}

/// Name, logs, the days on which their calls started, whether a note tells that this is open.
type Case = (&'static str, &'static [(&'static str, &'static [(&'static str, &'static str, u32)])], &'static str, bool);

const CASES: &[Case] = &[
    (
        "files of one server share the order",
        &[
            ("fe01-1.log", &[("12/10/2013", "10:00:00.000", 7)]),
            ("fe01-2.log", &[("13/10/2013", "10:00:00.000", 9_000)]),
        ],
        "2013-10-12 2013-10-13",
        false,
    ),
    (
        "a folder a day, and the other order",
        &[
            ("a/fe01.log", &[("10/12/2013", "10:00:00.000", 7)]),
            ("b/fe01.log", &[("10/13/2013", "10:00:00.000", 9_000)]),
        ],
        "2013-10-12 2013-10-13",
        false,
    ),
    (
        "numbers that go on over midnight",
        &[("x.log", &[("04/06/2013", "23:59:59.000", 7), ("05/06/2013", "00:00:01.000", 8)])],
        "2013-06-04 2013-06-05",
        false,
    ),
    (
        "the same month first",
        &[("x.log", &[("06/04/2013", "23:59:59.000", 7), ("06/05/2013", "00:00:01.000", 8)])],
        "2013-06-04 2013-06-05",
        false,
    ),
    (
        "a log that rolled over at midnight",
        &[("fe01.log.1", &[("04/06/2013", "23:59:59.000", 7)]), ("fe01.log", &[("05/06/2013", "00:00:01.000", 8)])],
        "2013-06-04 2013-06-05",
        false,
    ),
    (
        "another server of the same days",
        &[("edge01.log", &[("13/10/2013", "10:00:00.000", 7)]), ("fe01.log", &[("12/10/2013", "10:00:00.000", 7)])],
        "2013-10-12 2013-10-13",
        false,
    ),
    ("nothing tells", &[("x.log", &[("04/06/2013", "10:00:00.000", 7)])], "2013-04-06", true),
    (
        "numbers far apart tell nothing",
        &[("x.log", &[("04/06/2013", "23:59:59.000", 7), ("05/06/2013", "00:00:01.000", 70_000)])],
        "2013-04-06 2013-05-06",
        true,
    ),
    ("the year first", &[("x.log", &[("2013-04-06", "10:00:00.000", 7)])], "2013-04-06", false),
];

#[test]
fn an_ambiguous_date_is_read_by_what_stands_beside_it() {
    for (name, logs, days, open) in CASES {
        let mut number = 0;
        let files = logs.iter().map(|(file, records)| {
            let text: String = records
                .iter()
                .map(|(date, clock, seq)| {
                    number += 1;
                    record(date, clock, *seq, &format!("c{number}"))
                })
                .collect();
            ((*file).to_owned(), text.into_bytes())
        });
        let files: Vec<(String, Vec<u8>)> = files.collect();
        let report = report_of(&files);
        let started = report["calls"].as_array().unwrap().iter().map(|c| &c["started"].as_str().unwrap()[..10]);
        assert_eq!(started.collect::<Vec<_>>().join(" "), *days, "{name}");
        let notes = report["notes"].as_array().cloned().unwrap_or_default();
        let told = |n: &&Value| n["what"].as_str().unwrap().starts_with("nothing tells day and month apart");
        assert_eq!(notes.iter().filter(told).count(), usize::from(*open), "{name}: {notes:?}");
    }
}

#[test]
fn a_day_ends_at_its_end_however_it_is_written() {
    let calls = |args: &[&str]| {
        let o = run(&[&["report", "samples/push-failed-at-edge", "--format", "json"][..], args].concat());
        assert!(o.status.success(), "{}", err(&o));
        let report: Value = serde_json::from_str(&out(&o)).unwrap();
        (report["summary"]["calls"].as_u64(), report["selection"].clone())
    };
    for until in ["2012-02-09", "2012-2-9", "2012-02-09 08:31"] {
        let (found, selection) = calls(&["--until", until]);
        assert_eq!(found, Some(1), "{until}");
        assert_eq!((&selection["calls"], &selection["calls_of"]), (&1.into(), &1.into()));
    }
    assert_eq!(calls(&["--until", "2012-2-8"]).0, Some(0));
    assert_eq!(calls(&["--since", "2012-2-9"]).0, Some(1));
    assert!(calls(&[]).1.is_null());
}
