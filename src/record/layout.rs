//! Where things are inside one record: fields, start line, headers, body.
//!
//! Only what every later step needs is located here (the hot path); headers are read lazily by
//! [`crate::sip::Message`].

use std::ops::Range;

use super::names::{Name, is_header, known};
use crate::text::line_end;

/// What a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// A SIP message (`Start-Line:`).
    Protocol,
    /// `LogType: diagnostic`, or the fields of one.
    Diagnostic,
    /// `LogType: connection`.
    Connection,
    /// Anything else; its `name: value` lines stay readable.
    #[default]
    Other,
}

/// Whether the server received or sent the message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// `Direction: incoming`.
    Incoming,
    /// `Direction: outgoing`.
    Outgoing,
    /// The record does not say.
    #[default]
    Unknown,
}

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
    /// Start of the first From line.
    pub from: Option<u32>,
    /// Start of the first To line.
    pub to: Option<u32>,
    /// Start of each Via line; those past the room are left to a slower reading.
    pub vias: ViaLines,
    /// Start of the Server or User-Agent line; Server wins.
    pub product: Option<u32>,
    /// Absolute position where another record starts inside this one.
    pub(super) split: Option<usize>,
}

/// Starts of the Via lines of a message, in bytes from the start of the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct ViaLines {
    starts: [u32; 8],
    count: u32,
}

impl ViaLines {
    fn push(&mut self, at: u32) {
        if let Some(slot) = self.starts.get_mut(self.count as usize) {
            *slot = at;
        }
        self.count += 1;
    }

    /// The lines, or `None` when there are too many of them.
    pub fn get(&self) -> Option<&[u32]> {
        self.starts.get(..self.count as usize)
    }
}

/// Which value a continuation line would extend.
#[derive(Clone, Copy, PartialEq)]
enum Slot {
    None,
    StartLine,
    CallId,
    CSeq,
}

impl Layout {
    /// Reads the lines of `bytes[fields..end]`; positions are relative to `start`.
    pub(super) fn read(bytes: &[u8], start: usize, fields: usize, end: usize) -> Layout {
        let mut out = Layout::default();
        let rel = |at: usize| u32::try_from(at.saturating_sub(start)).unwrap_or(u32::MAX);
        let mut slot = Slot::None;
        let mut pos = fields;
        let mut in_message = false;
        let mut first_field = true;
        let bytes = bytes.get(..end).unwrap_or(bytes);
        while pos < end {
            let (line, next) = line_end(bytes, pos);
            let at = pos;
            pos = next;
            let mut from = at;
            let mut text = bytes.get(at..line).unwrap_or_default();
            if text.first().is_none_or(|b| *b <= b' ') {
                let indent = text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
                text = text[indent..].trim_ascii_end();
                from += indent;
                if text.is_empty() {
                    continue;
                }
            }
            let Some((name, value)) = known(text) else {
                if slot != Slot::None {
                    if is_header(text) || text.starts_with(b"TL_") {
                        slot = Slot::None;
                    } else {
                        out.extend(slot, rel(from + text.trim_ascii_end().len()));
                    }
                }
                continue;
            };
            let value_text = text.get(value..).unwrap_or_default().trim_ascii_end();
            let value_at = from + value;
            let range = rel(value_at)..rel(value_at + value_text.len());
            slot = Slot::None;
            match name {
                Name::StartLine | Name::CorrelationId | Name::InstanceId | Name::LogType
                    if in_message
                        || (matches!(name, Name::CorrelationId | Name::InstanceId)
                            && out.kind == RecordKind::Diagnostic
                            && !first_field) =>
                {
                    out.split = Some(at);
                    out.headers.end = rel(at);
                    return out;
                }
                Name::StartLine => {
                    in_message = true;
                    out.kind = RecordKind::Protocol;
                    out.start_line = range;
                    out.headers = rel(next)..rel(end);
                    slot = Slot::StartLine;
                }
                Name::LogType => out.kind = log_type(value_text),
                Name::InstanceId => out.instance = hex(value_text),
                Name::Direction if !in_message => {
                    out.direction = match value_text.first() {
                        Some(b'i' | b'I') => Direction::Incoming,
                        Some(b'o' | b'O') => Direction::Outgoing,
                        _ => Direction::Unknown,
                    };
                    out.names_edge = value_text.len() > 12 && crate::text::contains_ignore_case(value_text, b"edge");
                }
                Name::DiagnosticField if !in_message && out.kind == RecordKind::Other => {
                    out.kind = RecordKind::Diagnostic;
                }
                Name::DiagnosticCallId if !in_message => {
                    out.kind = RecordKind::Diagnostic;
                    out.call_id = range;
                }
                Name::DiagnosticCSeq if !in_message => out.cseq = range,
                Name::CallId if in_message && out.call_id.is_empty() => {
                    out.call_id = range;
                    slot = Slot::CallId;
                }
                Name::CSeq if in_message && out.cseq.is_empty() => {
                    out.cseq = range;
                    slot = Slot::CSeq;
                }
                Name::ContentLength if in_message => out.content_length = decimal(value_text),
                Name::From if in_message => out.from = out.from.or(Some(rel(at))),
                Name::To if in_message => out.to = out.to.or(Some(rel(at))),
                Name::Via if in_message => out.vias.push(rel(at)),
                Name::Product if in_message => {
                    if out.product.is_none() || text[0].eq_ignore_ascii_case(&b's') {
                        out.product = Some(rel(at));
                    }
                }
                Name::MessageBody if in_message => {
                    out.headers.end = rel(at);
                    out.set_body(start, value_at, end, value_text, line);
                    return out;
                }
                _ => {}
            }
            first_field = false;
        }
        if in_message && (out.call_id.is_empty() || out.cseq.is_empty()) {
            out.find_glued(bytes, start);
        }
        out
    }

    fn set_body(&mut self, start: usize, value_at: usize, end: usize, first: &[u8], line: usize) {
        let rel = |at: usize| u32::try_from(at.saturating_sub(start)).unwrap_or(u32::MAX);
        let none =
            matches!(first, b"-" | b"" | [0xe2, 0x80, 0x93 | 0x94] | [0x96 | 0x97]) && self.content_length != Some(1);
        if none && line + 2 >= end {
            self.body = rel(end)..rel(end);
        } else {
            self.body = rel(value_at)..rel(end);
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
        let is_end = |at: usize| bytes.get(at..).is_some_and(|t| t.trim_ascii_start().starts_with(b"$$end_record"));
        if bytes.get(exact..).is_some() && is_end(exact) {
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

    fn extend(&mut self, slot: Slot, to: u32) {
        match slot {
            Slot::StartLine => {
                self.start_line.end = to;
                self.headers.start = self.headers.start.max(to);
            }
            Slot::CallId => self.call_id.end = to,
            Slot::CSeq => self.cseq.end = to,
            Slot::None => {}
        }
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

fn log_type(value: &[u8]) -> RecordKind {
    if value.eq_ignore_ascii_case(b"diagnostic") {
        RecordKind::Diagnostic
    } else if value.eq_ignore_ascii_case(b"connection") {
        RecordKind::Connection
    } else {
        RecordKind::Other
    }
}

fn hex(text: &[u8]) -> u32 {
    text.iter().map_while(|b| char::from(*b).to_digit(16)).take(8).fold(0, |n, d| (n << 4) | d)
}

fn decimal(text: &[u8]) -> Option<u32> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(text.get(..digits)?).ok()?.parse().ok()
}
