//! The chunks of all inputs put together: names get their numbers, then all is moved to its place on all threads.

use rayon::prelude::*;

use super::dates;
use super::hasher;
use super::intern::Interner;
use super::kept::Ties;
use super::numbers;
use super::parts::{Part, Read};
use super::products::Products;
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

/// Puts the chunks of all inputs together.
pub(super) fn join(
    inputs: Vec<Input>,
    parts: Vec<Vec<Part>>,
    lines: Vec<LineStarts>,
    (seed, products): (u64, Products),
    share: Share,
) -> Trace {
    let mut joining = Joining { names: Interner::with_capacity(0), problems: Vec::new(), words: 0 };
    let mut moves = Vec::new();
    for (i, (input, chunks)) in inputs.iter().zip(parts).enumerate() {
        let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
        joining.problems.extend(input.damage().map(|(byte, what)| Problem { file, byte, what: what.into() }));
        moves.extend(chunks.into_iter().map(|chunk| joining.take(input, file, chunk)));
    }
    let Joining { names, problems, .. } = joining;
    let mut symbols = names.spans();
    let mut chunks: Vec<_> = moves.iter_mut().map(|m| (m.file, &mut m.records)).collect();
    let calls = numbers::number(&mut chunks, symbols.len());
    symbols.extend(calls);
    let (events, words, sources) = place(moves, &inputs, share);
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
        ends: Vec::new(),
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

/// What chunks have in common, one after the other.
pub(super) struct Joining {
    /// Of servers.
    pub(super) names: Interner,
    pub(super) problems: Vec<Problem>,
    /// Words of identities so far.
    pub(super) words: usize,
}

impl Joining {
    /// Takes in the next chunk.
    pub(super) fn take(&mut self, input: &Input, file: FileId, (worker, mut framed): Part) -> Move {
        let intact = input.intact_len();
        let is_whole = |start: u64, len: u64| start + len <= intact;
        if framed.end as u64 > intact {
            framed.records.retain(|r| is_whole(r.event.start, u64::from(r.event.len)));
        }
        // A chunk read from a wrong start has flaws of records that were dropped when chunks were joined.
        // Its end tells a record from others: two whose openers are damaged may share a start.
        let end_of = |r: &Read| r.event.start + u64::from(r.event.len);
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
        self.problems.reserve(worker.flaws.len());
        self.problems.extend(told.map(|(at, _, flaw)| Problem::of(file, *at, *flaw)));
        let symbols = self.names.merge(&worker.names);
        let base = u32::try_from(self.words).unwrap_or(u32::MAX);
        let words = worker.identities.map_or_else(Vec::new, |own| own.words);
        self.words += words.len();
        let outside = framed.lines_outside();
        Move { file, outside, symbols, base, words, records: framed.records }
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

/// A chunk on its way into the store.
pub(super) struct Move {
    file: FileId,
    pub(super) outside: i64,
    /// Of the names of its servers.
    symbols: Vec<Symbol>,
    /// Number of words before the chunk's identities.
    base: u32,
    pub(super) words: Vec<u64>,
    pub(super) records: Vec<Read>,
}

fn place(moves: Vec<Move>, inputs: &[Input], share: Share) -> (Vec<Event>, Vec<u64>, Vec<Source>) {
    let facts: Vec<(Source, i64, FileId)> = moves
        .par_iter()
        .map(|chunk| {
            let mut source = Source::default();
            chunk.records.iter().for_each(|read| source.note(&chunk.placed(read)));
            (source, chunk.outside, chunk.file)
        })
        .collect();
    let mut sources = vec![Source::default(); inputs.len()];
    // A wrapped prefix may begin in the chunk before its record, which then counts a line less than none.
    let mut outside = vec![0i64; inputs.len()];
    for (facts, lines, file) in facts {
        if let (Some(source), Some(sum)) = (sources.get_mut(file.index()), outside.get_mut(file.index())) {
            source.join(&facts);
            *sum += lines;
        }
    }
    for (source, lines) in sources.iter_mut().zip(outside) {
        // A summand may be less than none.
        let known = || u64::try_from(lines).unwrap_or(0);
        source.lines_outside = if share == Share::Stretch { lines.cast_unsigned() } else { known() };
    }
    for (source, input) in sources.iter_mut().zip(inputs) {
        source.lines_outside += input.left_out();
        source.formats = input.formats();
    }
    let (mut events, words) = settle(moves);
    if share == Share::All {
        let names: Vec<&str> = inputs.iter().map(Input::name).collect();
        settle_dates(&mut events, &mut sources, &names);
    }
    (events, words, sources)
}

/// Reads dates that can be read both ways as they are meant, as far as all inputs together tell.
pub(super) fn settle_dates(events: &mut [Event], sources: &mut [Source], names: &[&str]) {
    let orders = dates::settle(sources, names);
    for (source, order) in sources.iter_mut().zip(orders) {
        (source.day_first, source.dates_open) = (order == Some(true), order.is_none() && source.dates.are_ambiguous());
    }
    swap(events, sources);
}

impl Move {
    /// A record as it stands in the store.
    pub(super) fn placed(&self, read: &Read) -> Event {
        let e = &read.event;
        let server = self.symbols.get(e.server.0 as usize).copied().unwrap_or(Symbol::NONE);
        let identity = if e.identity > 0 { e.identity.saturating_add(self.base) } else { 0 };
        Event { server, identity, ..*e }
    }
}

/// Records that are moved at a time.
const MOVED: usize = 1 << 15;

/// Moves all records and words to their place. Chunks are given back as they were moved: all of them would lie in memory
/// twice.
fn settle(moves: Vec<Move>) -> (Vec<Event>, Vec<u64>) {
    let all = |len: fn(&Move) -> usize| moves.iter().map(len).sum();
    let (mut events, mut words) =
        (Vec::with_capacity(all(|m| m.records.len())), Vec::with_capacity(all(|m| m.words.len())));
    let mut waiting = Vec::new();
    let mut records = 0;
    for chunk in moves {
        records += chunk.records.len();
        waiting.push(chunk);
        if records >= MOVED {
            go(&waiting, &mut events, &mut words);
            waiting.clear();
            records = 0;
        }
    }
    go(&waiting, &mut events, &mut words);
    (events, words)
}

fn go(moves: &[Move], events: &mut Vec<Event>, words: &mut Vec<u64>) {
    flatten(moves, |m| m.records.len(), |m, i| m.records.get(i).map(|read| m.placed(read)), events);
    flatten(moves, |m| m.words.len(), |m, i| m.words.get(i).copied(), words);
}

/// Adds what stands in lists, `len` in each, to one list, which all threads write.
fn flatten<L: Sync, T: Copy + Send + Sync>(
    lists: &[L],
    len: impl Fn(&L) -> usize,
    get: impl Fn(&L, usize) -> Option<T> + Sync,
    out: &mut Vec<T>,
) {
    let Some(first) = lists.iter().find_map(|l| get(l, 0)) else { return };
    let starts: Vec<usize> = lists.iter().scan(0, |sum, l| Some(std::mem::replace(sum, *sum + len(l)))).collect();
    let all: usize = lists.iter().map(len).sum();
    // Of each thread the list that it is at, from where to where.
    let at: (Option<&L>, std::ops::Range<usize>) = (None, 0..0);
    let items = (0..all).into_par_iter().with_min_len(1 << 12).map_with(at, |(list, range), i| {
        if !range.contains(&i) {
            let n = starts.partition_point(|start| *start <= i).saturating_sub(1);
            *range = starts.get(n).copied().unwrap_or(0)..starts.get(n + 1).copied().unwrap_or(all);
            *list = lists.get(n);
        }
        list.and_then(|list| get(list, i - range.start)).unwrap_or(first)
    });
    out.par_extend(items);
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
