//! The parallel pass: inputs to events.

use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::dates;
use super::hasher::{self, Seeded, own_seed};
use super::identity::{Identities, RecordText};
use super::intern::Interner;
use super::kept::Ties;
use super::products::{Finding, Products};
use super::{Event, LineStarts, Problem, Source, Symbol, Trace};
use crate::input::Input;
use crate::record::{self, CHUNK, ChunkDone, DateOrder, Flaw, RawRecord, RecordKind, prefix};
use crate::sip::{CSeq, Method, StartKind};
use crate::span::{FileId, Span};
use crate::time::Timestamp;

/// How far the pass has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read so far.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// How to read.
#[expect(missing_debug_implementations, reason = "holds a closure")]
pub struct LoadOptions<'f> {
    /// Bytes a worker takes at a time; the result does not depend on it.
    pub chunk: usize,
    /// Keep what ties messages to each other, as an analysis asks of each. Without it the reading is quicker and an
    /// analysis reads the messages again.
    pub for_analysis: bool,
    /// Also take the sums that tell these texts from others, for an index that is kept of them.
    pub sums: bool,
    /// Told after every chunk, from any thread.
    pub progress: &'f (dyn Fn(Progress) + Sync),
}

impl Default for LoadOptions<'_> {
    fn default() -> Self {
        LoadOptions { chunk: CHUNK, for_analysis: true, sums: false, progress: &|_| {} }
    }
}

/// An input is cut into so many parts at least, unless they would be very small.
const SHARES: usize = 16;
const LEAST: usize = 256 << 10;

/// What one worker collects beside events, before strings have their final numbers.
pub(super) struct Worker {
    names: Interner,
    /// `None` where no analysis will ask.
    identities: Option<Identities>,
    /// Where its record starts and ends, and what is wrong with it.
    flaws: Vec<(u64, u64, Flaw)>,
    /// What was found to be wrong when its records were read before.
    known: Vec<Problem>,
}

impl Worker {
    /// Of records that were read before.
    pub(super) fn before(names: Interner, words: Vec<u64>, known: Vec<Problem>) -> Worker {
        Worker { names, identities: Some(Identities::before(words)), flaws: Vec::new(), known }
    }
}

/// A chunk's events and what came with them.
pub(super) type Part = (Worker, record::Framed<Event>);

pub(super) fn load(inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
    let total = inputs.iter().map(|i| i.bytes().len() as u64).sum();
    let done = AtomicU64::new(0);
    let hasher = hasher::of(own_seed());
    let products = Finding::new();
    let (parts, lines): (Vec<Vec<Part>>, Vec<LineStarts>) = inputs
        .par_iter()
        .enumerate()
        .map(|(i, input)| {
            let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
            // A small input is shared among the threads, too.
            let chunk = options.chunk.min((input.bytes().len() / SHARES).max(LEAST));
            let len = input.bytes().len();
            let lines = LineStarts::new(len, chunk).for_index(if options.sums { len } else { 0 });
            let parts = read_input(
                input.bytes(),
                0,
                file,
                (chunk, options.for_analysis),
                (&hasher, &products),
                |done_with, own| {
                    if let Some(own) = &mut own.identities {
                        own.words.shrink_to_fit();
                    }
                    let ChunkDone { number, bytes, line_feeds, again } = done_with;
                    let from = number.saturating_mul(chunk);
                    if options.sums && !again {
                        lines.note(input.bytes(), from, bytes);
                    }
                    input.forget(from, bytes);
                    if again {
                        return;
                    }
                    lines.set(number, line_feeds);
                    let now = done.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
                    (options.progress)(Progress { done: now, total });
                },
            );
            // Where chunks do not fit together, parts were read once more.
            input.forget(0, input.bytes().len());
            (parts, lines)
        })
        .unzip();
    join(inputs, parts, lines, (own_seed(), products.done()))
}

pub(super) fn read_input(
    bytes: &[u8],
    from: usize,
    file: FileId,
    (chunk, for_analysis): (usize, bool),
    known: (&Seeded, &Finding),
    done: impl Fn(ChunkDone, &mut Worker) + Sync,
) -> Vec<Part> {
    record::frame_from(
        bytes,
        from,
        chunk,
        || Worker {
            names: Interner::with_capacity(chunk.min(bytes.len()) >> 11),
            identities: for_analysis.then(Identities::default),
            flaws: Vec::new(),
            known: Vec::new(),
        },
        |worker, raw| read(bytes, file, raw, worker, known),
        done,
    )
}

