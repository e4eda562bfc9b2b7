//! Positions in the inputs: which file, which bytes.

use std::fmt;

/// Number of an input in the order in which it was opened; an index into [`crate::trace::Trace::sources`].
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
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
pub struct FileId(pub u32);

impl FileId {
    /// The number as an index.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A stretch of bytes in one input: absolute start (logs exceed 4 GiB) and a length below 4 GiB.
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
pub struct Span {
    /// The input.
    pub file: FileId,
    /// Absolute byte offset of the first byte in the text of the input.
    pub start: u64,
    /// Length in bytes.
    pub len: u32,
}

/// A place a person can open: `file:line:byte`.
///
/// The third number is the byte offset from the start of the file, not a column, so that
/// `tail -c +$((byte + 1)) file` starts exactly there in files of any size.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Name of the input as given or found.
    pub file: String,
    /// Line number, counted from 1.
    pub line: u64,
    /// Byte offset, counted from 0.
    pub byte: u64,
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.byte)
    }
}
