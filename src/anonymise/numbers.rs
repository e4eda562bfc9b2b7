//! Numbers that tell a place, on earth or in a network, and are too short to tell by themselves.

use super::characters::{Found, Shape};
use super::marks::{before, rest, run};
use super::signs::{Sign, Signs};
use super::words::{letter_at, letter_before};

/// `47.6205,-122.3493`: two numbers with four digits or more behind their dots.
pub(super) fn coordinates(text: &[u8], signs: &Signs, out: &mut Found) {
    let digits = |at: usize| run(text, at, |b| b.is_ascii_digit());
    // Where such a number ends that starts at a place.
    let decimal = |at: usize| {
        let whole = digits(at);
        let fraction = digits(at + whole + 1);
        let end = at + whole + 1 + fraction;
        let fits = (1..4).contains(&whole) && (4..16).contains(&fraction) && text.get(at + whole) == Some(&b'.');
        let alone = !letter_before(text, at) && before(text, at) != b'.' && !letter_at(text, end);
        (fits && alone && !(text.get(end) == Some(&b'.') && digits(end + 1) > 0)).then_some(end)
    };
    for dot in signs.places(Sign::Dot) {
        let whole = text[..dot].iter().rev().take(4).take_while(|b| b.is_ascii_digit()).count();
        let Some(end) = decimal(dot - whole).filter(|_| whole > 0) else { continue };
        let gap = rest(text, end).iter().take(3).take_while(|b| matches!(b, b',' | b';' | b'/' | b' ')).count();
        let sign = usize::from(matches!(text.get(end + gap), Some(b'-' | b'+')));
        let second = end + gap + sign;
        if gap > 0
            && let Some(last) = decimal(second)
        {
            out.push((dot - whole..end, Shape::Word));
            out.push((second..last, Shape::Word));
        }
    }
}

/// `host_198_51_100_23`, `ip-10-1-2-3`: an address whose dots are other signs.
pub(super) fn parted_addresses(text: &[u8], out: &mut Found) {
    let mut at = 0;
    while let Some(sign) = memchr::memchr2(b'_', b'-', rest(text, at)).map(|p| at + p) {
        let by = text[sign];
        let part = |b: u8| b.is_ascii_digit() || b == by;
        let start = sign - text[at..sign].iter().rev().take_while(|b| b.is_ascii_digit()).count();
        // `host_198_51_100_23`: what stands in front of the numbers is parted by the same sign.
        let start = start + usize::from(start == sign);
        let end = start + run(text, start, part);
        at = end.max(sign + 1);
        // Not `1_000_000_000`.
        let is_number = |n: &[u8]| {
            let value = || n.iter().fold(0, |all, b| all * 10 + u32::from(b.wrapping_sub(b'0')));
            (1..4).contains(&n.len()) && value() < 256 && (n.len() == 1 || n[0] != b'0')
        };
        let numbers = text[start..end].split(|b| *b == by);
        if numbers.clone().count() == 4
            && numbers.clone().all(is_number)
            && !letter_before(text, start)
            && !letter_at(text, end)
        {
            out.push((start..end, Shape::Word));
        }
    }
}
