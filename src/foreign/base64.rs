//! Fields of a framed record whose body is dumped to the base of sixty-four.

use std::ops::Range;

use memchr::memchr;

use super::write::{Piece, harmless};
use crate::input::Rewrite;

/// The line ahead of the dump.
const DUMP: &[u8] = b"base64 dump";

/// Writes the lines of a record up to its end, the dump as what it says.
pub(super) fn fields(piece: &Piece<'_>, range: Range<usize>, out: &mut Rewrite) {
    let text = piece.text.get(range.clone()).unwrap_or_default();
    let mut at = 0;
    while at < text.len() {
        let end = text.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(text.len(), |end| at + end);
        let line = text.get(at..end).unwrap_or_default().trim_ascii();
        if line.get(..DUMP.len()).is_some_and(|own| own.eq_ignore_ascii_case(DUMP)) {
            piece.copy(range.start..range.start + at, out);
            let dump = text.get((end + 1).min(text.len())..).unwrap_or_default();
            return body(piece, range.start + end + 1, dump, out);
        }
        at = end + 1;
    }
    piece.copy(range.clone(), out);
    let closed = text.trim_ascii_end();
    let last = memchr::memrchr(b'\n', closed).map_or(0, |at| at + 1);
    if !closed.get(last..).is_some_and(|line| line.trim_ascii_start().starts_with(b"$$end_record")) {
        out.put(b"\n$$end_record\n");
    }
}

fn body(piece: &Piece<'_>, at: usize, dump: &[u8], out: &mut Rewrite) {
    let end = memchr::memmem::find(dump, b"$$").unwrap_or(dump.len());
    let dump = dump.get(..end).unwrap_or_default();
    piece.place(at.min(piece.text.len()), out);
    out.put(b"Message-Body: ");
    match decode(dump) {
        Some(bytes) if !bytes.is_empty() => harmless(&bytes, out),
        _ if dump.trim_ascii().is_empty() => out.put(b"-"),
        _ => harmless(dump.trim_ascii(), out),
    }
    out.put(b"\n$$end_record\n");
}

/// What the letters say (RFC 4648 section 4); `None` where one is none of theirs.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.iter().filter(|b| !b.is_ascii_whitespace()) {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            b'=' => continue,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xff).unwrap_or(0));
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    #[test]
    fn dumps_are_read() {
        assert_eq!(super::decode(b"djAK\r\nSGVsbG8=").as_deref(), Some(&b"v0\nHello"[..]));
        assert_eq!(super::decode(b"SGVs bG8="), Some(b"Hello".to_vec()));
        assert_eq!(super::decode(b"<no>"), None);
    }
}
