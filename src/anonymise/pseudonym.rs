//! One name, one pseudonym: of the same length and shape, and only to be found again with the key.
//!
//! But for short words, of which there are few, no table is kept: memory does not grow with the number of names. A word is
//! a number in a mixed base (26 for a letter, 10 for a digit), and a Feistel network under the key permutes the numbers of
//! a shape: no two words of up to thirteen letters share a pseudonym. One that is itself a word of the originals is passed
//! over for the next permutation, where it may not be what a permutation before makes of another word of the originals;
//! words so short that this would leave none are given theirs from the table.

use std::fmt;
use std::ops::Range;

use hashbrown::{HashMap, HashSet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use siphasher::sip::SipHasher24;

use super::marks::finder;
use super::vocabulary::is_known;
use super::words::{Seen, is_short, packed, unpacked};

/// What the pseudonyms hang on. The same key gives the same pseudonyms; who has it can try out names.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// From any bytes that nobody can guess.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Key {
        Key(bytes.into())
    }

    /// The two halves of the key of a pseudo-random function.
    fn halves(&self) -> (u64, u64) {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else { return (0, 0) };
        mac.update(b"pseudonyms of words");
        let bytes = mac.finalize().into_bytes();
        let half = |at: usize| bytes.iter().skip(at).take(8).fold(0, |n, b| n << 8 | u64::from(*b));
        (half(0), half(8))
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

/// What the characters of a name may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Letters to letters, digits to digits.
    Word,
    /// Hexadecimal digits: `a` to `f`, `0` to `9`.
    Hex,
    /// Four numbers, each with as many digits as before and none above 255.
    Ipv4,
}

impl Shape {
    /// The shape that keeps a word readable as what it was.
    pub(super) fn of(word: &[u8]) -> Shape {
        let hex = word.iter().all(u8::is_ascii_hexdigit) && word.iter().any(u8::is_ascii_digit);
        if hex && word.len() >= 8 && !word.iter().all(u8::is_ascii_digit) { Shape::Hex } else { Shape::Word }
    }
}

/// Places in a line that are known by their shape.
pub(super) type Found = Vec<(Range<usize>, Shape)>;

/// After so many tries a word of the originals is taken: it is one of very many.
const TRIES: u64 = 24;
/// Longer words are enciphered letter by letter: nobody meets two that end up the same.
const LONGEST: usize = 13;
const ROUNDS: u64 = 10;

/// Gives pseudonyms.
#[derive(Debug)]
pub(super) struct Pseudonyms {
    prf: SipHasher24,
    short: HashMap<u64, u64>,
}

impl Pseudonyms {
    /// For texts with these words, none of which becomes a pseudonym where that can be helped.
    pub(super) fn new(key: &Key, seen: &Seen) -> Pseudonyms {
        let (a, b) = key.halves();
        let mut out = Pseudonyms { prf: SipHasher24::new_with_keys(a, b), short: HashMap::new() };
        out.short = out.table(seen);
        out
    }

    /// The pseudonym of a word, or of an address or a GUID, with its upper and lower case; not one that is `taken`, nor one
    /// that was passed over for what is `anothers`.
    pub(super) fn of(
        &self,
        name: &[u8],
        shape: Shape,
        taken: &dyn Fn(&[u8]) -> bool,
        anothers: &dyn Fn(&[u8]) -> bool,
    ) -> Vec<u8> {
        let lower = name.to_ascii_lowercase();
        let table = if shape == Shape::Word && is_short(&lower) { self.short.get(&packed(&lower)) } else { None };
        let made = || {
            let is_anothers = |c: &[u8], n| (0..n).any(|before| anothers(&self.made_of(c, shape, before, Way::Back)));
            let fits =
                |(n, c): &(u64, Vec<u8>)| *c != lower && suits(c, &lower, shape) && !taken(c) && !is_anothers(c, *n);
            let tried = (0..TRIES).map(|n| (n, self.candidate(&lower, shape, n))).find(fits).map(|(_, c)| c);
            tried.unwrap_or_else(|| self.candidate(&lower, shape, TRIES))
        };
        let plain = table.map_or_else(made, |known| unpacked(*known));
        let cased = name.iter().zip(&plain).map(
            |(old, new)| {
                if old.is_ascii_uppercase() { new.to_ascii_uppercase() } else { *new }
            },
        );
        cased.collect()
    }

