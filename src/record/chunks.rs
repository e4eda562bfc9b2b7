//! Framing in parallel, with the same records whatever the chunk size.
//!
//! ```text
//!  bytes   |--- chunk 0 ---|--- chunk 1 ---|--- chunk 2 ---|
//!  records  [r0][r1][  r2    ][r3][ r4 ][    r5    ][r6]
//! ```
//!
//! A record belongs to the chunk in which its opening line starts; the worker reads past its chunk's end
//! to finish it. A worker cannot know whether its chunk starts inside a record, so it starts at the first
//! likely boundary and all workers' results are then joined in order: where the record before ends at one
//! of this chunk's own boundaries, everything behind that is right; where it does not (a body that quotes
//! a log, damage), the stretch in between is read again from the true position.

use std::ops::Range;

use rayon::prelude::*;

use super::scan::{RawRecord, Scanner, likely_boundary};

/// Bytes a worker takes at a time: large enough to make joining free and its lists worth memory of their own, which goes
/// back at once when they are joined; small enough to share the work evenly.
pub const CHUNK: usize = if cfg!(debug_assertions) { 64 << 10 } else { 4 << 20 };

/// Line feeds are counted in stretches of so many bytes: few enough to count on from one for each place that is printed.
pub const STRETCH: usize = 16 << 10;

/// A chunk that has been read.
#[derive(Clone, Debug)]
pub struct ChunkDone {
    /// Its number: chunk `n` starts at byte `n * chunk`.
    pub number: usize,
    /// Its length.
    pub bytes: usize,
    /// Line feeds in each [`STRETCH`] of it.
    pub line_feeds: Vec<u32>,
    /// It was told of before, and read once more since chunks did not fit together; nothing is counted again.
    pub again: bool,
}

/// What one worker made of a stretch of the input.
#[derive(Debug)]
pub struct Framed<R> {
    /// Where reading began.
    pub start: usize,
    /// Where it stopped: the end of the last record or the first line of the next chunk.
    pub end: usize,
    /// Start of the first record: its prefix may lie before all that was read here.
    first: Option<usize>,
    /// From where ends are counted: where reading began at first.
    base: usize,
    /// End of each record, ascending; what one worker reads is shorter than 4 GiB.
    ends: Vec<u32>,
    /// One result per record, in order.
    pub records: Vec<R>,
    /// Non-empty lines outside records, one entry per record for the lines before it.
    lines_before: Vec<i32>,
    /// The same behind the last record.
    lines_after: i64,
}

impl<R> Framed<R> {
    /// Lines that belong to no record.
    pub fn lines_outside(&self) -> i64 {
        self.lines_before.iter().copied().map(i64::from).sum::<i64>() + self.lines_after
    }

    /// The record that ends at a place.
    fn ends_at(&self, pos: usize) -> Option<usize> {
        let relative = u32::try_from(pos.checked_sub(self.base)?).ok()?;
        self.ends.binary_search(&relative).ok()
    }

    fn end(&self, record: usize) -> Option<usize> {
        self.ends.get(record).map(|end| self.base + *end as usize)
    }

    fn last_end(&self) -> Option<usize> {
        self.end(self.ends.len().checked_sub(1)?)
    }

    /// Forgets the first `n` records, which were read from a wrong start.
    fn drop_first(&mut self, n: usize) {
        self.start = n.checked_sub(1).and_then(|last| self.end(last)).unwrap_or(self.start);
        self.ends.drain(..n);
        self.records.drain(..n);
        self.lines_before.drain(..n);
    }
}

/// How far a text was framed: what goes on from there needs to know no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    /// Where the next record is looked for: outside any record.
    pub(crate) pos: usize,
    /// End of the last record.
    pub(crate) behind: usize,
}

/// Frames `bytes` in chunks of `chunk` bytes on all threads of the current pool; `read` turns each record
/// into what the caller keeps, with a worker's own state `S` (an interner, say), made for the stretch that it will read;
/// `done` is told of each chunk when it has been read, and has the state to tidy.
pub fn frame<S: Send, R: Send>(
    bytes: &[u8],
    chunk: usize,
    state: impl Fn(Range<usize>) -> S + Sync,
    read: impl Fn(&mut S, &RawRecord) -> R + Sync,
    done: impl Fn(ChunkDone, &mut S) + Sync,
) -> Vec<(S, Framed<R>)> {
    let mut all = Vec::new();
    frame_some(bytes, (chunk, 0..usize::MAX), Mark::default(), state, read, done, &mut |own, framed| {
        all.push((own, framed));
    });
    all
}

/// Chunks that are read before they are joined, for each thread: at the end of these one thread waits for the other.
const AT_A_TIME: usize = 16;

