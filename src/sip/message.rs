//! One SIP message of a record, borrowed and read on demand.

use std::borrow::Cow;

use super::{HeaderName, Method, q850_cause};
use crate::record::{starts_header, strip_terminator};
use crate::text::{clean, line_end};

/// Request or status line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartLine<'a> {
    /// `INVITE sip:bob@contoso.com SIP/2.0`
    Request {
        /// Method, `Unknown` for one we have no name for.
        method: Method,
        /// Request-URI.
        uri: &'a [u8],
    },
    /// `SIP/2.0 408 Request Timeout`
    Response {
        /// 100 to 699.
        status: u16,
        /// Reason phrase.
        reason: &'a [u8],
    },
    /// Neither.
    Unknown,
}

/// What every record is asked of its start line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StartKind {
    Request(Method),
    Response(u16),
    Unknown,
}

impl StartKind {
    /// As [`StartLine::parse`] has it, without the parts that few are asked for.
    pub(crate) fn parse(line: &[u8]) -> StartKind {
        StartKind::quick(line).unwrap_or_else(|| match StartLine::parse(line) {
            StartLine::Request { method, .. } => StartKind::Request(method),
            StartLine::Response { status, .. } => StartKind::Response(status),
            StartLine::Unknown => StartKind::Unknown,
        })
    }

    /// `SIP/2.0`, a blank and three digits; a method that has a name, and a blank.
    fn quick(line: &[u8]) -> Option<StartKind> {
        if let Some([a @ b'1'..=b'6', b, c, rest @ ..]) = line.strip_prefix(b"SIP/2.0 ") {
            let is_whole = b.is_ascii_digit() && c.is_ascii_digit() && matches!(rest, [] | [b' ', ..]);
            let digit = |b: &u8| u16::from(b.wrapping_sub(b'0'));
            return is_whole.then(|| StartKind::Response(digit(a) * 100 + digit(b) * 10 + digit(c)));
        }
        let name = line.iter().take(12).position(|b| !b.is_ascii_uppercase()).filter(|end| line[*end] == b' ')?;
        let method = Method::from_token(&line[..name]);
        (method != Method::Unknown).then_some(StartKind::Request(method))
    }
}

impl<'a> StartLine<'a> {
    /// Reads a start line; wrapped lines may hold any white space between the words.
    pub fn parse(line: &'a [u8]) -> StartLine<'a> {
        let line = line.trim_ascii();
        let word = |text: &'a [u8]| {
            let end = text.iter().position(u8::is_ascii_whitespace).unwrap_or(text.len());
            (&text[..end], text[end..].trim_ascii())
        };
        let (first, rest) = word(line);
        if first.get(..4).is_some_and(|s| s.eq_ignore_ascii_case(b"SIP/")) {
            let (code, reason) = word(rest);
            let status = std::str::from_utf8(code).ok().and_then(|c| c.parse().ok());
            let reason = reason.split(|b| *b == b'\n').next().unwrap_or_default().trim_ascii();
            return match status {
                Some(status @ 100..=699) => StartLine::Response { status, reason },
                _ => StartLine::Unknown,
            };
        }
        let method = Method::from_token(first);
        let uri = word(rest).0;
        if method == Method::Unknown && !rest.windows(4).any(|w| w == b"SIP/") {
            return StartLine::Unknown;
        }
        StartLine::Request { method, uri }
    }
}

/// One header, its value with continuation lines as in the log.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// Name as sent.
    pub name: &'a [u8],
    /// Raw value; see [`Header::value`].
    pub raw: &'a [u8],
}

impl<'a> Header<'a> {
    /// The value with folds, hard wraps and typographic damage undone.
    pub fn value(&self) -> Cow<'a, [u8]> {
        clean(self.raw)
    }
}

/// A message: start line, headers, body.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    head: &'a [u8],
    tail: Tail<'a>,
}

/// What stands behind the headers.
#[derive(Clone, Copy, Debug)]
enum Tail<'a> {
    Body(&'a [u8]),
    /// `Message-Body:` of a record, up to its end: most who read a message never ask for its body.
    Field(&'a [u8]),
}

impl<'a> Message<'a> {
    /// A message from its head (start line and headers) and its body.
    pub fn new(head: &'a [u8], body: &'a [u8]) -> Message<'a> {
        Message { head, tail: Tail::Body(body) }
    }

    /// The message of a record: its head, and the record from its `Message-Body` line on.
    pub(crate) fn of_record(head: &'a [u8], field: &'a [u8]) -> Message<'a> {
        Message { head, tail: Tail::Field(field) }
    }

    /// The start line; one that was wrapped runs on to the first header.
    pub fn start_line(&self) -> StartLine<'a> {
        StartLine::parse(self.start_text())
    }

    /// The same as logged.
    pub fn start_text(&self) -> &'a [u8] {
        let mut end = 0;
        while end < self.head.len() {
            // Mostly the second line is the first header.
            if end > 0 && starts_header(&self.head[end..]) {
                break;
            }
            let (line, next) = line_end(self.head, end);
            if end > 0 && crate::record::is_header(self.head[end..line].trim_ascii()) {
                break;
            }
            end = next;
        }
        &self.head[..end]
    }

    /// All headers in order, repeats included.
    pub fn headers(&self) -> Headers<'a> {
        Headers::new(&self.head[line_end(self.head, 0).1..])
    }

    /// Only headers whose names start with one of `letters`, given in lower case: other lines cost nothing.
    pub(crate) fn headers_starting_with(&self, letters: &[u8]) -> Headers<'a> {
        Headers::starting_with(self.headers().rest, letters)
    }

    /// The first header of that name.
    pub fn header(&self, name: HeaderName) -> Option<Header<'a>> {
        self.headers_starting_with(name.letters()).find(|h| HeaderName::from_token(h.name) == name)
    }

    /// The cause of the telephone network that a `Reason` header tells (RFC 3326, ITU-T Q.850).
    pub fn gateway_cause(&self) -> Option<u32> {
        let reasons = self.headers_starting_with(HeaderName::Reason.letters());
        reasons.filter(|h| HeaderName::from_token(h.name) == HeaderName::Reason).find_map(|h| q850_cause(&h.value()))
    }

    /// The body as logged.
    pub fn body(&self) -> &'a [u8] {
        match self.tail {
            Tail::Body(body) => body,
            Tail::Field(field) => body_of(field),
        }
    }
}

