//! Where the parts of one message are that nothing frames: start line, headers, body, end.

use std::ops::Range;

use memchr::memchr;

use super::grammar::{header, opens_body, start_line, value, without_indent};
use crate::record::Direction;

/// A message longer than this is damage: servers log bodies of 5,000 KB at most.
pub(super) const LONGEST: usize = 6 << 20;

/// The parts, in bytes of the text.
#[derive(Clone, Debug, Default)]
pub(super) struct Shape {
    pub(super) start_line: Range<usize>,
    pub(super) headers: Range<usize>,
    pub(super) body: Range<usize>,
    /// Where what follows begins.
    pub(super) end: usize,
    /// What its headers tell of it: only what comes in is signed in this way.
    pub(super) direction: Direction,
    /// Lines of headers that would be taken for fields of a record.
    pub(super) fields: Vec<usize>,
}

/// What ends a message beside its own length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// A stamp, or the frame of a record: nothing of it belongs to the message.
    Stamp,
    /// A start line with headers: it may be quoted in a body.
    Message,
}

/// Names that a record gives to its own fields.
const FIELDS: [&[u8]; 5] = [b"start-line", b"trace-correlation-id", b"instance-id", b"logtype", b"message-body"];

/// Finds the parts of the message that starts at `start`. `framed` says that a stamp follows it, `mark` what stands at a
/// line.
pub(super) fn shape(text: &[u8], start: usize, framed: bool, mark: &dyn Fn(usize) -> Option<Mark>) -> Shape {
    let text = text.get(..start.saturating_add(LONGEST)).unwrap_or(text);
    let length = text.get(start..).and_then(start_line).unwrap_or(0);
    let mut out = Shape { start_line: start..start + length, ..Shape::default() };
    let headers = Headers::read(text, start + length, mark, &mut out);
    out.headers = start + length..headers.end;
    let Some(from) = headers.body else {
        out.end = headers.end.max(out.start_line.end);
        (out.body, out.end) = (out.end..out.end, out.end);
        return out;
    };
    let body = Body { length: headers.length, framed }.read(text, from, mark);
    out.end = body.end;
    out.body = body;
    out
}

/// The start line of a message whose headers are all of the text, where they begin, and which of their lines would be taken
/// for fields of a record; the rest is not told.
#[cfg(feature = "captures")]
pub(super) fn shape_of_head(text: &[u8]) -> Shape {
    let length = start_line(text).unwrap_or(0);
    let is_field = |at: usize| {
        let line = without_indent(text.get(at..).unwrap_or_default());
        matches!(line.first().map(u8::to_ascii_lowercase), Some(b's' | b't' | b'i' | b'm' | b'l'))
            && FIELDS.iter().any(|name| line.get(..name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name)))
    };
    // Hardly any message has such a header: then nothing else of its headers matters.
    if is_field(length) || memchr::memchr_iter(b'\n', text).any(|at| is_field(at + 1)) {
        return shape(text, 0, true, &|_| None);
    }
    Shape { start_line: 0..length, headers: length..text.len(), ..Shape::default() }
}

/// What was found in the headers.
struct Headers {
    end: usize,
    /// Where the body begins, if there may be one.
    body: Option<usize>,
    length: Option<usize>,
}

impl Headers {
    fn read(text: &[u8], start: usize, mark: &dyn Fn(usize) -> Option<Mark>, out: &mut Shape) -> Headers {
        let mut headers = Headers { end: text.len(), body: None, length: None };
        let is_response = text.get(out.start_line.start..).is_some_and(|t| t.starts_with(b"SIP/"));
        let mut at = start;
        // Whether an empty line stands behind every line.
        let mut doubled = None;
        while at < text.len() {
            let end = line_end(text, at);
            let line = without_indent(text.get(at..end).unwrap_or_default()).trim_ascii_end();
            let is_rest = at == start;
            if !is_rest && mark(at).is_some() {
                headers.end = at;
                return headers;
            }
            let next = (end + 1).min(text.len());
            if line.is_empty() && is_rest {
                at = next;
                continue;
            }
            if line.is_empty() {
                let doubled = *doubled.get_or_insert(true);
                let behind = skip_empty(text, next, 3);
                let goes_on = doubled
                    && behind.is_some_and(|at| {
                        let line = text.get(at..line_end(text, at)).unwrap_or_default();
                        mark(at).is_none() && header(without_indent(line)).is_some()
                    });
                if !goes_on {
                    (headers.end, headers.body) = (at, Some(next));
                    return headers;
                }
                at = behind.unwrap_or(next);
                continue;
            }
            doubled = doubled.or(Some(false));
            if opens_body(line) {
                (headers.end, headers.body) = (at, Some(at));
                return headers;
            }
            headers.note(line, at, is_response, out);
            at = next;
        }
        headers.end = at.max(start).min(text.len());
        headers
    }

