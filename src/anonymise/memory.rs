//! What a thread remembers: words and lines that come again become what they became before.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;

use super::marks::Mark;
use super::sections::State;

/// Words of which a thread remembers what became of them.
const WORDS: usize = 1 << 13;
/// Bytes of a word that is remembered.
const LONGEST_WORD: usize = 31;
/// The same of lines.
const LINES: usize = 1 << 12;
const LONGEST_LINE: usize = 512;

/// A word and what stands in its place, in one line of the cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Word {
    old: [u8; LONGEST_WORD],
    new: [u8; LONGEST_WORD],
    len: u8,
    /// Under which mark; 0 for nothing remembered.
    how: u8,
}

const FORGOTTEN: Word = Word { old: [0; LONGEST_WORD], new: [0; LONGEST_WORD], len: 0, how: 0 };

/// Words that were met lately.
#[derive(Debug)]
pub(super) struct Words(Vec<Word>);

impl Default for Words {
    fn default() -> Words {
        Words(vec![FORGOTTEN; WORDS])
    }
}

impl Words {
    /// What became of a word with this number, as it was marked.
    pub(super) fn get(&self, h: u64, word: &[u8], (mark, numbers): (Mark, bool)) -> Option<&[u8]> {
        let known = self.0.get(Self::slot(h))?;
        let same = known.how == how(mark, numbers) && usize::from(known.len) == word.len();
        let new = known.new.get(..word.len()).filter(|_| same)?;
        (known.old.get(..word.len())? == word).then_some(new)
    }

    /// Remembers what became of a word, unless it is too long.
    pub(super) fn put(&mut self, h: u64, word: &[u8], (mark, numbers): (Mark, bool), new: &[u8]) {
        let Some(place) = self.0.get_mut(Self::slot(h)) else { return };
        let len = word.len();
        if let (Some(old), Some(now)) = (place.old.get_mut(..len), place.new.get_mut(..len))
            && new.len() == len
        {
            old.copy_from_slice(word);
            now.copy_from_slice(new);
            (place.len, place.how) = (u8::try_from(len).unwrap_or(0), how(mark, numbers));
        }
    }

    fn slot(h: u64) -> usize {
        usize::try_from(h >> 7).unwrap_or(0) % WORDS
    }
}

fn how(mark: Mark, numbers: bool) -> u8 {
    mark as u8 | u8::from(numbers) << 4 | 0x80
}

#[derive(Clone, Debug, Default)]
struct Line {
    old: Vec<u8>,
    new: Vec<u8>,
    /// How things were ahead of it, and behind it.
    states: (State, State),
    replaced: u64,
}

/// Lines that were met lately.
#[derive(Debug)]
pub(super) struct Lines(Vec<Line>);

impl Default for Lines {
    fn default() -> Lines {
        Lines(vec![Line::default(); LINES])
    }
}

impl Lines {
    /// Puts in place what became of the same line before, and tells how many words were replaced in it.
    pub(super) fn recall(&self, line: &mut [u8], key: State) -> Option<(u64, State)> {
        let known = self.0.get(Self::slot(line))?;
        let same = known.states.0 == key && known.old == line && !line.is_empty();
        same.then(|| {
            line.copy_from_slice(&known.new);
            (known.replaced, known.states.1)
        })
    }

    /// Remembers what became of a line, unless it is too long.
    pub(super) fn remember(&mut self, old: &[u8], new: &[u8], states: (State, State), replaced: u64) {
        if old.len() > LONGEST_LINE {
            return;
        }
        if let Some(known) = self.0.get_mut(Self::slot(old)) {
            known.old.clear();
            known.old.extend_from_slice(old);
            known.new.clear();
            known.new.extend_from_slice(new);
            (known.states, known.replaced) = (states, replaced);
        }
    }

    fn slot(line: &[u8]) -> usize {
        let h = FixedState::default().hash_one(line);
        usize::try_from(h).unwrap_or(0) % LINES
    }
}
