//! The terminal: taken over, and given back as it was whatever happens.

use std::io::{self, Stdout, Write, stdout};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The terminal is ours now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Gives the terminal back when it is dropped.
#[derive(Debug)]
pub(super) struct Guard;

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Takes the terminal over: raw mode, alternate screen. A panic gives it back before it is told.
pub(super) fn take() -> io::Result<(Guard, Terminal<CrosstermBackend<Stdout>>)> {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let guard = Guard;
    execute!(out(), EnterAlternateScreen, EnableBracketedPaste)?;
    Ok((guard, Terminal::new(CrosstermBackend::new(out()))?))
}

/// Gives the terminal back; does nothing when it is not taken. What fails cannot be told to anybody.
pub(super) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = out();
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}

/// Lets the terminal tell clicks, or leaves the mouse to it.
pub(super) fn mouse(on: bool) -> io::Result<()> {
    if on { execute!(out(), EnableMouseCapture) } else { execute!(out(), DisableMouseCapture) }
}

#[expect(clippy::disallowed_methods, reason = "the terminal UI draws on stdout")]
pub(super) fn out() -> Stdout {
    stdout()
}
