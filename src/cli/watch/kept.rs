//! Files that are kept beside the watching: what was told, and numbers.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use siptrail::watch::{SCHEMA, State};

use crate::cli::output::{self, Output};

/// What was kept; `None` where there is no file yet.
#[expect(clippy::disallowed_methods, reason = "the state is no log: `input` does not read it")]
pub(super) fn read_state(path: &Path) -> Result<Option<State>, String> {
    let name = path.display();
    let hint = "expected a state that siptrail watch wrote; name another file";
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(format!("cannot read {name}: {e}; {hint}")),
    };
    let state: State = serde_json::from_slice(&text).map_err(|e| format!("{name}: {e}; {hint}"))?;
    if state.schema == SCHEMA {
        Ok(Some(state))
    } else {
        Err(format!("{name}: found schema {:?}; {hint}", state.schema))
    }
}

/// Writes a file, whole or not at all, where it holds something else.
pub(super) fn replace(path: &Path, inputs: &[PathBuf], text: &[u8]) -> Result<(), String> {
    if holds(path, text) {
        return Ok(());
    }
    let output = Output::open(Some(path), inputs)?;
    let done = output.write(false, |out| out.write_all(text));
    output::unfinished(None);
    done.map_err(|e| format!("cannot write {}: {e}", path.display()))
}

#[expect(clippy::disallowed_methods, reason = "no log: what this command wrote")]
fn holds(path: &Path, text: &[u8]) -> bool {
    let same_size = path.metadata().is_ok_and(|m| m.is_file() && m.len() == text.len() as u64);
    same_size && fs::read(path).is_ok_and(|old| old == text)
}
