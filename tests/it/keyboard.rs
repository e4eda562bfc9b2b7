//! A keyboard and a screen for the terminal UI without a terminal.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use siptrail::tui::data::Data;
use siptrail::tui::{Action, App, Effect, Key, Theme, update};
use siptrail::{Options, Trace};

pub(crate) const FAILED: &str = "samples/push-failed-at-edge";

/// The UI on logs, which are named from the project's folder.
pub(crate) fn app(log: &str, theme: Theme, size: (u16, u16)) -> App {
    let mut app = App::new(theme, size);
    let trace = Trace::open([log]).unwrap();
    update(&mut app, Action::Loaded(Arc::new(Data::new(trace, &Options::default()))));
    app
}

pub(crate) fn plain() -> Theme {
    Theme::new(false, false)
}

/// Presses keys: `3jj<Enter>`. Searches are finished before the next key. Gives the last effect.
pub(crate) fn press(app: &mut App, keys: &str) -> Option<Effect> {
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
                    "Up" => (KeyCode::Up, KeyModifiers::NONE),
                    "Left" => (KeyCode::Left, KeyModifiers::NONE),
                    "Right" => (KeyCode::Right, KeyModifiers::NONE),
                    "PgDn" => (KeyCode::PageDown, KeyModifiers::NONE),
                    "BS" => (KeyCode::Backspace, KeyModifiers::NONE),
                    _ if name.starts_with('F') => (KeyCode::F(name[1..].parse().unwrap()), KeyModifiers::NONE),
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
            if let Some(Effect::Registrations) = &effect {
                app.data.read_registrations();
                effect = update(app, Action::Registrations);
            }
            if let Some(Effect::Shared(asked)) = &effect {
                let found = asked.answer(&app.data);
                effect = update(app, Action::Shared(asked.clone(), found));
            }
        }
        while app.busy() {
            update(app, Action::Work);
        }
    }
    effect
}

pub(crate) fn draw(app: &App) -> Buffer {
    let (width, height) = app.size;
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| siptrail::tui::draw(app, frame)).unwrap();
    terminal.backend().buffer().clone()
}

pub(crate) fn text(buffer: &Buffer) -> String {
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
