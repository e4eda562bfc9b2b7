//! Bytes in: files, folders, archives and standard input become texts that any thread can read.
//!
//! A plain file is mapped; everything that has to be decoded (compressed, UTF-16, CR-only) goes in pieces
//! through a spool that stays in memory while small and becomes an unlinked temporary file when large. All spools share
//! one budget ([`Limits`]).
//! Single-byte text is not transcoded: strings are decoded where they are shown ([`crate::text::decode`]).

mod budget;
mod decode;
mod error;
mod format;
mod identity;
mod kept;
mod map;
mod mounts;
mod nothing;
mod rewrite;
mod saved;
mod seen;
mod spool;
mod walk;

pub use budget::Limits;
pub use decode::Encoding;
pub use error::InputError;
pub use format::{Format, Formats};
pub(crate) use identity::{Compared, Identity, Sums, sum};
pub(crate) use kept::{Again, Whence};
pub use nothing::nothing_in;
pub(crate) use rewrite::Rewrite;
pub use saved::{CASE, SAVED, is_saved};
pub use seen::{Seen, look};
pub use walk::{Opened, is_log_name, open, open_within, size};
pub(crate) use walk::{list, name_of, open_listed};

use std::fmt;

use self::budget::{Account, Budget};
use self::map::Map;
use self::rewrite::Origin;

/// One log text.
pub struct Input {
    name: String,
    text: Text,
    encoding: Encoding,
    original_len: u64,
    /// `(offset in the text, offset in the original)`, ascending; only for UTF-16.
    checkpoints: Vec<(u64, u64)>,
    notes: Vec<String>,
    /// What its texts take of the budget.
    accounts: Vec<Account>,
    budget: Budget,
    /// Where the text was written anew: what it was.
    origin: Option<Box<Origin>>,
    formats: Formats,
    left_out: u64,
    /// What the file system said when it was opened, of a file whose bytes are the text.
    stat: Option<identity::Stat>,
}

enum Text {
    Owned(Vec<u8>),
    Mapped(Map),
    /// Read elsewhere; opened again only where somebody asks for what was not kept of it.
    Kept(kept::Kept),
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Text::Owned(bytes) => bytes.len(),
            Text::Mapped(map) => map.bytes().len(),
            Text::Kept(kept) => kept.len(),
        }
    }

    /// The bytes; for those of a kept text its file is opened.
    fn bytes(&self) -> &[u8] {
        match self {
            Text::Owned(bytes) => bytes,
            Text::Mapped(map) => map.bytes(),
            Text::Kept(kept) => kept.again().map_or(&[][..], Input::bytes),
        }
    }

    /// How much of it can still be read.
    fn intact_len(&self) -> u64 {
        match self {
            Text::Owned(bytes) => bytes.len() as u64,
            Text::Mapped(map) => map.intact_len(),
            Text::Kept(kept) => kept.len() as u64,
        }
    }
}

