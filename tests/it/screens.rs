//! Screens of the terminal UI against the files of `tests/screens`.
//!
//! `UPDATE_SCREENS=1 cargo test --test it screens` writes the files anew; look at what changed before you keep it.

use std::collections::BTreeSet;

use ratatui::style::Color;
use siptrail::tui::{Action, App, Command, Keymap, Load, Preset, Theme, update};

use crate::common::root;
use crate::keyboard::{FAILED, app, draw, plain, press, text};

const SIZES: [(u16, u16); 2] = [(80, 24), (160, 50)];

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
    ("timeline-fork", "samples/answered-elsewhere.log", "3<Enter>"),
    ("timeline-empty", FAILED, "4"),
    ("registrations", "samples", "R"),
    ("registrations-shared", "samples", "Rfsubscribed<Enter>b"),
    ("menu-save-list", "samples", "3fmissed<Enter>ms"),
    ("card", FAILED, "3i"),
    ("card-explained", FAILED, "3<Enter>id"),
    ("twin", "samples", "3xxw"),
    ("user", FAILED, "3u"),
    ("raw", FAILED, "3<Enter>r"),
    ("compare", FAILED, "3<Enter>xmc"),
    ("split", "samples/desktop-calls.log", "38j|"),
    ("split-asked", "samples", "|"),
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
    ("prompt-completed", "samples", "3foutcome:no_<Tab>"),
    ("prompt-people", "samples", "3fuser:f<Tab><Tab>"),
    ("filters", "samples", "3fmissed<Enter>F+user:frank<Enter>F"),
    ("filter-misspelt", "samples", "3fmisssed"),
    ("filter-none", "samples", "3fmissed user:quinn<Enter>"),
    ("shared", "samples", "3fmissed<Enter>b"),
    ("brushed", "samples/desktop-calls.log", "<<<m<<"),
    ("span", "samples/desktop-calls.log", "3@10:02..10:05<Enter>"),
    ("span-overview", "samples/desktop-calls.log", "3@10:02..10:05<Enter>1"),
    ("lanes", FAILED, "3<Enter>lb"),
    ("lane-renamed", FAILED, "3<Enter>lDgateway of the branch<Enter>"),
    ("together", "samples/desktop-calls.log", "3 jj O"),
    ("leaving", "samples", "3 q"),
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
    crate::narrowed::name_filters();
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
    // With keys of one's own, hints and help tell them.
    let mut app = self::app(FAILED, plain(), (80, 60));
    let own = [(Command::NextMissed, vec!["o".parse().unwrap(), "F5".parse().unwrap()]), (Command::Pane, Vec::new())];
    app.keys = Keymap::new(Preset::Sngrep, &own).unwrap();
    press(&mut app, "3h");
    wrong.extend(check("help-sngrep-80x60", &text(&draw(&app))));
    press(&mut app, "Q");
    wrong.extend(check("calls-sngrep-80x60", &text(&draw(&app))));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// No screen file that no test reads.
#[test]
fn no_screen_is_forgotten() {
    for entry in std::fs::read_dir(root("tests/screens")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let known = SCREENS.iter().flat_map(|(n, ..)| SIZES.map(|(w, h)| format!("{n}-{w}x{h}.txt")));
        let own = ["loading-80x24", "timeline-ascii-80x24", "help-sngrep-80x60", "calls-sngrep-80x60"]
            .map(|n| format!("{n}.txt"));
        assert!(known.chain(own).any(|k| k == name), "{name}");
    }
}

/// Colours that can be told from white and from black in the palettes of xterm, VGA, `PuTTY`, Windows and GNOME: a
/// contrast of 2 at least, where yellow, white and cyan have less on white, and blue on black.
const READABLE: [Color; 5] = [Color::Red, Color::Green, Color::Magenta, Color::LightBlue, Color::LightMagenta];

#[test]
fn colours_are_those_of_every_terminal_and_none_where_none_are_wanted() {
    let mut seen = BTreeSet::new();
    for (name, log, keys) in SCREENS {
        for colour in [true, false] {
            let mut app = app(log, Theme::new(colour, false), (120, 40));
            press(&mut app, keys);
            for cell in draw(&app).content() {
                assert!(cell.fg == Color::Reset || colour && READABLE.contains(&cell.fg), "{name}: {}", cell.fg);
                assert_eq!(cell.bg, Color::Reset, "{name}");
                seen.insert(cell.fg.to_string());
            }
        }
    }
    // And colours there are.
    assert!(seen.len() > 4, "{seen:?}");
    let transactions = Theme::new(true, false).transactions;
    assert!(transactions.iter().filter_map(|s| s.fg).all(|c| READABLE.contains(&c)));
}
