//! Notes on calls and pushes, by Call-ID: a file that people can read, and never one of the logs.
//!
//! ```toml
//! "b45230e872a37c9066ec2be87671bdcc" = "Frank's phone; ticket 4711"
//! ```

use std::collections::BTreeMap;
use std::fs::{File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use toml::de::{DeTable, DeValue};

use super::data::Data;
use crate::analysis::Analysis;
use crate::case;
use crate::ladder::Subject;
use crate::text::decode;

/// Bigger files are no notes.
const MOST: u64 = 16 << 20;

const HEAD: &str =
    "# Notes of siptrail on calls and pushes: \"Call-ID\" = \"text\". Written anew with each note: comments go.\n";

pub use crate::query::Notes;

/// Notes of a story, and their file.
impl Notes {
    /// The notes on a story, that on what it is about first.
    pub(super) fn of(&self, data: &Data, subject: &Subject) -> Vec<&str> {
        if self.is_empty() {
            return Vec::new();
        }
        call_ids(data, subject).iter().filter_map(|id| self.get(id)).collect()
    }

    /// The notes on a call and its pushes, each with the Call-ID that it was written to: the same whichever of them is the
    /// subject.
    pub fn of_case(&self, analysis: &Analysis, subject: &Subject) -> Vec<(String, String)> {
        let (call, pushes) = case::parts(analysis, subject).unwrap_or_default();
        let call = call.and_then(|i| analysis.calls.get(i)).map(|c| &c.call_id);
        let pushes = pushes.iter().filter_map(|i| analysis.pushes.get(*i)).map(|p| &p.call_id);
        let mut out: Vec<(String, String)> = Vec::new();
        for id in call.into_iter().chain(pushes) {
            // Several pushes may share one.
            if let Some(text) = self.get(id).filter(|_| out.iter().all(|(known, _)| known != id)) {
                out.push((id.clone(), text.to_owned()));
            }
        }
        out
    }

    /// Reads a file; no notes where there is none.
    ///
    /// # Errors
    /// A line for the user: the file, the line in it, what is wrong, and what to do.
    #[expect(clippy::disallowed_methods, reason = "notes are no input")]
    pub fn read(path: &Path) -> Result<Notes, String> {
        let cannot = |what: &str| {
            format!(
                "{}: expected notes, {what}; mend it or move it away, or give another file with --notes",
                path.display()
            )
        };
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Notes::default()),
            Err(error) => return Err(cannot(&format!("found: {error}"))),
        };
        if file.metadata().is_ok_and(|m| !m.is_file()) {
            return Err(cannot("found something else than a file"));
        }
        let mut text = String::new();
        match file.take(MOST + 1).read_to_string(&mut text) {
            Ok(n) if n as u64 > MOST => Err(cannot("found more than 16 MB")),
            Ok(_) => parse(&text).map_err(|(line, what)| {
                format!(
                    "{}:{line}: {what}; expected lines such as \"Call-ID\" = \"text\"; mend it or move it away, or give another file with --notes",
                    path.display()
                )
            }),
            Err(error) => Err(cannot(&format!("found: {error}"))),
        }
    }

    fn text(&self) -> Result<String, String> {
        toml::to_string(&self.0).map(|lines| format!("{HEAD}\n{lines}")).map_err(|e| e.to_string())
    }
}

/// Call-IDs of a story, that of what it is about first.
pub(super) fn call_ids(data: &Data, subject: &Subject) -> Vec<String> {
    let (calls, pushes) = (&data.analysis.calls, &data.analysis.pushes);
    let push = |i: &usize| pushes.get(*i).map(|p| p.call_id.clone());
    match subject {
        Subject::Call(i) => calls.get(*i).map_or(Vec::new(), |call| {
            std::iter::once(call.call_id.clone()).chain(call.pushes.iter().filter_map(push)).collect()
        }),
        Subject::Push(i) => {
            let call = pushes.get(*i).and_then(|p| Some(calls.get(p.call?)?.call_id.clone()));
            push(i).into_iter().chain(call).collect()
        }
        Subject::Records(ids) => {
            let event = ids.first().and_then(|id| data.trace.event(*id));
            event.and_then(|e| Some(decode(data.trace.symbol(e.call_id()?)).into_owned())).into_iter().collect()
        }
    }
}

fn parse(text: &str) -> Result<Notes, (usize, String)> {
    let line = |at: usize| text.get(..at).unwrap_or_default().matches('\n').count() + 1;
    let table = DeTable::parse(text)
        .map_err(|e| (line(e.span().map_or(0, |s| s.start)), e.message().trim().replace('\n', ", ")))?;
    let mut out = Notes::default();
    for (call_id, note) in table.get_ref() {
        let DeValue::String(note) = note.get_ref() else {
            return Err((line(call_id.span().start), format!("found {}", note.get_ref().type_str())));
        };
        out.set(call_id.get_ref(), note);
    }
    Ok(out)
}

