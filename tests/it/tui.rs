//! What keys do in the terminal UI, without a terminal.

use std::sync::Arc;

use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::tui::data::Data;
use siptrail::tui::{Action, App, Effect, Filter, Keymap, Notes, Overlay, Preset, Theme, View, update};
use siptrail::{Options, Trace};

use crate::common::root;
use crate::keyboard::{FAILED, app, draw, plain, press};
use crate::program::{out, run};

#[test]
fn keys_do_what_the_help_says() {
    for (keys, expected, row) in [
        ("", View::Overview, None),
        ("<Tab>", View::Pushes, Some(0)),
        ("<S-Tab>", View::Findings, Some(0)),
        ("3jj", View::Calls, Some(2)),
        ("3jjk<Down>", View::Calls, Some(2)),
        ("3<M-5>j", View::Calls, Some(5)),
        ("3<M-1>2j", View::Calls, Some(12)),
        ("38j", View::Calls, Some(8)),
        ("305j", View::Calls, Some(5)),
        ("3G", View::Calls, Some(30)),
        ("3Gg", View::Calls, Some(0)),
        ("3<M-9>G", View::Calls, Some(8)),
        ("3999999999999999999999j", View::Calls, Some(30)),
        // Twelve rows at 80x24: a page, half a page.
        ("3<PgDn>", View::Calls, Some(12)),
        ("3<C-d>", View::Calls, Some(6)),
        ("3<C-d><C-u>", View::Calls, Some(0)),
        // The three missed calls are rows 3 to 5; the failure behind them is the call without a final.
        ("3x", View::Calls, Some(2)),
        ("3xxx", View::Calls, Some(4)),
        ("3xxxx", View::Calls, Some(27)),
        ("3xxX", View::Calls, Some(2)),
        ("3<M-3>x", View::Calls, Some(4)),
        ("3/frank<Enter>", View::Calls, Some(3)),
        ("3/FRANK<Enter>", View::Calls, Some(3)),
        ("3/frank<Esc>", View::Calls, Some(0)),
        ("3/nobody<Enter>", View::Calls, Some(0)),
        ("3/dave<BS><BS><BS><BS>frank<Enter>", View::Calls, Some(3)),
        ("3/missed_<Enter>n", View::Calls, Some(4)),
        ("3/missed_<Enter>nn", View::Calls, Some(27)),
        ("3/missed_<Enter>N", View::Calls, Some(30)),
        // Letters of a line that is typed are no commands, digits of it no count.
        ("3/q5<Enter>", View::Calls, Some(0)),
        ("3<Enter><Esc>", View::Calls, Some(0)),
        ("3jj<Enter>q", View::Calls, Some(2)),
        ("3?q", View::Calls, Some(0)),
        ("3jS<Esc>", View::Calls, Some(1)),
        ("3mjm'", View::Calls, Some(0)),
        ("3mjmg''", View::Calls, Some(0)),
        ("6<Enter>", View::Calls, Some(0)),
        ("6<Enter><Esc>", View::Findings, Some(0)),
        ("5@2012-02-09<Enter>3", View::Calls, Some(0)),
    ] {
        let mut app = app("samples", plain(), (80, 24));
        let effect = press(&mut app, keys);
        assert_eq!(effect, None, "{keys}");
        assert_eq!((app.view, app.list().map(|l| l.selected)), (expected, row), "{keys}");
    }
}

