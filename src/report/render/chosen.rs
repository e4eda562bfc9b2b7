//! Which calls and pushes a report holds, and which of them are told in full.

use hashbrown::{HashMap, HashSet};

use crate::analysis::{Analysis, Call, Push, Verdict};
use crate::report::labels::MOST;

/// What is told.
pub(super) enum Chosen {
    /// Everything, in full.
    All,
    /// What forms for people count; in full only as much as they show.
    Some { calls: HashSet<usize>, pushes: HashSet<usize> },
}

impl Chosen {
    /// What forms for people show in full: the first of each kind, and the pushes of those calls.
    pub(super) fn of(analysis: &Analysis) -> Chosen {
        let mut kinds: HashMap<(Option<Verdict>, &[&str]), usize> = HashMap::new();
        let mut first = |verdict, findings| {
            let n = kinds.entry((verdict, findings)).or_default();
            *n += 1;
            *n <= MOST
        };
        let calls = analysis.calls.iter().enumerate().filter(|(_, c)| is_of_interest(c));
        let calls: HashSet<usize> = calls.filter(|(_, c)| first(c.verdict, &c.findings)).map(|(i, _)| i).collect();
        let of_shown = |p: &Push| p.call.is_some_and(|c| calls.contains(&c));
        let of_counted = |p: &Push| p.call.and_then(|c| analysis.calls.get(c)).is_some_and(is_of_interest);
        let mut alone = 0;
        let mut full = |p: &Push| {
            // Lost, and told without a call.
            let own = p.result.is_lost() && !of_counted(p);
            alone += usize::from(own);
            of_shown(p) || own && alone <= MOST
        };
        let pushes = analysis.pushes.iter().enumerate().filter(|(_, p)| full(p)).map(|(i, _)| i).collect();
        Chosen::Some { calls, pushes }
    }

    /// The calls, and whether each is told in full.
    pub(super) fn calls<'a>(&self, analysis: &'a Analysis) -> impl Iterator<Item = (&'a Call, bool)> {
        let all = analysis.calls.iter().enumerate();
        all.filter_map(move |(i, c)| match self {
            Chosen::All => Some((c, true)),
            Chosen::Some { calls, .. } => is_of_interest(c).then(|| (c, calls.contains(&i))),
        })
    }

    /// The pushes, and whether each is told in full.
    pub(super) fn pushes<'a>(&self, analysis: &'a Analysis) -> impl Iterator<Item = (&'a Push, bool)> {
        let concerns = |p: &Push| p.call.and_then(|c| analysis.calls.get(c)).is_some_and(is_of_interest);
        let all = analysis.pushes.iter().enumerate();
        all.filter_map(move |(i, p)| match self {
            Chosen::All => Some((p, true)),
            Chosen::Some { pushes, .. } => (p.result.is_lost() || concerns(p)).then(|| (p, pushes.contains(&i))),
        })
    }
}

/// Missed, or perhaps missed.
fn is_of_interest(call: &Call) -> bool {
    call.is_missed() || call.verdict == Some(Verdict::Undetermined)
}
