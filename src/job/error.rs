//! Why a task of a job could not be done.

use std::path::Path;

/// One line: the file, what was found, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{line}")]
pub struct JobError {
    line: String,
}

impl JobError {
    pub(super) fn new(line: impl Into<String>) -> JobError {
        JobError { line: line.into() }
    }

    pub(super) fn io(path: &Path, error: &std::io::Error) -> JobError {
        JobError::new(format!("cannot use {}: {error}; check the path, the permissions and the disk", path.display()))
    }

    /// A file of the job is not what its task wrote.
    pub(super) fn changed(path: &Path, what: &str) -> JobError {
        JobError::new(format!(
            "{}: {what}; delete the folder of that task, and run it and what follows again",
            path.display()
        ))
    }

    /// What a task counted is not what another did.
    pub(super) fn sum(path: &Path, what: &str, (expected, found): (u64, u64)) -> JobError {
        JobError::new(format!("{}: expected {expected} {what}, found {found}; plan the job anew", path.display()))
    }
}