#[test]
fn the_keys_of_sngrep_do_what_they_do_there() {
    for (keys, expected, row) in [
        ("3<C-e>", View::Calls, Some(30)),
        ("3<C-e><C-a>", View::Calls, Some(0)),
        ("3<F3>frank<Enter>", View::Calls, Some(3)),
        ("3uu", View::Calls, Some(3)),
        ("3uuU", View::Calls, Some(2)),
        ("3<F7>missed<Enter>G", View::Calls, Some(4)),
        ("3jx", View::Timeline, Some(0)),
        ("3j<F4>Q", View::Calls, Some(1)),
        ("3hH", View::Calls, Some(0)),
        ("3ti<Esc>", View::Calls, Some(0)),
        ("3i", View::Overview, None),
        ("3 jm'", View::Calls, Some(0)),
    ] {
        let mut app = app("samples", plain(), (80, 24));
        app.keys = Keymap::preset(Preset::Sngrep);
        assert_eq!(press(&mut app, keys), None, "{keys}");
        assert_eq!((app.view, app.list().map(|l| l.selected)), (expected, row), "{keys}");
    }
    let mut app = app(FAILED, plain(), (80, 24));
    app.keys = Keymap::preset(Preset::Sngrep);
    let time = app.timeline.time;
    assert_eq!(press(&mut app, "3xw"), None);
    assert_ne!(app.timeline.time, time);
    assert_eq!(press(&mut app, "p"), Some(Effect::Follow(true)));
    press(&mut app, "<F2>");
    assert!(matches!(app.overlay, Some(Overlay::Menu(_))));
    // What sngrep has not is on keys that are free there: the card and what it leads to, the twin, the day, registrations.
    press(&mut app, "<Esc>I");
    assert!(matches!(app.overlay, Some(Overlay::Card(_))));
    press(&mut app, "v");
    assert_eq!(app.calls.only.as_deref(), Some("PN01"), "the victims");
    for (keys, title) in [("L", "The day of"), ("b", "nothing to hold")] {
        press(&mut app, &format!("<Esc>3{keys}"));
        let shown = crate::keyboard::text(&draw(&app));
        assert!(shown.contains(title), "{keys}: {shown}");
    }
    press(&mut app, "<Esc>Y");
    assert_eq!(app.view, View::Registrations);
    press(&mut app, "3t<<");
    assert!(app.calls.chosen.contains_key(&0), "a column is made narrower");
}

#[test]
fn the_user_leaves_by_q_at_the_end_of_the_way_and_by_ctrl_c_anywhere() {
    for (keys, quits) in [
        ("q", true),
        ("<C-c>", true),
        ("3<Enter>q", false),
        ("3<Enter>qq", true),
        ("3?q", false),
        ("3/q", false),
        ("3/<C-c>", true),
        ("3S<C-c>", true),
        ("<Esc>", false),
        // A search and a narrowed list are taken back first.
        ("3/frank<Enter>q", false),
        ("3/frank<Enter>qq", true),
    ] {
        let mut app = app(FAILED, plain(), (80, 24));
        assert_eq!(press(&mut app, keys) == Some(Effect::Quit), quits, "{keys}");
    }
}

#[test]
fn a_cause_leads_to_its_calls_and_a_record_to_its_story() {
    let mut app = app("samples", plain(), (80, 24));
    press(&mut app, "6/PN01<Enter><Enter>");
    let calls =
        |app: &App| app.calls.rows.iter().map(|r| app.data.analysis.calls[*r as usize].to.clone()).collect::<Vec<_>>();
    assert_eq!(calls(&app), ["frank@contoso.com"]);
    press(&mut app, "3<Esc><Esc>");
    assert_eq!(app.calls.rows.len(), app.data.analysis.calls.len());
    press(&mut app, "5/d68bd9b8f0eab689<Enter><Enter>");
    assert_eq!(app.view, View::Timeline);
    let call = app.timeline.ladder.call.unwrap();
    assert_eq!(app.data.analysis.calls[call].to, "frank@contoso.com", "the push belongs to the story of its call");
    let (step, _) = app.timeline.current().unwrap();
    let shown = app.timeline.ladder.steps[step]
        .kind
        .records()
        .iter()
        .map(|id| app.data.trace.record(app.data.trace.event(*id).unwrap()));
    assert!(shown.clone().count() > 0);
    assert!(shown.clone().all(|r| String::from_utf8_lossy(r).contains("d68bd9b8f0eab689")));
}

