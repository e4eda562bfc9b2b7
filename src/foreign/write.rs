//! One foreign message as a record of a server's trace.

use std::ops::Range;

use memchr::memmem;

use super::layout::Head;
use super::shape::Shape;
use crate::input::{Format, Rewrite};
use crate::record::Direction;
use crate::time::Timestamp;

/// Stands in the prefix of every record written here, ahead of the layout that it comes from.
pub(super) const MARK: &str = "(siptrail,";
/// Stands behind it: the form is that of a place in the source code, which copies without names leave as it is.
pub(super) const MARK_END: &str = "::read(1))";

/// A text with messages, and the way back to the original.
pub(super) struct Piece<'t> {
    pub(super) text: &'t [u8],
    pub(super) places: Places<'t>,
}

/// How a piece lies in the original.
pub(super) enum Places<'t> {
    /// It is the original; the first byte that is counted, and its line.
    Whole(usize, u64),
    /// One line of the original, written in one line: where each line of the piece begins, from this offset on.
    Line {
        /// Line of the original.
        line: u64,
        /// Offset of the piece.
        start: usize,
        /// `(offset in the piece, offset from the start)`, ascending.
        breaks: &'t [(usize, usize)],
    },
    /// Bytes of packets.
    #[cfg(feature = "captures")]
    Packets(&'t [Packet]),
}

/// Where bytes of a stream come from.
#[cfg(feature = "captures")]
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    /// First byte in the piece.
    pub(super) at: usize,
    /// First byte in the capture.
    pub(super) original: usize,
    /// Number of the packet, counted from 1.
    pub(super) number: u64,
}

impl Piece<'_> {
    /// Says where what is written next comes from.
    pub(super) fn place(&self, at: usize, out: &mut Rewrite) {
        match &self.places {
            Places::Whole(from, line) => {
                let between = self.text.get(*from..at).unwrap_or_default();
                out.place(at, line + memchr::memchr_iter(b'\n', between).count() as u64);
            }
            Places::Line { line, start, breaks } => {
                let behind = breaks.partition_point(|(piece, _)| *piece <= at);
                let (piece, original) = breaks.get(behind.saturating_sub(1)).copied().unwrap_or_default();
                out.point(start + original + at.saturating_sub(piece), *line);
            }
            #[cfg(feature = "captures")]
            Places::Packets(packets) => {
                let behind = packets.partition_point(|p| p.at <= at);
                let Some(packet) = packets.get(behind.saturating_sub(1)) else { return };
                out.point(packet.original + at.saturating_sub(packet.at), packet.number);
            }
        }
    }

    /// Where inside a range the original goes on elsewhere.
    fn cuts(&self, range: &Range<usize>) -> Vec<usize> {
        let inside = |at: &usize| range.start < *at && *at < range.end;
        match &self.places {
            Places::Whole(..) => Vec::new(),
            Places::Line { breaks, .. } => breaks.iter().map(|(at, _)| *at).filter(inside).collect(),
            #[cfg(feature = "captures")]
            Places::Packets(packets) => packets.iter().map(|p| p.at).filter(inside).collect(),
        }
    }

    /// Writes a part as it is.
    pub(super) fn copy(&self, range: Range<usize>, out: &mut Rewrite) {
        self.place(range.start, out);
        out.put(self.text.get(range).unwrap_or_default());
    }

    /// Writes a part as it is, except for what would end or begin a record.
    fn part(&self, range: Range<usize>, out: &mut Rewrite) {
        let mut at = range.start;
        for cut in self.cuts(&range).into_iter().chain([range.end]) {
            self.place(at, out);
            harmless(self.text.get(at..cut).unwrap_or_default(), out);
            at = cut;
        }
    }
}

