//! Call-IDs to numbers: hashed while records are read, told apart on all threads when all have been.
//!
//! ```text
//! chunk 0 ─┐ scatter   ┌ part 0 ─┐
//! chunk 1 ─┼──────────►┼ part 1 ─┼─► numbers in order of first appearance
//! ...      ┘  by hash  └ ...     ┘
//! ```
//!
//! Numbers depend on first use only. The hash is seeded at random, so that a hostile log cannot aim at collisions; 64 bits
//! of it stand for the text.

use hashbrown::HashTable;
use rayon::prelude::*;

use super::parts::Mention;
use super::{Event, Symbol};
use crate::span::Span;

/// So many that the table of one stays in the cache of a processor for a gigabyte of log.
const PARTS: usize = 64;

/// The mentions of one chunk, those of a part behind each other, in order.
struct Scattered {
    /// Hash, and number of the record in the chunk.
    mentions: Vec<(u64, u32)>,
    ends: [u32; PARTS],
}

/// The Call-IDs of one part.
struct Part {
    /// Of each, the record that has it first.
    firsts: Vec<u32>,
    /// Which of them each mention is, chunk by chunk.
    which: Vec<u32>,
    /// How many mentions stand ahead of each chunk.
    starts: Vec<u32>,
}

/// Records that one worker takes at a time.
const CHUNK: usize = 1 << 13;

/// Gives records the numbers of their Call-IDs, from `base` on; returns where each Call-ID stands. `mentions` are those of the
/// records, in their order.
pub(super) fn number(events: &mut [Event], mentions: &[Mention], base: usize) -> Vec<Span> {
    let scattered: Vec<Scattered> = mentions.par_chunks(CHUNK).map(scatter).collect();
    let firsts_of = starts(mentions.chunks(CHUNK).map(|own| count(own.len())));
    let parts: Vec<Part> = (0..PARTS).into_par_iter().map(|part| tell_apart(part, &scattered, &firsts_of)).collect();
    let order = Order::of(events.len(), parts.iter().flat_map(|p| &p.firsts));
    let chunks = events.par_chunks_mut(CHUNK).zip(mentions.par_chunks(CHUNK));
    let numbered = chunks.zip(&scattered).zip(&firsts_of).enumerate();
    let spans: Vec<Vec<Span>> = numbered
        .map(|(chunk, (((events, mentions), sorted), first))| {
            for (part, found) in parts.iter().enumerate() {
                let which = found.starts.get(chunk).and_then(|at| found.which.get(*at as usize..)).unwrap_or_default();
                for ((_, record), which) in sorted.of(part).iter().zip(which) {
                    let number = found.firsts.get(*which as usize).map_or(0, |first| order.number(*first));
                    if let Some(event) = events.get_mut(*record as usize) {
                        event.call = Symbol(count(base + number));
                    }
                }
            }
            let own = (0..).zip(events.iter().zip(mentions));
            own.filter(|(i, _)| order.is_first(first.saturating_add(*i))).map(|(_, (e, m))| span(e, m)).collect()
        })
        .collect();
    spans.concat()
}

/// Where the Call-ID of a record stands.
pub(super) fn span(event: &Event, call: &Mention) -> Span {
    Span { file: event.file, start: event.start + u64::from(call.at), len: call.len }
}

/// By bits from the middle: tables look at both ends of a hash.
fn part_of(hash: u64) -> usize {
    usize::try_from(hash >> 32).unwrap_or(0) % PARTS
}

/// Sorts the mentions of a chunk by part.
fn scatter(own: &[Mention]) -> Scattered {
    let mut ends = [0u32; PARTS];
    let mentions = || (0u32..).zip(own).map(|(i, call)| (call.hash, i)).filter(|(hash, _)| *hash != 0);
    for (hash, _) in mentions() {
        if let Some(n) = ends.get_mut(part_of(hash)) {
            *n += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += std::mem::replace(end, sum);
    }
    let mut sorted = vec![(0, 0); sum as usize];
    for mention in mentions() {
        if let Some(next) = ends.get_mut(part_of(mention.0)) {
            if let Some(slot) = sorted.get_mut(*next as usize) {
                *slot = mention;
            }
            *next += 1;
        }
    }
    Scattered { mentions: sorted, ends }
}

impl Scattered {
    fn of(&self, part: usize) -> &[(u64, u32)] {
        let end = |part: usize| self.ends.get(part).map_or(0, |end| *end as usize);
        let start = part.checked_sub(1).map_or(0, end);
        self.mentions.get(start..end(part)).unwrap_or_default()
    }
}

/// The different Call-IDs of one part; `firsts` has the number of the first record of each chunk.
fn tell_apart(part: usize, chunks: &[Scattered], firsts: &[u32]) -> Part {
    let all: usize = chunks.iter().map(|chunk| chunk.of(part).len()).sum();
    let mut table: HashTable<(u64, u32)> = HashTable::with_capacity(all / 2);
    let starts = starts(chunks.iter().map(|chunk| count(chunk.of(part).len())));
    let mut out = Part { firsts: Vec::with_capacity(all / 2), which: Vec::with_capacity(all), starts };
    for (chunk, first) in chunks.iter().zip(firsts) {
        for (hash, record) in chunk.of(part) {
            let known = table.entry(*hash, |(own, _)| own == hash, |(own, _)| *own);
            let which = known.or_insert_with(|| {
                out.firsts.push(first.saturating_add(*record));
                (*hash, count(out.firsts.len() - 1))
            });
            out.which.push(which.get().1);
        }
    }
    out
}

/// The order in which records came first.
struct Order {
    /// A bit for each record that is the first of its Call-ID.
    bits: Vec<u64>,
    /// How many stand ahead of each 64 of them.
    before: Vec<u32>,
}

impl Order {
    fn of<'f>(records: usize, firsts: impl Iterator<Item = &'f u32>) -> Order {
        let mut bits = vec![0u64; records.div_ceil(64)];
        for first in firsts {
            if let Some(word) = bits.get_mut(*first as usize / 64) {
                *word |= 1 << (first % 64);
            }
        }
        let before = starts(bits.iter().map(|word| word.count_ones()));
        Order { bits, before }
    }

    fn is_first(&self, record: u32) -> bool {
        self.bits.get(record as usize / 64).is_some_and(|word| word >> (record % 64) & 1 == 1)
    }

    /// How many came before.
    fn number(&self, record: u32) -> usize {
        let at = record as usize / 64;
        let below = self.bits.get(at).map_or(0, |word| word & ((1 << (record % 64)) - 1));
        self.before.get(at).map_or(0, |n| *n as usize) + below.count_ones() as usize
    }
}

/// The sum of all before each.
fn starts(counts: impl Iterator<Item = u32>) -> Vec<u32> {
    let add = |sum: &mut u32, n| Some(std::mem::replace(sum, sum.saturating_add(n)));
    counts.scan(0, add).collect()
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
