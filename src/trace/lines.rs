//! Line numbers: line feeds are counted in stretches while a log is read, and closer only where a place is printed.

use std::ops::Range;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use crate::input::{Sums, sum};
use crate::record::STRETCH;

/// Line feeds in each stretch of each chunk.
#[derive(Debug)]
pub(super) struct LineStarts {
    chunk: usize,
    /// Stretches of a whole chunk.
    stretches: usize,
    /// Shared by all parts of a text that is read part by part.
    counts: Arc<[AtomicU32]>,
    /// The stretches of which lines are asked, and how many feeds there are ahead of them.
    asked: Range<usize>,
    ahead: u64,
    /// Of every [`STRETCH`] bytes of the text the sum, where it is wanted for an index.
    sums: Vec<AtomicU64>,
    before: OnceLock<Vec<u64>>,
}

impl LineStarts {
    pub(super) fn new(len: usize, chunk: usize) -> LineStarts {
        let chunk = chunk.clamp(1, 1 << 30);
        let stretches = chunk.div_ceil(STRETCH);
        let counts: Arc<[AtomicU32]> = (0..len.div_ceil(chunk) * stretches).map(|_| AtomicU32::new(0)).collect();
        let asked = 0..counts.len();
        LineStarts { chunk, stretches, counts, asked, ahead: 0, sums: Vec::new(), before: OnceLock::new() }
    }

    /// The same for an index of the text. Its chunks are whole stretches, at least `chunk` bytes, so that line feeds are
    /// counted in the stretches of the text, whatever the chunks.
    pub(super) fn for_index(len: usize, chunk: usize) -> LineStarts {
        let sums = (0..len.div_ceil(STRETCH)).map(|_| AtomicU64::new(0)).collect();
        LineStarts { sums, ..LineStarts::new(len, chunk.clamp(1, 1 << 30).next_multiple_of(STRETCH)) }
    }

    /// Of a text that goes on where one ended that was counted; what stands from chunk `first` on is still to be counted. `sums`
    /// are those of the text before, where an index is kept of this one.
    pub(super) fn grown(
        before: &LineStarts,
        bytes: &[u8],
        (first, chunk): (usize, usize),
        sums: Option<&[u64]>,
    ) -> LineStarts {
        let of = if sums.is_some() { LineStarts::for_index } else { LineStarts::new };
        let out = of(bytes.len(), chunk);
        let even = before.chunk == before.stretches * STRETCH;
        for at in 0..first * out.stretches {
            let text = || bytes.get(at * STRETCH..(at + 1) * STRETCH).unwrap_or_default();
            let known = before.counts.get(at).filter(|_| even).map(|n| n.load(Ordering::Relaxed));
            if let Some(slot) = out.counts.get(at) {
                slot.store(known.unwrap_or_else(|| u32::try_from(feeds(text())).unwrap_or(0)), Ordering::Relaxed);
            }
            if let (Some(slot), Some(sums)) = (out.sums.get(at), sums) {
                slot.store(sums.get(at).copied().unwrap_or_else(|| sum(text())), Ordering::Relaxed);
            }
        }
        out
    }

    /// To count on in the same text, of which no line ahead of a place is asked any more.
    pub(super) fn from(&self, byte: usize) -> LineStarts {
        let first = self.stretch_of(byte).max(self.asked.start);
        let ahead = self.ahead + self.feeds_in(self.asked.start..first);
        let (counts, asked) = (Arc::clone(&self.counts), first..self.counts.len());
        LineStarts { counts, asked, ahead, sums: Vec::new(), before: OnceLock::new(), ..*self }
    }

    /// No line behind a chunk is asked.
    pub(super) fn until(&mut self, chunk: usize) {
        self.asked.end = chunk.saturating_mul(self.stretches).clamp(self.asked.start, self.counts.len());
    }

    fn feeds_in(&self, stretches: Range<usize>) -> u64 {
        let own = self.counts.get(stretches).unwrap_or_default();
        own.iter().map(|n| u64::from(n.load(Ordering::Relaxed))).sum()
    }

    /// The stretch that a byte stands in; the end of the last chunk stands in its last.
    fn stretch_of(&self, byte: usize) -> usize {
        let chunk = (byte / self.chunk).min((self.counts.len() / self.stretches).saturating_sub(1));
        chunk * self.stretches + ((byte - chunk * self.chunk) / STRETCH).min(self.stretches - 1)
    }

