//! `siptrail cache`: what was kept of logs.

use std::io::{self, Write};

use clap::Args;

use super::{Status, failed, global};

/// See or clear what was kept of logs that were read
///
/// What is read out of logs of 8 MB and more is kept, so that the next command on the same logs answers at once. It holds
/// where records stand, and of calls and pushes what a report tells of them, names of people included. It can be cleared
/// at any time: the next command then reads the logs again.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail cache                    where it is and how much it holds
  siptrail cache --clear            drop all of it
  siptrail cache --index D:\\kept    the same of a folder that was given with --index
  siptrail list calls --no-index logs    neither use nor keep anything")]
pub(crate) struct Cache {
    /// Drop all that was kept
    #[arg(long)]
    clear: bool,
}

impl Cache {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let Some(index) = global::index() else {
            return Ok(failed("cache: there is no folder for caches; give one with --index DIR"));
        };
        let folder = index.folder();
        let place = siptrail::text::sanitize(&folder.place().to_string_lossy()).into_owned();
        let mut out = io::stdout().lock();
        if self.clear {
            return match folder.clear() {
                Ok((count, bytes)) => {
                    let written = writeln!(out, "{place}: {count} dropped, {}", size(bytes));
                    Status::Fine.after_writing(written)
                }
                Err(error) => Ok(failed(&format!("cache: cannot clear {place}: {error}"))),
            };
        }
        let entries = folder.entries();
        let bytes = entries.iter().map(|e| e.len).sum();
        let written = writeln!(out, "{place}: {} kept, {}", entries.len(), size(bytes));
        Status::Fine.after_writing(written)
    }
}

/// `1.2 MB`.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{}.{} kB", bytes / 1_000, bytes % 1_000 / 100),
        1_000_000..1_000_000_000 => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
        _ => format!("{}.{} GB", bytes / 1_000_000_000, bytes % 1_000_000_000 / 100_000_000),
    }
}
