//! One for whom it worked: the most similar call that came through.

use super::index::servers_of_call;
use super::parts;
use crate::analysis::{Analysis, Call, PushResult, Verdict};
use crate::ladder::Subject;

/// The most similar call that worked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Twin {
    /// Its number.
    pub call: usize,
    /// What it has in common with the case, in words.
    pub same: Vec<&'static str>,
}

/// So many calls before and behind are looked at: what is further away in time is less alike, and no key waits for it.
const NEAR: usize = 5_000;

impl Twin {
    /// `ben@contoso.com from alice@contoso.com at 2012-02-07 09:14:02, the same callee and servers; Call-ID ...`
    pub fn in_words(&self, analysis: &Analysis) -> Option<String> {
        let call = analysis.calls.get(self.call)?;
        let time = call
            .started
            .map_or(String::new(), |t| format!(" at {}", t.iso().get(..19).unwrap_or_default().replace('T', " ")));
        let verdict = call.verdict.map_or(call.outcome.name(), |v| v.name());
        let same = match self.same.split_last() {
            None => String::new(),
            Some((last, [])) => format!(", the same {last}"),
            Some((last, rest)) => format!(", the same {} and {last}", rest.join(", ")),
        };
        Some(format!("{} from {}{time}: {verdict}{same}; Call-ID {}", call.to, call.from, call.call_id))
    }
}

/// The twin of a call or push that failed; `None` where nothing failed, and where nothing like it worked.
pub fn twin(analysis: &Analysis, subject: &Subject) -> Option<Twin> {
    let (call, pushes) = parts(analysis, subject)?;
    let lost = pushes.iter().filter_map(|p| analysis.pushes.get(*p)).any(|p| p.result != PushResult::Accepted);
    let (at, own) = if let Some(i) = call {
        (i, Some(analysis.calls.get(i)?))
    } else {
        let sent = pushes.first().and_then(|p| analysis.pushes.get(*p))?.sent;
        (analysis.calls.partition_point(|c| c.started.is_some() && c.started < sent), None)
    };
    let open = |c: &Call| c.is_missed() || c.verdict == Some(Verdict::Undetermined);
    let works: &dyn Fn(&Call) -> bool = match own {
        Some(c) if open(c) || (c.verdict.is_some() && lost) => &|c| phone_reached(analysis, c),
        Some(c) if c.outcome.expected() == Some(false) => {
            &|c| c.answer_ms.is_some() && c.outcome.expected() == Some(true)
        }
        None if lost => &|c| phone_reached(analysis, c),
        _ => return None,
    };
    let user =
        own.map(|c| c.to.as_str()).or_else(|| pushes.first().and_then(|p| analysis.pushes.get(*p)?.user.as_deref()));
    let like = Like { own, user, servers: own.map_or(Vec::new(), |c| servers_of_call(analysis, c)) };
    let near = at.saturating_sub(NEAR)..at.saturating_add(NEAR).min(analysis.calls.len());
    let candidates = near.filter(|i| Some(*i) != call).filter_map(|i| {
        let other = analysis.calls.get(i).filter(|c| works(c))?;
        let same = like.same(analysis, other);
        let weight: u32 = same.iter().map(|(_, weight)| weight).sum();
        // What has nothing in common with it tells nothing of it.
        (weight > 0).then_some((weight, std::cmp::Reverse(i.abs_diff(at)), std::cmp::Reverse(i), same))
    });
    let (_, _, std::cmp::Reverse(call), same) = candidates.max_by_key(|(weight, near, i, _)| (*weight, *near, *i))?;
    Some(Twin { call, same: same.into_iter().map(|(word, _)| word).collect() })
}

/// The phone answered or refused, or at least its push was accepted and nothing was missed.
fn phone_reached(analysis: &Analysis, call: &Call) -> bool {
    let accepted = || {
        let own = call.pushes.iter().filter_map(|p| analysis.pushes.get(*p));
        own.into_iter().any(|p| p.result == PushResult::Accepted)
    };
    match call.verdict {
        Some(Verdict::AnsweredByMobile | Verdict::DeclinedByMobile) => true,
        Some(Verdict::AnsweredElsewhere | Verdict::CallerGaveUp) => accepted(),
        _ => false,
    }
}

/// What a call is held against.
struct Like<'a> {
    own: Option<&'a Call>,
    user: Option<&'a str>,
    servers: Vec<&'a str>,
}

impl Like<'_> {
    /// What another call has in common, with how much that counts: it must tell the fault from the person.
    fn same(&self, analysis: &Analysis, other: &Call) -> Vec<(&'static str, u32)> {
        let mut out = Vec::new();
        let servers = servers_of_call(analysis, other);
        if !self.servers.is_empty() && self.servers == servers {
            out.push(("servers", 3));
        }
        if self.user.is_some_and(|u| u.eq_ignore_ascii_case(&other.to)) {
            out.push(("callee", 4));
        }
        let Some(own) = self.own else { return out };
        if own.from.eq_ignore_ascii_case(&other.from) {
            out.push(("caller", 1));
        }
        if own.modality.is_some() && own.modality == other.modality {
            out.push(("kind of call", 3));
        }
        if platform(own).is_some() && platform(own) == platform(other) {
            out.push(("kind of phone", 3));
        }
        out
    }
}

fn platform(call: &Call) -> Option<&'static str> {
    call.legs.iter().filter(|l| l.mobile).find_map(|l| l.client.as_ref()).map(|c| c.platform)
}
