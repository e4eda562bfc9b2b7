//! Where people and their things are named: display names, parameters, accounts, paths, lines of session descriptions.

use std::ops::Range;

use super::marks::{List, Mark, Marks, finder, rest, run, run_back};
use super::signs::{Sign, Signs};
use super::words::is_letter;

/// Headers whose value is `"display name" <uri>`, in lower case, with their compact forms.
static ADDRESSES: List<24> = List::new([
    "from",
    "to",
    "f",
    "t",
    "contact",
    "m",
    "p-asserted-identity",
    "p-preferred-identity",
    "referred-by",
    "b",
    "refer-to",
    "r",
    "remote-party-id",
    "history-info",
    "diversion",
    "reply-to",
    "p-called-party-id",
    "p-associated-uri",
    "ms-asserted-identity",
    "p-session-on-behalf-of",
    "on-behalf-of",
    "alert-info",
    "call-info",
    "p-charging-vector",
]);

/// Whether a header, in lower case, holds addresses with names.
pub(super) fn holds_addresses(header: &[u8]) -> bool {
    ADDRESSES.has(header)
}

/// Marks display names in front of `<...>`. `sure` says that the text is the value of a header that has them.
pub(super) fn display_names(text: &[u8], from: usize, sure: bool, marks: &mut Marks) {
    let (mut at, mut start) = (from, from);
    let mut closes = true;
    // Nothing but a name stands ahead of the first address.
    let mut first = sure;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' if closes => {
                let Some(close) = closing(text, at + 1) else {
                    // None behind it either.
                    closes = false;
                    continue;
                };
                let behind = close + 1 + run(text, close + 1, |b| b.is_ascii_whitespace());
                let value = at.checked_sub(1).is_some_and(|b| text[b] == b'=');
                if text.get(behind) == Some(&b'<') && (sure || is_address(text, behind)) || sure && !value {
                    marks.set(at + 1..close, Mark::Name);
                }
                (at, start) = (close + 1, close + 1);
                continue;
            }
            b'<' => {
                if sure || is_address(text, at) {
                    marks.set(start..at, Mark::Name);
                }
                at += 1 + rest(text, at + 1).iter().take(LONGEST).position(|b| matches!(b, b'<' | b'>')).unwrap_or(0);
                (start, first) = (at + 1, false);
            }
            b';' if first => {}
            b'>' | b';' | b':' => (start, first) = (at + 1, false),
            // `Smith, John <sip:...>` was written without the quotes it needs.
            b',' if !sure => start = at + 1,
            _ => {}
        }
        at += 1;
    }
    // `Referred-By: kim`: neither an address nor parameters of one.
    let value = rest(text, from);
    let bare = value.iter().position(|b| matches!(b, b';' | b',')).unwrap_or(value.len());
    if first && !value[..bare].contains(&b'=') {
        marks.set(from..from + bare, Mark::Name);
    }
}

/// Bytes that an address in brackets has at most.
const LONGEST: usize = 512;

