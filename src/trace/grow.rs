//! Logs that grew: what was read of them stays, and only what was appended is read.
//!
//! ```text
//! before  [r0][r1] ... [r7][r8][r9 to
//! now     [r0][r1] ... [r7][r8][r9 to its end][r10][r11]
//!          kept ──────────┘└─ read ────────────────────┘
//! ```
//!
//! Reading goes on behind the last record that ended as it did for whatever follows: nothing that was looked at for it reaches
//! the old end of the text, and a record behind it was whole. Then it is read as [`Trace::load`] would read all of it.

use std::borrow::Cow;
use std::hash::BuildHasher;

use hashbrown::HashMap;
use rayon::prelude::*;

use super::intern::Interner;
use super::join::{Joined, Share, Together, settle_dates};
use super::kept::{Facts, Ties};
use super::lines::LineStarts;
use super::load::{LoadOptions, Progress, Reading};
use super::numbers::span;
use super::parts::Mention;
use super::products::Finding;
use super::settled::{Follow, Growth, Settled, Stay, again, is_plain, kept, records, token};
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

impl Trace {
    /// As [`Trace::load`], of inputs of which a trace was made when they were perhaps shorter: what stands in it is not read
    /// again where they go on as they were. That is told by their names, their beginning, the end of what was read, and places
    /// between; the other trace must have been made here, too, or by [`Trace::load_on`].
    pub fn load_after(before: Option<&Trace>, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let trace = match before.filter(|old| old.goes_on_in(&inputs)) {
            Some(old) => old.grown(inputs, options).unwrap_or_else(|inputs| Trace::load(inputs, options)),
            None => Trace::load(inputs, options),
        };
        trace.followed()
    }

    /// The same where nobody else needs the other trace: its columns are not copied.
    pub fn load_on(before: Option<Trace>, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let trace = match before.filter(|old| old.goes_on_in(&inputs)) {
            Some(old) => old.grow(inputs, options).unwrap_or_else(|inputs| Trace::load(inputs, options)),
            None => Trace::load(inputs, options),
        };
        trace.followed()
    }

    /// Whether inputs have what this trace was made of, and perhaps more.
    fn goes_on_in(&self, inputs: &[Input]) -> bool {
        let go_on = |((a, b), ends): ((&Input, &Input), &u64)| a.name() == b.name() && b.ends_of(a.len()) == Some(*ends);
        let ends = &self.follow.ends;
        self.inputs.len() == inputs.len()
            && ends.len() == inputs.len()
            && self.inputs.iter().zip(inputs).zip(ends).all(go_on)
    }

    /// Notes what is asked when its inputs have grown.
    fn followed(mut self) -> Trace {
        self.follow.ends = self.inputs.iter().map(|input| input.ends_of(input.len()).unwrap_or(0)).collect();
        self.follow.token = token();
        self.follow.settled = match self.follow.settled.take() {
            Some(mut settled) => {
                settled.go_on(&self);
                Some(settled)
            }
            None => Settled::of(&self),
        };
        self
    }

    /// Which trace of logs that are followed this is, and which records it has of which other.
    pub(crate) fn growth(&self) -> (u64, Option<&Growth>) {
        (self.follow.token, self.follow.growth.as_ref())
    }

    /// How many of the first records of an input stay whatever is appended; `None` where nobody follows it.
    pub(crate) fn settled_records(&self, file: FileId) -> Option<usize> {
        Some(self.follow.settled.as_ref()?.files.get(file.index())?.count)
    }

    /// Reads inputs that hold what was read of them before, and more behind it. Whoever calls holds that the texts begin as
    /// they were.
    ///
    /// # Errors
    /// The inputs back where they must be read as a whole.
    pub(crate) fn grown(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        if !self.can_grow() {
            return Err(inputs);
        }
        let mut events = Vec::with_capacity(self.events.len());
        events.par_extend(self.events.par_iter().with_min_len(1 << 14).copied());
        let before = Before {
            lengths: self.inputs.iter().map(Input::len).collect(),
            lines: &self.lines,
            sums: &[],
            still: self.inputs.iter().map(|input| !input.has_grown()).collect(),
            events,
            symbols: self.symbols.clone(),
            words: self.identities.words().to_vec(),
            products: self.products.texts().map(Into::into).collect(),
            seed: self.seed,
            sources: self.sources.clone(),
            problems: self.problems.clone(),
            follow: self.follow.clone(),
        };
        before.grown(inputs, options)
    }