    /// Bytes of a chunk.
    pub(super) fn chunk(&self) -> usize {
        self.chunk
    }

    /// Takes the sums of a chunk, where an index wants them.
    pub(super) fn note(&self, bytes: &[u8], chunk: usize) {
        let own = self.sums.get(chunk * self.stretches..).unwrap_or_default();
        let text = bytes.get(chunk * self.chunk..).unwrap_or_default();
        for (slot, part) in own.iter().zip(text.chunks(STRETCH)).take(self.stretches) {
            slot.store(sum(part), Ordering::Relaxed);
        }
    }

    /// The line feeds of every stretch of the text, to be kept; none where no index was wanted.
    pub(super) fn counts(&self) -> Vec<u32> {
        self.counts.iter().take(self.sums.len()).map(|feeds| feeds.load(Ordering::Relaxed)).collect()
    }

    /// What tells the text from any other, where that was wanted.
    pub(super) fn sums(&self) -> Sums {
        Sums { chunk: STRETCH, each: self.sums.iter().map(|sum| sum.load(Ordering::Relaxed)).collect() }
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
        let known = || self.counts.get(self.asked.clone()).unwrap_or_default().iter();
        let before = self.before.get_or_init(|| sums(known().map(|c| c.load(Ordering::Relaxed).into())));
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let stretch = self.stretch_of(byte);
        let known = stretch.checked_sub(self.asked.start).and_then(|at| before.get(at)).map(|n| n + self.ahead);
        let start = stretch / self.stretches * self.chunk + stretch % self.stretches * STRETCH;
        known.unwrap_or_else(|| self.feeds_in(0..stretch)) + feeds(bytes.get(start..byte).unwrap_or_default()) + 1
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

    #[test]
    fn a_text_that_is_counted_part_by_part_has_the_lines_of_the_whole() {
        let bytes: Vec<u8> = (0..200_000u32).map(|i| if i % 9 == 2 { b'\n' } else { b'x' }).collect();
        for chunk in [STRETCH - 7, STRETCH, 2 * STRETCH + 5] {
            let mut part = LineStarts::new(bytes.len(), chunk);
            for (i, own) in bytes.chunks(chunk).enumerate() {
                let counts: Vec<u32> = own.chunks(STRETCH).map(|own| u32::try_from(feeds(own)).unwrap()).collect();
                part.until(i + 1);
                part.set(i, &counts);
                // Ahead of it, inside, and where it ends.
                for byte in [0, (i * chunk).saturating_sub(40), i * chunk, i * chunk + 99, i * chunk + own.len()] {
                    let line = feeds(bytes.get(..byte).unwrap()) + 1;
                    assert_eq!(part.line(&bytes, byte as u64), line, "byte {byte}, chunks of {chunk}");
                }
                part = part.from((i * chunk).saturating_sub(50));
            }
        }
    }

    #[test]
    fn what_is_kept_of_a_text_does_not_depend_on_its_chunks() {
        let bytes: Vec<u8> = (0..100_000u32).map(|i| if i % 13 == 0 { b'\n' } else { b'x' }).collect();
        let expected: Vec<u32> = bytes.chunks(STRETCH).map(|own| u32::try_from(feeds(own)).unwrap()).collect();
        for chunk in [1, 100, STRETCH, STRETCH + 1, 3 * STRETCH, 1 << 20] {
            let index = LineStarts::for_index(bytes.len(), chunk);
            assert!(index.chunk() >= chunk);
            for (i, part) in bytes.chunks(index.chunk()).enumerate() {
                let counts: Vec<u32> = part.chunks(STRETCH).map(|own| u32::try_from(feeds(own)).unwrap()).collect();
                index.set(i, &counts);
                index.note(&bytes, i);
            }
            assert_eq!(index.counts(), expected, "chunks of {chunk}");
            let sums: Vec<u64> = bytes.chunks(STRETCH).map(sum).collect();
            assert_eq!(index.sums(), Sums { chunk: STRETCH, each: sums }, "chunks of {chunk}");
            let back = LineStarts::of(bytes.len(), &index.counts()).unwrap();
            assert_eq!(back.line(&bytes, 99_999), index.line(&bytes, 99_999));
        }
    }
}
