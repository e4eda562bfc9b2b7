//! How a SIP message looks where nothing frames it.

use std::sync::LazyLock;

use memchr::memchr;
use memchr::memmem::Finder;

/// Ends a request line. Made once: that takes longer than most searches.
static VERSION: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" SIP/2.0"));
/// Ends a line where all of a message is written in one.
static BREAK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"#01"));

/// Names of headers that stand near the top of a message.
const FIRST: [&[u8]; 22] = [
    b"via",
    b"v",
    b"from",
    b"f",
    b"to",
    b"t",
    b"call-id",
    b"i",
    b"cseq",
    b"ms-user-logon-data",
    b"authentication-info",
    b"proxy-authentication-info",
    b"record-route",
    b"route",
    b"max-forwards",
    b"contact",
    b"m",
    b"user-agent",
    b"server",
    b"content-length",
    b"www-authenticate",
    b"proxy-authenticate",
];

/// Lines behind a start line in which a header must stand.
const NEAR: usize = 3;
/// Empty lines that a copy may put between two lines.
const EMPTY: usize = 2;

/// A text without the blanks and the marks that a copy puts before it.
pub(super) fn without_indent(line: &[u8]) -> &[u8] {
    let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    line.get(indent..).unwrap_or_default()
}

/// How long the start line is with which a text begins, blanks before it not allowed; what stands behind it on the same
/// line is a header that was glued to it.
pub(super) fn start_line(text: &[u8]) -> Option<usize> {
    if !text.first()?.is_ascii_uppercase() {
        return None;
    }
    if let Some(rest) = text.strip_prefix(b"SIP/2.0 ") {
        let [a @ b'1'..=b'6', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] = rest else { return None };
        let _ = (a, b, c);
        return matches!(rest.get(3), None | Some(b' ' | b'\r' | b'\n' | b'\t' | b'#')).then(|| of_response(text));
    }
    let method = text.iter().take(32).take_while(|b| b.is_ascii_uppercase()).count();
    let rest = text.get(method..)?.strip_prefix(b" ")?;
    let is_uri = [&b"sip:"[..], b"sips:", b"tel:"]
        .iter()
        .any(|scheme| rest.get(..scheme.len()).is_some_and(|own| own.eq_ignore_ascii_case(scheme)));
    if method < 2 || !is_uri {
        return None;
    }
    let line = rest.get(..memchr(b'\n', rest).unwrap_or(rest.len()).min(8192))?;
    let version = VERSION.find(line)? + 8;
    let uri = line.get(..version - 8)?;
    let behind = line.get(version..)?;
    let ends = behind.trim_ascii().is_empty()
        || matches!(behind.trim_ascii(), b"\\")
        || behind.starts_with(b"#")
        || (matches!(behind.first(), Some(b' ' | b'\t')) && header(behind.trim_ascii()).is_some());
    (ends && !uri.iter().any(|b| matches!(b, b' ' | b'\t'))).then_some(method + 1 + version)
}

/// The length of a status line: to the end of the line, or to a header that a copy has glued to it.
fn of_response(text: &[u8]) -> usize {
    let end = memchr(b'\n', text).unwrap_or(text.len()).min(1024);
    let line = text.get(..end).unwrap_or(text);
    // What is written in one line ends its lines so.
    let line = line.get(..BREAK.find(line).unwrap_or(line.len())).unwrap_or(line);
    let mut at = 12;
    let mut looked = 0;
    while let Some(colon) = line.get(at..).and_then(|rest| memchr(b':', rest)) {
        let before = line.get(..at + colon).unwrap_or_default();
        let word = memchr::memrchr(b' ', before).map_or(0, |blank| blank + 1);
        if word > 12 && line.get(word..).is_some_and(is_first) {
            return word;
        }
        at += colon + 1;
        looked += 1;
        if looked == 8 {
            break;
        }
    }
    line.trim_ascii_end().len()
}

/// The length of the name of the header with which a line begins.
pub(super) fn header(line: &[u8]) -> Option<usize> {
    crate::record::is_header(line).then(|| line.iter().take_while(|b| is_name(**b)).count())
}

fn is_name(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'-'
}

/// Whether a line begins with a header that every message has, or one that marks a client's log.
fn is_first(line: &[u8]) -> bool {
    // One letter is also what a line of a session description may begin with, before its equals sign.
    let own = header(line).and_then(|name| line.get(..name));
    own.is_some_and(|own| FIRST.iter().any(|known| own.eq_ignore_ascii_case(known)))
}

