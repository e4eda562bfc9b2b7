//! One name, one pseudonym: of the same length and shape, and only to be found again with the key.
//!
//! But for short words, of which there are few, no table is kept: memory does not grow with the number of names. A word is
//! a number in a mixed base (26 for a letter, 10 for a digit), and a Feistel network under the key permutes the numbers of
//! a shape: no two words of up to thirteen letters share a pseudonym. One that is itself a word of the originals is passed
//! over for the next permutation, where it may not be what a permutation before makes of another word of the originals.
//! Short words are given theirs from the table; where most of the words of a shape are in use, all of them are moved
//! through one circle, in which none stays where it is.

use hashbrown::{HashMap, HashSet};
use siphasher::sip::SipHasher24;

use super::characters::{Shape, letter, symbol};
use super::key::Key;
use super::vocabulary::is_known;
use super::words::{Seen, is_short, packed, pattern, unpacked};

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
    /// What the short words became.
    given: HashSet<u64>,
    /// Patterns of short words of which most texts are in use.
    crowded: HashSet<u64>,
}

impl Pseudonyms {
    /// For texts with these words, none of which becomes a pseudonym where that can be helped.
    pub(super) fn new(key: &Key, seen: &Seen) -> Pseudonyms {
        let (a, b) = key.halves();
        let prf = SipHasher24::new_with_keys(a, b);
        let mut out = Pseudonyms { prf, short: HashMap::new(), given: HashSet::new(), crowded: seen.crowded.clone() };
        (out.short, out.given) = out.table(seen);
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
        let mut new = name.to_ascii_lowercase();
        let short = shape == Shape::Word && is_short(&new);
        if let Some(known) = short.then(|| self.short.get(&packed(&new))).flatten() {
            new = unpacked(*known);
        } else if short && self.is_crowded(&new) {
            new = self.circle(&new, Way::There);
        } else {
            self.make(&mut new, shape, short, taken, anothers);
        }
        for (new, old) in new.iter_mut().zip(name) {
            if old.is_ascii_uppercase() {
                new.make_ascii_uppercase();
            }
        }
        new
    }

    /// What the first permutation that fits makes of a text in lower case.
    fn make(
        &self,
        text: &mut [u8],
        shape: Shape,
        short: bool,
        taken: &dyn Fn(&[u8]) -> bool,
        anothers: &dyn Fn(&[u8]) -> bool,
    ) {
        let lower = text.to_vec();
        let is_anothers = |c: &[u8], n| {
            (0..n).any(|before| {
                let mut other = c.to_vec();
                self.permuted(&mut other, shape, before, Way::Back);
                anothers(&other)
            })
        };
        for n in 0..TRIES {
            self.permuted(text, shape, n, Way::There);
            let free = !short || !self.given.contains(&packed(text));
            if free && *text != *lower && suits(text, &lower, shape) && !taken(text) && !is_anothers(text, n) {
                return;
            }
            text.copy_from_slice(&lower);
        }
        self.permuted(text, shape, TRIES, Way::There);
    }

    fn random(&self, tweak: u64, bytes: &[u8]) -> u64 {
        use std::hash::Hasher;
        let mut prf = self.prf;
        prf.write_u64(tweak);
        prf.write(bytes);
        prf.finish()
    }

    /// Puts in place of a text in lower case what a permutation makes of it, or of what text it makes this.
    fn permuted(&self, text: &mut [u8], shape: Shape, attempt: u64, way: Way) {
        let tweak = attempt << 8 | u64::from(shape as u8);
        if shape == Shape::Ipv4 {
            return self.permute_octets(text, tweak, way);
        }
        // Letters of other alphabets share their symbols with others, so all of the word decides.
        if text.len() > LONGEST || !text.is_ascii() {
            return self.encipher(text, shape, tweak);
        }
        let mut symbols = [(0, 1); LONGEST];
        let symbols = &mut symbols[..text.len()];
        for (place, byte) in symbols.iter_mut().zip(text.iter()) {
            *place = symbol(*byte, shape);
        }
        self.permute(symbols, tweak, way);
        for (byte, (value, _)) in text.iter_mut().zip(symbols) {
            *byte = letter(*value, *byte);
        }
    }

    /// Numbers of an address that have zeros in front keep them, and have a range of their own.
    fn permute_octets(&self, text: &mut [u8], tweak: u64, way: Way) {
        let range = |digits: &[u8]| match (digits.len(), digits.first()) {
            (1, _) | (2, Some(b'0')) => (0, 10),
            (2, _) => (10, 90),
            (_, Some(b'0')) => (0, 100),
            _ => (100, 156),
        };
        let mut symbols: Vec<(u64, u64)> = Vec::with_capacity(4);
        for digits in text.split(|b| *b == b'.') {
            let value = digits.iter().fold(0, |n: u64, b| n.wrapping_mul(10) + u64::from(b.wrapping_sub(b'0')));
            let (from, count) = range(digits);
            symbols.push((value.saturating_sub(from).min(count - 1), count));
        }
        // Which numbers have zeros in front is part of the shape: those of others are made otherwise.
        let zeros = text.split(|b| *b == b'.').fold(0, |n: u64, d| n << 1 | u64::from(d.len() > 1 && d[0] == b'0'));
        self.permute(&mut symbols, tweak | zeros << 48, way);
        for (digits, (value, _)) in text.split_mut(|b| *b == b'.').zip(symbols) {
            let mut value = value + range(digits).0;
            for digit in digits.iter_mut().rev() {
                *digit = b'0' + u8::try_from(value % 10).unwrap_or(0);
                value /= 10;
            }
        }
    }

