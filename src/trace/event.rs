//! One record as an index entry.

use crate::record::{DateOrder, Direction, RecordKind};
use crate::sip::Method;
use crate::span::{FileId, Span};
use crate::time::Timestamp;

/// Number of an event in [`super::Trace::events`]. In what one task of a job leaves to others it is the number among the
/// records of all inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bitcode::Decode, bitcode::Encode)]
pub struct EventId(pub u32);

/// Number of an interned string.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    bitcode::Decode,
    bitcode::Encode,
    serde::Deserialize,
    serde::Serialize,
)]
pub struct Symbol(pub u32);

impl Symbol {
    /// Stands for "there is none".
    pub(crate) const NONE: Symbol = Symbol(u32::MAX);
}

/// One record. At most 64 bytes, so that a billion-byte log needs some fifty million bytes of index.
#[derive(Clone, Copy, Debug, bitcode::Decode, bitcode::Encode, serde::Deserialize, serde::Serialize)]
pub struct Event {
    /// First byte in the input.
    pub start: u64,
    pub(crate) time: Timestamp,
    /// Length with prefix and terminator.
    pub len: u32,
    /// The input.
    pub file: FileId,
    /// Local sequence number of the trace session; 0 when unknown.
    pub seq: u32,
    /// `Instance-Id`; 0 when unknown.
    pub instance: u32,
    pub(crate) call: Symbol,
    pub(crate) server: Symbol,
    /// `CSeq` number.
    pub cseq: u32,
    /// Where the SIP message starts in the record.
    pub(crate) head: u32,
    /// Where its body line starts.
    pub(crate) head_end: u32,
    /// Length of the prefix.
    pub(crate) prefix_len: u16,
    /// Status of a response; 0 for a request or another record.
    pub status: u16,
    /// Method of the request, or of the request that the response answers (from `CSeq`).
    pub method: Method,
    /// What the record is.
    pub kind: RecordKind,
    /// Received or sent.
    pub direction: Direction,
    /// [`Event::EDGE`], [`Event::DATE`], [`Event::COPY`], [`Event::INFERRED`], [`Event::UNDIAGNOSED`] and [`Event::FOREIGN`].
    pub(super) flags: u8,
    /// Where its tags and Via hashes are kept, counted from 1; 0 for nowhere.
    pub(super) identity: u32,
}

const _: () = assert!(size_of::<Event>() <= 64);

impl Event {
    /// The direction names edges, which only an Access Edge logs.
    pub(super) const EDGE: u8 = 1;
    /// Two bits: the [`DateOrder`] of the date.
    const DATE: u8 = 2 | 16;
    /// The same record stands in another place, in this input or in another.
    pub(super) const COPY: u8 = 4;

    /// The time is that of the line above the record, which has lost its own prefix.
    pub(super) const INFERRED: u8 = 8;

    /// A message without any header of the ms-diagnostics family.
    pub(super) const UNDIAGNOSED: u8 = 32;

    /// Stands in a part of the logs only because facts point at it: it belongs to another part.
    pub(super) const FOREIGN: u8 = 64;

    /// The bits of an order.
    pub(super) fn date_bits(order: DateOrder) -> u8 {
        match order {
            DateOrder::Unknown => 0,
            DateOrder::Ambiguous => 2,
            DateOrder::MonthFirst => 16,
            DateOrder::DayFirst => 18,
        }
    }

    /// What its date tells of the order of day and month.
    pub(super) fn date_order(&self) -> DateOrder {
        match self.flags & Self::DATE {
            0 => DateOrder::Unknown,
            2 => DateOrder::Ambiguous,
            16 => DateOrder::MonthFirst,
            _ => DateOrder::DayFirst,
        }
    }

    /// Time of the prefix, where there is one.
    pub fn time(&self) -> Option<Timestamp> {
        self.time.known()
    }

    /// The Call-ID of a message, or the one that a diagnostic record names.
    pub fn call_id(&self) -> Option<Symbol> {
        (self.call != Symbol::NONE).then_some(self.call)
    }

    /// The `pool\server` of the prefix.
    pub fn server(&self) -> Option<Symbol> {
        (self.server != Symbol::NONE).then_some(self.server)
    }

    /// Where the record ends: the first byte behind it.
    pub(crate) fn end(&self) -> u64 {
        self.start + u64::from(self.len)
    }

    /// Where the record is.
    pub fn span(&self) -> Span {
        Span { file: self.file, start: self.start, len: self.len }
    }

    /// Of a message, where the record is up to the end of its headers.
    pub(crate) fn head_span(&self) -> Span {
        Span { len: self.head_end.min(self.len), ..self.span() }
    }

    /// The direction names edges, which only an Access Edge logs.
    pub fn names_edge(&self) -> bool {
        self.flags & Self::EDGE != 0
    }

    /// The same record stands in another place, in this input or in another, and counts there.
    pub fn is_copy(&self) -> bool {
        self.flags & Self::COPY != 0
    }

    /// The record belongs to another part of the logs ([`super::part`]), and counts there.
    pub(crate) fn is_foreign(&self) -> bool {
        self.flags & Self::FOREIGN != 0
    }

    /// The record has lost its prefix, and its time is that of the prefix line directly above it.
    pub fn time_is_inferred(&self) -> bool {
        self.flags & Self::INFERRED != 0
    }

    /// Its tags and Vias were kept when it was read.
    pub(crate) fn has_identity(&self) -> bool {
        self.identity > 0
    }

    /// True for a SIP request.
    pub fn is_request(&self) -> bool {
        self.kind == RecordKind::Protocol && self.status == 0
    }
}
