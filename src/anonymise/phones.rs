//! Telephone numbers that are written in groups.

use std::ops::Range;

use super::characters::{Found, Shape};
use super::marks::{before, rest, run};
use super::words::{letter_at, letter_before};

/// `+1 (425) 555-0142`, `425-555-0142`, `425.555.0142`: groups of digits that are no date and no version.
/// `other` tells what was found from a place on.
pub(super) fn phones(text: &[u8], out: &mut Found, mut other: impl FnMut(usize) -> Option<Range<usize>>) {
    let mut at = 0;
    while let Some(start) = rest(text, at).iter().position(|b| b.is_ascii_digit() || *b == b'+').map(|p| at + p) {
        let other = other(start);
        if let Some(other) = other.as_ref().filter(|range| range.start <= start) {
            at = other.end;
            continue;
        }
        // Nearly all digits are those of a word, or of one number only.
        let digits = start + run(text, start, |b| b.is_ascii_digit());
        let parted = |b: &u8| matches!(b, b' ' | b'-' | b'.' | b'(' | b')' | b'/' | 0x80..);
        if digits > start && !text.get(digits).is_some_and(parted) {
            at = digits;
            continue;
        }
        let limit = other.map_or(text.len(), |range| range.start);
        let row = &text[start..start + group_end(&text[start..limit])];
        let end = start + first_of_row(row, before(text, start));
        let number = &text[start..end];
        let alone = !letter_before(text, start) && !letter_at(text, end);
        let front = before(text, start);
        // Behind such a sign numbers with dots are a version or a name, numbers with blanks a count.
        let named = matches!(front, b'/' | b'_') && !number.contains(&b'-') && !number.starts_with(b"+");
        if alone && front != b'.' && !named && is_phone(number, front) {
            out.push((start..end, Shape::Word));
            at = end;
        } else {
            // `12 425/555-0144`: one may begin behind a blank, though not in a mere row of counts.
            let signs = number.iter().any(|b| !b.is_ascii_digit() && *b != b' ');
            let blank = memchr::memchr(b' ', number).filter(|_| signs);
            at = blank.map_or(end, |blank| start + blank).max(start + 1);
        }
    }
}

/// More digits than a number of a telephone has.
const TOO_MANY: usize = 17;

/// Where the first number ends of a row that is too long for one: `(425)5550142 555-0143`.
fn first_of_row(row: &[u8], front: u8) -> usize {
    if row.len() > 40 || row.iter().filter(|b| b.is_ascii_digit()).count() < TOO_MANY {
        return row.len();
    }
    let mut blanks = memchr::memchr_iter(b' ', row);
    blanks.find(|at| is_phone(&row[..*at], front)).unwrap_or(row.len())
}

/// A dash or a blank that a copy put in place of a plain one.
fn typographic(text: &[u8]) -> usize {
    match text {
        [0xe2, 0x80, 0x90..=0x95, ..] => 3,
        [0xc2, 0xa0, ..] => 2,
        _ => 0,
    }
}

/// How far digits reach that are parted by one or two signs each; by three where a `+` says that it is one number.
fn group_end(text: &[u8]) -> usize {
    let (mut at, mut end) = (0, 0);
    let most = if text.first() == Some(&b'+') { 3 } else { 2 };
    while at < text.len() && at < 40 {
        match text[at] {
            b'0'..=b'9' => end = at + 1,
            b'+' if at == 0 => {}
            b' ' | b'-' | b'.' | b'(' | b')' | b'/' if at - end < most => {}
            _ if at == end && typographic(&text[at..]) > 0 => at += typographic(&text[at..]) - 1,
            _ => break,
        }
        at += 1;
    }
    // A run of digits is never cut in two.
    end + run(text, end, |b| b.is_ascii_digit())
}

fn is_phone(number: &[u8], front: u8) -> bool {
    let groups: Vec<&[u8]> = number.split(|b| !b.is_ascii_digit()).filter(|g| !g.is_empty()).collect();
    let digits: usize = groups.iter().map(|g| g.len()).sum();
    let lengths: Vec<usize> = groups.iter().map(|g| g.len()).collect();
    // As it is read out: `4 2 5 5 5 5 0 1 4 2`.
    let read_out = groups.len() == digits;
    if !(7..=16).contains(&digits) || groups.len() < 2 || groups.len() > 7 && !read_out {
        return false;
    }
    if read_out && groups.len() > 7 {
        return true;
    }
    let plus = matches!(number, [b'+', ..] | [b'0', b'0', b'1'..=b'9', ..]) || front == b'(';
    let has = |sign: u8| number.contains(&sign) || sign == b'-' && !number.is_ascii();
    let date = matches!(lengths[..], [4, 2, 2, ..] | [2 | 1, 2 | 1, 4, ..]);
    let version = !plus && !has(b'-') && !has(b' ') && !matches!(lengths[..], [3, 3, 4] | [2, 2, 2, 2, 2] | [4, 3, 3]);
    let spaces = !plus && !has(b'-') && !has(b'.') && !has(b'(') && !has(b'/');
    // `1 UDP 2130706431 192`: numbers that stand in a row are of a length that numbers of telephones have not.
    let row = spaces && (lengths.iter().any(|n| *n > 5) || lengths.iter().filter(|n| **n < 2).count() > 1);
    !date && !version && !row && (plus || !has(b'/') || lengths == [3, 3, 4])
}
