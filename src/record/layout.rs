//! Where things are inside one record: fields, start line, headers, body.
//!
//! Only what every later step needs is located here (the hot path); headers are read lazily by
//! [`crate::sip::Message`].

use std::ops::Range;

use super::names::{self, Field, Line, PLACES, is_header};
use super::signs;
use super::tape::Tape;
use super::values::{Direction, RecordKind, decimal, direction, ends_at, hex, log_type};
use crate::text::line_end;

/// Positions inside a record, in bytes from its start; an empty range means "not there".
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// What the record is.
    pub kind: RecordKind,
    /// Received or sent.
    pub direction: Direction,
    /// True when the direction names edges (`source="internal edge"`): only Access Edges do.
    pub names_edge: bool,
    /// `Instance-Id`, 8 hex digits.
    pub instance: u32,
    /// Value of `Start-Line` with its wrapped lines.
    pub start_line: Range<u32>,
    /// The SIP headers.
    pub headers: Range<u32>,
    /// The body, empty for `Message-Body: -`.
    pub body: Range<u32>,
    /// Value of Call-ID (or `SIP-Call-ID` of a diagnostic record).
    pub call_id: Range<u32>,
    /// Value of `CSeq` (or `SIP-CSeq`).
    pub cseq: Range<u32>,
    /// Value of Content-Length.
    pub content_length: Option<u32>,
    /// Start of the first Peer line, where no line before the message is written in an unusual way.
    pub(crate) peer: Option<u32>,
    /// The first From line.
    pub from: Option<HeaderLine>,
    /// The first To line.
    pub to: Option<HeaderLine>,
    /// Each Via line; those past the room are left to a slower reading.
    pub vias: ViaLines,
    /// The Server or User-Agent line; Server wins.
    pub product: Option<HeaderLine>,
    /// The Server line alone.
    pub(crate) server: Option<HeaderLine>,
    /// The User-Agent line.
    pub(crate) agent: Option<HeaderLine>,
    /// The first Content-Type line.
    pub(crate) content_type: Option<HeaderLine>,
    /// The first Contact line.
    pub(crate) contact: Option<HeaderLine>,
    /// Start of the first P-Asserted-Identity line.
    pub(crate) asserted: Option<u32>,
    /// Start of the first line that may tell to which conversation the message belongs.
    pub(crate) conversation: Option<u32>,
    /// Start of the first line of the ms-diagnostics family.
    pub(crate) diagnostics: Option<u32>,
    /// Which of some rare headers may be there: bits of [`sign`](super::sign).
    pub(crate) signs: u16,
    /// Every line of which the place is kept is a name, a colon, a blank and a value that ends with the line.
    pub(crate) is_regular: bool,
    /// Absolute position where another record starts inside this one.
    pub(super) split: Option<usize>,
}

/// The line of a header, in bytes from the start of the record; what it says may run on behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HeaderLine {
    /// First byte.
    pub start: u32,
    /// First byte of its value, behind colon and blanks.
    pub value: u32,
    /// Its line feed, or the end of the record.
    pub end: u32,
}

/// The Via lines of a message.
#[derive(Clone, Copy, Debug, Default)]
pub struct ViaLines {
    lines: [HeaderLine; 8],
    count: u32,
}

impl ViaLines {
    pub(super) fn push(&mut self, line: HeaderLine) {
        if let Some(slot) = self.lines.get_mut(self.count as usize) {
            *slot = line;
        }
        self.count += 1;
    }

    /// The lines, or `None` when there are too many of them.
    pub fn get(&self) -> Option<&[HeaderLine]> {
        self.lines.get(..self.count as usize)
    }
}

/// Where a line of a message stands: its start, its value and its end; all zero for "not there".
#[derive(Clone, Copy, Default)]
struct LineBounds {
    line: usize,
    value: usize,
    end: usize,
}

