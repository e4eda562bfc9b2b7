//! What is known by its shape: addresses of networks and cards, GUIDs, security identifiers, dumps.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::characters::{Found, Shape};
use super::marks::{List, before, rest, run, run_back};
use super::numbers;
use super::phones::phones;
use super::signs::{Sign, Signs};
use super::words::{is_letter, letter_at, letter_before};

/// All of them. `versions` says that a number such as `4.0.0.0` may be a version, `hops` that there are no telephones.
pub(super) fn find(text: &[u8], signs: &Signs, versions: bool, hops: bool) -> Found {
    let mut out = Vec::new();
    if signs.has(Sign::Digit) {
        ipv4(text, signs, versions, &mut out);
    }
    dots(text, signs, &mut out);
    colons(text, signs, &mut out);
    dashes(text, signs, &mut out);
    if may_hold_dump(text) {
        dump(text, &mut out);
    }
    if !versions && !hops && signs.has(Sign::Digit) {
        numbers::coordinates(text, signs, &mut out);
        numbers::parted_addresses(text, &mut out);
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
fn ipv4(text: &[u8], signs: &Signs, versions: bool, out: &mut Found) {
    let part = |b: u8| b.is_ascii_digit() || b == b'.';
    let mut at = 0;
    for dot in signs.places(Sign::Dot) {
        if dot < at {
            continue;
        }
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

/// The address of a network card as `001B.4411.3AB7`, and an address written backwards: `7.1.4.c.0.0.2...ip6.arpa`.
fn dots(text: &[u8], signs: &Signs, out: &mut Found) {
    let mut at = 0;
    for dot in signs.places(Sign::Dot) {
        if dot < at {
            continue;
        }
        let part = |b: u8| b.is_ascii_hexdigit() || b == b'.';
        let start = dot - text[at..dot].iter().rev().take_while(|b| part(**b)).count();
        let end = dot + run(text, dot, part);
        at = end.max(dot + 1);
        // `ip6.arpa` begins with no hexadecimal digit.
        let word = text[start..end].strip_suffix(b".").unwrap_or(&text[start..end]);
        if letter_before(text, start) || word.len() == end - start && letter_at(text, end) {
            continue;
        }
        let card = word.len() == 14 && word.iter().enumerate().all(|(i, b)| (i % 5 == 4) == (*b == b'.'));
        let nibbles = word.len() > 16 && word.iter().enumerate().all(|(i, b)| (i % 2 == 1) == (*b == b'.'));
        if card && word.iter().any(u8::is_ascii_digit) || nibbles {
            out.push((start..start + word.len(), Shape::Hex));
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
static PRODUCTS: List<16> = List::new([
    "rtc",
    "rtcc",
    "uccapi",
    "uccp",
    "ucma",
    "oc",
    "ocs",
    "ocphone",
    "mcx",
    "cpe",
    "lcs",
    "lcc",
    "communicator",
    "msrtc",
    "lync",
    "skype",
]);

/// Whether the four numbers at a place are a version: behind one slash and a product (`RTC/4.0.0.0`), or any name where
/// products stand. `sip/198.51.100.23` is an address.
pub(super) fn is_version(text: &[u8], at: usize, any: bool) -> bool {
    let Some(front) = text.get(..at).and_then(|front| front.strip_suffix(b"/")) else { return false };
    let name = &front[front.len() - run_back(front, front.len(), |b| is_letter(b) || b == b'-')..];
    let product = any && !name.is_empty() || PRODUCTS.has(name);
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
fn colons(text: &[u8], signs: &Signs, out: &mut Found) {
    let part = |b: u8| b.is_ascii_hexdigit() || b == b':';
    let mut at = 0;
    for colon in signs.places(Sign::Colon) {
        if colon < at {
            continue;
        }
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
fn dashes(text: &[u8], signs: &Signs, out: &mut Found) {
    let mut at = 0;
    for dash in signs.places(Sign::Dash) {
        if dash < at {
            continue;
        }
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

/// Whether somewhere pairs of letters may stand one behind the other: looked at in places, since eight pairs reach far.
pub(super) fn may_hold_dump(text: &[u8]) -> bool {
    (0..text.len()).step_by(16).any(|at| {
        let Some(six) = text.get(at..at + 6) else { return false };
        // Every third is no letter.
        let letters = six.iter().fold(0, |all, b| all << 1 | u8::from(is_letter(*b)));
        matches!(letters, 0b01_1011 | 0b10_1101 | 0b11_0110)
    })
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
