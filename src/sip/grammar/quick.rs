//! The quick ways: values as servers and clients write them, read in one go.
//!
//! Each takes one line, without blanks around it, and only what it can prove to be regular; for all else it gives
//! `None`, and the grammar beside it reads the value: one meaning, two ways. What is not regular: bytes beyond ASCII or
//! blanks in parameters, quotes that are not closed, text in quotes where a tag or a branch stands.

use memchr::{memchr, memchr2};

use super::Via;
use crate::text::lane;

/// The tag of a From or To value, empty where it has none; as [`super::NameAddr`] has it.
pub(crate) fn tag(value: &[u8]) -> Option<&[u8]> {
    // A display name in quotes may hold anything but a quote.
    let words = match value.strip_prefix(b"\"") {
        Some(rest) => rest.get(memchr(b'"', rest)? + 1..)?,
        None => value,
    };
    let behind_uri = |uri: &'_ [u8]| -> Option<usize> { Some(memchr(b'>', uri)? + 1) };
    let params = match words {
        // Mostly nothing stands before the URI.
        [b'<', uri @ ..] => uri.get(behind_uri(uri)?..)?,
        _ => match memchr2(b'<', b';', words).and_then(|at| words.get(at..)) {
            Some([b'<', uri @ ..]) => uri.get(behind_uri(uri)?..)?,
            Some(params) => params,
            None => &[],
        },
    };
    match parameter(params, b"tag")? {
        (tag, Rest::Unread(_)) => Some(tag),
        (tag, rest) => rest.text().is_empty().then_some(tag),
    }
}

/// All entries of a Via value, as [`Via::parse_all`] gives them. After `None`, what was given counts for nothing.
pub(crate) fn vias<'a>(value: &'a [u8], mut each: impl FnMut(Via<'a>)) -> Option<()> {
    // More entries than this are damage, of which not all are read.
    const MOST: usize = 16;
    let mut rest = value;
    for _ in 0..MOST {
        let behind = rest.strip_prefix(b"SIP/2.0/")?;
        let blank = behind.iter().position(|b| !b.is_ascii_alphanumeric())?;
        let host = behind.get(blank..)?.strip_prefix(b" ")?;
        let end = length(host, PLAIN);
        let (sent_by, params) = host.split_at_checked(end).filter(|(host, _)| !host.is_empty())?;
        let (branch, rest_of_entry) = parameter(params, b"branch")?;
        each(Via { sent_by, branch });
        let tail = match rest_of_entry {
            // Whatever is behind the branch, without a comma it is no further entry.
            Rest::Unread(tail) if memchr(b',', tail).is_none() => return Some(()),
            Rest::Unread(tail) => parameter(tail, b"")?.1.text(),
            Rest::Read(tail) => tail,
        };
        match tail {
            [] => return Some(()),
            [b',', tail @ ..] => rest = tail.trim_ascii_start(),
            _ => return None,
        }
    }
    None
}

/// The same by masks of sixty-four bytes: entries as nearly all are, branch first and no quotes up to the next one.
/// `value` stands at the start of `text`, and is in ASCII.
pub(crate) fn masked_vias<'a>(text: &'a [u8], value: &'a [u8], mut each: impl FnMut(Via<'a>)) -> Option<()> {
    const MOST: usize = 16;
    let mut at = 0;
    for _ in 0..MOST {
        let start = text.get(at..)?.first_chunk::<12>()?;
        let host = at + start.len();
        let is_usual = matches!(start, b"SIP/2.0/TLS " | b"SIP/2.0/TCP " | b"SIP/2.0/UDP ");
        let lane = text.get(host..)?.first_chunk::<64>().filter(|_| is_usual)?;
        let inside = lane::first(value.len().checked_sub(host)?);
        let semicolons = lane::equal(lane, b';') & inside;
        let ends = (semicolons | lane::equal(lane, b',')) & inside;
        let odd = (lane::at_most(lane, b' ') | lane::equal(lane, b'"')) & inside;
        // The host ends where the branch begins.
        let sent_by = semicolons.trailing_zeros() as usize;
        let branch = sent_by + b";branch=".len();
        if sent_by == 0 || branch >= 64 || ends.trailing_zeros() as usize != sent_by {
            return None;
        }
        let behind = ends & !lane::first(branch);
        let end = if behind != 0 { behind.trailing_zeros() as usize } else { value.len() - host };
        let name = lane.get(sent_by..branch)?;
        if end > 64 || end <= branch || odd & lane::first(end) != 0 || !name.eq_ignore_ascii_case(b";branch=") {
            return None;
        }
        each(Via { sent_by: text.get(host..host + sent_by)?, branch: text.get(host + branch..host + end)? });
        let rest = value.get(host + end..)?;
        let Some(next) = memchr2(b',', b'"', rest) else { return Some(()) };
        if rest.get(next) == Some(&b'"') {
            return None;
        }
        at = host + end + next + 1;
        at += value.get(at..)?.iter().take_while(|b| **b == b' ').count();
    }
    None
}

/// What stands behind a parameter that was sought.
enum Rest<'a> {
    /// It was found, and this is behind it, unread.
    Unread(&'a [u8]),
    /// It is not there; behind the last parameter is nothing or a comma.
    Read(&'a [u8]),
}

impl<'a> Rest<'a> {
    fn text(self) -> &'a [u8] {
        match self {
            Rest::Unread(text) | Rest::Read(text) => text,
        }
    }
}