    /// A permutation of all texts with as many values in each place, or its reverse: `(value, how many values)`.
    fn permute(&self, symbols: &mut [(u64, u64)], tweak: u64, way: Way) {
        let shape = symbols.iter().fold(tweak, |n, (_, count)| n.wrapping_mul(31).wrapping_add(*count));
        let (left, right) = symbols.split_at_mut(symbols.len() / 2);
        let size = |half: &[(u64, u64)]| half.iter().fold(1, |n: u64, (_, count)| n.saturating_mul(*count));
        let value = |half: &[(u64, u64)]| half.iter().fold(0, |n: u64, (value, count)| n.wrapping_mul(*count) + value);
        let (left_size, right_size) = (size(left), size(right));
        let (mut l, mut r) = (value(left), value(right));
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
        for (half, number) in [(left, &mut l), (right, &mut r)] {
            for (value, count) in half.iter_mut().rev() {
                (*number, *value) = divided(*number, *count);
            }
        }
    }

    /// Each place moved on by a stream that hangs on the whole word.
    fn encipher(&self, text: &mut [u8], shape: Shape, tweak: u64) {
        let seed = self.random(tweak, text).to_le_bytes();
        let mut bits = 0;
        for (i, byte) in text.iter_mut().enumerate() {
            // Eight places of one number: that some letters are a little more likely tells nobody anything.
            bits = if i % 8 == 0 { self.random(i as u64, &seed) } else { bits >> 8 };
            let (value, count) = symbol(*byte, shape);
            *byte = letter(divided(value + divided(bits & 0xff, count).1, count).1, *byte);
        }
    }

    /// Whether most of the words of a short one's pattern are in use: none can be passed over.
    fn is_crowded(&self, lower: &[u8]) -> bool {
        lower.is_ascii() && self.crowded.contains(&pattern(lower))
    }

    /// The next word, or the one before, in a circle of all of a pattern: all move, and no two to one place.
    fn circle(&self, lower: &[u8], way: Way) -> Vec<u8> {
        const CIRCLE: u64 = TRIES + 1;
        let mut place = lower.to_vec();
        if lower.len() == 1 {
            self.permuted(&mut place, Shape::Word, CIRCLE, way);
            return place;
        }
        self.permuted(&mut place, Shape::Word, CIRCLE, Way::There);
        for byte in place.iter_mut().rev() {
            let (first, last) = if byte.is_ascii_digit() { (b'0', b'9') } else { (b'a', b'z') };
            let (end, start, step) = if way == Way::There { (last, first, 1) } else { (first, last, u8::MAX) };
            if *byte != end {
                *byte = byte.wrapping_add(step);
                break;
            }
            *byte = start;
        }
        self.permuted(&mut place, Shape::Word, CIRCLE, Way::Back);
        place
    }

    /// Pseudonyms of the short words of the originals: no two share one, and none is a word of the originals. Those of
    /// crowded patterns are not among them. The pseudonyms stand by themselves, too.
    fn table(&self, seen: &Seen) -> (HashMap<u64, u64>, HashSet<u64>) {
        const MOST: u64 = 200;
        let mut out = HashMap::with_capacity(seen.short.len());
        let mut taken = HashSet::with_capacity(seen.short.len());
        let is_original = |word: &[u8]| seen.short.binary_search(&packed(word)).is_ok();
        for n in &seen.short {
            let word = unpacked(*n);
            if self.is_crowded(&word) {
                continue;
            }
            let free = |c: &Vec<u8>| {
                let others = || self.is_crowded(c) && is_original(&self.circle(c, Way::Back));
                *c != word
                    && suits(c, &word, Shape::Word)
                    && !is_original(c)
                    && !taken.contains(&packed(c))
                    && !others()
            };
            let candidate = |n| {
                let mut text = word.clone();
                self.permuted(&mut text, Shape::Word, n, Way::There);
                text
            };
            let found = (0..MOST).map(candidate).find(free);
            let new = packed(&found.unwrap_or_else(|| candidate(MOST)));
            taken.insert(new);
            out.insert(*n, new);
        }
        (out, taken)
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
        let sum = from + if self == Way::There { steps } else { size - steps };
        // Both are less than the size, but for that of no place at all.
        if sum < size { sum } else { (sum - size) % size.max(1) }
    }
}

/// A number divided, and what is left; by what there is of letters and digits without the slow instruction.
fn divided(number: u64, by: u64) -> (u64, u64) {
    match by {
        26 => (number / 26, number % 26),
        10 => (number / 10, number % 10),
        6 => (number / 6, number % 6),
        _ => (number / by, number % by),
    }
}

