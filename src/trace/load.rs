//! The parallel pass: inputs to events.

use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};

use hashbrown::HashTable;
use rayon::prelude::*;

use super::{Event, LineIndex, Problem, Source, Symbol, Trace};
use crate::input::Input;
use crate::record::{self, CHUNK, Flaw, RawRecord, RecordKind, prefix};
use crate::sip::{CSeq, Method, StartLine};
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
    /// Told after every chunk, from any thread.
    pub progress: &'f (dyn Fn(Progress) + Sync),
}

impl Default for LoadOptions<'_> {
    fn default() -> Self {
        LoadOptions { chunk: CHUNK, progress: &|_| {} }
    }
}

/// A record as a worker sees it, before strings have their final numbers.
struct Draft {
    event: Event,
    flaw: Option<Flaw>,
    edge: bool,
    day_first: bool,
}

pub(super) fn load(inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
    let total = inputs.iter().map(|i| i.bytes().len() as u64).sum();
    let done = AtomicU64::new(0);
    let hasher = &foldhash::fast::RandomState::default();
    let parts: Vec<_> = inputs
        .par_iter()
        .enumerate()
        .map(|(i, input)| {
            let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
            let bytes = input.bytes();
            record::frame(
                bytes,
                options.chunk,
                || Interner::new(hasher.clone()),
                |names, raw| draft(bytes, file, raw, names),
                |len| {
                    let now = done.fetch_add(len as u64, Ordering::Relaxed) + len as u64;
                    (options.progress)(Progress { done: now, total });
                },
            )
        })
        .collect();
    let mut out =
        Store { names: Interner::new(hasher.clone()), events: Vec::new(), sources: Vec::new(), problems: Vec::new() };
    for (i, (input, chunks)) in inputs.iter().zip(parts).enumerate() {
        out.add_file(&inputs, input, FileId(u32::try_from(i).unwrap_or(u32::MAX)), chunks);
    }
    let lines = inputs.iter().map(|_| LineIndex::default()).collect();
    let Store { names, events, sources, problems } = out;
    Trace { inputs, lines, events, symbols: names.spans, sources, problems }
}

struct Store {
    names: Interner,
    events: Vec<Event>,
    sources: Vec<Source>,
    problems: Vec<Problem>,
}

impl Store {
    fn add_file(
        &mut self,
        inputs: &[Input],
        input: &Input,
        file: FileId,
        chunks: Vec<(Interner, record::Framed<Draft>)>,
    ) {
        let bytes = input.bytes();
        let first = self.events.len();
        let intact = input.intact_len();
        let mut source = Source::default();
        let mut servers: Vec<Symbol> = Vec::new();
        let (mut day_first, mut prefixed, mut lines) = (false, false, 0);
        for note in input.notes() {
            self.problems.push(Problem { file, byte: 0, what: note.clone() });
        }
        if intact < bytes.len() as u64 {
            let what = format!("file was cut to {intact} bytes while it was read");
            self.problems.push(Problem { file, byte: intact, what });
        }
        self.events.reserve_exact(chunks.iter().map(|(_, framed)| framed.records.len()).sum());
        for (local, framed) in chunks {
            lines += framed.lines_outside();
            let mut numbers = vec![Symbol::NONE; local.spans.len()];
            for draft in framed.records {
                let mut event = draft.event;
                if event.start + u64::from(event.len) > intact {
                    continue;
                }
                for symbol in [&mut event.call, &mut event.server] {
                    if let Some(slot) = numbers.get_mut(symbol.0 as usize) {
                        if *slot == Symbol::NONE
                            && let Some(span) = local.spans.get(symbol.0 as usize)
                        {
                            *slot = self.names.intern(*span, |s| slice(inputs, s));
                        }
                        *symbol = *slot;
                    }
                }
                if event.server != Symbol::NONE && servers.len() < 64 && !servers.contains(&event.server) {
                    servers.push(event.server);
                }
                source.edge |= draft.edge;
                day_first |= draft.day_first;
                prefixed |= event.time != Timestamp::NONE;
                source.records[event.kind as usize] += 1;
                if let Some(flaw) = draft.flaw {
                    self.problems.push(Problem::of(file, event.start, flaw));
                }
                self.events.push(event);
            }
        }
        let events = self.events.get_mut(first..).unwrap_or_default();
        if day_first {
            // One date of this file can only be day first, so all of them are (FORMAT.md section 13, item 6).
            for event in events.iter_mut() {
                event.time = event.time.known().and_then(Timestamp::with_day_and_month_swapped).unwrap_or(event.time);
            }
        }
        let times = || events.iter().filter_map(Event::time);
        source.span = times().min().zip(times().max());
        source.cls = !servers.is_empty();
        source.unprefixed = !prefixed;
        source.lines_outside = u64::try_from(lines).unwrap_or(0);
        if let [only] = servers[..] {
            let name = self.names.spans.get(only.0 as usize).map_or(&[][..], |s| slice(inputs, *s));
            source.server = Some(crate::text::decode(name).into_owned());
        }
        self.sources.push(source);
    }
}

