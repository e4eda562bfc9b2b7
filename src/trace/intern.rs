//! Strings to numbers, over spans: nothing is copied.

use std::hash::BuildHasher;

use hashbrown::HashTable;

use super::Symbol;
use super::hasher::Seeded;
use crate::span::Span;

/// Numbers depend on first use only. The hash is seeded at random, so that a hostile log cannot aim at
/// collisions; 64 bits of it stand for the string.
#[derive(Debug)]
pub(super) struct Interner {
    table: HashTable<u32>,
    entries: Vec<(u64, Span)>,
}

impl Interner {
    pub(super) fn with_capacity(strings: usize) -> Interner {
        Interner { table: HashTable::with_capacity(strings), entries: Vec::with_capacity(strings) }
    }

    pub(super) fn intern(&mut self, hasher: &Seeded, text: &[u8], span: Span) -> Symbol {
        self.add(hasher.hash_one(text), span)
    }

    /// Whether a string has a number.
    pub(super) fn has(&self, hasher: &Seeded, text: &[u8]) -> bool {
        let hash = hasher.hash_one(text);
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let same = |i: &u32| self.entries.get(*i as usize).is_some_and(|(h, s)| *h == hash && s.len == len);
        self.table.find(hash, same).is_some()
    }

    fn add(&mut self, hash: u64, span: Span) -> Symbol {
        let Interner { table, entries } = self;
        let known = |i: &u32| entries.get(*i as usize).is_some_and(|(h, s)| *h == hash && s.len == span.len);
        if let Some(i) = table.find(hash, known) {
            return Symbol(*i);
        }
        let number = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        table.insert_unique(hash, number, |i| entries.get(*i as usize).map_or(0, |(h, _)| *h));
        entries.push((hash, span));
        Symbol(number)
    }

    /// Takes over the strings of a worker; gives the number here of each number there.
    pub(super) fn merge(&mut self, other: &Interner) -> Vec<Symbol> {
        other.entries.iter().map(|(hash, span)| self.add(*hash, *span)).collect()
    }

    pub(super) fn spans(self) -> Vec<Span> {
        self.entries.into_iter().map(|(_, span)| span).collect()
    }
}