/// The same of some chunks, by their numbers, where those ahead of them were framed up to a mark; tells how far it came.
/// `take` gets what the chunks hold, in their order, while further chunks are read: what it gives back serves these.
pub(crate) fn frame_some<S: Send, R: Send>(
    bytes: &[u8],
    (chunk, numbers): (usize, Range<usize>),
    Mark { mut pos, mut behind }: Mark,
    state: impl Fn(Range<usize>) -> S + Sync,
    read: impl Fn(&mut S, &RawRecord) -> R + Sync,
    done: impl Fn(ChunkDone, &mut S) + Sync,
    take: &mut dyn FnMut(S, Framed<R>),
) -> Mark {
    let chunk = chunk.clamp(1, 1 << 30);
    let count = bytes.len().div_ceil(chunk).max(1);
    let numbers: Vec<usize> = (numbers.start..numbers.end.min(count)).collect();
    let range = |i: usize| i * chunk..((i + 1) * chunk).min(bytes.len());
    let run = |base: usize, behind: usize, part: Range<usize>, stop: &dyn Fn(usize) -> bool| {
        let mut own = state(part.clone());
        let mut scanner = Scanner::new(bytes, base, (behind, part.start), part.end - base);
        let framed = read_range(&mut scanner, part, stop, &mut |raw| read(&mut own, raw));
        (own, framed, scanner)
    };
    let one = |i: usize| {
        let part = range(i);
        let start = if i == 0 { 0 } else { likely_boundary(bytes, part.start, part.end) };
        let (mut own, framed, mut scanner) = run(part.start, 0, start..part.end, &|_| false);
        let line_feeds = scanner.feeds_in(part.end, STRETCH);
        done(ChunkDone { number: i, bytes: part.len(), line_feeds, again: false }, &mut own);
        (i, own, framed)
    };
    let mut join = |(i, own, mut framed): (usize, S, Framed<R>)| {
        let limit = range(i).end;
        if pos >= limit && i + 1 < count {
            return;
        }
        // The worker did not know where the record before its first one ends.
        let fits = |behind: usize| framed.first.is_none_or(|first| first >= behind);
        let goes_on = |at: usize, behind: usize| at == framed.start && fits(behind);
        if !goes_on(pos, behind) && framed.ends_at(pos).is_none() {
            let known = |at: usize| goes_on(at, at) || framed.ends_at(at).is_some();
            let (mut own, framed, _) = run(pos, behind, pos..limit.max(pos), &known);
            done(ChunkDone { number: i, bytes: range(i).len(), line_feeds: Vec::new(), again: true }, &mut own);
            pos = framed.end;
            behind = framed.last_end().unwrap_or(behind);
            take(own, framed);
        }
        if goes_on(pos, behind) {
            pos = framed.end;
            behind = framed.last_end().unwrap_or(behind);
            take(own, framed);
        } else if let Some(at) = framed.ends_at(pos) {
            behind = framed.last_end().unwrap_or(behind);
            framed.drop_first(at + 1);
            pos = framed.end;
            take(own, framed);
        }
    };
    let mut ready = Vec::new();
    for numbers in numbers.chunks(AT_A_TIME * rayon::current_num_threads()) {
        let before = std::mem::take(&mut ready);
        rayon::in_place_scope(|scope| {
            // Chunks that one worker has left to do, others take.
            scope.spawn(|_| ready = numbers.par_iter().with_max_len(1).map(|i| one(*i)).collect());
            before.into_iter().for_each(&mut join);
        });
    }
    ready.into_iter().for_each(join);
    Mark { pos, behind }
}

fn read_range<R>(
    scanner: &mut Scanner<'_>,
    part: Range<usize>,
    stop: &dyn Fn(usize) -> bool,
    read: &mut dyn FnMut(&RawRecord) -> R,
) -> Framed<R> {
    let mut out = Framed {
        start: part.start,
        end: part.start,
        first: None,
        base: part.start,
        ends: Vec::new(),
        records: Vec::new(),
        lines_before: Vec::new(),
        lines_after: 0,
    };
    while let Some(raw) = scanner.next_before(part.end) {
        out.first = out.first.or(Some(raw.start));
        out.ends.push(u32::try_from(raw.end.saturating_sub(out.base)).unwrap_or(u32::MAX));
        out.lines_before.push(i32::try_from(raw.lines_before).unwrap_or(i32::MAX));
        out.records.push(read(&raw));
        if stop(raw.end) {
            break;
        }
    }
    // A chunk waits for all others: lists that have doubled would keep what they do not need until then.
    out.ends.shrink_to_fit();
    out.records.shrink_to_fit();
    out.lines_before.shrink_to_fit();
    out.lines_after = scanner.lines();
    out.end = scanner.pos();
    out
}