/// The file of notes, and those that could not be written to it yet.
#[derive(Debug, Default)]
pub struct Notebook {
    path: Option<PathBuf>,
    pending: BTreeMap<String, String>,
}

impl Notebook {
    /// For a file, which need not be there; without one nothing can be written.
    pub fn new(path: Option<PathBuf>) -> Notebook {
        Notebook { path, pending: BTreeMap::new() }
    }

    /// Writes a note, and those that could not be written before. Other notes in the file stay: another siptrail may
    /// have written them.
    ///
    /// # Errors
    /// A line for the user; the notes are kept for the next time, and the file is as it was.
    pub fn keep(&mut self, call_id: String, text: String) -> Result<(), String> {
        self.pending.insert(call_id, text);
        self.write()
    }

    fn write(&mut self) -> Result<(), String> {
        let path = self.path.as_deref().ok_or("there is no folder for notes; give a file with --notes")?;
        // Read, changed and written under a lock: what another siptrail writes meanwhile must not be lost.
        let _lock = lock(path).map_err(|e| format!("{}: {e}; give another file with --notes", path.display()))?;
        let mut notes = Notes::read(path)?;
        for (call_id, text) in &self.pending {
            notes.set(call_id, text);
        }
        let text = notes.text()?;
        replace(path, &text).map_err(|e| format!("{}: {e}; give another file with --notes", path.display()))?;
        self.pending.clear();
        Ok(())
    }

    /// What was never written, in lines for the user.
    pub fn unwritten(&mut self) -> Vec<String> {
        if self.pending.is_empty() {
            return Vec::new();
        }
        let Err(why) = self.write() else { return Vec::new() };
        let notes = self.pending.iter().map(|(call_id, text)| format!("note on {call_id}: {text}"));
        std::iter::once(format!("notes not written: {why}")).chain(notes).collect()
    }
}

/// Another siptrail holds the lock for as long as it takes to write a file; one that was stopped meanwhile, for longer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How temporary files of notes are called.
const TEMPORARY: (&str, &str) = (".siptrail-notes-", ".part");

/// The folder of a file; through a link, that of the file behind it.
fn home(path: &Path) -> (PathBuf, PathBuf) {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let folder = path.parent().filter(|f| !f.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_path_buf();
    (path, folder)
}

/// Keeps others from writing notes into this folder until it is dropped. Where files cannot be locked, nothing does.
///
/// # Errors
/// When the folder cannot be made, or another holds it for too long.
#[expect(clippy::disallowed_methods, reason = "waiting is about the clock")]
fn lock(path: &Path) -> io::Result<Option<File>> {
    let (_, folder) = home(path);
    std::fs::create_dir_all(&folder)?;
    // The file itself is replaced with each note, so it cannot carry the lock.
    #[cfg(unix)]
    let file = File::open(&folder);
    #[cfg(not(unix))]
    let file = File::options().create(true).append(true).open(folder.join(".siptrail-notes.lock"));
    let Ok(file) = file else { return Ok(None) };
    let started = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => {
                sweep(&folder);
                return Ok(Some(file));
            }
            Err(TryLockError::WouldBlock) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(5)),
            Err(TryLockError::WouldBlock) => return Err(io::Error::other("another siptrail keeps it locked")),
            Err(TryLockError::Error(_)) => return Ok(None),
        }
    }
}

/// Takes away what a killed siptrail left half written; nobody else writes while the lock is held.
fn sweep(folder: &Path) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1) {
            // It may be gone by now, which is as good.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// Puts a text in place of a file's, whole or not at all.
pub(super) fn replace(path: &Path, text: &str) -> io::Result<()> {
    let (path, folder) = home(path);
    let mut file = tempfile::Builder::new().prefix(TEMPORARY.0).suffix(TEMPORARY.1).tempfile_in(folder)?;
    file.write_all(text.as_bytes())?;
    if let Ok(before) = path.metadata() {
        if before.permissions().readonly() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
        }
        file.as_file().set_permissions(before.permissions())?;
    }
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// A thread that writes notes one after the other, so that no key waits for a slow folder. It ends when nobody can
/// send any more, and gives what it could not write; tells how many notes are not written yet.
pub(super) fn writer(
    mut book: Notebook,
    tell: impl Fn(String, usize) + Send + 'static,
) -> (Sender<(String, String)>, JoinHandle<Vec<String>>) {
    let (sender, notes): (_, Receiver<(String, String)>) = channel();
    let thread = thread::spawn(move || {
        for (call_id, text) in notes {
            match book.keep(call_id, text) {
                Ok(()) => {
                    let path = book.path.as_deref().unwrap_or(Path::new(""));
                    tell(format!("noted in {}", path.display()), 0);
                }
                Err(why) => tell(format!("note not written, kept until you leave: {why}"), book.pending.len()),
            }
        }
        book.unwritten()
    });
    (sender, thread)
}
