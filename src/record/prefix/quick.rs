//! The quick way: the layout of nearly every prefix line, with all its digits.

use memchr::memchr;

use super::{DateOrder, Prefix};
use crate::record::values::NIBBLES;
use crate::time::Timestamp;

/// What the last prefix line of a log said: the next one mostly begins with the same words, in the same minute.
#[derive(Clone, Debug)]
pub(crate) struct Last {
    /// `TL_INFO(TF_PROTOCOL) [0]`, how much of it is kept, and where its words end.
    head: [u8; LONGEST_HEAD],
    kept: usize,
    level: usize,
    flag: usize,
    has_server: bool,
    /// `10/15/2013-09:01`.
    minute: Option<u128>,
    time: i64,
    order: DateOrder,
}

/// `TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 `, or with `2013-10-15T09:01:45.669 ` as what is
/// written anew has it; `None` for what is written in any other way.
pub(super) fn parse<'a>(line: &'a [u8], last: &mut Last) -> Option<Prefix<'a>> {
    let known = last.head.get(..last.kept).filter(|head| !head.is_empty() && line.starts_with(head));
    let len = known.map(<[u8]>::len).or_else(|| last.begin(line))?;
    let (head, rest) = line.split_at_checked(len)?;
    let rest = hex(rest)?.strip_prefix(b".")?;
    let stamp = hex(rest)?.strip_prefix(b"::")?;
    let (time, order, seq) = match stamp.first_chunk::<32>().and_then(|stamp| of_stamp(stamp, last)) {
        Some((time, order, seq)) => (time, order, Some(seq)),
        None => (of_iso(stamp.first_chunk::<24>()?, last)?, DateOrder::Unknown, None),
    };
    let place = head.get(last.flag + b") [".len()..len - 1)?;
    let (level, flag) = (head.get(LEVEL..last.level)?, head.get(last.level + 4..last.flag)?);
    let server = last.has_server.then_some(place);
    Some(Prefix { level, flag, server, time: Some(time), order, seq })
}

/// Where the level starts.
const LEVEL: usize = b"TL_".len();

/// A longer one is read again.
const LONGEST_HEAD: usize = 96;

impl Default for Last {
    fn default() -> Last {
        let order = DateOrder::Unknown;
        Last { head: [0; LONGEST_HEAD], kept: 0, level: 0, flag: 0, has_server: false, minute: None, time: 0, order }
    }
}

impl Last {
    /// Reads a line up to the end of the place behind level and flag, and tells how long that is.
    fn begin(&mut self, line: &[u8]) -> Option<usize> {
        self.kept = 0;
        let rest = line.strip_prefix(b"TL_")?;
        let is_word = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
        let (level, rest) = rest.split_at_checked(rest.iter().take_while(|b| is_word(b)).count())?;
        let rest = rest.strip_prefix(b"(TF_").filter(|_| !level.is_empty())?;
        let (flag, rest) = rest.split_at_checked(rest.iter().position(|b| matches!(b, b')' | b'\n'))?)?;
        let rest = rest.strip_prefix(b") [")?;
        let place = rest.get(..memchr(b']', rest)?)?;
        self.level = LEVEL + level.len();
        self.flag = self.level + b"(TF_".len() + flag.len();
        self.has_server = memchr(b'\\', place).is_some();
        let head = line.get(..self.flag + b") []".len() + place.len())?;
        if let Some(kept) = self.head.get_mut(..head.len()) {
            kept.copy_from_slice(head);
            self.kept = head.len();
        }
        Some(head.len())
    }
}

/// What stands behind one to eight digits to the base of sixteen.
fn hex(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take(9).take_while(|b| b.is_ascii_hexdigit()).count();
    (1..=8).contains(&digits).then(|| text.get(digits..)).flatten()
}

/// `2013-10-15T09:01:45.669 `.
fn of_iso(text: &[u8; 24], last: &mut Last) -> Option<Timestamp> {
    let (head, tail) = text.split_first_chunk::<16>()?;
    if !BLANK.fits(u64::from_le_bytes(*tail.first_chunk::<8>()?).into()) {
        return None;
    }
    let digit = |i: usize| u32::from(text[i].wrapping_sub(b'0'));
    let two = |i: usize| digit(i) * 10 + digit(i + 1);
    let minute = u128::from_le_bytes(*head);
    if Some(minute) != last.minute {
        if !ISO_MINUTE.fits(minute) {
            return None;
        }
        let time = Timestamp::from_civil([two(0) * 100 + two(2), two(5), two(8)], [two(11), two(14), 0, 0])?;
        (last.minute, last.time, last.order) = (Some(minute), time.0, DateOrder::Unknown);
    } else if text[4] != b'-' {
        // The minute of the other form.
        return None;
    }
    let (second, milli) = (two(17), two(20) * 10 + digit(22));
    (second <= 60).then(|| Timestamp(last.time + i64::from(second * 1000 + milli)))
}

