//! Whether an occasion may have caused a push: by the order of records on one server, else by clocks that can be
//! compared.

use super::assign::Edge;
use crate::analysis::Analysis;
use crate::analysis::call::{Call, Clock};
use crate::analysis::coverage::Blind;
use crate::analysis::message::Context;
use crate::analysis::push::{FirstSeen, Push};
use crate::analysis::servers::ServerId;
use crate::time::Timestamp;
use crate::trace::EventId;

/// What can cause a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub(crate) enum Occasion {
    /// An INVITE, or that it was missed: a number of [`Analysis::calls`].
    Call(u32),
    /// A MESSAGE inside a conversation: a number of [`Analysis::messages_inside`].
    Message(u32),
}

/// How an occasion causes a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// While it rings, or a message waits, soon after it came.
    Prompt,
    /// The same, but late.
    Late,
    /// Soon after a call was missed.
    Missed,
    /// Soon after somebody spoke to the voice mail.
    VoiceMail,
}

/// How an occasion and a push stand to each other.
#[derive(Clone, Copy, Debug)]
pub(super) enum Fit {
    Fits(Kind),
    /// On clocks that cannot be compared.
    Apart,
    Not,
}

/// A push goes out within this after the phone was asked, as in all published traces.
const PROMPT_MS: i64 = 4_000;
/// The same for the notice of a missed call behind its end.
const MISSED_MS: i64 = 4_000;
/// Until a voice mail is in the mailbox, and its owner is told.
const VOICE_MAIL_MS: i64 = 60_000;
/// Clocks of which nothing is known may be a day apart, by time zones, and then some.
const APART_MS: i64 = 26 * 3_600_000;

/// When an occasion was open on one server.
struct Span {
    server: ServerId,
    first: EventId,
    start: Option<Timestamp>,
    /// From when on the push counts as prompt.
    alert: Option<(EventId, Option<Timestamp>)>,
    end: Option<(EventId, Option<Timestamp>)>,
    /// The request stands in the log: before it, nothing was open.
    begins: bool,
}

impl Occasion {
    pub(super) fn call(self) -> Option<u32> {
        if let Occasion::Call(c) = self { Some(c) } else { None }
    }

    pub(super) fn start(self, analysis: &Analysis) -> Option<Timestamp> {
        match self {
            Occasion::Call(c) => analysis.calls.get(c as usize).and_then(|c| c.started),
            Occasion::Message(m) => analysis.messages_inside.get(m as usize).and_then(|m| m.sent),
        }
    }

    /// Whether its final response stands in a log.
    pub(super) fn has_end(self, analysis: &Analysis) -> bool {
        self.spans(analysis).iter().any(|s| s.end.is_some())
    }

    /// Its place in the order of time; without times, of the records.
    pub(super) fn place(self, analysis: &Analysis) -> (Option<Timestamp>, Option<EventId>) {
        let first = match self {
            Occasion::Call(c) => analysis.calls.get(c as usize).map(|c| c.first),
            Occasion::Message(m) => analysis.messages_inside.get(m as usize).map(|m| m.first),
        };
        (self.start(analysis), first)
    }

    pub(super) fn is_mobile(self, analysis: &Analysis) -> bool {
        match self {
            Occasion::Call(c) => analysis.calls.get(c as usize).is_some_and(|c| c.mobile),
            Occasion::Message(m) => analysis.messages_inside.get(m as usize).is_some_and(|m| m.mobile),
        }
    }

    /// Whether a server logged it and so tells where it went.
    pub(super) fn is_told_by(self, analysis: &Analysis, server: Option<ServerId>) -> bool {
        self.spans(analysis).iter().any(|s| Some(s.server) == server)
    }

    fn spans(self, analysis: &Analysis) -> Vec<Span> {
        match self {
            Occasion::Call(c) => analysis.calls.get(c as usize).map(|c| c.clocks.iter().map(span_of_call).collect()),
            Occasion::Message(m) => analysis.messages_inside.get(m as usize).map(|m| {
                let end = |s: &FirstSeen| m.ends.iter().find(|e| e.server == s.server).map(|e| (e.id, e.time));
                m.sights
                    .iter()
                    .map(|s| Span {
                        server: s.server,
                        first: s.id,
                        start: s.time,
                        alert: None,
                        end: end(s),
                        begins: true,
                    })
                    .collect()
            }),
        }
        .unwrap_or_default()
    }

    /// Whether it may have caused a push.
    pub(super) fn fit(self, analysis: &Analysis, ctx: &Context<'_>, push: &Push) -> Fit {
        let spans = self.spans(analysis);
        let seen = |s: &Span| push.sights.iter().find(|p| p.server == s.server).copied();
        let owned = |s: &&Span| Some(s.server) == push.owner;
        let same = spans.iter().filter(owned).chain(&spans).find_map(|s| Some((s, seen(s)?)));
        let ringing = match same {
            Some((span, at)) => on_one_server(ctx, span, at, &spans),
            None => across(ctx, &spans, &push.sights),
        };
        let Some(call) = self.call().and_then(|c| analysis.calls.get(c as usize)) else { return ringing };
        match ringing {
            Fit::Not => missed(ctx, call, &spans, &push.sights),
            // No phone was called.
            _ if call.at_desks => Fit::Not,
            fit => fit,
        }
    }
}

