//! The loaded logs: the only store. Events are small, `Copy` and point into the inputs.

mod component_lines;
mod copies;
mod dates;
mod details;
mod event;
mod fields;
mod grow;
mod hasher;
mod identity;
mod intern;
mod join;
mod kept;
mod lines;
mod load;
mod memo;
mod numbers;
pub(crate) mod part;
mod parts;
mod products;
pub(crate) mod row;
mod settled;
mod source;
mod tail;

pub use component_lines::{ComponentLine, LinePlace};
pub(crate) use component_lines::{component, line_start};
pub use event::{Event, EventId, Symbol};
pub(crate) use identity::Identity;
pub(crate) use kept::Facts;
pub(crate) use load::Reached;
pub use load::{LoadOptions, Progress};
pub(crate) use part::Gap;
pub(crate) use products::Maker;
pub(crate) use settled::Growth;
pub use source::Source;

use std::borrow::Cow;

use crate::input::{self, Input, InputError};
use crate::record::{Flaw, RecordKind, strip_terminator};
use crate::sip::Message;
use crate::span::{FileId, Location, Span};
use lines::LineStarts;

/// Something in an input that could not be read as it should be.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Problem {
    /// Which input.
    pub file: FileId,
    /// Offset in the text.
    pub byte: u64,
    /// What it is, in one line.
    pub what: Cow<'static, str>,
}

/// Logs, framed and indexed.
#[derive(Debug)]
pub struct Trace {
    inputs: Vec<Input>,
    lines: Vec<LineStarts>,
    events: Vec<Event>,
    symbols: Vec<Span>,
    identities: kept::Ties,
    products: products::Products,
    /// Of `hasher`.
    seed: u64,
    hasher: hasher::Seeded,
    sources: Vec<Source>,
    problems: Vec<Problem>,
    /// By input: those that hold all its records.
    holders: Vec<Vec<FileId>>,
    /// Where more may be read behind it: what is known for that.
    follow: settled::Follow,
    /// Where it is not all of the logs.
    part: Option<Box<part::Part>>,
    /// Where it is not all of its only input.
    stretch: Option<Stretch>,
}

/// Which stretch of a text a trace holds: from behind the last record ahead of it, to the end of its own last one, or to
/// the end of the text.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    from: u64,
    to: u64,
}

impl Trace {
    /// Opens files, folders or `-` and reads them with the default options.
    ///
    /// # Errors
    /// When an argument cannot be read. To read what can be read, use [`input::open`] and [`Trace::load`].
    pub fn open<P: AsRef<std::path::Path>>(paths: impl IntoIterator<Item = P>) -> Result<Trace, InputError> {
        let mut opened = input::open(paths);
        if !opened.errors.is_empty() {
            return Err(opened.errors.swap_remove(0));
        }
        Ok(Trace::load(opened.inputs, &LoadOptions::default()))
    }

    /// Reads inputs. Never fails: what cannot be read is among the [`Trace::problems`].
    pub fn load(inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        load::load(inputs, options, None)
    }

    /// Reads some of the logs, of which others read the rest with the same seed.
    pub(crate) fn load_part(inputs: Vec<Input>, seed: u64) -> Trace {
        load::load(inputs, &LoadOptions::default(), Some(seed))
    }

    /// Reads a stretch of an input as one of some logs, at least so many bytes from where the one ahead of it ended; and how
    /// far it came, but for the last.
    pub(crate) fn load_stretch(input: Input, seed: u64, from: Option<Reached>, bytes: u64) -> (Trace, Option<Reached>) {
        load::load_stretch(input, seed, from, bytes)
    }

    /// The line feeds of the only input, to be counted on from a place.
    fn lines_from_here(&self, byte: usize) -> Option<LineStarts> {
        self.lines.first().map(|lines| lines.from(byte))
    }

    /// Where the text of an input begins that this trace holds: 0, but for a stretch.
    pub(crate) fn begins(&self) -> u64 {
        self.stretch.map_or(0, |s| s.from)
    }

    /// Where the text of an input ends that this trace holds.
    pub(crate) fn ends(&self, file: FileId) -> u64 {
        let len = || self.inputs.get(file.index()).map_or(0, |i| i.len() as u64);
        self.stretch.map_or_else(len, |s| s.to)
    }

    /// All records, by input and position.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// One record.
    pub fn event(&self, id: EventId) -> Option<&Event> {
        self.events.get(id.0 as usize)
    }

    /// Every record of a Call-ID, in order; copies that stand in the inputs twice are left out.
    ///
    /// Looks at the index of all records (56 bytes each), which takes milliseconds for millions of them.
    pub fn events_of(&self, call_id: Symbol) -> Vec<EventId> {
        let own = (0..).zip(&self.events).filter(|(_, e)| e.call_id() == Some(call_id) && !e.is_copy());
        own.map(|(i, _)| EventId(i)).collect()
    }

    /// The records of an input.
    pub(crate) fn ids_of(&self, file: FileId) -> impl Iterator<Item = EventId> + Clone + use<> {
        let at = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let first = self.events.partition_point(|e| e.file < file);
        let end = self.events.partition_point(|e| e.file <= file);
        (at(first)..at(end)).map(EventId)
    }

    /// The inputs that together hold every record of this one, those with most of them first; none where it has a record
    /// of its own. A record that is cut at the beginning or the end of an input counts by what is left of it.
    pub fn holders(&self, file: FileId) -> &[FileId] {
        self.holders.get(file.index()).map_or(&[], Vec::as_slice)
    }

    /// Whether all records of an input stand in others, so that it says nothing of its own: a saved excerpt, a copy.
    pub fn adds_nothing(&self, file: FileId) -> bool {
        !self.holders(file).is_empty()
    }

