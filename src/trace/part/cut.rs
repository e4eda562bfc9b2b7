//! What one part of the logs leaves to others.

use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

use super::{Kept, Place};
use crate::input::{Input, Whence};
use crate::span::{FileId, Span};
use crate::trace::identity::{PRODUCT, words_of};
use crate::trace::{Event, EventId, Symbol, Trace};

/// Records, with what is known of each, and texts.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Cut {
    #[serde(with = "columns")]
    pub(crate) columns: Columns,
    #[serde(with = "lot")]
    pub(super) bytes: Vec<u8>,
}

/// Of each record what is known, and whose texts follow each other.
#[derive(Clone, Debug, Default, bitcode::Encode, bitcode::Decode)]
pub(crate) struct Columns {
    /// The number of each record where it was cut out, ascending.
    pub(crate) rows: Vec<u32>,
    pub(crate) events: Vec<Event>,
    /// Line, and how far the original offset lies behind that in the text.
    places: Vec<(u64, u64)>,
    pub(super) words: Vec<u64>,
    pub(super) names: Vec<Vec<u8>>,
    pub(super) products: Vec<Vec<u8>>,
    pub(super) texts: Vec<Span>,
    /// Component lines, and where they stand.
    pub(super) lines: Vec<(Span, Place)>,
    /// Its dates are read as they are meant.
    pub(super) settled: bool,
}

/// Rows of plain numbers, which serde would write and read one by one.
mod columns {
    use serde::de::Error;
    use serde::{Deserializer, Serializer};

    use super::{Columns, lot};

    pub(super) fn serialize<S: Serializer>(columns: &Columns, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&bitcode::encode(columns))
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Columns, D::Error> {
        bitcode::decode(&lot::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Texts at once, not byte by byte.
mod lot {
    use std::fmt;

    use serde::de::{Error, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Vec<u8>, D::Error> {
        from.deserialize_byte_buf(Lot)
    }

    struct Lot;

    impl Visitor<'_> for Lot {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("texts")
        }

        fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }
    }
}

/// What is cut out.
pub(crate) struct Wanted<'w> {
    /// Records, ascending.
    pub(crate) ids: Vec<EventId>,
    /// Where a record stands.
    pub(crate) place: &'w dyn Fn(EventId, &Event) -> Option<Place>,
    /// With what ties messages to each other.
    pub(crate) identities: bool,
    /// Whether the text of a record is wanted.
    pub(crate) text: &'w dyn Fn(EventId, &Event) -> bool,
    /// Component lines.
    pub(crate) lines: &'w [(Span, Place)],
}

impl Cut {
    /// How much text it carries, in bytes.
    pub(crate) fn text_len(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Takes its texts out, for they need not be read where nobody asks.
    pub(crate) fn take_texts(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }

    /// Puts them in again.
    pub(crate) fn put_texts(&mut self, texts: Vec<u8>) {
        self.bytes = texts;
    }

    /// Forgets where its records stand, in 24 bytes each; those of single ones are put in again by [`Cut::places_of`] of the same.
    pub(crate) fn leave_places(&mut self) {
        self.columns.places = Vec::new();
    }

    /// Forgets what ties its messages to each other: [`super::Join::add_words`] adds it where it is asked for.
    pub(crate) fn leave_words(&mut self) {
        self.columns.words = Vec::new();
        self.columns.events.iter_mut().for_each(|event| event.identity = 0);
    }

    /// Where records stand that have some rows here, ascending, with their numbers as they were cut out.
    pub(crate) fn places_of<'c>(&'c self, rows: &'c [u32]) -> impl Iterator<Item = (FileId, Place)> + 'c {
        rows.iter().filter_map(|row| {
            let at = self.columns.rows.binary_search(row).ok()?;
            let event = self.columns.events.get(at)?;
            Some((event.file, self.columns.place(at, event.start)?))
        })
    }

    /// Forgets that it had any.
    pub(crate) fn leave_texts(&mut self) {
        self.columns.texts = Vec::new();
        self.bytes = Vec::new();
    }
}

/// What is kept of the text of a record: of a message about which enough was noted, rules never ask for the body.
fn kept_text(event: &Event) -> Span {
    if event.has_identity() { event.head_span() } else { event.span() }
}

impl Columns {
    pub(super) fn place(&self, at: usize, byte: u64) -> Option<Place> {
        let (line, beyond) = *self.places.get(at)?;
        Some(Place { byte, line, original: byte.wrapping_add(beyond) })
    }
}

impl Trace {
    /// Where each record stands.
    pub(crate) fn places(&self) -> Vec<Place> {
        let mut out = Vec::with_capacity(self.events.len());
        for own in self.events.chunk_by(|a, b| a.file == b.file) {
            let Some(input) = own.first().and_then(|e| self.inputs.get(e.file.index())) else { continue };
            let starts = own.iter().map(|event| event.start);
            let lines = match self.stretch {
                Some(stretch) => self.lines_from(input, stretch.from, starts),
                None => input.lines_of(starts),
            };
            let place = |(event, line): (&Event, u64)| Place {
                byte: event.start,
                line,
                original: input.original_offset(event.start),
            };
            out.extend(own.iter().zip(lines).map(place));
        }
        out
    }

    /// The lines of places behind one, none of which lies ahead of the one before.
    fn lines_from(&self, input: &Input, from: u64, starts: impl Iterator<Item = u64>) -> Vec<u64> {
        let at = |byte: u64| usize::try_from(byte).unwrap_or(usize::MAX);
        let first = self.lines.first().map_or(1, |lines| lines.line(input.bytes(), from));
        let next = starts.scan((from, first), |(from, line), start| {
            let text = input.bytes().get(at(*from)..at(start)).unwrap_or_default();
            *line += memchr::memchr_iter(b'\n', text).count() as u64;
            *from = start.max(*from);
            Some(*line)
        });
        next.collect()
    }

