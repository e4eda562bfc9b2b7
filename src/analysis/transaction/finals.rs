//! Which final response counts: what the caller was told, as RFC 3261 section 16.7 has it.

use super::{Branch, InviteTransaction};
use crate::analysis::message::{Context, Msg};
use crate::record::Direction;
use crate::sip::Method;

/// A server sends a 2xx on at once, whatever it sent before (RFC 3261 section 16.7 step 5).
const AT_ONCE_MS: i64 = 2_000;

/// The final that counts: a 2xx on a root, or on its way to one; else what the last root was told; where its log lacks
/// that, what was sent on nearest to it; where nothing was, the best of the legs.
pub(super) fn of<'m>(ctx: &Context<'_>, attempt: &mut InviteTransaction<'m>) -> Option<&'m Msg<'m>> {
    let answered = |r: &usize| Some((*r, attempt.branches.get(*r)?.finals().find(|m| m.status < 300)?));
    if let Some((root, answer)) = attempt.roots.iter().find_map(answered) {
        attempt.root = root;
        return Some(answer);
    }
    if let Some(answer) = inner_answer(ctx, attempt) {
        return Some(answer);
    }
    let superseded = superseded(ctx, attempt);
    let open: Vec<usize> = attempt.roots.iter().copied().filter(|r| !superseded.contains(r)).collect();
    attempt.root = open.first().copied().unwrap_or(attempt.root);
    let told: Vec<Option<&Msg<'_>>> =
        open.iter().map(|r| attempt.branches.get(*r).and_then(|h| last_told(ctx, h))).collect();
    if let Some(best) = best(told.iter().flatten().copied()).filter(|_| told.iter().all(Option::is_some)) {
        return Some(best);
    }
    if open.len() > 1 {
        return None;
    }
    let inside = |hop: usize| !superseded.iter().any(|r| attempt.is_below(hop, *r));
    sent_on(ctx, attempt, &inside).or_else(|| best_of_legs(attempt, &inside))
}

/// The final on a root. Clients that put no branch into their Via have one hop for all servers that they try: a final
/// behind which the request went to another server was not the last.
fn last_told<'m>(ctx: &Context<'_>, hop: &Branch<'m>) -> Option<&'m Msg<'m>> {
    hop.finals().take(MOST).find(|f| !goes_on(ctx, hop, f))
}

/// Whether behind a final the request went to another server under the same branch.
fn goes_on(ctx: &Context<'_>, hop: &Branch<'_>, f: &Msg<'_>) -> bool {
    let mut requests = hop.messages.iter().filter(|m| m.method == Method::Invite && m.is_request()).take(MOST);
    requests.any(|m| m.server != f.server && ctx.is_before(f, m) == Some(true))
}

/// Copies of one message on one hop that are looked at.
const MOST: usize = 64;

/// Roots whose final came ahead of the request at another root: the caller, or the server before, went on there. A 503
/// is what they go on behind (RFC 3263 section 4.3), whatever the clocks of the two servers say.
fn superseded(ctx: &Context<'_>, attempt: &InviteTransaction<'_>) -> Vec<usize> {
    if attempt.roots.len() < 2 {
        return Vec::new();
    }
    let hop = |r: &usize| attempt.branches.get(*r);
    let is_full = |r: &&usize| {
        let mut finals = hop(r).into_iter().flat_map(Branch::finals).take(MOST).peekable();
        finals.peek().is_some() && finals.all(|f| f.status == 503)
    };
    let roots = || attempt.roots.iter().take(MOST);
    let mut full: Vec<usize> = roots().filter(is_full).copied().collect();
    if full.len() == roots().count() {
        full.clear();
    }
    let is = |r: &&usize| {
        if full.contains(r) {
            return true;
        }
        let Some(end) = hop(r).and_then(|h| h.finals().next()) else { return false };
        let others = roots().filter(|o| o != r && !full.contains(o)).filter_map(|o| hop(o)?.messages.first().copied());
        others.into_iter().any(|m| ctx.is_before(end, m) == Some(true))
    };
    roots().filter(is).copied().collect()
}

/// The best of several finals: 6xx first, else the lowest class (RFC 3261 section 16.7 step 6).
fn best<'m>(finals: impl Iterator<Item = &'m Msg<'m>>) -> Option<&'m Msg<'m>> {
    finals.min_by_key(|m| if m.status >= 600 { 0 } else { m.status / 100 })
}

/// A 2xx that a server behind the caller's got, or sent on. It reaches the caller even behind another final, unless the
/// log of the caller's server, whole for that time, shows that it did not.
fn inner_answer<'m>(ctx: &Context<'_>, attempt: &InviteTransaction<'m>) -> Option<&'m Msg<'m>> {
    let finals =
        attempt.branches.iter().enumerate().filter(|(i, _)| !attempt.is_root(*i)).flat_map(|(_, h)| h.finals());
    let answer =
        finals.filter(|m| m.status < 300).min_by_key(|m| (m.direction != Direction::Outgoing, m.vias.len()))?;
    let roots = attempt.roots.iter().filter_map(|r| attempt.branches.get(*r));
    let kept_back = roots.flat_map(Branch::finals).any(|told| {
        let time = answer.time.zip(told.time).map(|(a, t)| a.max(t));
        match time {
            Some(time) => {
                let unsure = ctx.unsure_ms((answer.server, answer.id), (told.server, told.id));
                told.time.zip(unsure).is_some_and(|(t, unsure)| {
                    ctx.coverage.whole(told.server, t.min(time), time.plus(AT_ONCE_MS + unsure))
                })
            }
            // Without times: the caller's final stands behind it.
            None => answer.server == told.server && answer.id < told.id,
        }
    });
    (!kept_back).then_some(answer)
}

/// The final that a server sent towards the caller, on the hop nearest to it.
fn sent_on<'m>(
    ctx: &Context<'_>,
    attempt: &InviteTransaction<'m>,
    inside: &dyn Fn(usize) -> bool,
) -> Option<&'m Msg<'m>> {
    let hops = attempt.branches.iter().enumerate().filter(|(i, _)| inside(*i)).map(|(_, h)| h);
    let finals = hops.flat_map(|h| h.finals().take(MOST).filter(|f| !goes_on(ctx, h, f)));
    let finals = finals.filter(|m| m.direction == Direction::Outgoing);
    // A 2xx that did not get through counts no more.
    finals.filter(|m| m.status >= 300).min_by_key(|m| m.vias.len())
}

fn best_of_legs<'m>(attempt: &InviteTransaction<'m>, inside: &dyn Fn(usize) -> bool) -> Option<&'m Msg<'m>> {
    let hops = attempt.branches.iter().enumerate();
    let legs = || hops.clone().filter(|(i, h)| h.leaf && !attempt.is_root(*i) && inside(*i)).map(|(_, h)| h);
    let finals: Vec<&Msg<'_>> = legs().filter_map(|leg| leg.finals().last()).collect();
    if finals.is_empty() || finals.len() < legs().count() {
        return None;
    }
    // Legs that a server cancelled, not the caller, tell nothing of what the caller was told.
    best(finals.into_iter()).filter(|m| m.status != 487)
}
