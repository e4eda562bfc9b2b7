//! Framing: from bytes to records.
//!
//! ```text
//! TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,...)$$begin_record   prefix
//! Trace-Correlation-Id: 2003888399                                                                   fields
//! Direction: incoming
//! Start-Line: INVITE sip:bob@contoso.com SIP/2.0
//! From: ...                                                                                          headers
//! Message-Body: -                                                                                    body
//! $$end_record
//! ```
//!
//! Parsing never fails: damage is named in [`Flaw`] and the records around it are still read.

mod chunks;
mod layout;
mod names;
pub mod prefix;
mod quick;
mod scan;
mod signs;
mod tape;
mod values;

pub use chunks::{CHUNK, ChunkDone, Framed, STRETCH, frame};
pub(crate) use chunks::{Mark, frame_some};
pub use layout::{HeaderLine, Layout, ViaLines};
pub(crate) use names::{is_header, starts_header};
pub use prefix::DateOrder;
pub use scan::{RawRecord, Scanner};
pub(crate) use signs::sign;
pub use values::{Direction, RecordKind};

/// Damage of one record that a reader of the report should know about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Flaw {
    /// No `$$begin_record`: opened by its first field.
    NoOpener,
    /// The same, and its time is that of the line above it.
    TimeInferred,
    /// No `$$end_record`: closed by the record that follows.
    ClosedByNext,
    /// No `$$end_record` before the end of the input.
    CutAtEnd,
    /// Longer than [`MAX_RECORD`]: closed there.
    TooLong,
    /// A SIP message without Call-ID or `CSeq`: it cannot be tied to a call.
    NoIdentity,
    /// A protocol record without a readable `Start-Line`.
    NoStartLine,
}

impl Flaw {
    /// The words of the report's `problems[].what`.
    pub fn what(self) -> &'static str {
        match self {
            Flaw::NoOpener => "record without $$begin_record, opened at its first field",
            Flaw::TimeInferred => {
                "record without $$begin_record, opened at its first field; its time is inferred from the line above it"
            }
            Flaw::ClosedByNext => "record without $$end_record, closed at the next record",
            Flaw::CutAtEnd => "record cut off by the end of the input",
            Flaw::TooLong => "record longer than 8 MiB, closed there",
            Flaw::NoIdentity => "SIP message without Call-ID or CSeq, left out of calls",
            Flaw::NoStartLine => "protocol record without a readable Start-Line",
        }
    }
}

/// The longest record that is read as one, in bytes. Servers log bodies of 5,000 KB at most
/// (`MaxServerMessageBodySizeKb`), so anything longer is damage.
pub const MAX_RECORD: usize = 8 << 20;

/// The fields of a record without the line that ends it.
pub(crate) fn strip_terminator(text: &[u8]) -> &[u8] {
    let trimmed = text.trim_ascii_end();
    let last = memchr::memrchr(b'\n', trimmed).map_or(0, |at| at + 1);
    if trimmed[last..].trim_ascii_start().starts_with(b"$$end_record") { &text[..last] } else { text }
}