/// The body in the `Message-Body` field of a record; a dash stands for none.
fn body_of(field: &[u8]) -> &[u8] {
    let field = strip_terminator(field);
    let body = field.iter().position(|b| *b == b':').map_or(&[][..], |at| field[at + 1..].trim_ascii_start());
    let none = matches!(body.trim_ascii_end(), b"" | b"-" | [0xe2, 0x80, 0x93 | 0x94] | [0x96 | 0x97]);
    if none { &[] } else { body }
}

/// Iterator over `name: value` lines with their continuations.
#[derive(Clone, Debug)]
pub struct Headers<'a> {
    rest: &'a [u8],
    /// The first line of `rest` is known to start a header.
    known: bool,
    /// Which first letters of names are wanted, one bit each.
    letters: u32,
}

impl<'a> Headers<'a> {
    /// Over any text, such as the fields of a diagnostic record.
    pub fn new(text: &'a [u8]) -> Headers<'a> {
        Headers { rest: text, known: false, letters: u32::MAX }
    }

    /// The same, only those whose names start with one of `letters`, given in lower case.
    pub(crate) fn starting_with(text: &'a [u8], letters: &[u8]) -> Headers<'a> {
        Headers { letters: letters.iter().fold(0, |mask, b| mask | letter(*b)), ..Headers::new(text) }
    }

    /// The header whose line starts the text, where that is known already.
    pub(crate) fn at_header(text: &'a [u8]) -> Option<Header<'a>> {
        Headers { rest: text, known: true, letters: u32::MAX }.next()
    }
}

/// The bit of a letter, in any case; none for other bytes.
fn letter(byte: u8) -> u32 {
    if byte.is_ascii_alphabetic() { 1 << (byte & 0x1f) } else { 0 }
}

impl<'a> Iterator for Headers<'a> {
    type Item = Header<'a>;

    fn next(&mut self) -> Option<Header<'a>> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let (line, next) = line_end(self.rest, 0);
            let text = self.rest[..line].trim_ascii();
            let after = &self.rest[next..];
            if text.first().is_none_or(|b| self.letters & letter(*b) == 0) {
                (self.rest, self.known) = (after, false);
                continue;
            }
            if !std::mem::take(&mut self.known) && !crate::record::is_header(text) {
                self.rest = after;
                continue;
            }
            let begin = text.as_ptr() as usize - self.rest.as_ptr() as usize;
            let colon = text.iter().position(|b| *b == b':').unwrap_or(text.len());
            // Continuations: lines that start no header, blank lines between them included.
            let mut end = begin + text.len();
            let mut pos = next;
            while pos < self.rest.len() {
                if starts_header(&self.rest[pos..]) {
                    self.known = true;
                    break;
                }
                let (line, following) = line_end(self.rest, pos);
                let more = self.rest[pos..line].trim_ascii_end();
                let trimmed = more.trim_ascii_start();
                if !trimmed.is_empty() {
                    self.known = crate::record::is_header(trimmed);
                    if self.known || trimmed.starts_with(b"TL_") {
                        break;
                    }
                    end = pos + more.len();
                }
                pos = following;
            }
            let raw = self.rest.get(begin + (colon + 1).min(text.len())..end).unwrap_or_default();
            self.rest = &self.rest[pos..];
            return Some(Header { name: text[..colon].trim_ascii(), raw });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2048))]
        /// The quick way says what the whole line says.
        #[test]
        fn kinds_of_start_lines_are_the_same_both_ways(
            line in "[ ]?(INVITE|MESSAGE|UNKNOWN|REGISTERX|sip/2.0|SIP/2.0|SIP/3)[ \\t]{0,2}(099|1[0-9]{1,3}|486|699|700|sip:a@b)?[ \\r\\n]{0,2}(OK|SIP/2.0)?",
        ) {
            let slow = match StartLine::parse(line.as_bytes()) {
                StartLine::Request { method, .. } => StartKind::Request(method),
                StartLine::Response { status, .. } => StartKind::Response(status),
                StartLine::Unknown => StartKind::Unknown,
            };
            prop_assert_eq!(StartKind::parse(line.as_bytes()), slow);
        }
    }
}
