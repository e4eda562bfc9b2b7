//! From what others left to a trace.

use std::borrow::Cow;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use hashbrown::hash_table::Entry;
use hashbrown::{HashMap, HashTable};
use serde::{Deserialize, Serialize};

use super::{Cut, Gap, Kept, NAMES, OfFile, Part};
use crate::input::{Again, Input, Limits};
use crate::record::DateOrder;
use crate::span::{FileId, Span};
use crate::time::Timestamp;
use crate::trace::hasher;
use crate::trace::identity::{PRODUCT, UNKNOWN, words_of};
use crate::trace::join::settle_dates;
use crate::trace::kept::Ties;
use crate::trace::products::Products;
use crate::trace::settled::Follow;
use crate::trace::{Event, EventId, Problem, Source, Symbol, Trace};

/// What all inputs together tell, which no part knows by itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Known {
    pub(crate) sources: Vec<Source>,
    pub(crate) holders: Vec<Vec<FileId>>,
    /// Rows of records that count in another place, ascending.
    pub(crate) copies: Vec<u32>,
    /// Of messages without a time, by row: that of the nearest record ahead of them.
    pub(crate) ahead: Vec<(u32, Option<Timestamp>)>,
}

/// Puts parts together. Records are many: each thing that is known of them stands in a list of its own, once.
#[derive(Debug, Default)]
pub(crate) struct Join {
    events: Vec<Event>,
    /// Whether the dates of each are read as they are meant.
    settled: Vec<bool>,
    /// A record was added behind one with a higher row, or with the same.
    is_mixed: bool,
    words: Vec<u64>,
    names: Names,
    products: HashMap<Vec<u8>, u64>,
    product_texts: Vec<Box<[u8]>>,
    part: Part,
}

/// Names, told apart by their texts.
#[derive(Debug, Default)]
struct Names {
    known: HashTable<Symbol>,
    /// With a seed of its own, so that a hostile log cannot aim at collisions.
    hasher: RandomState,
    texts: Vec<u8>,
    spans: Vec<Span>,
}

impl Names {
    fn add(&mut self, text: &[u8]) -> Symbol {
        let Names { known, hasher, texts, spans } = self;
        let of = |symbol: &Symbol| {
            let span = spans.get(symbol.0 as usize).map_or(0..0, |s| at(s.start)..at(s.start) + s.len as usize);
            texts.get(span).unwrap_or_default()
        };
        let symbol = Symbol(u32::try_from(spans.len()).unwrap_or(u32::MAX));
        match known.entry(hasher.hash_one(text), |own| of(own) == text, |own| hasher.hash_one(of(own))) {
            Entry::Occupied(known) => return *known.get(),
            Entry::Vacant(new) => drop(new.insert(symbol)),
        }
        let len = u32::try_from(text.len()).unwrap_or(u32::MAX);
        spans.push(Span { file: NAMES, start: texts.len() as u64, len });
        texts.extend_from_slice(text);
        symbol
    }
}

/// The first word of a message with the number that its product has here.
fn renumbered(word: u64, products: &[u64]) -> u64 {
    let number = usize::try_from(word >> PRODUCT).unwrap_or(0).checked_sub(1);
    let product = number.and_then(|n| products.get(n)).copied().unwrap_or(0);
    word & ((1 << PRODUCT) - 1) | product << PRODUCT
}

fn at(byte: u64) -> usize {
    usize::try_from(byte).unwrap_or(usize::MAX)
}

impl Join {
    /// Makes room for so many records: a list that grows takes twice as much meanwhile. Where there is no room for as many as
    /// are told, the lists grow.
    pub(crate) fn reserve(&mut self, records: usize) {
        drop(self.events.try_reserve_exact(records));
        drop(self.settled.try_reserve_exact(records));
        drop(self.part.rows.try_reserve_exact(records));
    }

    /// The records so far.
    pub(crate) fn events(&self) -> &[Event] {
        &self.events
    }