/// Writes a text in which no marker of a record is left.
pub(super) fn harmless(text: &[u8], out: &mut Rewrite) {
    let mut at = 0;
    for found in memmem::find_iter(text, b"$$") {
        let rest = text.get(found + 2..).unwrap_or_default();
        if rest.starts_with(b"begin_record") || rest.starts_with(b"end_record") {
            out.put(text.get(at..=found).unwrap_or_default());
            out.put(b" ");
            at = found + 1;
        }
    }
    out.put(text.get(at..).unwrap_or_default());
}

/// Writes the prefix of a record and the fields ahead of its message.
pub(super) fn opener(head: &Head<'_>, machine: Option<&[u8]>, out: &mut Rewrite) {
    out.found(head.format);
    out.put(b"TL_INFO(TF_PROTOCOL) [");
    match machine {
        Some(name) => {
            out.put(name);
            out.put(b"\\");
            out.put(name);
        }
        None => out.put(b"0"),
    }
    out.put(b"]0000.0000::");
    if let Some(time) = head.time {
        stamp(time, out);
    }
    out.put(b" ");
    out.put(MARK.as_bytes());
    out.put(head.format.name().as_bytes());
    out.put(MARK_END.as_bytes());
    out.put(b"$$begin_record\n");
    match head.direction {
        Direction::Incoming => out.put(b"Direction: incoming\n"),
        Direction::Outgoing => out.put(b"Direction: outgoing\n"),
        Direction::Unknown => {}
    }
    if let Some(peer) = &head.peer {
        out.put(b"Peer: ");
        out.put(peer);
        out.put(b"\n");
    }
}

fn stamp(time: Timestamp, out: &mut Rewrite) {
    out.put(time.iso().as_bytes());
}

/// The layout of which a text that was written here comes.
pub(super) fn marked(text: &[u8]) -> impl Iterator<Item = Format> + '_ {
    let all = memmem::find_iter(text, MARK.as_bytes()).filter_map(move |at| {
        let name = text.get(at + MARK.len()..)?;
        Format::ALL
            .into_iter()
            .find(|f| name.strip_prefix(f.name().as_bytes()).is_some_and(|rest| rest.starts_with(MARK_END.as_bytes())))
    });
    all.take(1000)
}

/// Writes one message. `from` is where in the piece the record is said to begin.
/// `named` gives it the name of its layout, so that it is told from what else is in the input.
pub(super) fn message(piece: &Piece<'_>, from: usize, head: &Head<'_>, shape: &Shape, named: bool, out: &mut Rewrite) {
    piece.place(from, out);
    let direction = if head.direction == Direction::Unknown { shape.direction } else { head.direction };
    let machine = named.then(|| head.format.name().as_bytes());
    opener(&Head { direction, ..head.clone() }, machine, out);
    body_of(piece, shape, out);
}

/// Writes a message behind its opener, and the end of the record.
pub(super) fn body_of(piece: &Piece<'_>, shape: &Shape, out: &mut Rewrite) {
    piece.place(shape.start_line.start, out);
    out.put(b"Start-Line: ");
    piece.part(shape.start_line.clone(), out);
    let headers = shape.headers.clone();
    let mut at = headers.start;
    // A header that stood on the line of the start line has a line of its own.
    if piece.text.get(at).is_some_and(|b| !matches!(b, b'\r' | b'\n')) {
        out.put(b"\n");
    }
    for field in &shape.fields {
        piece.part(at..*field, out);
        out.put(b"X-");
        at = *field + indent(piece.text, *field);
    }
    piece.part(at..headers.end, out);
    if piece.text.get(headers.end.wrapping_sub(1)) != Some(&b'\n') || headers.is_empty() {
        out.put(b"\n");
    }
    piece.place(shape.body.start, out);
    out.put(b"Message-Body: ");
    if shape.body.is_empty() {
        out.put(b"-\n");
    } else {
        piece.part(shape.body.clone(), out);
        if piece.text.get(shape.body.end.wrapping_sub(1)) != Some(&b'\n') {
            out.put(b"\n");
        }
    }
    out.put(b"$$end_record\n");
}

fn indent(text: &[u8], at: usize) -> usize {
    text.get(at..).unwrap_or_default().iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}
