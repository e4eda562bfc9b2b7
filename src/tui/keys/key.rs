//! One key: as the terminal reports it, and as its name is written.

use std::fmt;

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
