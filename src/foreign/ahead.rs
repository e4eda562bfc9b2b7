//! Which words stand ahead in a text: most lines hold none of those that only some layouts write, and are not looked through
//! for each of them.

use std::cell::Cell;

use memchr::memmem::Finder;

use super::layout::{DASHES, ESCAPE, MODULE, Words};
use super::server::BEGIN;

/// So far it is looked ahead at a time: whoever goes back has lost no more.
const WINDOW: usize = 16 << 10;

/// Looks ahead in one text, from place to place.
pub(super) struct Ahead<'t> {
    text: &'t [u8],
    opener: Word,
    dashes: Word,
    module: Word,
    escape: Word,
}

impl<'t> Ahead<'t> {
    pub(super) fn of(text: &'t [u8]) -> Ahead<'t> {
        let [opener, dashes, module, escape] = [BEGIN, DASHES, MODULE, ESCAPE].map(Word::new);
        Ahead { text, opener, dashes, module, escape }
    }

    /// What a layout may write in these bytes.
    pub(super) fn words(&self, from: usize, to: usize) -> Words {
        let [dashes, module, escape] =
            [&self.dashes, &self.module, &self.escape].map(|word| word.may_begin(self.text, from, to));
        Words { dashes, module, escape }
    }

    /// Whether a record may open in these bytes.
    pub(super) fn opens(&self, from: usize, to: usize) -> bool {
        self.opener.may_begin(self.text, from, to)
    }
}

struct Word {
    finder: Finder<'static>,
    /// From the first of these places up to the second it begins nowhere.
    known: Cell<(usize, usize)>,
}

impl Word {
    fn new(word: &'static [u8]) -> Word {
        Word { finder: Finder::new(word), known: Cell::new((0, 0)) }
    }

    /// Whether it begins in these bytes.
    fn may_begin(&self, text: &[u8], from: usize, to: usize) -> bool {
        let (mut start, mut end) = self.known.get();
        if from < start || end < from {
            (start, end) = (from, from);
        }
        while end < to {
            let stop = end.saturating_add(WINDOW);
            let over = stop.saturating_add(self.finder.needle().len() - 1).min(text.len());
            if let Some(at) = text.get(end..over).and_then(|window| self.finder.find(window)) {
                end += at;
                break;
            }
            end = stop;
        }
        self.known.set((start, end));
        end < to
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        /// Whatever was asked before, a word is seen where it begins, and nowhere else.
        #[test]
        fn words_are_seen_from_wherever_one_asks(
            gaps in prop::collection::vec(0usize..40_000, 0..5),
            asked in prop::collection::vec((0usize..100_000, 0usize..2_000), 1..20),
        ) {
            let text = gaps.iter().flat_map(|gap| [vec![b'-'; *gap], b"#01".to_vec()].concat()).collect::<Vec<_>>();
            let word = Word::new(b"#01");
            for (from, length) in asked {
                let begins = (from..from + length).any(|at| text.get(at..).is_some_and(|rest| rest.starts_with(b"#01")));
                prop_assert_eq!(word.may_begin(&text, from, from + length), begins);
            }
        }
    }
}