#[test]
fn a_filter_narrows_the_list_while_it_is_typed() {
    let mut app = app("samples", plain(), (80, 24));
    let all = app.data.analysis.calls.len();
    for (keys, rows) in [
        ("3fmissed", 5),
        (" user:frank", 1),
        // What cannot be read leaves the rows as they are; what can be read again, or is gone, does not.
        // As a word, the start of it selected none; as a field that is not there it changes nothing.
        (" outcom:", 0),
        ("<C-u>", all),
        ("missed<Enter>", 5),
        // Given up, the filter before it stays.
        ("f user:frank<Esc>", 5),
        ("jj", 5),
        ("<Esc>", all),
        ("fraw~/epid=5de6a83820/<Enter>", 1),
        ("q", all),
    ] {
        press(&mut app, keys);
        assert_eq!(app.calls.rows.len(), rows, "{keys}");
    }
    assert_eq!(app.view, View::Calls);
    press(&mut app, "fmissed outcom:x");
    assert!(app.notice.as_ref().is_some_and(|n| n.bad && n.text.starts_with("column 8:")), "{:?}", app.notice);
    // The line stays open, so that what is wrong can be mended.
    press(&mut app, "<Enter>");
    assert!(app.prompt.is_some() && app.notice.as_ref().is_some_and(|n| n.bad), "{:?}", app.notice);
    press(&mut app, "<BS><BS><BS><BS><BS><BS><BS><BS><Enter>");
    assert!(app.prompt.is_none() && app.calls.rows.len() == 5, "{:?}", app.notice);
    press(&mut app, "<Esc>f");
    // The answer to a query that was typed on meanwhile is of no use.
    press(&mut app, "<Esc>");
    let filter = Filter {
        number: app.filters.wrapping_sub(1),
        view: View::Calls,
        text: "missed".to_owned(),
        notes: Notes::default(),
    };
    update(&mut app, Action::Filtered(filter, vec![0]));
    assert_eq!(app.calls.rows.len(), all);
    // A cause stays for a case of which the query holds, or for its own text.
    for (keys, codes) in [
        ("6fuser:frank<Enter>", "PN01"),
        ("f<C-u>DNS<Enter>", "PN03 PN04"),
        ("f<C-u>missed -user:frank<Enter>", "PN03 PN06 PN20 PN50"),
        ("<Esc>", "PN01 PN03 PN06 PN20 PN04 PN09 PN50"),
    ] {
        press(&mut app, keys);
        let shown = app.findings.rows.iter().map(|r| app.data.causes[*r as usize].finding.code.as_str());
        assert_eq!(shown.collect::<Vec<_>>().join(" "), codes, "{keys}");
    }
    // Records stay in the order of time, whatever file they are in.
    press(&mut app, "5fmethod:message<Enter>");
    let times: Vec<_> = app
        .records
        .rows
        .iter()
        .filter_map(|r| app.data.analysis.time(&app.data.trace, app.data.records[*r as usize].record()?))
        .collect();
    assert!(times.len() > 5 && times.is_sorted());
}

