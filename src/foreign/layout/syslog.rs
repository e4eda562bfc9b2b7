//! A message in one line of syslog, its line breaks written as `#015#012` or `#012` (control characters as octal
//! numbers, as rsyslog does).

use memchr::memmem;

use super::{Head, What};
use crate::foreign::grammar::start_line;
use crate::foreign::stamp::Cursor;
use crate::input::Format;

/// Places in one line at which a start line is looked for.
const MOST: usize = 8;

pub(super) fn head(line: &[u8]) -> Option<Head<'_>> {
    let escaped = memmem::find(line, b"#01")?;
    if !matches!(line.get(escaped + 3), Some(b'2' | b'5')) {
        return None;
    }
    let at = message_at(line)?;
    let mut head = Head::new(Format::Syslog, What::Escaped(at));
    head.time = time(line.get(..at)?);
    Some(head)
}

/// Where in a line a message with escaped line breaks begins.
fn message_at(line: &[u8]) -> Option<usize> {
    for version in memmem::find_iter(line, b"SIP/2.0").take(MOST) {
        // A status line begins with the version; a request ends with it, behind method and address.
        let before = line.get(..version)?.strip_suffix(b" ");
        let blank = |text: &[u8]| memchr::memrchr2(b' ', b'2', text);
        let method = before.and_then(|text| memchr::memrchr(b' ', text)).map(|uri| {
            let text = line.get(..uri).unwrap_or_default();
            let letters = text.iter().rev().take(32).take_while(|b| b.is_ascii_uppercase()).count();
            uri - letters
        });
        let starts = [Some(version), method];
        let found = starts.into_iter().flatten().find(|at| {
            let first = *at == 0 || line.get(..*at).and_then(blank).is_some_and(|b| b + 1 == *at);
            let escaped = |text: &[u8]| {
                let length = start_line(text)?;
                text.get(length..).map(|rest| rest.starts_with(b"#01") || memmem::find(rest, b"#01").is_some())
            };
            (first || line.get(at - 1).is_some_and(|b| !b.is_ascii_alphanumeric()))
                && line.get(*at..).and_then(escaped).unwrap_or(false)
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

/// The time of the line, where it has a date with a year and says its zone.
fn time(lead: &[u8]) -> Option<crate::time::Timestamp> {
    let lead = lead.get(..256).unwrap_or(lead);
    let mut at = 0;
    while let Some(rest) = lead.get(at..).filter(|rest| rest.len() > 18) {
        if rest.first().is_some_and(u8::is_ascii_digit) {
            if let Some((time, true)) = Cursor::new(rest).iso() {
                return Some(time);
            }
            at += rest.iter().take_while(|b| b.is_ascii_digit()).count();
        } else {
            at += 1;
        }
    }
    None
}

/// The text with its line breaks, and where in the line each of its lines begins.
pub(crate) fn unescape(line: &[u8]) -> (Vec<u8>, Vec<(usize, usize)>) {
    let mut out = Vec::with_capacity(line.len());
    let mut lines = vec![(0, 0)];
    let mut at = 0;
    while let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) {
        let hash = memchr::memchr(b'#', rest).unwrap_or(rest.len());
        out.extend_from_slice(&rest[..hash]);
        at += hash;
        let Some(rest) = line.get(at..).filter(|rest| !rest.is_empty()) else { break };
        let broken = match rest {
            [b'#', b'0', b'1', b'5', b'#', b'0', b'1', b'2', ..] => 8,
            [b'#', b'0', b'1', b'5', b' ', ..] => 5,
            [b'#', b'0', b'1', b'5' | b'2', ..] => 4,
            [b'#', b'0', b'1', b'1', ..] => {
                out.push(b'\t');
                at += 4;
                continue;
            }
            _ => {
                out.push(b'#');
                at += 1;
                continue;
            }
        };
        out.push(b'\n');
        at += broken;
        lines.push((out.len(), at));
    }
    (out, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_come_back() {
        let (text, lines) = unescape(b"SIP/2.0 404 Not Found#015 Via: a#015#012To: #b#012#012x");
        assert_eq!(text, b"SIP/2.0 404 Not Found\nVia: a\nTo: #b\n\nx");
        assert_eq!(lines, [(0, 0), (22, 26), (29, 40), (36, 50), (37, 54)]);
    }

    #[test]
    fn a_message_is_found_behind_what_syslog_writes() {
        for (line, at, time) in [
            ("SIP/2.0 404 Not Found#015 Via: SIP/2.0/UDP 192.0.2.1", Some(0), None),
            ("Mar  2 07:10:46 gw sip: INVITE sip:b@contoso.com SIP/2.0#015#012Via: x", Some(24), None),
            (
                "2017-03-02T08:10:46.240+01:00 gw sip[1]: SIP/2.0 200 OK#012Via: x",
                Some(41),
                Some("2017-03-02T07:10:46.240"),
            ),
            ("Mar  2 07:10:46 gw sip: SIP/2.0 200 OK", None, None),
            ("Mar  2 07:10:46 gw sip: Via: SIP/2.0/UDP 192.0.2.1#012x", None, None),
        ] {
            let found = head(line.as_bytes());
            assert_eq!(found.as_ref().map(|h| h.what), at.map(What::Escaped), "{line}");
            assert_eq!(found.and_then(|h| h.time).map(crate::time::Timestamp::iso).as_deref(), time, "{line}");
        }
    }
}
