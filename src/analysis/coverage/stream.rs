//! The records of one server in one input, as far as they were read.

use super::gap::{COPIED, TailLine};
use super::scan::Scan;
use super::set::ahead_and_back;
use super::usual::Usual;
use super::{Hole, HoleKind, Step, Stretch};
use crate::analysis::servers::ServerId;
use crate::record::RecordKind;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Symbol};

/// Numbers this close follow each other; processors flush their buffers out of order.
const NEAR: u32 = 4_096;
/// Times may go back this much for the same reason.
const DISORDER_MS: i64 = 2_000;
/// Times of records that follow each other by number go back by less than this, as threads race.
const RACE_MS: i64 = 50;
/// Winter time begins: a clock goes back by this. Between the two records that show it less than the second passed.
const HOUR_MS: (i64, i64) = (3_600_000, 60_000);
/// A silence is a hole when it is this long, in milliseconds, and this many times the usual.
const SILENCE: (i64, i64) = (300_000, 100);
/// The same where the numbers go on: a busy server that says nothing for so long had its clock set ahead.
const JUMP: (i64, i64) = (600_000, 1_000);
/// What the logging service keeps per second and component.
const THROTTLE: u32 = 5_000;
/// With this many gaps, and behind more than one in so many records, the numbers prove nothing.
const FILTERED: (usize, usize) = (3, 3);
/// How many gaps may still be filled by records that come late.
const OPEN_GAPS: usize = 64;
/// So few of them are enough where the server says nothing of messages for far longer than usual.
const FEW_OTHERS: u32 = 3;
/// So many records other than messages, and warnings, in a row, in so many milliseconds, and no message: messages were
/// not traced.
const LEVEL: (u32, i64) = (5, 5_000);

#[derive(Clone, Debug)]
pub(super) struct Stream {
    pub(super) server: ServerId,
    pub(super) symbol: Option<Symbol>,
    first: EventId,
    first_number: u32,
    /// Component lines ahead of the first record.
    head_lines: u32,
    last: EventId,
    last_time: Option<Timestamp>,
    highest: u32,
    records: usize,
    start_time: Option<Timestamp>,
    /// Component lines since the last record.
    pending: u32,
    second: (i64, u32),
    gaps: Vec<Gap>,
    /// Ends of stretches that no number decides: what the time alone says.
    breaks: Vec<Cut>,
    silences: Vec<(i64, Cut)>,
    usual: Usual,
    /// A time that went back a little: by how much, and the time before.
    perhaps: Option<(Step, Timestamp)>,
    /// The last message with its number; how long ago it was, however the clock was set back since, and the records of
    /// other kinds since.
    message: Option<(EventId, u32)>,
    no_message_ms: i64,
    others: u32,
    /// The most of them in a row, when a line of the level that messages have came between.
    most_others: u32,
    /// How long it usually says nothing of messages, and the holes where it said other things only.
    usual_messages: Usual,
    silenced: Vec<Cut>,
    copied: bool,
}

/// Where one stretch ends and another begins.
#[derive(Clone, Copy, Debug)]
struct Cut {
    hole: Hole,
    /// Highest number before, and the number behind.
    low: u32,
    high: u32,
    /// Component lines between.
    lines: u32,
}

/// Numbers that are missing between two records.
#[derive(Clone, Debug)]
struct Gap {
    cut: Cut,
    missing: u64,
    throttled: bool,
}

impl Stream {
    pub(super) fn new(
        (server, symbol): (ServerId, Option<Symbol>),
        event: &Event,
        id: EventId,
        number: u32,
        head_lines: u32,
    ) -> Stream {
        let time = event.time();
        Stream {
            server,
            symbol,
            first: id,
            first_number: number,
            head_lines,
            last: id,
            last_time: time,
            highest: number,
            records: 1,
            start_time: time,
            pending: 0,
            second: (time.map_or(0, second), 1),
            gaps: Vec::new(),
            breaks: Vec::new(),
            silences: Vec::new(),
            usual: Usual::default(),
            perhaps: None,
            message: (event.kind == RecordKind::Protocol).then_some((id, number)),
            no_message_ms: 0,
            others: 0,
            most_others: 0,
            usual_messages: Usual::default(),
            silenced: Vec::new(),
            copied: false,
        }
    }

