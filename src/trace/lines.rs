//! Line numbers: line feeds are counted a chunk at a time while a log is read, and closer only where a
//! place is printed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::input::Sums;

/// A chunk that holds a printed place gets one count per this many bytes.
const BLOCK: usize = 2 << 10;
/// For an index line feeds are counted, and sums taken, of so many bytes at a time: then a place is printed without much of
/// the text being read again.
const FINE: usize = 32 << 10;

/// Line feeds in each chunk, and in each block of the chunks that were asked for.
#[derive(Debug)]
pub(super) struct LineStarts {
    chunk: usize,
    counts: Vec<AtomicU64>,
    /// Of every [`FINE`] bytes the line feeds and the sum, where they are wanted for an index.
    fine: Vec<(AtomicU64, AtomicU64)>,
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
            fine: Vec::new(),
            before: OnceLock::new(),
            blocks: (0..chunks).map(|_| OnceLock::new()).collect(),
        }
    }

    /// With room for what an index wants.
    pub(super) fn for_index(self, len: usize) -> LineStarts {
        let fine = (0..len.div_ceil(FINE)).map(|_| <(AtomicU64, AtomicU64)>::default()).collect();
        LineStarts { fine, ..self }
    }

    fn bytes<'b>(&self, bytes: &'b [u8], chunk: usize) -> &'b [u8] {
        let start = chunk * self.chunk;
        bytes.get(start..start.saturating_add(self.chunk).min(bytes.len())).unwrap_or_default()
    }

    /// Takes what an index wants of all that begins in a stretch of the text.
    pub(super) fn note(&self, bytes: &[u8], from: usize, len: usize) {
        let numbers = from.div_ceil(FINE)..from.saturating_add(len).div_ceil(FINE);
        for (slot, i) in self.fine.get(numbers.clone()).into_iter().flatten().zip(numbers) {
            let part = bytes.get(i * FINE..bytes.len().min((i + 1) * FINE)).unwrap_or_default();
            slot.0.store(feeds(part), Ordering::Relaxed);
            slot.1.store(crate::input::sum(part), Ordering::Relaxed);
        }
    }

    /// The line feeds of every [`FINE`] bytes, to be kept.
    pub(super) fn counts(&self) -> Vec<u64> {
        self.fine.iter().map(|(feeds, _)| feeds.load(Ordering::Relaxed)).collect()
    }

    /// The same read back; `None` where they are not those of a text of this length.
    pub(super) fn of(len: usize, counts: &[u64]) -> Option<LineStarts> {
        // More line feeds than bytes were never counted.
        let fits = len.div_ceil(FINE) == counts.len() && counts.iter().all(|n| *n <= FINE as u64);
        fits.then(|| {
            let out = LineStarts::new(len, FINE);
            (0..).zip(counts).for_each(|(i, feeds)| out.set(i, *feeds));
            out
        })
    }

    /// Of a text that has grown since it had `len` bytes.
    pub(super) fn grown(bytes: &[u8], counts: &[u64], known: &Sums, len: usize) -> LineStarts {
        let out = LineStarts::new(bytes.len(), FINE).for_index(bytes.len());
        let whole = if known.chunk == FINE { len / FINE } else { 0 };
        for (i, (slot, known)) in out.fine.iter().zip(counts.iter().zip(&known.each)).take(whole).enumerate() {
            slot.0.store(*known.0, Ordering::Relaxed);
            slot.1.store(*known.1, Ordering::Relaxed);
            out.set(i, *known.0);
        }
        out.note(bytes, whole * FINE, bytes.len() - whole * FINE);
        for (i, (feeds, _)) in out.fine.iter().enumerate().skip(whole) {
            out.set(i, feeds.load(Ordering::Relaxed));
        }
        out
    }

    /// Line feeds in a chunk, as counted while it was read.
    pub(super) fn set(&self, chunk: usize, feeds: u64) {
        if let Some(slot) = self.counts.get(chunk) {
            slot.store(feeds, Ordering::Relaxed);
        }
    }

    /// What tells the text from any other, where that was wanted.
    pub(super) fn sums(&self) -> Sums {
        Sums { chunk: FINE, each: self.fine.iter().map(|(_, sum)| sum.load(Ordering::Relaxed)).collect() }
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
