//! Where the lines of a stretch end and where its markers are, found block by block ahead of the reader.
//!
//! Every byte of a log is looked at once, sixty-four at a time, for both; whatever reads records afterwards walks over
//! short lists of positions. That is what keeps framing near the speed at which memory can be read.

use std::cell::Cell;

use crate::text::lane::{self, Pair};

/// Bytes searched at a time: a block and its positions stay in the first-level cache until they are read.
const BLOCK: usize = 16 << 10;

/// Positions of line feeds and of `$$`, from a fixed start on. They are kept in 32 bits, so a stretch, with the
/// record that runs over its end, must be shorter than 4 GiB.
#[derive(Debug)]
pub(super) struct Tape<'a> {
    bytes: &'a [u8],
    base: usize,
    filled: usize,
    /// Positions of line feeds, and room behind them to write more without asking.
    feeds: Vec<u32>,
    count: usize,
    /// Each `$$`, with the number of the line that holds it.
    marks: Vec<(u32, u32)>,
    /// 1 where the last byte that was looked at is a `$`.
    carry: u64,
    line: usize,
    mark: usize,
    /// Up to here the processor was told to have the bytes ready.
    told: usize,
}

impl<'a> Tape<'a> {
    /// A tape over `bytes[base..]`; `expected` is how many bytes will be looked at.
    pub(super) fn new(bytes: &'a [u8], base: usize, expected: usize) -> Tape<'a> {
        let expected = expected.min(bytes.len());
        let (feeds, mut marks) = LISTS.take().unwrap_or_else(|| {
            // Room for what is expected and, behind it, for a block of nothing but line feeds.
            (Vec::with_capacity(expected / 48 + BLOCK + AT_ONCE), Vec::with_capacity(expected / 256))
        });
        marks.clear();
        Tape { bytes, base, filled: base, feeds, count: 0, marks, carry: 0, line: 0, mark: 0, told: base }
    }

    /// Everything that is there.
    pub(super) fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// Searches on until `to` is covered.
    fn fill(&mut self, to: usize) {
        let to = to.min(self.bytes.len());
        while self.filled < to {
            let end = (self.filled + BLOCK).min(self.bytes.len());
            let block = self.bytes.get(self.filled..end).unwrap_or_default();
            let offset = u32::try_from(self.filled - self.base).unwrap_or(u32::MAX);
            let room = self.count + block.len() + AT_ONCE;
            if self.feeds.len() < room {
                self.feeds.resize(room, 0);
            }
            self.search(block, offset);
            self.filled = end;
        }
    }

    /// Notes the line feeds and the marks of a block, for which there is room.
    fn search(&mut self, block: &[u8], offset: u32) {
        let (mut at, mut count, mut carry) = (offset, self.count, self.carry);
        let (lanes, rest) = block.as_chunks::<64>();
        let Tape { feeds: list, marks, .. } = self;
        let mut found = [Pair::default(); AT_A_TIME];
        for lanes in lanes.chunks(AT_A_TIME) {
            lane::pairs(lanes, (b'\n', b'$'), &mut found);
            for Pair { one: mut feeds, other: dollars, ones } in found.iter().copied().take(lanes.len()) {
                if dollars != 0 {
                    // The second of two.
                    let mut pairs = dollars & (dollars << 1 | carry);
                    while pairs != 0 {
                        let second = pairs.trailing_zeros();
                        let before = (feeds & ((1 << second) - 1)).count_ones();
                        marks.push(((at + second).wrapping_sub(1), lines(count) + before));
                        pairs &= pairs - 1;
                    }
                }
                carry = dollars >> 63;
                let end = count + ones as usize;
                // Most have no more than four: these are written without looking how many there are.
                while count < end {
                    if let Some(slots) = list.get_mut(count..).and_then(|free| free.first_chunk_mut::<AT_ONCE>()) {
                        for slot in slots {
                            *slot = at.wrapping_add(feeds.trailing_zeros());
                            feeds &= feeds.wrapping_sub(1);
                        }
                    }
                    count += AT_ONCE;
                }
                count = end;
                at += 64;
            }
        }
        for byte in rest {
            if *byte == b'\n' {
                if let Some(slot) = self.feeds.get_mut(count) {
                    *slot = at;
                }
                count += 1;
            }
            if *byte == b'$' && carry == 1 {
                self.marks.push((at - 1, lines(count)));
            }
            carry = u64::from(*byte == b'$');
            at += 1;
        }
        (self.count, self.carry) = (count, carry);
    }

    fn feeds(&self) -> &[u32] {
        self.feeds.get(..self.count).unwrap_or_default()
    }

    fn absolute(&self, relative: u32) -> usize {
        self.base + relative as usize
    }

    /// Number of the line that holds `pos`: an index for [`Tape::line`].
    pub(super) fn line_at(&mut self, pos: usize) -> usize {
        self.fill(pos + 1);
        let wanted = u32::try_from(pos.saturating_sub(self.base)).unwrap_or(u32::MAX);
        let feeds = self.feeds.get(..self.count).unwrap_or_default();
        let at = |i: usize| feeds.get(i).copied();
        // The reader moves on by a few lines, or back to the start of a record.
        let mut line = self.line;
        if line > 0 && at(line - 1).is_some_and(|feed| feed >= wanted) {
            line = feeds.partition_point(|feed| *feed < wanted);
        }
        while at(line).is_some_and(|feed| feed < wanted) {
            line += 1;
        }
        self.line = line;
        line
    }

    /// End of a line without its line feed, and the start of the line after it.
    pub(super) fn line(&mut self, line: usize) -> (usize, usize) {
        while self.count <= line && self.filled < self.bytes.len() {
            self.fill(self.filled + 1);
        }
        match self.feeds().get(line) {
            Some(feed) => (self.absolute(*feed), self.absolute(*feed) + 1),
            None => (self.bytes.len(), self.bytes.len()),
        }
    }

    /// Notes that the reader goes on with a line, which starts at `pos`: it need not be looked for. What will be searched
    /// when the reader has come as far as was searched is fetched meanwhile, as many bytes as it has come on.
    pub(super) fn go_on_at(&mut self, line: usize, pos: usize) {
        self.line = line;
        let from = self.told.max(self.filled);
        let to = pos.saturating_add(BLOCK).min(self.filled.saturating_add(BLOCK));
        if let Some(next) = self.bytes.get(from..to.min(self.bytes.len())) {
            lane::prefetch(next);
            self.told = to;
        }
    }

    /// Line ends from a line on, as far as they are known: for a reader that knows where to stop.
    pub(super) fn feeds_from(&self, line: usize) -> impl Iterator<Item = usize> + '_ {
        self.feeds().get(line..).unwrap_or_default().iter().map(|feed| self.absolute(*feed))
    }

