//! The model at work: sessions begin at the pace of a working day, and their records are written in order of time.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io;

use super::faults::{Fault, Mix};
use super::log::{Kept, ServerLog};
use super::place::{Node, Topology};
use super::rng::Rng;
use super::session::Session;
use super::story::{self, Teller, Told};
use super::truth::{self, Truth};
use super::{Extent, Plan, address, encode};
use crate::analysis::Link;

/// Kinds of sessions, of a hundred that begin.
const CALL: u32 = 30;
const VOICE_MAIL: u32 = 4;
const TEST: u32 = 1;
/// Bytes that one call and what goes on beside it take in all logs, to guess how many are needed.
const PER_CALL: u64 = 62_000;
/// A log is handed over when it has so many bytes.
const BLOCK: usize = 1 << 20;
/// What happens this long before or after a hole cannot be told from what happens inside: clocks and buffers.
const MARGIN: u64 = 100;

/// Calls and pushes that depend on each other: what the logs know of one depends on the records of all.
#[derive(Debug, Default)]
struct Family {
    open: u32,
    start: u64,
    end: u64,
    /// A bit for every server that has to do with it.
    servers: u32,
    torn: bool,
    calls: Vec<(truth::Call, usize, u32)>,
    pushes: Vec<(truth::Push, usize, u32)>,
    /// Flight of a call that tells that media failed, and whether a record of it is there.
    telltale: Option<(usize, u16, bool)>,
}

struct Engine<'p> {
    plan: &'p Plan,
    topology: &'p Topology,
    logs: Vec<ServerLog>,
    teller: Teller<'p>,
    rng: Rng,
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
}

