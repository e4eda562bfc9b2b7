//! `--exec PROGRAM`: a program is run for each thing told.

use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use siptrail::watch::Event;

use crate::cli::say;

/// A program that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// Refuses a batch file: what runs it (`cmd.exe`) puts values of the environment into its lines before it reads them, so
/// that a text of a log would be run as a command.
pub(super) fn check(program: &Path) -> Result<(), String> {
    // Windows does not see blanks and dots behind a name.
    let name = program.to_string_lossy().trim_end_matches([' ', '.']).to_ascii_lowercase();
    if [".bat", ".cmd"].iter().any(|end| name.ends_with(end)) {
        let name = program.display();
        return Err(format!("--exec: {name} is a batch file, which would run texts of a log; expected a program"));
    }
    Ok(())
}

/// Runs a program, with the fields of an event in its environment. What comes of it is told, not obeyed.
#[expect(clippy::disallowed_methods, reason = "a program that does not end is about the clock")]
pub(super) fn run(program: &Path, event: &Event) {
    let fields = event.fields().map(|(name, value)| (format!("SIPTRAIL_{name}"), value));
    let child = Command::new(program).envs(fields).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let name = program.display();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return say(&format!("siptrail: --exec: cannot run {name}: {error}")),
    };
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(Some(status)) => return say(&format!("siptrail: --exec: {name} ended with {status}")),
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(50)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return say(&format!("siptrail: --exec: {name} was ended: it took longer than 60 s"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batch_files_are_refused() {
        for name in ["mail.cmd", "C:\\x\\MAIL.BAT", "mail.cmd. .", "a.b.bat"] {
            assert!(check(Path::new(name)).is_err(), "{name}");
        }
        for name in ["mail.exe", "mail", "cmd", "bat/mail", "mail.cmdx"] {
            assert!(check(Path::new(name)).is_ok(), "{name}");
        }
    }
}
