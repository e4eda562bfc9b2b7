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

use std::collections::HashSet;
use std::hash::BuildHasher;

use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use rayon::prelude::*;

use super::intern::Interner;
use super::join::{Share, Together, settle_dates};
use super::kept::{Facts, Ties};
use super::lines::LineStarts;
use super::load::{LoadOptions, Progress, Reading};
use super::numbers::span;
use super::products::Finding;
use super::{Event, Problem, Source, Symbol, Trace, hasher};
use crate::foreign;
use crate::input::{Input, Sums};
use crate::record::{self, Mark, STRETCH};
use crate::span::{FileId, Span};

/// Bytes of a chunk of what was appended.
const CHUNK: usize = 16 * STRETCH;
/// So many bytes behind a record are looked at beyond what its length claims: the line of a terminator.
const BEHIND: u64 = 16 << 10;

/// What was read of logs before.
pub(super) struct Before<'b> {
    /// Bytes of each text.
    pub(super) lengths: Vec<usize>,
    pub(super) lines: &'b [LineStarts],
    /// Of [`STRETCH`] bytes each, as far as they are known.
    pub(super) sums: &'b [Sums],
    pub(super) events: &'b [Event],
    pub(super) symbols: &'b [Span],
    pub(super) words: &'b [u64],
    pub(super) products: Vec<Box<[u8]>>,
    pub(super) seed: u64,
    pub(super) sources: &'b [Source],
    pub(super) problems: &'b [Problem],
}

impl Trace {
    /// As [`Trace::load`], of inputs of which a trace was made when they were perhaps shorter: what stands in it is not read
    /// again where they go on as they were. That is told by their names, their beginning, the end of what was read, and places
    /// between; the other trace must have been made here, too.
    pub fn load_after(before: Option<&Trace>, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let same = |old: &Trace| {
            let go_on =
                |((a, b), ends): ((&Input, &Input), &u64)| a.name() == b.name() && b.ends_of(a.len()) == Some(*ends);
            old.inputs.len() == inputs.len()
                && old.ends.len() == inputs.len()
                && old.inputs.iter().zip(&inputs).zip(&old.ends).all(go_on)
        };
        let mut trace = match before.filter(|old| same(old)) {
            Some(old) => old.grown(inputs, options).unwrap_or_else(|inputs| Trace::load(inputs, options)),
            None => Trace::load(inputs, options),
        };
        trace.ends = trace.inputs.iter().map(|input| input.ends_of(input.len()).unwrap_or(0)).collect();
        trace
    }

