//! The quick ways: values as servers and clients write them, read in one go.
//!
//! Each takes one line, without blanks around it, and only what it can prove to be regular; for all else it gives
//! `None`, and the grammar beside it reads the value: one meaning, two ways. What is not regular: bytes beyond ASCII or
//! blanks in parameters, quotes that are not closed, text in quotes where a tag or a branch stands.

use memchr::{memchr, memchr2};

use super::Via;

/// The tag of a From or To value, empty where it has none; as [`super::NameAddr`] has it.
pub(crate) fn tag(value: &[u8]) -> Option<&[u8]> {
    // A display name in quotes may hold anything but a quote.
    let words = match value.strip_prefix(b"\"") {
        Some(rest) => rest.get(memchr(b'"', rest)? + 1..)?,
        None => value,
    };
    let at = memchr2(b'<', b';', words);
    let params = match at.and_then(|at| words.get(at..)) {
        Some([b'<', uri @ ..]) => uri.get(memchr(b'>', uri)? + 1..)?,
        Some(params) => params,
        None => &[],
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
                prop_assert_eq!(quick, slow);
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
        let mut all = Vec::new();
        let joined = b"SIP/2.0/TLS 192.0.2.15:5061;branch=z9hG4bK1.A;ms-internal-info=\"a,b;c\",SIP/2.0/TCP [2001:db8::1]:5;branch=2";
        assert!(vias(joined, |via| all.push(via.branch)).is_some());
        assert_eq!(all, [&b"z9hG4bK1.A"[..], b"2"]);
    }
}
