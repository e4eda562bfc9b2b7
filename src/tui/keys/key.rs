//! One key: as the terminal reports it, and as its name is written.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// One key as a user presses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) code: KeyCode,
    pub(super) ctrl: bool,
    pub(super) alt: bool,
}

impl Key {
    /// A key without modifiers; a shifted letter is its capital.
    pub const fn plain(code: KeyCode) -> Key {
        Key { code, ctrl: false, alt: false }
    }

    /// With Ctrl held.
    pub const fn ctrl(letter: char) -> Key {
        Key { code: KeyCode::Char(letter), ctrl: true, alt: false }
    }

    /// What the terminal reports; `None` when a key is let go.
    pub fn of(event: KeyEvent) -> Option<Key> {
        if event.kind == KeyEventKind::Release {
            return None;
        }
        let has = |m| event.modifiers.contains(m);
        let code = match event.code {
            // Some terminals report Shift-Tab in one way, some in the other.
            KeyCode::Tab if has(KeyModifiers::SHIFT) => KeyCode::BackTab,
            // With Ctrl, the case of a letter only tells whether Caps Lock is on.
            KeyCode::Char(c) if has(KeyModifiers::CONTROL) => KeyCode::Char(c.to_ascii_lowercase()),
            other => other,
        };
        Some(Key { code, ctrl: has(KeyModifiers::CONTROL), alt: has(KeyModifiers::ALT) })
    }

    /// The character that it types, if it types one.
    pub fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }

    /// The digit of a count: 7 to 9 and 0 begin one, Alt with any digit does, and every digit goes on with it.
    pub(in crate::tui) fn digit(self, counting: bool) -> Option<usize> {
        let KeyCode::Char(c) = self.code else { return None };
        let begins = self.alt || counting || matches!(c, '0' | '7'..='9');
        c.to_digit(10).filter(|_| begins && !self.ctrl).map(|d| d as usize)
    }
}

/// Names of keys that are no letters, for hints.
pub const KEY_NAMES: &[&str] = &[
    "Enter",
    "Esc",
    "Tab",
    "Shift-Tab",
    "Space",
    "Up",
    "Down",
    "Left",
    "Right",
    "Home",
    "End",
    "PgUp",
    "PgDn",
    "Insert",
    "Delete",
    "Backspace",
    "F1",
    "F2",
    "F3",
    "F4",
    "F5",
    "F6",
    "F7",
    "F8",
    "F9",
    "F10",
    "F11",
    "F12",
    "Ctrl-A",
    "Alt-a",
];

/// The key with a name, as the help writes it: `x`, `F5`, `Ctrl-D`, `Alt-x`, `Space`.
impl FromStr for Key {
    type Err = UnknownKey;

    fn from_str(name: &str) -> Result<Key, UnknownKey> {
        let lower = name.to_ascii_lowercase();
        let (ctrl, alt, rest) = match (lower.strip_prefix("ctrl-"), lower.strip_prefix("alt-")) {
            (Some(rest), _) => (true, false, rest),
            // With Alt, a capital is another key.
            (None, Some(rest)) => (false, true, name.get(name.len() - rest.len()..).unwrap_or(rest)),
            (None, None) => (false, false, name),
        };
        let mut letters = rest.chars();
        let code = match (letters.next(), letters.next()) {
            (Some(c), None) if !c.is_whitespace() && !c.is_control() => KeyCode::Char(c),
            _ => code(&rest.to_ascii_lowercase()).ok_or(UnknownKey)?,
        };
        Ok(Key { code, ctrl, alt })
    }
}

/// No key has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKey;

fn code(name: &str) -> Option<KeyCode> {
    if let Some(number) = name.strip_prefix('f').and_then(|n| n.parse().ok()) {
        return (1..=12).contains(&number).then_some(KeyCode::F(number));
    }
    Some(match name {
        "enter" | "return" => KeyCode::Enter,
        "esc" | "escape" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "shift-tab" | "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" | "pageup" => KeyCode::PageUp,
        "pgdn" | "pagedown" => KeyCode::PageDown,
        "insert" | "ins" => KeyCode::Insert,
        "delete" | "del" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        _ => return None,
    })
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("Ctrl-")?;
        }
        if self.alt {
            f.write_str("Alt-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("Space"),
            KeyCode::Char(c) if self.ctrl => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(n) => write!(f, "F{n}"),
            KeyCode::PageDown => f.write_str("PgDn"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::BackTab => f.write_str("Shift-Tab"),
            other => write!(f, "{other:?}"),
        }
    }
}