/// Whether a push may tell of what was spoken to the voice mail.
pub(super) fn tells_of_mail(ctx: &Context<'_>, call: &Call, push: &Push) -> bool {
    let near = |clock: &Clock| {
        let seen =
            push.sights.iter().filter_map(|p| Some((ctx.unsure_ms((clock.server, clock.first), (p.server, p.id))?, p)));
        let (unsure, at) = seen.min_by_key(|(unsure, _)| *unsure)?;
        Some((-unsure..=VOICE_MAIL_MS + unsure).contains(&at.time?.since(call.ended?)))
    };
    call.clocks.iter().any(|clock| near(clock) == Some(true))
}

impl Occasion {
    /// Without times: whether it ended unanswered ahead of a push and while another that fits was open, so that the
    /// push may be its notice.
    pub(super) fn is_missed_amid(self, analysis: &Analysis, ctx: &Context<'_>, push: &Push, others: &[Edge]) -> bool {
        let Some(call) = self.call().and_then(|c| analysis.calls.get(c as usize)) else { return false };
        let answered =
            matches!(call.outcome, crate::analysis::Outcome::Answered | crate::analysis::Outcome::MediaFailed);
        let order = |s: ServerId, id| ctx.coverage.order(s, id);
        !answered
            && !others.iter().any(|e| e.occasion() == self)
            && self.spans(analysis).iter().any(|own| {
                let sent = push.sights.iter().find(|p| p.server == own.server).map(|p| p.id);
                let Some(((end, _), sent)) = own.end.zip(sent) else { return false };
                let end = order(own.server, end);
                let began = |o: &Occasion| {
                    o.spans(analysis).iter().any(|s| s.server == own.server && order(s.server, s.first) < end)
                };
                end < order(own.server, sent) && others.iter().any(|e| began(&e.occasion()))
            })
    }
}

fn span_of_call(clock: &Clock) -> Span {
    Span {
        server: clock.server,
        first: clock.first,
        start: clock.start,
        alert: clock.alert.map(|id| (id, clock.rang)),
        end: clock.last.map(|id| (id, clock.end)),
        begins: clock.invite.is_some(),
    }
}

/// By the order of the server's own records.
fn on_one_server(ctx: &Context<'_>, span: &Span, push: FirstSeen, all: &[Span]) -> Fit {
    let file = |id: EventId| ctx.event(id).map(|e| e.file);
    if (push.time.is_none() || span.start.is_none()) && file(push.id) != file(span.first) {
        return Fit::Not;
    }
    let order = |id: EventId| ctx.coverage.order(span.server, id);
    let at = order(push.id);
    if span.end.is_some_and(|(end, _)| at > order(end)) {
        return Fit::Not;
    }
    let over = |start: Timestamp| push.time.is_some_and(|t| t.since(start) > ctx.options.no_final_ms);
    let ended = |s: &Span| {
        let Some(((end, at), sent)) = s.end.and_then(|(id, at)| Some((id, at?))).zip(push.time) else { return false };
        ctx.unsure_ms((s.server, end), (push.server, push.id)).is_some_and(|unsure| sent > at.plus(unsure))
    };
    if span.end.is_none() && (span.start.is_some_and(over) || all.iter().any(ended)) {
        return Fit::Not;
    }
    if at < order(span.first) && (span.begins || !may_be_open(ctx, span, push, all)) {
        return Fit::Not;
    }
    let alert = span.alert.filter(|(id, _)| order(*id) <= at).map_or(span.start, |(_, time)| time);
    // Where its start is in the dark here, another server may tell when it was.
    let start = if span.begins { alert } else { alert.into_iter().chain(all.iter().filter_map(|s| s.start)).min() };
    fits(push.time.zip(start).map(|(t, s)| t.since(s).max(0)))
}

/// Whether something that shows on a server later only may have been open at a time: it began in the dark, and not
/// after the push.
fn may_be_open(ctx: &Context<'_>, span: &Span, push: FirstSeen, all: &[Span]) -> bool {
    let dark = ctx.coverage.dark_since(span.server, span.first);
    let told = ctx.coverage.joined(span.server, push.id, span.first) && dark.is_none_or(|d| push.time > Some(d));
    let unsure = |s: &Span| ctx.unsure_ms((s.server, s.first), (push.server, push.id));
    let elsewhere = all.iter().filter(|s| s.begins).find_map(|s| Some((s.start?, unsure(s)?)));
    match (elsewhere, push.time) {
        (Some((start, unsure)), Some(sent)) => sent >= start.plus(-unsure),
        _ => told,
    }
}

fn fits(delay: Option<i64>) -> Fit {
    let delay = delay.unwrap_or(0);
    Fit::Fits(if delay <= PROMPT_MS { Kind::Prompt } else { Kind::Late })
}

