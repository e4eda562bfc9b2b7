//! A text in words, and which words some texts hold: in one pass, in memory that does not grow with the words.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use foldhash::fast::RandomState;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use crate::text::line_end;

/// Bytes of a word; what is not ASCII is a letter of some language, but see [`punctuation`].
pub(super) fn is_letter(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// How many bytes of typographic punctuation stand at a place: quotes and dashes that a copy put in place of plain ones.
fn punctuation(text: &[u8], at: usize) -> usize {
    match text.get(at..).unwrap_or_default() {
        [0xe2, 0x80, 0x90..=0x9f | 0xa6 | 0xb2 | 0xb3, ..] => 3,
        [0xc2, 0xa0 | 0xab | 0xbb, ..] => 2,
        // Windows-1252: no UTF-8 character starts with these.
        [0x91..=0x97, ..] if at.checked_sub(1).and_then(|b| text.get(b)).is_none_or(|b| *b < 0x80) => 1,
        _ => 0,
    }
}

/// Whether a letter stands at a place: a typographic quote is none.
pub(super) fn letter_at(text: &[u8], at: usize) -> bool {
    text.get(at).is_some_and(|b| is_letter(*b)) && punctuation(text, at) == 0
}

/// Whether a letter stands in front of a place.
pub(super) fn letter_before(text: &[u8], at: usize) -> bool {
    let mark = |len: usize| at.checked_sub(len).is_some_and(|front| punctuation(text, front) == len);
    at.checked_sub(1).and_then(|b| text.get(b)).is_some_and(|b| is_letter(*b)) && ![1, 2, 3].into_iter().any(mark)
}

/// What a byte may be part of.
#[derive(Clone, Copy)]
enum Kind {
    Sign,
    /// A letter or a digit of ASCII.
    Letter,
    /// A letter, or typographic punctuation.
    Wide,
}

static KINDS: [Kind; 256] = {
    let mut out = [Kind::Sign; 256];
    let mut at = 0u8;
    loop {
        if at.is_ascii_alphanumeric() {
            out[at as usize] = Kind::Letter;
        } else if at >= 0x80 {
            out[at as usize] = Kind::Wide;
        }
        if at == u8::MAX {
            break out;
        }
        at += 1;
    }
};

/// Goes over the words of a text.
#[derive(Debug)]
pub(super) struct Words<'t> {
    text: &'t [u8],
    at: usize,
}

/// The words of a text: runs of letters and digits.
pub(super) fn words(text: &[u8]) -> Words<'_> {
    Words { text, at: 0 }
}

impl Iterator for Words<'_> {
    type Item = std::ops::Range<usize>;

    #[inline]
    fn next(&mut self) -> Option<std::ops::Range<usize>> {
        let text = self.text;
        let mut at = self.at;
        loop {
            match KINDS[usize::from(*text.get(at)?)] {
                Kind::Letter => break,
                Kind::Sign => at += 1,
                Kind::Wide => match punctuation(text, at) {
                    0 => break,
                    n => at += n,
                },
            }
        }
        let start = at;
        while let Some(b) = text.get(at) {
            match KINDS[usize::from(*b)] {
                Kind::Letter => at += 1,
                Kind::Wide if punctuation(text, at) == 0 => at += 1,
                _ => break,
            }
        }
        self.at = at;
        Some(start..at)
    }
}

/// The words of what somebody gave, in lower case.
pub(super) fn given(texts: &[String]) -> HashSet<Vec<u8>> {
    let split = |text: &String| {
        let text = text.to_lowercase().into_bytes();
        words(&text).map(|w| text[w].to_vec()).collect::<Vec<_>>()
    };
    texts.iter().flat_map(split).collect()
}

/// The word that reaches the end of a text.
pub(super) fn last_word(text: &[u8]) -> Option<std::ops::Range<usize>> {
    let start = text.iter().rposition(|b| *b < 0x80 && !b.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let last = words(&text[start..]).last()?;
    (start + last.end == text.len()).then_some(start + last.start..text.len())
}

/// Four numbers of up to three digits with dots between them: an address, or a version that looks like one.
pub(super) fn dotted(text: &[u8]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let dot = at + memchr::memchr(b'.', text.get(at..)?)?;
            let part = |b: &&u8| b.is_ascii_digit() || **b == b'.';
            let start = dot - text[at..dot].iter().rev().take_while(part).count();
            let len = text[start..].iter().take_while(part).count();
            at = (start + len).max(dot + 1);
            let number = &text[start..start + len];
            let number = number.strip_suffix(b".").unwrap_or(number);
            let mut count = 0;
            if number.split(|b| *b == b'.').all(|n| {
                count += 1;
                (1..4).contains(&n.len())
            }) && count == 4
            {
                return Some(start..start + number.len());
            }
        }
    })
}

