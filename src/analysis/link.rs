//! Pushes to calls (PUSH.md section 6).

use hashbrown::HashMap;

use super::Analysis;
use super::call::Call;
use super::coverage::Blind;
use super::message::Context;
use super::push::Push;
use super::servers::ServerId;
use super::words::Link;
use crate::time::Timestamp;

/// Links every push of a user to the call it announces, where the evidence says so. Returns for each call why a
/// push that is linked to none may still be its own.
pub(super) fn link(analysis: &mut Analysis, ctx: &Context<'_>) -> Vec<Option<Blind>> {
    let mut doubts = vec![None; analysis.calls.len()];
    let mut by_callee: HashMap<&str, Vec<usize>> = HashMap::new();
    for (i, call) in analysis.calls.iter().enumerate() {
        for callee in &call.callees {
            by_callee.entry(callee).or_default().push(i);
        }
    }
    let mut links = Vec::new();
    for (p, push) in analysis.pushes.iter().enumerate() {
        let Some(user) = push.user.as_ref().filter(|_| !push.synthetic).map(|u| u.to_ascii_lowercase()) else {
            continue;
        };
        let calls = by_callee.get(user.as_str()).map_or(&[][..], Vec::as_slice);
        let around = near(&analysis.calls, calls, push);
        let mut scored: Vec<(usize, i32, i64)> = around
            .iter()
            .filter_map(|i| score(analysis.calls.get(*i)?, push, ctx).map(|(s, gap)| (*i, s, gap)))
            .collect();
        let smallest = scored.iter().map(|(_, _, gap)| *gap).min();
        for (_, score, gap) in &mut scored {
            *score += if Some(*gap) == smallest { 2 } else { 0 };
        }
        let best = scored.iter().map(|(_, s, _)| *s).max();
        let winners: Vec<usize> = scored.iter().filter(|(_, s, _)| Some(*s) == best).map(|(i, ..)| *i).collect();
        let others =
            |not: Option<usize>| scored.iter().map(|(i, ..)| *i).filter(|i| Some(*i) != not).collect::<Vec<_>>();
        if winners.len() != 1 {
            for i in around {
                let (Some(call), Some(doubt)) = (analysis.calls.get(*i), doubts.get_mut(*i)) else { continue };
                if scored.iter().any(|(s, ..)| s == i) {
                    *doubt = Some(Blind::Tied);
                } else if doubt.is_none() && is_apart(call, push, ctx) {
                    *doubt = Some(Blind::Clocks);
                }
            }
        }
        links.push(match (&winners[..], scored.len()) {
            ([only], 1) => (p, Some(*only), Link::Certain, Vec::new()),
            ([only], _) => (p, Some(*only), Link::Likely, others(Some(*only))),
            _ => (p, None, Link::None, others(None)),
        });
    }
    drop(by_callee);
    for (p, call, link, candidates) in links {
        if let Some(push) = analysis.pushes.get_mut(p) {
            (push.call, push.link, push.candidates) = (call, link, candidates);
        }
        if let Some(call) = call.and_then(|c| analysis.calls.get_mut(c)) {
            call.pushes.push(p);
            call.mobile = true;
        }
    }
    doubts
}

/// Calls considered for one push, before and after its time; a user with more open calls than this at one
/// moment is a load test, and scoring all pairs of it would be quadratic.
const NEAR: (usize, usize) = (128, 32);

/// The calls of a user around the time of a push, in order of time.
fn near<'a>(calls: &[Call], of_user: &'a [usize], push: &Push) -> &'a [usize] {
    let at = of_user.partition_point(|i| calls.get(*i).is_some_and(|c| c.started.is_some() && c.started <= push.sent));
    of_user.get(at.saturating_sub(NEAR.0)..of_user.len().min(at + NEAR.1)).unwrap_or_default()
}

/// Clocks of which nothing is known may be a day apart, by time zones, and then some.
const APART_MS: i64 = 26 * 3_600_000;

/// Whether a call and a push were logged on clocks that cannot be compared, and may be of one time all the same.
fn is_apart(call: &Call, push: &Push, ctx: &Context<'_>) -> bool {
    let pairs = || call.clocks.iter().flat_map(|c| push.times.iter().map(move |(s, t)| (c, *s, *t)));
    !pairs().any(|(c, server, _)| ctx.clocks.comparable(server, c.server))
        && pairs().any(|(c, _, sent)| sent.since(c.start).abs() <= APART_MS)
}

/// Score and distance in milliseconds, or `None` when the call cannot be the one.
fn score(call: &Call, push: &Push, ctx: &Context<'_>) -> Option<(i32, i64)> {
    let options = ctx.options;
    let on = |same: &dyn Fn(ServerId, ServerId) -> bool| {
        call.clocks.iter().find_map(|c| push.times.iter().find(|(s, _)| same(*s, c.server)).map(|(s, t)| (c, *s, *t)))
    };
    // Best on the clock of one server that logged both; else on clocks that can be compared.
    let (clock, server, sent) = on(&|a, b| a == b).or_else(|| on(&|a, b| ctx.clocks.comparable(a, b)))?;
    // Corrected times of two servers are as sure as their offset.
    let unsure = if server == clock.server { 0 } else { ctx.clocks.unsure_ms(server, clock.server) };
    let end = clock.end.map_or_else(|| clock.start.plus(options.no_final_ms), |t| t.plus(options.push_slack_ms));
    if sent < clock.start.plus(-unsure) || sent > end.plus(unsure) {
        return None;
    }
    let rang: Option<Timestamp> = clock.rang.filter(|t| *t <= sent);
    let gap = sent.since(rang.unwrap_or(clock.start));
    let mut score = 0;
    if call.mobile {
        score += 3;
    }
    if rang.is_some() {
        score += 2;
    }
    if !push.display.is_empty() && push.display == call.display {
        score += 1;
    }
    Some((score, gap))
}
