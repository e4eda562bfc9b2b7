//! A step of a job as a process of its own: what it freed goes back to the system with it. In one process the memory of a step
//! stays with the threads that had it, and the next step takes more beside it.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use siptrail::job::Step;

use crate::cli::{global, signals};

/// How a process ended.
pub(super) enum Ended {
    /// It did all tasks.
    Done,
    /// A line for the user.
    Failed(String),
    /// It could not be started: the work is to be done here.
    Never,
}

/// The process that is at work: an interrupt of this one ends it, too.
static CHILD: Mutex<Option<Child>> = Mutex::new(None);

fn child() -> MutexGuard<'static, Option<Child>> {
    CHILD.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process that is at work, for good: whoever waits for it waits until this process has ended.
pub(super) fn end() {
    let mut child = child();
    if let Some(child) = &mut *child {
        // It may have ended meanwhile.
        drop(child.kill());
        drop(child.wait());
    }
    std::mem::forget(child);
}

/// Does the tasks of a step that are not done yet; `done` is called behind each.
pub(super) fn run(folder: &Path, step: Step, mut done: impl FnMut()) -> Ended {
    let Some(program) = program() else { return Ended::Never };
    let mut command = Command::new(program);
    command.args(["job", "run"]).args(global::again()).arg("--").arg(folder).arg(step.name());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let (out, said) = {
        let mut child = child();
        let Ok(mut started) = command.spawn() else { return Ended::Never };
        let streams = (started.stdout.take(), started.stderr.take());
        *child = Some(started);
        streams
    };
    let said = thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut said) = said {
            // What cannot be read of it is not there.
            drop(said.read_to_end(&mut text));
        }
        text
    });
    // A line a task; where it ends, the process does.
    out.into_iter().flat_map(|out| BufReader::new(out).split(b'\n')).map_while(Result::ok).for_each(|_| done());
    let said = said.join().unwrap_or_default();
    let status = child().take().map(|mut child| child.wait());
    match status {
        Some(Ok(status)) if status.success() => return Ended::Done,
        // It was for all processes of the terminal.
        Some(Ok(status)) if is_interrupted(status) => signals::end(),
        _ => {}
    }
    let said = String::from_utf8_lossy(&said);
    let line = said.trim().strip_prefix("siptrail: ").unwrap_or(said.trim());
    if line.is_empty() {
        return Ended::Failed(format!(
            "the process that did {step} was ended by the system, perhaps for want of memory; --work DIR goes on where it stopped"
        ));
    }
    Ended::Failed(line.to_owned())
}

/// Whether a process was asked to end, or was before it could listen.
fn is_interrupted(status: ExitStatus) -> bool {
    #[cfg(unix)]
    if std::os::unix::process::ExitStatusExt::signal(&status) == Some(signal_hook::consts::SIGINT) {
        return true;
    }
    status.code() == Some(signals::INTERRUPTED)
}

/// This program. On Linux it is found even where its file was replaced meanwhile.
fn program() -> Option<PathBuf> {
    let own = Path::new("/proc/self/exe");
    if cfg!(target_os = "linux") && own.exists() {
        return Some(own.to_path_buf());
    }
    std::env::current_exe().ok()
}