    /// The inputs, in the order of their [`FileId`].
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Facts of each input, in the same order.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Damage, by input and position.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// How many different strings (Call-IDs, server names) there are.
    pub fn symbol_count(&self) -> usize {
        self.symbols.len()
    }

    /// The bytes of an interned string.
    pub fn symbol(&self, symbol: Symbol) -> &[u8] {
        self.symbols.get(symbol.0 as usize).map_or(&[], |span| self.slice(*span))
    }

    /// Bytes of a place; empty when it does not exist.
    pub fn slice(&self, span: Span) -> &[u8] {
        if let Some(text) = self.part.as_ref().and_then(|part| part.slice(span)) {
            return text;
        }
        let Ok(start) = usize::try_from(span.start) else { return &[] };
        self.inputs
            .get(span.file.index())
            .and_then(|input| input.bytes().get(start..start.saturating_add(span.len as usize)))
            .unwrap_or_default()
    }

    /// A whole record as logged, with its prefix and terminator.
    pub fn record(&self, event: &Event) -> &[u8] {
        self.slice(event.span())
    }

    /// The fields of a record, from behind `$$begin_record` to before `$$end_record`.
    pub fn fields<'t>(&'t self, event: &Event) -> &'t [u8] {
        strip_terminator(self.after_opener(event))
    }

    /// The SIP message of a protocol record, borrowed and lazy.
    pub fn message<'t>(&'t self, event: &Event) -> Option<Message<'t>> {
        if event.kind != RecordKind::Protocol {
            return None;
        }
        let record = self.record(event);
        let head = record.get(event.head as usize..event.head_end as usize).unwrap_or_default();
        Some(Message::of_record(head, record.get(event.head_end as usize..).unwrap_or_default()))
    }

    /// The same without its body, which a part of the logs need not hold.
    pub(crate) fn head<'t>(&'t self, event: &Event) -> Option<Message<'t>> {
        if event.kind != RecordKind::Protocol {
            return None;
        }
        Some(Message::new(self.head_text(event).get(event.head as usize..).unwrap_or_default(), &[]))
    }

    /// The record of a message up to the end of its headers.
    pub(crate) fn head_text(&self, event: &Event) -> &[u8] {
        self.slice(event.head_span())
    }

    /// Fields at the beginning of a record, and perhaps what follows.
    pub(crate) fn first_fields<'t>(&'t self, event: &Event) -> &'t [u8] {
        match event.kind {
            RecordKind::Protocol => {
                let text = self.head_text(event);
                let after = text.get(event.prefix_len as usize..).unwrap_or_default();
                after.strip_prefix(b"$$begin_record").unwrap_or(after)
            }
            _ => self.fields(event),
        }
    }

    /// Value of the record field `Peer`.
    pub fn peer<'t>(&'t self, event: &Event) -> Option<&'t [u8]> {
        self.kept_peer(event).or_else(|| self.read_peer(event))
    }

    fn read_peer<'t>(&'t self, event: &Event) -> Option<&'t [u8]> {
        // Of a message no field stands behind its start: its end, far from there, need not be looked for.
        let fields = match event.kind {
            RecordKind::Protocol => {
                let fields = self.first_fields(event);
                let end = (event.head as usize).saturating_sub(event.prefix_len as usize);
                fields.get(..end).unwrap_or(fields)
            }
            _ => self.fields(event),
        };
        crate::sip::Headers::starting_with(fields, b"p")
            .find(|h| h.name.eq_ignore_ascii_case(b"peer"))
            .map(|h| h.raw.trim_ascii())
    }

    fn after_opener<'t>(&'t self, event: &Event) -> &'t [u8] {
        let after = self.record(event).get(event.prefix_len as usize..).unwrap_or_default();
        after.strip_prefix(b"$$begin_record").unwrap_or(after)
    }

    /// The places of records and of lines outside records, in the order of the inputs.
    pub fn in_order(&self, records: &[EventId], lines: &[Span]) -> Vec<Span> {
        let of = |id: &EventId| self.event(*id).map(Event::span);
        let mut all: Vec<Span> = records.iter().filter_map(of).chain(lines.iter().copied()).collect();
        all.sort_unstable_by_key(|s| (s.file, s.start));
        all
    }

    /// The first of them.
    pub(crate) fn first_of(&self, records: &[EventId], lines: &[Span]) -> Option<Span> {
        let of = |id: &EventId| self.event(*id).map(Event::span);
        records.iter().filter_map(of).chain(lines.iter().copied()).min_by_key(|s| (s.file, s.start))
    }

    /// `file:line:byte` of a record.
    pub fn locate(&self, id: EventId) -> Location {
        let (file, byte) = self.event(id).map_or((FileId(0), 0), |e| (e.file, e.start));
        self.location(file, byte)
    }

    /// `file:line:byte` of a place in an input; the byte counts in the original file.
    pub fn location(&self, file: FileId, byte: u64) -> Location {
        let Some(input) = self.inputs.get(file.index()) else {
            return Location { file: String::new(), line: 0, byte };
        };
        if let Some(place) = self.part.as_ref().and_then(|part| part.place(file, byte)) {
            return Location { file: input.name().to_owned(), line: place.line, byte: place.original };
        }
        let of_text = || self.lines.get(file.index()).map_or(0, |l| l.line(input.bytes(), byte));
        let line = input.original_line(byte).unwrap_or_else(of_text);
        Location { file: input.name().to_owned(), line, byte: input.original_offset(byte) }
    }
}

impl Problem {
    fn of(file: FileId, byte: u64, flaw: Flaw) -> Problem {
        Problem { file, byte, what: Cow::Borrowed(flaw.what()) }
    }
}