    fn note(&mut self, line: &[u8], at: usize, is_response: bool, out: &mut Shape) {
        match line.first().map(u8::to_ascii_lowercase) {
            Some(b'c' | b'l') => {
                if let Some(text) = value(line, &[b"content-length", b"l"]) {
                    let digits = text.iter().take_while(|b| b.is_ascii_digit()).take(9);
                    let number =
                        digits.fold(None, |n: Option<usize>, b| Some(n.unwrap_or(0) * 10 + usize::from(b & 15)));
                    self.length = self.length.or(number);
                }
                if value(line, &[b"logtype"]).is_some() {
                    out.fields.push(at);
                }
            }
            Some(b'a' | b'm') if is_response => {
                if value(line, &[b"authentication-info", b"ms-user-logon-data"]).is_some() {
                    out.direction = Direction::Incoming;
                }
                if value(line, &FIELDS).is_some() {
                    out.fields.push(at);
                }
            }
            Some(b's' | b't' | b'i' | b'm') if value(line, &FIELDS).is_some() => out.fields.push(at),
            _ => {}
        }
    }
}

/// How far a body goes.
struct Body {
    /// What Content-Length says; it counts each line break as two bytes.
    length: Option<usize>,
    framed: bool,
}

impl Body {
    fn read(&self, text: &[u8], start: usize, mark: &dyn Fn(usize) -> Option<Mark>) -> Range<usize> {
        if self.length == Some(0) {
            return start..start;
        }
        let mut at = start;
        // Where the last line with a text ends.
        let mut filled = start;
        let mut counted = 0usize;
        while at < text.len() {
            let whole = self.length.is_none_or(|length| counted >= length);
            match mark(at) {
                // A log that is quoted in the body has stamps, too; it ends where the body is said to end.
                Some(Mark::Stamp) if !whole => {
                    if let Some(end) = self.exactly(text, at, counted, mark) {
                        return start..end;
                    }
                    break;
                }
                Some(Mark::Stamp) => break,
                Some(Mark::Message) if whole => break,
                _ => {}
            }
            let end = line_end(text, at);
            let line = text.get(at..end).unwrap_or_default().trim_ascii_end();
            // A text goes on in what was written to it by hand, but not over an empty line.
            if !self.framed && self.length.is_some() && whole && line.is_empty() {
                break;
            }
            let next = (end + 1).min(text.len());
            let carriage = text.get(end.wrapping_sub(1)) == Some(&b'\r');
            counted += end - at + if carriage { 1 } else { 2 };
            at = next;
            if !line.is_empty() {
                filled = at;
            }
        }
        start..filled
    }

    /// Where the body ends from a line on, ahead of which so many bytes of it stand: at the end of a line as its length
    /// says, and with a mark or nothing behind it. A body that was cut by who logged it does not end so.
    fn exactly(&self, text: &[u8], at: usize, counted: usize, mark: &dyn Fn(usize) -> Option<Mark>) -> Option<usize> {
        let left = self.length?.checked_sub(counted).filter(|left| *left <= QUOTED)?;
        let (mut at, mut left) = (at, left);
        while left > 0 {
            let end = line_end(text, at);
            let line = text.get(at..end).filter(|_| at < text.len())?;
            let bare = line.strip_suffix(b"\r").unwrap_or(line).len();
            // The last line break may be of the log.
            left = if left == bare { 0 } else { left.checked_sub(bare + 2)? };
            at = (end + 1).min(text.len());
        }
        let behind = skip_empty(text, at, 3);
        behind.is_none_or(|behind| mark(behind).is_some()).then_some(at)
    }
}

/// A quoted log is sought over so many bytes at most: what is no quotation is looked at once more for it.
const QUOTED: usize = 32 << 10;

