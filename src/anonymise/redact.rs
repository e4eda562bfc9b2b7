//! What people wrote, without its words: letters become `x`, digits `0`, and its shape stays.

use super::words::is_letter;

fn plain(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'0',
        b'A'..=b'Z' => b'X',
        b if is_letter(b) => b'x',
        b => b,
    }
}

/// Redacts a text.
pub(super) fn redact(text: &mut [u8]) {
    for byte in text {
        *byte = plain(*byte);
    }
}

/// How far a named character reference at the start reaches, such as `&amp;`; 0 where there is none. A numbered one is
/// a letter of what was written.
fn entity(text: &[u8]) -> usize {
    let end = text.iter().take(10).position(|b| *b == b';').unwrap_or(0);
    let name = text.get(1..end).unwrap_or_default();
    if [&b"amp"[..], b"lt", b"gt", b"quot", b"apos", b"nbsp"].contains(&name) { end } else { 0 }
}

/// Redacts what stands between tags; tells whether the line ends inside of one.
pub(super) fn redact_between_tags(line: &mut [u8], mut inside: bool) -> bool {
    const DATA: &[u8] = b"<![CDATA[";
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        match byte {
            b'<' if line[at..].starts_with(DATA) => at += DATA.len() - 1,
            // A comment is no tag.
            b'<' if line[at..].starts_with(b"<!--") => at += 3,
            b'<' => inside = true,
            b'>' => inside = false,
            b'&' if !inside => at += entity(&line[at..]),
            _ if !inside => line[at] = plain(byte),
            _ => {}
        }
        at += 1;
    }
    inside
}
