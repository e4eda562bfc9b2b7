//! The stages of an analysis and what passes between them: plain values that can be joined in any order.
//!
//! ```text
//! Trace ── survey ──▶ Timebase                       who logged, for which times, how the clocks stand
//! Trace, Timebase ── dialogs ──▶ DialogFacts         of some Call-IDs: a bucket of them needs no other
//! DialogFacts of all buckets ── users ──▶ Analysis   pushes find their calls, then verdicts
//! ```
//! One machine is the join of one: [`super::analyse`] takes all Call-IDs as one bucket.

use rayon::prelude::*;

use super::coverage::Coverage;
use super::message::{Context, Group};
use super::servers::{ServerId, Servers};
use super::{
    Analysis, Call, Clocks, Options, Push, SessionMessage, call, clocks, group, later, link, push, session, verdict,
};
use crate::trace::{EventId, Trace};

/// Call-IDs that one worker takes at a time.
const PART: usize = 4096;

/// What every later stage is told: a few thousand bytes, whatever the log.
#[derive(Clone, Debug, Default)]
pub(super) struct Timebase {
    pub(super) servers: Servers,
    pub(super) clocks: Clocks,
    pub(super) coverage: Coverage,
}

/// Who logged, for which times, and how the clocks stand.
pub(super) fn survey(trace: &Trace, options: &Options, groups: &group::Groups) -> Timebase {
    let mut servers = Servers::identify(trace);
    let shared = clocks::Shared::find(trace, &servers, groups);
    servers.learn(trace, shared.all().map(|m| (m.to, m.sent)));
    let mut coverage = Coverage::read(trace, &servers);
    let given: Vec<(ServerId, i64)> =
        options.clocks.iter().filter_map(|(name, ms)| Some((servers.find(name)?, *ms))).collect();
    let clocks = Clocks::measure(trace, &servers, &coverage, &shared, &given);
    coverage.settle(trace, &clocks);
    Timebase { servers, clocks, coverage }
}

/// What happened under some Call-IDs, no push being tied to a call yet.
#[derive(Debug, Default)]
pub(super) struct DialogFacts {
    calls: Vec<Call>,
    pushes: Vec<Push>,
    messages_inside: Vec<SessionMessage>,
    /// Different messages.
    messages: u64,
}

impl DialogFacts {
    /// Takes in what happened under one more Call-ID.
    fn note(&mut self, ctx: &Context<'_>, ids: &[EventId]) {
        let kinds = group::kinds(ctx.trace, ids);
        if !kinds.call && !kinds.message {
            self.messages += group::count_messages(ctx.trace, ids);
            return;
        }
        let group = Group::read(ctx, ids);
        if kinds.call {
            self.calls.extend(call::calls(ctx, &group).into_iter().map(Call::shrunk));
        }
        if kinds.message {
            let (pushes, others) = push::split(ctx, &group);
            self.pushes.extend(push::pushes(ctx, &group, &pushes).into_iter().map(Push::shrunk));
            self.messages_inside.extend(session::messages(ctx, &group, &others));
        }
        self.messages += group.count();
    }

    /// They wait for each other; what lists have too much while they double serves the next ones.
    fn shrink(mut self) -> DialogFacts {
        self.calls.shrink_to_fit();
        self.pushes.shrink_to_fit();
        self.messages_inside.shrink_to_fit();
        self
    }

    /// Of several buckets, in any order.
    pub(super) fn join(parts: Vec<DialogFacts>) -> DialogFacts {
        let mut out = DialogFacts {
            calls: Vec::with_capacity(parts.iter().map(|p| p.calls.len()).sum()),
            pushes: Vec::with_capacity(parts.iter().map(|p| p.pushes.len()).sum()),
            ..DialogFacts::default()
        };
        for part in parts {
            out.calls.extend(part.calls);
            out.pushes.extend(part.pushes);
            out.messages_inside.extend(part.messages_inside);
            out.messages += part.messages;
        }
        out
    }
}

/// What happened under the Call-IDs of a bucket; `is_own` tells which these are, by any of their records.
pub(super) fn dialogs(
    ctx: &Context<'_>,
    groups: &group::Groups,
    is_own: impl Fn(EventId) -> bool + Sync,
) -> DialogFacts {
    let parts = groups
        .par_iter()
        // Small parts: a list that doubles again and again touches many times the memory that it needs.
        .with_max_len(PART)
        .fold(DialogFacts::default, |mut out, ids| {
            if ids.first().is_some_and(|id| is_own(*id)) {
                out.note(ctx, ids);
            }
            out
        })
        .map(DialogFacts::shrink)
        .collect();
    DialogFacts::join(parts)
}

/// Calls and pushes of all Call-IDs in the order of time, pushes with their calls, calls with their verdicts.
pub(super) fn users(ctx: &Context<'_>, facts: DialogFacts) -> Analysis {
    let DialogFacts { calls, pushes, messages_inside, messages } = facts;
    let mut out = Analysis { calls, pushes, messages_inside, messages, ..Analysis::default() };
    out.calls.par_sort_by_cached_key(|c| (c.started.is_none(), c.started, c.first));
    out.pushes.par_sort_by_cached_key(|p| (p.sent.is_none(), p.sent, p.first));
    out.messages_inside.par_sort_by_cached_key(|m| (m.sent.is_none(), m.sent, m.first));
    let ambiguity = link::link(&mut out, ctx);
    verdict::judge(&mut out, &ambiguity, ctx);
    later::mark(&mut out);
    out
}

#[cfg(all(test, feature = "synth"))]
mod tests {
    use super::*;
    use crate::input::{Input, sum};
    use crate::synth::{Extent, Plan, in_memory};
    use crate::trace::LoadOptions;

    /// Buckets of Call-IDs, each analysed by itself and joined in another order, tell what all together tell.
    #[test]
    fn buckets_are_the_whole() {
        for (servers, gaps_ppm, damage_ppm) in [(2, 0, 0), (4, 20_000, 5_000)] {
            let plan = Plan { extent: Extent::Calls(150), servers, gaps_ppm, damage_ppm, ..Plan::default() };
            let inputs = in_memory(&plan).0.into_iter().map(|(name, text)| Input::from_bytes(name, text)).collect();
            let trace = Trace::load(inputs, &LoadOptions::default());
            let options = Options::default();
            let groups = group::by_call_id(&trace);
            let Timebase { servers, clocks, coverage } = survey(&trace, &options, &groups);
            let ctx =
                Context { trace: &trace, options: &options, servers: &servers, clocks: &clocks, coverage: &coverage };
            let told = |a: &Analysis| format!("{:?}{:?}{:?}{}", a.calls, a.pushes, a.messages_inside, a.messages);
            let whole = crate::analysis::analyse(&trace, &options);
            assert!(whole.calls.len() > 100 && whole.pushes.iter().any(|p| p.call.is_some()));
            for buckets in [1u64, 3, 16] {
                let bucket = |id| trace.event(id).and_then(|e| Some(sum(trace.symbol(e.call_id()?)) % buckets));
                let of = |n: u64| dialogs(&ctx, &groups, move |id| bucket(id).unwrap_or(0) == n);
                let parts = (0..buckets).rev().map(of).collect();
                let joined = users(&ctx, DialogFacts::join(parts));
                assert_eq!(told(&joined), told(&whole), "{buckets} buckets");
            }
        }
    }
}
