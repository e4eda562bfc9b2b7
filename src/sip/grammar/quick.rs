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
    let (tag, rest) = parameter(params, b"tag")?;
    rest.is_empty().then_some(tag)
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
        let end = host.iter().position(|b| !is_plain(*b)).unwrap_or(host.len());
        let (sent_by, params) = host.split_at_checked(end).filter(|(host, _)| !host.is_empty())?;
        let (branch, tail) = parameter(params, b"branch")?;
        each(Via { sent_by, branch });
        match tail {
            [] => return Some(()),
            [b',', tail @ ..] => rest = tail.trim_ascii_start(),
            _ => return None,
        }
    }
    None
}

/// The first value of a parameter that is not empty, and what stands behind the last parameter: nothing or a comma.
fn parameter<'a>(params: &'a [u8], wanted: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let (mut found, mut rest) = (&b""[..], params);
    while let [b';', tail @ ..] = rest {
        let end = tail.iter().position(|b| !is_name(*b)).unwrap_or(tail.len());
        let (name, tail) = tail.split_at_checked(end)?;
        rest = tail;
        let is_wanted = found.is_empty() && name.eq_ignore_ascii_case(wanted);
        match tail {
            [b'=', b'"', quoted @ ..] if !is_wanted => rest = quoted.get(memchr(b'"', quoted)? + 1..)?,
            [b'=', value @ ..] => {
                let end = value.iter().position(|b| !is_plain(*b)).unwrap_or(value.len());
                let (value, tail) = value.split_at_checked(end)?;
                if is_wanted {
                    found = value;
                }
                rest = tail;
            }
            _ => {}
        }
    }
    matches!(rest, [] | [b',', ..]).then_some((found, rest))
}

/// A byte of the name of a parameter.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'+')
}

/// A byte of a value that is not in quotes and ends no parameter.
fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte < 0x7f && !matches!(byte, b';' | b',' | b'"')
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
