//! One name, one pseudonym: of the same length and shape, and only to be found again with the key.

use std::fmt;

use hashbrown::{HashMap, HashSet};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What the pseudonyms hang on. The same key gives the same pseudonyms; who has it can try out names.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// From any bytes that nobody can guess.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Key {
        Key(bytes.into())
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

/// Pseudonyms given so far; no two names share one.
#[derive(Debug)]
pub(super) struct Pseudonyms {
    key: Key,
    given: HashMap<(Shape, Vec<u8>), Vec<u8>>,
    taken: HashSet<Vec<u8>>,
    made: HashSet<Vec<u8>>,
}

/// After so many tries a short name shares its pseudonym: there are only so many of that length.
const TRIES: u32 = 10_000;

impl Pseudonyms {
    /// `reserved` are never given: the original names, in lower case.
    pub(super) fn new(key: Key, reserved: HashSet<Vec<u8>>) -> Pseudonyms {
        Pseudonyms { key, given: HashMap::new(), taken: reserved, made: HashSet::new() }
    }

    /// The pseudonym with the upper and lower case of the name.
    pub(super) fn of(&mut self, name: &[u8], shape: Shape) -> Vec<u8> {
        let lower = name.to_ascii_lowercase();
        let entry = (shape, lower);
        let plain = if let Some(known) = self.given.get(&entry) {
            known.clone()
        } else {
            let made = (0..TRIES).map(|n| self.candidate(&entry.1, shape, n)).find(|c| self.is_free(c, &entry.1));
            let made = made.unwrap_or_else(|| self.candidate(&entry.1, shape, 0));
            self.taken.insert(made.clone());
            self.made.insert(made.clone());
            self.given.insert(entry, made.clone());
            made
        };
        let cased = name.iter().zip(&plain).map(
            |(old, new)| {
                if old.is_ascii_uppercase() { new.to_ascii_uppercase() } else { *new }
            },
        );
        cased.collect()
    }

    fn is_free(&self, candidate: &[u8], name: &[u8]) -> bool {
        // There are too few short names and numbers to spare those of the originals.
        let scarce = candidate.len() < 3 || candidate.len() < 7 && candidate.iter().all(u8::is_ascii_digit);
        if self.made.contains(candidate) || !scarce && self.taken.contains(candidate) {
            return false;
        }
        // A role that the name does not tell: of a server, or of the loopback.
        let says =
            |role: &[u8]| memchr::memmem::find(candidate, role).is_some() && memchr::memmem::find(name, role).is_none();
        ![&b"edge"[..], b"dir", b"med"].iter().any(|role| says(role)) && !candidate.starts_with(b"127.")
    }

    /// Takes note of a word that was put together of a kept part and pseudonyms.
    pub(super) fn note(&mut self, word: Vec<u8>) {
        self.made.insert(word);
    }

    /// Whether a word, in lower case, is a pseudonym that was given.
    pub(super) fn is_pseudonym(&self, word: &[u8]) -> bool {
        self.made.contains(word)
    }

    /// Whether a word, in lower case, was given a pseudonym of a shape, and is none itself.
    pub(super) fn is_original(&self, word: &[u8], shape: Shape) -> bool {
        !self.is_pseudonym(word) && self.given.contains_key(&(shape, word.to_vec()))
    }

    /// How many pseudonyms were given.
    pub(super) fn len(&self) -> usize {
        self.given.len()
    }

    fn candidate(&self, name: &[u8], shape: Shape, attempt: u32) -> Vec<u8> {
        let mut stream = Stream { key: &self.key, name, attempt, block: 0, bytes: Vec::new() };
        if shape == Shape::Ipv4 {
            let part = |digits: &[u8], stream: &mut Stream<'_>| match digits.len() {
                1 => stream.below(10).to_string(),
                2 => (10 + stream.below(90)).to_string(),
                _ => (100 + stream.below(156)).to_string(),
            };
            let parts: Vec<String> = name.split(|b| *b == b'.').map(|d| part(d, &mut stream)).collect();
            return parts.join(".").into_bytes();
        }
        let letters = if shape == Shape::Hex { 6 } else { 26 };
        name.iter()
            .map(|b| match b {
                b'0'..=b'9' => b'0' + stream.below(10),
                b'-' | b':' | b'.' => *b,
                _ => b'a' + stream.below(letters),
            })
            .collect()
    }
}

/// Bytes that follow from key and name (HMAC-SHA-256 in counter mode).
struct Stream<'k> {
    key: &'k Key,
    name: &'k [u8],
    attempt: u32,
    block: u32,
    bytes: Vec<u8>,
}

impl Stream<'_> {
    /// A number below `limit`; that some are a little more likely tells nobody anything.
    fn below(&mut self, limit: u8) -> u8 {
        let mut two = [0; 2];
        for byte in &mut two {
            if self.bytes.is_empty() {
                self.refill();
            }
            *byte = self.bytes.pop().unwrap_or(0);
        }
        u8::try_from(u16::from_be_bytes(two) % u16::from(limit.max(1))).unwrap_or(0)
    }

    fn refill(&mut self) {
        // HMAC takes keys of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.key.0) else { return };
        mac.update(&self.attempt.to_be_bytes());
        mac.update(&self.block.to_be_bytes());
        mac.update(self.name);
        self.bytes = mac.finalize().into_bytes().to_vec();
        self.block += 1;
    }
}
