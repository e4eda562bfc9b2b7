//! Logs to which something was appended since they were read: what was read is kept, and only what came behind it is
//! framed.
//!
//! ```text
//!  before   |  r0  |  r1  |  r2  | r3 (perhaps cut)
//!  now      |  r0  |  r1  |  r2  | r3                | r4  |
//!           └── kept: all that no later byte changes ─┘ framed again, from the end of the last kept record
//! ```
//! The kept records of an input are one more chunk, ahead of those that are framed: they are joined like all others.

use super::hasher;
use super::identity::words_of;
use super::intern::Interner;
use super::kept::Facts;
use super::lines::LineStarts;
use super::load::{self, Part, Worker};
use super::products::Finding;
use super::{Event, LoadOptions, Problem, Symbol, Trace};
use crate::input::{Input, Sums};
use crate::record::Framed;
use crate::span::FileId;

/// Bytes behind a record that may be looked at to find its end, and how many times its own length (`longer_body` in
/// `record/layout.rs`).
const AHEAD: (u64, u64) = (8_192, 64);

/// What was read before.
#[derive(Debug)]
pub(crate) struct Before<'t> {
    pub(crate) facts: Facts<'t>,
    pub(crate) events: Vec<Event>,
    pub(crate) ties: Vec<u64>,
    /// Of each input: the length of its text, and its sums.
    pub(crate) texts: Vec<(usize, Sums)>,
}

impl Trace {
    /// The trace of inputs of which some were appended to; the inputs back where all is to be read anew.
    pub(crate) fn grown(
        inputs: Vec<Input>,
        options: &LoadOptions<'_>,
        before: Before<'_>,
    ) -> Result<Trace, Vec<Input>> {
        let Before { facts, events, ties, texts } = before;
        // Which dates were read day first may change with more of them.
        if facts.sources.iter().any(|s| s.day_first) || texts.len() != inputs.len() || !facts.fits(&inputs, &events) {
            return Err(inputs);
        }
        let hasher = hasher::of(facts.seed);
        let products = Finding::before(&hasher, facts.product_texts());
        let (mut parts, mut lines) = (Vec::new(), Vec::new());
        let mut rest = &events[..];
        for (i, (input, (len, sums))) in inputs.iter().zip(&texts).enumerate() {
            let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
            let (own, others) = rest.split_at(rest.partition_point(|e| e.file <= file));
            rest = others;
            let bytes = input.bytes();
            let has_grown = bytes.len() > *len;
            let kept = own.get(..if has_grown { settled(own) } else { own.len() }).unwrap_or_default();
            let from = kept.last().map_or(0, |e| at(e.start) + e.len as usize);
            let frame =
                |bytes| load::read_input(bytes, from, file, (options.chunk, true), (&hasher, &products), |_, _| ());
            let outside = facts.sources.get(i).map_or(0, |s| i64::try_from(s.lines_outside).unwrap_or(0));
            let behind = |parts: &[Part]| parts.iter().map(|(_, framed)| framed.lines_outside()).sum::<i64>();
            let mut own_parts = Vec::new();
            if has_grown {
                let again = frame(bytes.get(..*len).unwrap_or_default());
                own_parts.push(facts.part(&inputs, (file, kept, &ties), (from, outside - behind(&again))));
                own_parts.extend(frame(bytes));
            } else {
                own_parts.push(facts.part(&inputs, (file, kept, &ties), (bytes.len(), outside)));
            }
            parts.push(own_parts);
            let Some(counts) = facts.lines.get(i) else { return Err(inputs) };
            lines.push(LineStarts::grown(bytes, counts, sums, *len));
        }
        Ok(load::join(inputs, parts, lines, (facts.seed, products.done())))
    }
}

/// How many records, from the first one on, are what they are whatever is appended.
fn settled(own: &[Event]) -> usize {
    let Some(last) = own.last().map(|e| e.start) else { return 0 };
    let settles = |e: &Event| {
        let len = u64::from(e.len);
        e.start.saturating_add(len).saturating_add(AHEAD.0.max(len.saturating_mul(AHEAD.1))) < last
    };
    own.iter().position(|e| !settles(e)).unwrap_or(0)
}

impl Facts<'_> {
    /// Records that were read before, as if a worker had just read them.
    fn part(
        &self,
        inputs: &[Input],
        (file, kept, ties): (FileId, &[Event], &[u64]),
        (end, outside): (usize, i64),
    ) -> Part {
        let hasher = hasher::of(self.seed);
        let mut names = Interner::with_capacity(0);
        let mut numbers: Vec<Option<Symbol>> = vec![None; self.symbols.len()];
        let mut number = |symbol: Symbol| {
            let Some((slot, span)) = numbers.get_mut(symbol.0 as usize).zip(self.symbols.get(symbol.0 as usize)) else {
                return Symbol::NONE;
            };
            *slot.get_or_insert_with(|| {
                let text = inputs.get(span.file.index()).and_then(|i| i.bytes().get(at(span.start)..));
                names.intern(&hasher, text.and_then(|t| t.get(..span.len as usize)).unwrap_or_default(), *span)
            })
        };
        let mut words = Vec::new();
        let mut events = Vec::with_capacity(kept.len());
        for event in kept {
            let own = words_of(ties, event.identity);
            let identity = if own.is_empty() { 0 } else { u32::try_from(words.len() + 1).unwrap_or(0) };
            words.extend_from_slice(own);
            let (call, server) = (number(event.call), number(event.server));
            events.push(Event { call, server, identity, flags: event.flags & !Event::COPY, ..*event });
        }
        let damage: Vec<String> =
            inputs.get(file.index()).into_iter().flat_map(Input::damage).map(|(_, w)| w).collect();
        let is_told = |p: &&Problem| p.file == file && p.byte < end as u64 && !damage.iter().any(|w| **w == p.what);
        let known = self.problems.iter().filter(is_told).cloned().collect();
        (Worker::before(names, words, known), Framed::known(events, end, outside))
    }
}

fn at(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
