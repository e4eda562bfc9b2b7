//! What people wrote, without its words: letters become `x`, digits `0`, and its shape stays.

use super::atoms::is_atom;

fn plain(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'0',
        b'A'..=b'Z' => b'X',
        b if is_atom(b) => b'x',
        b => b,
    }
}

/// Redacts a text.
pub(super) fn redact(text: &mut [u8]) {
    for byte in text {
        *byte = plain(*byte);
    }
}

/// How far the character reference at the start reaches, such as `&amp;`; 0 where there is none.
fn entity(text: &[u8]) -> usize {
    let end = text.iter().take(10).position(|b| *b == b';').unwrap_or(0);
    let name = text.get(1..end).unwrap_or_default();
    if name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#') { end } else { 0 }
}

/// Redacts what stands between tags; tells whether the line ends inside of one.
pub(super) fn redact_between_tags(line: &mut [u8], mut inside: bool) -> bool {
    let mut at = 0;
    while let Some(&byte) = line.get(at) {
        match byte {
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
