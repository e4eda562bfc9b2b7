//! Why an input could not be read.

use std::io;
use std::path::{Path, PathBuf};

/// An input that could not be read; the others still are. The text is one line: the file, what was
/// found, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The operating system said no.
    #[error("cannot read {}: {source}; check the path and the permissions", path.display())]
    Io {
        /// What was to be read.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A folder without a log.
    #[error(
        "no log in folder {}: expected .log, .txt, .uccapilog, .pcap, .pcapng, .gz, .zst or .zip files, found {others} other files; name the files themselves to read them",
        path.display()
    )]
    NoLogs {
        /// The folder.
        path: PathBuf,
        /// Files that do not look like logs.
        others: usize,
    },
    /// Unpacking ended early, although the data may be sound; what was read until then is an input all the same.
    #[error("read only the first {bytes} bytes of {}: {why}", path.display())]
    Stopped {
        /// The archive, or archive and member.
        path: PathBuf,
        /// How much was read of it.
        bytes: u64,
        /// The reason, and what to do.
        why: String,
    },
    /// An archive or one of its members could not be unpacked.
    #[error("cannot unpack {}: {what}; unpack it yourself and name the result", path.display())]
    Archive {
        /// The archive, or archive and member.
        path: PathBuf,
        /// The reason.
        what: String,
    },
}

impl InputError {
    /// The input that failed.
    pub fn path(&self) -> &Path {
        match self {
            InputError::Io { path, .. }
            | InputError::NoLogs { path, .. }
            | InputError::Stopped { path, .. }
            | InputError::Archive { path, .. } => path,
        }
    }
}