fn line_end(text: &[u8], at: usize) -> usize {
    text.get(at..).and_then(|rest| memchr(b'\n', rest)).map_or(text.len(), |end| at + end)
}

/// The next line with a text, behind so many empty ones at most.
fn skip_empty(text: &[u8], at: usize, most: usize) -> Option<usize> {
    let mut at = at;
    for _ in 0..most {
        let end = line_end(text, at);
        if !text.get(at..end)?.trim_ascii().is_empty() {
            return Some(at);
        }
        at = end + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::foreign::grammar::begins_message;

    /// Headers, body, and what is left.
    fn parts(text: &str) -> [&str; 3] {
        let bytes = text.as_bytes();
        let mark = |at: usize| {
            let rest = bytes.get(at..)?;
            if rest.starts_with(b"STAMP") {
                return Some(Mark::Stamp);
            }
            begins_message(rest).map(|_| Mark::Message)
        };
        let found = shape(bytes, 0, false, &mark);
        [&text[found.headers.clone()], &text[found.body.clone()], &text[found.end..]]
    }

    const START: &str = "SIP/2.0 200 OK";

    #[cfg(feature = "captures")]
    proptest::proptest! {
        /// The quick way to the head of a message tells the same of it as the other.
        #[test]
        fn a_head_is_read_alike_both_ways(lines in proptest::collection::vec(0usize..14, 0..8), glued: bool) {
            const LINES: [&str; 14] = [
                "Via: a", "To: b", "Message-Body: x", " instance-id: 7", "Start-Line", "LOGTYPE: a", "logtypes: a", "l: 3",
                "<xml/>", "v=0", "", "trace-correlation-id : 1", "\tMessage-body: y", "i: 1",
            ];
            let lines: Vec<&str> = lines.iter().map(|i| LINES[*i]).collect();
            let text = format!("{START}{}{}\r\n\r\n", if glued { " " } else { "\r\n" }, lines.join("\r\n"));
            let (quick, slow) = (shape_of_head(text.as_bytes()), shape(text.as_bytes(), 0, true, &|_| None));
            proptest::prop_assert_eq!(
                (quick.start_line, quick.headers.start, quick.fields),
                (slow.start_line, slow.headers.start, slow.fields)
            );
        }
    }

    #[test]
    fn the_parts_of_a_message() {
        for (text, wanted) in [
            ("\nVia: a\nCSeq: 1 X\n\nhello\n", ["\nVia: a\nCSeq: 1 X\n", "hello\n", ""]),
            ("\nVia: a\nl: 0\n\nThat was it.\n", ["\nVia: a\nl: 0\n", "", "That was it.\n"]),
            ("\nVia: a\nl: 5\n\nhello\n\nThat was it.\n", ["\nVia: a\nl: 5\n", "hello\n", "\nThat was it.\n"]),
            ("\nVia: a\n<xml/>\n", ["\nVia: a\n", "<xml/>\n", ""]),
            ("\n Via: a\n v=0\n", ["\n Via: a\n", " v=0\n", ""]),
            ("\n\nVia: a\n\nCSeq: 1 X\n\nv=0\n", ["\n\nVia: a\n\nCSeq: 1 X\n", "v=0\n", ""]),
            ("\nVia: a\n\nNote: it is no header\n", ["\nVia: a\n", "Note: it is no header\n", ""]),
            ("\nVia: a\nSTAMP", ["\nVia: a\n", "", "STAMP"]),
            ("\nVia: a\n\nx\nSTAMP", ["\nVia: a\n", "x\n", "STAMP"]),
            (
                "\nVia: a\nl: 31\n\nSIP/2.0 200 OK\r\nVia: b\r\nCSeq: 1\nSIP/2.0 200 OK\nVia: c\n",
                ["\nVia: a\nl: 31\n", "SIP/2.0 200 OK\r\nVia: b\r\nCSeq: 1\n", "SIP/2.0 200 OK\nVia: c\n"],
            ),
            // The blank behind a start line that goes on with a header is of neither.
            (" Via: a\nCSeq: 1 X", ["Via: a\nCSeq: 1 X", "", ""]),
            ("", ["", "", ""]),
        ] {
            assert_eq!(parts(&format!("{START}{text}")), wanted, "{text:?}");
        }
    }
}