/// Whether a pseudonym tells nothing that the name does not: the role of a server, a word of the log, the loopback.
fn suits(candidate: &[u8], name: &[u8], shape: Shape) -> bool {
    if shape == Shape::Ipv4 {
        return !candidate.starts_with(b"127.") && !candidate.starts_with(b"0.");
    }
    if shape == Shape::Hex {
        return true;
    }
    let has = |text: &[u8], role: &[u8]| text.windows(role.len()).any(|w| w == role);
    // Each has this letter.
    if !candidate.contains(&b'd') {
        return !is_known(candidate);
    }
    let says = |role: &&[u8]| has(candidate, role) && !has(name, role);
    ![&b"edge"[..], b"dir", b"med"].iter().any(says) && !is_known(candidate)
}

#[cfg(test)]
mod tests {
    use super::super::words::hash;
    use super::*;

    /// Names of few shapes, so many that some get another than their first pseudonym.
    #[test]
    fn no_two_names_share_a_pseudonym() {
        let names: Vec<String> = (0..7_200)
            .map(|n| format!("{}{}", ["al", "bo", "cy", "di", "ed", "flo", "gus", "ida"][n / 900], 100 + n % 900))
            .collect();
        let addresses = (0..3_000).map(|n| format!("203.0.{}.{}", 100 + n / 100, 100 + n % 100));
        // With zeros in front an address is another text.
        let padded = (0..1_000).flat_map(|n| {
            let (a, b) = (n / 100, n % 100);
            [format!("203.0.{a}.{b}"), format!("203.000.{a:03}.{b:03}"), format!("203.00.{a:02}.{b:02}")]
        });
        let all: Vec<(String, Shape)> = names
            .iter()
            .map(|n| (n.clone(), Shape::Word))
            .chain(addresses.chain(padded).map(|a| (a, Shape::Ipv4)))
            .collect();
        let known: HashSet<Vec<u8>> = all.iter().map(|(name, _)| name.clone().into_bytes()).collect();
        let text: Vec<&str> = all.iter().map(|(name, _)| name.as_str()).collect();
        let seen = Seen::of([text.join("\n").as_bytes()]);
        let pseudonyms = Pseudonyms::new(&Key::new(*b"a key for this test"), &seen);
        let passed_over = std::cell::Cell::new(0);
        // As sure as the words of a large log: some are taken for one of it that are none.
        let taken = |c: &[u8]| {
            let is = known.contains(c) || hash(c).is_multiple_of(16);
            passed_over.set(passed_over.get() + u32::from(is));
            is
        };
        let out: HashSet<Vec<u8>> =
            all.iter().map(|(name, shape)| pseudonyms.of(name.as_bytes(), *shape, &taken, &taken)).collect();
        assert_eq!(out.len(), all.len());
        assert!(passed_over.get() > 400 && !out.iter().any(|c| known.contains(c)), "{passed_over:?}");
    }

    /// Where most of the words of three letters are in use, a pseudonym is one of them: no two share it, and nobody keeps
    /// his name. Parts that are no words of the log share none with them.
    #[test]
    fn short_words_in_a_crowd_share_no_pseudonym() {
        let text = |n: u32| [n / 676, n / 26 % 26, n % 26].map(|c| char::from(b'a' + u8::try_from(c).unwrap()));
        let words: Vec<String> = (0..17_576).map(|n| text(n).iter().collect()).collect();
        let own: Vec<&str> =
            words.iter().map(String::as_str).filter(|w| hash(w.as_bytes()).is_multiple_of(2)).collect();
        let log = own.join(" ");
        let seen = Seen::of([log.as_bytes()]);
        assert!(seen.is_crowded(b"bob") && own.len() < 10_000);
        for key in [&b"a key for this test"[..], b"and another one for it"] {
            let pseudonyms = Pseudonyms::new(&Key::new(key), &seen);
            let of = |w: &str| pseudonyms.of(w.as_bytes(), Shape::Word, &|_| false, &|_| false);
            let out: HashSet<Vec<u8>> = words.iter().map(|w| of(w)).collect();
            assert_eq!(out.len(), words.len());
            assert!(words.iter().all(|w| of(w) != w.as_bytes()));
        }
    }

    /// What is no word of the log gets no pseudonym that a short word of it has.
    #[test]
    fn parts_share_no_pseudonym_with_short_words() {
        let log = (0..2_000).map(|n| format!("{n:04}")).collect::<Vec<_>>().join(" ");
        let seen = Seen::of([log.as_bytes()]);
        assert!(!seen.is_crowded(b"0001"));
        let pseudonyms = Pseudonyms::new(&Key::new(*b"a key for this test"), &seen);
        let all = (0..2_400).map(|n| format!("{n:04}").into_bytes());
        let is = |c: &[u8]| std::str::from_utf8(c).unwrap().parse::<u32>().unwrap() < 2_400;
        let out: HashSet<Vec<u8>> = all.map(|w| pseudonyms.of(&w, Shape::Word, &|_| false, &is)).collect();
        assert_eq!(out.len(), 2_400);
    }
}