/// Runs a plan.
pub(super) fn run(plan: &Plan, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<Truth> {
    let topology = Topology::new(plan.servers);
    let wishes: Vec<(&'static Fault, u32)> = plan.faults.iter().map(|w| (w.0, w.1)).collect();
    let logs: Vec<ServerLog> =
        topology.machines.iter().enumerate().map(|(n, machine)| ServerLog::new(plan, n, machine)).collect();
    let teller = Teller::new(Rng::new(plan.seed, 1), &topology, Mix::new(&wishes));
    let handed = vec![0; logs.len()];
    let mut engine = Engine {
        plan,
        topology: &topology,
        logs,
        teller,
        rng: Rng::new(plan.seed, 2),
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
        if draw < CALL {
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

    fn family(&mut self, start: u64) -> usize {
        let index = self.free_families.pop().unwrap_or_else(|| {
            self.families.push(Family::default());
            self.families.len() - 1
        });
        self.families[index] = Family { start, ..Family::default() };
        index
    }

    /// Takes a session into a family and starts it.
    fn join(&mut self, slot: usize, family: usize) {
        let session = &mut self.slots[slot];
        session.family = Some(family);
        let mut servers = 0;
        for path in &session.paths {
            for at in 0..=path.last() {
                if let Node::Server(n) = path.node(at) {
                    servers |= 1_u32 << n;
                }
            }
        }
        let family = &mut self.families[family];
        family.servers |= servers;
        family.open += 1;
        self.enqueue(slot);
    }

    /// A call, the push it causes, and perhaps another call to the same user.
    fn call(&mut self, start: u64, family: Option<usize>, callee: Option<u32>) {
        self.calls += 1;
        let slot = self.slot(start);
        let told = story::call(&mut self.teller, &mut self.slots[slot], callee);
        let family = family.unwrap_or_else(|| self.family(start));
        let session = &self.slots[slot];
        let mut call = truth::Call {
            call_id: address::call_id_text(session),
            from: address::user_text(session.party(0)),
            to: address::user_text(session.callee(0)),
            outcome: told.outcome.name().to_owned(),
            verdict: told.verdict.map(|v| v.name().to_owned()),
            pushes: Vec::new(),
            findings: told.findings.iter().map(|c| (*c).to_owned()).collect(),
            unsure: false,
        };
        self.join(slot, family);
        let Told { push, again, telltale, .. } = told;
        if let Some(flight) = telltale {
            self.families[family].telltale = Some((slot, flight, false));
        }
        if let Some(caused) = push {
            let at = start + u64::from(caused.after);
            let own = self.push(at, caused.user, caused.fault, Some(call.call_id.clone()), caused.link, family);
            call.pushes.push(own);
        }
        self.families[family].calls.push((call, slot, 0));
        if let Some((after, user)) = again {
            self.call(start + u64::from(after), Some(family), Some(user));
        }
    }

    fn push(
        &mut self,
        start: u64,
        user: u32,
        fault: &'static Fault,
        call: Option<String>,
        link: Link,
        family: usize,
    ) -> String {
        let slot = self.slot(start);
        story::push(&mut self.teller, &mut self.slots[slot], user, fault);
        self.note_push(slot, fault.result().name(), causes(fault), false, call, link, family)
    }

    #[expect(clippy::too_many_arguments, reason = "each is one field of the truth")]
    fn note_push(
        &mut self,
        slot: usize,
        result: &str,
        findings: Vec<String>,
        synthetic: bool,
        call: Option<String>,
        link: Link,
        family: usize,
    ) -> String {
        let call_id = address::call_id_text(&self.slots[slot]);
        let push = truth::Push {
            call_id: call_id.clone(),
            result: result.to_owned(),
            synthetic,
            call,
            link: link.name().to_owned(),
            findings,
            unsure: false,
        };
        self.join(slot, family);
        self.families[family].pushes.push((push, slot, 0));
        call_id
    }

    /// A push that no call waits for: a voice mail, or the administrator's test.
    fn lone_push(&mut self, test: bool) {
        let family = self.family(self.now);
        let slot = self.slot(self.now);
        if test {
            let failed = story::test(&mut self.teller, &mut self.slots[slot]);
            let (result, codes) =
                if failed { ("unroutable", vec!["PN04".to_owned()]) } else { ("accepted", Vec::new()) };
            self.note_push(slot, result, codes, true, None, Link::None, family);
        } else {
            let fault = story::voice_mail(&mut self.teller, &mut self.slots[slot]);
            self.note_push(slot, fault.result().name(), causes(fault), false, None, Link::None, family);
        }
    }

    fn routine(&mut self, ping: Option<u8>) {
        let slot = self.slot(self.now);
        story::routine(&mut self.teller, &mut self.slots[slot], ping);
        self.enqueue(slot);
    }

    /// A family is over: what is true of it, and whether the logs can know.
    fn close(&mut self, index: usize) {
        let family = std::mem::take(&mut self.families[index]);
        self.free_families.push(index);
        let end = if family.end == 0 { self.now } else { family.end };
        let blind = (0..self.logs.len())
            .filter(|n| family.servers >> n & 1 == 1)
            .any(|n| self.logs[n].was_blind(family.start.saturating_sub(MARGIN), end + MARGIN));
        let unsure = family.torn || blind;
        for (mut call, slot, _) in family.calls {
            if let Some((_, _, false)) = family.telltale.filter(|t| t.0 == slot) {
                // Only the BYE would have told that media failed.
                "answered".clone_into(&mut call.outcome);
            }
            call.unsure = unsure;
            if self.slots[slot].written > 0 {
                self.truth.calls.push(call);
            }
            self.free.push(slot);
        }
        for (mut push, slot, _) in family.pushes {
            push.unsure = unsure;
            if self.slots[slot].written > 0 {
                self.truth.pushes.push(push);
            }
            self.free.push(slot);
        }
    }

    fn hand_over(&mut self, number: usize, sink: &mut dyn FnMut(usize, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if self.logs[number].out.is_empty() {
            return Ok(());
        }
        if self.handed[number] == 0 {
            let mark = encode::mark(self.plan.encoding);
            self.handed[number] += mark.len() as u64;
            sink(number, mark)?;
        }
        let bytes = encode::encode(self.plan.encoding, &self.logs[number].out);
        self.handed[number] += bytes.len() as u64;
        sink(number, &bytes)?;
        self.logs[number].out.clear();
        Ok(())
    }

    fn finish(mut self) -> Truth {
        let plan = self.plan;
        truth::SCHEMA.clone_into(&mut self.truth.schema);
        self.truth.generator = format!("siptrail {}", env!("CARGO_PKG_VERSION"));
        let said = [
            ("seed", plan.seed.to_string()),
            ("extent", format!("{:?}", plan.extent)),
            ("servers", self.topology.machines.len().to_string()),
            ("format", format!("{:?}", plan.format)),
            ("encoding", format!("{:?}", plan.encoding)),
            ("clock_skew_ms", plan.clock_skew_ms.to_string()),
            ("drift_ppm", plan.drift_ppm.to_string()),
            ("gaps_ppm", plan.gaps_ppm.to_string()),
            ("damage_ppm", plan.damage_ppm.to_string()),
            ("without", plan.without.join(",")),
            ("faults", plan.faults.iter().map(|w| format!("{}={}", w.0.code, w.1)).collect::<Vec<_>>().join(",")),
        ];
        self.truth.plan = said.into_iter().map(|(k, v)| (k.to_owned(), v)).collect::<BTreeMap<_, _>>();
        for (number, log) in self.logs.iter().enumerate().filter(|(_, log)| log.records > 0) {
            let machine = &self.topology.machines[number];
            self.truth.logs.push(truth::Log {
                path: format!("{}.log", machine.name),
                server: machine.host.clone(),
                bytes: self.handed[number],
                records: log.records,
                missing: log.missing,
                damaged: log.damaged,
                clock_ms: log.offset_ms,
            });
        }
        self.truth
    }
}

fn causes(fault: &'static Fault) -> Vec<String> {
    fault.causes().iter().map(|code| (*code).to_owned()).collect()
}
