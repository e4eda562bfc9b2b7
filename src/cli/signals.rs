//! Signals: the terminal is given back, and what is half written is taken away, whoever ends or stops the process.

use super::{output, say};

/// Exit status of a process that was asked to end.
pub(super) const INTERRUPTED: i32 = 130;

/// Catches what asks the process to end. An interrupt ends it wherever it is: a file is put in place only when it is
/// whole.
pub(super) fn catch() {
    if let Err(error) = ctrlc::set_handler(end) {
        say(&format!("siptrail: cannot catch interrupts: {error}"));
    }
    #[cfg(unix)]
    if let Err(error) = unix::catch_quit() {
        say(&format!("siptrail: cannot catch interrupts: {error}"));
    }
}

/// While the terminal UI runs, a stop (SIGTSTP) gives the terminal back first. Elsewhere there is nothing to give back.
#[cfg(feature = "tui")]
pub(super) fn catch_stops() {
    #[cfg(unix)]
    if let Err(error) = unix::catch_stops() {
        say(&format!("siptrail: cannot catch stops: {error}"));
    }
}

/// Ends this process in order.
#[expect(clippy::exit, reason = "an interrupt is no way through the program")]
pub(super) fn end() {
    #[cfg(feature = "tui")]
    interrupt();
    output::discard();
    #[cfg(feature = "job")]
    super::pieces::discard();
    std::process::exit(INTERRUPTED);
}

/// Ends a running UI in order, so that the terminal is given back.
#[cfg(feature = "tui")]
fn interrupt() {
    if siptrail::tui::terminate() {
        // The loop ends the process; if it hangs, the terminal is still given back.
        std::thread::sleep(std::time::Duration::from_secs(1));
        siptrail::tui::restore();
    }
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::thread;

    use signal_hook::consts::SIGQUIT;
    use signal_hook::iterator::Signals;

    /// What `ctrlc` leaves out.
    pub(super) fn catch_quit() -> io::Result<()> {
        let mut signals = Signals::new([SIGQUIT])?;
        thread::spawn(move || {
            if signals.forever().next().is_some() {
                super::end();
            }
        });
        Ok(())
    }

    #[cfg(feature = "tui")]
    pub(super) fn catch_stops() -> io::Result<()> {
        let mut signals = Signals::new([signal_hook::consts::SIGTSTP])?;
        thread::spawn(move || {
            for _ in signals.forever() {
                if !siptrail::tui::suspend() {
                    // Nothing that could be told can be done about it.
                    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGTSTP);
                }
            }
        });
        Ok(())
    }
}
