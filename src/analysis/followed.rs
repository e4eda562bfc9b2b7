//! Calls and pushes of logs that are followed: of what was appended only the Call-IDs that it touches are judged, and those whose
//! judgement would be told something else now.
//!
//! ```text
//! records that stayed ── Call-IDs without another record ── asked the same, told the same ──► as they were
//!                                    └─ touched ────────────────── told another thing ──────► judged again
//! ```
//!
//! What a Call-ID tells hangs on its own records, on who logged them and on their times: these are compared as a whole, and if any
//! of it changed, all is judged again. All else that a judgement asks is noted with it ([`super::asked`]) and asked again.

use rayon::prelude::*;

use super::asked::{Answer, Asked, Question, note, noting, perhaps, yes};
use super::coverage::Hole;
use super::message::Context;
use super::{
    Analysis, Call, Options, Push, Reading, SessionMessage, conversation, group, place_of_call, place_of_message,
    place_of_push,
};
use crate::trace::{EventId, Growth, Symbol, Trace};

/// What was found of a trace, to be gone on from.
#[derive(Debug)]
pub(crate) struct Followed {
    /// Which trace it was.
    token: u64,
    options: Options,
    /// Who logged and when.
    place: Analysis,
    /// What was read for that.
    reading: Reading,
    dialogs: Dialogs,
    /// How many Call-IDs were judged for it.
    judged: usize,
    /// By Call-ID: whether it is one of them; `None` where all are.
    touched: Option<Vec<bool>>,
}

/// Calls, pushes and messages inside conversations, each with its Call-ID and in order; not tied to each other.
#[derive(Debug, Default)]
struct Dialogs {
    /// And what each says of its conversation.
    calls: Vec<(Symbol, Call, conversation::Said)>,
    pushes: Vec<(Symbol, Push)>,
    inside: Vec<(Symbol, SessionMessage)>,
    /// By Call-ID: different messages.
    messages: Vec<u64>,
    /// What was asked for each of them, by Call-ID.
    asked: Vec<(Symbol, Notes)>,
}

/// `None`: not all that was asked is known.
type Notes = Option<Box<[Asked]>>;

/// What was asked for something that is judged beside calls and pushes.
#[derive(Debug)]
pub(crate) struct Heard(Box<[Asked]>);

/// Runs something on this thread, and tells what was asked for it.
pub(crate) fn hearing<R>(run: impl FnOnce() -> R) -> (R, Heard) {
    let (out, asked) = noting(run);
    (out, Heard(asked.into_boxed_slice()))
}

/// Notes that something may hang on every record of the logs.
pub(crate) fn hangs_on_all() {
    note(Question::All, (), |()| [0; 3]);
}

impl Heard {
    /// Whether all of it would be told the same.
    pub(crate) fn stands(&self, trace: &Trace, options: &Options, place: &Analysis) -> bool {
        let ctx = super::context(trace, options, place);
        self.0.iter().all(|asked| answer(&ctx, asked.question) == asked.answer)
    }
}

/// One Call-ID.
struct Dialog {
    call_id: Symbol,
    found: Option<Box<(Analysis, Vec<conversation::Said>, Notes)>>,
    messages: u64,
}

/// Call-IDs that one worker takes at a time.
const PART: usize = 128;
/// Calls of one Call-ID that one thread judges by itself.
const ALONE: usize = 64;

impl Followed {
    /// What a trace tells, where it is that of before or has grown from it as little as possible is judged again.
    pub(crate) fn of(before: Option<Followed>, trace: &Trace, options: &Options) -> Followed {
        let (token, growth) = trace.growth();
        let mut before = before.filter(|old| old.options == *options);
        let growth = growth.filter(|g| g.keeps_numbers() && before.as_ref().is_some_and(|old| old.token == g.from));
        let mut reading = before.as_mut().map(|old| std::mem::take(&mut old.reading)).unwrap_or_default();
        let known = growth.and_then(|growth| Some((&before.as_ref()?.place.servers, growth)));
        let (place, groups) = super::place_on(trace, options, known, &mut reading);
        let ctx = super::context(trace, options, &place);
        let known = growth.and_then(|growth| Some((before.filter(|old| old.fits(&place, growth))?, growth)));
        let (dialogs, judged, touched) = if let Some((old, growth)) = known {
            old.dialogs.go_on(&ctx, growth)
        } else {
            let groups = groups.unwrap_or_else(|| group::by_call_id(trace));
            let all = Dialogs::of(&ctx, &groups, |_, at| Symbol(u32::try_from(at).unwrap_or(u32::MAX)));
            let judged = all.asked.len();
            (all, judged, None)
        };
        Followed { token, options: options.clone(), place, reading, dialogs, judged, touched }
    }

