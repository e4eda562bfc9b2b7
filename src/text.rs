//! Small helpers for log bytes: decoding, cleaning and making them safe to show.

mod hostile;
pub(crate) mod lane;
pub mod page;
pub(crate) mod width;

use std::borrow::Cow;

use memchr::memchr2;
use regex::bytes;

pub(crate) use hostile::{Judge, Shown, is_plain};
pub use hostile::{sanitize, sanitize_lines};

/// Text of log bytes: each line UTF-8 where it is valid, else Windows-1252, so that nothing is ever rejected. Lines of
/// both kinds may stand in one record: a server passes on what phones send.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let single = |line| encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0;
    let lines = bytes.split_inclusive(|b| *b == b'\n');
    Cow::Owned(lines.map(|line| std::str::from_utf8(line).map_or_else(|_| single(line), Cow::Borrowed)).collect())
}

/// A text to look for in others as they are shown, in any case of all letters (Unicode simple case folding).
#[derive(Clone, Debug)]
pub(crate) struct Finder {
    /// Of a text in ASCII: in lower case, for short values, and for long ones.
    ascii: Option<(Box<[u8]>, bytes::Regex)>,
    part: regex::Regex,
    whole: regex::Regex,
}

/// From this length on a search that has to be set up first is faster.
const LONG: usize = 256;

impl Finder {
    /// `None` for a text that is too long to look for.
    pub(crate) fn new(text: &str) -> Option<Finder> {
        let escaped = regex::escape(text);
        let build = |pattern: &str| regex::RegexBuilder::new(pattern).case_insensitive(true).build().ok();
        let mut plain = bytes::RegexBuilder::new(&escaped);
        plain.unicode(false).case_insensitive(true);
        let lower = text.to_ascii_lowercase().into_bytes().into();
        let ascii = if text.is_ascii() { Some((lower, plain.build().ok()?)) } else { None };
        Some(Finder { ascii, part: build(&escaped)?, whole: build(&format!(r"\A(?:{escaped})\z"))? })
    }

    /// Whether log bytes hold it.
    pub(crate) fn is_in(&self, value: &[u8]) -> bool {
        match &self.ascii {
            Some((lower, _)) if value.len() < LONG && value.is_ascii() => contains_ignore_case(value, lower),
            // What stands there in ASCII stands there however the rest is read.
            Some((_, finder)) if finder.is_match(value) => true,
            Some(_) if value.is_ascii() => false,
            // What is beyond ASCII may be a letter's other case: the Kelvin sign is a k.
            _ => self.part.is_match(&decode(value)),
        }
    }

    /// Where it stands in a text.
    #[cfg(feature = "tui")]
    pub(crate) fn places<'t>(&self, text: &'t str) -> impl Iterator<Item = std::ops::Range<usize>> + use<'_, 't> {
        self.part.find_iter(text).map(|found| found.range())
    }

    /// Whether log bytes are it.
    pub(crate) fn is_all(&self, value: &[u8]) -> bool {
        match &self.ascii {
            Some((lower, _)) if value.is_ascii() => value.eq_ignore_ascii_case(lower),
            _ => self.whole.is_match(&decode(value)),
        }
    }
}

/// `1 call`, `2 pushes`.
pub fn plural(n: u64, word: &str) -> String {
    let many = if word.ends_with("sh") { "es" } else { "s" };
    if n == 1 { format!("1 {word}") } else { format!("{n} {word}{many}") }
}

/// A text that a spreadsheet takes as text: one that would start a formula gets an apostrophe before it. Some skip
/// blanks and control characters first, some know the wide forms of the signs.
pub fn no_formula(text: &str) -> Cow<'_, str> {
    let first = text.chars().find(|c| !c.is_whitespace());
    let signs = ['=', '+', '-', '@', '＝', '＋', '－', '＠', '\u{fffd}'];
    if text.starts_with(['\t', '\r', '\n']) || first.is_some_and(|c| c.is_control() || signs.contains(&c)) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether `haystack` contains `needle` (given in lower case) when ASCII case is ignored.
pub fn contains_ignore_case(haystack: &[u8], needle: &[u8]) -> bool {
    let Some((&first, rest)) = needle.split_first() else { return true };
    let (lower, upper) = (first.to_ascii_lowercase(), first.to_ascii_uppercase());
    let mut from = 0;
    while let Some(at) = haystack.get(from..).and_then(|tail| memchr2(lower, upper, tail)) {
        let next = from + at + 1;
        if haystack.get(next..next + rest.len()).is_some_and(|part| part.eq_ignore_ascii_case(rest)) {
            return true;
        }
        from = next;
    }
    false
}