    /// Adds records; `file` and `row` are the numbers of the first file and record of where they were cut out. Gives the
    /// number of each of its names here. A record that was added before stays as it is.
    pub(crate) fn add(&mut self, cut: Cut, (file, row): (u32, u32), foreign: bool) -> Vec<Symbol> {
        let Cut { columns: cut, bytes } = cut;
        let names: Vec<Symbol> = cut.names.iter().map(|text| self.names.add(text)).collect();
        let name = |symbol: Symbol| names.get(symbol.0 as usize).copied().unwrap_or(Symbol::NONE);
        let products: Vec<u64> = cut.products.iter().map(|text| self.product(text)).collect();
        let words = self.words.len();
        self.words.extend_from_slice(&cut.words);
        let at = |span: &Span| Span { file: FileId(span.file.0 + file), ..*span };
        let mut places: Vec<(FileId, super::Place)> = Vec::with_capacity(cut.rows.len());
        for (i, (own, event)) in cut.rows.iter().zip(&cut.events).enumerate() {
            let mut event = *event;
            if let Some(at) = (event.identity as usize).checked_sub(1) {
                if let Some(word) = self.words.get_mut(words + at) {
                    *word = renumbered(*word, &products);
                }
                event.identity = u32::try_from(words + at + 1).unwrap_or(0);
            }
            let row = own + row;
            event.file = FileId(event.file.0 + file);
            // Also of a record that is known: where it stands may not be.
            places.extend(cut.place(i, event.start).map(|place| (event.file, place)));
            if foreign && !self.is_mixed && self.part.rows.binary_search(&row).is_ok() {
                continue;
            }
            (event.call, event.server) = (name(event.call), name(event.server));
            event.flags = if foreign { event.flags | Event::FOREIGN } else { event.flags & !Event::FOREIGN };
            self.is_mixed |= self.part.rows.last().is_some_and(|last| *last >= row);
            self.part.rows.push(row);
            self.events.push(event);
            self.settled.push(cut.settled);
        }
        for own in places.chunk_by(|(a, _), (b, _)| a == b) {
            if let Some((file, _)) = own.first() {
                self.file(*file).places.extend(own.iter().map(|(_, place)| *place));
            }
        }
        let lot = u32::try_from(self.part.bytes.len()).unwrap_or(u32::MAX);
        let mut from = 0;
        for own in cut.texts.chunk_by(|a, b| a.file == b.file) {
            let Some(first) = own.first().map(at) else { continue };
            let texts = &mut self.file(first.file).texts;
            for span in own {
                texts.push((span.start, span.len, (lot, from)));
                from += span.len as usize;
            }
        }
        for (span, place) in &cut.lines {
            let span = at(span);
            let own = self.file(span.file);
            own.lines.push(span);
            own.places.push(*place);
        }
        self.part.bytes.push(bytes);
        names
    }

    /// Adds to records what ties messages to each other, where their Call-ID is wanted. They were added without it: all records
    /// there are, one behind the other; `first` is the number of the first of these.
    pub(crate) fn add_words(&mut self, cut: &Cut, first: u32, is_wanted: &dyn Fn(Symbol) -> bool) {
        let products: Vec<u64> = cut.columns.products.iter().map(|text| self.product(text)).collect();
        let own = self.events.get_mut(first as usize..).unwrap_or_default();
        for (event, from) in own.iter_mut().zip(&cut.columns.events).filter(|(event, _)| is_wanted(event.call)) {
            let words = (from.identity as usize).checked_sub(1).and_then(|at| cut.columns.words.get(at..));
            let Some(words) = words.and_then(|own| own.get(..words_of(*own.first()?)?)) else { continue };
            let at = self.words.len();
            self.words.extend_from_slice(words);
            if let Some(word) = self.words.get_mut(at) {
                *word = renumbered(*word, &products);
            }
            event.identity = u32::try_from(at + 1).unwrap_or(0);
        }
    }

    /// Names that records of other parts have.
    pub(crate) fn name(&mut self, text: &[u8]) -> Symbol {
        self.names.add(text)
    }

    /// The component lines between the records of an input, or between those of its next stretch.
    pub(crate) fn add_gaps(&mut self, file: FileId, gaps: Vec<Gap>) {
        self.file(file).gaps.get_or_insert_default().extend(gaps);
    }

    fn product(&mut self, text: &[u8]) -> u64 {
        let next = self.product_texts.len() as u64 + 1;
        if next >= UNKNOWN && !self.products.contains_key(text) {
            // Read again for each message.
            return UNKNOWN;
        }
        *self.products.entry_ref(text).or_insert_with(|| {
            self.product_texts.push(text.into());
            next
        })
    }

