//! What tells the text of an input from any other, so that what was kept of it is only used for it.
//!
//! Of a file: its place, its length, when it and its entry in the folder were changed, and its beginning, its end and
//! some places between. The time of the entry (`ctime` of POSIX) goes on with every change and is set by the system alone,
//! so a time of change that lies, into the past or the future, does no harm. Where there is no such time, where it is that of
//! the reading, or where the file system may let programs set it (FAT, some network folders), the whole text decides.
//! So it does for a text that is no file: a member of an archive, something that was unpacked or decoded.

use std::fs::Metadata;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, absolute};
use std::time::UNIX_EPOCH;

use rayon::prelude::*;

use super::{Input, Text, mounts};

/// Bytes of the beginning and of the end that are compared.
const END: usize = 64 << 10;
/// Places between them, and bytes of each.
const BETWEEN: (usize, usize) = (64, 512);
/// A file that was changed less than so many milliseconds before its reading began may be changed meanwhile without a new
/// time: some file systems count in steps of two seconds.
const RACE_MS: u64 = 4_000;

/// What the file system said of a file.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(super) struct Stat {
    /// From the root of the file system.
    path: String,
    /// Nanoseconds since 1970.
    modified: Option<u128>,
    /// Likewise: when the entry of the file was changed.
    changed: Option<i128>,
    /// Device and number of the entry.
    entry: Option<(u64, u64)>,
}

impl Stat {
    fn of(path: &Path, metadata: &Metadata) -> Option<Stat> {
        let modified = metadata.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok()).map(|d| d.as_nanos());
        let (changed, entry) = of_entry(metadata);
        let changed = changed.filter(|_| mounts::sets_times(path, entry.map(|(device, _)| device)));
        Some(Stat { path: absolute(path).ok()?.to_str()?.to_owned(), modified, changed, entry })
    }

    /// Milliseconds since 1970 of the last change, where a time tells that there was none since. The time of change of the
    /// file itself may be any, since programs set it.
    fn last_ms(&self) -> Option<u64> {
        u64::try_from(self.changed? / 1_000_000).ok()
    }
}

#[cfg(unix)]
fn of_entry(metadata: &Metadata) -> (Option<i128>, Option<(u64, u64)>) {
    use std::os::unix::fs::MetadataExt;
    let changed = i128::from(metadata.ctime()) * 1_000_000_000 + i128::from(metadata.ctime_nsec());
    (Some(changed), Some((metadata.dev(), metadata.ino())))
}

#[cfg(not(unix))]
fn of_entry(_: &Metadata) -> (Option<i128>, Option<(u64, u64)>) {
    (None, None)
}

/// What tells the text of each chunk from any other.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Sums {
    /// Bytes of a chunk.
    pub(crate) chunk: usize,
    /// Of each.
    pub(crate) each: Vec<u64>,
}

impl Sums {
    /// Whether they were taken of a text.
    fn are_of(&self, text: &[u8]) -> bool {
        self.chunk > 0
            && text.len().div_ceil(self.chunk) == self.each.len()
            && text.par_chunks(self.chunk).zip(&self.each).all(|(part, known)| sum(part) == *known)
    }
}

/// What tells an input from any other.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
pub(crate) struct Identity {
    name: String,
    len: u64,
    stat: Option<Stat>,
    /// Of the beginning, the end, and places between.
    ends: u64,
    sums: Sums,
    /// Of what kept it from being read as a whole.
    damage: u64,
    /// Only the whole text tells.
    whole: bool,
}

/// What an input is to one that was read before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    /// The same text.
    Same,
    /// The same text, with more behind it.
    Grown,
    /// Another one.
    Other,
}

impl Identity {
    /// Of an input whose reading began at `began_ms`, milliseconds since 1970 on the clock of the index's file system, as far
    /// as that is known. `None` where its file was changed meanwhile.
    pub(crate) fn of(input: &Input, sums: Sums, began_ms: Option<u64>) -> Option<Identity> {
        let len = input.bytes().len();
        let stat = input.stat.clone();
        if let Some(stat) = &stat {
            let metadata = std::fs::metadata(&stat.path).ok()?;
            if metadata.len() != len as u64 || Stat::of(Path::new(&stat.path), &metadata).as_ref() != Some(stat) {
                return None;
            }
        }
        let last = stat.as_ref().and_then(Stat::last_ms);
        let told = last.zip(began_ms).is_some_and(|(last, began)| last.saturating_add(RACE_MS) <= began);
        let ends = ends(input.bytes(), len);
        let damage = damage(input);
        Some(Identity { name: input.name.clone(), len: len as u64, stat, ends, sums, damage, whole: !told })
    }

