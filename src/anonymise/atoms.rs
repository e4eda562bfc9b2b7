//! A line in pieces: atoms (runs of letters and digits), and the groups of atoms that are an address, a host, a number.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

/// Bytes of an atom; what is not ASCII is a letter of some language, but see [`atoms`].
pub(super) fn is_atom(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte >= 0x80
}

/// How many bytes of typographic punctuation stand at a place: quotes and dashes that a copy put in place of plain ones.
fn punctuation(line: &[u8], at: usize) -> usize {
    match line.get(at..).unwrap_or_default() {
        [0xe2, 0x80, 0x90..=0x9f | 0xa6 | 0xb2 | 0xb3, ..] => 3,
        [0xc2, 0xa0 | 0xab | 0xbb, ..] => 2,
        // Windows-1252: no UTF-8 character starts with these.
        [0x91..=0x97, ..] if !at.checked_sub(1).and_then(|b| line.get(b)).is_some_and(|b| *b >= 0x80) => 1,
        _ => 0,
    }
}

/// The atoms of a line.
pub(super) fn atoms(line: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        while line.get(at).is_some_and(|b| !is_atom(*b)) || punctuation(line, at) > 0 {
            at += punctuation(line, at).max(1);
        }
        let start = at;
        while line.get(at).is_some_and(|b| is_atom(*b)) && punctuation(line, at) == 0 {
            at += 1;
        }
        (at > start).then_some(start..at)
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

/// Hosts by their place, whatever they are called: of `Peer` and Via, of a URI without user, of parameters that name a
/// server.
pub(super) fn hosts_of_places(line: &[u8]) -> Vec<Range<usize>> {
    const PARAMETERS: [&[u8]; 12] = [
        b"source=",
        b"targetname=",
        b"fqdn=",
        b"fqdn1=",
        b"fqdn2=",
        b"ms-fe=",
        b"fe=",
        b"ms-ep-fqdn=",
        b"domain=",
        b"host=",
        b"maddr=",
        b"peer=",
    ];
    let host = |start: usize| {
        let skip = line[start..].iter().take_while(|b| matches!(b, b' ' | b'"')).count();
        let start = start + skip;
        let len = line[start..].iter().take_while(|b| is_atom(**b) || matches!(b, b'.' | b'-' | b'_')).count();
        start..start + len
    };
    let mut out = Vec::new();
    if line.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"peer:")) {
        out.push(host(5));
    }
    for at in memchr::memmem::find_iter(line, b"SIP/2.0/") {
        // SIP/2.0/TLS fe01.contoso.com:5061
        let word = line[at + 8..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if word > 0 && line.get(at + 8 + word) == Some(&b' ') {
            out.push(host(at + 8 + word));
        }
    }
    for at in memchr::memchr_iter(b':', line) {
        let before = &line[..at];
        let is_uri = |scheme: &[u8]| {
            let start = at.checked_sub(scheme.len());
            let named = start.is_some_and(|start| before[start..].eq_ignore_ascii_case(scheme));
            let inside = start.and_then(|s| s.checked_sub(1)).and_then(|b| line.get(b));
            named && !inside.is_some_and(|b| is_atom(*b) || *b == b'-')
        };
        let uri = is_uri(b"sip") || is_uri(b"sips");
        let found = host(at + 1);
        if uri && found.start == at + 1 && line.get(found.end) != Some(&b'@') {
            out.push(found);
        }
    }
    for at in memchr::memchr_iter(b'=', line) {
        let named = |p: &&&[u8]| {
            let start = (at + 1).checked_sub(p.len());
            let is = start.and_then(|s| line.get(s..=at)).is_some_and(|text| text.eq_ignore_ascii_case(p));
            let inside = start.and_then(|s| s.checked_sub(1)).and_then(|b| line.get(b));
            is && !inside.is_some_and(|b| is_atom(*b) || *b == b'-')
        };
        if PARAMETERS.iter().find(named).is_some() {
            out.push(host(at + 1));
        }
    }
    out.retain(|h| !h.is_empty());
    out
}

/// Values that mean something to their maker only: `opaque=user:epid:...` from the last colon on.
pub(super) fn opaque_values(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for name in [&b"opaque="[..], b"ms-internal-info="] {
        for at in memchr::memmem::find_iter(line, name) {
            let start = at + name.len();
            let value = &line[start..];
            let open = usize::from(value.starts_with(b"\""));
            let len = value[open..].iter().position(|b| b";,>\" \t".contains(b)).map_or(value.len(), |p| open + p);
            let colon = memchr::memrchr(b':', &value[..len]).map_or(open, |p| p + 1);
            out.push(start + colon..start + len);
        }
    }
    out
}

/// Bytes that a display name or an address in brackets has at most.
const LONGEST_NAME: usize = 256;

/// Display names: between quotes before a `<`, or the words before it.
pub(super) fn display_names(line: &[u8]) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    for at in memchr::memchr_iter(b'<', line) {
        // Nobody is called longer, and a line of nothing but `<` must not be read a million times.
        let floor = at.saturating_sub(LONGEST_NAME);
        let before = line[floor..at].trim_ascii_end();
        if let Some(inside) = before.strip_suffix(b"\"") {
            if let Some(open) = memchr::memrchr(b'"', inside) {
                out.push(floor + open + 1..floor + inside.len());
            }
        } else {
            let start = before.iter().rposition(|b| matches!(b, b':' | b',' | b'"' | b'>' | b';')).map_or(0, |p| p + 1);
            out.push(floor + start..floor + before.len());
        }
    }
    out.retain(|r| !r.is_empty());
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
        let end = line.len().min(open + LONGEST_NAME);
        let Some(len) = memchr::memchr(b']', &line[open..end]) else { continue };
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