#[test]
fn what_is_copied_and_saved_is_what_stands_in_the_log() {
    let mut app = app(FAILED, plain(), (80, 24));
    assert_eq!(press(&mut app, "3yc"), Some(Effect::Copy("b45230e872a37c9066ec2be87671bdcc".to_owned())));
    assert_eq!(press(&mut app, "yu"), Some(Effect::Copy("frank@contoso.com".to_owned())));
    assert_eq!(press(&mut app, "yl"), Some(Effect::Copy(format!("{FAILED}/fe03.log:66"))));
    let log = std::fs::read_to_string(root(FAILED).join("fe03.log")).unwrap();
    let Some(Effect::Copy(message)) = press(&mut app, "ym") else { panic!("nothing copied") };
    assert!(log.contains(&message) && message.ends_with("$$end_record"), "{message}");
    for (keys, name) in [
        ("sj<Enter>", "siptrail-b45230e872a3.json"),
        ("st<C-u>a b.txt<Enter>", "a b.txt"),
        ("sv<Enter>", "siptrail-b45230e872a3.svg"),
        ("sd<Enter>", "siptrail-b45230e872a3.mmd"),
    ] {
        let Some(Effect::Save(save)) = press(&mut app, keys) else { panic!("nothing saved") };
        assert_eq!(save.path.to_str(), Some(name));
        let mut out = Vec::new();
        save.content.write(&app.data, false, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("Request Timeout") && !text.contains('\u{1b}'), "{name}");
        if name.ends_with("json") {
            let report: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(report["calls"][0]["pushes"][0], report["pushes"][0]["call_id"]);
            assert_eq!(report["summary"]["missed"], 1);
        }
    }
    // Both records of the mark, byte for byte.
    let Some(Effect::Save(save)) = press(&mut app, "<Enter>mmsm<Enter>") else { panic!("nothing saved") };
    let mut out = Vec::new();
    save.content.write(&app.data, false, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(text.matches("$$begin_record").count(), 2);
    assert!(text.split("$$end_record\r\n").all(|r| log.contains(r.trim_end())), "{text}");
}

/// A log whose every text wants something from the terminal.
fn hostile() -> Vec<u8> {
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    text.replace("Request Timeout", "Request\u{1b}]0;owned\u{7}\u{202e}Timeout")
        .replace("hank@contoso.com", "h\u{1b}[2J\u{9b}31m日本語e\u{301}\u{301}k@contoso.com")
        .replace("history-info: ", &format!("history-info: {}\u{1b}[2J", "日".repeat(50_000)))
        .into_bytes()
}

#[test]
fn no_log_and_no_size_of_the_terminal_breaks_the_screen() {
    let trace = Trace::load(vec![Input::from_bytes("evil\u{1b}[2J.log", hostile())], &LoadOptions::default());
    let data = Arc::new(Data::new(trace, &Options::default()));
    let keys = ["", "2", "3", "3<Enter>", "3<Enter>e+", "5", "5r", "6", "?", "3y", "3S", "3/x", "3mjc", "3st"];
    for size in [(1, 1), (1, 30), (10, 3), (3, 10), (20, 6), (33, 12), (80, 24), (141, 9), (300, 80)] {
        for keys in keys {
            let mut app = App::new(Theme::new(true, size.0 % 2 == 0), (80, 24));
            update(&mut app, Action::Loaded(Arc::clone(&data)));
            press(&mut app, keys);
            update(&mut app, Action::Resize(size.0, size.1));
            for cell in draw(&app).content() {
                let bad = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}');
                assert!(!cell.symbol().contains(bad), "{size:?} {keys}: {:?}", cell.symbol());
            }
        }
    }
}

#[test]
fn the_mouse_chooses_what_is_under_it() {
    let mut app = app("samples", plain(), (80, 24));
    assert_eq!(
        press(&mut app, "3M"),
        Some(Effect::Mouse(true)),
        "clicks are asked for: else the terminal selects text"
    );
    let mut act = |keys: &str, actions: &[Action]| {
        press(&mut app, keys);
        let effect = actions.iter().filter_map(|a| update(&mut app, a.clone())).last();
        (app.view, app.list().map(|l| l.selected), app.pane_top, effect)
    };
    let wheel = |row, down| Action::Wheel(10, row, down);
    let copied = Some(Effect::Copy("frank@contoso.com".to_owned()));
    for (keys, actions, expected) in [
        ("3", vec![Action::Click(10, 5)], (View::Calls, Some(3), 0, None)),
        ("g", vec![wheel(5, true), wheel(5, true), wheel(5, false)], (View::Calls, Some(3), 0, None)),
        // Over the pane the wheel scrolls the pane.
        ("", vec![wheel(18, true)], (View::Calls, Some(3), 3, None)),
        ("", vec![wheel(18, false)], (View::Calls, Some(3), 0, None)),
        ("", vec![Action::Click(10, 18)], (View::Calls, Some(3), 0, None)),
        // On a menu a click chooses, beside it nothing happens; nothing goes through it.
        ("y", vec![Action::Click(1, 5)], (View::Calls, Some(3), 0, None)),
        ("", vec![Action::Click(30, 12)], (View::Calls, Some(3), 0, copied)),
        ("", vec![Action::Click(10, 5)], (View::Timeline, Some(0), 0, None)),
        ("?", vec![Action::Click(15, 0)], (View::Timeline, Some(0), 0, None)),
        ("<Esc>", vec![Action::Click(15, 0)], (View::Overview, None, 0, None)),
    ] {
        assert!(act(keys, &actions) == expected, "{keys} {actions:?}");
    }
    assert_eq!(press(&mut app, "M"), Some(Effect::Mouse(false)));
}