    /// What an input is to the one of this identity.
    pub(crate) fn compare(&self, input: &Input) -> Compared {
        let bytes = input.bytes();
        let Ok(len) = usize::try_from(self.len) else { return Compared::Other };
        let place = |s: &Option<Stat>| s.as_ref().map(|s| s.path.clone());
        if self.name != input.name || place(&self.stat) != place(&input.stat) || len > bytes.len() {
            return Compared::Other;
        }
        if len < bytes.len() {
            // Its times changed with what was appended: only the whole text tells that nothing else did.
            let begins = bytes.get(..len).unwrap_or_default();
            let same = ends(bytes, len) == self.ends && damage(input) == self.damage && self.sums.are_of(begins);
            return if same { Compared::Grown } else { Compared::Other };
        }
        // Of a log that is being written, what is torn at its end is judged in its own way.
        if ends(bytes, len) != self.ends || damage(input) != self.damage || input.has_grown() {
            return Compared::Other;
        }
        if self.stat == input.stat && !self.whole {
            return Compared::Same;
        }
        // A file that was touched, copied or moved there may still be the same.
        if self.sums.are_of(bytes) { Compared::Same } else { Compared::Other }
    }

    /// Whether the times of the file tell by now what only the whole text told when it was read.
    pub(crate) fn is_out_of_date(&self, input: &Input) -> bool {
        let told = input.stat.as_ref().is_some_and(|stat| stat.last_ms().is_some());
        self.whole && told || self.stat != input.stat
    }

    /// Bytes of the text.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.len).unwrap_or(usize::MAX)
    }

    /// What the text was told by when it was read.
    pub(crate) fn sums(&self) -> &Sums {
        &self.sums
    }
}

impl Input {
    /// What tells the first `len` bytes of the text from others, by their beginning, their end and places between; `None` where
    /// there are not so many.
    pub(crate) fn ends_of(&self, len: usize) -> Option<u64> {
        (len <= self.bytes().len()).then(|| ends(self.bytes(), len))
    }

    /// Notes what the file system says of the file whose bytes are the text.
    pub(super) fn note_file(&mut self, path: &Path, metadata: &Metadata) {
        let is_file = matches!(&self.text, Text::Mapped(map) if !map.is_temporary());
        if is_file && metadata.len() == self.bytes().len() as u64 {
            self.stat = Stat::of(path, metadata);
        }
    }

    /// What names the input: as it was given, and where its file is.
    pub(crate) fn place(&self) -> (&str, Option<&str>) {
        (&self.name, self.stat.as_ref().map(|s| s.path.as_str()))
    }
}

/// Of the beginning and the end of the first `len` bytes, and of places between.
fn ends(bytes: &[u8], len: usize) -> u64 {
    let text = bytes.get(..len).unwrap_or_default();
    let mut hasher = seeded().build_hasher();
    hasher.write(text.get(..END).unwrap_or(text));
    hasher.write(text.get(len.saturating_sub(END)..).unwrap_or_default());
    let (places, each) = BETWEEN;
    let step = (len / (places + 1)).max(1);
    for at in (step..len).step_by(step).take(places) {
        hasher.write(text.get(at..len.min(at + each)).unwrap_or_default());
    }
    hasher.write_usize(len);
    hasher.finish()
}

/// What is wrong with an input, in one number.
fn damage(input: &Input) -> u64 {
    sum(format!("{:?}", input.damage().collect::<Vec<_>>()).as_bytes())
}

/// What tells some bytes from any others, as long as nobody seeks others to be the same.
pub(crate) fn sum(bytes: &[u8]) -> u64 {
    seeded().hash_one(bytes)
}

fn seeded() -> foldhash::quality::FixedState {
    foldhash::quality::FixedState::with_seed(0x7369_7074_7261_696c)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// The whole text tells, where nobody knows who sets the times.
    #[test]
    fn the_times_of_an_unknown_file_system_tell_nothing() {
        let path = Path::new("/proc/version");
        let stat = Stat::of(path, &path.metadata().unwrap()).unwrap();
        assert_eq!((stat.changed, stat.last_ms()), (None, None));
    }
}