/// `10/15/2013-09:01:45.669.000d0b31`.
fn of_stamp(text: &[u8; 32], last: &mut Last) -> Option<(Timestamp, DateOrder, u32)> {
    let (head, rest) = text.split_first_chunk::<16>()?;
    let (tail, number) = rest.split_first_chunk::<8>()?;
    let number = number.first_chunk::<8>()?;
    if !SECOND.fits(u64::from_le_bytes(*tail).into()) {
        return None;
    }
    let digit = |i: usize| u32::from(text[i].wrapping_sub(b'0'));
    let two = |i: usize| digit(i) * 10 + digit(i + 1);
    let minute = u128::from_le_bytes(*head);
    if Some(minute) != last.minute {
        if !DAY_AND_MINUTE.fits(minute) {
            return None;
        }
        let (a, b, year) = (two(0), two(3), two(6) * 100 + two(8));
        let order = DateOrder::of(a, b);
        let (month, day) = if order == DateOrder::DayFirst { (b, a) } else { (a, b) };
        let time = Timestamp::from_civil([year, month, day], [two(11), two(14), 0, 0])?;
        (last.minute, last.time, last.order) = (Some(minute), time.0, order);
    } else if text[2] != b'/' {
        // The minute of the other form.
        return None;
    }
    // A leap second is one.
    let (second, milli) = (two(17), two(20) * 10 + digit(22));
    let time = (second <= 60).then(|| Timestamp(last.time + i64::from(second * 1000 + milli)))?;
    let nibbles = number.map(|b| NIBBLES[usize::from(b)]);
    let seq = nibbles.iter().fold(0, |n, nibble| (n << 4) | u32::from(*nibble));
    nibbles.iter().all(|nibble| *nibble < 16).then_some((time, last.order, seq))
}

/// What sixteen bytes must be: digits in some places, certain marks in the others.
struct Shape {
    /// All bits of each digit.
    digits: u128,
    marks: u128,
}

impl Shape {
    /// Zeros stand for digits.
    const fn of(text: &[u8; 16]) -> Shape {
        let (mut shape, mut i) = (Shape { digits: 0, marks: 0 }, 0);
        while i < 16 {
            if text[i] == b'0' {
                shape.digits |= 0xff << (8 * i);
            } else {
                shape.marks |= (text[i] as u128) << (8 * i);
            }
            i += 1;
        }
        shape
    }

    #[inline]
    const fn fits(&self, text: u128) -> bool {
        const LOWEST: u128 = u128::from_le_bytes([b'0'; 16]);
        // Lifts all above nine into the highest bit; what runs over into the next byte has that bit already.
        const LIFT: u128 = u128::from_le_bytes([0x76; 16]);
        const HIGHEST: u128 = u128::from_le_bytes([0x80; 16]);
        let values = (text ^ LOWEST) & self.digits;
        let above = (values | values.wrapping_add(LIFT & self.digits)) & HIGHEST;
        text & !self.digits == self.marks && above == 0
    }
}

const DAY_AND_MINUTE: Shape = Shape::of(b"00/00/0000-00:00");
const ISO_MINUTE: Shape = Shape::of(b"0000-00-00T00:00");
const BLANK: Shape = Shape::of(b":00.000 \0\0\0\0\0\0\0\0");
const SECOND: Shape = Shape::of(b":00.000.\0\0\0\0\0\0\0\0");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USUAL: &[u8] =
        b"TL_WARN(TF_DIAG) [edgepool\\edge01]1B34.10A9C::03/02/2017-07:10:46.230.0000773E (SIPStack,X::Y:Z.cpp(833)) [36] $$begin_record";

    const ANEW: &[u8] =
        b"TL_INFO(TF_PROTOCOL) [192.0.2.103\\192.0.2.103]0000.0000::2012-02-09T08:30:20.015 (siptrail,pcap::read(1))$$begin_record";

    #[test]
    fn the_usual_line_goes_the_quick_way() {
        for line in [USUAL, ANEW] {
            assert_eq!(parse(line, &mut Last::default()), Some(super::super::careful(line)));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// Whatever is lost, doubled or put in its place: what the quick way takes, the grammar reads the same.
        #[test]
        fn the_grammar_says_the_same(
            anew: bool, at in 0..USUAL.len(), gone in 0usize..3, put in prop::sample::select(vec![&b""[..], b"1", b"9", b"F", b"g", b" ", b"[", b"]", b"\n", b"/", b":", b"\xfc", b"\\"]),
        ) {
            let usual = if anew { ANEW } else { USUAL };
            let at = at.min(usual.len());
            let line = [&usual[..at], put, usual.get(at + gone..).unwrap_or_default()].concat();
            // Whatever the line before said.
            let mut last = Last::default();
            for line in [&line[..], USUAL, &line, ANEW, &line, USUAL] {
                if let Some(quick) = parse(line, &mut last) {
                    prop_assert_eq!(quick, super::super::careful(line));
                }
            }
        }
    }
}
