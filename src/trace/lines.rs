//! Line numbers: line feeds are counted in stretches while a log is read, and closer only where a place is printed.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use crate::input::{Sums, sum};
use crate::record::STRETCH;

/// Line feeds in each stretch of each chunk.
#[derive(Debug)]
pub(super) struct LineStarts {
    chunk: usize,
    /// Stretches of a whole chunk.
    stretches: usize,
    counts: Vec<AtomicU32>,
    /// Of every [`STRETCH`] bytes of the text the line feeds and the sum, where they are wanted for an index.
    fine: Vec<(AtomicU32, AtomicU64)>,
    before: OnceLock<Vec<u64>>,
}

impl LineStarts {
    pub(super) fn new(len: usize, chunk: usize) -> LineStarts {
        let chunk = chunk.clamp(1, 1 << 30);
        let stretches = chunk.div_ceil(STRETCH);
        let counts = (0..len.div_ceil(chunk) * stretches).map(|_| AtomicU32::new(0)).collect();
        LineStarts { chunk, stretches, counts, fine: Vec::new(), before: OnceLock::new() }
    }

    /// With room for what an index wants.
    pub(super) fn for_index(self, len: usize) -> LineStarts {
        let fine = (0..len.div_ceil(STRETCH)).map(|_| <(AtomicU32, AtomicU64)>::default()).collect();
        LineStarts { fine, ..self }
    }

    /// Takes what an index wants of all that begins in a part of the text: stretches are counted from the beginning of the
    /// text, whatever the chunks.
    pub(super) fn note(&self, bytes: &[u8], from: usize, len: usize) {
        let numbers = from.div_ceil(STRETCH)..from.saturating_add(len).div_ceil(STRETCH);
        for (slot, i) in self.fine.get(numbers.clone()).into_iter().flatten().zip(numbers) {
            let part = bytes.get(i * STRETCH..bytes.len().min((i + 1) * STRETCH)).unwrap_or_default();
            slot.0.store(u32::try_from(feeds(part)).unwrap_or(u32::MAX), Ordering::Relaxed);
            slot.1.store(sum(part), Ordering::Relaxed);
        }
    }

    /// The line feeds of every stretch, to be kept.
    pub(super) fn counts(&self) -> Vec<u32> {
        self.fine.iter().map(|(feeds, _)| feeds.load(Ordering::Relaxed)).collect()
    }

    /// What tells the text from any other, where that was wanted.
    pub(super) fn sums(&self) -> Sums {
        Sums { chunk: STRETCH, each: self.fine.iter().map(|(_, sum)| sum.load(Ordering::Relaxed)).collect() }
    }

    /// Kept counts read back; `None` where they are not those of a text of this length.
    pub(super) fn of(len: usize, counts: &[u32]) -> Option<LineStarts> {
        // More line feeds than bytes were never counted.
        let fits = len.div_ceil(STRETCH) == counts.len() && counts.iter().all(|n| *n as usize <= STRETCH);
        fits.then(|| {
            let out = LineStarts::new(len, STRETCH);
            (0..).zip(counts).for_each(|(i, feeds)| out.set(i, &[*feeds]));
            out
        })
    }

    /// Line feeds in each stretch of a chunk, as counted while it was read.
    pub(super) fn set(&self, chunk: usize, feeds: &[u32]) {
        let own = self.counts.get(chunk * self.stretches..).unwrap_or_default();
        for (slot, feeds) in own.iter().zip(feeds) {
            slot.store(*feeds, Ordering::Relaxed);
        }
    }

    /// The line that holds `byte`, counted from 1.
    pub(super) fn line(&self, bytes: &[u8], byte: u64) -> u64 {
        let before = self.before.get_or_init(|| sums(self.counts.iter().map(|c| c.load(Ordering::Relaxed).into())));
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        // Of the end of the last chunk the last stretch tells.
        let chunk = (byte / self.chunk).min((self.counts.len() / self.stretches).saturating_sub(1));
        let inside = byte - chunk * self.chunk;
        let stretch = (inside / STRETCH).min(self.stretches - 1);
        let lead = bytes.get(chunk * self.chunk + stretch * STRETCH..byte).unwrap_or_default();
        before.get(chunk * self.stretches + stretch).copied().unwrap_or(0) + feeds(lead) + 1
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
        for chunk in [1, 100, STRETCH, STRETCH + 1, 1 << 20] {
            let index = LineStarts::new(bytes.len(), chunk);
            for (i, part) in bytes.chunks(chunk).enumerate() {
                let counts: Vec<u32> = part.chunks(STRETCH).map(|own| u32::try_from(feeds(own)).unwrap()).collect();
                index.set(i, &counts);
            }
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
