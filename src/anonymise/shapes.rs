//! What is known by its shape: addresses of networks and cards, GUIDs, security identifiers, telephone numbers, dumps.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use super::marks::{rest, run, run_back};
use super::pseudonym::Shape;
use super::words::{is_letter, letter_at, letter_before};

type Found = Vec<(Range<usize>, Shape)>;

fn before(text: &[u8], at: usize) -> u8 {
    at.checked_sub(1).and_then(|b| text.get(b)).copied().unwrap_or(b' ')
}

/// All of them. `versions` says that a number such as `4.0.0.0` may be a version, `hops` that there are no telephones.
pub(super) fn find(text: &[u8], versions: bool, hops: bool) -> Found {
    let mut out = Vec::new();
    ipv4(text, versions, &mut out);
    if memchr::memchr(b':', text).is_some() {
        colons(text, &mut out);
    }
    if memchr::memchr(b'-', text).is_some() {
        dashes(text, &mut out);
    }
    dump(text, &mut out);
    if !versions && !hops {
        out.sort_unstable_by_key(|(range, _)| range.start);
        let mut others = out.iter().map(|(range, _)| range.clone()).collect::<Vec<_>>().into_iter().peekable();
        phones(text, &mut out, |at| {
            // The first that does not end ahead of the place.
            while others.next_if(|range| range.end <= at).is_some() {}
            others.peek().cloned()
        });
    }
    out
}

/// `192.0.2.1`, with zeros before its numbers too. A version (`RTCC/4.0.0.0`) is none.
fn ipv4(text: &[u8], versions: bool, out: &mut Found) {
    let part = |b: u8| b.is_ascii_digit() || b == b'.';
    let mut at = 0;
    while let Some(dot) = memchr::memchr(b'.', rest(text, at)).map(|p| at + p) {
        let start = dot - text[at..dot].iter().rev().take_while(|b| part(**b)).count();
        let end = dot + run(text, dot, part);
        at = end.max(dot + 1);
        let trimmed = text[start..end].iter().rev().take_while(|b| **b == b'.').count();
        let number = start..end - trimmed;
        let first = before(text, start);
        let number = number.start..number.end - port(&text[number.clone()]);
        // `v4.0.0.0` is a version, `x198.51.100.23` none.
        let large =
            run(text, start, |b| b.is_ascii_digit()) > 2 || matches!(rest(text, start), [b'4'..=b'9', b'0'..=b'9', ..]);
        let letters = letter_before(text, start) || trimmed == 0 && letter_at(text, end);
        let alone = (large || !letters) && first != b'.' && !is_version(text, start, versions);
        if alone && is_ipv4(&text[number.clone()]) {
            out.push((number, Shape::Ipv4));
        }
    }
}

/// Bytes of a port that stands behind an address as its fifth number: `198.51.100.23.5061`.
fn port(number: &[u8]) -> usize {
    let dot = memchr::memrchr(b'.', number).unwrap_or(number.len());
    let five = number.split(|b| *b == b'.').count() == 5;
    if five && number.len() - dot > 3 { number.len() - dot } else { 0 }
}

/// Products whose versions have four numbers, none of them large.
const PRODUCTS: [&[u8]; 16] = [
    b"rtc",
    b"rtcc",
    b"uccapi",
    b"uccp",
    b"ucma",
    b"oc",
    b"ocs",
    b"ocphone",
    b"mcx",
    b"cpe",
    b"lcs",
    b"lcc",
    b"communicator",
    b"msrtc",
    b"lync",
    b"skype",
];

/// Whether the four numbers at a place are a version: behind one slash and a product (`RTC/4.0.0.0`), or any name where
/// products stand. `sip/198.51.100.23` is an address.
pub(super) fn is_version(text: &[u8], at: usize, any: bool) -> bool {
    let Some(front) = text.get(..at).and_then(|front| front.strip_suffix(b"/")) else { return false };
    let name = &front[front.len() - run_back(front, front.len(), |b| is_letter(b) || b == b'-')..];
    let product = any && !name.is_empty() || PRODUCTS.iter().any(|p| name.eq_ignore_ascii_case(p));
    product && matches!(rest(text, at), [b'0'..=b'9', b'.', ..] | [b'1'..=b'2', b'0'..=b'9', b'.', ..])
}

fn is_ipv4(text: &[u8]) -> bool {
    if !(7..=15).contains(&text.len()) {
        return false;
    }
    let mut octets = [0u8; 4];
    let mut count = 0;
    for part in text.split(|b| *b == b'.') {
        let Some(value) = std::str::from_utf8(part).ok().filter(|p| p.len() <= 3).and_then(|p| p.parse().ok()) else {
            return false;
        };
        let Some(slot) = octets.get_mut(count) else { return false };
        *slot = value;
        count += 1;
    }
    let ip = Ipv4Addr::from(octets);
    count == 4 && !ip.is_loopback() && !ip.is_unspecified() && octets != [255; 4]
}

