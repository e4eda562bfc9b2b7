//! The parallel pass: inputs to events.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use rayon::prelude::*;

use super::hasher::{self, Seeded, own_seed};
use super::identity::{Identities, RecordText};
use super::join::{self, Joined, Share};
use super::parts::{Mention, Read, Worker};
use super::products::Finding;
use super::{Event, LineStarts, Stretch, Symbol, Trace};
use crate::foreign;
use crate::input::Input;
use crate::record::{self, CHUNK, ChunkDone, Flaw, Mark, RawRecord, RecordKind, prefix, sign};
use crate::sip::{CSeq, Method, StartKind};
use crate::span::FileId;
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
    /// Also take the sums that tell these texts from others, for an index that is kept of them; none where one of them is
    /// of another layout, since no index is kept of such texts.
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
/// Bytes of an unpacked text on disk that is read by itself.
const LARGE: usize = 8 << 20;

/// With a seed the inputs are only some of the logs: nothing is concluded from one input to another, copies are not sought,
/// and texts are told apart as all do who have the seed.
pub(super) fn load(inputs: Vec<Input>, options: &LoadOptions<'_>, seed: Option<u64>) -> Trace {
    let look = |input: Input| {
        let input = foreign::read(input);
        // Of an endless line all that is looked at would stay, of each input.
        input.forget(0, input.bytes().len());
        input
    };
    let inputs: Vec<Input> = inputs.into_par_iter().map(look).collect();
    // A text that was written anew is not that of its file: no index is kept of it, nor of what stands beside it.
    let for_index = options.sums && !inputs.iter().any(Input::is_foreign);
    let total = inputs.iter().map(|i| i.bytes().len() as u64).sum();
    let done = AtomicU64::new(0);
    let apart = seed.is_some();
    let seed = seed.unwrap_or_else(own_seed);
    let hasher = hasher::of(seed);
    let products = Finding::new();
    let told = |bytes: usize| {
        let now = done.fetch_add(bytes as u64, Ordering::Relaxed) + bytes as u64;
        (options.progress)(Progress { done: now, total });
    };
    let read_one = |(i, input): (usize, &Input)| {
        let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
        let (len, chunk) = (input.bytes().len(), chunk_of(input, options));
        let lines = if for_index { LineStarts::for_index(len, chunk) } else { LineStarts::new(len, chunk) };
        let reading = Reading { input, file, for_analysis: options.for_analysis, known: (&hasher, &products) };
        let (own, _) = reading.some(&lines, 0..usize::MAX, Mark::default(), &told);
        // Where chunks do not fit together, parts were read once more.
        input.forget(0, len);
        (own, lines)
    };
    let shared = |one: (usize, &Input)| (one.1.on_disk() < LARGE).then(|| read_one(one));
    let mut read: Vec<Option<_>> = inputs.par_iter().enumerate().map(shared).collect();
    // Large texts on disk one after the other, each by all threads: side by side they would be in memory together.
    for (place, one) in read.iter_mut().zip(inputs.iter().enumerate()) {
        if place.is_none() {
            *place = Some(read_one(one));
        }
    }
    let read = read.into_iter().flatten().collect();
    join::join(inputs, read, (seed, products.done()), if apart { Share::Some } else { Share::All })
}

/// Bytes of a chunk: a small input is shared among the threads, too.
fn chunk_of(input: &Input, options: &LoadOptions<'_>) -> usize {
    options.chunk.min((input.bytes().len() / SHARES).max(LEAST))
}

/// How far an input was read stretch by stretch, and what the next stretch needs to know.
#[derive(Debug)]
pub(crate) struct Reached {
    /// The first chunk that was not read.
    chunk: usize,
    mark: Mark,
    lines: LineStarts,
}

/// Reads a stretch of an input, at least so many bytes, as some of the logs; `reached` is how far the stretches ahead of it
/// came. Also tells how far this one came; `None` where that is the end.
pub(super) fn load_stretch(input: Input, seed: u64, reached: Option<Reached>, bytes: u64) -> (Trace, Option<Reached>) {
    let options = LoadOptions::default();
    let (len, chunk) = (input.bytes().len(), chunk_of(&input, &options));
    let start = || Reached { chunk: 0, mark: Mark::default(), lines: LineStarts::new(len, chunk) };
    let Reached { chunk: first, mark, mut lines } = reached.unwrap_or_else(start);
    let count = usize::try_from(bytes).unwrap_or(usize::MAX).div_ceil(chunk).max(1);
    let end = first.saturating_add(count).min(len.div_ceil(chunk));
    lines.until(end);
    let (hasher, products) = (hasher::of(seed), Finding::new());
    let reading = Reading { input: &input, file: FileId(0), for_analysis: true, known: (&hasher, &products) };
    let (own_records, mark_behind) = reading.some(&lines, first..end, mark, &|_| {});
    let is_last = end.saturating_mul(chunk) >= len;
    let damage = input.damage().count();
    let own = Stretch { from: mark.behind as u64, to: if is_last { len } else { mark_behind.behind } as u64 };
    let mut trace = join::join(vec![input], vec![(own_records, lines)], (seed, products.done()), Share::Stretch);
    let lines = trace.lines_from_here(mark_behind.behind);
    let next = lines.filter(|_| !is_last).map(|lines| Reached { chunk: end, mark: mark_behind, lines });
    trace.stretch = Some(own);
    if first > 0 {
        // The damage of the input as a whole is told once.
        trace.problems.drain(..damage.min(trace.problems.len()));
    }
    (trace, next)
}