    /// Reads inputs that hold what was read of them before, and more behind it. Whoever calls holds that the texts begin as
    /// they were.
    ///
    /// # Errors
    /// The inputs back where they must be read as a whole.
    pub(crate) fn grown(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        let intact = self.inputs.iter().all(|i| i.is_untouched() && i.intact_len() == i.len() as u64);
        if self.part.is_some() || self.stretch.is_some() || !intact {
            return Err(inputs);
        }
        let before = Before {
            lengths: self.inputs.iter().map(Input::len).collect(),
            lines: &self.lines,
            sums: &[],
            events: &self.events,
            symbols: &self.symbols,
            words: self.identities.words(),
            products: self.products.texts().map(Into::into).collect(),
            seed: self.seed,
            sources: &self.sources,
            problems: &self.problems,
        };
        before.grown(inputs, options)
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
            lengths,
            lines: &lines,
            sums: &sums,
            events: &events,
            symbols: &facts.symbols,
            words: &words,
            products: facts.product_texts(),
            seed: facts.seed,
            sources: &facts.sources,
            problems: &facts.problems,
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

    /// The records of an input, and the number of the first.
    fn own(&self, file: FileId) -> (usize, &[Event]) {
        let first = self.events.partition_point(|e| e.file < file);
        let end = self.events.partition_point(|e| e.file <= file);
        (first, self.events.get(first..end).unwrap_or_default())
    }

    /// How many records of an input stay, and where the last of them ends.
    fn kept(&self, file: FileId, len: u64) -> (usize, usize) {
        let own = self.own(file).1;
        let open = own.iter().position(|e| reach(e) > len).unwrap_or(own.len());
        // What stands between records may be the beginning of one that a whole record behind it has ended.
        let flaws: HashSet<u64> = self.problems.iter().filter(|p| p.file == file).map(|p| p.byte).collect();
        let behind = own.get(open..own.len().saturating_sub(1)).unwrap_or_default();
        let kept = if behind.iter().any(|e| !flaws.contains(&e.start)) { open } else { 0 };
        let end = kept.checked_sub(1).and_then(|last| own.get(last)).map_or(0, Event::end);
        (kept, usize::try_from(end).unwrap_or(0))
    }

    fn read(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let hasher = hasher::of(self.seed);
        let products = Finding::of(&self.products, &hasher);
        let text = |span: &Span| {
            let from = usize::try_from(span.start).unwrap_or(usize::MAX);
            let bytes = inputs.get(span.file.index()).map_or(&[][..], Input::bytes);
            bytes.get(from..from.saturating_add(span.len as usize)).unwrap_or_default()
        };
        // Names of servers come first.
        let first_call =
            self.events.iter().map(|e| e.call.0 as usize).min().unwrap_or(usize::MAX).min(self.symbols.len());
        let (names, calls) = self.symbols.split_at(first_call);
        let mut known = Interner::with_capacity(0);
        for span in names {
            known.intern(&hasher, text(span), *span);
        }
        let mut all = Together::new(known, self.words.to_vec());
        let (mut lines, mut starts) = (Vec::new(), Vec::new());
        for (i, input) in inputs.iter().enumerate() {
            let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
            let before = self.lengths.get(i).copied().unwrap_or(0);
            let (kept, end) = self.kept(file, before as u64);
            let mark = Mark { pos: end, behind: end };
            let sums = options.sums.then(|| self.sums.get(i).map_or(&[][..], |s| &s.each));
            let own_lines = self.lines.get(i).map_or_else(
                || LineStarts::new(input.len(), CHUNK),
                |lines| LineStarts::grown(lines, input.bytes(), (end / CHUNK, CHUNK), sums),
            );
            let reading = Reading { input, file, for_analysis: options.for_analysis, known: (&hasher, &products) };
            let (own, _) = reading.some(&own_lines, end / CHUNK..usize::MAX, mark, &|_| {});
            let stays = |p: &&Problem| p.file == file && p.byte < end as u64;
            all.problems.extend(self.problems.iter().filter(stays).cloned());
            let known = self.sources.get(i).map_or(0, |s| s.lines_outside).cast_signed();
            let outside = known + own.outside - outside_of(input.bytes().get(..before).unwrap_or_default(), mark);
            (options.progress)(Progress { done: input.len() as u64, total: input.len() as u64 });
            all.add(own, input, Share::All);
            starts.push((kept, outside, all.events.len()));
            lines.push(own_lines);
        }
        let Together { names, problems, events: new, mentions, words, .. } = all;
        let mut symbols = names.spans();
        let shift = u32::try_from(symbols.len().saturating_sub(first_call)).unwrap_or(u32::MAX);
        let base = symbols.len();
        let mut known: HashMap<u64, Symbol> = HashMap::new();
        if !new.is_empty() {
            let number = |at: usize| Symbol(u32::try_from(base + at).unwrap_or(u32::MAX));
            // Their texts stand all over the logs: each that is not at hand is waited for.
            let own = calls.par_iter().with_min_len(1 << 12).map(|span| hasher.hash_one(text(span)).max(1));
            let own: Vec<u64> = own.collect();
            known.extend(own.into_iter().enumerate().map(|(at, hash)| (hash, number(at))));
        }
        symbols.extend_from_slice(calls);
        let mut events: Vec<Event> = Vec::with_capacity(self.events.len() + new.len());
        let mut new = new.into_iter().zip(mentions);
        let mut sources = Vec::with_capacity(inputs.len());
        let mut before = 0;
        for (i, (kept, outside, end)) in starts.into_iter().enumerate() {
            let file = FileId(u32::try_from(i).unwrap_or(u32::MAX));
            let first = events.len();
            let stays = self.own(file).1.get(..kept).unwrap_or_default();
            events.par_extend(stays.par_iter().with_min_len(1 << 14).map(|e| again(e, shift)));
            for (mut event, call) in new.by_ref().take(end - std::mem::replace(&mut before, end)) {
                if call.hash != 0 {
                    event.call = match known.entry(call.hash) {
                        Entry::Occupied(known) => *known.get(),
                        Entry::Vacant(new) => {
                            symbols.push(span(&event, &call));
                            *new.insert(Symbol(u32::try_from(symbols.len() - 1).unwrap_or(u32::MAX)))
                        }
                    };
                }
                events.push(event);
            }
            let mut source = Source::of(events.get(first..).unwrap_or_default());
            source.lines_outside = u64::try_from(outside).unwrap_or(0);
            source.formats = inputs.get(i).map(Input::formats).unwrap_or_default();
            sources.push(source);
        }
        let given: Vec<&str> = inputs.iter().map(Input::name).collect();
        settle_dates(&mut events, &mut sources, &given);
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
            ends: Vec::new(),
            part: None,
            stretch: None,
        };
        trace.name_servers();
        trace.mark_copies();
        trace
    }
}

/// How far behind a record may be looked to find where it ends: a length that it claims is believed up to a multiple of what
/// it has (`Layout::longer_body`).
fn reach(event: &Event) -> u64 {
    event.end() + (u64::from(event.len) * 64).max(4096) + BEHIND
}

/// A record as it was read, whatever was concluded of it since.
fn again(event: &Event, shift: u32) -> Event {
    let call = if event.call == Symbol::NONE { event.call } else { Symbol(event.call.0.saturating_add(shift)) };
    Event { call, flags: event.flags & !Event::COPY, ..*event }
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
        let own = Before {
            lengths: vec![before.inputs[0].len()],
            lines: &before.lines,
            sums: &[],
            events: &before.events,
            symbols: &before.symbols,
            words: before.identities.words(),
            products: Vec::new(),
            seed: before.seed,
            sources: &before.sources,
            problems: &before.problems,
        };
        let (kept, end) = own.kept(FileId(0), before.inputs[0].len() as u64);
        assert!(kept > 1500 && end > text.len() / 2, "{kept} {end}");
        assert_eq!(load(Some(&before), text.len()).events.len(), 2000);
    }
}
