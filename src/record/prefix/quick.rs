//! The quick way: the layout of nearly every prefix line, with all its digits.

use memchr::memchr;

use super::{DateOrder, Prefix};
use crate::time::Timestamp;

/// `TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 `; `None` for what is written in any other way.
pub(super) fn parse(line: &[u8]) -> Option<Prefix<'_>> {
    let rest = line.strip_prefix(b"TL_")?;
    let is_word = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
    let (level, rest) = rest.split_at_checked(rest.iter().take_while(|b| is_word(b)).count())?;
    let rest = rest.strip_prefix(b"(TF_").filter(|_| !level.is_empty())?;
    let (flag, rest) = rest.split_at_checked(rest.iter().position(|b| matches!(b, b')' | b'\n'))?)?;
    let rest = rest.strip_prefix(b") [")?;
    let (place, rest) = rest.split_at_checked(memchr(b']', rest)?)?;
    let rest = hex(rest.get(1..)?)?.strip_prefix(b".")?;
    let (stamp, _) = hex(rest)?.strip_prefix(b"::")?.split_first_chunk::<32>()?;
    let (time, order, seq) = of_stamp(stamp)?;
    Some(Prefix { level, flag, server: memchr(b'\\', place).map(|_| place), time: Some(time), order, seq: Some(seq) })
}

/// What stands behind one to eight digits to the base of sixteen.
fn hex(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take(9).take_while(|b| b.is_ascii_hexdigit()).count();
    (1..=8).contains(&digits).then(|| text.get(digits..)).flatten()
}

/// `10/15/2013-09:01:45.669.000d0b31`.
fn of_stamp(text: &[u8; 32]) -> Option<(Timestamp, DateOrder, u32)> {
    const SHAPE: &[u8; 32] = b"00/00/0000-00:00:00.000.xxxxxxxx";
    let fits = |(b, shape): (&u8, &u8)| match shape {
        b'0' => b.is_ascii_digit(),
        b'x' => b.is_ascii_hexdigit(),
        mark => b == mark,
    };
    if !text.iter().zip(SHAPE).all(fits) {
        return None;
    }
    let digit = |i: usize| u32::from(text[i].wrapping_sub(b'0'));
    let two = |i: usize| digit(i) * 10 + digit(i + 1);
    let (a, b, year) = (two(0), two(3), two(6) * 100 + two(8));
    let order = DateOrder::of(a, b);
    let (month, day) = if order == DateOrder::DayFirst { (b, a) } else { (a, b) };
    let time = Timestamp::from_civil([year, month, day], [two(11), two(14), two(17), two(20) * 10 + digit(22)])?;
    let seq = text[24..].iter().fold(0, |n, b| (n << 4) | char::from(*b).to_digit(16).unwrap_or(0));
    Some((time, order, seq))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const USUAL: &[u8] =
        b"TL_WARN(TF_DIAG) [edgepool\\edge01]1B34.10A9C::03/02/2017-07:10:46.230.0000773E (SIPStack,X::Y:Z.cpp(833)) [36] $$begin_record";

    #[test]
    fn the_usual_line_goes_the_quick_way() {
        assert_eq!(parse(USUAL), Some(super::super::careful(USUAL)));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// Whatever is lost, doubled or put in its place: what the quick way takes, the grammar reads the same.
        #[test]
        fn the_grammar_says_the_same(
            at in 0..USUAL.len(), gone in 0usize..3, put in prop::sample::select(vec![&b""[..], b"1", b"9", b"F", b"g", b" ", b"[", b"]", b"\n", b"/", b":", b"\xfc", b"\\"]),
        ) {
            let line = [&USUAL[..at], put, USUAL.get(at + gone..).unwrap_or_default()].concat();
            if let Some(quick) = parse(&line) {
                prop_assert_eq!(quick, super::super::careful(&line));
            }
        }
    }
}