/// An input that is read.
pub(super) struct Reading<'r> {
    pub(super) input: &'r Input,
    pub(super) file: FileId,
    pub(super) for_analysis: bool,
    pub(super) known: (&'r Seeded, &'r Finding),
}

impl Reading<'_> {
    /// Reads some chunks, by their numbers, from a mark on; and how far it came. `told` hears of the bytes of each.
    pub(super) fn some(
        &self,
        lines: &LineStarts,
        numbers: Range<usize>,
        mark: Mark,
        told: &(dyn Fn(usize) + Sync),
    ) -> (Joined, Mark) {
        let mut joined = Joined::new(self.file);
        let (input, file, bytes, chunk) = (self.input, self.file, self.input.bytes(), lines.chunk());
        let mark = record::frame_some(
            bytes,
            (chunk, numbers),
            mark,
            |part| {
                input.will_read(part.start, part.len());
                Worker::new(file, self.for_analysis.then(Identities::default))
            },
            |worker, raw| read(bytes, file, raw, worker, self.known),
            |ChunkDone { number, bytes: len, line_feeds, again }, own| {
                if let Some(own) = &mut own.identities {
                    own.tidy();
                }
                if !again {
                    lines.note(bytes, number);
                }
                input.forget(number.saturating_mul(chunk), len);
                if again {
                    return;
                }
                lines.set(number, &line_feeds);
                told(len);
            },
            &mut |worker, framed| joined.take(input, (worker, framed)),
        );
        (joined, mark)
    }
}

/// The hot path: what every record is asked, and nothing more.
fn read(
    bytes: &[u8],
    file: FileId,
    raw: &RawRecord,
    worker: &mut Worker,
    (hasher, products): (&Seeded, &Finding),
) -> Read {
    let layout = &raw.layout;
    let record = bytes.get(raw.start..raw.end).unwrap_or_default();
    let of = |r: &std::ops::Range<u32>| record.get(r.start as usize..r.end as usize).unwrap_or_default();
    let own = prefix::parse_after(record.get(..raw.prefix_len).unwrap_or_default(), &mut worker.prefix);
    let mut flaw = raw.flaw;
    let above = if raw.prefix_len == 0 { above(bytes, raw.start) } else { None };
    if above.is_some() && flaw == Some(Flaw::NoOpener) {
        flaw = Some(Flaw::TimeInferred);
    }
    let prefix = above.unwrap_or(own);
    let cseq = CSeq::parse(of(&layout.cseq)).unwrap_or_default();
    let (mut status, mut method) = (0, Method::Unknown);
    let is_message = layout.kind == RecordKind::Protocol;
    if is_message {
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
    let call_id = of(&layout.call_id);
    let hash = if call_id.is_empty() { 0 } else { hasher.hash_one(call_id).max(1) };
    let len = u32::try_from(call_id.len()).unwrap_or(u32::MAX);
    let call = Mention { hash, at: layout.call_id.start, len };
    let server = prefix.server.map_or(Symbol::NONE, |name| worker.server(bytes, file, name, hasher));
    if let Some(flaw) = flaw {
        worker.flaws.push((raw.start as u64, raw.end as u64, flaw));
    }
    let bit_if = |is: bool, bit: u8| if is { bit } else { 0 };
    let event = Event {
        start: raw.start as u64,
        time: prefix.time.unwrap_or(Timestamp::NONE),
        len: u32::try_from(raw.end - raw.start).unwrap_or(u32::MAX),
        file,
        seq: prefix.seq.unwrap_or(0),
        instance: layout.instance,
        call: Symbol::NONE,
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
            | bit_if(above.is_some(), Event::INFERRED)
            | bit_if(is_message && layout.signs & sign::DIAGNOSTICS == 0, Event::UNDIAGNOSED),
        identity: worker.identities.as_mut().map_or(0, |own| {
            own.add(RecordText { file, start: raw.start, record, hasher, products }, layout, (method, status))
        }),
    };
    Read { event, call }
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
