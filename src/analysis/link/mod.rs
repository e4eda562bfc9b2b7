//! Pushes to what caused them (PUSH.md section 6): a call that rings at a phone, a message inside a conversation, a call
//! that was missed.
//!
//! ```text
//! push ── fit ──► occasions of its user at that time ── assign ──► one, where the logs leave no other
//! ```
//!
//! One MESSAGE belongs to one occasion at most. A link to the wrong call is worse than none: where another occasion
//! fits as well, or where the log of the Front End that sent the push would have to tell of others and is blind, the
//! push is linked to none, and every candidate keeps a doubt.

mod assign;
mod fit;

use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Analysis;
use super::coverage::Blind;
use super::message::Context;
use super::pack::pack;
use super::terms::Link;
use crate::time::Timestamp;
use crate::trace::EventId;
pub(crate) use assign::Given;
use assign::{Edge, assign, rooms};
pub(crate) use fit::Occasion;
use fit::{Fit, Kind};

/// Why a push that is linked to none may still be a call's own.
#[derive(Clone, Copy, Debug)]
pub(super) struct AmbiguousPush {
    /// Number of the push.
    pub(super) push: usize,
    pub(super) why: Blind,
}

/// The doubts of every occasion.
#[derive(Debug, Default)]
pub(super) struct Ambiguity {
    pub(super) calls: Vec<Vec<AmbiguousPush>>,
    pub(super) messages: Vec<Vec<AmbiguousPush>>,
}

impl Ambiguity {
    /// Keeps a doubt of an occasion, as long as it has few of that kind.
    fn add(&mut self, analysis: &Analysis, occasion: Occasion, doubt: AmbiguousPush) {
        let (own, to) = match occasion {
            Occasion::Call(c) => (self.calls.get_mut(c as usize), analysis.calls.get(c as usize).map(|c| &c.to)),
            Occasion::Message(m) => {
                (self.messages.get_mut(m as usize), analysis.messages_inside.get(m as usize).map(|m| &m.to))
            }
        };
        // The callee's own pushes decide, before those of others.
        let kind = |d: &AmbiguousPush| {
            let push = analysis.pushes.get(d.push)?;
            Some((push.result, to.is_some_and(|to| push.is_of(to))))
        };
        let alike = |own: &[AmbiguousPush]| own.iter().filter(|d| kind(d) == kind(&doubt)).count();
        if let Some(own) = own.filter(|own| alike(own) < MOST_ALIKE) {
            own.push(doubt);
        }
    }
}

/// Calls considered for one push, before and after its time; a user with more open calls than this at one
/// moment is a load test, and asking all pairs of it would be quadratic.
const NEAR: (usize, usize) = (48, 16);

/// Ambiguous pushes that are kept of one call, of pushes that ended alike, and of the callee or of others: a verdict hangs on nothing
/// else, so more change nothing.
const MOST_ALIKE: usize = 8;
/// Voice mails that are looked at before one push.
const MAILS: usize = 16;

/// What a push may belong to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Proposal {
    /// Number of the push.
    pub(crate) push: usize,
    /// What cannot be told, since its clock cannot be compared with that of the push.
    pub(crate) apart: Vec<Occasion>,
    pub(crate) given: Given,
}

/// Links every push, where the evidence says to what. Returns the doubts of each occasion.
pub(super) fn link(analysis: &mut Analysis, ctx: &Context<'_>, proposals: Vec<Proposal>) -> Ambiguity {
    let mut doubts = Ambiguity {
        calls: vec![Vec::new(); analysis.calls.len()],
        messages: vec![Vec::new(); analysis.messages_inside.len()],
    };
    for Proposal { push, apart, .. } in &proposals {
        for occasion in apart {
            doubts.add(analysis, *occasion, AmbiguousPush { push: *push, why: Blind::Clocks });
        }
    }
    for Proposal { push, given, .. } in proposals {
        put(analysis, ctx, push, given, &mut doubts);
    }
    doubts
}