    /// The same, and gives its columns away.
    fn grow(self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        if !self.can_grow() {
            return Err(inputs);
        }
        let before = Before {
            lengths: self.inputs.iter().map(Input::len).collect(),
            lines: &self.lines,
            sums: &[],
            still: self.inputs.iter().map(|input| !input.has_grown()).collect(),
            events: self.events,
            symbols: self.symbols,
            words: self.identities.into_words(),
            products: self.products.texts().map(Into::into).collect(),
            seed: self.seed,
            sources: self.sources,
            problems: self.problems,
            follow: self.follow,
        };
        before.grown(inputs, options)
    }

    fn can_grow(&self) -> bool {
        let intact = self.inputs.iter().all(|i| i.is_untouched() && i.intact_len() == i.len() as u64);
        self.part.is_none() && self.stretch.is_none() && intact
    }

    /// The trace of inputs that go on where those ended that were read before; the inputs back where they must be read as a
    /// whole. `before` is how long they were, and what told them from others.
    pub(crate) fn restore_grown(
        inputs: Vec<Input>,
        (facts, events, words): (Facts<'_>, Vec<Event>, Vec<u64>),
        (lengths, sums): (Vec<usize>, Vec<Sums>),
        options: &LoadOptions<'_>,
    ) -> Result<Trace, Vec<Input>> {
        let lines = lengths.iter().zip(&facts.lines).map(|(len, counts)| LineStarts::of(*len, counts));
        let lines = lines.collect::<Option<Vec<LineStarts>>>();
        let (true, Some(lines)) = (facts.fits(&lengths, &events), lines) else { return Err(inputs) };
        let before = Before {
            still: vec![false; lengths.len()],
            lengths,
            lines: &lines,
            sums: &sums,
            events,
            words,
            products: facts.product_texts(),
            seed: facts.seed,
            symbols: facts.symbols.into_owned(),
            sources: facts.sources.into_owned(),
            problems: facts.problems.into_owned(),
            follow: Follow::default(),
        };
        before.grown(inputs, options)
    }
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
        let hashes = match &settled {
            Some(settled) => Cow::Borrowed(&settled.calls),
            // Their texts stand all over the logs: each that is not at hand is waited for.
            None if new.is_empty() => Cow::default(),
            None => {
                let of = |span: &Span| hasher.hash_one(text(span)).max(1);
                Cow::Owned(calls.par_iter().with_min_len(1 << 12).map(of).collect())
            }
        };
        let more = number(&mut new, &mentions, (&hashes, symbols.len()), &mut calls);
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    const PREFIX: &str = "TL_INFO(TF_PROTOCOL) [0]0A1C.2B3C::10/15/2013-09:01:45.";

    /// Texts of which logs are made: whole records, and what makes it hard to tell where one ends.
    fn part() -> impl Strategy<Value = String> {
        let whole = |n: u32, name: u32, len: usize| {
            format!(
                "{PREFIX}{:03}.{n:08x} (SIPStack,SIPAdminLog::TraceRecord)[pool\\fe{name}]$$begin_record\r\nInstance-Id: {n:08x}\r\n\
                 Direction: outgoing\r\nPeer: client.contoso.com:5061\r\nMessage-Type: request\r\nStart-Line: INVITE sip:a@contoso.com SIP/2.0\r\n\
                 From: <sip:b@contoso.com>;tag=t{n}\r\nTo: <sip:a@contoso.com>\r\nCall-ID: c{}\r\nCSeq: 1 INVITE\r\n\
                 Via: SIP/2.0/TLS 192.0.2.1;branch=z{n}\r\nUser-Agent: p{name}\r\nContent-Length: {len}\r\nMessage-Body: v=0\r\n$$end_record\r\n\r\n",
                n % 1000,
                n % 7
            )
        };
        let odd = prop::sample::select(vec![
            "$$begin_record\r\n",
            "$$end_record",
            "$$end_record\r\n",
            "Peer: x\r\n",
            "Start-Line: ACK sip:a@contoso.com SIP/2.0\r\n",
            "TL_INFO(TF_COMPONENT) [0]0A1C.2B3C::10/15/2013-09:01:46.000.00000009 (x)a line\r\n",
            "words\r\n",
            "\r\n",
            "> $$begin_record\r\n",
            "Content-Length: 5000\r\nMessage-Body: x\r\n",
            "TL_INFO(TF_PROTOCOL) [0]",
            "Call-ID: c1\r\n",
        ]);
        prop_oneof![
            20 => (any::<u32>(), 0u32..3).prop_map(move |(n, name)| whole(n, name, 5)),
            2 => (any::<u32>(), 0usize..20_000).prop_map(move |(n, len)| whole(n, 0, len)),
            6 => odd.prop_map(str::to_owned),
        ]
    }

    /// All that a trace tells, whatever the numbers of names.
    fn told(trace: &Trace) -> String {
        let mut out = format!("{:?}\n{:?}\n", trace.problems(), trace.holders);
        for event in trace.events() {
            let plain = Event { call: Symbol(0), server: Symbol(0), identity: 0, ..*event };
            let name = |symbol| String::from_utf8_lossy(trace.symbol(symbol)).into_owned();
            let at = trace.location(event.file, event.start);
            let more = (trace.peer(event).map(<[u8]>::len), trace.facts(event), trace.identity(event).vias.len());
            let maker = trace.product(event).map(|m| String::from_utf8_lossy(m.text()).into_owned());
            let (call, server) = (name(event.call), name(event.server));
            writeln!(out, "{plain:?} {call} {server} {at} {more:?} {maker:?}").unwrap();
        }
        for source in trace.sources() {
            let servers: Vec<_> =
                source.servers.iter().map(|s| String::from_utf8_lossy(trace.symbol(*s)).into_owned()).collect();
            writeln!(out, "{servers:?} {:?}", Source { servers: Vec::new(), ..source.clone() }).unwrap();
        }
        out
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        /// Appended in pieces, a log says what it says as a whole, wherever it was cut.
        #[test]
        fn what_grew_is_as_if_read_as_a_whole(
            logs in prop::collection::vec(prop::collection::vec(part(), 1..120), 1..3),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 1..6),
        ) {
            let texts: Vec<String> = logs.iter().map(|parts| parts.concat()).collect();
            let mut cuts: Vec<usize> = cuts.iter().map(|c| c.index(1000)).collect();
            cuts.sort_unstable();
            cuts.push(1000);
            let mut before: Option<Trace> = None;
            for cut in cuts {
                let inputs = || texts.iter().enumerate().map(|(i, text)| {
                    Input::from_bytes(format!("{i}.log"), &text.as_bytes()[..text.len() * cut / 1000])
                }).collect::<Vec<_>>();
                let options = LoadOptions::default();
                let grown = Trace::load_after(before.as_ref(), inputs(), &options);
                let moved = Trace::load_on(before, inputs(), &options);
                prop_assert_eq!(told(&moved), told(&grown));
                prop_assert_eq!(told(&grown), told(&Trace::load(inputs(), &options)));
                before = Some(grown);
            }
        }
    }

    /// What was read before is not read again: nobody would notice.
    #[test]
    fn of_a_log_that_grew_the_end_is_read() {
        let record = |n: u32| format!("{PREFIX}000.{n:08x} (x)$$begin_record\nCall-ID: c\nText: y\n$$end_record\n");
        let text: String = (0..2000).map(record).collect();
        let load = |before: Option<&Trace>, len: usize| {
            Trace::load_after(before, vec![Input::from_bytes("log", &text.as_bytes()[..len])], &LoadOptions::default())
        };
        let before = load(None, text.len() - 5000);
        let settled = before.follow.settled.as_ref().unwrap();
        let (kept, end) = (settled.files[0].count, settled.files[0].end);
        assert!(kept > 1500 && end > text.len() as u64 / 2, "{kept} {end}");
        assert_eq!(load(Some(&before), text.len()).events.len(), 2000);
    }
}
