//! The end of logs that grew is read, and put in the place of what does not stay of it.

use std::borrow::Cow;
use std::hash::BuildHasher;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::intern::Interner;
use super::join::{Joined, Share, Together, settle_dates};
use super::kept::Ties;
use super::lines::LineStarts;
use super::load::{LoadOptions, Progress, Reading};
use super::numbers::span;
use super::parts::Mention;
use super::products::Finding;
use super::settled::{Follow, Growth, Stay, again, is_plain, kept, records};
use super::{Event, Problem, Source, Symbol, Trace, hasher};
use crate::foreign;
use crate::input::{Input, Sums};
use crate::record::{self, Mark, STRETCH};
use crate::span::{FileId, Span};

/// Bytes of a chunk of what was appended.
const CHUNK: usize = 16 * STRETCH;

/// What was read of logs before.
pub(super) struct Before<'b> {
    /// Bytes of each text.
    pub(super) lengths: Vec<usize>,
    pub(super) lines: &'b [LineStarts],
    /// Of [`STRETCH`] bytes each, as far as they are known.
    pub(super) sums: &'b [Sums],
    /// The texts that were not being written while they were read.
    pub(super) still: Vec<bool>,
    pub(super) events: Vec<Event>,
    pub(super) symbols: Vec<Span>,
    pub(super) words: Vec<u64>,
    pub(super) products: Vec<Box<[u8]>>,
    pub(super) seed: u64,
    pub(super) sources: Vec<Source>,
    pub(super) problems: Vec<Problem>,
    pub(super) follow: Follow,
}

/// What becomes of one input.
struct Part {
    file: FileId,
    /// Number of its first record before, how many it had, and how many of them stay.
    first: usize,
    had: usize,
    kept: usize,
    /// Where the last of these ends.
    end: usize,
    /// Nothing was appended.
    quiet: bool,
    /// Non-empty lines that belong to no record.
    outside: i64,
    /// How many records were read of all inputs up to this one.
    read: usize,
}