impl Input {
    /// A text from memory; compression and encoding are found out as for a file.
    pub fn from_bytes(name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Input {
        Input::of_bytes(name.into(), bytes.into(), None)
    }

    /// The same input from memory, or a part of its text: what is looked for in it stays.
    #[cfg(feature = "tui")]
    pub(crate) fn of_memory(&self, bytes: &[u8]) -> Input {
        Input::of_bytes(self.name.clone(), bytes.to_vec(), self.wanted())
    }

    /// A text from memory in which only this layout is looked for, if any is given.
    pub(crate) fn of_bytes(name: String, bytes: Vec<u8>, format: Option<Format>) -> Input {
        let budget = Budget::new(Limits { format, ..Limits::default() });
        let (mut input, stop) = decode::prepare(name, (Text::Owned(bytes), Account::default()), &budget);
        input.notes.extend(stop.map(|s| s.words()));
        input
    }

    /// The name as given or found; `-` is standard input, `logs.zip/edge01.log` a member of an archive.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Gives it another name.
    pub(crate) fn rename(&mut self, name: String) {
        self.name = name;
    }

    /// The text.
    pub fn bytes(&self) -> &[u8] {
        self.text.bytes()
    }

    /// The layouts that were found in it, where it is not known to be the trace of a server alone.
    pub fn formats(&self) -> Formats {
        self.formats
    }

    /// The only layout that is looked for in it.
    pub(crate) fn wanted(&self) -> Option<Format> {
        self.budget.format()
    }

    /// Whether the text is not that of the original, but says the same in the layout of a server's trace.
    pub fn is_rewritten(&self) -> bool {
        self.origin.is_some()
    }

    /// Whether anything in it is of another layout than the trace of a server, though it may be written anew.
    pub(crate) fn is_foreign(&self) -> bool {
        self.is_rewritten() || self.formats.are_foreign()
    }

    /// The text as it was before it was written anew.
    pub(crate) fn original(&self) -> &[u8] {
        self.again().map_or_else(|| self.original_text().bytes(), Input::original)
    }

    fn original_text(&self) -> &Text {
        self.origin.as_ref().map_or(&self.text, |o| &o.text)
    }

    /// Non-empty lines of the original that the text does not have, since they belong to no message.
    pub(crate) fn left_out(&self) -> u64 {
        self.left_out
    }

    /// Sets what the text is known to hold though it is not written anew.
    pub(crate) fn set_formats(&mut self, formats: Formats) {
        self.formats = formats;
    }

    /// The line of the original, where the text was written anew; the number of the packet in a capture.
    pub(crate) fn original_line(&self, offset: u64) -> Option<u64> {
        match self.again() {
            Some(input) => input.original_line(offset),
            None => Some(self.origin.as_ref()?.line(self.bytes(), offset)),
        }
    }

    /// The lines of places in the original, of which none lies ahead of the one before: what lies between is counted once.
    pub(crate) fn lines_of(&self, offsets: impl Iterator<Item = u64>) -> Vec<u64> {
        if let Some(input) = self.again() {
            return input.lines_of(offsets);
        }
        let text = self.bytes();
        if let Some(origin) = &self.origin {
            return origin.lines(text, offsets);
        }
        let (mut at, mut line) = (0, 1);
        let next = offsets.map(|offset| {
            let to = usize::try_from(offset).unwrap_or(usize::MAX).max(at);
            line += memchr::memchr_iter(b'\n', text.get(at..to).unwrap_or_default()).count() as u64;
            at = to;
            line
        });
        next.collect()
    }

    /// The bytes before they were written anew, and whether they are those of the file that the input is named after: not where
    /// they were unpacked, decoded or read from a pipe, nor where the file was cut or grew since.
    pub fn as_given(&self) -> (&[u8], bool) {
        let text = self.original_text();
        let is_mapped = matches!(text, Text::Mapped(map) if !map.is_temporary());
        let is_whole = text.intact_len() == text.len() as u64 && !self.has_grown();
        (self.original(), is_mapped && is_whole)
    }

    /// Whether the text is that of a file as it stands, the trace of a server and nothing else: it can be opened again, and
    /// read in stretches.
    pub(crate) fn is_plain_log(&self) -> bool {
        let is_mapped = matches!(&self.text, Text::Mapped(map) if !map.is_temporary());
        is_mapped && !self.is_foreign() && self.checkpoints.is_empty()
    }

    /// Whether the text is that which was given, the trace of a server and nothing else, without damage.
    pub(crate) fn is_untouched(&self) -> bool {
        let as_given = !self.is_foreign() && self.checkpoints.is_empty() && self.left_out == 0;
        as_given && self.original_len == self.len() as u64 && self.damage().next().is_none() && self.name != "-"
    }

    /// Length of the text, for which it is not read.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Encoding of the original.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Length of the original in bytes, after decompression.
    pub fn original_len(&self) -> u64 {
        self.original_len
    }

    /// How much of the text can still be read: less than its length when the file was truncated meanwhile.
    pub fn intact_len(&self) -> u64 {
        self.text.intact_len()
    }

    /// Tells that a part of the text is read now, from its start to its end.
    pub(crate) fn will_read(&self, from: usize, len: usize) {
        if let Text::Mapped(map) = &self.text {
            map.will_read(from, len);
        }
    }

    /// Bytes of a text that was unpacked to disk; 0 for all others.
    pub(crate) fn on_disk(&self) -> usize {
        match &self.text {
            Text::Mapped(map) if map.is_temporary() => map.bytes().len(),
            _ => 0,
        }
    }

    /// Tells that a part of the text was read and is perhaps not read again, so that it need not stay in memory.
    pub(crate) fn forget(&self, from: usize, len: usize) {
        if let Text::Mapped(map) = &self.text {
            map.forget(from, len);
        }
    }

    /// What kept this input from being read as a whole, and from which byte of the text on: damage found while unpacking,
    /// and an end that was cut off meanwhile.
    pub fn damage(&self) -> impl Iterator<Item = (u64, String)> {
        let text = self.original_text();
        let intact = text.intact_len();
        let cut = intact < text.len() as u64;
        let cut = cut.then(|| (intact, format!("file was cut to {intact} bytes while it was read")));
        self.notes().iter().map(|note| (0, note.clone())).chain(cut)
    }

    /// Whether the file is longer by now than the text: something still writes to it.
    pub fn has_grown(&self) -> bool {
        matches!(self.original_text(), Text::Mapped(map) if map.has_grown())
    }

    /// Damage of the container that did not stop the reading.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The offset in the original of an offset in the text.
    pub fn original_offset(&self, offset: u64) -> u64 {
        if let Some(input) = self.again() {
            return input.original_offset(offset);
        }
        let offset = self.origin.as_ref().map_or(offset, |o| o.offset(offset));
        let at = self.checkpoints.partition_point(|(text, _)| *text <= offset);
        let Some((text, original)) = at.checked_sub(1).and_then(|i| self.checkpoints.get(i)) else { return offset };
        let range = usize::try_from(*text).unwrap_or(usize::MAX)..usize::try_from(offset).unwrap_or(usize::MAX);
        let units: u64 = self.original().get(range).unwrap_or_default().iter().map(|b| utf16_units(*b)).sum();
        original + 2 * units
    }
}

/// How many UTF-16 units the UTF-8 character that starts with this byte takes.
fn utf16_units(byte: u8) -> u64 {
    match byte {
        0x80..=0xbf => 0,
        0xf0.. => 2,
        _ => 1,
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input").field("name", &self.name).field("encoding", &self.encoding).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
