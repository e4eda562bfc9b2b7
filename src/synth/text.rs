//! Writing text fast: number formats, the `put!` macro, and values that look random.
//!
//! `write!` would do, at about a third of the speed: a gigabyte is written in pieces of ten bytes.

/// A value that depends on both arguments and looks random: tags, branches and ports come from it, so that
/// every copy of a message carries the same ones without anything being stored.
pub(super) fn mix(key: u64, salt: u64) -> u64 {
    let mut z = key ^ salt.wrapping_mul(0xD6E8_FEB8_6659_FD93);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Maps the upper half of a random value to `0..limit`.
pub(super) fn scale(random: u64, limit: u32) -> u32 {
    let product = (random >> 32) * u64::from(limit);
    u32::try_from(product >> 32).unwrap_or(0)
}

/// The lowest eight bits.
pub(super) fn low8(value: u64) -> u8 {
    value.to_le_bytes()[0]
}

/// The lowest sixteen bits.
pub(super) fn low16(value: u64) -> u16 {
    let bytes = value.to_le_bytes();
    u16::from_le_bytes([bytes[0], bytes[1]])
}

/// Something that can be appended to the log.
pub(super) trait Put {
    fn put(self, out: &mut Vec<u8>);
}

impl Put for &str {
    fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }
}

impl Put for u64 {
    fn put(self, out: &mut Vec<u8>) {
        let mut digits = [0_u8; 20];
        let mut at = digits.len();
        let mut left = self;
        loop {
            at -= 1;
            digits[at] = b'0' + low8(left % 10);
            left /= 10;
            if left == 0 {
                break;
            }
        }
        out.extend_from_slice(&digits[at..]);
    }
}

impl Put for u32 {
    fn put(self, out: &mut Vec<u8>) {
        u64::from(self).put(out);
    }
}

impl Put for u16 {
    fn put(self, out: &mut Vec<u8>) {
        u64::from(self).put(out);
    }
}

/// A number with a fixed count of digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Digits {
    value: u64,
    count: usize,
    alphabet: &'static [u8; 16],
    /// Bits per digit of a power-of-two base; 0 stands for decimal.
    bits: u32,
}

impl Put for Digits {
    fn put(self, out: &mut Vec<u8>) {
        let mut digits = [0_u8; 16];
        let digits = &mut digits[..self.count.min(16)];
        let mut left = self.value;
        for digit in digits.iter_mut().rev() {
            let (rest, last) = if self.bits == 0 { (left / 10, left % 10) } else { (left >> self.bits, left & 15) };
            *digit = self.alphabet[usize::from(low8(last))];
            left = rest;
        }
        out.extend_from_slice(digits);
    }
}

/// Lower-case hexadecimal, `count` digits.
pub(super) fn hex(value: u64, count: usize) -> Digits {
    Digits { value, count, alphabet: b"0123456789abcdef", bits: 4 }
}

/// Upper-case hexadecimal, `count` digits.
pub(super) fn upper(value: u64, count: usize) -> Digits {
    Digits { value, count, alphabet: b"0123456789ABCDEF", bits: 4 }
}

/// Decimal with leading zeros, `count` digits.
pub(super) fn pad(value: u64, count: usize) -> Digits {
    Digits { value, count, alphabet: b"0123456789ABCDEF", bits: 0 }
}

/// `count` random characters of the kind that signatures and gruu parameters are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blob(pub(super) u64, pub(super) usize);

impl Put for Blob {
    fn put(self, out: &mut Vec<u8>) {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut left = self.1;
        let mut salt = 0;
        while left > 0 {
            let mut bits = mix(self.0, salt);
            let count = left.min(10);
            let mut chunk = [0_u8; 10];
            for letter in &mut chunk[..count] {
                *letter = alphabet[usize::from(low8(bits & 63))];
                bits >>= 6;
            }
            out.extend_from_slice(&chunk[..count]);
            left -= count;
            salt += 1;
        }
    }
}

/// `put!(out => part, part)` appends the parts to a `&mut Vec<u8>`; the trait [`Put`] has to be in scope.
macro_rules! put {
    ($out:ident => $($part:expr),+ $(,)?) => {{ $( $part.put($out); )+ }};
}
pub(super) use put;
