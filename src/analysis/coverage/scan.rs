//! One walk over the records of an input: where its times and numbers stop to follow each other.

use super::numbers::Numbers;
use super::outside;
use super::stream::Stream;
use super::{Hole, Step, Stretch};
use crate::analysis::servers::Servers;
use crate::span::FileId;
use crate::trace::{Event, EventId, Source, Trace};

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

/// Reads the events of one input, whose first has the number `base`.
pub(super) fn scan(trace: &Trace, servers: &Servers, base: u32, events: &[Event]) -> Scan {
    let cls = events.first().and_then(|e| trace.sources().get(e.file.index())).is_some_and(|s| s.cls);
    // The first record may have lost its name; in an input of one server all is that server's.
    let only = events.first().and_then(|e| trace.sources().get(e.file.index())).and_then(Source::only_server);
    let symbol_of = |event: &Event| only.or_else(|| event.server());
    let numbers = Numbers::of(events);
    let timeless = events.iter().all(|e| e.time().is_none());
    let outside = outside::lines(trace, events);
    let mut lines = outside.iter().peekable();
    let mut streams: Vec<Stream> = Vec::new();
    // Lines ahead of the first record of a server.
    let mut early: Vec<(Option<crate::trace::Symbol>, u32)> = Vec::new();
    let mut out = Scan::default();
    for (i, event) in events.iter().enumerate() {
        while let Some(line) = lines.next_if(|l| l.before <= i) {
            if let Some(stream) = streams.iter_mut().find(|s| s.symbol == line.server) {
                stream.lines(line.count, line.informs);
            } else if let Some((_, count)) = early.iter_mut().find(|(server, _)| *server == line.server) {
                *count = count.saturating_add(line.count);
            } else if early.len() < 64 {
                early.push((line.server, line.count));
            }
        }
        let server = servers.of(event);
        let known = streams.iter_mut().find(|s| s.server == server);
        if event.is_copy() {
            // What stands between copies is a copy, too.
            if let Some(stream) = known {
                stream.copy();
            } else {
                early.retain(|(symbol, _)| *symbol != symbol_of(event));
                early.push((symbol_of(event), outside::COPIED));
            }
            continue;
        }
        if event.time().is_none() && !timeless {
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
                stream.lines(outside::swallowed(trace, before, stream.symbol), false);
            }
            stream.take(id, event, number, cls, &mut out.steps);
        } else {
            let symbol = symbol_of(event);
            let lines = early.iter().find(|(s, _)| *s == symbol).map_or(0, |(_, n)| *n);
            streams.push(Stream::new((server, symbol), event, id, numbers.of_event(event), lines));
        }
    }
    for line in lines {
        if let Some(stream) = streams.iter_mut().find(|s| s.symbol == line.server) {
            stream.lines(line.count, line.informs);
        }
    }
    let tail = outside::tail(trace, events);
    let file = events.first().map(|e| e.file);
    for stream in streams {
        if stream.finish(&tail, &mut out) {
            out.filtered = file;
        }
    }
    out
}