/// The quote that closes a string, which none with a backslash does.
fn closing(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Whether what stands in brackets is an address.
fn is_address(text: &[u8], open: usize) -> bool {
    let inside = rest(text, open + 1);
    let inside = &inside[..inside.len().min(LONGEST)];
    let inside = &inside[..inside.iter().position(|b| matches!(b, b'<' | b'>')).unwrap_or(inside.len())];
    let scheme = inside.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    scheme > 1 && inside.get(scheme) == Some(&b':') || memchr::memchr(b'@', inside).is_some()
}

/// Folders in which those of people lie.
const HOMES: [&[u8]; 6] = [b"users", b"documents and settings", b"profiles", b"home", b"homes", b"user"];

/// `DOMAIN\user`, `C:\Users\bob\x.log`, `\\server\share`.
pub(super) fn paths(text: &[u8], signs: &Signs, from: usize, marks: &mut Marks) {
    let mut at = from;
    for slash in signs.places(Sign::Backslash) {
        if slash < at {
            continue;
        }
        let part = |b: u8| is_letter(b) || matches!(b, b'.' | b'-' | b'_' | b'$');
        let start = slash - text[at..slash].iter().rev().take_while(|b| part(**b)).count();
        let drive = text[at..slash].ends_with(b":");
        let share = start == slash && text.get(slash + 1) == Some(&b'\\') && !drive;
        // The folders, each with the blanks in it.
        let stops = |b: u8| matches!(b, b'"' | b'\'' | b'<' | b'>' | b'|' | b'*' | b'?' | b',' | b';' | b'\t' | b'\n');
        let mut parts: Vec<Range<usize>> = Some(start..slash).filter(|r| !r.is_empty()).into_iter().collect();
        let mut from = slash;
        while text.get(from) == Some(&b'\\') {
            let next = from + 1;
            let blanks = |b: u8| (drive || share) && matches!(b, b' ' | b'(' | b')');
            let len = run(text, next, |b| b != b'\\' && !stops(b) && (part(b) || blanks(b)));
            let more = text.get(next + len) == Some(&b'\\') && !text[next..next + len].ends_with(b" ");
            // Behind the last folder a sentence may go on, to another path even.
            let len = if more { len } else { run(text, next, part) };
            if len > 0 {
                parts.push(next..next + len);
            }
            from = next + len;
        }
        at = from.max(slash + 1);
        let mut named = share;
        for (i, folder) in parts.iter().enumerate() {
            if named || !drive && !share && parts.len() > 1 && i < 2 {
                marks.set(folder.clone(), Mark::Name);
            }
            let home = HOMES.iter().any(|h| text[folder.clone()].eq_ignore_ascii_case(h));
            named = home || share;
        }
    }
}

/// `/home/bob/`
pub(super) fn homes(text: &[u8], signs: &Signs, marks: &mut Marks) {
    for at in signs.places(Sign::Slash) {
        let home = [&b"/home/"[..], b"/Users/", b"/users/"].into_iter().find(|home| rest(text, at).starts_with(home));
        if let Some(home) = home {
            let start = at + home.len();
            marks.set(start..start + run(text, start, |b| is_letter(b) || matches!(b, b'.' | b'-' | b'_')), Mark::Name);
        }
    }
}

/// A line of a session description from a place on.
pub(super) fn description(text: &[u8], from: usize, marks: &mut Marks) {
    let start = from + run(text, from, |b| b.is_ascii_whitespace());
    let [letter, b'=', value @ ..] = rest(text, start) else { return };
    let from = start + 2;
    match letter {
        b'o' => {
            let user = run(text, from, |b| !b.is_ascii_whitespace());
            marks.set(from..from + user, Mark::Name);
            last_word(text, marks);
        }
        b'c' => last_word(text, marks),
        // `k=clear:...`
        b'k' => {
            let method = run(text, from, |b| b.is_ascii_alphanumeric());
            marks.set(from + method..text.len(), Mark::Name);
        }
        b's' if matches!(value.trim_ascii(), b"session" | b"-" | b"") => {}
        b's' | b'i' | b'u' | b'e' | b'p' => marks.set(from..text.len(), Mark::Name),
        b'a' => {
            if finder!(b" IN IP").find(value).is_some() {
                last_word(text, marks);
            }
            let named = |at: &usize| {
                let names = [&b"cname:"[..], b"tool:", b"cat:", b"keywds:", b"charset:", b"label:"];
                names.iter().any(|name| text[..=*at].ends_with(name))
            };
            if let Some(at) = memchr::memchr_iter(b':', text).find(named) {
                marks.set(at + 1..text.len(), Mark::Name);
            }
        }
        _ => {}
    }
}

/// The address at the end of `IN IP4 host`.
fn last_word(text: &[u8], marks: &mut Marks) {
    let text = text.trim_ascii_end();
    let start = text.len() - run_back(text, text.len(), |b| !b.is_ascii_whitespace());
    if start > 2 {
        marks.set(start..text.len(), Mark::Host);
    }
}

/// `Kim's phone` among products.
pub(super) fn owners(text: &[u8], marks: &mut Marks) {
    for at in memchr::memmem::find_iter(text, b"s").filter(|at| *at > 1) {
        let mark = match text[..at] {
            [.., b'\''] => 1,
            [.., 0xe2, 0x80, 0x99] => 3,
            _ => continue,
        };
        let end = at - mark;
        marks.set(end - run_back(text, end, |b| b.is_ascii_alphanumeric() || b >= 0x80)..end, Mark::Name);
    }
}