/// A header value with the damage of copies undone: hard wraps and folds joined, typographic quotes
/// and dashes made plain (FORMAT.md section 12). Borrowed when there was none.
pub fn clean(value: &[u8]) -> Cow<'_, [u8]> {
    let value = value.trim_ascii();
    if value.is_ascii() && memchr::memchr(b'\n', value).is_none() {
        return Cow::Borrowed(value);
    }
    let utf8 = std::str::from_utf8(value).is_ok();
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        match byte {
            b'\r' => {}
            b'\n' => {
                rest = rest.trim_ascii_start();
                // A wrap inside a parameter list or a hyphenated name leaves no blank behind.
                if !out.last().is_some_and(|b| b";,<=-:".contains(b)) {
                    out.push(b' ');
                }
            }
            0xe2 if utf8 => match rest {
                [0x80, 0x9c | 0x9d | 0xb3, tail @ ..] => {
                    out.push(b'"');
                    rest = tail;
                }
                [0x80, 0x90..=0x95, tail @ ..] => {
                    out.push(b'-');
                    rest = tail;
                }
                _ => out.push(byte),
            },
            0x93 | 0x94 if !utf8 => out.push(b'"'),
            0x96 | 0x97 if !utf8 => out.push(b'-'),
            _ => out.push(byte),
        }
    }
    Cow::Owned(out)
}

/// The next line from `pos`: its end without the line feed, and the start of the line after it.
pub(crate) fn line_end(bytes: &[u8], pos: usize) -> (usize, usize) {
    match bytes.get(pos..).and_then(|tail| memchr::memchr(b'\n', tail)) {
        Some(at) => (pos + at, pos + at + 1),
        None => (bytes.len(), bytes.len()),
    }
}

/// The known name that a typed one is nearest to, with no more mistakes than `worst`; of equally near ones the first. With
/// each stands how it is compared: in lower case, or with its signs made alike.
pub fn nearest<P: AsRef<str>, N>(typed: &str, known: impl IntoIterator<Item = (P, N)>, worst: usize) -> Option<N> {
    let mistakes = known.into_iter().map(|(plain, name)| (strsim::damerau_levenshtein(typed, plain.as_ref()), name));
    mistakes.filter(|(n, _)| *n <= worst).min_by_key(|(n, _)| *n).map(|(_, name)| name)
}

/// One wrong letter in three is a mistake; more is another word.
pub fn one_in_three(typed: &str) -> usize {
    typed.chars().count().div_ceil(3)
}

/// `host:port`, `[2001:db8::1]:5061` or a bare host: the host without brackets, and what stands for a port.
pub fn host_and_port(text: &str) -> (&str, Option<&str>) {
    if let Some((host, rest)) = text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        return (host, rest.strip_prefix(':'));
    }
    match text.rsplit_once(':') {
        // More than one colon: an IPv6 address without brackets, and no port.
        Some((host, port)) if !host.contains(':') => (host, Some(port)),
        _ => (text, None),
    }
}

/// `host[:port]` without its port.
pub fn host_of(text: &str) -> &str {
    host_and_port(text.trim()).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_the_same_with_and_without_its_port() {
        for (text, host, port) in [
            ("fe01.contoso.com:5061", "fe01.contoso.com", Some("5061")),
            ("fe01.contoso.com", "fe01.contoso.com", None),
            ("192.0.2.1:", "192.0.2.1", Some("")),
            ("[2001:db8::1]:5061", "2001:db8::1", Some("5061")),
            ("[2001:db8::1]", "2001:db8::1", None),
            ("2001:db8::1", "2001:db8::1", None),
            ("[2001:db8::1", "[2001:db8::1", None),
            ("[2001:db8::1]5061:1", "2001:db8::1", None),
            ("", "", None),
        ] {
            assert_eq!((host_and_port(text), host_of(text)), ((host, port), host), "{text}");
        }
        assert_eq!(host_of(" fe01:5061 "), "fe01");
    }

    #[test]
    fn hostile_text_is_made_plain() {
        assert_eq!(decode(b"M\xfcller"), "Müller");
        assert_eq!(decode(b"M\xfcller\nM\xc3\xbcller\n"), "Müller\nMüller\n");
        assert_eq!(clean("“a”\u{2013}b″".as_bytes()).as_ref(), b"\"a\"-b\"");
        assert_eq!(clean(b"a;ms-\r\n  received-port=1;\n x=2\ny").as_ref(), b"a;ms-received-port=1;x=2 y");
        assert!(contains_ignore_case(b"RTCC/4.0 MCXService/4.0", b"mcxservice"));
        assert!(!contains_ignore_case(b"mcx", b"mcxservice"));
    }
    #[test]
    fn text_is_found_as_it_is_shown() {
        let long = "x".repeat(LONG);
        for (wanted, text, found) in [
            ("jörg.müller", &b"J\xd6RG.M\xdcLLER@contoso.com"[..], true),
            ("JÖRG", "jörg".as_bytes(), true),
            ("ΟΔΟΣ", "οδος οδοσα".as_bytes(), true),
            ("kiosk", "\u{212a}iosk".as_bytes(), true),
            ("kiosk", format!("{long}KIOSK").as_bytes(), true),
            ("kiosk", format!("{long}\u{fc}KIOSK").as_bytes(), true),
            ("ö", b"o", false),
            ("a.c", b"abc", false),
        ] {
            let finder = Finder::new(wanted).unwrap();
            assert_eq!(finder.is_in(text), found, "{wanted} in {text:?}");
        }
        assert!(Finder::new("MÜLLER").unwrap().is_all(b"m\xfcller") && !Finder::new("M").unwrap().is_all(b"mm"));
    }
}