    fn random(&self, tweak: u64, bytes: &[u8]) -> u64 {
        use std::hash::Hasher;
        let mut prf = self.prf;
        prf.write_u64(tweak);
        prf.write(bytes);
        prf.finish()
    }

    fn candidate(&self, name: &[u8], shape: Shape, attempt: u64) -> Vec<u8> {
        self.made_of(name, shape, attempt, Way::There)
    }

    /// What a permutation makes of a name, or of what name it makes this.
    fn made_of(&self, name: &[u8], shape: Shape, attempt: u64, way: Way) -> Vec<u8> {
        if shape == Shape::Ipv4 {
            let parts: Vec<&[u8]> = name.split(|b| *b == b'.').collect();
            let range = |digits: &&[u8]| match digits.len() {
                1 => (0, 10),
                2 => (10, 90),
                _ => (100, 156),
            };
            let symbols = parts.iter().map(|digits| {
                let value = digits.iter().fold(0, |n, b| n * 10 + u64::from(b.wrapping_sub(b'0')));
                let (from, count) = range(digits);
                (value.saturating_sub(from).min(count - 1), count)
            });
            let new = self.permute(&symbols.collect::<Vec<_>>(), attempt << 8 | 0x44, way);
            let parts = new.iter().zip(&parts).map(|(n, digits)| (n + range(digits).0).to_string());
            return parts.collect::<Vec<_>>().join(".").into_bytes();
        }
        let letters = if shape == Shape::Hex { 6 } else { 26 };
        let symbol = |b: u8| match b {
            b'0'..=b'9' => (u64::from(b - b'0'), 10),
            b'a'..=b'z' => (u64::from(b - b'a') % letters, letters),
            0x80.. => (u64::from(b) % letters, letters),
            _ => (0, 1),
        };
        let symbols: Vec<(u64, u64)> = name.iter().map(|b| symbol(*b)).collect();
        let tweak = attempt << 8 | if shape == Shape::Hex { 0x48 } else { 0x57 };
        // Letters of other alphabets share their symbols with others, so all of the word decides.
        let new = if name.len() > LONGEST || !name.is_ascii() {
            self.encipher(name, &symbols, tweak)
        } else {
            self.permute(&symbols, tweak, way)
        };
        let letter = |(n, old): (&u64, &u8)| {
            let n = u8::try_from(*n).unwrap_or(0);
            match old {
                b'0'..=b'9' => b'0' + n,
                b'a'..=b'z' | 0x80.. => b'a' + n,
                other => *other,
            }
        };
        new.iter().zip(name).map(letter).collect()
    }

    /// A permutation of all texts with as many values in each place, or its reverse.
    fn permute(&self, symbols: &[(u64, u64)], tweak: u64, way: Way) -> Vec<u64> {
        let (left, right) = symbols.split_at(symbols.len() / 2);
        let size = |half: &[(u64, u64)]| half.iter().fold(1, |n: u64, (_, count)| n.saturating_mul(*count));
        let value = |half: &[(u64, u64)]| half.iter().fold(0, |n: u64, (value, count)| n.wrapping_mul(*count) + value);
        let (left_size, right_size) = (size(left), size(right));
        let (mut l, mut r) = (value(left), value(right));
        let shape = symbols.iter().fold(tweak, |n, (_, count)| n.wrapping_mul(31).wrapping_add(*count));
        if left_size == 1 {
            // One place that may change: a step further in a circle, and never none.
            let step = 1 + self.random(shape, &[]) % right_size.saturating_sub(1).max(1);
            r = way.step(r, step, right_size);
        } else {
            for n in 0..ROUNDS {
                let round = if way == Way::There { n } else { ROUNDS - 1 - n };
                let round_of = shape.wrapping_mul(ROUNDS) + round;
                if round % 2 == 0 {
                    l = way.step(l, self.random(round_of, &r.to_le_bytes()), left_size);
                } else {
                    r = way.step(r, self.random(round_of, &l.to_le_bytes()), right_size);
                }
            }
        }
        let mut out = vec![0; symbols.len()];
        let mid = left.len();
        for (half, value, from) in [(left, &mut l, 0), (right, &mut r, mid)] {
            for (i, (_, count)) in half.iter().enumerate().rev() {
                out[from + i] = *value % count;
                *value /= count;
            }
        }
        out
    }

