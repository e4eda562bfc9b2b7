//! From events to calls and pushes: pure functions, no I/O, no clock.
//!
//! ```text
//! events ─ servers ── coverage ── clocks        who logged, for which times, and how the clocks stand
//!    └─ by Call-ID ─┬─ INVITE groups ── attempts ── branch tree ── legs, outcome ─┐
//!                   └─ MESSAGE groups ─ pushes ── result ─────────────────────────┴─ link ── verdict ── findings
//! ```

mod asked;
mod call;
pub mod clocks;
pub(crate) mod conversation;
pub mod coverage;
mod depth;
mod diagnostic;
mod few;
mod followed;
mod group;
pub mod hops;
mod later;
mod link;
mod lone;
mod message;
mod named;
mod outcome;
mod pack;
mod push;
pub mod servers;
mod session;
mod terms;
mod transaction;
pub(crate) mod transmission;
mod verdict;

pub use call::{Call, Leg};
pub use clocks::{ClockBasis, Clocks};
pub use conversation::Tie;
pub use coverage::{Blind, Coverage};
pub use depth::Depth;
pub use diagnostic::Diagnostic;
pub(crate) use followed::{Followed, Heard, hangs_on_all, hearing};
pub(crate) use link::{Given, Occasion, Proposal};
pub use lone::LoneCause;
pub use push::{Push, Sighting};
pub use servers::{Role, Server, ServerId, Servers};
pub use session::SessionMessage;
pub use terms::{Link, Modality, Outcome, PushResult, Told, Verdict};
pub(crate) use verdict::deciding;

use std::collections::BTreeSet;
use std::ops::Range;

use rayon::prelude::*;

use crate::sip::TIMER_F_MS;
use crate::time::Timestamp;
use crate::trace::{EventId, Growth, LinePlace, Trace};

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
    /// Adds calls, pushes and messages that other Call-IDs tell.
    fn take_in(&mut self, more: Analysis) {
        self.calls.extend(more.calls);
        self.pushes.extend(more.pushes);
        self.messages_inside.extend(more.messages_inside);
        self.messages += more.messages;
    }

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

    /// Codes of all causes that were named, of calls, pushes and messages and without any of them.
    pub fn codes(&self) -> BTreeSet<&'static str> {
        let calls = self.calls.iter().flat_map(|c| &c.findings);
        let pushes = self.pushes.iter().flat_map(|p| &p.findings);
        let messages = self.missed_messages().flat_map(|m| &m.findings);
        calls.chain(pushes).chain(messages).copied().chain(self.lone.iter().map(|l| l.code)).collect()
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

/// Call-IDs that one worker takes at a time: small parts, for a list that doubles again and again touches many times the
/// memory that it needs, and the last part that is read keeps all other workers waiting.
const PART: usize = 128;
/// Parts that are read before what they tell is moved to its place, for each thread.
const AT_A_TIME: usize = 8;

/// Who logged, for which times, and how the clocks stand; no call and no push.
pub fn place(trace: &Trace, options: &Options) -> Analysis {
    place_groups(trace, options).0
}

fn place_groups(trace: &Trace, options: &Options) -> (Analysis, group::Groups) {
    let (place, groups) = place_on(trace, options, None, &mut Reading::default());
    (place, groups.unwrap_or_else(|| group::by_call_id(trace)))
}

/// What was read of the records of logs that are followed to know who logged and when.
#[derive(Debug, Default)]
struct Reading {
    evidence: servers::Evidence,
    walks: coverage::Walks,
    shared: clocks::Known,
}

