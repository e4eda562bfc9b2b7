//! What is known of each byte of a logical line before its words are replaced.

use std::ops::Range;

/// How sure it is that a byte is part of a name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Mark {
    /// Nothing says so: words that are not the log's own are replaced.
    #[default]
    Words,
    /// A host: replaced whatever word it is, but for what its label tells of a server's role.
    Host,
    /// A label of a host that is not the server's own: no role stands in it, but in one with a number.
    Domain,
    /// A name: replaced whatever word it is.
    Name,
    /// Replaced already, or kept on purpose.
    Done,
}

/// The marks of a line.
#[derive(Debug, Default)]
pub(super) struct Marks(Vec<Mark>);

impl Marks {
    pub(super) fn clear(&mut self, len: usize) {
        self.0.clear();
        self.0.resize(len, Mark::Words);
    }

    /// Marks a range; what is done stays so.
    pub(super) fn set(&mut self, range: Range<usize>, mark: Mark) {
        for place in self.0.get_mut(range).unwrap_or_default() {
            // Without a branch, so that many are set at a time.
            *place = if *place == Mark::Done { Mark::Done } else { mark };
        }
    }

    /// Marks a range whatever it was.
    pub(super) fn reset(&mut self, range: Range<usize>, mark: Mark) {
        self.0.get_mut(range).unwrap_or_default().fill(mark);
    }

    /// The mark of a word: that of its first byte.
    pub(super) fn of(&self, word: &Range<usize>) -> Mark {
        self.0.get(word.start).copied().unwrap_or_default()
    }

    /// The first part of a word that is not done; empty where all is.
    pub(super) fn open(&self, word: Range<usize>) -> Range<usize> {
        let marks = self.0.get(word.clone()).unwrap_or_default();
        let done = marks.iter().take_while(|m| **m == Mark::Done).count();
        let open = marks[done..].iter().take_while(|m| **m != Mark::Done).count();
        word.start + done..word.start + done + open
    }

    pub(super) fn is_done(&self, at: usize) -> bool {
        self.0.get(at) == Some(&Mark::Done)
    }
}

/// A search for a fixed text that is made ready once.
macro_rules! finder {
    ($needle:expr) => {{
        static FINDER: std::sync::LazyLock<memchr::memmem::Finder<'static>> =
            std::sync::LazyLock::new(|| memchr::memmem::Finder::new($needle));
        &*FINDER
    }};
}
pub(super) use finder;

/// Some words in lower case. That a word is none of them shows, for nearly all, in its length and first letter.
#[derive(Debug)]
pub(super) struct List<const N: usize> {
    words: [&'static str; N],
    /// By the first letter, a bit for each length.
    lengths: [u64; 256],
}

impl<const N: usize> List<N> {
    pub(super) const fn new(words: [&'static str; N]) -> List<N> {
        let mut lengths = [0; 256];
        let mut at = 0;
        while at < N {
            let word = words[at].as_bytes();
            assert!(!word.is_empty() && word.len() < 64, "a word has some letters");
            lengths[word[0] as usize] |= 1 << word.len();
            lengths[word[0].to_ascii_uppercase() as usize] |= 1 << word.len();
            at += 1;
        }
        List { words, lengths }
    }

    /// Whether a word, in any case, is one of them.
    #[inline]
    pub(super) fn has(&self, word: &[u8]) -> bool {
        let Some(first) = word.first() else { return false };
        let fits = word.len() < 64 && self.lengths[usize::from(*first)] >> word.len() & 1 == 1;
        fits && self.words.iter().any(|w| w.len() == word.len() && w.as_bytes().eq_ignore_ascii_case(word))
    }
}

/// The rest of a text from a place on; empty behind its end.
pub(super) fn rest(text: &[u8], at: usize) -> &[u8] {
    text.get(at..).unwrap_or_default()
}

/// Bytes of a value, an address or a path that are looked at: a megabyte of `a=` must not be read once for each.
const LONGEST: usize = 256;

/// How many bytes from a place on, of those that are looked at, are of a kind.
pub(super) fn short_run(text: &[u8], at: usize, mut of: impl FnMut(u8) -> bool) -> usize {
    rest(text, at).iter().take(LONGEST).take_while(|b| of(**b)).count()
}

/// How many bytes from a place on are of a kind.
pub(super) fn run(text: &[u8], at: usize, of: impl Fn(u8) -> bool) -> usize {
    rest(text, at).iter().take_while(|b| of(**b)).count()
}

/// How many bytes in front of a place are of a kind.
pub(super) fn run_back(text: &[u8], at: usize, of: impl Fn(u8) -> bool) -> usize {
    text.get(..at).unwrap_or_default().iter().rev().take_while(|b| of(**b)).count()
}

/// The byte in front of a place.
pub(super) fn before(text: &[u8], at: usize) -> u8 {
    at.checked_sub(1).and_then(|b| text.get(b)).copied().unwrap_or(b' ')
}
