//! One walk over the records of an input: where its times and numbers stop to follow each other.

use std::iter::Peekable;

use hashbrown::HashMap;

use super::gap::{self, TailLine};
use super::numbers::Numbers;
use super::stream::Stream;
use super::{Hole, Step, Stretch};
use crate::analysis::servers::{ServerId, Servers};
use crate::span::FileId;
use crate::trace::{Event, EventId, Gap, Source, Symbol, Trace};

/// What one input tells.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) stretches: Vec<Stretch>,
    pub(super) holes: Vec<Hole>,
    pub(super) steps: Vec<Step>,
    /// Records ahead of which the time jumped far more than usual while the numbers went on, with the milliseconds.
    pub(super) jumps: Vec<Step>,
    pub(super) filtered: Option<FileId>,
}

/// How far the records of an input were read.
#[derive(Clone, Debug)]
pub(super) struct Walk {
    habits: Habits,
    /// How many of them.
    count: usize,
    streams: Streams,
    /// Lines ahead of the first record of a server.
    early: HashMap<Option<Symbol>, u32>,
    steps: Vec<Step>,
}

/// What is asked of all records of an input before any is read.
#[derive(Clone, Debug, PartialEq)]
struct Habits {
    cls: bool,
    /// The first record may have lost its name; in an input of one server all is that server's.
    only: Option<Symbol>,
    /// How many servers its prefixes name, and whether anything stands between records.
    names: (usize, bool),
    numbers: Numbers,
    timeless: bool,
}

impl Habits {
    fn of(trace: &Trace, events: &[Event]) -> Habits {
        let source = events.first().and_then(|e| trace.sources().get(e.file.index()));
        Habits {
            cls: source.is_some_and(|s| s.cls),
            only: source.and_then(Source::only_server),
            names: source.map_or((0, false), |s| (s.server_count(), s.lines_outside > 0)),
            numbers: Numbers::of(events),
            timeless: events.iter().all(|e| e.time().is_none()),
        }
    }
}

/// Reads the events of one input, whose first has the number `base`, going on from what was read of them before; and tells what can
/// be gone on from when the input has grown.
pub(super) fn scan(
    trace: &Trace,
    servers: &Servers,
    (base, events): (u32, &[Event]),
    before: Option<&Walk>,
) -> (Scan, Option<Walk>) {
    let habits = Habits::of(trace, events);
    let mut walk =
        before.filter(|walk| walk.habits == habits && walk.count <= events.len()).cloned().unwrap_or_else(|| {
            let (streams, early, steps) = Default::default();
            Walk { habits, count: 0, streams, early, steps }
        });
    let between = gap::lines(trace, base, events, walk.count);
    let mut lines = between.iter().peekable();
    let file = events.first().map(|e| e.file);
    let stays = file.and_then(|file| trace.settled_records(file)).map(|count| count.clamp(walk.count, events.len()));
    let mut settled = None;
    if let Some(count) = stays {
        walk.go_on(trace, servers, (base, events), count, &mut lines);
        settled = Some(walk.clone());
    }
    walk.go_on(trace, servers, (base, events), events.len(), &mut lines);
    for line in lines {
        if let Some(stream) = walk.streams.named(line.server) {
            stream.lines(line.count, line.informs);
        }
    }
    let mut out = Scan { steps: std::mem::take(&mut walk.steps), ..Scan::default() };
    let mut tail: HashMap<Option<Symbol>, Vec<TailLine>> = HashMap::new();
    for line in gap::tail(trace, events) {
        tail.entry(line.server).or_default().push(line);
    }
    let file = events.first().map(|e| e.file);
    for stream in walk.streams.all {
        let own = tail.get(&stream.symbol).map_or(&[][..], Vec::as_slice);
        if stream.finish(own, &mut out) {
            out.filtered = file;
        }
    }
    (out, settled)
}

impl Walk {
    /// Reads on up to a record.
    fn go_on<'l>(
        &mut self,
        trace: &Trace,
        servers: &Servers,
        (base, events): (u32, &[Event]),
        until: usize,
        lines: &mut Peekable<impl Iterator<Item = &'l Gap>>,
    ) {
        let Walk { habits: Habits { cls, only, numbers, timeless, .. }, count, streams, early, steps } = self;
        let symbol_of = |event: &Event| only.or_else(|| event.server());
        let from = std::mem::replace(count, until);
        for (i, event) in events.iter().enumerate().take(until).skip(from) {
            while let Some(line) = lines.next_if(|l| l.before <= i) {
                if let Some(stream) = streams.named(line.server) {
                    stream.lines(line.count, line.informs);
                } else {
                    let count = early.entry(line.server).or_default();
                    *count = count.saturating_add(line.count);
                }
            }
            let server = servers.of(event);
            let known = streams.of(server);
            if event.is_copy() {
                // What stands between copies is a copy, too.
                if let Some(stream) = known {
                    stream.copy();
                } else {
                    early.insert(symbol_of(event), gap::COPIED);
                }
                continue;
            }
            if event.time().is_none() && !*timeless {
                // Its prefix is lost, and the number in it.
                if let Some(stream) = known.filter(|_| event.seq == 0) {
                    stream.lines(1, false);
                }
                continue;
            }
            let id = EventId(base + u32::try_from(i).unwrap_or(0));
            if let Some(stream) = known {
                let number = numbers.of_event(event);
                // A record that lost its end holds the lines that followed it.
                if stream.misses(number)
                    && let Some(before) = i.checked_sub(1).and_then(|b| events.get(b))
                {
                    stream.lines(gap::swallowed(trace, before, stream.symbol), false);
                }
                let before = stream.symbol;
                stream.take(id, event, number, *cls, steps);
                let now = stream.symbol;
                streams.renamed(server, before, now);
            } else {
                let symbol = symbol_of(event);
                let lines = early.get(&symbol).copied().unwrap_or(0);
                streams.add(Stream::new((server, symbol), event, id, numbers.of_event(event), lines));
            }
        }
    }
}

/// The streams of one input, found by server and by the name in the prefix.
#[derive(Clone, Debug, Default)]
struct Streams {
    all: Vec<Stream>,
    servers: HashMap<ServerId, usize>,
    /// The last that was asked for: mostly the next record is of the same server.
    last: Option<(ServerId, usize)>,
    /// The first stream of each name.
    names: HashMap<Option<Symbol>, usize>,
}

impl Streams {
    fn of(&mut self, server: ServerId) -> Option<&mut Stream> {
        if self.last.is_none_or(|(last, _)| last != server) {
            self.last = self.servers.get(&server).map(|at| (server, *at));
        }
        self.last.and_then(|(_, at)| self.all.get_mut(at))
    }

    fn named(&mut self, name: Option<Symbol>) -> Option<&mut Stream> {
        self.names.get(&name).and_then(|at| self.all.get_mut(*at))
    }

    fn add(&mut self, stream: Stream) {
        self.servers.insert(stream.server, self.all.len());
        self.names.entry(stream.symbol).or_insert(self.all.len());
        self.all.push(stream);
    }

    /// A stream got its name with a record that has one.
    fn renamed(&mut self, server: ServerId, before: Option<Symbol>, now: Option<Symbol>) {
        if before != now
            && let Some(at) = self.servers.get(&server)
        {
            self.names.remove(&before);
            self.names.entry(now).or_insert(*at);
        }
    }
}
