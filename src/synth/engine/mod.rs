//! The model at work: sessions begin at the pace of a working day, and their records are written in order of time.

mod family;
mod known;
mod output;
mod tell;

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::io;

use super::faults::{Fault, Mix};
use super::log::ServerLog;
use super::place::{Node, Topology};
use super::rng::Rng;
use super::session::{Kept, Session};
use super::story::{self, StoryContext};
use super::truth::Truth;
use super::{Extent, Plan};
use family::{Family, ProofCase};

/// Kinds of sessions, of a hundred that begin.
const CALL: u32 = 30;
const VOICE_MAIL: u32 = 4;
const TEST: u32 = 1;
/// Bytes that one call and what goes on beside it take in all logs, to guess how many are needed.
const PER_CALL: u64 = 62_000;
/// A log is handed over when it has so many bytes.
const BLOCK: usize = 1 << 20;

struct Engine<'p> {
    plan: &'p Plan,
    topology: &'p Topology,
    logs: Vec<ServerLog>,
    ctx: StoryContext<'p>,
    rng: Rng,
    /// Chance of the stories: without any, the others draw what they always drew.
    tales: Rng,
    now: u64,
    /// Time of the next record, order of entry, slot of the session.
    queue: BinaryHeap<Reverse<(u64, u64, usize)>>,
    entered: u64,
    slots: Vec<Session>,
    free: Vec<usize>,
    families: Vec<Family>,
    free_families: Vec<usize>,
    calls: u64,
    handed: Vec<u64>,
    truth: Truth,
    /// What would prove the judgements of the calls and of the pushes of the truth that may be unsure.
    call_proofs: Vec<ProofCase>,
    push_proofs: Vec<ProofCase>,
    /// When pushes came in at the Edge.
    at_edge: Vec<u64>,
}

