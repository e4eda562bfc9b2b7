//! The terminal UI without a terminal: screens against the files of `tests/screens`, and what keys do.
//!
//! `UPDATE_SCREENS=1 cargo test --test it tui` writes the files anew; look at what changed before you keep it.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::tui::data::Data;
use siptrail::tui::{Action, App, Effect, Filter, Key, Load, Overlay, Theme, View, update, view};
use siptrail::{Options, Trace};

use crate::common::root;

const FAILED: &str = "samples/push-failed-at-edge";
const SIZES: [(u16, u16); 2] = [(80, 24), (160, 50)];

/// The UI on logs, which are named from the project's folder.
fn app(log: &str, theme: Theme, size: (u16, u16)) -> App {
    let mut app = App::new(theme, size);
    let trace = Trace::open([log]).unwrap();
    update(&mut app, Action::Loaded(Arc::new(Data::new(trace, &Options::default()))));
    app
}

fn plain() -> Theme {
    Theme::new(false, false)
}

/// Presses keys: `3jj<Enter>`. Searches are finished before the next key. Gives the last effect.
fn press(app: &mut App, keys: &str) -> Option<Effect> {
    let mut effect = None;
    let mut rest = keys;
    while let Some(first) = rest.chars().next() {
        let named = rest.strip_prefix('<').and_then(|r| r.split_once('>')).filter(|(name, _)| name.len() > 1);
        let (code, modifiers, after) = match named {
            Some((name, after)) => {
                let (code, modifiers) = match name {
                    "Enter" => (KeyCode::Enter, KeyModifiers::NONE),
                    "Esc" => (KeyCode::Esc, KeyModifiers::NONE),
                    "Tab" => (KeyCode::Tab, KeyModifiers::NONE),
                    "S-Tab" => (KeyCode::BackTab, KeyModifiers::SHIFT),
                    "Down" => (KeyCode::Down, KeyModifiers::NONE),
                    "PgDn" => (KeyCode::PageDown, KeyModifiers::NONE),
                    "F1" => (KeyCode::F(1), KeyModifiers::NONE),
                    "BS" => (KeyCode::Backspace, KeyModifiers::NONE),
                    _ => match name.split_once('-') {
                        Some(("C", c)) => (KeyCode::Char(c.chars().next().unwrap()), KeyModifiers::CONTROL),
                        Some(("M", c)) => (KeyCode::Char(c.chars().next().unwrap()), KeyModifiers::ALT),
                        _ => panic!("no key {name}"),
                    },
                };
                (code, modifiers, after)
            }
            None => (KeyCode::Char(first), KeyModifiers::NONE, &rest[first.len_utf8()..]),
        };
        rest = after;
        let key = Key::of(KeyEvent::new(code, modifiers)).unwrap();
        if let Some(action) = app.action(key) {
            effect = update(app, action);
            if let Some(Effect::Filter(filter)) = &effect {
                let rows = filter.ask(&app.data, &|_| true).unwrap().unwrap();
                effect = update(app, Action::Filtered(filter.clone(), rows));
            }
        }
        while app.busy() {
            update(app, Action::Work);
        }
    }
    effect
}

fn draw(app: &App) -> Buffer {
    let (width, height) = app.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| view(app, frame)).unwrap();
    terminal.backend().buffer().clone()
}

fn text(buffer: &Buffer) -> String {
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut skip = 0;
        let mut row = String::new();
        for x in 0..buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            if skip == 0 {
                row.push_str(symbol);
            }
            skip = unicode_width::UnicodeWidthStr::width(symbol).max(skip).saturating_sub(1);
        }
        out.push_str(row.trim_end());
        out.push('\n');
    }
    out
}

/// Screens: name, log, keys.
const SCREENS: &[(&str, &str, &str)] = &[
    ("overview", "samples", ""),
    ("pushes", "samples", "2x"),
    ("calls", "samples", "3x"),
    ("calls-sorted", "samples", "3Sg"),
    ("records", FAILED, "5@08:30:20.2<Enter>"),
    ("findings", "samples", "6"),
    ("findings-calls", "samples", "6j<Enter>"),
    ("timeline", FAILED, "3<Enter>ee"),
    ("timeline-copies", FAILED, "3<Enter>x+jt"),
    ("timeline-sdp", "samples/desktop-calls.log", "3e<Enter>"),
    ("timeline-empty", FAILED, "4"),
    ("raw", FAILED, "3<Enter>r"),
    ("compare", FAILED, "3<Enter>xmc"),
    ("help-calls", FAILED, "3?"),
    ("help-timeline", FAILED, "3<Enter><F1>G"),
    ("menu-sort", "samples", "3S"),
    ("menu-columns", "samples", "2Cda"),
    ("menu-copy", FAILED, "3<Enter>y"),
    ("menu-save", FAILED, "3ms"),
    ("prompt-search", "samples", "3/frank"),
    ("prompt-filter", "samples", "3fmissed -user:frank"),
    ("prompt-filter-wrong", "samples", "3fmissed outcom:busy"),
    ("filtered", FAILED, "5fstatus>=400<Enter>"),
    ("prompt-not-found", "samples", "3/nobody"),
    ("prompt-time", FAILED, "5@10:1"),
    ("prompt-save", FAILED, "3st"),
    ("no-such-time", FAILED, "5@noon<Enter>"),
    ("nothing-found", "samples/synthetic-passed.log", "3"),
];