/// A number for a word, the same whatever its case.
#[inline]
pub(super) fn hash(word: &[u8]) -> u64 {
    const SEED: u64 = 0x9e37_79b9_7f4a_7c15;
    let len = word.len();
    let mut h = SEED ^ len as u64;
    if len >= 8 {
        let (chunks, rest) = word.as_chunks::<8>();
        for chunk in chunks {
            h = mixed(h ^ lower(u64::from_le_bytes(*chunk)));
        }
        // The last eight bytes, some of which were read already.
        if let Some(last) = word.last_chunk::<8>().filter(|_| !rest.is_empty()) {
            h = mixed(h ^ lower(u64::from_le_bytes(*last)));
        }
    } else if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        let both = u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last));
        h = mixed(h ^ lower(both));
    } else {
        h = mixed(h ^ lower(word.iter().fold(0, |n, b| n << 8 | u64::from(*b))));
    }
    mixed(h ^ SEED.rotate_left(32))
}

#[inline]
fn mixed(n: u64) -> u64 {
    let product = u128::from(n) * 0xa076_1d64_78bd_642f_u128;
    // Both halves of the product, one over the other.
    #[expect(clippy::cast_possible_truncation, reason = "the half is what is wanted")]
    let low = product as u64;
    low ^ (product >> 64) as u64
}

/// Eight bytes with their capitals written small.
#[inline]
fn lower(bytes: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    let low = bytes & (0x7f * ONES);
    let from_a = low + (0x80 - u64::from(b'A')) * ONES;
    let behind_z = low + (0x7f - u64::from(b'Z')) * ONES;
    let capital = (from_a ^ behind_z) & !bytes & (0x80 * ONES);
    bytes | capital >> 2
}

/// Words of no more bytes than this are known one by one: there are so few that a pseudonym may be the name of another.
const SHORT: usize = 4;
/// The same of numbers.
const SHORT_NUMBER: usize = 6;

/// Whether a word is one of which there are few.
pub(super) fn is_short(word: &[u8]) -> bool {
    word.len() <= SHORT || word.len() <= SHORT_NUMBER && word.iter().all(u8::is_ascii_digit)
}

/// A short word in lower case as a number.
pub(super) fn packed(word: &[u8]) -> u64 {
    word.iter().fold(1, |n, b| n << 8 | u64::from(b.to_ascii_lowercase()))
}

/// A short word of its number.
pub(super) fn unpacked(mut n: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while n > 1 {
        out.push(u8::try_from(n & 0xff).unwrap_or(0));
        n >>= 8;
    }
    out.reverse();
    out
}

/// Lines that were met just now.
#[derive(Debug)]
pub(super) struct Recent {
    slots: Vec<u64>,
    hasher: RandomState,
}

impl Default for Recent {
    fn default() -> Recent {
        Recent { slots: vec![0; RECENT], hasher: RandomState::default() }
    }
}

impl Recent {
    /// Whether a line was met a moment ago; it is, from now on.
    pub(super) fn again(&mut self, line: &[u8]) -> bool {
        let (slot, h) = self.slot(line);
        std::mem::replace(slot, h) == h
    }

    /// Whether a line was met a moment ago.
    pub(super) fn has(&mut self, line: &[u8]) -> bool {
        let (slot, h) = self.slot(line);
        *slot == h
    }

    fn slot(&mut self, line: &[u8]) -> (&mut u64, u64) {
        let h = self.hasher.hash_one(line) | 1;
        (&mut self.slots[usize::try_from(h >> 1).unwrap_or(0) % RECENT], h)
    }
}

/// The words of some texts. It may take a word for one of them that is none, never the other way: at most once in four
/// thousand where 256 bytes bring one word that was not met before, once in ninety where they bring four.
#[derive(Debug)]
pub struct Seen {
    bits: Vec<AtomicU64>,
    /// The short ones, packed and sorted.
    pub(super) short: Vec<u64>,
    /// Patterns of short words of which most texts are in use.
    pub(super) crowded: HashSet<u64>,
}

/// Which places of a short word are digits, as a number.
pub(super) fn pattern(word: &[u8]) -> u64 {
    word.iter().fold(1, |n, b| n << 1 | u64::from(b.is_ascii_digit()))
}

/// Bytes of text that a thread takes at a time.
const PIECE: usize = 1 << 20;
/// Words and lines that a thread remembers to have met just now.
const RECENT: usize = 1 << 14;