    /// The line ends from one line to another, counted from the base, which comes second; `None` where they are not known.
    pub(super) fn feeds_between(&self, from: usize, to: usize) -> Option<(&[u32], usize)> {
        Some((self.feeds().get(from..to)?, self.base))
    }

    /// The line from `pos`: its end without the line feed, and the start of the line after it.
    pub(super) fn line_end(&mut self, pos: usize) -> (usize, usize) {
        let line = self.line_at(pos);
        self.line(line)
    }

    /// The first `$$` at or after `pos` and before `to`.
    pub(super) fn mark(&mut self, pos: usize, to: usize) -> Option<usize> {
        self.mark_and_line(pos, to).map(|(at, _)| at)
    }

    /// The same with the number of the line that holds it.
    pub(super) fn mark_and_line(&mut self, pos: usize, to: usize) -> Option<(usize, usize)> {
        let wanted = u32::try_from(pos.saturating_sub(self.base)).unwrap_or(u32::MAX);
        let before = self.mark.checked_sub(1).and_then(|i| self.marks.get(i));
        if before.is_some_and(|(mark, _)| *mark >= wanted) {
            self.mark = self.marks.partition_point(|(mark, _)| *mark < wanted);
        }
        loop {
            match self.marks.get(self.mark) {
                Some((mark, _)) if *mark < wanted => self.mark += 1,
                Some((mark, line)) => {
                    return Some((self.absolute(*mark), *line as usize)).filter(|(at, _)| *at < to);
                }
                // The second `$` tells, and may be the byte behind.
                None if self.filled < to.saturating_add(1).min(self.bytes.len()) => self.fill(self.filled + 1),
                None => return None,
            }
        }
    }

