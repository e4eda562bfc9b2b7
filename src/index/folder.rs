//! The folder in which indexes are kept: theirs alone, and never larger than is allowed.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::MOST;

/// What files of indexes end with.
const ENDING: &str = "siptrail-index";
/// What is being written begins so.
const PART: &str = ".siptrail-";
/// What was being written when a program was killed goes after so many seconds.
const STALE_S: u64 = 3_600;

/// A folder of indexes.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    most: u64,
}

/// One index in a folder.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Entry {
    /// Its file.
    pub path: PathBuf,
    /// Its bytes.
    pub len: u64,
    /// When it was written.
    pub written: SystemTime,
}

impl Folder {
    /// A folder, whether it is there or not.
    pub fn new(path: impl Into<PathBuf>) -> Folder {
        Folder { path: path.into(), most: MOST }
    }

    pub(super) fn holding(self, most: u64) -> Folder {
        Folder { most, ..self }
    }

    /// Where it is.
    pub fn place(&self) -> &Path {
        &self.path
    }

    /// The file of the index of a key.
    pub(super) fn path(&self, key: u64) -> PathBuf {
        self.path.join(format!("{key:016x}.{ENDING}"))
    }

    /// The indexes in it, the oldest first; none where there is no such folder.
    pub fn entries(&self) -> Vec<Entry> {
        let mut out: Vec<Entry> = self.files().filter(|e| e.path.extension().is_some_and(|e| e == ENDING)).collect();
        out.sort_by(|a, b| (a.written, &a.path).cmp(&(b.written, &b.path)));
        out
    }

    fn files(&self) -> impl Iterator<Item = Entry> {
        let all = fs::read_dir(&self.path).into_iter().flatten().flatten();
        all.filter_map(|entry| {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let written = metadata.modified().unwrap_or(UNIX_EPOCH);
            Some(Entry { path: entry.path(), len: metadata.len(), written })
        })
    }

    /// Drops all indexes, and says how many and how many bytes they held.
    ///
    /// # Errors
    /// When one cannot be dropped; those before it are gone.
    pub fn clear(&self) -> io::Result<(usize, u64)> {
        let (mut count, mut bytes) = (0, 0);
        for entry in self.entries() {
            match fs::remove_file(&entry.path) {
                Ok(()) => (count, bytes) = (count + 1, bytes + entry.len),
                // Another program was quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        for entry in self.files().filter(|e| is_part(&e.path)) {
            // Somebody may be writing it just now, who then keeps nothing.
            drop(fs::remove_file(&entry.path));
        }
        Ok((count, bytes))
    }

    /// The time on the clock of its file system, in milliseconds since 1970; `None` where nothing can be written there.
    pub(super) fn now_ms(&self) -> Option<u64> {
        let now = self.begin().ok()?.as_file().metadata().ok()?.modified().ok()?;
        u64::try_from(now.duration_since(UNIX_EPOCH).ok()?.as_millis()).ok()
    }

    /// A file that is gone unless it gets its name, with the rights of its owner only.
    fn begin(&self) -> io::Result<tempfile::NamedTempFile> {
        make_private(&self.path)?;
        tempfile::Builder::new().prefix(PART).tempfile_in(&self.path)
    }

    /// Writes a file under its name, whole or not at all. Older indexes go where it would be too much.
    pub(super) fn put(&self, path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut file = self.begin()?;
        let now = file.as_file().metadata()?.modified()?;
        write(file.as_file_mut())?;
        let len = file.as_file().metadata()?.len();
        if len > self.most {
            return Err(io::Error::other("more than the folder may hold"));
        }
        self.make_room(path, len, now);
        file.persist(path)?;
        Ok(())
    }

    /// Drops the oldest indexes until `len` bytes more may come, and what was left half-written.
    fn make_room(&self, own: &Path, len: u64, now: SystemTime) {
        let stale = |e: &Entry| now.duration_since(e.written).is_ok_and(|d| d.as_secs() > STALE_S);
        for part in self.files().filter(|e| is_part(&e.path) && stale(e)) {
            drop(fs::remove_file(part.path));
        }
        let others: Vec<Entry> = self.entries().into_iter().filter(|e| e.path != own).collect();
        let mut sum = others.iter().map(|e| e.len).sum::<u64>().saturating_add(len);
        for entry in others {
            if sum <= self.most {
                return;
            }
            sum -= entry.len;
            drop(fs::remove_file(entry.path));
        }
    }
}

fn is_part(path: &Path) -> bool {
    path.file_name().and_then(|n| n.to_str()).is_some_and(|n| n.starts_with(PART))
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}
