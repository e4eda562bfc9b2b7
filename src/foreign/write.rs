//! One foreign message as a record of a server's trace.

use std::cell::Cell;
use std::ops::Range;
use std::sync::LazyLock;

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
    places: Places<'t>,
    /// How far the lines of the original were counted, and how many there are up to there.
    counted: Cell<(usize, u64)>,
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

impl<'t> Piece<'t> {
    pub(super) fn new(text: &'t [u8], places: Places<'t>) -> Piece<'t> {
        let counted = if let Places::Whole(from, line) = places { (from, line) } else { (0, 0) };
        Piece { text, places, counted: Cell::new(counted) }
    }

    /// Says where what is written next comes from.
    pub(super) fn place(&self, at: usize, out: &mut Rewrite) {
        match &self.places {
            Places::Whole(from, line) => {
                // Mostly the places come one behind the other.
                let (known, lines) =
                    Some(self.counted.get()).filter(|(known, _)| *known <= at).unwrap_or((*from, *line));
                let between = self.text.get(known..at).unwrap_or_default();
                let lines = lines + memchr::memchr_iter(b'\n', between).count() as u64;
                self.counted.set((known.max(at), lines));
                out.place(at, lines);
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
    fn cuts(&self, range: &Range<usize>) -> impl Iterator<Item = usize> {
        let (mut at, end) = (range.start, range.end);
        std::iter::from_fn(move || {
            let next = match &self.places {
                Places::Whole(..) => None,
                Places::Line { breaks, .. } => breaks.get(breaks.partition_point(|(cut, _)| *cut <= at)).map(|b| b.0),
                #[cfg(feature = "captures")]
                Places::Packets(packets) => packets.get(packets.partition_point(|p| p.at <= at)).map(|p| p.at),
            };
            at = next.filter(|cut| *cut < end)?;
            Some(at)
        })
    }

    /// Writes a part as it is.
    pub(super) fn copy(&self, range: Range<usize>, out: &mut Rewrite) {
        self.place(range.start, out);
        out.put(self.text.get(range).unwrap_or_default());
    }

    /// Writes a part as it is, except for what would end or begin a record.
    fn part(&self, range: Range<usize>, out: &mut Rewrite) {
        // A marker may lie over a cut.
        let text = self.text.get(range.clone()).unwrap_or_default();
        let mut markers = markers(text).map(|at| range.start + at).peekable();
        let mut at = range.start;
        for cut in self.cuts(&range).chain([range.end]) {
            self.place(at, out);
            while let Some(marker) = markers.next_if(|marker| *marker < cut) {
                out.put(self.text.get(at..=marker).unwrap_or_default());
                out.put(b" ");
                at = marker + 1;
            }
            out.put(self.text.get(at..cut).unwrap_or_default());
            at = cut;
        }
    }
}

/// In the marker of a record. Made once: that takes longer than most searches.
static RECORD: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(b"_record"));

/// Where in a text the markers of records begin.
fn markers(text: &[u8]) -> impl Iterator<Item = usize> {
    // The second sign: of three the last two may be the marker.
    RECORD.find_iter(text).filter_map(|word| {
        let before = text.get(..word).unwrap_or_default();
        let before = before.strip_suffix(b"begin").or_else(|| before.strip_suffix(b"end"))?;
        before.strip_suffix(b"$$").map(<[u8]>::len)
    })
}

/// Writes a text in which no marker of a record is left.
pub(super) fn harmless(text: &[u8], out: &mut Rewrite) {
    let mut at = 0;
    for marker in markers(text) {
        out.put(text.get(at..=marker).unwrap_or_default());
        out.put(b" ");
        at = marker + 1;
    }
    out.put(text.get(at..).unwrap_or_default());
}

/// The prefix of a record and the fields ahead of its message, all but its time: many records of a capture share them.
pub(super) struct Opener {
    format: Format,
    /// What stands ahead of the time.
    ahead: Vec<u8>,
    /// What stands behind it.
    behind: Vec<u8>,
}

impl Opener {
    pub(super) fn of(head: &Head<'_>, machine: Option<&[u8]>) -> Opener {
        let mut ahead = b"TL_INFO(TF_PROTOCOL) ".to_vec();
        match machine {
            Some(name) => named(name, &mut |part| ahead.extend_from_slice(part)),
            None => ahead.extend_from_slice(NAMELESS),
        }
        ahead.extend_from_slice(b"0000.0000::");
        let name = head.format.name().as_bytes();
        let mut behind = [b" ", MARK.as_bytes(), name, MARK_END.as_bytes(), b"$$begin_record\n"].concat();
        behind.extend_from_slice(match head.direction {
            Direction::Incoming => b"Direction: incoming\n",
            Direction::Outgoing => b"Direction: outgoing\n",
            Direction::Unknown => b"",
        });
        if let Some(peer) = &head.peer {
            behind.extend([b"Peer: ", &**peer, b"\n"].concat());
        }
        Opener { format: head.format, ahead, behind }
    }

    pub(super) fn write(&self, time: Option<Timestamp>, out: &mut Rewrite) {
        out.found(self.format);
        out.put(&self.ahead);
        if let Some(time) = time {
            stamp(time, out);
        }
        out.put(&self.behind);
    }
}

fn stamp(time: Timestamp, out: &mut Rewrite) {
    out.put(time.iso().as_bytes());
}

/// What stands in the place of a machine that nobody names.
const NAMELESS: &[u8] = b"[0]";

fn named(name: &[u8], put: &mut dyn FnMut(&[u8])) {
    for part in [&b"["[..], name, b"\\", name, b"]"] {
        put(part);
    }
}

/// The layout of which a record comes that was written here, by its prefix.
pub(super) fn mark_of(prefix: &[u8]) -> Option<Format> {
    let prefix = Some(prefix.trim_ascii()).filter(|prefix| prefix.starts_with(b"TL_"))?;
    let own = prefix.strip_suffix(MARK_END.as_bytes())?;
    let last = own.get(own.len().saturating_sub(64)..)?;
    let name = last.get(memmem::rfind(last, MARK.as_bytes())? + MARK.len()..)?;
    Format::ALL.into_iter().find(|f| *f != Format::SipStack && f.name().as_bytes() == name)
}

/// Where in the prefix of such a record a name is missing.
pub(super) fn nameless(prefix: &[u8]) -> Option<Range<usize>> {
    let at = memmem::find(prefix.get(..64).unwrap_or(prefix), b") [0]")? + 2;
    Some(at..at + NAMELESS.len())
}

/// Writes a name in its place: that of the layout.
pub(super) fn machine(format: Format, out: &mut Rewrite) {
    named(format.name().as_bytes(), &mut |part| out.put(part));
}

/// Whether records stand in a text that may have been written here.
pub(super) fn is_marked(text: &[u8]) -> bool {
    memmem::find_iter(text, MARK.as_bytes()).any(|at| {
        let behind = text.get(at..).unwrap_or_default();
        let end = memmem::find(behind.get(..64).unwrap_or(behind), MARK_END.as_bytes());
        end.is_some_and(|end| behind.get(end + MARK_END.len()..).is_some_and(|b| b.starts_with(b"$$begin_record")))
    })
}

/// Writes one message. `from` is where in the piece the record is said to begin.
/// `named` gives it the name of its layout, so that it is told from what else is in the input.
pub(super) fn message(piece: &Piece<'_>, from: usize, head: &Head<'_>, shape: &Shape, named: bool, out: &mut Rewrite) {
    piece.place(from, out);
    let direction = if head.direction == Direction::Unknown { shape.direction } else { head.direction };
    let machine = named.then(|| head.format.name().as_bytes());
    Opener::of(&Head { direction, ..head.clone() }, machine).write(head.time, out);
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