impl Seen {
    /// Reads the texts once, on all cores.
    pub fn of<'t>(texts: impl IntoIterator<Item = &'t [u8]>) -> Seen {
        let pieces: Vec<&[u8]> = texts.into_iter().flat_map(split).collect();
        let len: usize = pieces.iter().map(|p| p.len()).sum();
        let slots = (len / 256).next_power_of_two().max(1 << 10);
        let bits: Vec<AtomicU64> = (0..slots).map(|_| AtomicU64::new(0)).collect();
        let mut seen = Seen { bits, short: Vec::new(), crowded: HashSet::new() };
        let short = pieces
            .par_iter()
            .fold(
                || ((vec![0u64; RECENT], Recent::default()), HashSet::new()),
                |(mut recent, mut short), piece| {
                    let (words_met, lines_met) = &mut recent;
                    let mut at = 0;
                    while at < piece.len() {
                        let (end, next) = line_end(piece, at);
                        let line = &piece[at..end];
                        at = next;
                        if lines_met.again(line) {
                            continue;
                        }
                        for address in dotted(line) {
                            seen.note(hash(&line[address]));
                        }
                        for word in words(line) {
                            let word = &line[word];
                            let h = hash(word);
                            let slot = &mut words_met[usize::try_from(h >> 20).unwrap_or(0) % RECENT];
                            if *slot == h {
                                continue;
                            }
                            *slot = h;
                            seen.note(h);
                            if is_short(word) {
                                short.insert(packed(word));
                            }
                        }
                    }
                    (recent, short)
                },
            )
            .map(|(_, short)| short)
            .reduce(HashSet::new, |a, b| {
                let (mut big, small) = if a.len() > b.len() { (a, b) } else { (b, a) };
                big.extend(small);
                big
            });
        let mut short: Vec<u64> = short.into_iter().collect();
        short.sort_unstable();
        let mut counts: HashMap<u64, (u64, u64)> = HashMap::new();
        for word in short.iter().map(|n| unpacked(*n)) {
            let room = || word.iter().map(|b| if b.is_ascii_digit() { 10 } else { 26 }).product();
            counts.entry(pattern(&word)).or_insert_with(|| (0, room())).0 += 1;
        }
        seen.crowded = counts.into_iter().filter(|(_, (count, room))| count * 4 > *room).map(|(p, _)| p).collect();
        seen.short = short;
        seen
    }

    /// Whether most of the texts of a short word's pattern are in use, as those of three letters in a large log: any of
    /// them stands in it, by chance.
    pub(super) fn is_crowded(&self, word: &[u8]) -> bool {
        is_short(word) && self.crowded.contains(&pattern(word))
    }

    fn place(&self, h: u64) -> (usize, u64) {
        let bits = 1 << (h & 63) | 1 << (h >> 6 & 63) | 1 << (h >> 12 & 63) | 1 << (h >> 18 & 63);
        (usize::try_from(h >> 24).unwrap_or(0) & (self.bits.len() - 1), bits)
    }

    fn note(&self, h: u64) {
        let (at, bits) = self.place(h);
        if let Some(slot) = self.bits.get(at)
            && slot.load(Ordering::Relaxed) & bits != bits
        {
            slot.fetch_or(bits, Ordering::Relaxed);
        }
    }

    /// Whether a word, whatever its case, stands in the texts: of short ones this is sure.
    pub(super) fn holds(&self, word: &[u8]) -> bool {
        self.has(hash(word)) && (!is_short(word) || self.short.binary_search(&packed(word)).is_ok())
    }

    /// Whether a word of this number stands in the texts.
    pub(super) fn has(&self, h: u64) -> bool {
        let (at, bits) = self.place(h);
        self.bits.get(at).is_some_and(|slot| slot.load(Ordering::Relaxed) & bits == bits)
    }
}

/// A text in pieces that end with a line, as far as its lines are of any use.
pub(super) fn split(text: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    let mut rest = text;
    while rest.len() > PIECE {
        let end = memchr::memchr(b'\n', &rest[PIECE..]).map_or(rest.len(), |at| PIECE + at + 1);
        let (piece, behind) = rest.split_at(end);
        out.push(piece);
        rest = behind;
    }
    out.push(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number hangs on each byte of a word and on nothing else, but for its case.
    #[test]
    fn each_byte_of_a_word_makes_another_number() {
        let word: Vec<u8> = (0..40).map(|n| b"aZ09@[`{m\x80\xe9\xffz"[n % 13] ^ u8::from(n > 25)).collect();
        let mut all = HashSet::new();
        for len in 0..word.len() {
            let word = &word[..len];
            assert!(all.insert(hash(word)));
            assert_eq!(hash(word), hash(&word.to_ascii_uppercase()));
            for at in 0..len {
                let mut other = word.to_vec();
                other[at] = if word[at] == b'q' { b'r' } else { b'q' };
                assert!(all.insert(hash(&other)), "{len} {at}");
            }
        }
    }
}