#[test]
fn keys_before_anything_is_loaded_are_harmless() {
    let mut app = App::new(plain(), (80, 24));
    for keys in
        ["jkGg", "3jjGx<Enter>", "4+tmc", "5/abc<Enter>nN", "6<Enter>", "2ys", "S<Enter>", "@10:00<Enter>[]", "?jjq"]
    {
        assert_eq!(press(&mut app, keys), None, "{keys}");
        draw(&app);
    }
    // What was chosen meanwhile stays.
    press(&mut app, "<Esc><Esc>3");
    let trace = Trace::open([FAILED]).unwrap();
    update(&mut app, Action::Loaded(Arc::new(Data::new(trace, &Options::default()))));
    assert_eq!((app.view, app.calls.rows.len()), (View::Calls, 1));
    assert!(!matches!(app.overlay, Some(Overlay::Menu(_))));
}

#[test]
fn the_card_leads_to_the_command_the_victims_the_cause_and_the_file() {
    let mut app = app("samples", plain(), (80, 24));
    // The second missed call is frank's.
    press(&mut app, "3xxi");
    assert!(matches!(app.overlay, Some(Overlay::Card(_))));
    assert_eq!(press(&mut app, "y"), Some(Effect::Copy("New-CsAllowedDomain -Identity \"push.lync.com\"".to_owned())));
    assert_eq!(press(&mut app, "d"), None);
    assert!(matches!(&app.overlay, Some(Overlay::Text { title, .. }) if title.starts_with("PN01")));
    press(&mut app, "<Esc>iv");
    assert!(app.overlay.is_none());
    assert_eq!((app.view, app.list().map(|l| l.rows.len())), (View::Calls, Some(1)));
    assert_eq!(app.list().and_then(|l| l.only.clone()), Some("PN01".to_owned()));
    // Enter on the card opens the story, 6 from there its cause.
    press(&mut app, "i<Enter>");
    assert_eq!((app.view, app.overlay.is_none()), (View::Timeline, true));
    press(&mut app, "6");
    let cause = app.list().and_then(siptrail::tui::List::current).map(|row| app.data.causes[row].finding.code.clone());
    assert_eq!((app.view, cause), (View::Findings, Some("PN01".to_owned())));
    // A record of no call and no push has no case.
    press(&mut app, "3<Esc>gw");
    assert!(app.notice.is_some() && app.overlay.is_none());
    press(&mut app, "3xxZ");
    assert!(app.prompt.is_some());
}

#[test]
fn a_bar_tells_what_was_before_and_after_as_compare_does() {
    let shown = |app: &App| match &app.overlay {
        Some(Overlay::Text { lines, top, .. }) => {
            (lines.iter().map(|line| line.to_string() + "\n").collect::<String>(), *top)
        }
        _ => panic!("no text lies over the view"),
    };
    // Two columns are the frame's.
    let mut app = app("samples", plain(), (82, 24));
    for keys in ["3gxx|", "5@2012-02-09 08:30:20.015<Enter>|", "1|<C-u>2012-02-09 08:30:20.015<Enter>"] {
        assert_eq!(press(&mut app, keys), None, "{keys}");
        let said = run(&["compare", "-q", "--split", "2012-02-09 08:30:20.015", "samples"]);
        assert_eq!(shown(&app), (out(&said), 0), "{keys}");
        press(&mut app, "jj");
        assert_eq!(shown(&app).1, 2, "{keys}");
        let view = app.view;
        press(&mut app, "<Esc>");
        assert!(app.overlay.is_none() && app.view == view, "{keys}");
    }
    // On the story of a call the row of a message says where.
    press(&mut app, "3gxx<Enter>j|");
    assert!(shown(&app).0.contains("Before: before 2012-02-09 08:30:20"));
    press(&mut app, "<Esc>1|<C-u>noon<Enter>");
    assert!(app.overlay.is_none() && app.notice.as_ref().is_some_and(|n| n.bad));
    // A mark is where one asks from.
    press(&mut app, "3gxxm1|");
    let typed = app.prompt.as_ref().map(|p| p.input.value().to_owned());
    assert_eq!(typed.as_deref(), Some("2012-02-09 08:30:20"));
    // Nothing is loaded yet.
    let mut app = App::new(plain(), (80, 24));
    press(&mut app, "|<Esc>|10:00<Enter>");
    draw(&app);
}
