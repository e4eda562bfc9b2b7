//! Line numbers: line feeds are counted a chunk at a time while a log is read, and closer only where a
//! place is printed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// A chunk that holds a printed place gets one count per this many bytes.
const BLOCK: usize = 2 << 10;

/// Line feeds in each chunk, and in each block of the chunks that were asked for.
#[derive(Debug)]
pub(super) struct LineStarts {
    chunk: usize,
    counts: Vec<AtomicU64>,
    before: OnceLock<Vec<u64>>,
    blocks: Vec<OnceLock<Vec<u64>>>,
}

impl LineStarts {
    pub(super) fn new(len: usize, chunk: usize) -> LineStarts {
        let chunk = chunk.clamp(1, 1 << 30);
        let chunks = len.div_ceil(chunk);
        LineStarts {
            chunk,
            counts: (0..chunks).map(|_| AtomicU64::new(0)).collect(),
            before: OnceLock::new(),
            blocks: (0..chunks).map(|_| OnceLock::new()).collect(),
        }
    }

    fn bytes<'b>(&self, bytes: &'b [u8], chunk: usize) -> &'b [u8] {
        let start = chunk * self.chunk;
        bytes.get(start..start.saturating_add(self.chunk).min(bytes.len())).unwrap_or_default()
    }

    /// Line feeds in a chunk, as counted while it was read.
    pub(super) fn set(&self, chunk: usize, feeds: u64) {
        if let Some(slot) = self.counts.get(chunk) {
            slot.store(feeds, Ordering::Relaxed);
        }
    }

    /// The line that holds `byte`, counted from 1.
    pub(super) fn line(&self, bytes: &[u8], byte: u64) -> u64 {
        let before = self.before.get_or_init(|| sums(self.counts.iter().map(|c| c.load(Ordering::Relaxed))));
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let chunk = (byte / self.chunk).min(self.blocks.len().saturating_sub(1));
        let part = self.bytes(bytes, chunk);
        let Some(blocks) = self.blocks.get(chunk) else { return 1 };
        let blocks = blocks.get_or_init(|| sums(part.chunks(BLOCK).map(feeds)));
        let inside = byte - chunk * self.chunk;
        let block = (inside / BLOCK).min(blocks.len().saturating_sub(1));
        let lead = part.get(block * BLOCK..inside).unwrap_or_default();
        before.get(chunk).copied().unwrap_or(0) + blocks.get(block).copied().unwrap_or(0) + feeds(lead) + 1
    }
}

/// Sum of all counts before each one.
fn sums(counts: impl Iterator<Item = u64>) -> Vec<u64> {
    counts
        .scan(0, |sum, n| {
            let before = *sum;
            *sum += n;
            Some(before)
        })
        .collect()
}

fn feeds(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_has_its_line_whatever_the_chunk() {
        let bytes: Vec<u8> = (0..40_000u32).map(|i| if i % 7 == 0 || i % 11 == 3 { b'\n' } else { b'x' }).collect();
        for chunk in [1, 100, BLOCK, BLOCK + 1, 1 << 20] {
            let index = LineStarts::new(bytes.len(), chunk);
            bytes.chunks(chunk).enumerate().for_each(|(i, part)| index.set(i, feeds(part)));
            let mut line = 1;
            for (i, byte) in bytes.iter().enumerate() {
                assert_eq!(index.line(&bytes, i as u64), line, "byte {i}, chunks of {chunk}");
                line += u64::from(*byte == b'\n');
            }
            assert_eq!(index.line(&bytes, bytes.len() as u64), line);
        }
        assert_eq!(LineStarts::new(0, 10).line(&[], 0), 1);
    }
}
