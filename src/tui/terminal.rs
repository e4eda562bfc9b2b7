//! The terminal: taken over, and given back as it was whatever happens.

use std::io::{self, IsTerminal, Stdout, Write, stdout};
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::cursor::Show;
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::execute;
use crossterm::style::Print;
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// The wheel presses arrow keys, which leaves the mouse to the terminal for selecting text (xterm's alternate scroll
/// mode, set after its value was saved); and the value as it was.
const WHEEL: &str = "\x1b[?1007s\x1b[?1007h";
const NO_WHEEL: &str = "\x1b[?1007r";

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
///
/// Only the guard gives it back: the drawing terminal would say on stderr that it cannot, and panic where stderr is gone
/// with it.
pub(super) fn take() -> io::Result<(Guard, ManuallyDrop<Terminal<CrosstermBackend<Stdout>>>)> {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        restore();
        before(info);
    }));
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    let guard = Guard;
    execute!(out(), EnterAlternateScreen, EnableBracketedPaste, Print(WHEEL))?;
    Ok((guard, ManuallyDrop::new(Terminal::new(CrosstermBackend::new(out()))?)))
}

/// Gives the terminal back; does nothing when it is not taken. What fails cannot be told to anybody.
pub(super) fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = out();
        let _ = execute!(out, DisableMouseCapture, DisableBracketedPaste, Print(NO_WHEEL), LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
        let _ = out.flush();
    }
}

/// Gives the terminal back, stops the process as a shell's Ctrl-Z does, and takes the terminal again when it goes on.
#[cfg(unix)]
pub(super) fn suspend(with_mouse: bool) -> io::Result<()> {
    restore();
    signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP)?;
    enable_raw_mode()?;
    TAKEN.store(true, Ordering::SeqCst);
    execute!(out(), EnterAlternateScreen, EnableBracketedPaste, Print(WHEEL))?;
    if with_mouse { mouse(true) } else { Ok(()) }
}

/// There are no stops.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
pub(super) fn suspend(_: bool) -> io::Result<()> {
    Ok(())
}

/// Whether there still is a terminal: it may vanish without a signal.
pub(super) fn is_there() -> bool {
    out().is_terminal()
}

/// Lets the terminal tell clicks, or leaves the mouse to it.
pub(super) fn mouse(on: bool) -> io::Result<()> {
    if on { execute!(out(), EnableMouseCapture) } else { execute!(out(), DisableMouseCapture) }
}

#[expect(clippy::disallowed_methods, reason = "the terminal UI draws on stdout")]
pub(super) fn out() -> Stdout {
    stdout()
}