fn slice(inputs: &[Input], span: Span) -> &[u8] {
    let start = usize::try_from(span.start).unwrap_or(usize::MAX);
    inputs
        .get(span.file.index())
        .and_then(|i| i.bytes().get(start..start.saturating_add(span.len as usize)))
        .unwrap_or_default()
}

/// The hot path: what every record is asked, and nothing more.
fn draft(bytes: &[u8], file: FileId, raw: &RawRecord, names: &mut Interner) -> Draft {
    let layout = &raw.layout;
    let part = |from: usize, to: usize| bytes.get(from..to).unwrap_or_default();
    let of = |r: &std::ops::Range<u32>| part(raw.start + r.start as usize, raw.start + r.end as usize);
    let prefix_line = part(raw.start, raw.start + raw.prefix_len);
    let prefix = prefix::parse(prefix_line);
    let mut flaw = raw.flaw;
    let mut symbol = |text: &[u8]| {
        if text.is_empty() {
            return Symbol::NONE;
        }
        let start = (text.as_ptr() as usize - bytes.as_ptr() as usize) as u64;
        let span = Span { file, start, len: u32::try_from(text.len()).unwrap_or(u32::MAX) };
        names.intern(span, |s| {
            part(usize::try_from(s.start).unwrap_or(0), usize::try_from(s.start).unwrap_or(0) + s.len as usize)
        })
    };
    let cseq = CSeq::parse(of(&layout.cseq)).unwrap_or_default();
    let (mut status, mut method) = (0, cseq.method);
    if layout.kind == RecordKind::Protocol {
        match StartLine::parse(of(&layout.start_line)) {
            StartLine::Request { method: m, .. } => method = m,
            StartLine::Response { status: s, .. } => status = s,
            StartLine::Unknown => flaw = flaw.or(Some(Flaw::NoStartLine)),
        }
        if layout.call_id.start >= layout.call_id.end || layout.cseq.start >= layout.cseq.end {
            flaw = flaw.or(Some(Flaw::NoIdentity));
        }
    }
    let event = Event {
        start: raw.start as u64,
        time: prefix.time.unwrap_or(Timestamp::NONE),
        len: u32::try_from(raw.end - raw.start).unwrap_or(u32::MAX),
        file,
        seq: prefix.seq.unwrap_or(0),
        instance: layout.instance,
        call: symbol(of(&layout.call_id)),
        server: prefix.server.map_or(Symbol::NONE, symbol),
        cseq: cseq.number,
        head: layout.start_line.start,
        head_end: layout.headers.end,
        prefix_len: u16::try_from(raw.prefix_len).unwrap_or(u16::MAX),
        status,
        method: if layout.kind == RecordKind::Protocol { method } else { Method::Unknown },
        kind: layout.kind,
        direction: layout.direction,
    };
    Draft { event, flaw, edge: layout.names_edge, day_first: prefix.day_first }
}

/// Strings to numbers, over spans: nothing is copied. The hash is seeded at random, so that a hostile log
/// cannot aim at collisions; numbers depend on first use only.
struct Interner {
    hasher: foldhash::fast::RandomState,
    table: HashTable<u32>,
    spans: Vec<Span>,
}

impl Interner {
    fn new(hasher: foldhash::fast::RandomState) -> Interner {
        Interner { hasher, table: HashTable::new(), spans: Vec::new() }
    }

    fn intern<'b>(&mut self, span: Span, text: impl Fn(Span) -> &'b [u8]) -> Symbol {
        let Interner { hasher, table, spans } = self;
        let wanted = text(span);
        let get = |i: u32| spans.get(i as usize).map_or(&[][..], |s| text(*s));
        let hash = hasher.hash_one(wanted);
        if let Some(i) = table.find(hash, |i| get(*i) == wanted) {
            return Symbol(*i);
        }
        let number = u32::try_from(spans.len()).unwrap_or(u32::MAX);
        table.insert_unique(hash, number, |i| hasher.hash_one(get(*i)));
        spans.push(span);
        Symbol(number)
    }
}