    /// Component lines behind the last record.
    pub(super) fn lines(&mut self, count: u32, informs: bool) {
        self.pending = self.pending.saturating_add(count);
        if informs {
            self.most_others = self.most_others.max(self.others);
            self.others = 0;
        } else {
            self.others = self.others.saturating_add(count);
        }
    }

    /// Whether numbers are missing ahead of this one.
    pub(super) fn misses(&self, number: u32) -> bool {
        let ahead = number.wrapping_sub(self.highest);
        number > 0 && self.highest > 0 && (2..=NEAR).contains(&ahead) && ahead - 1 > self.pending
    }

    /// A record that counts elsewhere.
    pub(super) fn copy(&mut self) {
        (self.pending, self.copied) = (0, true);
    }

    pub(super) fn take(&mut self, id: EventId, event: &Event, number: u32, cls: bool, steps: &mut Vec<Step>) {
        self.symbol = self.symbol.or_else(|| event.server());
        let time = event.time();
        let (server, after, low, lines) = (self.server, self.last, self.highest, self.pending);
        let cut = |kind| Cut { hole: Hole { server, kind, after, before: id }, low, high: number, lines };
        let passed = time.zip(self.last_time).map_or(0, |(now, last)| now.since(last));
        let numbered = number > 0 && self.highest > 0;
        let ahead = number.wrapping_sub(self.highest);
        let follows = numbered && (1..=NEAR).contains(&ahead);
        let late = numbered && self.highest.wrapping_sub(number) < NEAR;
        let throttled = cls && self.second.1.saturating_add(self.pending) >= THROTTLE;
        self.settle(time, steps);
        let missing = u64::from(ahead.wrapping_sub(1)).saturating_sub(u64::from(self.pending));
        if passed < -DISORDER_MS && follows {
            steps.push(Step { server, at: id, by_ms: set_by(passed) });
            if missing > 0 {
                self.gaps.push(Gap { cut: cut(HoleKind::Sequence(missing)), missing, throttled });
            }
        } else if passed < -DISORDER_MS {
            self.breaks.push(cut(HoleKind::Rewind));
        } else if numbered && !late && number < self.highest {
            self.breaks.push(cut(HoleKind::Restart));
        } else if numbered && number > self.highest {
            if missing > 0 {
                let cut = cut(HoleKind::Sequence(missing));
                self.gaps.push(Gap { cut, missing, throttled });
            } else {
                self.usual.add(id, passed);
            }
            if passed < -RACE_MS
                && let Some(before) = self.last_time
            {
                self.perhaps = Some((Step { server, at: id, by_ms: passed }, before));
            }
        } else if late {
            self.fill(number);
        } else if throttled && time.map(second) != Some(self.second.0) {
            self.breaks.push(cut(HoleKind::Throttled));
        }
        if passed >= SILENCE.0 {
            self.silences.push((passed, cut(HoleKind::Silence)));
        }
        let restarted = self.breaks.last().is_some_and(|b| b.hole.before == id);
        self.no_message_ms = self.no_message_ms.saturating_add(passed.max(0));
        self.note_message(id, event, number);
        self.highest = if restarted { number } else { self.highest.max(number) };
        let now = time.map_or(0, second);
        let lines = self.pending.saturating_add(1);
        self.second = if now == self.second.0 { (now, self.second.1.saturating_add(lines)) } else { (now, lines) };
        (self.last, self.last_time, self.pending) = (id, time.or(self.last_time), 0);
        self.records += 1;
    }

    /// A time that went back a little and stays back is a clock that was set; one late record is not.
    fn settle(&mut self, time: Option<Timestamp>, steps: &mut Vec<Step>) {
        if let Some((step, before)) = self.perhaps.take()
            && time.is_some_and(|t| t < before)
        {
            steps.push(step);
        }
    }

    fn note_message(&mut self, id: EventId, event: &Event, number: u32) {
        if event.kind != RecordKind::Protocol {
            self.others += 1;
            return;
        }
        if let Some((after, low)) = self.message.replace((id, number)) {
            let passed = self.no_message_ms;
            let hole = Hole { server: self.server, kind: HoleKind::Level, after, before: id };
            let cut = Cut { hole, low, high: number, lines: 0 };
            self.usual_messages.add(id, passed);
            let others = self.most_others.max(self.others);
            if others >= LEVEL.0 && passed >= LEVEL.1 {
                self.breaks.push(cut);
            } else if others >= FEW_OTHERS {
                self.silenced.push(cut);
            }
        }
        (self.others, self.most_others, self.no_message_ms) = (0, 0, 0);
    }

