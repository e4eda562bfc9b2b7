//! What a line looks like: whether it opens or ends a record, starts a header, or goes on with another.

use super::marks::{finder, run};
use super::sections::{Policy, policy};
use crate::text::line_end;

pub(super) const END: &[u8] = b"$$end_record";
const BEGIN: &[u8] = b"$$begin_record";

/// What shows at a line without its neighbours; found out once, and asked for as the next and as the first of a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Look {
    pub(super) end: usize,
    /// Where the line behind it begins.
    pub(super) next: usize,
    pub(super) opens: bool,
    pub(super) terminator: bool,
    /// A prefix of the trace stands in front.
    pub(super) prefix: bool,
}

impl Look {
    /// Looks at the line at a place.
    pub(super) fn at(text: &[u8], at: usize) -> Look {
        let rest = text.get(at..).unwrap_or_default();
        // Few lines have a dollar, and nothing opens or ends a record without.
        let found = memchr::memchr2(b'\n', b'$', rest);
        let dollar = found.is_some_and(|place| rest[place] == b'$');
        let (end, next) = match found {
            Some(place) if !dollar => (at + place, at + place + 1),
            _ => line_end(text, at + found.unwrap_or(rest.len())),
        };
        let line = &text[at..end];
        let (opens, terminator) = if dollar { (is_opener(line), is_terminator(line)) } else { (false, false) };
        Look { end, next, opens, terminator, prefix: line.starts_with(b"TL_") }
    }
}

/// What may stand in front of a terminator, as the frame has it: blanks, tabs and the backslashes of a copy.
pub(super) fn is_lead(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\\')
}

/// Whether a line may say what a body is, or be the first of one; `Call-ID` and others that come again and again are none.
pub(super) fn says_content(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let tells = |name: &[u8]| line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    match line.first() {
        // `c: text/plain`
        Some(b'c' | b'C') => {
            tells(b"content-type") || !line.get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-')
        }
        Some(b'm' | b'M') => tells(b"message-body"),
        _ => false,
    }
}

fn is_terminator(line: &[u8]) -> bool {
    line[run(line, 0, is_lead)..].starts_with(END)
}

/// Whether a record is opened in a line.
pub(super) fn is_opener(line: &[u8]) -> bool {
    memchr::memchr(b'$', line).is_some() && finder!(BEGIN).find(line).is_some()
}

/// What the first of some lines says of those behind it; asked for each of them, so found out once.
#[derive(Debug)]
pub(super) struct First {
    /// Nothing goes on with it where headers are: a terminator, or the first line of a body.
    pub(super) last: bool,
    /// The prefix of an opener may go on behind it.
    pub(super) prefix: bool,
}

impl First {
    /// Of the first line and how it looks.
    pub(super) fn of(line: &[u8], look: &Look) -> First {
        let text = line.trim_ascii_start();
        let body = |name: &[u8]| name.eq_ignore_ascii_case(b"message-body:");
        let last = look.terminator || matches!(text, [b'm' | b'M', ..]) && text.get(..13).is_some_and(body);
        First { last, prefix: look.prefix }
    }
}

/// Whether a line starts a header, `subject:x` and `s:x` being some that nobody else needs to know.
pub(super) fn is_header(text: &[u8]) -> bool {
    crate::record::is_header(text)
        || memchr::memchr(b':', text.get(..20).unwrap_or(text)).is_some_and(|colon| {
            // `sip` and `s:a@b.c`: a scheme that was wrapped.
            let name = text[..colon].to_ascii_lowercase();
            policy(&name) == Policy::Prose && (colon > 1 || memchr::memchr(b'@', text).is_none())
        })
}

/// The name of a header and where its value starts.
pub(super) fn header(line: &[u8]) -> Option<(Vec<u8>, usize)> {
    // Some copies indent every line.
    let text = line.trim_ascii_start();
    let colon = memchr::memchr(b':', text).filter(|_| is_header(text))?;
    Some((text[..colon].trim_ascii().to_ascii_lowercase(), line.len() - text.len() + colon + 1))
}
