//! What kind of characters a name is of, so that its pseudonym is of the same.

use std::ops::Range;

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

/// What a byte of a text in lower case stands for, and how many there are of its kind.
pub(super) fn symbol(byte: u8, shape: Shape) -> (u64, u64) {
    let letters = if shape == Shape::Hex { 6 } else { 26 };
    match byte {
        b'0'..=b'9' => (u64::from(byte - b'0'), 10),
        b'a'..=b'z' => (u64::from(byte - b'a') % letters, letters),
        0x80.. => (u64::from(byte) % letters, letters),
        _ => (0, 1),
    }
}

/// The byte that stands for a number in place of another.
pub(super) fn letter(value: u64, old: u8) -> u8 {
    let n = u8::try_from(value).unwrap_or(0);
    match old {
        b'0'..=b'9' => b'0' + n,
        b'a'..=b'z' | 0x80.. => b'a' + n,
        other => other,
    }
}
