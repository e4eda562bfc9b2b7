//! Line numbers, counted only when a place is printed.

use std::sync::OnceLock;

use rayon::prelude::*;

/// One count per this many bytes, so that a place costs at most one block to count.
const BLOCK: usize = 16 << 10;

/// Line feeds before each block; made at the first question.
#[derive(Debug, Default)]
pub(super) struct LineIndex {
    before: OnceLock<Vec<u64>>,
}

impl LineIndex {
    /// The line that holds `byte`, counted from 1.
    pub(super) fn line(&self, bytes: &[u8], byte: u64) -> u64 {
        let before = self.before.get_or_init(|| {
            let mut counts: Vec<u64> = bytes.par_chunks(BLOCK).map(count).collect();
            let mut sum = 0;
            for slot in &mut counts {
                let here = *slot;
                *slot = sum;
                sum += here;
            }
            counts
        });
        let byte = usize::try_from(byte).unwrap_or(usize::MAX).min(bytes.len());
        let block = byte / BLOCK;
        let lead = bytes.get(block * BLOCK..byte).unwrap_or_default();
        before.get(block).copied().unwrap_or(0) + count(lead) + 1
    }
}

fn count(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}