    /// Each place moved on by a stream that hangs on the whole word.
    fn encipher(&self, name: &[u8], symbols: &[(u64, u64)], tweak: u64) -> Vec<u64> {
        let seed = self.random(tweak, name).to_le_bytes();
        let moved = symbols.iter().enumerate().scan(0, |bits, (i, (value, count))| {
            // Eight places of one number: that some letters are a little more likely tells nobody anything.
            *bits = if i % 8 == 0 { self.random(i as u64, &seed) } else { *bits >> 8 };
            Some((value + (*bits & 0xff) % count) % count)
        });
        moved.collect()
    }

    /// Pseudonyms of all short words of the originals: no two share one, and none is a word of the originals where
    /// there are others.
    fn table(&self, seen: &Seen) -> HashMap<u64, u64> {
        let mut out = HashMap::with_capacity(seen.short.len());
        let mut taken = HashSet::with_capacity(seen.short.len());
        for n in &seen.short {
            let word = unpacked(*n);
            // Most of the texts of this shape are in use: a permutation of all, of which hardly one stays.
            let crowded = seen.is_crowded(&word);
            let free = |c: &Vec<u8>| {
                let other = packed(c);
                let original = seen.short.binary_search(&other).is_ok() || is_known(c);
                *c != word && (crowded || suits(c, &word, Shape::Word) && !original && !taken.contains(&other))
            };
            let tries = if crowded { 2 } else { 200 };
            let found = (0..tries).map(|n| self.candidate(&word, Shape::Word, n)).find(free);
            let new = packed(&found.unwrap_or_else(|| self.candidate(&word, Shape::Word, tries)));
            taken.insert(new);
            out.insert(*n, new);
        }
        out
    }
}

/// The way of a permutation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    There,
    Back,
}

impl Way {
    /// So many steps on, or back, in a circle.
    fn step(self, from: u64, steps: u64, size: u64) -> u64 {
        let steps = steps % size.max(1);
        (from + if self == Way::There { steps } else { size - steps }) % size.max(1)
    }
}

/// Whether a pseudonym tells nothing that the name does not: the role of a server, a word of the log, the loopback.
fn suits(candidate: &[u8], name: &[u8], shape: Shape) -> bool {
    if shape == Shape::Ipv4 {
        return !candidate.starts_with(b"127.") && !candidate.starts_with(b"0.");
    }
    let roles = [finder!(b"edge"), finder!(b"dir"), finder!(b"med")];
    let says = |role: &memchr::memmem::Finder<'_>| role.find(candidate).is_some() && role.find(name).is_none();
    !roles.into_iter().any(says) && !is_known(candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of few shapes, so many that some get another than their first pseudonym.
    #[test]
    fn no_two_names_share_a_pseudonym() {
        let names: Vec<String> = (0..7_200)
            .map(|n| format!("{}{}", ["al", "bo", "cy", "di", "ed", "flo", "gus", "ida"][n / 900], 100 + n % 900))
            .collect();
        let addresses = (0..3_000).map(|n| format!("203.0.{}.{}", 100 + n / 100, 100 + n % 100));
        let all: Vec<(String, Shape)> =
            names.iter().map(|n| (n.clone(), Shape::Word)).chain(addresses.map(|a| (a, Shape::Ipv4))).collect();
        let known: HashSet<Vec<u8>> = all.iter().map(|(name, _)| name.clone().into_bytes()).collect();
        let text: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let seen = Seen::of([text.join("\n").as_bytes()]);
        let pseudonyms = Pseudonyms::new(&Key::new(*b"a key for this test"), &seen);
        let passed_over = std::cell::Cell::new(0);
        // As sure as the words of a large log: some are taken for one of it that are none.
        let taken = |c: &[u8]| {
            let is = known.contains(c) || super::super::words::hash(c).is_multiple_of(16);
            passed_over.set(passed_over.get() + u32::from(is));
            is
        };
        let out: HashSet<Vec<u8>> =
            all.iter().map(|(name, shape)| pseudonyms.of(name.as_bytes(), *shape, &taken, &taken)).collect();
        assert_eq!(out.len(), all.len());
        assert!(passed_over.get() > 400 && !out.iter().any(|c| known.contains(c)), "{passed_over:?}");
    }
}
