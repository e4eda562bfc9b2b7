//! Chunks put together to inputs while further chunks are read, and inputs to one trace, where names get their numbers.

use rayon::prelude::*;

use super::dates;
use super::hasher;
use super::intern::Interner;
use super::kept::Ties;
use super::numbers;
use super::parts::{Mention, Part, Read};
use super::products::Products;
use super::settled::Follow;
use super::{Event, LineStarts, Problem, Source, Symbol, Trace};
use crate::input::Input;
use crate::record::{DateOrder, Flaw};
use crate::span::FileId;
use crate::time::Timestamp;

/// What the inputs are of all logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// All of them.
    All,
    /// Some: nothing is concluded from one input to another.
    Some,
    /// A stretch of one: its counts are summands, too.
    Stretch,
}

/// Puts all inputs together.
pub(super) fn join(
    inputs: Vec<Input>,
    read: Vec<(Joined, LineStarts)>,
    (seed, products): (u64, Products),
    share: Share,
) -> Trace {
    let (read, lines): (Vec<Joined>, Vec<LineStarts>) = read.into_iter().unzip();
    let mut all = Together::new(Interner::with_capacity(0), Vec::new());
    for (own, input) in read.into_iter().zip(&inputs) {
        let file = own.file;
        all.problems.extend(input.damage().map(|(byte, what)| Problem { file, byte, what: what.into() }));
        all.add(own, input, share);
    }
    let Together { names, problems, mut events, mentions, words, mut sources } = all;
    let mut symbols = names.spans();
    let calls = numbers::number(&mut events, &mentions, symbols.len());
    drop(mentions);
    symbols.extend(calls);
    if share == Share::All {
        let names: Vec<&str> = inputs.iter().map(Input::name).collect();
        settle_dates(&mut events, &mut sources, &names);
    }
    let identities = Ties::of(words);
    let holders = Vec::new();
    let hasher = hasher::of(seed);
    let mut trace = Trace {
        inputs,
        lines,
        events,
        symbols,
        identities,
        products,
        seed,
        hasher,
        sources,
        problems,
        holders,
        follow: Follow::default(),
        part: None,
        stretch: None,
    };
    trace.name_servers();
    if share != Share::All {
        trace.holders = vec![Vec::new(); trace.inputs.len()];
        return trace;
    }
    trace.mark_copies();
    trace
}

/// What was read of an input, in its order, put together chunk by chunk while further chunks are read: nothing of it lies in
/// memory twice, and what a chunk had serves those behind it.
pub(super) struct Joined {
    file: FileId,
    /// Of servers.
    names: Interner,
    pub(super) problems: Vec<Problem>,
    pub(super) events: Vec<Event>,
    /// Of each record.
    pub(super) mentions: Vec<Mention>,
    /// Of identities.
    pub(super) words: Vec<u64>,
    source: Source,
    /// A wrapped prefix may begin in the chunk before its record, which then counts a line less than none.
    pub(super) outside: i64,
}

impl Joined {
    /// Of an input of which nothing has been read.
    pub(super) fn new(file: FileId) -> Joined {
        Joined {
            file,
            names: Interner::with_capacity(0),
            problems: Vec::new(),
            events: Vec::new(),
            mentions: Vec::new(),
            words: Vec::new(),
            source: Source::default(),
            outside: 0,
        }
    }

    /// Takes in the next chunk.
    pub(super) fn take(&mut self, input: &Input, (worker, mut framed): Part) {
        let intact = input.intact_len();
        if framed.end as u64 > intact {
            framed.records.retain(|r| r.event.end() <= intact);
        }
        // A chunk read from a wrong start has flaws of records that were dropped when chunks were joined.
        // Its end tells a record from others: two whose openers are damaged may share a start.
        let end_of = |r: &Read| r.event.end();
        let mut next = 0;
        let mut kept = |end: u64| {
            // Mostly they come in the order of the records.
            let at = match framed.records.get(next) {
                Some(record) if end_of(record) == end => Some(next),
                _ => framed.records.binary_search_by_key(&end, end_of).ok(),
            };
            next = at.map_or(next, |at| at + 1);
            at.is_some()
        };
        // The record that is being written just now is no damage.
        let torn = worker.flaws.iter().find(|(.., flaw)| *flaw == Flaw::CutAtEnd).map(|(_, end, _)| *end);
        let torn = torn.filter(|_| input.has_grown());
        let told = worker.flaws.iter().filter(|(_, end, _)| kept(*end) && Some(*end) != torn);
        self.problems.extend(told.map(|(at, _, flaw)| Problem::of(self.file, *at, *flaw)));
        let servers = self.names.merge(&worker.names);
        let base = self.words.len();
        self.words.extend(worker.identities.map_or_else(Vec::new, |own| own.words));
        self.outside += framed.lines_outside();
        self.mentions.extend(framed.records.iter().map(|read| read.call));
        let source = &mut self.source;
        self.events.extend(framed.records.iter().map(|read| {
            let event = moved(&read.event, &servers, base);
            source.note(&event);
            event
        }));
    }