impl Before<'_> {
    /// See [`Trace::grown`].
    pub(super) fn grown(self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        let inputs: Vec<Input> = inputs.into_iter().map(foreign::read).collect();
        let longer = |(input, len): (&Input, &usize)| input.is_untouched() && input.intact_len() >= *len as u64;
        let same = inputs.len() == self.lengths.len() && inputs.iter().zip(&self.lengths).all(longer);
        if !same || self.sources.len() != inputs.len() || self.sources.iter().any(Source::is_day_first) {
            return Err(inputs);
        }
        Ok(self.read(inputs, options))
    }

    /// What stays of an input, and where reading goes on.
    fn part(&self, file: FileId, input: &Input) -> Part {
        let (first, own) = records(&self.events, file);
        let len = self.lengths.get(file.index()).copied().unwrap_or(0);
        let settled = self.follow.settled.as_ref().and_then(|s| s.files.get(file.index()));
        let quiet = settled.is_some()
            && self.still.get(file.index()) == Some(&true)
            && input.len() == len
            && !input.has_grown();
        let kept = match settled {
            _ if quiet => own.len(),
            Some(settled) => settled.count,
            None => kept(own, 0, (file, len as u64), &self.problems),
        };
        let end = kept.checked_sub(1).and_then(|last| own.get(last)).map_or(0, Event::end);
        let end = if quiet { len } else { usize::try_from(end).unwrap_or(0) };
        Part { file, first, had: own.len(), kept, end, quiet, outside: 0, read: 0 }
    }

    fn read(mut self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let hasher = hasher::of(self.seed);
        let products = Finding::of(&self.products, &hasher);
        let text = |span: &Span| {
            let from = usize::try_from(span.start).unwrap_or(usize::MAX);
            let bytes = inputs.get(span.file.index()).map_or(&[][..], Input::bytes);
            bytes.get(from..from.saturating_add(span.len as usize)).unwrap_or_default()
        };
        let mut settled = self.follow.settled.take();
        // Names of servers come first.
        let first_call = settled.as_ref().map_or_else(
            || self.events.par_iter().map(|e| e.call.0 as usize).min().unwrap_or(usize::MAX),
            |settled| settled.names,
        );
        let mut calls = self.symbols.split_off(first_call.min(self.symbols.len()));
        let mut known = Interner::with_capacity(0);
        for span in &self.symbols {
            known.intern(&hasher, text(span), *span);
        }
        let mut all = Together::new(known, std::mem::take(&mut self.words));
        let (mut lines, mut parts) = (Vec::new(), Vec::new());
        for (file, input) in (0..).map(FileId).zip(&inputs) {
            let mut part = self.part(file, input);
            let (before, mark) = (self.lengths.get(file.index()).copied().unwrap_or(0), part.end);
            let first = if part.quiet { input.len().div_ceil(CHUNK) } else { mark / CHUNK };
            let sums = options.sums.then(|| self.sums.get(file.index()).map_or(&[][..], |s| &s.each));
            let own_lines = self.lines.get(file.index()).map_or_else(
                || LineStarts::new(input.len(), CHUNK),
                |lines| LineStarts::grown(lines, input.bytes(), (first, CHUNK), sums),
            );
            part.outside = self.sources.get(file.index()).map_or(0, |s| s.lines_outside).cast_signed();
            let stays = |p: &&Problem| p.file == file && (part.quiet || p.byte < mark as u64);
            all.problems.extend(self.problems.iter().filter(stays).cloned());
            let own = if part.quiet {
                Joined::new(file)
            } else {
                let mark = Mark { pos: mark, behind: mark };
                let reading = Reading { input, file, for_analysis: options.for_analysis, known: (&hasher, &products) };
                let (own, _) = reading.some(&own_lines, first..usize::MAX, mark, &|_| {});
                part.outside += own.outside - outside_of(input.bytes().get(..before).unwrap_or_default(), mark);
                own
            };
            (options.progress)(Progress { done: input.len() as u64, total: input.len() as u64 });
            all.add(own, input, Share::All);
            part.read = all.events.len();
            parts.push(part);
            lines.push(own_lines);
        }
        let Together { names, problems, events: mut new, mentions, words, .. } = all;
        let mut symbols = names.spans();
        let shift = symbols.len().saturating_sub(self.symbols.len());
        let own_calls = match &settled {
            Some(settled) => Cow::Borrowed(&settled.calls),
            // Their texts stand all over the logs: each that is not at hand is waited for.
            None if new.is_empty() => Cow::default(),
            None => {
                let of = |span: &Span| hasher.hash_one(text(span)).max(1);
                Cow::Owned(calls.par_iter().with_min_len(1 << 12).map(of).collect())
            }
        };
        let more = number(&mut new, &mentions, (&own_calls, symbols.len()), &mut calls);
        if let Some(settled) = &mut settled {
            (settled.names, settled.calls) = (symbols.len(), [std::mem::take(&mut settled.calls), more].concat());
        }
        symbols.append(&mut calls);
        // Copies are marked anew, and names may have come ahead of the Call-IDs.
        if shift > 0 || settled.is_none() {
            let shift = u32::try_from(shift).unwrap_or(u32::MAX);
            self.events.par_iter_mut().with_min_len(1 << 14).for_each(|e| *e = again(e, shift));
        }
        let mut sources = Vec::with_capacity(inputs.len());
        let mut from = 0;
        for (part, input) in parts.iter().zip(&inputs) {
            let new = new.get(from..part.read).unwrap_or_default();
            from = part.read;
            let stays = self.events.get(part.first..part.first + part.kept).unwrap_or_default();
            let known = settled.as_ref().and_then(|s| s.files.get(part.file.index()));
            let mut source = known.map_or_else(Source::default, |own| own.source.clone());
            source.join(&Source::of(stays.get(known.map_or(0, |own| own.count)..).unwrap_or_default()));
            source.join(&Source::of(new));
            source.lines_outside = u64::try_from(part.outside).unwrap_or(0);
            source.formats = input.formats();
            sources.push(source);
        }
        let mut events = std::mem::take(&mut self.events);
        let (files, dropped) = put(&mut events, new, &parts);
        let given: Vec<&str> = inputs.iter().map(Input::name).collect();
        settle_dates(&mut events, &mut sources, &given);
        let follow = Follow::default();
        let mut trace = Trace {
            inputs,
            lines,
            events,
            symbols,
            identities: Ties::of(words),
            products: products.done(),
            seed: self.seed,
            hasher,
            sources,
            problems,
            holders: Vec::new(),
            follow,
            part: None,
            stretch: None,
        };
        trace.name_servers();
        if is_plain(&trace) && settled.as_ref().is_some_and(|settled| settled.is_free_of_copies(&trace)) {
            trace.holders = vec![Vec::new(); trace.inputs.len()];
        } else {
            trace.mark_copies();
        }
        if let Some(settled) = settled.filter(|_| is_plain(&trace)) {
            let growth = (shift == 0).then_some(Growth { from: self.follow.token, files, dropped });
            trace.follow = Follow { settled: Some(settled), growth, ..Follow::default() };
        }
        trace
    }
}

