//! Traces that hold only some of the records of the logs, as tasks on several machines need them.
//!
//! ```text
//! trace of some files ── cut ──► records, with the texts that somebody will ask for ── join ──► trace of a part
//! ```
//!
//! A part has the numbers of files and the places of all logs, so that what it says can be put together with what others
//! say. Its records are numbered by themselves ([`super::row`]). A text that was not kept is read again from the log.

mod cut;
mod join;

pub(crate) use cut::{Cut, Wanted};
pub(crate) use join::{Join, Known};

use std::collections::BTreeMap;

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::{EventId, Source, Symbol, Trace};
use crate::input::{Encoding, Whence};
use crate::span::{FileId, Span};
use crate::time::Timestamp;

/// Component lines of one server between two records, ahead of the first, or behind the last.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Gap {
    /// Index of the record behind them in its input; behind the last record, the number of records.
    pub(crate) before: usize,
    /// The prefix name of the lines.
    pub(crate) server: Option<Symbol>,
    pub(crate) count: u32,
    /// Whether one of them has the level at which messages are traced, so that a message would have been traced too.
    pub(crate) informs: bool,
}

/// A place that people can open.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    bitcode::Encode,
    bitcode::Decode,
    Serialize,
    Deserialize,
)]
pub(crate) struct Place {
    /// Offset in the text.
    pub(crate) byte: u64,
    pub(crate) line: u64,
    /// Offset in the original.
    pub(crate) original: u64,
}

/// One input, without its text.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) name: String,
    /// Where it is read again.
    pub(crate) whence: Whence,
    /// Damage of its container.
    pub(crate) notes: Vec<String>,
    pub(crate) len: usize,
    pub(crate) original_len: u64,
    pub(crate) encoding: Encoding,
    pub(crate) source: Source,
    /// Its damage, in order.
    pub(crate) problems: Vec<(Place, String)>,
    /// Component lines ahead of its first record and behind its last.
    pub(crate) around: (usize, usize),
}

impl Kept {
    /// Takes in what is known of the next stretch of the same input.
    pub(crate) fn go_on(&mut self, more: Kept) {
        let ahead = if self.source.record_count() > 0 { self.around.0 } else { more.around.0 };
        self.around = (ahead, more.around.1);
        self.source.go_on(&more.source);
        self.problems.extend(more.problems);
    }
}

/// What a part has in place of texts.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Of each record its number among all.
    rows: Vec<u32>,
    /// The texts of names.
    names: Vec<u8>,
    /// By input.
    files: BTreeMap<FileId, OfFile>,
    /// Texts as they came, each lot by itself: none is copied.
    bytes: Vec<Vec<u8>>,
    /// Of messages without a time: that of the nearest record ahead of them.
    ahead: HashMap<EventId, Option<Timestamp>>,
}

/// What is kept of an input.
#[derive(Debug, Default)]
struct OfFile {
    /// Start, length, and in which lot it stands, and where; by start.
    texts: Vec<(u64, u32, (u32, usize))>,
    /// By byte.
    places: Vec<Place>,
    /// By start.
    lines: Vec<Span>,
    around: (usize, usize),
    gaps: Option<Vec<Gap>>,
}

/// Stands for the texts of names, which no input of a part need hold.
const NAMES: FileId = FileId(u32::MAX);

impl Part {
    /// A text that was kept.
    pub(super) fn slice(&self, span: Span) -> Option<&[u8]> {
        if span.file == NAMES {
            let start = usize::try_from(span.start).ok()?;
            return self.names.get(start..start + span.len as usize);
        }
        let texts = &self.files.get(&span.file)?.texts;
        let at = texts.partition_point(|(start, ..)| *start <= span.start).checked_sub(1)?;
        let (start, len, (lot, at)) = texts.get(at)?;
        let from = usize::try_from(span.start - start).ok()?;
        let to = from + span.len as usize;
        let lot = self.bytes.get(*lot as usize)?;
        if to <= *len as usize { lot.get(at + from..at + to) } else { None }
    }

    pub(super) fn place(&self, file: FileId, byte: u64) -> Option<Place> {
        let places = &self.files.get(&file)?.places;
        let at = places.binary_search_by_key(&byte, |p| p.byte).ok()?;
        places.get(at).copied()
    }

    /// The component lines that were kept of a stretch of an input.
    pub(super) fn lines_in(&self, file: FileId, from: u64, to: u64) -> &[Span] {
        let lines = self.files.get(&file).map_or(&[][..], |f| &f.lines);
        let at = |byte: u64| lines.partition_point(|line| line.start < byte);
        lines.get(at(from)..at(to)).unwrap_or_default()
    }
}

impl Trace {
    /// The number of each record among those of all inputs; `None` where it holds all.
    pub(crate) fn rows(&self) -> Option<&[u32]> {
        self.part.as_ref().map(|part| part.rows.as_slice())
    }

    /// Gives back the texts of a part.
    pub(crate) fn forget_texts(&mut self) {
        let Some(part) = &mut self.part else { return };
        part.bytes = Vec::new();
        part.files.values_mut().for_each(|own| own.texts = Vec::new());
    }

    /// The component lines between the records of an input, where this is a part of the logs that knows them.
    pub(crate) fn kept_gaps(&self, file: FileId) -> Option<&[Gap]> {
        self.part.as_ref()?.files.get(&file)?.gaps.as_deref()
    }

    /// How many component lines stand ahead of the first record of an input, and behind the last.
    pub(crate) fn lines_around(&self, file: FileId) -> (usize, usize) {
        if let Some(part) = &self.part {
            return part.files.get(&file).map_or((0, 0), |f| f.around);
        }
        let ahead = self.ids_of(file).next().map_or(0, |id| self.lines_before(id).count());
        (ahead, self.lines_behind(file).count())
    }

    /// The names of servers in the prefixes of an input, sorted.
    pub(crate) fn prefix_names(&self, file: FileId) -> Vec<&[u8]> {
        let own = self.sources.get(file.index()).map_or(&[][..], |s| &s.servers);
        let mut names: Vec<&[u8]> = own.iter().map(|name| self.symbol(*name)).collect();
        names.sort_unstable();
        names
    }

    /// Of a message without a time, in a part of the logs: the time of the nearest record ahead of it that has one.
    #[expect(clippy::option_option, reason = "not a part, and no such record, are not the same")]
    pub(crate) fn time_ahead(&self, id: EventId) -> Option<Option<Timestamp>> {
        self.part.as_ref()?.ahead.get(&id).copied()
    }

    /// Files whose texts were asked for and could not be read again as they were.
    pub(crate) fn lost(&self) -> Option<&str> {
        self.inputs.iter().find(|i| i.read_again() == Some(false)).map(crate::input::Input::name)
    }
}
