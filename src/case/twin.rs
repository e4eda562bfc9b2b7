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
    let servers = own.map_or(Vec::new(), |c| servers_of_call(analysis, c));
    let like = Like { own, user, servers, platform: own.and_then(platform) };
    let mut best: Option<(u32, usize)> = None;
    // The nearest first, of two the earlier: one further away must have more in common.
    let around = (0..=NEAR).flat_map(|far| [at.checked_sub(far), Some(at + far).filter(|_| (1..NEAR).contains(&far))]);
    for i in around.flatten().filter(|i| Some(*i) != call) {
        let Some(other) = analysis.calls.get(i) else { continue };
        let least = best.map_or(0, |(weight, _)| weight + 1);
        if like.most(other) >= least && works(other) {
            let weight = like.same(analysis, other).map(|(_, weight)| weight).sum();
            if weight >= least {
                best = Some((weight, i));
            }
        }
    }
    let (_, call) = best?;
    Some(Twin { call, same: like.same(analysis, analysis.calls.get(call)?).map(|(word, _)| word).collect() })
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
    platform: Option<&'static str>,
}

/// How much the same servers count.
const SERVERS: u32 = 3;

impl Like<'_> {
    /// What another call has in common, with how much that counts: it must tell the fault from the person.
    fn same(&self, analysis: &Analysis, other: &Call) -> impl Iterator<Item = (&'static str, u32)> {
        let same = !self.servers.is_empty() && self.servers == servers_of_call(analysis, other);
        same.then_some(("servers", SERVERS)).into_iter().chain(self.beside_servers(other))
    }

    /// No more than this can another call have in common: its servers take longest to find out.
    fn most(&self, other: &Call) -> u32 {
        SERVERS + self.beside_servers(other).map(|(_, weight)| weight).sum::<u32>()
    }

    fn beside_servers(&self, other: &Call) -> impl Iterator<Item = (&'static str, u32)> + use<> {
        let is_callee = self.user.is_some_and(|u| u.eq_ignore_ascii_case(&other.to));
        let of_own = |is: &dyn Fn(&Call) -> bool| self.own.is_some_and(is);
        let is_caller = of_own(&|own| own.from.eq_ignore_ascii_case(&other.from));
        let is_kind = of_own(&|own| own.modality.is_some() && own.modality == other.modality);
        let is_phone = self.platform.is_some() && self.platform == platform(other);
        let all = [(is_callee, ("callee", 4)), (is_caller, ("caller", 1)), (is_kind, ("kind of call", 3))];
        all.into_iter().chain([(is_phone, ("kind of phone", 3))]).filter(|(is, _)| *is).map(|(_, same)| same)
    }
}

fn platform(call: &Call) -> Option<&'static str> {
    call.legs.iter().filter(|l| l.mobile).find_map(|l| l.client.as_ref()).map(|c| c.platform)
}