/// What each push of each user may belong to: users in the order of their first push, the pushes of each in their order.
pub(super) fn propose(analysis: &Analysis, ctx: &Context<'_>) -> Vec<Proposal> {
    let lower: Vec<String> = analysis.messages_inside.iter().map(|m| m.to.to_ascii_lowercase()).collect();
    let mut of_user: HashMap<&str, Vec<Occasion>> = HashMap::new();
    for (i, call) in (0..).zip(&analysis.calls) {
        for callee in &call.callees {
            of_user.entry(callee).or_default().push(Occasion::Call(i));
        }
    }
    let mailed: Vec<(u32, String)> = (0..)
        .zip(&analysis.calls)
        .filter(|(_, c)| c.voice_mail && c.started.is_some())
        .map(|(i, c)| (i, c.to.to_ascii_lowercase()))
        .collect();
    let mut mail: HashMap<&str, Vec<u32>> = HashMap::new();
    for (i, to) in &mailed {
        mail.entry(to).or_default().push(*i);
    }
    for (i, to) in (0..).zip(&lower) {
        of_user.entry(to).or_default().push(Occasion::Message(i));
    }
    for own in of_user.values_mut() {
        own.sort_by_key(|o| o.place(analysis));
    }
    let mut pushes: HashMap<String, Vec<usize>> = HashMap::new();
    let mut users: Vec<String> = Vec::new();
    for (p, push) in analysis.pushes.iter().enumerate().filter(|(_, p)| !p.synthetic) {
        let Some(user) = push.user.as_ref().map(|u| u.to_ascii_lowercase()) else { continue };
        pushes
            .entry(user.clone())
            .or_insert_with(|| {
                users.push(user);
                Vec::new()
            })
            .push(p);
    }
    let rooms = rooms(analysis);
    let of = |user: &String| {
        let occasions = of_user.get(user.as_str()).map_or(&[][..], Vec::as_slice);
        let own = pushes.get(user).map_or(&[][..], Vec::as_slice);
        let mail = mail.get(user.as_str()).map_or(&[][..], Vec::as_slice);
        let (edges, apart): (Vec<Vec<Edge>>, Vec<Vec<Occasion>>) =
            own.iter().map(|p| edges(analysis, ctx, (occasions, mail), *p)).unzip();
        let given = assign(analysis, &rooms, own, edges);
        let all = own.iter().zip(apart).zip(given);
        all.map(|((push, apart), given)| Proposal { push: *push, apart, given }).collect::<Vec<_>>()
    };
    users.par_iter().with_min_len(USERS).flat_map_iter(of).collect()
}

/// Users that one worker takes at a time.
const USERS: usize = 64;