/// Runs a plan.
pub(super) fn run(plan: &Plan, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<Truth> {
    let topology = plan.topology();
    let wishes: Vec<(&'static Fault, u32)> = plan.faults.iter().map(|w| (w.0, w.1)).collect();
    let logs: Vec<ServerLog> =
        topology.machines.iter().enumerate().map(|(n, machine)| ServerLog::new(plan, n, machine)).collect();
    let ctx = StoryContext::new(Rng::new(plan.seed, 1), &topology, Mix::new(&wishes));
    let handed = vec![0; logs.len()];
    let mut engine = Engine {
        plan,
        topology: &topology,
        logs,
        ctx,
        rng: Rng::new(plan.seed, 2),
        tales: Rng::new(plan.seed, 3),
        now: 0,
        queue: BinaryHeap::new(),
        entered: 0,
        slots: Vec::new(),
        free: Vec::new(),
        families: Vec::new(),
        free_families: Vec::new(),
        calls: 0,
        handed,
        truth: Truth::default(),
        call_proofs: Vec::new(),
        push_proofs: Vec::new(),
        at_edge: Vec::new(),
    };
    engine.traffic(sink)?;
    if plan.gaps_ppm == 0 {
        engine.drain(sink)?;
    } else {
        // The logs are saved in the middle of the day.
        engine.stop();
    }
    for number in 0..engine.logs.len() {
        engine.hand_over(number, sink)?;
    }
    Ok(engine.finish())
}

impl Engine<'_> {
    /// Sessions begin until there are enough.
    fn traffic(&mut self, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let (calls, bytes) = match self.plan.extent {
            Extent::Calls(calls) => (calls, u64::MAX),
            Extent::Bytes(bytes) => (bytes / PER_CALL + 1, bytes),
        };
        // Twenty minutes of traffic, unless that is too much or too little for a working day.
        let micros = (1_200_000_000 * u64::from(CALL) / 100 / calls.max(1)).clamp(12_000, 6_000_000);
        let mut next = 0;
        let written =
            |e: &Engine<'_>| e.handed.iter().sum::<u64>() + e.logs.iter().map(|l| l.out.len() as u64).sum::<u64>();
        let mut estimate = 0;
        while match self.plan.extent {
            Extent::Calls(calls) => self.calls < calls,
            Extent::Bytes(_) => estimate < bytes,
        } {
            let longest = u32::try_from(2 * micros).unwrap_or(u32::MAX);
            next += u64::from(self.rng.below(longest));
            self.run_until(next / 1000, sink)?;
            self.now = next / 1000;
            self.arrive();
            // What runs will still write about half of what it has to say.
            estimate = written(self) + 15_000 * self.open() / 2;
        }
        self.run_until(self.now + 1, sink)
    }

    fn open(&self) -> u64 {
        (self.slots.len() - self.free.len()) as u64
    }

    fn arrive(&mut self) {
        let draw = self.rng.below(100);
        if draw < CALL && self.tell() {
        } else if draw < CALL {
            self.call(self.now, None, None);
        } else if draw < CALL + VOICE_MAIL {
            self.lone_push(false);
        } else if draw < CALL + VOICE_MAIL + TEST {
            self.lone_push(true);
        } else {
            self.routine(None);
        }
    }

    /// Everything that runs comes to its end, and the servers are watched a little longer.
    fn drain(&mut self, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<()> {
        let mut more = 4;
        while more > 0 {
            more = if self.queue.is_empty() { more - 1 } else { 4 };
            for server in 0..self.topology.edge() {
                self.routine(Some(server));
            }
            if self.topology.second_edge() > self.topology.edge() {
                self.ping_second_edge();
            }
            self.run_until(self.now + 5_000, sink)?;
            self.now += 5_000;
        }
        self.run_until(u64::MAX, sink)
    }

    /// Whatever still runs stays without an end.
    fn stop(&mut self) {
        for index in 0..self.families.len() {
            if self.families[index].open > 0 {
                self.families[index].torn = true;
                self.close(index);
            }
        }
    }

    fn run_until(&mut self, end: u64, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<()> {
        while let Some(Reverse((time, _, slot))) = self.queue.peek().copied() {
            if time >= end {
                break;
            }
            self.queue.pop();
            self.now = time;
            if let Some(number) = self.record(slot)
                && self.logs[number].out.len() >= BLOCK
            {
                self.hand_over(number, sink)?;
            }
        }
        Ok(())
    }

    /// Writes the next record of a session; returns the log it stands in.
    fn record(&mut self, slot: usize) -> Option<usize> {
        let session = &mut self.slots[slot];
        let Some(rec) = session.recs.get(session.next).copied() else {
            self.end(slot);
            return None;
        };
        session.next += 1;
        let flight = &session.flights[usize::from(rec.flight)];
        let Node::Server(number) = session.node(flight.leg, rec.node) else { return None };
        let number = usize::from(number);
        let kept = self.logs[number].write(self.topology, session, rec, self.now);
        session.kept.push(kept);
        if session.mcx > 0 && rec.incoming && flight.status == 0 && number == usize::from(self.topology.edge()) {
            self.at_edge.push(self.now);
        }
        if let Some(family) = session.family.and_then(|f| self.families.get_mut(f)) {
            family.torn |= kept != Kept::Whole;
            if let Some((_, _, seen)) = family.telltale.as_mut().filter(|t| t.0 == slot && t.1 == rec.flight) {
                *seen |= kept == Kept::Whole;
            }
        }
        session.written += u32::from(kept != Kept::Lost);
        self.enqueue(slot);
        Some(number)
    }

    fn enqueue(&mut self, slot: usize) {
        let session = &self.slots[slot];
        let at = session.recs.get(session.next).map_or(session.hold, |r| r.at);
        self.entered += 1;
        self.queue.push(Reverse((session.start + u64::from(at), self.entered, slot)));
    }

    fn end(&mut self, slot: usize) {
        let (family, end) = (self.slots[slot].family, self.slots[slot].start + u64::from(self.slots[slot].hold));
        if let Some(index) = family {
            let family = &mut self.families[index];
            family.open -= 1;
            family.end = family.end.max(end);
            if family.open == 0 {
                self.close(index);
            }
        }
        // A family reads the counts of its sessions when it closes: only then are they free.
        if family.is_none() {
            self.free.push(slot);
        }
    }

    /// An unused session.
    fn slot(&mut self, start: u64) -> usize {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(Session::blank());
            self.slots.len() - 1
        });
        let key = self.rng.next();
        self.slots[slot].reset(key, start);
        slot
    }

    fn routine(&mut self, ping: Option<u8>) {
        let slot = self.slot(self.now);
        story::routine(&mut self.ctx, &mut self.slots[slot], ping);
        self.enqueue(slot);
    }
}