    /// A record that comes late was not missing.
    fn fill(&mut self, number: u32) {
        let mut open = self.gaps.iter_mut().rev().take(OPEN_GAPS);
        if let Some(gap) = open.find(|g| number > g.cut.low && number < g.cut.high) {
            gap.missing = gap.missing.saturating_sub(1);
        }
    }

    /// Cuts the records at the holes; `tail` has the server's lines behind its last record. Returns whether the numbers
    /// prove nothing.
    pub(super) fn finish(self, tail: &[TailLine], out: &mut Scan) -> bool {
        let mut gaps = self.gaps;
        gaps.retain(|g| g.missing > 0);
        let numbered = self.highest > 0;
        let filtered = gaps.len() >= FILTERED.0 && gaps.len() * FILTERED.1 > self.records;
        let mut cuts = self.breaks;
        if !filtered {
            cuts.extend(gaps.into_iter().map(|g| {
                let kind = if g.throttled { HoleKind::Throttled } else { HoleKind::Sequence(g.missing) };
                Cut { hole: Hole { kind, ..g.cut.hole }, ..g.cut }
            }));
        }
        let span = self.last_time.zip(self.start_time).map_or(0, |(last, first)| last.since(first));
        let usual = span / i64::try_from(self.records).unwrap_or(i64::MAX).max(1);
        let (shortest, times) = if filtered || !numbered { SILENCE } else { JUMP };
        let silent = |ms: i64| ms >= shortest && ms >= usual.saturating_mul(times);
        cuts.extend(self.silences.into_iter().filter(|(ms, _)| silent(*ms)).map(|(_, cut)| cut));
        let long: Vec<EventId> = self.usual_messages.unusual().map(|(id, _)| id).collect();
        cuts.extend(self.silenced.into_iter().filter(|c| long.binary_search(&c.hole.before).is_ok()));
        // A wider hole holds the smaller ones.
        cuts.sort_by_key(|c| (c.hole.after, std::cmp::Reverse(c.hole.before)));
        let mut first = Edge { id: self.first, number: self.first_number, lines: self.head_lines };
        let copied = self.copied || self.head_lines == COPIED;
        let stretch = |first: Edge, last: Edge| Stretch {
            server: self.server,
            first: first.id,
            last: last.id,
            until: None,
            numbers: (numbered && !filtered && first.number > 0 && last.number > 0)
                .then_some((first.number, last.number)),
            lines: (first.lines, last.lines),
            copied,
            chain: 0,
        };
        for cut in cuts {
            if cut.hole.after < first.id {
                continue;
            }
            let last = Edge { id: cut.hole.after, number: cut.low, lines: cut.lines };
            out.stretches.push(stretch(first, last));
            out.holes.push(cut.hole);
            first = Edge { id: cut.hole.before, number: cut.high, lines: cut.lines };
        }
        let last = Edge { id: self.last, number: self.highest, lines: self.pending };
        let until = self.last_time.and_then(|time| until(tail, self.highest, time));
        out.stretches.push(Stretch { until, ..stretch(first, last) });
        let step = |(at, by_ms)| Step { server: self.server, at, by_ms };
        let set = ahead_and_back(self.usual.long().map(step), &out.steps, self.server);
        out.jumps.extend(self.usual.unusual().map(step).filter(|j| set.iter().all(|s| s.at != j.at)));
        out.steps.extend(set);
        filtered
    }
}

/// By how much a clock was set whose times went back: the time between the two records is not known, but where it is
/// winter time that begins.
fn set_by(passed: i64) -> i64 {
    let (hour, between) = HOUR_MS;
    if (-hour..between - hour).contains(&passed) { -hour } else { passed }
}

/// One end of a stretch.
#[derive(Clone, Copy)]
struct Edge {
    id: EventId,
    number: u32,
    lines: u32,
}

fn second(time: Timestamp) -> i64 {
    time.0.div_euclid(1000)
}

/// Until when lines behind the last record show that messages would have been traced: as long as their numbers go on.
fn until(own: &[TailLine], last: u32, time: Timestamp) -> Option<Timestamp> {
    let on = own.iter().scan((last, time), |(number, before), line| {
        let follows = line.seq.wrapping_sub(*number) == 1 && line.time >= *before;
        (*number, *before) = (line.seq, line.time);
        follows.then_some(line)
    });
    on.filter(|l| l.informs).last().map(|l| l.time)
}
