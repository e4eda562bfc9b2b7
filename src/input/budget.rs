//! How much all inputs together may unpack to, and where that goes: memory first, then temporary files.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::Format;

/// Text of all inputs together that stays in memory, in bytes; the rest goes to temporary files.
const IN_MEMORY: u64 = 64 << 20;

/// Limits of what is opened, and of what is looked for in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes that all archives and converted texts together may unpack to.
    pub max_unpacked: u64,
    /// The only layout that is looked for in an input; `None` looks at what it holds.
    pub format: Option<Format>,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_unpacked: 32_000_000_000, format: None }
    }
}

/// Why unpacking ended early; the data themselves may be sound.
#[derive(Debug)]
pub(super) enum Stop {
    /// The budget is used up.
    TooMuch(u64),
    /// No temporary file, or no room in it.
    Temporary(io::Error),
}

impl Stop {
    /// In words, with what to do.
    pub(super) fn words(&self) -> String {
        match self {
            Stop::TooMuch(most) => {
                format!("all inputs together unpack to more than {most} bytes; --max-unpacked SIZE allows more")
            }
            Stop::Temporary(error) => {
                let folder = std::env::temp_dir();
                format!(
                    "what is unpacked does not fit into the folder for temporary files, {}: {error}; make room there, or \
                     name another folder in the environment variable {}",
                    folder.display(),
                    if cfg!(windows) { "TMP" } else { "TMPDIR" }
                )
            }
        }
    }
}

/// The budget of all inputs that are opened together.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<Used>);

#[derive(Debug)]
struct Used {
    format: Option<Format>,
    most: u64,
    in_memory: u64,
    all: AtomicU64,
    memory: AtomicU64,
}

impl Budget {
    pub(super) fn new(limits: Limits) -> Budget {
        Budget::with_memory(limits, IN_MEMORY)
    }

    pub(super) fn with_memory(limits: Limits, in_memory: u64) -> Budget {
        let (all, memory) = (AtomicU64::new(0), AtomicU64::new(0));
        Budget(Arc::new(Used { format: limits.format, most: limits.max_unpacked, in_memory, all, memory }))
    }

    /// The only layout that is looked for.
    pub(super) fn format(&self) -> Option<Format> {
        self.0.format
    }

    /// An account for one text.
    pub(super) fn account(&self) -> Account {
        Account { budget: Some(self.clone()), all: 0, memory: 0 }
    }
}

/// What one text takes of the budget; given back when it is dropped. The default is a text that takes nothing.
#[derive(Debug, Default)]
pub(super) struct Account {
    budget: Option<Budget>,
    all: u64,
    memory: u64,
}

impl Account {
    /// Takes so many bytes, or as many as are left: then it also says that the budget is used up.
    pub(super) fn take(&mut self, bytes: u64) -> (u64, Option<Stop>) {
        let Some(Budget(used)) = &self.budget else { return (bytes, None) };
        let fits = |now: u64| bytes.min(used.most.saturating_sub(now));
        let taken = used.all.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |now| Some(now + fits(now)));
        let taken = taken.map_or(0, fits);
        self.all += taken;
        (taken, (taken < bytes).then_some(Stop::TooMuch(used.most)))
    }

    /// Takes so many of these bytes in memory; false when there is no room.
    pub(super) fn keep_in_memory(&mut self, bytes: u64) -> bool {
        let Some(Budget(used)) = &self.budget else { return true };
        let fits = grow(&used.memory, bytes, used.in_memory);
        if fits {
            self.memory += bytes;
        }
        fits
    }

    /// Whether so many bytes more would fit into memory now.
    #[cfg(feature = "captures")]
    pub(super) fn has_room(&self, bytes: u64) -> bool {
        self.budget.as_ref().is_none_or(|Budget(used)| {
            used.memory.load(Ordering::Relaxed).checked_add(bytes).is_some_and(|sum| sum <= used.in_memory)
        })
    }

    /// The text is in memory no longer.
    pub(super) fn has_left_memory(&mut self) {
        if let Some(Budget(used)) = &self.budget {
            used.memory.fetch_sub(std::mem::take(&mut self.memory), Ordering::Relaxed);
        }
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        if let Some(Budget(used)) = &self.budget {
            used.all.fetch_sub(self.all, Ordering::Relaxed);
            used.memory.fetch_sub(self.memory, Ordering::Relaxed);
        }
    }
}

fn grow(sum: &AtomicU64, by: u64, most: u64) -> bool {
    let more = |now: u64| now.checked_add(by).filter(|sum| *sum <= most);
    sum.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
}
