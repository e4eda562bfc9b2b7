//! One walk over the records of an input: where its times and numbers stop to follow each other.

use super::outside;
use super::{Hole, HoleKind, Step, Stretch};
use crate::analysis::servers::{ServerId, Servers};
use crate::span::FileId;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Symbol, Trace};

/// What one input tells.
#[derive(Debug, Default)]
pub(super) struct Scan {
    pub(super) stretches: Vec<Stretch>,
    pub(super) holes: Vec<Hole>,
    pub(super) steps: Vec<Step>,
    pub(super) filtered: Option<FileId>,
}

/// Numbers this close follow each other; processors flush their buffers out of order.
pub(super) const NEAR: u32 = 4_096;
/// Times may go back this much for the same reason.
const DISORDER_MS: i64 = 2_000;
/// A silence is a hole when it is this long, in milliseconds, and this many times the usual.
const SILENCE: (i64, i64) = (300_000, 100);
/// The same where the numbers go on: a busy server that says nothing for so long had its clock set ahead.
const JUMP: (i64, i64) = (600_000, 1_000);
/// What the logging service keeps per second and component.
const THROTTLE: u32 = 5_000;
/// With this many gaps, and behind more than one in so many records, the numbers prove nothing.
const FILTERED: (usize, usize) = (3, 20);
/// How many gaps may still be filled by records that come late.
const OPEN_GAPS: usize = 64;

/// The records of one server in one input, as far as they were read.
struct Stream {
    server: ServerId,
    symbol: Option<Symbol>,
    first: EventId,
    last: EventId,
    last_time: Timestamp,
    highest: u32,
    records: usize,
    start_time: Timestamp,
    /// Component lines since the last record.
    pending: u32,
    second: (i64, u32),
    gaps: Vec<Gap>,
    /// Ends of stretches that no number decides: what the time alone says.
    breaks: Vec<Hole>,
    silences: Vec<(i64, Hole)>,
}

/// Numbers that are missing between two records.
struct Gap {
    hole: Hole,
    low: u32,
    high: u32,
    missing: u64,
    throttled: bool,
}

/// Reads the events of one input, whose first has the number `base`.
pub(super) fn scan(trace: &Trace, servers: &Servers, base: u32, events: &[Event]) -> Scan {
    let cls = events.first().and_then(|e| trace.sources().get(e.file.index())).is_some_and(|s| s.cls);
    let outside = outside::lines(trace, events);
    let mut lines = outside.iter().peekable();
    let mut streams: Vec<Stream> = Vec::new();
    let mut out = Scan::default();
    for (i, event) in events.iter().enumerate() {
        while let Some(line) = lines.next_if(|l| l.before <= i) {
            if let Some(stream) = streams.iter_mut().find(|s| s.symbol == line.server) {
                stream.pending = stream.pending.saturating_add(line.count);
            }
        }
        let Some(time) = event.time().filter(|_| !event.is_copy()) else { continue };
        let id = EventId(base + u32::try_from(i).unwrap_or(0));
        let server = servers.of(event);
        match streams.iter_mut().find(|s| s.server == server) {
            Some(stream) => stream.take(id, event, time, cls, &mut out.steps),
            None => streams.push(Stream::new(server, event, id, time)),
        }
    }
    let file = events.first().map(|e| e.file);
    for stream in streams {
        if stream.finish(&mut out) {
            out.filtered = file;
        }
    }
    out
}

impl Stream {
    fn new(server: ServerId, event: &Event, id: EventId, time: Timestamp) -> Stream {
        Stream {
            server,
            symbol: event.server(),
            first: id,
            last: id,
            last_time: time,
            highest: event.seq,
            records: 1,
            start_time: time,
            pending: 0,
            second: (time.0.div_euclid(1000), 1),
            gaps: Vec::new(),
            breaks: Vec::new(),
            silences: Vec::new(),
        }
    }

    fn take(&mut self, id: EventId, event: &Event, time: Timestamp, cls: bool, steps: &mut Vec<Step>) {
        let (server, after) = (self.server, self.last);
        let hole = |kind| Hole { server, kind, after, before: id };
        let passed = time.since(self.last_time);
        let numbered = event.seq > 0 && self.highest > 0;
        let ahead = event.seq.wrapping_sub(self.highest);
        let behind = self.highest.wrapping_sub(event.seq);
        let follows = numbered && (1..=NEAR).contains(&ahead);
        let late = numbered && behind < NEAR;
        let throttled = cls && self.second.1.saturating_add(self.pending) >= THROTTLE;
        if passed < -DISORDER_MS && follows {
            steps.push(Step { server: self.server, at: id, by_ms: passed });
        } else if passed < -DISORDER_MS {
            self.breaks.push(hole(HoleKind::Rewind));
        } else if numbered && !late && event.seq < self.highest {
            self.breaks.push(hole(HoleKind::Restart));
        } else if numbered && event.seq > self.highest {
            let missing = u64::from(ahead - 1).saturating_sub(u64::from(self.pending));
            if missing > 0 {
                let (low, high) = (self.highest, event.seq);
                self.gaps.push(Gap { hole: hole(HoleKind::Sequence(missing)), low, high, missing, throttled });
            }
        } else if late {
            self.fill(event.seq);
        } else if throttled && time.0.div_euclid(1000) != self.second.0 {
            self.breaks.push(hole(HoleKind::Throttled));
        }
        if passed >= SILENCE.0 {
            self.silences.push((passed, hole(HoleKind::Silence)));
        }
        let restarted = self.breaks.last().is_some_and(|b| b.before == id);
        self.highest = if restarted { event.seq } else { self.highest.max(event.seq) };
        let second = time.0.div_euclid(1000);
        let lines = 1 + self.pending;
        self.second =
            if second == self.second.0 { (second, self.second.1.saturating_add(lines)) } else { (second, lines) };
        (self.last, self.last_time, self.pending) = (id, time, 0);
        self.records += 1;
    }

    /// A record that comes late was not missing.
    fn fill(&mut self, seq: u32) {
        if let Some(gap) = self.gaps.iter_mut().rev().take(OPEN_GAPS).find(|g| seq > g.low && seq < g.high) {
            gap.missing = gap.missing.saturating_sub(1);
        }
    }

    /// Cuts the records at the holes. Returns whether the numbers prove nothing.
    fn finish(self, out: &mut Scan) -> bool {
        let mut gaps = self.gaps;
        gaps.retain(|g| g.missing > 0);
        let numbered = self.highest > 0;
        let filtered = gaps.len() >= FILTERED.0 && gaps.len() * FILTERED.1 > self.records;
        let mut holes = self.breaks;
        if !filtered {
            holes.extend(gaps.into_iter().map(|g| Hole {
                kind: if g.throttled { HoleKind::Throttled } else { HoleKind::Sequence(g.missing) },
                ..g.hole
            }));
        }
        let usual = self.last_time.since(self.start_time) / i64::try_from(self.records).unwrap_or(i64::MAX).max(1);
        let (least, times) = if filtered || !numbered { SILENCE } else { JUMP };
        let silent = |ms: i64| ms >= least && ms >= usual.saturating_mul(times);
        holes.extend(self.silences.into_iter().filter(|(ms, _)| silent(*ms)).map(|(_, hole)| hole));
        holes.sort_by_key(|h| h.before);
        holes.dedup_by_key(|h| h.before);
        let mut first = self.first;
        for hole in &holes {
            out.stretches.push(Stretch { server: self.server, first, last: hole.after, next: None });
            first = hole.before;
        }
        out.stretches.push(Stretch { server: self.server, first, last: self.last, next: None });
        out.holes.extend(holes);
        filtered
    }
}
