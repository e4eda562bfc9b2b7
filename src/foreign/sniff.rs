//! Whether a text may hold messages that are framed otherwise than a server frames them.

use memchr::memmem;

use super::grammar::start_line;

/// The beginning is looked at as a whole, and so is a text that is not longer.
const HEAD: usize = 256 << 10;
/// So many windows of a longer text are looked at.
const WINDOWS: usize = 24;
/// How long each is, in bytes.
const WINDOW: usize = 16 << 10;

/// The beginning of a text.
pub(super) fn head(text: &[u8]) -> &[u8] {
    text.get(..64 << 10).unwrap_or(text)
}

/// Whether a start line stands in it that is not the field of a record.
pub(super) fn is_foreign(text: &[u8]) -> bool {
    if shows(text.get(..HEAD).unwrap_or(text)) {
        return true;
    }
    let rest = text.get(HEAD..).unwrap_or_default();
    let step = (rest.len() / WINDOWS).max(WINDOW);
    let windows = (0..rest.len()).step_by(step).chain([rest.len().saturating_sub(WINDOW)]);
    windows.filter_map(|at| rest.get(at..(at + WINDOW).min(rest.len()))).any(shows)
}

fn shows(text: &[u8]) -> bool {
    memmem::find_iter(text, b"SIP/2.0").any(|at| {
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
    }) || memmem::find(text, b"(Dest Address IP:").is_some()
        || memmem::find(text, b"Module=\"network.sip\"").is_some()
}