/// IPv6 with or without brackets, zone or port, and the address of a network card.
fn colons(text: &[u8], out: &mut Found) {
    let part = |b: u8| b.is_ascii_hexdigit() || b == b':';
    let mut at = 0;
    while let Some(colon) = memchr::memchr(b':', rest(text, at)).map(|p| at + p) {
        let mut start = colon - text[at..colon].iter().rev().take_while(|b| part(**b)).count();
        let mut end = colon + run(text, colon, part);
        at = end.max(colon + 1);
        // `cname:fe80::1`, `at 2001:db8::1:`
        if text[start] == b':' && text.get(start + 1) != Some(&b':') {
            start += 1;
        }
        if end - start > 2 && text[end - 1] == b':' && text[end - 2] != b':' {
            end -= 1;
        }
        let last = memchr::memrchr(b':', &text[start..end]).map_or(start, |p| start + p + 1);
        if let Some(whole) = mixed(text, start, last) {
            // The numbers with dots are found by themselves; what says that there are some stays.
            if !matches!(&text[start..last], b"::" | b"::ffff:" | b"::FFFF:") && is_ipv6(&text[start..whole]) {
                out.push((start..last, Shape::Hex));
            }
            continue;
        }
        let inside = letter_before(text, start) || before(text, start) == b'.';
        let behind = letter_at(text, end);
        if inside || behind || !(3..=45).contains(&(end - start)) {
            // `IP:fe80::1`: what stands in front of the first colon may be a word.
            let second = memchr::memchr(b':', &text[start..end]).map(|p| start + p + 1);
            if let Some(second) = second.filter(|_| inside && !behind)
                && is_ipv6(&text[second..end])
            {
                out.push((second..end, Shape::Hex));
            }
            continue;
        }
        let word = &text[start..end];
        let card = word.len() == 17 && word.iter().enumerate().all(|(i, b)| (i % 3 == 2) == (*b == b':'));
        if card || is_ipv6(word) {
            out.push((start..end, Shape::Hex));
        }
    }
}

/// Where an address ends whose last group, from `last` on, is one of four numbers: `::ffff:198.51.100.23`.
fn mixed(text: &[u8], start: usize, last: usize) -> Option<usize> {
    let len = run(text, last, |b| b.is_ascii_digit() || b == b'.').min(16);
    let number = text.get(last..last + len)?;
    let number = number.strip_suffix(b".").unwrap_or(number);
    let four =
        number.split(|b| *b == b'.').count() == 4 && std::str::from_utf8(number).ok()?.parse::<Ipv4Addr>().is_ok();
    (four && start < last).then_some(last + number.len())
}

fn is_ipv6(text: &[u8]) -> bool {
    let ip = std::str::from_utf8(text).ok().filter(|t| t.len() <= 45).and_then(|t| t.parse::<Ipv6Addr>().ok());
    ip.is_some_and(|ip| !ip.is_loopback() && !ip.is_unspecified())
}

/// GUIDs, cards written with dashes, and security identifiers.
fn dashes(text: &[u8], out: &mut Found) {
    let mut at = 0;
    while let Some(dash) = memchr::memchr(b'-', rest(text, at)).map(|p| at + p) {
        at = dash + 1;
        let of = |lead: usize, len: usize, marks: &[usize]| {
            let start = dash.checked_sub(lead)?;
            let word = text.get(start..start + len)?;
            let fits = word.iter().enumerate().all(
                |(i, b)| {
                    if marks.contains(&i) { *b == b'-' } else { b.is_ascii_hexdigit() }
                },
            );
            fits.then_some(start..start + len)
        };
        let card = of(2, 17, &[2, 5, 8, 11, 14]).filter(|r| !letter_before(text, r.start) && !letter_at(text, r.end));
        if let Some(found) = of(8, 36, &[8, 13, 18, 23]).or(card) {
            at = found.end;
            out.push((found, Shape::Hex));
        } else if dash > 0 && text[dash - 1].eq_ignore_ascii_case(&b's') && rest(text, dash).starts_with(b"-1-5-21-") {
            let start = dash + 8;
            let end = start + run(text, start, |b| b.is_ascii_digit() || b == b'-');
            out.push((start..end, Shape::Word));
            at = end;
        }
    }
}

/// Bytes as `5a 61 6e 7a` or `5a:61:6e:7a`, eight or more.
fn dump(text: &[u8], out: &mut Found) {
    let mut at = 0;
    while at + 23 <= text.len() {
        let skip = if !is_letter(text[at]) {
            1
        } else if !is_letter(text[at + 1]) {
            2
        } else if is_letter(text[at + 2]) {
            3 + run(text, at + 3, is_letter)
        } else {
            0
        };
        if skip > 0 {
            at += skip;
            continue;
        }
        let pairs = text[at..].chunks(3).take_while(|c| {
            c.len() >= 2
                && c[0].is_ascii_hexdigit()
                && c[1].is_ascii_hexdigit()
                && c.get(2).is_none_or(|b| !is_letter(*b) && *b != b'\n')
        });
        let pairs = pairs.count();
        if pairs >= 8 && !letter_before(text, at) {
            let end = (at + pairs * 3).min(text.len());
            out.push((at..end, Shape::Hex));
            at = end;
        } else {
            // The next place where a pair may start.
            at += run(text, at, is_letter).max(1);
        }
    }
}

/// `+1 (425) 555-0142`, `425-555-0142`, `425.555.0142`: groups of digits that are no date and no version.
/// `other` tells what was found from a place on.
fn phones(text: &[u8], out: &mut Found, mut other: impl FnMut(usize) -> Option<Range<usize>>) {
    let mut at = 0;
    while let Some(start) = rest(text, at).iter().position(|b| b.is_ascii_digit() || *b == b'+').map(|p| at + p) {
        let other = other(start);
        if let Some(other) = other.as_ref().filter(|range| range.start <= start) {
            at = other.end;
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
    if !(7..=16).contains(&digits) || groups.len() < 2 || groups.len() > 7 {
        return false;
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