    /// Puts records in the order of their rows, each once: of several with one row one that is not foreign, and of those the first.
    fn put_in_order(&mut self) {
        let Join { events, settled, part: Part { rows, .. }, .. } = self;
        if !self.is_mixed {
            return;
        }
        let mut from: Vec<u32> = (0..).take(rows.len()).collect();
        from.sort_unstable_by_key(|i| {
            let (row, event) = (rows.get(*i as usize), events.get(*i as usize));
            (row.copied(), event.is_some_and(Event::is_foreign), *i)
        });
        for start in 0..from.len() {
            let mut to = start;
            while let Some(slot) = from.get_mut(to) {
                let next = std::mem::replace(slot, u32::try_from(to).unwrap_or(u32::MAX)) as usize;
                if next == start {
                    break;
                }
                rows.swap(to, next);
                events.swap(to, next);
                settled.swap(to, next);
                to = next;
            }
        }
        let mut last = None;
        let kept: Vec<bool> = rows.iter().map(|row| last.replace(*row) != Some(*row)).collect();
        let (mut a, mut b) = (kept.iter(), kept.iter());
        events.retain(|_| a.next() == Some(&true));
        settled.retain(|_| b.next() == Some(&true));
        rows.dedup();
    }

    fn file(&mut self, file: FileId) -> &mut OfFile {
        self.part.files.entry(file).or_default()
    }

    /// The trace. `known` is what all inputs together tell; without it this is all of them, and it is found out. `limits` are
    /// those of the texts as they were read.
    pub(crate) fn done(mut self, files: Vec<Kept>, known: Option<&Known>, (seed, limits): (u64, Limits)) -> Trace {
        self.put_in_order();
        let mut trace = Trace {
            inputs: Vec::new(),
            lines: Vec::new(),
            events: std::mem::take(&mut self.events),
            symbols: std::mem::take(&mut self.names.spans),
            identities: Ties::of(std::mem::take(&mut self.words)),
            products: Products::of(std::mem::take(&mut self.product_texts)),
            seed,
            hasher: hasher::of(seed),
            sources: Vec::new(),
            problems: Vec::new(),
            holders: Vec::new(),
            follow: Follow::default(),
            part: None,
            stretch: None,
        };
        let settled = std::mem::take(&mut self.settled);
        self.names.known = HashTable::new();
        let mut again: Option<Arc<Again>> = None;
        for (i, kept) in (0..).zip(files) {
            let file = again.take().filter(|file| file.holds(&kept.whence));
            let file = file.unwrap_or_else(|| Again::new(&kept.whence, limits, crate::foreign::read));
            let own = self.file(FileId(i));
            own.around = kept.around;
            for (place, what) in kept.problems {
                own.places.push(place);
                trace.problems.push(Problem { file: FileId(i), byte: place.byte, what: Cow::Owned(what) });
            }
            let (text, lengths) = ((&file, kept.whence.number), (kept.len, kept.original_len));
            trace.inputs.push(Input::kept(kept.name, text, lengths, kept.encoding, kept.notes));
            again = Some(file);
            trace.sources.push(kept.source);
        }
        for own in self.part.files.values_mut() {
            // Of two texts with one start, the one that says something.
            own.texts.sort_unstable_by_key(|(start, len, at)| (*start, std::cmp::Reverse(*len), *at));
            own.texts.dedup_by_key(|(start, ..)| *start);
            own.places.sort_unstable();
            own.places.dedup_by_key(|p| p.byte);
            own.lines.sort_unstable();
            own.lines.dedup();
        }
        self.part.names = std::mem::take(&mut self.names.texts);
        let Some(known) = known else {
            let names: Vec<String> = trace.inputs.iter().map(|i| i.name().to_owned()).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            settle_dates(&mut trace.events, &mut trace.sources, &names);
            trace.part = Some(Box::new(self.part));
            trace.mark_copies();
            return trace;
        };
        trace.sources.clone_from(&known.sources);
        trace.holders.clone_from(&known.holders);
        for ((event, row), settled) in trace.events.iter_mut().zip(&self.part.rows).zip(settled) {
            let day_first = trace.sources.get(event.file.index()).is_some_and(Source::is_day_first);
            if day_first && !settled && event.date_order() == DateOrder::Ambiguous {
                event.time = event.time.known().and_then(Timestamp::with_day_and_month_swapped).unwrap_or(event.time);
            }
            if known.copies.binary_search(row).is_ok() {
                event.flags |= Event::COPY;
            }
        }
        let id = |row: &u32| self.part.rows.binary_search(row).ok().and_then(|at| u32::try_from(at).ok()).map(EventId);
        self.part.ahead = known.ahead.iter().filter_map(|(row, time)| Some((id(row)?, *time))).collect();
        trace.part = Some(Box::new(self.part));
        trace
    }
}
