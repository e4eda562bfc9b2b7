//! How long a server usually says nothing.
//!
//! A clock that is set ahead leaves no trace in the numbers: the next record is a minute later, or an hour. What tells
//! it apart is that the same log hardly ever is silent for so long. A time limit that only such a jump passes has not
//! been seen to pass.

use crate::trace::EventId;

/// The distances of records that follow each other by number, by their power of two.
#[derive(Clone, Debug)]
pub(super) struct Usual {
    counts: [u32; 64],
    total: usize,
    long: Vec<(EventId, i64)>,
}

/// No shorter distance is asked about, in milliseconds: no time limit is that short.
const LEAST_MS: i64 = 30_000;
/// So many times the usual is unusual.
const TIMES: i64 = 8;
/// With fewer distances nobody knows what is usual.
const FEW: usize = 10;
/// One distance in so many may be longer than the usual.
const RARE: usize = 200;

impl Default for Usual {
    fn default() -> Self {
        Usual { counts: [0; 64], total: 0, long: Vec::new() }
    }
}

impl Usual {
    /// Takes in the milliseconds before a record.
    pub(super) fn add(&mut self, id: EventId, passed: i64) {
        let bits = usize::try_from(64 - passed.max(0).leading_zeros()).unwrap_or(0).min(63);
        if let Some(count) = self.counts.get_mut(bits) {
            *count += 1;
        }
        self.total += 1;
        if passed >= LEAST_MS {
            self.long.push((id, passed));
        }
    }

    /// All distances that a time limit may be shorter than.
    pub(super) fn long(&self) -> impl Iterator<Item = (EventId, i64)> + '_ {
        self.long.iter().copied()
    }

    /// The distances that are far longer than all others but a few.
    pub(super) fn unusual(&self) -> impl Iterator<Item = (EventId, i64)> + '_ {
        let rank = (self.total / RARE).max(1);
        let mut above = 0;
        let bits = (0..64).rev().find(|bits| {
            above += self.counts.get(*bits).map_or(0, |n| *n as usize);
            above > rank
        });
        let usual = bits.map_or(i64::MAX / TIMES, |bits| 1i64 << bits.min(40));
        let known = self.total > FEW;
        self.long().filter(move |(_, ms)| known && *ms > usual.saturating_mul(TIMES))
    }
}
