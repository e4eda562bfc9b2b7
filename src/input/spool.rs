//! A growing text that moves from memory to an unlinked temporary file when memory is to be left for others.

use std::fs::File;
use std::io::{BufWriter, Write};

use super::Text;
use super::budget::{Account, Budget, Stop};
use super::map::Map;

pub(super) struct Spool {
    account: Account,
    to: To,
}

enum To {
    Memory(Vec<u8>),
    Disk(BufWriter<File>),
}

impl Spool {
    pub(super) fn new(budget: &Budget) -> Spool {
        Spool { account: budget.account(), to: To::Memory(Vec::new()) }
    }

    /// Adds to the text, as much as the budget allows.
    ///
    /// # Errors
    /// When the budget is used up, or a temporary file cannot be made or written.
    pub(super) fn write(&mut self, piece: &[u8]) -> Result<(), Stop> {
        let (len, stop) = self.account.take(piece.len() as u64);
        let fits = usize::try_from(len).unwrap_or(usize::MAX);
        self.put(piece.get(..fits).unwrap_or(piece))?;
        stop.map_or(Ok(()), Err)
    }

    fn put(&mut self, piece: &[u8]) -> Result<(), Stop> {
        if let To::Memory(bytes) = &mut self.to {
            if self.account.keep_in_memory(piece.len() as u64) {
                bytes.extend_from_slice(piece);
                return Ok(());
            }
            self.leave_memory().map_err(Stop::Temporary)?;
        }
        match &mut self.to {
            To::Disk(disk) => disk.write_all(piece).map_err(Stop::Temporary),
            To::Memory(_) => Ok(()),
        }
    }

    /// Says that the text will have so many bytes or more: one that will not stay in memory leaves it now, before there is
    /// more of it to be moved.
    #[cfg(feature = "captures")]
    pub(super) fn will_have(&mut self, bytes: u64) {
        if let To::Memory(held) = &self.to
            && !self.account.has_room(bytes.saturating_sub(held.len() as u64))
        {
            // Where that fails it stays, and what comes next tells why.
            let _ = self.leave_memory();
        }
    }

    fn leave_memory(&mut self) -> std::io::Result<()> {
        let To::Memory(bytes) = &self.to else { return Ok(()) };
        let mut disk = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        disk.write_all(bytes)?;
        self.to = To::Disk(disk);
        // Not before: until then the text is in memory, and stays there where the disk is full.
        self.account.has_left_memory();
        Ok(())
    }

    /// The text written so far, and what it takes of the budget; also why that is not all of it, where a temporary file
    /// cannot be written to its end.
    pub(super) fn finish(self) -> (Text, Account, Option<Stop>) {
        let disk = match self.to {
            To::Memory(bytes) => return (Text::Owned(bytes), self.account, None),
            To::Disk(disk) => disk,
        };
        let (file, full) = match disk.into_inner() {
            Ok(file) => (file, None),
            Err(error) => {
                let (error, disk) = error.into_parts();
                (disk.into_parts().0, Some(error))
            }
        };
        match Map::of_temporary(&file) {
            Ok(map) => (Text::Mapped(map), self.account, full.map(Stop::Temporary)),
            Err(error) => (Text::Owned(Vec::new()), Account::default(), Some(Stop::Temporary(full.unwrap_or(error)))),
        }
    }
}
