//! A growing text that moves from memory to an unlinked temporary file when it gets large.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use super::Text;
use super::map::Map;

/// Decoded text up to this size stays in memory, in bytes.
const IN_MEMORY: usize = 64 << 20;

pub(super) enum Spool {
    Memory(Vec<u8>, usize),
    Disk(BufWriter<File>),
}

impl Spool {
    pub(super) fn new() -> Spool {
        Spool::with_threshold(IN_MEMORY)
    }

    pub(super) fn with_threshold(bytes: usize) -> Spool {
        Spool::Memory(Vec::new(), bytes)
    }

    /// The text written so far.
    pub(super) fn finish(self) -> io::Result<Text> {
        match self {
            Spool::Memory(bytes, _) => Ok(Text::Owned(bytes)),
            Spool::Disk(writer) => {
                let file = writer.into_inner().map_err(io::IntoInnerError::into_error)?;
                Map::new(file).map(Text::Mapped)
            }
        }
    }
}

impl Write for Spool {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        if let Spool::Memory(bytes, threshold) = self {
            if bytes.len() + piece.len() <= *threshold {
                bytes.extend_from_slice(piece);
                return Ok(piece.len());
            }
            let mut disk = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
            disk.write_all(bytes)?;
            *self = Spool::Disk(disk);
        }
        match self {
            Spool::Disk(disk) => disk.write(piece),
            Spool::Memory(..) => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Spool::Disk(disk) => disk.flush(),
            Spool::Memory(..) => Ok(()),
        }
    }
}
