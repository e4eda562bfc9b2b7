//! Whether a text may hold messages that are framed otherwise than a server frames them.

use std::ops::Range;

use memchr::memmem;

use super::grammar::start_line;
use super::server::Inside;
use super::write;

/// The beginning is looked at as a whole, and so is a text that is not longer.
const HEAD: usize = 256 << 10;
/// So many windows of a longer text are looked at.
const WINDOWS: usize = 24;
/// How long each is, in bytes.
const WINDOW: usize = 16 << 10;

/// The windows of a text that are looked at.
fn windows(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let (head, end) = (HEAD.min(text.len()), text.len());
    let step = ((end - head) / WINDOWS).max(WINDOW);
    let rest = (head..end).step_by(step).chain([head.max(end.saturating_sub(WINDOW))]);
    std::iter::once(0..head).chain(rest.map(move |at| at..(at + WINDOW).min(end)))
}

/// Whether a text may hold records that were written here and saved.
pub(super) fn is_marked(text: &[u8]) -> bool {
    windows(text).any(|window| write::is_marked(text.get(window).unwrap_or_default()))
}

/// Whether a start line stands in it that is neither the field of a record nor inside one.
pub(super) fn is_foreign(text: &[u8]) -> bool {
    windows(text).any(|window| shows(text, window))
}

fn shows(text: &[u8], window: Range<usize>) -> bool {
    let (from, own) = (window.start, text.get(window).unwrap_or_default());
    let mut inside = Inside::of(text);
    let mut others = [Inside::of(text), Inside::of(text)];
    memmem::find_iter(own, b"SIP/2.0").any(|at| starts_message(own, at) && !inside.holds(from + at))
        || [&b"(Dest Address IP:"[..], b"Module=\"network.sip\""]
            .into_iter()
            .zip(&mut others)
            .any(|(word, inside)| memmem::find_iter(own, word).any(|at| !inside.holds(from + at)))
}

/// Whether the version that stands in a text is that of a start line, and none of a record.
fn starts_message(text: &[u8], at: usize) -> bool {
    let behind = text.get(at + 7..).unwrap_or_default();
    // Most of them are of Via.
    if behind.first() == Some(&b'/') {
        return false;
    }
    let before = text.get(at.saturating_sub(4096)..at).unwrap_or_default();
    let line = before.get(memchr::memrchr(b'\n', before).map_or(0, |n| n + 1)..).unwrap_or_default();
    let is_field = memmem::find(line, b"Start-Line").is_some() || memmem::find(line, b"START-LINE").is_some();
    let status = || behind.first() == Some(&b' ') && text.get(at..).and_then(start_line).is_some();
    let request = || {
        line.last() == Some(&b' ')
            && [&b" sip:"[..], b" sips:", b" tel:"].iter().any(|s| memmem::find(line, s).is_some())
    };
    !is_field && (status() || request())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_quotes_is_not_foreign() {
        let record = |body: &str, end: &str| {
            format!(
                "TL_INFO(TF_PROTOCOL) [0]$$begin_record\nStart-Line: NOTIFY sip:a@contoso.com SIP/2.0\nCSeq: 1 NOTIFY\nMessage-Body: {body}\n{end}"
            )
        };
        let whole = |body: &str| record(body, "$$end_record\n");
        let quoted = "SIP/2.0 200 OK\nVia: SIP/2.0/TLS 192.0.2.1";
        for (text, is) in [
            (whole(quoted), false),
            (whole("x\nINVITE sip:a@contoso.com SIP/2.0\nVia: x\n> $$end_record\nSIP/2.0 200 OK"), false),
            (whole("(Dest Address IP: and Module=\"network.sip\""), false),
            (whole("-").repeat(3) + quoted, true),
            (format!("{}{quoted}\n{}", whole("-"), whole("-")), true),
            // Without its end nobody knows what is of it.
            (record(quoted, ""), true),
            (quoted.to_owned(), true),
            (whole("-").repeat(9000) + &whole(quoted) + &whole("-").repeat(9000), false),
        ] {
            assert_eq!(is_foreign(text.as_bytes()), is, "{}", text.get(..400).unwrap_or(&text));
        }
    }

    #[test]
    fn windows_cover_beginning_and_end() {
        for len in [0, 10, HEAD, HEAD + 10, HEAD + WINDOW * 40] {
            let text = vec![b'x'; len];
            let all: Vec<_> = windows(&text).collect();
            assert_eq!((all[0].start, all.iter().map(|w| w.end).max()), (0, Some(len)));
        }
    }
}