/// The occasions that fit a push, and where none does, those on a clock that cannot be compared: they get a doubt.
/// `mail`: calls that ended at the user's voice mail.
fn edges(
    analysis: &Analysis,
    ctx: &Context<'_>,
    (all, mail): (&[Occasion], &[u32]),
    p: usize,
) -> (Vec<Edge>, Vec<Occasion>) {
    let Some(push) = analysis.pushes.get(p) else { return (Vec::new(), Vec::new()) };
    let sent = push.sent.or_else(|| time_ahead(ctx, push.first));
    let at = all.partition_point(|o| o.place(analysis) <= (sent, Some(push.first)));
    let near = all.get(at.saturating_sub(NEAR.0)..all.len().min(at + NEAR.1)).unwrap_or_default();
    let mut out: Vec<Edge> = Vec::with_capacity(1);
    let mut apart = Vec::new();
    for occasion in near {
        match occasion.fit(analysis, ctx, push) {
            Fit::Fits(kind) => out.push(Edge::new(*occasion, kind)),
            Fit::Apart => apart.push(*occasion),
            Fit::Not => {}
        }
    }
    // Where the Front End tells that one call went to a phone and another did not, the other caused no push.
    let is_mobile = |e: &Edge| e.occasion().is_mobile(analysis);
    if out.iter().any(is_mobile) {
        out.retain(|e| is_mobile(e) || !e.occasion().is_told_by(analysis, push.owner));
    }
    if push.sent.is_none() {
        let missed: Vec<Occasion> =
            near.iter().filter(|o| o.is_missed_amid(analysis, ctx, push, &out)).copied().collect();
        out.extend(missed.into_iter().map(|occasion| Edge::new(occasion, Kind::Missed)));
        if !out.is_empty() {
            // Of another log nothing tells whether what stands there came before.
            let rivals = apart.drain(..).filter(|o| o.is_mobile(analysis));
            out.extend(rivals.map(|occasion| Edge::new(occasion, Kind::Prompt)));
        }
    }
    if !out.is_empty() && out.iter().all(|e| e.kind == Kind::Late) {
        let call = |c: &u32| analysis.calls.get(*c as usize);
        let at = mail.partition_point(|c| call(c).is_some_and(|c| c.started <= push.sent));
        let near = mail.get(at.saturating_sub(MAILS)..at).unwrap_or_default();
        let told = near.iter().filter(|c| call(c).is_some_and(|call| fit::tells_of_mail(ctx, call, push)));
        let told: Vec<Occasion> =
            told.map(|c| Occasion::Call(*c)).filter(|o| !out.iter().any(|e| e.occasion() == *o)).collect();
        out.extend(told.into_iter().map(|occasion| Edge::new(occasion, Kind::VoiceMail)));
    }
    if !out.is_empty() {
        apart.clear();
    }
    pack(&mut out);
    (out, apart)
}

/// Of a record that lost its time, that of the nearest ahead of it in its input.
pub(super) fn time_ahead(ctx: &Context<'_>, id: EventId) -> Option<Timestamp> {
    if let Some(known) = ctx.trace.time_ahead(id) {
        return known;
    }
    let file = ctx.event(id)?.file;
    let ahead = (id.0.saturating_sub(AHEAD)..id.0).rev().map(EventId);
    let mut own = ahead.filter_map(|id| Some((id, ctx.event(id)?))).take_while(|(_, e)| e.file == file);
    own.find_map(|(id, e)| ctx.clocks.time(ctx.servers, id, e))
}

/// Records in which a time is looked for.
const AHEAD: u32 = 64;

/// Puts a link, or the doubts of every candidate, into the analysis.
fn put(analysis: &mut Analysis, ctx: &Context<'_>, p: usize, given: Given, doubts: &mut Ambiguity) {
    let (to, candidates, others) = match given {
        Given::To(occasion, others) => match fit::blind(analysis, ctx, p, occasion) {
            None => (Some(occasion), others, None),
            Some(why) => (None, [vec![occasion], others].concat(), Some(why)),
        },
        Given::None(candidates) => (None, candidates, Some(Blind::Tied)),
    };
    let calls = candidates.iter().filter_map(|o| o.call());
    let mut own = Vec::with_capacity(calls.clone().count());
    own.extend(calls);
    if let (None, Some(why)) = (to, others) {
        for occasion in &candidates {
            doubts.add(analysis, *occasion, AmbiguousPush { push: p, why });
        }
    }
    let Some(push) = analysis.pushes.get_mut(p) else { return };
    push.candidates = own;
    match to {
        Some(Occasion::Call(c)) => {
            let c = c as usize;
            push.call = Some(c);
            push.link = if candidates.is_empty() { Link::Certain } else { Link::Likely };
            if let Some(call) = analysis.calls.get_mut(c) {
                call.pushes.push(p);
                call.mobile = true;
            }
        }
        Some(Occasion::Message(m)) => {
            if let Some(message) = analysis.messages_inside.get_mut(m as usize) {
                message.pushes.push(p);
                message.mobile = true;
            }
        }
        None => {}
    }
}