/// The first value of a parameter that is not empty. What stands behind it is not looked at: no second one counts.
fn parameter<'a>(params: &'a [u8], wanted: &[u8]) -> Option<(&'a [u8], Rest<'a>)> {
    let mut rest = params;
    while let [b';', tail @ ..] = rest {
        let (name, tail) = tail.split_at_checked(length(tail, NAME))?;
        rest = tail;
        let is_wanted = !wanted.is_empty() && name.eq_ignore_ascii_case(wanted);
        match tail {
            [b'=', b'"', quoted @ ..] if !is_wanted => rest = quoted.get(memchr(b'"', quoted)? + 1..)?,
            [b'=', value @ ..] => {
                let (value, tail) = value.split_at_checked(length(value, PLAIN))?;
                rest = tail;
                if is_wanted && !value.is_empty() {
                    // Where it ends in any other way, the grammar may read more.
                    return matches!(tail, [] | [b';' | b',', ..]).then_some((value, Rest::Unread(tail)));
                }
            }
            _ => {}
        }
    }
    matches!(rest, [] | [b',', ..]).then_some((&b""[..], Rest::Read(rest)))
}

/// A byte of the name of a parameter.
const NAME: u8 = 1;
/// A byte of a value that is not in quotes and ends no parameter.
const PLAIN: u8 = 2;

/// What each byte may be part of.
const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0u8;
    while byte < 0x7f {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+') {
            classes[byte as usize] |= NAME;
        }
        if byte > b' ' && !matches!(byte, b';' | b',' | b'"') {
            classes[byte as usize] |= PLAIN;
        }
        byte += 1;
    }
    classes
};

/// How many bytes of a class a text starts with.
#[inline]
fn length(text: &[u8], class: u8) -> usize {
    text.iter().position(|b| CLASSES[usize::from(*b)] & class == 0).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::super::NameAddr;
    use super::*;
    use proptest::prelude::*;

    /// Pieces of values, regular and not, in any order.
    fn value() -> impl Strategy<Value = Vec<u8>> {
        let pieces: &[&[u8]] = &[
            b"\"Bob\"",
            b"\"a;tag=1",
            b"<sip:bob@contoso.com",
            b">",
            b";tag=4f1a",
            b";TAG=\"x\"",
            b";tag=",
            b"; tag = 9",
            b";epid=01",
            b";ms-opaque=\"a,b;c\"",
            b"SIP/2.0/TLS ",
            b"SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1.A",
            b",SIP/2.0/TCP [2001:db8::1];BRANCH=z9hG4bK2",
            b"sip / 2.0 / UDP ",
            b"192.0.2.1:5061",
            b"[2001:db8::1]",
            b";branch=z9hG4bK1.A",
            b";branch=z9;branch=z8",
            b";branch=",
            b";ms-internal-info=\"a,b;c\"",
            b",",
            b" , ",
            b" ",
            b";",
            b"=",
            b"\xfc",
            b"\xe2\x80\x9c",
            b"\r\n ",
            b"\x0b",
            b"\x7f",
            b"SIP/2.0/",
            b";received=1;x",
            b"a",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..9).prop_map(|all| all.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]
        /// What the quick way takes, the grammar reads the same.
        #[test]
        fn the_grammar_says_the_same(value in value()) {
            let value = value.trim_ascii();
            let one_line = !value.contains(&b'\n');
            if let Some(tag) = tag(value).filter(|_| one_line) {
                prop_assert_eq!(tag, NameAddr::parse(value).tag);
            }
            let (mut quick, mut slow) = (Vec::new(), Vec::new());
            if one_line && vias(value, |via| quick.push(via)).is_some() {
                Via::parse_all(value, |via| slow.push(via));
                prop_assert_eq!(&quick, &slow);
            }
            let (text, mut masked) = ([value, &b"\r\nMax-Forwards: 70;branch=9,SIP/2.0/TLS x;branch=1, 1234567890123456789012345678901234567890"[..]].concat(), Vec::new());
            if one_line && value.is_ascii() && masked_vias(&text, &text[..value.len()], |via| masked.push(via)).is_some() {
                slow.clear();
                Via::parse_all(value, |via| slow.push(via));
                prop_assert_eq!(masked, slow);
            }
        }
    }

    #[test]
    fn usual_values_go_the_quick_way() {
        let tagged: &[(&[u8], &[u8])] = &[
            (b"\"Bob; Example\"<sip:bob@contoso.com>;epid=01;tag=ab", b"ab"),
            (b"<sip:bob@contoso.com;user=phone>", b""),
            (b"sip:bob@contoso.com;tag=1", b"1"),
        ];
        for (value, own) in tagged {
            assert_eq!(tag(value), Some(*own));
        }
        let usual = b"SIP/2.0/TLS 203.0.113.144:59595;branch=z9hG4bK340ccd39;ms-received-port=59595, SIP/2.0/TCP fe01.contoso.com;branch=z9hG4bK2";
        let (text, mut all) = ([&usual[..], &[b'x'; 64]].concat(), Vec::new());
        assert!(masked_vias(&text, &text[..usual.len()], |via| all.push(via.branch)).is_some());
        assert_eq!(all, [&b"z9hG4bK340ccd39"[..], b"z9hG4bK2"]);
        let mut all = Vec::new();
        let joined = b"SIP/2.0/TLS 192.0.2.15:5061;branch=z9hG4bK1.A;ms-internal-info=\"a,b;c\",SIP/2.0/TCP [2001:db8::1]:5;branch=2";
        assert!(vias(joined, |via| all.push(via.branch)).is_some());
        assert_eq!(all, [&b"z9hG4bK1.A"[..], b"2"]);
    }
}