impl Layout {
    /// Reads the lines of `bytes[fields..end]`, which the tape must cover; positions are relative to `start`.
    pub(super) fn read(tape: &mut Tape<'_>, start: usize, fields: usize, end: usize) -> Layout {
        let mut out = Layout::default();
        let all = tape.bytes();
        let bytes = all.get(..end).unwrap_or(all);
        let first = tape.line_at(fields);
        let mut feeds = tape.feeds_from(first).map(|feed| feed.min(end));
        let mut first_field = true;
        let mut unusual = false;
        let mut at = fields;
        while at < end {
            let feed = feeds.next().unwrap_or(end);
            let (from, text) = visible(bytes, at, feed);
            let here = at;
            at = feed + 1;
            unusual |=
                !matches!(bytes.get(here), Some(b'A'..=b'Z' | b'a'..=b'z' | b'\n')) && !matches!(text, b"" | b"\r");
            let Some((field, value)) = names::field(text) else { continue };
            let value_text = text.get(value..).unwrap_or_default().trim_ascii_end();
            let range = relative(start, from + value)..relative(start, from + value + value_text.len());
            match field {
                Field::CorrelationId | Field::InstanceId if out.kind == RecordKind::Diagnostic && !first_field => {
                    out.split = Some(here);
                    return out;
                }
                Field::InstanceId => out.instance = hex(value_text),
                Field::LogType => out.kind = log_type(value_text),
                Field::Direction => (out.direction, out.names_edge) = direction(value_text),
                Field::Diagnostic if out.kind == RecordKind::Other => out.kind = RecordKind::Diagnostic,
                Field::Diagnostic | Field::CorrelationId => {}
                Field::Peer => {
                    out.peer = out.peer.or(Some(relative(start, here)));
                    continue;
                }
                Field::DiagnosticCallId => {
                    out.kind = RecordKind::Diagnostic;
                    out.call_id = range;
                }
                Field::DiagnosticCSeq => out.cseq = range,
                Field::StartLine => {
                    out.kind = RecordKind::Protocol;
                    out.start_line = range;
                    out.call_id = 0..0;
                    out.cseq = 0..0;
                    out.peer = out.peer.filter(|_| !unusual);
                    out.read_message(bytes, start, at, feeds);
                    return out;
                }
            }
            first_field = false;
        }
        out
    }

    /// Reads the headers from `at` on and finds the body.
    fn read_message(&mut self, bytes: &[u8], start: usize, at: usize, mut feeds: impl Iterator<Item = usize>) {
        let end = bytes.len();
        let wrapped = start + self.start_line.end as usize;
        let line_end = continued(bytes, wrapped.min(end));
        self.start_line.end = relative(start, line_end);
        self.headers = relative(start, at.max(line_end).min(end))..relative(start, end);
        let mut places = [LineBounds::default(); PLACES];
        let mut body = LineBounds::default();
        let mut at = at;
        while at < end {
            let feed = feeds.next().unwrap_or(end);
            let (from, text) = visible(bytes, at, feed);
            let here = at;
            at = feed + 1;
            let (kind, value) = names::line(text);
            match kind {
                Line::Other => {}
                Line::Rare => {
                    self.note_rare(signs::of_line(text), relative(start, here));
                }
                Line::Via => {
                    self.vias.push(header_line(start, LineBounds { line: here, value: from + value, end: feed }));
                }
                Line::MessageBody => {
                    self.headers.end = relative(start, here);
                    body = LineBounds { line: here, value: from + value, end: feed };
                    break;
                }
                Line::Opener => {
                    self.split = Some(here);
                    self.headers.end = relative(start, here);
                    break;
                }
                kind => {
                    if let Some(place) = places.get_mut(kind as usize) {
                        if place.end == 0 {
                            *place = LineBounds { line: here, value: from + value, end: feed };
                        } else {
                            self.signs |= signs::sign::REPEATED;
                        }
                    }
                }
            }
        }
        let place = |kind: Line| places.get(kind as usize).copied().unwrap_or_default();
        let line = |kind: Line| (place(kind).end > 0).then(|| header_line(start, place(kind)));
        let headers_end = (start + self.headers.end as usize).min(end);
        let value = |kind: Line| {
            let LineBounds { value, end, .. } = place(kind);
            let text = bytes.get(value..end).unwrap_or_default().trim_ascii_end();
            let end = continued(bytes.get(..headers_end).unwrap_or(bytes), value + text.len());
            if place(kind).end == 0 { 0..0 } else { relative(start, value)..relative(start, end) }
        };
        self.from = line(Line::From);
        self.to = line(Line::To);
        (self.server, self.agent) = (line(Line::Server), line(Line::UserAgent));
        self.product = self.server.or(self.agent);
        (self.content_type, self.contact) = (line(Line::ContentType), line(Line::Contact));
        self.call_id = value(Line::CallId);
        self.cseq = value(Line::CSeq);
        if self.call_id.is_empty() || self.cseq.is_empty() {
            self.find_glued(bytes, start);
        }
        if body.end > 0 {
            let length = place(Line::ContentLength);
            self.content_length = bytes.get(length.value..length.end).and_then(decimal);
            let first = bytes.get(body.value..body.end).unwrap_or_default().trim_ascii_end();
            self.set_body(start, body.value, end, first, body.end);
        }
    }

    /// Keeps the signs of a line, and its place where one of its kind is kept.
    pub(super) fn note_rare(&mut self, own: u16, line: u32) {
        self.signs |= own;
        if own & signs::sign::ASSERTED != 0 {
            self.signs |= if self.asserted.is_some() { signs::sign::REPEATED } else { 0 };
            self.asserted = self.asserted.or(Some(line));
        }
        if own & signs::sign::CONVERSATION != 0 {
            self.signs |= if self.conversation.is_some() { signs::sign::CONVERSATIONS } else { 0 };
            self.conversation = self.conversation.or(Some(line));
        }
        if own & signs::sign::DIAGNOSTICS != 0 {
            self.diagnostics = self.diagnostics.or(Some(line));
        }
    }