/// Gives records that were read the symbols of their Call-IDs: those that are known, by their hashes, the first of which has the
/// symbol `base`, or new ones, whose places are added. Returns the hashes of the new ones.
fn number(new: &mut [Event], mentions: &[Mention], (hashes, base): (&[u64], usize), calls: &mut Vec<Span>) -> Vec<u64> {
    let number = |at: usize| Symbol(u32::try_from(base + at).unwrap_or(u32::MAX));
    let asked = mentions.iter().filter(|call| call.hash != 0);
    let mut known: HashMap<u64, Option<Symbol>> = asked.map(|call| (call.hash, None)).collect();
    let found: Vec<usize> =
        (0..hashes.len()).into_par_iter().filter(|at| hashes.get(*at).is_some_and(|h| known.contains_key(h))).collect();
    for at in found {
        if let Some(slot) = hashes.get(at).and_then(|hash| known.get_mut(hash)) {
            *slot = Some(number(at));
        }
    }
    let mut more = Vec::new();
    for (event, call) in new.iter_mut().zip(mentions) {
        if let Some(slot) = known.get_mut(&call.hash) {
            event.call = *slot.get_or_insert_with(|| {
                calls.push(span(event, call));
                more.push(call.hash);
                number(calls.len() - 1)
            });
        }
    }
    more
}

/// Puts what was read of each input in the place of what does not stay of it, and tells where the records stand now, and the
/// Call-IDs of those that did not stay.
fn put(events: &mut Vec<Event>, mut new: Vec<Event>, parts: &[Part]) -> (Vec<Stay>, Vec<Symbol>) {
    let mut dropped = Vec::new();
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let (mut stays, mut read, mut first) = (Vec::with_capacity(parts.len()), 0, 0);
    for part in parts {
        let now = part.kept + part.read - read;
        read = part.read;
        let was = (count(part.first), count(part.had));
        stays.push(Stay { was, now: (count(first), count(now)), kept: count(part.kept) });
        first += now;
    }
    // From the last one on, so that those ahead stand where they stood.
    for (at, part) in parts.iter().enumerate().rev() {
        let from = at.checked_sub(1).and_then(|ahead| parts.get(ahead)).map_or(0, |ahead| ahead.read);
        let place = part.first + part.kept..part.first + part.had;
        dropped.extend(events.splice(place, new.drain(from..)).filter_map(|e| e.call_id()));
    }
    (stays, dropped)
}

/// Lines that belong to no record, from a mark to the end of a text.
fn outside_of(text: &[u8], mark: Mark) -> i64 {
    let numbers = mark.pos / CHUNK..usize::MAX;
    let mut sum = 0;
    record::frame_some(text, (CHUNK, numbers), mark, |_| (), |(), _| (), |_, ()| (), &mut |(), framed| {
        sum += framed.lines_outside();
    });
    sum
}
