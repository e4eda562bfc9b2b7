//! What comes in from outside, and what of the terminal asks for an action.

use super::action::Action;
use super::app::App;
use super::keys::Key;

/// What comes in from outside.
#[derive(Debug)]
pub enum Event {
    /// From the terminal.
    Terminal(crossterm::event::Event),
    /// Loading came further, or something was done.
    Action(Action),
    /// There is nothing to show: why, in lines for stderr.
    Failed(Vec<String>),
    /// The process is asked to end.
    Terminate,
    /// The process is asked to stop for a while.
    Suspend,
}

/// What a key, the mouse or a new size asks for.
pub(super) fn of_terminal(app: &App, event: &crossterm::event::Event) -> Option<Action> {
    use crossterm::event::{Event, MouseButton, MouseEventKind};
    match event {
        Event::Key(key) => Key::of(*key).and_then(|key| app.action(key)),
        Event::Resize(columns, rows) => Some(Action::Resize(*columns, *rows)),
        Event::Paste(text) => Some(Action::Paste(text.clone())),
        Event::Mouse(mouse) => match mouse.kind {
            MouseEventKind::Down(MouseButton::Left) => Some(Action::Click(mouse.column, mouse.row)),
            MouseEventKind::Drag(MouseButton::Left) => Some(Action::Drag(mouse.column)),
            MouseEventKind::Up(MouseButton::Left) => Some(Action::Release),
            MouseEventKind::ScrollDown => Some(Action::Wheel(mouse.column, mouse.row, true)),
            MouseEventKind::ScrollUp => Some(Action::Wheel(mouse.column, mouse.row, false)),
            _ => None,
        },
        _ => None,
    }
}