    pub(super) fn set_body(&mut self, start: usize, value_at: usize, end: usize, first: &[u8], line: usize) {
        let none =
            matches!(first, b"-" | b"" | [0xe2, 0x80, 0x93 | 0x94] | [0x96 | 0x97]) && self.content_length != Some(1);
        if none && line + 2 >= end {
            self.body = relative(start, end)..relative(start, end);
        } else {
            self.body = relative(start, value_at)..relative(start, end);
        }
    }

    /// Where the body would end if Content-Length is right and the terminator found was part of the body
    /// (somebody sent a log as a message). Only a claim: the caller checks that a terminator is there.
    pub(super) fn longer_body(&self, bytes: &[u8], start: usize, end: usize) -> Option<usize> {
        let claimed = self.content_length? as usize;
        if self.body.is_empty() {
            return None;
        }
        let body = start + self.body.start as usize;
        let have = end.saturating_sub(body);
        // The look ahead stays in proportion to the record, so that false lengths cost no more than the record.
        if claimed <= have || claimed > have.saturating_mul(64).max(4096) {
            return None;
        }
        let exact = body + claimed;
        if ends_at(bytes, exact) {
            return Some(exact);
        }
        // Rendered with bare line feeds: each counted two bytes on the wire.
        let mut left = claimed;
        let mut at = body;
        while left > 0 {
            let (line, next) = line_end(bytes, at);
            let crlf = line > at && bytes.get(line - 1) == Some(&b'\r');
            let cost = (next - at) + usize::from(!crlf);
            if next == at || cost > left {
                at += left.min(line - at);
                break;
            }
            left -= cost;
            at = next;
        }
        Some(at)
    }

    pub(super) fn extend_body(&mut self, start: usize, end: usize) {
        self.body.end = u32::try_from(end.saturating_sub(start)).unwrap_or(u32::MAX);
    }

    /// Headers glued to one line by a copy: the two that give the message its identity are still found.
    fn find_glued(&mut self, bytes: &[u8], start: usize) {
        let from = start + self.start_line.start as usize;
        let to = (start + self.headers.end as usize).min(from + (64 << 10));
        let Some(text) = bytes.get(from..to) else { return };
        let rel = |at: usize| u32::try_from(from + at - start).unwrap_or(u32::MAX);
        for (name, cseq) in [(&b" call-id:"[..], false), (&b" cseq:"[..], true)] {
            let found = text.windows(name.len()).position(|w| w.eq_ignore_ascii_case(name));
            let Some(at) = found.map(|at| at + name.len()) else { continue };
            let tail = &text[at..];
            let skip = tail.iter().take_while(|b| **b == b' ').count();
            let words = if cseq { 2 } else { 1 };
            let len = tail[skip..].split(u8::is_ascii_whitespace).take(words).map(|w| w.len() + 1).sum::<usize>();
            let range = rel(at + skip)..rel(at + skip + len.saturating_sub(1).min(tail.len() - skip));
            let slot = if cseq { &mut self.cseq } else { &mut self.call_id };
            if slot.start >= slot.end {
                *slot = range;
            }
        }
    }
}

#[inline]
pub(super) fn relative(start: usize, at: usize) -> u32 {
    u32::try_from(at.saturating_sub(start)).unwrap_or(u32::MAX)
}

fn header_line(start: usize, place: LineBounds) -> HeaderLine {
    let LineBounds { line, value, end } = place;
    HeaderLine { start: relative(start, line), value: relative(start, value), end: relative(start, end) }
}

/// A line without the blanks before it: where it starts, and its text.
#[inline]
fn visible(bytes: &[u8], at: usize, end: usize) -> (usize, &[u8]) {
    let text = bytes.get(at..end).unwrap_or_default();
    if text.first().is_none_or(|b| *b > b' ') {
        return (at, text);
    }
    let indent = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    (at + indent, text[indent..].trim_ascii_end())
}

/// Where a value that ends its line at `end` ends when the lines behind it are none of their own: a copy has
/// wrapped it (FORMAT.md section 12).
fn continued(bytes: &[u8], end: usize) -> usize {
    let mut end = end;
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        let text = rest.trim_ascii_start();
        // Of these two only what is sure to be a header counts.
        let named = !matches!(names::line(text).0, Line::Other | Line::Rare | Line::ContentType | Line::Contact);
        if text.is_empty() || named || is_header(text) || text.starts_with(b"TL_") {
            return end;
        }
        let from = end + (rest.len() - text.len());
        let more = bytes.get(from..line_end(bytes, from).0).unwrap_or_default();
        end = from + more.trim_ascii_end().len();
    }
}
