//! The one key table: it feeds dispatch, the hint bar, the help and the configuration file.

mod key;
mod keymap;
mod preset;
mod table;

use crossterm::event::KeyCode;
use tui_input::InputRequest;

pub use key::{KEY_NAMES, Key, UnknownKey};
pub use keymap::{Clash, KeyLine, Keymap};
pub use preset::Preset;
pub use table::{Binding, KEYMAP};

use super::view::View;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the help texts of KEYMAP say what each does")]
pub enum Command {
    Show(View),
    NextView,
    PreviousView,
    Down,
    Up,
    HalfDown,
    HalfUp,
    PageDown,
    PageUp,
    First,
    Last,
    Open,
    Search,
    SearchNext,
    Filter,
    Filters,
    Shared,
    CursorOn,
    CursorBack,
    Brush,
    Suspend,
    PanLeft,
    PanRight,
    Lanes,
    Together,
    SearchPrevious,
    NextFailure,
    PreviousFailure,
    NextMissed,
    PreviousMissed,
    GoToTime,
    MinuteOn,
    MinuteBack,
    Narrower,
    Wider,
    Sort,
    Columns,
    Copy,
    Save,
    Mark,
    NextMark,
    Note,
    Card,
    CopyRemedy,
    Victims,
    Twin,
    Explain,
    Case,
    User,
    Compare,
    Split,
    TimeMode,
    Expand,
    PaneDown,
    PaneUp,
    Pane,
    Raw,
    Follow,
    Mouse,
    Back,
    Close,
    Quit,
    Help,
}

/// Where a key has a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyContext {
    /// One of the views.
    View(View),
    /// The help, or another text over the view.
    Text,
    /// A menu; letters choose.
    Menu,
    /// The card of a case.
    Card,
    /// A line that is typed.
    Prompt,
}

/// A set of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Wherever keys are no text.
    All,
    /// In the views.
    Views,
    /// In menus.
    Menus,
    /// In the views and in menus.
    Choice,
    /// In these views.
    Only(&'static [View]),
    /// On the card of a case.
    Card,
    /// On the card and in these views.
    CardAnd(&'static [View]),
}

impl Scope {
    fn has(self, place: KeyContext) -> bool {
        match (self, place) {
            (Scope::All, KeyContext::View(_) | KeyContext::Text | KeyContext::Menu | KeyContext::Card)
            | (Scope::Views, KeyContext::View(_))
            | (Scope::Menus, KeyContext::Menu)
            | (Scope::Choice, KeyContext::View(_) | KeyContext::Menu | KeyContext::Card)
            | (Scope::Card | Scope::CardAnd(_), KeyContext::Card) => true,
            (Scope::Only(views) | Scope::CardAnd(views), KeyContext::View(view)) => views.contains(&view),
            _ => false,
        }
    }
}

/// What a key does to the line as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKey {
    /// One that was typed before, or after it.
    Earlier(bool),
    /// The word at the cursor is completed; back where there are several.
    Complete(bool),
}

/// What a key does to the line as a whole.
pub(super) fn line(key: Key) -> Option<LineKey> {
    match (key.code, key.ctrl) {
        (KeyCode::Up, _) | (KeyCode::Char('p'), true) => Some(LineKey::Earlier(true)),
        (KeyCode::Down, _) | (KeyCode::Char('n'), true) => Some(LineKey::Earlier(false)),
        (KeyCode::Tab, _) => Some(LineKey::Complete(true)),
        (KeyCode::BackTab, _) => Some(LineKey::Complete(false)),
        _ => None,
    }
}

/// What a key does to the line that is typed; as in a shell.
pub(super) fn edit(key: Key) -> Option<InputRequest> {
    Some(match (key.code, key.ctrl, key.alt) {
        (KeyCode::Char(c), false, false) => InputRequest::InsertChar(c),
        (KeyCode::Backspace, false, _) | (KeyCode::Char('h'), true, _) => InputRequest::DeletePrevChar,
        (KeyCode::Char('w') | KeyCode::Backspace, true, _) => InputRequest::DeletePrevWord,
        (KeyCode::Delete, ..) | (KeyCode::Char('d'), true, _) => InputRequest::DeleteNextChar,
        (KeyCode::Char('u'), true, _) => InputRequest::DeleteLine,
        (KeyCode::Char('k'), true, _) => InputRequest::DeleteTillEnd,
        (KeyCode::Left, ..) | (KeyCode::Char('b'), true, _) => InputRequest::GoToPrevChar,
        (KeyCode::Right, ..) | (KeyCode::Char('f'), true, _) => InputRequest::GoToNextChar,
        (KeyCode::Home, ..) | (KeyCode::Char('a'), true, _) => InputRequest::GoToStart,
        (KeyCode::End, ..) | (KeyCode::Char('e'), true, _) => InputRequest::GoToEnd,
        _ => return None,
    })
}