    /// Leaves out what is not in the text any more, because the file was cut off meanwhile.
    fn keep_intact(&mut self, intact: u64) {
        if self.events.last().is_none_or(|last| last.end() <= intact) {
            return;
        }
        let whole = self.events.iter().zip(&self.mentions).filter(|(event, _)| event.end() <= intact);
        (self.events, self.mentions) = whole.map(|(event, call)| (*event, *call)).unzip();
        self.problems.retain(|p| p.byte < intact);
        self.source = Source::of(&self.events);
    }
}

/// A record whose servers and identities have new numbers.
fn moved(event: &Event, servers: &[Symbol], base: usize) -> Event {
    let base = u32::try_from(base).unwrap_or(u32::MAX);
    let identity = if event.identity > 0 { event.identity.saturating_add(base) } else { 0 };
    Event { server: new_number(servers, event.server), identity, ..*event }
}

fn new_number(servers: &[Symbol], old: Symbol) -> Symbol {
    servers.get(old.0 as usize).copied().unwrap_or(Symbol::NONE)
}

/// What all inputs have in common, one behind the other.
pub(super) struct Together {
    pub(super) names: Interner,
    pub(super) problems: Vec<Problem>,
    pub(super) events: Vec<Event>,
    pub(super) mentions: Vec<Mention>,
    pub(super) words: Vec<u64>,
    pub(super) sources: Vec<Source>,
}

impl Together {
    /// Behind names and words that are known.
    pub(super) fn new(names: Interner, words: Vec<u64>) -> Together {
        let (problems, events, mentions, sources) = Default::default();
        Together { names, problems, events, mentions, words, sources }
    }

    /// Adds what was read of the next input.
    pub(super) fn add(&mut self, mut own: Joined, input: &Input, share: Share) {
        own.keep_intact(input.intact_len());
        let Joined { names, problems, mut events, mentions, words, mut source, outside, .. } = own;
        let servers = self.names.merge(&names);
        let base = self.words.len();
        if base > 0 || servers.iter().enumerate().any(|(i, symbol)| symbol.0 as usize != i) {
            events.par_iter_mut().with_min_len(1 << 12).for_each(|event| *event = moved(event, &servers, base));
            source.renumber(&|symbol| new_number(&servers, symbol));
        }
        // A summand may be less than none.
        let known = || u64::try_from(outside).unwrap_or(0);
        source.lines_outside = if share == Share::Stretch { outside.cast_unsigned() } else { known() };
        source.lines_outside += input.left_out();
        source.formats = input.formats();
        append(&mut self.problems, problems);
        append(&mut self.events, events);
        append(&mut self.mentions, mentions);
        append(&mut self.words, words);
        self.sources.push(source);
    }
}

/// Adds a list to another; the first one stays where it is.
fn append<T>(all: &mut Vec<T>, mut own: Vec<T>) {
    if all.is_empty() {
        own.shrink_to_fit();
        *all = own;
    } else {
        all.append(&mut own);
    }
}

impl Trace {
    /// Marks the copies of records, and counts them.
    pub(super) fn mark_copies(&mut self) {
        let copies;
        (copies, self.holders) = super::copies::mark(self);
        for (source, n) in self.sources.iter_mut().zip(copies) {
            source.copies = n;
        }
    }
}

/// Reads dates that can be read both ways as they are meant, as far as all inputs together tell.
pub(super) fn settle_dates(events: &mut [Event], sources: &mut [Source], names: &[&str]) {
    let orders = dates::settle(sources, names);
    for (source, order) in sources.iter_mut().zip(orders) {
        (source.day_first, source.dates_open) = (order == Some(true), order.is_none() && source.dates.are_ambiguous());
    }
    swap(events, sources);
}

/// Reads the ambiguous dates of inputs that are day first again.
fn swap(events: &mut [Event], sources: &mut [Source]) {
    if !sources.iter().any(|s| s.day_first) {
        return;
    }
    for source in sources.iter_mut().filter(|s| s.day_first) {
        source.span = None;
    }
    for event in events {
        let Some(source) = sources.get_mut(event.file.index()).filter(|s| s.day_first) else { continue };
        if event.date_order() == DateOrder::Ambiguous {
            event.time = event.time.known().and_then(Timestamp::with_day_and_month_swapped).unwrap_or(event.time);
        }
        source.note_time(event);
    }
}