    /// Line feeds from the start of the tape to `to`, in stretches of so many bytes.
    pub(super) fn feeds_in(&mut self, to: usize, stretch: usize) -> Vec<u32> {
        self.fill(to);
        let mut feeds = self.feeds();
        (self.base..to)
            .step_by(stretch.max(1))
            .map(|from| {
                let end = u32::try_from(to.min(from + stretch) - self.base).unwrap_or(u32::MAX);
                // Near the beginning: a search over all of them would go to and fro in memory.
                let mut near = 64;
                while feeds.get(near).is_some_and(|feed| *feed < end) {
                    near *= 2;
                }
                let near = feeds.get(..near).unwrap_or(feeds);
                let (inside, rest) = feeds.split_at(near.partition_point(|feed| *feed < end));
                feeds = rest;
                lines(inside.len())
            })
            .collect()
    }
}

/// Line feeds, and marks with their lines.
type Lists = (Vec<u32>, Vec<(u32, u32)>);

thread_local! {
    /// Lists of the last tape of this thread: its next one need not find memory of its own between what was read.
    static LISTS: Cell<Option<Lists>> = const { Cell::new(None) };
}

/// Longer lists are given back.
const LONG: usize = 1 << 18;

impl Drop for Tape<'_> {
    fn drop(&mut self) {
        let lists = (std::mem::take(&mut self.feeds), std::mem::take(&mut self.marks));
        if lists.0.capacity().max(lists.1.capacity()) <= LONG {
            LISTS.set(Some(lists));
        }
    }
}

/// A number of lines, as it is kept.
fn lines(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Positions of line feeds that are written at once.
const AT_ONCE: usize = 4;
/// Lanes that are searched before what was found in them is written down.
const AT_A_TIME: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What the tape says is what a plain search finds, wherever it starts and in whatever order it is asked.
        #[test]
        fn the_tape_agrees_with_a_plain_search(
            seed in prop::collection::vec(0u8..12, 0..300), repeat in 1usize..200, base in 0usize..40, asked in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        ) {
            let letters = b"\n\n$$$abcdefg";
            let bytes: Vec<u8> = seed.iter().cycle().take(seed.len() * repeat).map(|i| letters[*i as usize]).collect();
            let base = base.min(bytes.len());
            let mut tape = Tape::new(&bytes, base, 0);
            for index in asked {
                let pos = base + index.index(bytes.len() - base + 1);
                prop_assert_eq!(tape.line_end(pos), crate::text::line_end(&bytes, pos));
                let mark = bytes[pos..].windows(2).position(|w| w == b"$$").map(|at| pos + at);
                prop_assert_eq!(tape.mark(pos, bytes.len()), mark);
                let line = |at: usize| memchr::memchr_iter(b'\n', &bytes[base..at]).count();
                prop_assert_eq!(tape.mark_and_line(pos, bytes.len()), mark.map(|at| (at, line(at))));
                let counts: Vec<u32> = bytes[base..pos].chunks(100).map(|part| lines(memchr::memchr_iter(b'\n', part).count())).collect();
                prop_assert_eq!(tape.feeds_in(pos, 100), counts);
            }
        }
    }
}