/// Puts the chunks of all inputs together: strings get their final numbers in order, which those of products never have, then
/// the events of each chunk move to their place in parallel.
pub(super) fn join(
    inputs: Vec<Input>,
    parts: Vec<Vec<Part>>,
    lines: Vec<LineStarts>,
    (seed, products): (u64, Products),
) -> Trace {
    let mut names = Interner::with_capacity(0);
    let mut problems = Vec::new();
    let mut moves = Vec::new();
    // Words of identities so far.
    let mut words = 0;
    for (i, (input, chunks)) in inputs.iter().zip(parts).enumerate() {
        let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
        let intact = input.intact_len();
        problems.extend(input.damage().map(|(byte, what)| Problem { file, byte, what: what.into() }));
        let growing = input.has_grown();
        for (worker, mut framed) in chunks {
            let is_whole = |start: u64, len: u64| start + len <= intact;
            if framed.end as u64 > intact {
                framed.records.retain(|e| is_whole(e.start, u64::from(e.len)));
            }
            // A chunk read from a wrong start has flaws of records that were dropped when chunks were joined.
            // Its end tells a record from others: two whose openers are damaged may share a start.
            let end_of = |e: &Event| e.start + u64::from(e.len);
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
            let torn = torn.filter(|_| growing);
            let told = worker.flaws.iter().filter(|(_, end, _)| kept(*end) && Some(*end) != torn);
            problems.extend(worker.known);
            problems.reserve(worker.flaws.len());
            problems.extend(told.map(|(at, _, flaw)| Problem::of(file, *at, *flaw)));
            let symbols = names.merge(&worker.names);
            let base = u32::try_from(words).unwrap_or(u32::MAX);
            let own = worker.identities.map_or_else(Vec::new, |own| own.words);
            words += own.len();
            let outside = framed.lines_outside();
            moves.push(Move { file, outside, symbols, base, words: own, events: framed.records });
        }
    }
    let (events, words, sources) = place(moves, &inputs);
    let identities = Ties::of(words);
    let holders = Vec::new();
    let symbols = names.spans();
    let hasher = hasher::of(seed);
    let mut trace =
        Trace { inputs, lines, events, symbols, identities, products, seed, hasher, sources, problems, holders };
    trace.name_servers();
    let copies;
    (copies, trace.holders) = super::copies::mark(&mut trace);
    for (source, n) in trace.sources.iter_mut().zip(copies) {
        source.copies = n;
    }
    trace
}

/// A chunk on its way into the store.
struct Move {
    file: FileId,
    outside: i64,
    symbols: Vec<Symbol>,
    /// Number of words before the chunk's identities.
    base: u32,
    words: Vec<u64>,
    events: Vec<Event>,
}