/// The same, going on from what was read of logs that have grown, whose servers were these; then there are no groups, unless the
/// servers are others now.
fn place_on(
    trace: &Trace,
    options: &Options,
    before: Option<(&Servers, &Growth)>,
    reading: &mut Reading,
) -> (Analysis, Option<group::Groups>) {
    let Reading { evidence, walks, shared } = reading;
    let groups = || before.is_none().then(|| group::by_call_id(trace));
    let (mut servers, mut groups) = rayon::join(|| Servers::identify_on(trace, evidence, before.is_some()), groups);
    let growth = before.filter(|(before, _)| before.assign_as(&servers)).map(|(_, growth)| growth);
    if growth.is_none() && groups.is_none() {
        groups = Some(group::by_call_id(trace));
    }
    // Coverage asks who wrote a record, not what that server is called.
    let read = || Coverage::read_on(trace, &servers, walks, growth.is_some());
    let find = || match (growth, &groups) {
        (Some(growth), _) => clocks::Shared::find(trace, &servers, Err(growth), shared),
        (None, Some(groups)) => clocks::Shared::find(trace, &servers, Ok(groups), shared),
        (None, None) => clocks::Shared::default(),
    };
    let (mut coverage, shared) = rayon::join(read, find);
    servers.learn(trace, shared.all().map(|m| (m.to, m.sent)));
    let given: Vec<(ServerId, i64)> =
        options.clocks.iter().filter_map(|(name, ms)| Some((servers.find(name)?, *ms))).collect();
    let clocks = Clocks::measure(trace, &servers, &coverage, &shared, &given);
    coverage.settle(trace, &clocks);
    (Analysis { servers, clocks, coverage, ..Analysis::default() }, groups)
}

/// Reads calls and pushes out of a trace, without their causes ([`crate::analyse`] adds those). The result
/// depends on the bytes only, not on threads.
pub fn analyse(trace: &Trace, options: &Options) -> Analysis {
    let (place, mut found) = gather(trace, options);
    judge(trace, options, &place, &mut found);
    together(place, found)
}

/// Who logged and when, and beside that the calls and pushes, not yet tied to each other.
pub(crate) fn gather(trace: &Trace, options: &Options) -> (Analysis, Analysis) {
    let (place, groups) = place_groups(trace, options);
    let found = dialogs_of(trace, options, &place, groups);
    (place, found)
}

/// The second half by itself, in a part of the logs: `place` is what all logs together tell.
pub(crate) fn dialogs(trace: &Trace, options: &Options, place: &Analysis) -> Analysis {
    dialogs_of(trace, options, place, group::by_call_id(trace))
}

/// Calls, pushes and messages inside conversations, in order.
fn dialogs_of(trace: &Trace, options: &Options, place: &Analysis, groups: group::Groups) -> Analysis {
    let ctx = context(trace, options, place);
    let mut out = Analysis::default();
    let parts: Vec<Range<usize>> = groups.parts(PART).collect();
    // What they tell is moved to its place while the next are read: all of it would lie twice in memory. The list grows on this
    // thread, as all that lives as long does: each thread keeps what it gave back for itself.
    let mut ready: Vec<Analysis> = Vec::new();
    for parts in parts.chunks(AT_A_TIME * rayon::current_num_threads().max(2)) {
        let before = std::mem::take(&mut ready);
        rayon::in_place_scope(|scope| {
            scope.spawn(|_| {
                let parts = parts.par_iter().with_max_len(1);
                ready = parts.map(|part| part_of(&ctx, &groups, part.clone())).collect();
            });
            for part in before {
                out.take_in(part);
            }
        });
    }
    for part in ready {
        out.take_in(part);
    }
    drop(groups);
    out.calls.shrink_to_fit();
    out.pushes.shrink_to_fit();
    out.calls.par_sort_by_cached_key(place_of_call);
    out.pushes.par_sort_by_cached_key(place_of_push);
    out.messages_inside.par_sort_by_cached_key(place_of_message);
    out
}

/// What a part of the Call-IDs tells, in their order.
fn part_of(ctx: &message::Context<'_>, groups: &group::Groups, part: Range<usize>) -> Analysis {
    let trace = ctx.trace;
    let (mut out, mut keys): (Analysis, Vec<group::Key>) = Default::default();
    for ids in groups.fetched(trace, part) {
        let kinds = group::kinds(trace, ids);
        if !kinds.call && !kinds.message {
            out.messages += group::count_messages(trace, ids, &mut keys);
            continue;
        }
        read_group(ctx, ids, &kinds, &mut out);
    }
    // They wait for each other; what lists have too much while they double serves the next ones.
    out.calls.shrink_to_fit();
    out.pushes.shrink_to_fit();
    out.messages_inside.shrink_to_fit();
    out
}

