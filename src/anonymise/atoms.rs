//! A line in pieces: atoms (runs of letters and digits), and the groups of atoms that are an address, a host, a number.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Bytes of an atom; what is not ASCII is a letter of some language.
pub(super) fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// The atoms of a line.
pub(super) fn atoms(line: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line.get(at..)?.iter().position(|b| is_atom(*b))?;
        let len = line.get(start..)?.iter().position(|b| !is_atom(*b)).unwrap_or(line.len() - start);
        at = start + len;
        Some(start..at)
    })
}

/// Domains of the vendor and of standards: they name nobody, and causes hang on them.
const KEPT: [&str; 14] = [
    "lync.com",
    "microsoft.com",
    "microsoftonline.com",
    "skype.com",
    "office.com",
    "office365.com",
    "windows.net",
    "w3.org",
    "ietf.org",
    "xmlsoap.org",
    "apple.com",
    "verisign.com",
    "digicert.com",
    "example.invalid",
];

/// Last labels by which a host name is known in free text.
const TOP: [&str; 40] = [
    "com", "net", "org", "edu", "gov", "mil", "int", "info", "biz", "local", "lan", "internal", "intra", "corp",
    "home", "test", "example", "de", "uk", "fr", "nl", "it", "es", "at", "ch", "se", "no", "dk", "fi", "pl", "be",
    "eu", "us", "ca", "au", "nz", "jp", "in", "br", "ru",
];

/// Whether a label is kept because it says only what kind of domain it is.
pub(super) fn is_top(label: &[u8]) -> bool {
    let same = |t: &&str| label.eq_ignore_ascii_case(t.as_bytes());
    TOP.iter().any(|t| same(&t)) || [&b"co"[..], b"ac"].iter().any(|t| label.eq_ignore_ascii_case(t))
}

/// Whether a host belongs to the vendor or to a standard.
pub(super) fn is_kept(host: &[u8]) -> bool {
    let host = host.to_ascii_lowercase();
    KEPT.iter().any(|k| host.strip_suffix(k.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.ends_with(b".")))
}

/// Host names: two labels or more, the last of them known and in one case, so that `Rtc.Internal.Net` is none.
pub(super) fn hosts(line: &[u8]) -> Vec<Range<usize>> {
    let is_host = |b: u8| is_atom(b) || b == b'-' || b == b'.';
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(start) = line.get(at..).and_then(|tail| tail.iter().position(|b| is_host(*b))).map(|p| at + p) {
        let len = line[start..].iter().position(|b| !is_host(*b)).unwrap_or(line.len() - start);
        at = start + len;
        let mut end = at;
        while end > start && matches!(line[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let Some(dot) = line[start..end].iter().rposition(|b| *b == b'.') else { continue };
        let last = &line[start + dot + 1..end];
        let one_case = last.iter().all(u8::is_ascii_lowercase) || last.iter().all(u8::is_ascii_uppercase);
        if dot > 0 && one_case && is_top(last) {
            out.push(start..end);
        }
    }
    out
}

/// The user parts of addresses: what stands before an `@`, back to what cannot belong to it.
pub(super) fn users(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for at in memchr::memchr_iter(b'@', line) {
        let ends = |b: &u8| b.is_ascii_whitespace() || b"<>:;,\"'()=[]{}@|/".contains(b);
        let start = line[..at].iter().rposition(ends).map_or(0, |p| p + 1);
        if start < at {
            out.push(start..at);
        }
    }
    // tel:+1-425-555-0100 has no host.
    for at in memchr::memmem::find_iter(line, b"tel:") {
        let start = at + 4;
        let number = |b: &u8| b.is_ascii_digit() || b"+-.()".contains(b);
        let len = line[start..].iter().position(|b| !number(b)).unwrap_or(line.len() - start);
        out.push(start..start + len);
    }
    out
}

/// What stands behind the `@` of an address, with or without a known last label.
pub(super) fn hosts_of_addresses(line: &[u8]) -> Vec<Range<usize>> {
    let host = |at: usize| {
        let start = at + 1;
        let part = |b: &u8| is_atom(*b) || matches!(b, b'.' | b'-');
        let len = line[start..].iter().position(|b| !part(b)).unwrap_or(line.len() - start);
        start..start + len
    };
    memchr::memchr_iter(b'@', line).map(host).filter(|h| !h.is_empty()).collect()
}

/// Display names: between quotes before a `<`, or the words before it.
pub(super) fn display_names(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for at in memchr::memchr_iter(b'<', line) {
        let before = line[..at].trim_ascii_end();
        if let Some(inside) = before.strip_suffix(b"\"") {
            if let Some(open) = memchr::memrchr(b'"', inside) {
                out.push(open + 1..inside.len());
            }
        } else {
            let start = before.iter().rposition(|b| matches!(b, b':' | b',' | b'"' | b'>' | b';')).map_or(0, |p| p + 1);
            out.push(start..before.len());
        }
    }
    // Between the quotes of two parameters stands no name.
    out.retain(|r| !r.is_empty() && !line[r.clone()].iter().any(|b| matches!(b, b';' | b'=')));
    out
}

/// Addresses of the network. A version (`RTCC/4.0.0.0`) is none.
pub(super) fn ipv4(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut at = 0;
    let part = |b: u8| b.is_ascii_digit() || b == b'.';
    while let Some(start) = line.get(at..).and_then(|tail| tail.iter().position(|b| part(*b))).map(|p| at + p) {
        let len = line[start..].iter().position(|b| !part(*b)).unwrap_or(line.len() - start);
        at = start + len;
        let text = std::str::from_utf8(&line[start..at]).unwrap_or_default().trim_end_matches('.');
        let before = start.checked_sub(1).and_then(|b| line.get(b)).copied().unwrap_or(b' ');
        let after = line.get(at).copied().unwrap_or(b' ');
        let alone = !is_atom(before) && !matches!(before, b'/' | b'.' | b'-' | b'_') && !is_atom(after);
        if alone && text.parse::<Ipv4Addr>().is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified()) {
            out.push(start..start + text.len());
        }
    }
    out
}

/// Addresses in brackets, and GUIDs: groups of hexadecimal digits that belong together.
pub(super) fn hex_groups(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for open in memchr::memchr_iter(b'[', line) {
        let Some(len) = memchr::memchr(b']', &line[open..]) else { break };
        let inside = open + 1..open + len;
        let text = std::str::from_utf8(&line[inside.clone()]).unwrap_or_default();
        if text.parse::<Ipv6Addr>().is_ok_and(|ip| !ip.is_loopback() && !ip.is_unspecified()) {
            out.push(inside);
        }
    }
    let mut at = 0;
    while let Some(dash) = line.get(at..).and_then(|tail| memchr::memchr(b'-', tail)).map(|p| at + p) {
        at = dash + 1;
        let Some(start) = dash.checked_sub(8) else { continue };
        let Some(text) = line.get(start..start + 36) else { continue };
        let guid = text.iter().enumerate().all(|(i, b)| match i {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        });
        if guid {
            out.push(start..start + 36);
            at = start + 36;
        }
    }
    out
}