    /// Who logged and when, and what was found.
    pub(crate) fn told(&self) -> (&Analysis, Analysis) {
        let Dialogs { calls, pushes, inside, messages, .. } = &self.dialogs;
        let mut out = Analysis { messages: messages.iter().sum(), ..Analysis::default() };
        out.calls = calls.par_iter().with_min_len(256).map(|(_, call, _)| call.clone()).collect();
        out.pushes = pushes.par_iter().with_min_len(256).map(|(_, push)| push.clone()).collect();
        out.messages_inside = inside.iter().map(|(_, message)| message.clone()).collect();
        (&self.place, out)
    }

    /// Who logged and when.
    pub(crate) fn place(&self) -> &Analysis {
        &self.place
    }

    /// What each call says of its conversation.
    pub(crate) fn said(&self) -> Vec<&conversation::Said> {
        self.dialogs.calls.iter().map(|(.., said)| said).collect()
    }

    /// By Call-ID, whether it was judged again; `None` where servers, clocks or the numbers of records are others than at the last
    /// look, so that nothing stands.
    pub(crate) fn touched(&self) -> Option<&[bool]> {
        self.touched.as_deref()
    }

    /// How many Call-IDs were judged.
    pub(crate) fn judged(&self) -> usize {
        self.judged
    }

    /// Whether records that stayed were written by the same servers at the same times, in the same order.
    fn fits(&self, place: &Analysis, growth: &Growth) -> bool {
        let stayed = |id| growth.has(id);
        self.place.servers.are_as(&place.servers)
            && self.place.clocks.tell_as(&place.clocks)
            && self.place.coverage.ranks().go_on_in(place.coverage.ranks(), stayed)
    }
}

impl Dialogs {
    /// All of some groups. `call_id` tells that of a group, by its records and its number.
    fn of(ctx: &Context<'_>, groups: &group::Groups, call_id: impl Fn(&[EventId], usize) -> Symbol + Sync) -> Dialogs {
        let part = |part: std::ops::Range<usize>| {
            let mut keys = Vec::new();
            let own = groups.fetched(ctx.trace, part.clone()).zip(part);
            own.map(|(ids, at)| Dialog::of(ctx, ids, call_id(ids, at), &mut keys)).collect::<Vec<_>>()
        };
        let all: Vec<Dialog> = groups.parts(PART).flat_map_iter(part).collect();
        let mut out = Dialogs::default();
        out.take_in(all);
        out
    }

    /// Adds what some Call-IDs tell, in place of what is known of them.
    fn take_in(&mut self, more: Vec<Dialog>) {
        for Dialog { call_id, found, messages } in more {
            let at = call_id.0 as usize;
            if self.messages.len() <= at {
                self.messages.resize(at + 1, 0);
            }
            if let Some(slot) = self.messages.get_mut(at) {
                *slot = messages;
            }
            let Some((found, said, notes)) = found.map(|found| *found) else { continue };
            self.calls.extend(found.calls.into_iter().zip(said).map(|(call, said)| (call_id, call, said)));
            self.pushes.extend(found.pushes.into_iter().map(|push| (call_id, push)));
            self.inside.extend(found.messages_inside.into_iter().map(|message| (call_id, message)));
            self.asked.push((call_id, notes));
        }
        self.calls.par_sort_by_cached_key(|(_, call, _)| place_of_call(call));
        self.pushes.par_sort_by_cached_key(|(_, push)| place_of_push(push));
        self.inside.par_sort_by_cached_key(|(_, message)| place_of_message(message));
        self.asked.sort_unstable_by_key(|(call_id, _)| *call_id);
    }