/// Adds what a Call-ID of calls or pushes tells.
fn read_group(ctx: &message::Context<'_>, ids: &[EventId], kinds: &group::Kinds, out: &mut Analysis) {
    let group = message::Group::read(ctx, ids);
    if kinds.call {
        out.calls.extend(call::calls(ctx, &group).into_iter().map(call::Call::shrunk));
    }
    if kinds.message {
        let (pushes, others) = push::split(ctx, &group);
        out.pushes.extend(push::pushes(ctx, &group, &pushes).into_iter().map(push::Push::shrunk));
        out.messages_inside.extend(session::messages(ctx, &group, &others));
    }
    out.messages += group.count();
}

/// Where something stands among others of its kind: by time, then by its first record.
pub(crate) type InOrder = (bool, Option<Timestamp>, EventId);

pub(crate) fn place_of_call(call: &Call) -> InOrder {
    (call.started.is_none(), call.started, call.first)
}

pub(crate) fn place_of_push(push: &Push) -> InOrder {
    (push.sent.is_none(), push.sent, push.first)
}

pub(crate) fn place_of_message(message: &SessionMessage) -> InOrder {
    (message.sent.is_none(), message.sent, message.first)
}

/// Ties pushes to calls, and gives both their verdicts.
pub(crate) fn judge(trace: &Trace, options: &Options, place: &Analysis, found: &mut Analysis) {
    judge_as(trace, options, place, found, None);
}

/// The same, where it is perhaps known what each call says of its conversation.
pub(crate) fn judge_as(
    trace: &Trace,
    options: &Options,
    place: &Analysis,
    found: &mut Analysis,
    said: Option<&[&conversation::Said]>,
) {
    let propose = || propose(trace, options, place, found);
    let tied = || match said {
        Some(said) => conversation::Tied::of(said, found),
        None => conversation::Tied::of(&conversation::said(trace, place, found).iter().collect::<Vec<_>>(), found),
    };
    let (proposals, tied) = rayon::join(propose, tied);
    conclude(trace, options, place, found, (proposals, tied));
}

/// For each push, by user and in their order, what it may belong to.
pub(crate) fn propose(trace: &Trace, options: &Options, place: &Analysis, found: &Analysis) -> Vec<Proposal> {
    link::propose(found, &context(trace, options, place))
}

/// A call without what [`propose`] does not ask: most of it.
pub(crate) fn outline_of_call(call: Call) -> Call {
    let (records, evidence, lines, diagnostics, ties) = Default::default();
    Call { diagnostics, ties, evidence, lines, records, ..call }
}

/// The same of a push.
pub(crate) fn outline_of_push(push: Push) -> Push {
    let (records, evidence, lines, diagnostics, sightings) = Default::default();
    Push { diagnostics, sightings, evidence, lines, records, ..push }
}

/// Ties and verdicts, from what each push may belong to and what ties the calls of a conversation.
pub(crate) fn conclude(
    trace: &Trace,
    options: &Options,
    place: &Analysis,
    found: &mut Analysis,
    (proposals, tied): (Vec<Proposal>, conversation::Tied),
) {
    let ctx = context(trace, options, place);
    let ambiguity = link::link(found, &ctx, proposals);
    verdict::judge(found, &ambiguity, &ctx);
    later::mark(found);
    tied.put(found);
}

/// What both halves hold.
pub(crate) fn together(place: Analysis, found: Analysis) -> Analysis {
    let Analysis { servers, clocks, coverage, .. } = place;
    Analysis { servers, clocks, coverage, ..found }
}

/// Of a message without a time: that of the nearest record ahead of it.
pub(crate) fn time_ahead(trace: &Trace, options: &Options, place: &Analysis, id: EventId) -> Option<Timestamp> {
    link::time_ahead(&context(trace, options, place), id)
}

fn context<'t>(trace: &'t Trace, options: &'t Options, place: &'t Analysis) -> message::Context<'t> {
    message::Context { trace, options, servers: &place.servers, clocks: &place.clocks, coverage: &place.coverage }
}
