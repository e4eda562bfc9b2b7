//! Whether files changed since they were read.

use std::fs::Metadata;
use std::path::PathBuf;
use std::time::SystemTime;

/// What tells that something was appended to a file, or that it is another file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Seen {
    /// Its name.
    pub path: PathBuf,
    /// Its length in bytes.
    pub len: u64,
    /// When it was written last, where the system says.
    pub modified: Option<SystemTime>,
    /// What it keeps under a new name.
    pub(crate) identity: Option<Identity>,
}

/// What a file keeps under a new name. The number of a deleted file may be given to the next one, at another time.
pub(crate) type Identity = (u64, Option<SystemTime>);

/// All files of some inputs, folders searched, as they are now.
pub fn look(inputs: &[PathBuf]) -> Vec<Seen> {
    let files = inputs.iter().filter(|p| p.as_os_str() != "-").flat_map(walkdir::WalkDir::new);
    let files = files.filter_map(Result::ok).filter(|f| f.file_type().is_file());
    let mut out: Vec<Seen> = files
        .filter_map(|f| {
            let meta = f.metadata().ok()?;
            let (len, modified) = (meta.len(), meta.modified().ok());
            let identity = Some(number(&meta)).filter(|n| *n > 0).map(|n| (n, meta.created().ok()));
            Some(Seen { path: f.into_path(), len, modified, identity })
        })
        .collect();
    out.sort();
    out
}

/// Where the system does not say, 0.
#[cfg(unix)]
fn number(meta: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(meta)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}