    /// The same of the trace that has grown, how many Call-IDs were judged, and which.
    fn go_on(mut self, ctx: &Context<'_>, growth: &Growth) -> (Dialogs, usize, Option<Vec<bool>>) {
        let trace = ctx.trace;
        let mut touched = vec![false; trace.symbol_count()];
        let changed = |(_, notes): &&(Symbol, Notes)| {
            notes.as_ref().is_none_or(|all| all.iter().any(|asked| answer(ctx, asked.question) != asked.answer))
        };
        let changed: Vec<Symbol> =
            self.asked.par_iter().with_min_len(256).filter(changed).map(|(call_id, _)| *call_id).collect();
        for call_id in growth.call_ids(trace).chain(changed) {
            if let Some(slot) = touched.get_mut(call_id.0 as usize) {
                *slot = true;
            }
        }
        let is_touched = |call_id: Symbol| touched.get(call_id.0 as usize) == Some(&true);
        for (slot, _) in self.messages.iter_mut().zip(&touched).filter(|(_, touched)| **touched) {
            *slot = 0;
        }
        self.calls.retain(|(call_id, ..)| !is_touched(*call_id));
        self.pushes.retain(|(call_id, _)| !is_touched(*call_id));
        self.inside.retain(|(call_id, _)| !is_touched(*call_id));
        self.asked.retain(|(call_id, _)| !is_touched(*call_id));
        let groups = group::some(trace, is_touched);
        let call_id =
            |ids: &[EventId], _| ids.first().and_then(|id| trace.event(*id)?.call_id()).unwrap_or(Symbol(u32::MAX));
        let more = Dialogs::of(ctx, &groups, call_id);
        let judged = more.asked.len();
        (self.join(more), judged, Some(touched))
    }

    fn join(mut self, more: Dialogs) -> Dialogs {
        self.messages.resize(self.messages.len().max(more.messages.len()), 0);
        for (slot, own) in self.messages.iter_mut().zip(more.messages) {
            *slot += own;
        }
        self.calls.extend(more.calls);
        self.pushes.extend(more.pushes);
        self.inside.extend(more.inside);
        self.asked.extend(more.asked);
        self.take_in(Vec::new());
        self
    }
}

impl Dialog {
    fn of(ctx: &Context<'_>, ids: &[EventId], call_id: Symbol, keys: &mut Vec<group::Key>) -> Dialog {
        let kinds = group::kinds(ctx.trace, ids);
        if !kinds.call && !kinds.message {
            let messages = group::count_messages(ctx.trace, ids, keys);
            return Dialog { call_id, found: None, messages };
        }
        let mut found = Analysis::default();
        let ((), asked) = noting(|| super::read_group(ctx, ids, &kinds, &mut found));
        let messages = found.messages;
        let notes = (found.calls.len() < ALONE).then(|| asked.into_boxed_slice());
        let time = |id| ctx.clocks.time(ctx.servers, id, ctx.event(id)?);
        let said =
            found.calls.iter().map(|call| conversation::Said::of(ctx.trace, &time, call.own_records())).collect();
        Dialog { call_id, found: Some(Box::new((found, said, notes))), messages }
    }
}

/// What is told now.
fn answer(ctx: &Context<'_>, question: Question) -> Answer {
    let coverage = ctx.coverage;
    match question {
        Question::Whole(server, from, to) => yes(coverage.whole(server, from, to)),
        Question::Joined(server, a, b) => yes(coverage.joined(server, a, b)),
        Question::RunsOn(server, id, from, ms) => yes(coverage.runs_on(server, (id, from), ms)),
        Question::IsLast(server, id) => yes(coverage.is_last(server, id)),
        Question::DarkSince(server, id) => perhaps(coverage.dark_since(server, id).map(|t| t.0)),
        Question::HoleAhead(server, id) => coverage.hole_ahead(server, id).map_or([0; 3], Hole::in_numbers),
        Question::EndAfter(server, id) => coverage.end_after(server, id).in_numbers(),
        Question::BlindAt(server, time) => coverage.blind_at(server, time).in_numbers(),
        Question::Unsure(a, b) => perhaps(ctx.unsure_ms(a, b)),
        Question::Spread(server) => perhaps(ctx.clocks.unsure(server)),
        Question::Steady(server, id) => yes(ctx.clocks.is_steady(server, id)),
        // Never what it was.
        Question::All => [1; 3],
    }
}