fn place(moves: Vec<Move>, inputs: &[Input]) -> (Vec<Event>, Vec<u64>, Vec<Source>) {
    let mut events = Vec::with_capacity(moves.iter().map(|m| m.events.len()).sum());
    let mut words = Vec::with_capacity(moves.iter().map(|m| m.words.len()).sum());
    // A wrapped prefix may begin in the chunk before its record, which then counts a line less than none.
    let mut outside = vec![0i64; inputs.len()];
    let mut parts = Vec::with_capacity(moves.len());
    // One after the other, so that the memory of a chunk is given back before that of the next is needed twice.
    for chunk in moves {
        let Move { file, outside: lines, symbols, base, words: own, events: read } = chunk;
        if let Some(sum) = outside.get_mut(file.index()) {
            *sum += lines;
        }
        let first = events.len();
        let symbol = |s: Symbol| symbols.get(s.0 as usize).copied().unwrap_or(Symbol::NONE);
        let identity = |own: u32| if own > 0 { own.saturating_add(base) } else { 0 };
        events.extend(read.into_iter().map(|e| Event {
            call: symbol(e.call),
            server: symbol(e.server),
            identity: identity(e.identity),
            ..e
        }));
        words.extend_from_slice(&own);
        parts.push((file, first..events.len()));
    }
    let facts: Vec<(FileId, Source)> = parts
        .into_par_iter()
        .map(|(file, part)| {
            let mut source = Source::default();
            events.get(part).unwrap_or_default().iter().for_each(|event| source.note(event));
            (file, source)
        })
        .collect();
    let mut sources = vec![Source::default(); inputs.len()];
    for (file, facts) in facts {
        if let Some(source) = sources.get_mut(file.index()) {
            source.join(&facts);
        }
    }
    for (source, lines) in sources.iter_mut().zip(outside) {
        source.lines_outside = u64::try_from(lines).unwrap_or(0);
    }
    let names: Vec<&str> = inputs.iter().map(Input::name).collect();
    let orders = dates::settle(&sources, &names);
    for (source, order) in sources.iter_mut().zip(orders) {
        (source.day_first, source.dates_open) = (order == Some(true), order.is_none() && source.dates.are_ambiguous());
    }
    swap(&mut events, &mut sources);
    (events, words, sources)
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

/// The hot path: what every record is asked, and nothing more.
fn read(
    bytes: &[u8],
    file: FileId,
    raw: &RawRecord,
    worker: &mut Worker,
    (hasher, products): (&Seeded, &Finding),
) -> Event {
    let layout = &raw.layout;
    let record = bytes.get(raw.start..raw.end).unwrap_or_default();
    let of = |r: &std::ops::Range<u32>| record.get(r.start as usize..r.end as usize).unwrap_or_default();
    let own = prefix::parse(record.get(..raw.prefix_len).unwrap_or_default());
    let mut flaw = raw.flaw;
    let above = if raw.prefix_len == 0 { above(bytes, raw.start) } else { None };
    if above.is_some() && flaw == Some(Flaw::NoOpener) {
        flaw = Some(Flaw::TimeInferred);
    }
    let prefix = above.unwrap_or(own);
    let mut symbol = |text: &[u8]| {
        if text.is_empty() {
            return Symbol::NONE;
        }
        let start = (text.as_ptr() as usize - bytes.as_ptr() as usize) as u64;
        let span = Span { file, start, len: u32::try_from(text.len()).unwrap_or(u32::MAX) };
        worker.names.intern(hasher, text, span)
    };
    let cseq = CSeq::parse(of(&layout.cseq)).unwrap_or_default();
    let (mut status, mut method) = (0, Method::Unknown);
    if layout.kind == RecordKind::Protocol {
        method = cseq.method;
        match StartKind::parse(of(&layout.start_line)) {
            StartKind::Request(m) => method = m,
            StartKind::Response(s) => status = s,
            StartKind::Unknown => flaw = flaw.or(Some(Flaw::NoStartLine)),
        }
        if layout.call_id.start >= layout.call_id.end || layout.cseq.start >= layout.cseq.end {
            flaw = flaw.or(Some(Flaw::NoIdentity));
        }
    }
    let (call, server) = (symbol(of(&layout.call_id)), prefix.server.map_or(Symbol::NONE, &mut symbol));
    if let Some(flaw) = flaw {
        worker.flaws.push((raw.start as u64, raw.end as u64, flaw));
    }
    let bit_if = |is: bool, bit: u8| if is { bit } else { 0 };
    Event {
        start: raw.start as u64,
        time: prefix.time.unwrap_or(Timestamp::NONE),
        len: u32::try_from(raw.end - raw.start).unwrap_or(u32::MAX),
        file,
        seq: prefix.seq.unwrap_or(0),
        instance: layout.instance,
        call,
        server,
        cseq: cseq.number,
        head: layout.start_line.start,
        head_end: layout.headers.end,
        prefix_len: u16::try_from(raw.prefix_len).unwrap_or(u16::MAX),
        status,
        method,
        kind: layout.kind,
        direction: layout.direction,
        flags: bit_if(layout.names_edge, Event::EDGE)
            | Event::date_bits(prefix.order)
            | bit_if(above.is_some(), Event::INFERRED),
        identity: worker
            .identities
            .as_mut()
            .map_or(0, |own| own.add(RecordText { file, start: raw.start, record, hasher, products }, layout, method)),
    }
}

/// Time and server of the prefix line directly above a record that has lost its own with its opener. Its number is that of
/// another line.
fn above(bytes: &[u8], start: usize) -> Option<prefix::Prefix<'_>> {
    const LONGEST: usize = 4096;
    if bytes.get(start..).is_some_and(|b| b.starts_with(b"$$")) {
        return None;
    }
    let before = bytes.get(start.saturating_sub(LONGEST)..start)?;
    let before = before.strip_suffix(b"\n")?;
    let line = before.get(memchr::memrchr(b'\n', before).map_or(0, |at| at + 1)..)?;
    let found = prefix::parse(Some(line).filter(|l| l.starts_with(b"TL_"))?);
    found.time.is_some().then_some(prefix::Prefix { seq: None, ..found })
}
