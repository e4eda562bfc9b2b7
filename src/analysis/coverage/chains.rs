//! Which stretches go on where others end: logs that roll over or wrap, and nothing else.

use super::{Coverage, HoleKind, Order, Stretch};
use crate::analysis::clocks::Clocks;
use crate::analysis::servers::{ServerId, Servers};
use crate::record::RecordKind;
use crate::time::Timestamp;
use crate::trace::{Event, EventId, Trace};

/// Stretches of one server without a hole between them.
#[derive(Clone, Debug, serde::Deserialize, serde::Serialize)]
pub(super) struct Chain {
    pub(super) server: ServerId,
    /// Numbers, or times and the absence of numbers, tell that nothing is missing.
    pub(super) proves: bool,
    /// The log of a client or gateway, or a capture: what it does not show may have been all the same.
    pub(super) foreign: bool,
    /// Its last record.
    pub(super) last: EventId,
    /// First record, and last record or component line that shows that messages are traced, as logged.
    logged: Option<Span>,
    /// The same on the clock of the reference.
    pub(super) span: Option<(Timestamp, Timestamp)>,
    /// The end of all that its server's log tells before it; on the clock of the reference.
    pub(super) before: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, serde::Deserialize, serde::Serialize)]
struct Span {
    first: EventId,
    start: Timestamp,
    last: EventId,
    end: Timestamp,
}

/// Records that are looked at for the first and the last message of a stretch.
const LOOK: usize = 4_096;
/// Without numbers, two inputs of one server follow each other where they meet within this.
const ROLLOVER_MS: i64 = 2_000;

impl Coverage {
    /// Ties stretches together that follow each other.
    pub(super) fn chain(&mut self, trace: &Trace, servers: &Servers) {
        let mut by_rank: Vec<(ServerId, Order, usize)> = Vec::with_capacity(self.stretches.len());
        by_rank
            .extend(self.stretches.iter().enumerate().map(|(i, s)| (s.server, self.ranks.order(s.server, s.first), i)));
        by_rank.sort_unstable();
        let mut before: Option<usize> = None;
        for (server, _, at) in by_rank {
            let Some(stretch) = self.stretches.get(at).copied() else { continue };
            let last = before.and_then(|b| self.stretches.get(b)).filter(|b| b.server == server);
            let goes_on = last.is_some_and(|last| self.goes_on(trace, last, &stretch));
            let spoken = spoken(trace, servers, &stretch);
            let foreign = servers.get(server).is_some_and(|s| s.foreign);
            match self.chains.last_mut().filter(|_| goes_on) {
                Some(chain) => {
                    chain.last = stretch.last;
                    chain.proves &= stretch.proves(trace) && !foreign;
                    chain.foreign |= foreign;
                    chain.logged = match (chain.logged, spoken) {
                        (Some(a), Some(b)) => Some(Span { last: b.last, end: b.end, ..a }),
                        (one, other) => one.or(other),
                    };
                }
                None => self.chains.push(Chain {
                    server,
                    proves: stretch.proves(trace) && !foreign,
                    foreign,
                    last: stretch.last,
                    logged: spoken,
                    span: None,
                    before: None,
                }),
            }
            if let Some(slot) = self.stretches.get_mut(at) {
                slot.chain = u32::try_from(self.chains.len().saturating_sub(1)).unwrap_or(0);
            }
            before = Some(at);
        }
    }

    /// Whether `b` goes on where `a` ends: the numbers between them are those of the component lines behind the one
    /// and ahead of the other. Without numbers only inputs that meet do.
    fn goes_on(&self, trace: &Trace, a: &Stretch, b: &Stretch) -> bool {
        let by_number = |(_, end): (u32, u32), (start, _): (u32, u32)| {
            let missing = start.wrapping_sub(end).wrapping_sub(1);
            let between = a.lines.1.saturating_add(b.lines.0);
            missing == between || b.copied && missing <= between
        };
        let hole = self.holes.binary_search_by_key(&(a.server, a.last), |h| (h.server, h.after)).ok();
        let hole = hole.and_then(|at| self.holes.get(at)).filter(|h| h.before == b.first);
        if hole.is_some_and(|h| h.kind != HoleKind::Rewind) {
            return false;
        }
        match (a.numbers, b.numbers) {
            (Some(ends), Some(starts)) => by_number(ends, starts),
            (None, None) => {
                let (end, start) = (trace.event(a.last), trace.event(b.first));
                let times = end.and_then(Event::time).zip(start.and_then(Event::time));
                end.map(|e| e.file) != start.map(|s| s.file)
                    && times.is_some_and(|(end, start)| start.since(end).abs() <= ROLLOVER_MS)
            }
            _ => false,
        }
    }

    /// Puts the chains on the clock of the reference.
    pub(in crate::analysis) fn settle(&mut self, trace: &Trace, clocks: &Clocks) {
        let servers = self.stretches.iter().map(|s| usize::from(s.server.0) + 1).max().unwrap_or(0);
        self.timed = vec![Vec::new(); servers];
        self.jumps = vec![Vec::new(); servers];
        for (number, chain) in (0..).zip(&mut self.chains) {
            chain.span = chain
                .logged
                .map(|s| (clocks.at(chain.server, s.first, s.start), clocks.at(chain.server, s.last, s.end)));
            if let Some(slot) = self.timed.get_mut(usize::from(chain.server.0)).filter(|_| chain.span.is_some()) {
                slot.push(number);
            }
        }
        let chains = &self.chains;
        let start = |c: &u32| chains.get(*c as usize).and_then(|c| c.span);
        for own in &mut self.timed {
            own.sort_by_key(start);
        }
        for own in &self.timed {
            let mut told = None;
            for chain in own {
                if let Some(chain) = self.chains.get_mut(*chain as usize) {
                    chain.before = told;
                    told = told.max(chain.span.map(|(_, end)| end));
                }
            }
        }
        for step in &self.unusual {
            let time = trace.event(step.at).and_then(Event::time).map(|t| clocks.at(step.server, step.at, t));
            if let (Some(time), Some(own)) = (time, self.jumps.get_mut(usize::from(step.server.0))) {
                own.push((time, step.by_ms));
            }
        }
        for own in &mut self.jumps {
            own.sort_unstable();
            let mut sum = 0;
            for (_, by_ms) in own {
                sum += *by_ms;
                *by_ms = sum;
            }
        }
    }
}

impl Stretch {
    /// Whether a record that is missing in it would be missed.
    fn proves(&self, trace: &Trace) -> bool {
        self.numbers.is_some() || trace.event(self.first).and_then(Event::time).is_some()
    }
}

/// From when to when a stretch speaks of messages: its first record, and the last message or the line behind it.
fn spoken(trace: &Trace, servers: &Servers, stretch: &Stretch) -> Option<Span> {
    let own = |id: EventId| trace.event(id).filter(|e| servers.of(e) == stretch.server && !e.is_copy());
    let timed = |id: EventId| Some((id, own(id).filter(|e| e.kind == RecordKind::Protocol)?.time()?));
    let ids = || (stretch.first.0..=stretch.last.0).map(EventId);
    let (first, start) = ids().take(LOOK).find_map(timed)?;
    let (last, end) = ids().rev().take(LOOK).find_map(timed)?;
    Some(Span { first, start, last, end: stretch.until.map_or(end, |until| until.max(end)) })
}