fn check(name: &str, shown: &str) -> Option<String> {
    let path = root("tests/screens").join(format!("{name}.txt"));
    if std::env::var_os("UPDATE_SCREENS").is_some() {
        std::fs::write(&path, shown).unwrap();
        return None;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    (expected != shown).then(|| format!("{name}: expected\n{expected}\nshown\n{shown}"))
}

#[test]
fn every_view_and_overlay_looks_as_it_was_judged() {
    let mut wrong = Vec::new();
    for (name, log, keys) in SCREENS {
        for size in SIZES {
            let mut app = app(log, plain(), size);
            press(&mut app, keys);
            wrong.extend(check(&format!("{name}-{}x{}", size.0, size.1), &text(&draw(&app))));
        }
    }
    let mut app = App::new(plain(), (80, 24));
    update(&mut app, Action::Loading(Load::Reading(431_000_000, 1_013_000_000)));
    wrong.extend(check("loading-80x24", &text(&draw(&app))));
    let mut app = self::app(FAILED, Theme::new(false, true), (80, 24));
    press(&mut app, "3<Enter>ee");
    let shown = text(&draw(&app));
    assert!(shown.is_ascii(), "{shown}");
    wrong.extend(check("timeline-ascii-80x24", &shown));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_readme_shows_what_the_timeline_looks_like() {
    let readme = std::fs::read_to_string(root("README.md")).unwrap();
    let shown = readme.split("```\n").find(|block| block.starts_with(" siptrail  1 Overview"));
    let screen = std::fs::read_to_string(root("tests/screens/timeline-80x24.txt")).unwrap();
    assert_eq!(shown, Some(screen.as_str()));
}

/// No screen file that no test reads.
#[test]
fn no_screen_is_forgotten() {
    for entry in std::fs::read_dir(root("tests/screens")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = SCREENS.iter().flat_map(|(n, ..)| SIZES.map(|(w, h)| format!("{n}-{w}x{h}.txt")));
        let own = ["loading-80x24.txt", "timeline-ascii-80x24.txt"].map(str::to_owned);
        assert!(known.chain(own).any(|k| k == name), "{name}");
    }
}

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
        ("3G", View::Calls, Some(29)),
        ("3Gg", View::Calls, Some(0)),
        ("3<M-9>G", View::Calls, Some(8)),
        ("3999999999999999999999j", View::Calls, Some(29)),
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
        ("3/missed_<Enter>N", View::Calls, Some(27)),
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
        ("3fmissed", 4),
        (" user:frank", 1),
        // What cannot be read leaves the rows as they are; what can be read again, or is gone, does not.
        // As a word, the start of it selected none; as a field that is not there it changes nothing.
        (" outcom:", 0),
        ("<C-u>", all),
        ("missed<Enter>", 4),
        // Given up, the filter before it stays.
        ("f user:frank<Esc>", 4),
        ("jj", 4),
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
    // The answer to a query that was typed on meanwhile is of no use.
    press(&mut app, "<Esc>");
    let filter = Filter { number: app.filters.wrapping_sub(1), view: View::Calls, text: "missed".to_owned() };
    update(&mut app, Action::Filtered(filter, vec![0]));
    assert_eq!(app.calls.rows.len(), all);
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

#[test]
fn colours_are_those_of_every_terminal_and_none_where_none_are_wanted() {
    for (name, log, keys) in SCREENS {
        for colour in [true, false] {
            let mut app = app(log, Theme::new(colour, false), (120, 40));
            press(&mut app, keys);
            for cell in draw(&app).content() {
                for used in [cell.fg, cell.bg] {
                    let palette = !matches!(used, Color::Rgb(..) | Color::Indexed(_));
                    assert!(if colour { palette } else { used == Color::Reset }, "{name}: {used}");
                }
            }
        }
    }
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