/// By the clocks of several servers, give or take what is not known of them.
fn across(ctx: &Context<'_>, spans: &[Span], sights: &[FirstSeen]) -> Fit {
    let pairs = || spans.iter().flat_map(|s| sights.iter().map(move |p| (s, *p)));
    let unsure = |s: &Span, p: FirstSeen| ctx.unsure_ms((s.server, s.first), (p.server, p.id));
    let known = pairs().filter_map(|(s, p)| Some((s, p, unsure(s, p)?))).min_by_key(|(.., unsure)| *unsure);
    let Some((span, push, unsure)) = known else {
        // Without times, any order of two logs is possible.
        let near = |(s, p): (&Span, FirstSeen)| {
            s.start.zip(p.time).map_or(s.server != p.server, |(s, t)| t.since(s).abs() <= APART_MS)
        };
        return if pairs().any(near) { Fit::Apart } else { Fit::Not };
    };
    let (Some(start), Some(sent)) = (span.start, push.time) else { return Fit::Not };
    let end = span.end.and_then(|(_, t)| t).unwrap_or_else(|| start.plus(ctx.options.no_final_ms));
    if sent < start.plus(-unsure) || sent > end.plus(unsure) {
        // Where a clock was set, messages between servers tell about when only.
        let step = ctx.clocks.most_set(span.server);
        let near = step > 0 && sent >= start.plus(-unsure - step) && sent <= end.plus(unsure + step);
        return if near { Fit::Apart } else { Fit::Not };
    }
    let alert = span.alert.and_then(|(_, t)| t).filter(|t| *t <= sent.plus(unsure));
    fits(Some(sent.since(alert.unwrap_or(start)).max(0)))
}

/// Whether a push tells of a call that was missed a moment ago.
fn missed(ctx: &Context<'_>, call: &Call, spans: &[Span], sights: &[FirstSeen]) -> Fit {
    if matches!(call.outcome, crate::analysis::Outcome::Answered | crate::analysis::Outcome::MediaFailed) {
        return Fit::Not;
    }
    let pairs = spans.iter().flat_map(|s| sights.iter().map(move |p| (s, *p)));
    let since = pairs.filter_map(|(s, p)| {
        let (id, time) = s.end?;
        // A final response whose own time is damaged came no later than the last record of the call.
        let end = time.or(call.ended)?;
        let known = if time.is_some() { id } else { s.first };
        Some((p.time?.since(end), ctx.unsure_ms((s.server, known), (p.server, p.id))?))
    });
    let near =
        since.min_by_key(|(_, unsure)| *unsure).filter(|(ms, unsure)| (-unsure..=MISSED_MS + unsure).contains(ms));
    near.map_or(Fit::Not, |_| Fit::Fits(Kind::Missed))
}

/// Why the log of the Front End that sent a push cannot tell that nothing else caused it.
pub(super) fn blind(analysis: &Analysis, ctx: &Context<'_>, p: usize, occasion: Occasion) -> Option<Blind> {
    let push = analysis.pushes.get(p)?;
    let Some(owner) = push.owner else {
        return (!push.sights.is_empty()).then_some(Blind::ServerMissing);
    };
    if ctx.servers.get(owner).is_some_and(|s| s.role.is_bystander()) {
        return Some(Blind::ServerMissing);
    }
    match occasion.call().and_then(|c| analysis.calls.get(c as usize)) {
        // Which phones were called, and for which calls else, the server tells that has no log here.
        Some(call) if call.goes_behind() => return Some(Blind::ServerMissing),
        // No phone was seen to be called, and the log does not tell whom the server called.
        Some(call) if !call.mobile => return Some(Blind::StartMissing),
        _ => {}
    }
    let spans = occasion.spans(analysis);
    let own = spans.iter().find(|s| s.server == owner);
    let sent = push.sights.iter().find(|s| s.server == owner);
    let (Some(own), Some(sent)) = (own, sent) else {
        // The call is known from another server only: the whole of its time must be told here.
        let known: Vec<&Span> = spans.iter().filter(|s| ctx.clocks.comparable(s.server, owner)).collect();
        let time = sent.or(push.sights.first()).and_then(|s| s.time);
        let Some((time, start)) = time.zip(known.iter().filter_map(|s| s.start).min()) else {
            return Some(Blind::Clocks);
        };
        if !ctx.coverage.whole(owner, start, time) {
            return Some(Blind::ServerMissing);
        }
        // And a log that shows the call must tell that it was still open then.
        let is_open = |s: &Span| {
            let ended = s.end.and_then(|(_, at)| at).is_some_and(|end| end >= time);
            ended || s.start.is_some_and(|start| ctx.coverage.whole(s.server, start, time))
        };
        let shut = known.first().filter(|_| !known.iter().any(|s| is_open(s)));
        return shut.map(|s| ctx.coverage.blind_at(s.server, time));
    };
    let told = own.begins && ctx.coverage.joined(owner, own.first, sent.id);
    (!told).then(|| ctx.coverage.end_after(owner, if own.begins { own.first } else { sent.id }))
}
