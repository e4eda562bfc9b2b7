//! The log itself: sessions start at the pace of a busy hour and write their records in time order.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::cast::Cast;
use super::frame::Layout;
use super::output::Output;
use super::session::{Flow, Session};
use super::text::{Rng, mix};
use super::truth::{Kind, Truth};
use super::{calls, routine};

/// Kinds of sessions, in proportion to how many begin.
const WEIGHTS: [u32; 7] = [225, 165, 130, 112, 178, 235, 24];

/// Mean time between two sessions, in microseconds: seven records a session and 450 records a second.
const GAP: u32 = 15_000;

/// Bytes a record takes, to guess how much the open sessions still have to write.
const RECORD: u64 = 1_340;

/// A Front End log without end. The same seed and layout give the same bytes.
#[derive(Debug)]
pub(crate) struct Traffic {
    output: Output,
    rng: Rng,
    cast: Cast,
    truth: Truth,
    /// Milliseconds since the log began.
    now: u64,
    /// Microseconds since the log began at which the next session starts; `None` when no more do.
    arrival: Option<u64>,
    /// Time of the next record, order of entry, slot of the session.
    queue: BinaryHeap<Reverse<(u64, u64, usize)>>,
    entered: u64,
    slots: Vec<Session>,
    free: Vec<usize>,
    /// Steps that the open sessions still have to write.
    pending: u64,
}

impl Traffic {
    /// A log in the default [`Layout`].
    pub(crate) fn new(seed: u64) -> Self {
        Self::with_layout(seed, Layout::default())
    }

    /// A log in the given layout.
    pub(crate) fn with_layout(seed: u64, layout: Layout) -> Self {
        Self {
            output: Output::new(layout, Rng::new(mix(seed, 2))),
            rng: Rng::new(mix(seed, 1)),
            cast: Cast::default(),
            truth: Truth::default(),
            now: 0,
            arrival: Some(0),
            queue: BinaryHeap::new(),
            entered: 0,
            slots: Vec::new(),
            free: Vec::new(),
            pending: 0,
        }
    }

    /// What has been written so far.
    pub(crate) fn truth(&self) -> &Truth {
        &self.truth
    }

    /// Bytes the log will have when no more sessions begin and the open ones are over, about.
    pub(crate) fn expected_bytes(&self) -> u64 {
        self.truth.bytes + self.pending * RECORD
    }

    /// Appends records until a session is over: about a session's worth, from all sessions that are running.
    /// Appends nothing when none is left after [`Traffic::stop`].
    pub(crate) fn next_block(&mut self, out: &mut Vec<u8>) {
        let sessions = self.truth.sessions;
        while self.truth.sessions == sessions && self.advance(out) {}
    }

    /// No more sessions begin; those that run go on.
    pub(crate) fn stop(&mut self) {
        self.arrival = None;
    }

    /// Stops, lets every open session end, and ends the log with an OPTIONS so that silence before it is proven.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        self.stop();
        while self.advance(out) {}
        self.begin(self.now + 1000, Kind::Options, &|session, rng, _| {
            routine::ping(session, rng);
        });
        while self.advance(out) {}
    }

    /// One record or one new session. False: nothing is left to do.
    fn advance(&mut self, out: &mut Vec<u8>) -> bool {
        let next = self.queue.peek().map(|Reverse((time, ..))| *time);
        if let Some(micros) = self.arrival
            && next.is_none_or(|time| micros / 1000 <= time)
        {
            self.arrive(micros);
            return true;
        }
        let Some(next) = next else { return false };
        if self.arrival.is_none() && next > self.now + 5_000 {
            // Servers look after each other in quiet times too.
            self.begin(self.now + 5_000, Kind::Options, &|session, rng, _| {
                routine::ping(session, rng);
            });
            return true;
        }
        let Some(Reverse((time, _, slot))) = self.queue.pop() else {
            return false;
        };
        self.now = time;
        self.emit(slot, out);
        true
    }

    /// Starts a session and fixes when the next one comes: the pace swings between 75 and 135 in a hundred.
    fn arrive(&mut self, micros: u64) {
        let swing = (micros / 1_000_000) % 480;
        let percent = 75 + swing.abs_diff(240) / 4;
        let longest = u32::try_from(u64::from(GAP) * 2 * percent / 100).unwrap_or(GAP);
        self.arrival = Some(micros + u64::from(self.rng.below(longest)));
        let start = micros / 1000;
        match self.rng.weighted(&WEIGHTS) {
            0 => self.begin(start, Kind::Presence, &routine::register),
            1 => self.begin(start, Kind::Presence, &|session, rng, _| {
                routine::subscribe(session, rng);
            }),
            2 => self.begin(start, Kind::Presence, &|session, rng, _| {
                routine::publish(session, rng);
            }),
            3 => self.begin(start, Kind::Presence, &|session, rng, _| {
                routine::watch(session, rng);
            }),
            4 => self.begin(start, Kind::Call, &calls::build),
            5 => self.begin(start, Kind::Options, &|session, rng, _| {
                routine::ping(session, rng);
            }),
            _ => self.begin(start, Kind::Push, &|session, rng, cast| {
                // A missed call or a voice mail: no INVITE is waiting for it.
                let result = ["accepted", "unroutable", "unanswered"][rng.weighted(&[90, 7, 3])];
                routine::push(session, rng, cast.with_mobile(), result);
            }),
        }
    }

    fn begin(&mut self, start: u64, kind: Kind, build: &dyn Fn(&mut Session, &mut Rng, &mut Cast)) {
        let slot = self.slot();
        let session = &mut self.slots[slot];
        let steps = std::mem::take(&mut session.steps);
        let key = self.rng.next();
        *session = Session { key, kind, start, steps, ..Session::blank() };
        session.steps.clear();
        build(session, &mut self.rng, &mut self.cast);
        let (user, push) = (session.party(1).user, session.push);
        self.pending += u64::try_from(session.steps.len()).unwrap_or(0);
        self.truth.open += 1;
        self.enqueue(slot);
        if let Some((after, result)) = push {
            self.begin(start + u64::from(after), Kind::Push, &|session, rng, _| {
                routine::push(session, rng, user, result);
                session.ending.linked = true;
            });
        }
    }

    /// An unused slot; its vector of steps is used again.
    fn slot(&mut self) -> usize {
        self.free.pop().unwrap_or_else(|| {
            self.slots.push(Session::blank());
            self.slots.len() - 1
        })
    }

    /// Puts the session's next step into the queue, or closes the session.
    fn enqueue(&mut self, slot: usize) {
        let session = &self.slots[slot];
        if let Some(step) = session.steps.get(session.next) {
            self.entered += 1;
            self.queue.push(Reverse((session.start + u64::from(step.at), self.entered, slot)));
        } else {
            self.truth.close(session.ending, session.challenged);
            self.free.push(slot);
        }
    }

    /// Writes the session's next step.
    fn emit(&mut self, slot: usize, out: &mut Vec<u8>) {
        let session = &mut self.slots[slot];
        let step = session.steps[session.next];
        session.next += 1;
        self.pending -= 1;
        if step.flow != Flow::End {
            self.output.record(out, self.now, session, &step, &mut self.truth);
        }
        self.enqueue(slot);
    }
}