    /// Where a record of a part stands.
    pub(crate) fn known_place(&self, event: &Event) -> Option<Place> {
        self.part.as_ref()?.place(event.file, event.start)
    }

    /// Whether a record of a part has no text there: where all were kept that say something, it says nothing.
    pub(crate) fn is_silent(&self, event: &Event) -> bool {
        self.part.as_ref().is_some_and(|part| part.slice(event.head_span()).is_none())
    }

    /// A number for a name, alike wherever the seed is.
    pub(crate) fn number_of(&self, symbol: Symbol) -> u64 {
        use std::hash::BuildHasher;
        self.hasher.hash_one(self.symbol(symbol))
    }

    /// Cuts records out; and the number there of each of their names.
    pub(crate) fn cut(&self, wanted: &Wanted<'_>) -> (Cut, HashMap<Symbol, Symbol>) {
        let mut bytes = Vec::new();
        bytes.reserve_exact(usize::try_from(self.length_of_texts(wanted)).unwrap_or(0));
        let (cut, names) = self.cut_beside(wanted, &mut |text| bytes.extend_from_slice(text));
        (Cut { bytes, ..cut }, names)
    }

    /// How long the texts of wanted records and lines are together.
    pub(crate) fn length_of_texts(&self, wanted: &Wanted<'_>) -> u64 {
        let texts = wanted.ids.iter().filter_map(|id| self.event(*id).filter(|event| (wanted.text)(*id, event)));
        let own: u64 = texts.map(|event| self.slice(kept_text(event)).len() as u64).sum();
        own + wanted.lines.iter().map(|(span, _)| self.slice(*span).len() as u64).sum::<u64>()
    }

    /// The same without the texts, which are handed over one by one.
    pub(crate) fn cut_beside(&self, wanted: &Wanted<'_>, put: &mut dyn FnMut(&[u8])) -> (Cut, HashMap<Symbol, Symbol>) {
        let mut out = Cut::default();
        out.columns.settled = self.part.is_some();
        let mut names: HashMap<Symbol, Symbol> = HashMap::new();
        let mut products: HashMap<u64, u64> = HashMap::new();
        for id in &wanted.ids {
            let Some(mut event) = self.event(*id).copied() else { continue };
            if (wanted.text)(*id, &event) {
                let span = kept_text(&event);
                out.columns.texts.push(span);
                put(self.slice(span));
            }
            let mut name = |symbol: Symbol| {
                if symbol == Symbol::NONE {
                    return symbol;
                }
                *names.entry(symbol).or_insert_with(|| {
                    out.columns.names.push(self.symbol(symbol).to_vec());
                    Symbol(u32::try_from(out.columns.names.len() - 1).unwrap_or(u32::MAX))
                })
            };
            (event.call, event.server) = (name(event.call), name(event.server));
            event.identity = if wanted.identities { self.cut_words(&event, &mut out, &mut products) } else { 0 };
            out.columns.rows.push(self.rows().and_then(|rows| rows.get(id.0 as usize).copied()).unwrap_or(id.0));
            let place = (wanted.place)(*id, &event).unwrap_or_default();
            out.columns.places.push((place.line, place.original.wrapping_sub(event.start)));
            out.columns.events.push(event);
        }
        for (span, place) in wanted.lines {
            out.columns.texts.push(*span);
            put(self.slice(*span));
            out.columns.lines.push((*span, *place));
        }
        (out, names)
    }

    /// What ties a message to others; products are numbered anew, since their numbers are chance.
    fn cut_words(&self, event: &Event, out: &mut Cut, products: &mut HashMap<u64, u64>) -> u32 {
        let own = (event.identity as usize).checked_sub(1).and_then(|at| self.identities.words().get(at..));
        let Some(&[head, ..]) = own else { return 0 };
        let words = words_of(head).and_then(|len| own?.get(..len));
        let (Some(words), Some(number)) = (words, self.product_number(event)) else {
            // Whoever asks reads the message again.
            return 0;
        };
        let known = self.product(event).map(|maker| maker.text().to_vec());
        let product = match (number, known) {
            (1.., Some(text)) => *products.entry(number.into()).or_insert_with(|| {
                out.columns.products.push(text);
                out.columns.products.len() as u64
            }),
            _ => 0,
        };
        let at = out.columns.words.len();
        out.columns.words.extend_from_slice(words);
        if let Some(word) = out.columns.words.get_mut(at) {
            *word = *word & ((1 << PRODUCT) - 1) | product << PRODUCT;
        }
        u32::try_from(at + 1).unwrap_or(0)
    }

    /// Every input without its text; numbers of names are those of this trace.
    pub(crate) fn kept(&self, whence: &[Whence]) -> Vec<Kept> {
        let files = (0..).map(crate::span::FileId);
        let mut out: Vec<Kept> = files
            .zip(self.inputs.iter().zip(&self.sources).zip(whence))
            .map(|(file, ((input, source), whence))| Kept {
                name: input.name().to_owned(),
                whence: whence.clone(),
                notes: input.notes().to_vec(),
                len: input.len(),
                original_len: input.original_len(),
                encoding: input.encoding(),
                source: source.clone(),
                problems: Vec::new(),
                around: self.lines_around(file),
            })
            .collect();
        for problem in &self.problems {
            let at = self.location(problem.file, problem.byte);
            let place = Place { byte: problem.byte, line: at.line, original: at.byte };
            if let Some(kept) = out.get_mut(problem.file.index()) {
                kept.problems.push((place, problem.what.to_string()));
            }
        }
        out
    }
}
