//! Component lines among the records of the terminal UI.

use std::sync::Arc;

use siptrail::input::Input;
use siptrail::query::{Query, Row};
use siptrail::trace::LoadOptions;
use siptrail::tui::data::{Data, Entry};
use siptrail::tui::{Action, App, Filter, Notes, Theme, View, draw, update};
use siptrail::{Options, Trace};

const RECORD: &str = "TL_INFO(TF_PROTOCOL) [1]0A10.0B20::10/15/2013-09:00:0{n}.000.0000010{n} (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record\r\n\
Direction: incoming\r\nPeer: 192.0.2.9:5061\r\nMessage-Type: request\r\nStart-Line: OPTIONS sip:bob@contoso.com SIP/2.0\r\n\
From: <sip:alice@contoso.com>;tag=a\r\nTo: <sip:bob@contoso.com>\r\nCSeq: {n} OPTIONS\r\nCall-ID: call-{n}\r\n\
Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK{n}\r\nContent-Length: 0\r\nMessage-Body: -\r\n$$end_record\r\n";

fn line(level: &str, second: u32, by: &str, text: &str) -> String {
    format!(
        "TL_{level}(TF_COMPONENT) [1]0A10.0B20::10/15/2013-09:00:0{second}.500.00000200 ({by},CClass::Method:File.cpp(77)){text}\r\n"
    )
}

/// Two records, with a line ahead of, between and behind them; the one between is hostile.
fn data(long: &str) -> Data {
    let record = |n: &str| RECORD.replace("{n}", n);
    let parts = [
        line("INFO", 0, "UserServices", " [490733871] ( 000000CA530A83F1 ) user is \u{1b}]0;owned\u{7} homed"),
        record("1"),
        line("ERROR", 1, "RtcRouting", long),
        record("3"),
        line("WARN", 3, "SIPStack", "connection \u{202e}closed"),
    ];
    let input = Input::from_bytes("fe.log", parts.concat().as_bytes());
    Data::new(Trace::load(vec![input], &LoadOptions::default()), &Options::default())
}

fn screen(data: &Arc<Data>, selected: usize) -> String {
    let mut app = App::new(Theme::new(false, false), (100, 24));
    update(&mut app, Action::Loaded(Arc::clone(data)));
    app.view = View::Records;
    app.records.selected = selected;
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(100, 24)).unwrap();
    terminal.draw(|frame| draw(&app, frame)).unwrap();
    terminal.backend().to_string()
}

#[test]
fn lines_stand_between_the_records_and_do_nothing_to_the_terminal() {
    let long = format!("no route {}\u{1b}[2J{}", "x".repeat(1 << 20), "y".repeat(100));
    let data = Arc::new(data(&long));
    let kinds: Vec<bool> = data.records.iter().map(|e| matches!(e, Entry::Line(_))).collect();
    assert_eq!(kinds, [true, false, true, false, true]);
    // What is kept of a line does not grow with it.
    assert_eq!(data.lines.len(), 3);
    let shown = screen(&data, 2);
    assert!(
        shown.contains("RtcRouting") && shown.contains("ERROR: no route xx") && shown.contains("fe.log:15"),
        "{shown}"
    );
    let shown = screen(&data, 4);
    assert!(shown.contains("WARN: connection") && shown.contains("INFO: user is"), "{shown}");
    assert!(!shown.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{shown:?}");
}

#[test]
fn a_filter_selects_lines_by_what_they_say() {
    let data = data("no route to fe02.contoso.com");
    for (text, expected) in [
        ("kind:component", &[0, 2, 4][..]),
        ("-kind:component", &[1, 3]),
        ("component:rtcrouting", &[2]),
        ("component:sipstack", &[1, 3, 4]),
        ("level:error,warn", &[2, 4]),
        ("fe02.contoso", &[2]),
        ("message~/^user is/", &[0]),
        ("message~/^no route/", &[2]),
        ("after:09:00:03", &[3, 4]),
        ("place:fe.log:15", &[2]),
        ("missed", &[]),
        ("method:options or level:warn", &[1, 3, 4]),
        ("header.via~/z9hG4bK3/", &[3]),
    ] {
        let filter = Filter { number: 0, view: View::Records, text: text.to_owned(), notes: Notes::default() };
        assert_eq!(filter.ask(&data, &|_| true).unwrap().unwrap(), expected, "{text}");
    }
    let query = Query::parse("server:fe").unwrap();
    assert!(!query.bind(&data.trace, &data.analysis).matches(Row::Line(data.lines[0])));
}
