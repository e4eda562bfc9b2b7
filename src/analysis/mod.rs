//! From events to calls and pushes: pure functions, no I/O, no clock.
//!
//! ```text
//! events ─ servers ── coverage ── clocks        who logged, for which times, and how the clocks stand
//!    └─ by Call-ID ─┬─ INVITE groups ── attempts ── branch tree ── legs, outcome ─┐
//!                   └─ MESSAGE groups ─ pushes ── result ─────────────────────────┴─ link ── verdict ── findings
//! ```

mod call;
pub mod clocks;
pub mod coverage;
mod depth;
mod diagnostic;
mod group;
pub mod hops;
mod later;
mod link;
mod lone;
mod message;
mod named;
mod outcome;
mod push;
pub mod servers;
mod session;
mod stages;
mod terms;
mod transaction;
pub(crate) mod transmission;
mod verdict;

pub use call::{Call, Leg};
pub use clocks::{ClockBasis, Clocks};
pub use coverage::{Blind, Coverage};
pub use depth::Depth;
pub use diagnostic::Diagnostic;
pub use lone::LoneCause;
pub use push::{Push, Sighting};
pub use servers::{Role, Server, ServerId, Servers};
pub use session::SessionMessage;
pub use terms::{Link, Modality, Outcome, PushResult, Told, Verdict};

use rayon::prelude::*;

use crate::sip::TIMER_F_MS;
use crate::time::Timestamp;
use crate::trace::{EventId, LinePlace, Trace};

/// Limits of the rules, in milliseconds, and what the user knows.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// An INVITE without a final for so long behind its last message has none: a proxy waits longer than three minutes
    /// (Timer C, RFC 3261 section 16.6 item 11), and then answers itself.
    pub no_final_ms: i64,
    /// A MESSAGE without an answer has timed out (Timer F, section 17.1.2.2).
    pub push_timeout_ms: i64,
    /// Names of servers with the milliseconds that their clocks are ahead; measured offsets are not used for them.
    pub clocks: Vec<(String, i64)>,
}

impl Default for Options {
    fn default() -> Self {
        Options { no_final_ms: 185_000, push_timeout_ms: TIMER_F_MS + 1_000, clocks: Vec::new() }
    }
}

/// What the logs tell.
#[derive(Clone, Debug, Default, serde::Deserialize, serde::Serialize)]
#[non_exhaustive]
pub struct Analysis {
    /// Calls, by first record time, then by position.
    pub calls: Vec<Call>,
    /// Pushes, in the same order.
    pub pushes: Vec<Push>,
    /// Messages inside conversations that were perhaps missed, in the same order.
    pub messages_inside: Vec<SessionMessage>,
    /// Different messages: hops, forwarded copies and retransmissions count once.
    pub messages: u64,
    /// Who logged.
    pub servers: Servers,
    /// How their clocks stand to each other.
    pub clocks: Clocks,
    /// For which times they speak.
    pub coverage: Coverage,
    /// Causes seen without their call, by record.
    pub lone: Vec<LoneCause>,
    /// Calls and pushes that were analysed and that a selection left out.
    pub left_out: u64,
}

impl Analysis {
    /// Makes anew what is not kept in an index.
    pub(crate) fn complete(&mut self) {
        self.servers.complete();
    }

    /// Calls whose mobile callee missed them.
    pub fn missed(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().filter(|call| call.is_missed())
    }

    /// Messages inside conversations that their receivers missed.
    pub fn missed_messages(&self) -> impl Iterator<Item = &SessionMessage> {
        self.messages_inside.iter().filter(|m| m.is_missed())
    }

    /// Calls to mobile users whose callers gave up after it had rung for so many milliseconds.
    pub fn abandoned(&self, ms: i64) -> impl Iterator<Item = &Call> {
        let gave_up = |c: &&Call| c.verdict == Some(Verdict::CallerGaveUp);
        self.calls.iter().filter(gave_up).filter(move |c| c.gave_up_ms.is_some_and(|rang| rang >= ms))
    }

    /// Time of a record on the clock of the reference.
    pub fn time(&self, trace: &Trace, id: EventId) -> Option<Timestamp> {
        self.clocks.time(&self.servers, id, trace.event(id)?)
    }

    /// The first time of the logs on the clock of the reference: a time of day without a day is one of its day.
    pub fn first_time(&self, trace: &Trace) -> Option<Timestamp> {
        let times = trace
            .events()
            .par_iter()
            .enumerate()
            .filter_map(|(i, event)| self.clocks.time(&self.servers, EventId(u32::try_from(i).ok()?), event));
        times.min()
    }

    /// Time of a component line on the clock of the reference.
    pub fn line_time(&self, trace: &Trace, place: LinePlace) -> Option<Timestamp> {
        let (server, time) = (self.line_server(trace, place), trace.line_time(place)?);
        Some(self.clocks.beside(trace, &self.servers, (server, place.file), place.before, time))
    }

    /// The server that wrote a component line.
    pub fn line_server(&self, trace: &Trace, place: LinePlace) -> ServerId {
        let named = trace.line_at(place).and_then(|l| l.prefix().server);
        self.servers.of_line(trace, place.file, named)
    }
}

/// Who logged, for which times, and how the clocks stand; no call and no push.
pub fn place(trace: &Trace, options: &Options) -> Analysis {
    let stages::Timebase { servers, clocks, coverage } = stages::survey(trace, options, &group::by_call_id(trace));
    Analysis { servers, clocks, coverage, ..Analysis::default() }
}

/// Reads calls and pushes out of a trace, without their causes ([`crate::analyse`] adds those). The result
/// depends on the bytes only, not on threads.
pub fn analyse(trace: &Trace, options: &Options) -> Analysis {
    let groups = group::by_call_id(trace);
    let stages::Timebase { servers, clocks, coverage } = stages::survey(trace, options, &groups);
    let ctx = message::Context { trace, options, servers: &servers, clocks: &clocks, coverage: &coverage };
    let facts = stages::dialogs(&ctx, &groups, |_| true);
    drop(groups);
    let out = stages::users(&ctx, facts);
    Analysis { servers, clocks, coverage, ..out }
}
