//! The filter language: what is selected, and what is said about a query that cannot be read.

use siptrail::query::{Column, FIELDS, Kind, Query, Row, SortKey, Table};
use siptrail::sip::Method;
use siptrail::{Analysis, Options, Trace};

use crate::common::root;

/// The samples on which the tables below were made.
const SAMPLES: [&str; 13] = [
    "answered-elsewhere.log",
    "cls-two-servers.log",
    "damaged-paste.txt",
    "desktop-calls.log",
    "edge-only.log",
    "push-failed-at-edge",
    "push-not-opened",
    "push-opened",
    "r2-audio-call.log.gz",
    "silent-mobile-leg.log",
    "synthetic-failed.log",
    "synthetic-passed.log",
    "utf16.log",
];

fn samples() -> (Trace, Analysis) {
    let trace = Trace::open(SAMPLES.map(|name| root("samples").join(name))).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

/// Selected calls of the samples, by the first four digits of their Call-IDs.
const CALLS: &[(&str, &str)] = &[
    // Flags, words, and what unites them.
    ("missed", "7f0b b452 0824"),
    ("is:missed pushed", "7f0b b452"),
    ("missed:yes -pushed", "0824"),
    ("outcome:no_answer", "7f0b b452 0824 7fd1"),
    ("outcome:no-answer not missed", "7fd1"),
    ("outcome:busy,DECLINED", "1100 04d0 bf6f"),
    ("outcome:dec", "1100 bf6f"),
    ("outcome=busy or outcome:redirected", "04d0 cba7"),
    ("outcome!=answered mobile", "7f0b b452 0824"),
    ("outcome~/^no_/ -missed", "12ba 7fd1 2b6f"),
    ("verdict:*", "c58b 7f0b b452 0824 d44c b673"),
    ("verdict:* -verdict:not_opened,missed_no_push,missed_push_failed", "c58b d44c b673"),
    ("(verdict:answered_elsewhere or modality:im) user:nora", "d44c"),
    ("outcome:busy OR (outcome:declined AND user:fiona)", "1100 04d0"),
    ("forked", "d44c"),
    ("failed modality:audio rang -media", "7fd1 9bfa"),
    // Texts.
    ("from:VICTOR to:ivan", "99d6"),
    ("user:frank", "b452"),
    ("user=frank", ""),
    ("user=Frank@Contoso.com", "b452"),
    ("fabrikam.com", "d354 b6dd"),
    ("sip:nobody@contoso.com", ""),
    ("reason:\"request timeout\" -mobile", "7fd1 2b6f"),
    ("from~/^w.*y@/ to~/^[j-n]/", "7fd1 4b65 4e9f"),
    ("client:\"windows phone\" answered", "c58b d44c b673"),
    ("finding:PN01,PN20", "b452 0824"),
    ("call-id:46915 ken", "d354"),
    // A word alone: in any column, numbers as a whole.
    ("603 -call-id:603 -target:603", "1100 bf6f"),
    ("media_failed", "48c8"),
    ("\"2012-02-20 10:05\"", "04d0 99d6"),
    ("call_id:D3546915", "d354"),
    ("file:desktop uma modality:im", "b6dd"),
    // Numbers, classes, ranges.
    ("status:5xx", "4e9f c60e"),
    ("status:480..486", "1f8f 04d0 b2d9"),
    ("status>=603", "1100 bf6f"),
    ("status<300 legs!=1", "d44c"),
    ("-status:*", "12ba bf3c"),
    ("status:403,407", "b6dd 794c"),
    ("diagnostic:1008", "4e9f"),
    ("diagnostic>1001", "4b65 b6dd 4e9f"),
    ("legs:0 diagnostic:0", "c60e"),
    // Durations and times.
    ("answer>10s", "c58b"),
    ("answer:5s..7s", "d44c ffc1"),
    ("ring<126ms", "9bfa"),
    ("ring<=130ms", "d44c 9bfa"),
    ("after:2012-02-20T10:12 before:\"2012-02-20 10:13:00\"", "9bfa c60e"),
    ("at:2012-02-20T10:05", "04d0 99d6"),
    ("time:2012-02-20T10:10..10:11", "4b65 b6dd 794c 4e9f"),
    ("time>2016-01-01", "b673"),
    ("at:2009-09-15", "7c38"),
    // On the first day of the logs.
    ("after:07:00 before:09:00", "7c38"),
    // Of what belongs to a call.
    ("result:unroutable", "b452"),
    ("latency<100ms", "b452"),
    ("result:accepted missed", "7f0b"),
    ("header.user-agent~/wplync/i modality:im -answered", ""),
    ("header.f~/\"Erin\"/", "b452"),
    ("method:BYE status:200 user:uma", "ffc1 48c8"),
    ("raw~/Start-Line: CANCEL/ -missed", "d44c 99d6 7fd1"),
    ("server:edge -missed", "c58b b673"),
    ("role:edge -missed", "c58b d354 b673"),
];

#[test]
fn calls_are_selected() {
    let (trace, analysis) = samples();
    let mut wrong = Vec::new();
    for (text, expected) in CALLS {
        let query = Query::parse(text).unwrap_or_else(|e| panic!("{text}: {e}"));
        let bound = query.bind(&trace, &analysis);
        let mut own = Vec::new();
        for row in bound.rows(Table::Calls) {
            let Row::Call(i) = row else { panic!("{row:?} is no call") };
            own.push(analysis.calls[i].call_id.get(..4).unwrap_or_default());
        }
        let own = own.join(" ");
        if own != *expected {
            wrong.push(format!("{text}: expected {expected}, selected {own}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Table, query, how many rows.
const COUNTS: &[(Table, &str, usize)] = &[
    (Table::Calls, "", 28),
    (Table::Pushes, "synthetic", 3),
    (Table::Pushes, "lost", 1),
    (Table::Pushes, "linked -missed", 2),
    (Table::Pushes, "missed", 2),
    (Table::Pushes, "outcome:no_answer result:accepted", 1),
    (Table::Pushes, "latency>1s", 1),
    (Table::Pushes, "finding:PN04 synthetic", 1),
    (Table::Pushes, "-time:*", 2),
    (Table::Pushes, "cseq:1", 3),
    (Table::Pushes, "certain", 4),
    // Of the pushes and of the records of a call; of the call of a push's message.
    (Table::Calls, "cseq:1 cseq:24478", 1),
    (Table::Messages, "request method:MESSAGE finding:PN50", 4),
];

#[test]
fn pushes_are_selected() {
    let (trace, analysis) = samples();
    for (table, text, expected) in COUNTS {
        let rows = Query::parse(text).unwrap().bind(&trace, &analysis).rows(*table);
        assert_eq!(rows.len(), *expected, "{text}: {rows:?}");
    }
}

/// Records of one sample, counted in its text.
#[test]
fn records_are_selected() {
    let trace = Trace::open([root("samples/push-failed-at-edge")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    let logs = ["fe03.log", "edge03.log"]
        .map(|f| std::fs::read_to_string(root("samples/push-failed-at-edge").join(f)).unwrap());
    let records: Vec<&str> = logs.iter().flat_map(|l| l.split("$$begin_record").skip(1)).collect();
    let holding = |is: &dyn Fn(&str) -> bool| records.iter().filter(|r| is(r)).count();
    let story = |r: &str| r.contains("b45230e872a3") || r.contains("d68bd9b8f0ea");
    let cases: [(&str, Table, usize); 9] = [
        ("", Table::Records, records.len()),
        ("kind:diagnostic", Table::Records, holding(&|r| r.contains("LogType: diagnostic"))),
        ("direction:in", Table::Messages, holding(&|r| r.contains("Direction: incoming"))),
        ("missed", Table::Records, holding(&story)),
        ("missed method:MESSAGE request", Table::Messages, holding(&|r| r.contains("\nStart-Line: MESSAGE"))),
        (
            "result:unroutable status:504",
            Table::Messages,
            holding(&|r| r.contains("Start-Line: SIP/2.0 504") && story(r)),
        ),
        ("raw:\"push.lync.com\"", Table::Records, holding(&|r| r.to_lowercase().contains("push.lync.com"))),
        ("header.result-code~/0x[0-9a-f]{8}/", Table::Records, holding(&|r| r.contains("Result-Code: 0x"))),
        (
            "header.Via:192.0.2.13 -response",
            Table::Messages,
            holding(&|r| {
                !r.contains("Start-Line: SIP/2.0")
                    && r.lines().any(|l| l.to_lowercase().starts_with("via:") && l.contains("192.0.2.13"))
            }),
        ),
    ];
    for (text, table, expected) in cases {
        assert!(expected > 0, "{text} tests nothing");
        assert_eq!(Query::parse(text).unwrap().bind(&trace, &analysis).rows(table).len(), expected, "{text}");
    }
}

/// Query, column, a part of what is said.
const ERRORS: &[(&str, usize, &str)] = &[
    ("outcom:busy", 1, "did you mean outcome?"),
    ("missed  usr:bob", 9, "did you mean user?"),
    ("outcome:buzy", 9, "did you mean busy?"),
    ("outcome:no_", 9, "no_answer or no_response or no_final"),
    ("outcome:busy,lost", 14, "expected one of answered"),
    ("10:14", 1, "after:10:14"),
    ("after:late", 7, "expected a time such as 10:14"),
    ("before:10:14..10:15x", 8, "10:15x"),
    ("time:10:15..10:14", 6, "10:15..10:14 holds no value; the earlier time comes first"),
    ("time:10:15..2012-02-20", 6, "whose first time has no day"),
    ("after>10:14", 7, "time>=10:14"),
    ("ring>5", 6, "expected a duration such as 500ms"),
    ("ring>fast", 6, "found \"fast\""),
    ("status:abc", 8, "expected a whole number"),
    ("status:99999999999", 8, "expected a whole number"),
    ("status>400,500", 8, "expected one value"),
    ("from>bob", 6, "compare with :"),
    ("status~/4/", 8, "fits text only"),
    ("user:", 6, "expected a value"),
    ("user:a,", 8, "expected a value"),
    ("müller user:\"bob", 13, "not closed"),
    ("from~/a(/", 6, "not a regular expression"),
    ("from~/a", 6, "write / at its end"),
    ("(missed", 1, "write ) at its end"),
    ("missed)", 7, "not opened"),
    ("missed or", 10, "expected a term"),
    ("or missed", 1, "expected a term"),
    ("missed and and mobile", 12, "expected a term"),
    ("()", 2, "expected a term"),
    ("not", 4, "expected a term"),
    ("missed -", 9, "expected a term"),
    ("is:misssed", 4, "did you mean is:missed?"),
    ("is:bob", 4, "flags are noted, voice-mail, reached-later"),
    ("missed:maybe", 8, "expected yes or no"),
    ("mobile missed>0", 8, "write missed, -missed"),
    (":x", 1, "without a field"),
];

#[test]
fn errors_name_the_column_and_what_to_do() {
    for (text, column, said) in ERRORS {
        let error = Query::parse(text).expect_err(text);
        assert_eq!(error.column, *column, "{text}: {error}");
        assert!(error.to_string().contains(said), "{text}: {error}");
        assert!(!error.to_string().contains('\n'), "{text}: {error}");
    }
    let deep = "(".repeat(100_000);
    assert!(Query::parse(&deep).is_err());
    assert!(Query::parse(&"-".repeat(100_000)).is_err());
    assert!(Query::parse(&format!("from~/{}/", "(a{1000}){1000}")).is_err(), "a regular expression of gigabytes");
}

#[test]
fn every_field_has_a_name_of_its_own_and_can_be_asked() {
    let (trace, analysis) = samples();
    for (i, field) in FIELDS.iter().enumerate() {
        assert!(FIELDS.iter().skip(i + 1).all(|f| f.name != field.name), "{} is there twice", field.name);
        let asked = if field.kind == Kind::Flag { format!("is:{}", field.name) } else { format!("{}:*", field.name) };
        let bound = Query::parse(&asked).unwrap().bind(&trace, &analysis);
        let tables = [Table::Calls, Table::Pushes, Table::Records];
        let found = tables.iter().filter(|t| field.is_on(**t)).map(|t| bound.rows(*t).len()).sum::<usize>();
        // No sample holds a record twice, or one that has lost its opener below a line with a time, and none has voice mail,
        // a gateway or a rare story.
        let none = [
            "copy",
            "inferred",
            "mail",
            "voice-mail",
            "gateway-cause",
            "conversation",
            "reached-later",
            "message-missed",
            "superseded",
            // Notes are no part of the logs.
            "note",
            "noted",
        ];
        assert_eq!(found > 0, !none.contains(&field.name), "no row has {asked}");
        if let Kind::Word(words) = field.kind {
            for word in words {
                assert!(Query::parse(&format!("{}:{word}", field.name)).is_ok(), "{word}");
                let known = *word == "UNKNOWN" || Method::from_token(word.as_bytes()) != Method::Unknown;
                assert!(field.name != "method" || known, "{word}");
            }
        }
    }
}

#[test]
fn a_search_can_be_stopped_and_tells_how_far_it_is() {
    let (trace, analysis) = samples();
    let query = Query::parse("raw:contoso").unwrap();
    assert!(!query.is_indexed(Table::Records) && !query.is_indexed(Table::Calls));
    assert!(Query::parse("missed user:bob ring>1s after:10:14").unwrap().is_indexed(Table::Calls));
    let bound = query.bind(&trace, &analysis);
    assert_eq!(bound.select(Table::Records, &|_| false), None);
    let most = std::sync::atomic::AtomicUsize::new(0);
    let all = bound.select(Table::Records, &|done| {
        most.fetch_max(done, std::sync::atomic::Ordering::Relaxed);
        true
    });
    assert_eq!(all, Some(bound.rows(Table::Records)));
    assert_eq!(most.into_inner(), trace.events().len());
}

#[test]
fn rows_are_ordered_with_unknown_values_last() {
    let (trace, analysis) = samples();
    let bound = Query::parse("file:desktop").unwrap().bind(&trace, &analysis);
    let column = Column::parse_list("answer").unwrap().remove(0);
    for (order, sign) in [("answer", 1), ("-answer,from", -1)] {
        let mut rows = bound.rows(Table::Calls);
        bound.sort(&mut rows, &SortKey::parse_list(order).unwrap());
        let answers: Vec<Option<i64>> = rows
            .iter()
            .map(|row| match bound.values(&column, *row)[..] {
                [siptrail::query::Value::Duration(ms)] => Some(sign * ms),
                _ => None,
            })
            .collect();
        let known: Vec<i64> = answers.iter().map_while(|a| *a).collect();
        assert_eq!(known.len(), 3, "{answers:?}");
        assert!(known.is_sorted() && answers.iter().skip(3).all(Option::is_none), "{order}: {answers:?}");
    }
    assert_eq!(
        SortKey::parse_list("time,-rign").map(|_| ()).unwrap_err().to_string(),
        "column 6: no column named \"rign\"; did you mean ring?"
    );
}