/// Whether a line has this header, and its value.
pub(super) fn value<'l>(line: &'l [u8], names: &[&[u8]]) -> Option<&'l [u8]> {
    // The name first: most lines have another one, and are read no further.
    let is_named = |known: &&&[u8]| {
        line.get(..known.len()).is_some_and(|own| own.eq_ignore_ascii_case(known))
            && !line.get(known.len()).copied().is_some_and(is_name)
    };
    let name = names.iter().find(is_named)?.len();
    if !crate::record::is_header(line) {
        return None;
    }
    let rest = line.get(name..)?;
    let colon = memchr(b':', rest).unwrap_or(0);
    Some(rest.get(colon + 1..).unwrap_or_default().trim_ascii())
}

/// Whether behind a start line that ends at `at` the headers of a message stand.
pub(super) fn headers_follow(text: &[u8], at: usize) -> bool {
    let mut lines = 0;
    let mut empty = 0;
    let mut at = at;
    while lines < NEAR {
        let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) else { return false };
        let end = memchr(b'\n', rest).unwrap_or(rest.len());
        let line = without_indent(rest.get(..end).unwrap_or_default().trim_ascii_end());
        let line = line.strip_suffix(b"\\").unwrap_or(line);
        at += end + 1;
        if line.is_empty() {
            empty += 1;
            if empty > EMPTY * NEAR {
                return false;
            }
            continue;
        }
        lines += 1;
        if is_first(line) {
            return true;
        }
    }
    false
}

/// Whether a message begins with this text: a start line, and headers near it.
pub(super) fn begins_message(text: &[u8]) -> Option<usize> {
    let length = start_line(text)?;
    // Behind it on its own line, or on those that follow.
    headers_follow(text, length).then_some(length)
}

/// Whether a line can only belong to a body.
pub(super) fn opens_body(line: &[u8]) -> bool {
    line.starts_with(b"<") || line.starts_with(b"- <") || line.starts_with(b"v=0") || line.starts_with(b"--")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn start_lines_are_told_from_prose() {
        for (text, length) in [
            ("INVITE sip:bob@contoso.com SIP/2.0", Some(34)),
            ("INVITE sip:bob@contoso.com SIP/2.0 \\", Some(34)),
            ("INVITE sip:bob@contoso.com SIP/2.0 was sent", None),
            ("INVITE sip:bob@contoso.com SIP/2.0 Via: SIP/2.0/TLS 192.0.2.1", Some(34)),
            ("The INVITE sip:bob@contoso.com SIP/2.0", None),
            ("INVITE  sip:bob@contoso.com SIP/2.0", None),
            ("INVITE sip:bob smith@contoso.com SIP/2.0", None),
            ("MESSAGE tel:+15550100 SIP/2.0", Some(29)),
            ("SIP/2.0 200 OK", Some(14)),
            ("SIP/2.0 504 Server time-out FROM: <sip:a@contoso.com>", Some(28)),
            ("SIP/2.0 200", Some(11)),
            ("SIP/2.0 503 Service Unavailable#012Via: a", Some(31)),
            ("SIP/2.0/TLS 192.0.2.1", None),
            ("SIP/2.0 2000 OK", None),
            ("SIP/2.0 OK", None),
        ] {
            assert_eq!(start_line(text.as_bytes()), length, "{text}");
        }
    }

    #[test]
    fn a_message_has_headers_near_its_start() {
        for (text, is) in [
            ("SIP/2.0 200 OK\nVia: SIP/2.0/TLS 192.0.2.1", true),
            ("SIP/2.0 200 OK\n\nVia: SIP/2.0/TLS 192.0.2.1", true),
            ("SIP/2.0 200 OK\n Authentication-Info: x\n", true),
            ("SIP/2.0 200 OK\nX-A: b\nX-B: c\nX-C: d\nVia: x", false),
            ("SIP/2.0 200 OK\nis what it said\nand then\nnothing\nVia: x", false),
            ("SIP/2.0 404 Not Found Via: SIP/2.0/UDP 192.0.2.1", true),
            ("SIP/2.0 200 OK", false),
        ] {
            assert_eq!(begins_message(text.as_bytes()).is_some(), is, "{text}");
        }
    }
}
