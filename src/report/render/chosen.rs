//! Which calls and pushes a report holds, and which of them are told in full.

use hashbrown::{HashMap, HashSet};

use crate::analysis::{Analysis, Call, Push, Verdict};
use crate::report::labels::MOST;
use crate::report::model::LostLeftOut;

/// What is told.
pub(super) enum Chosen {
    /// Everything, in full.
    All,
    /// No call and no push, since they are told elsewhere; lost pushes are counted.
    Counted,
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
        let with_calls = with_calls(analysis);
        let mut alone = 0;
        let mut full = |p: &Push| {
            let own = is_alone(p, &with_calls);
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
            Chosen::Counted => None,
            Chosen::Some { calls, .. } => is_of_interest(c).then(|| (c, calls.contains(&i))),
        })
    }

    /// The pushes that are told.
    pub(super) fn pushes<'a>(&self, analysis: &'a Analysis) -> impl Iterator<Item = &'a Push> {
        let all = analysis.pushes.iter().enumerate();
        all.filter(move |(i, _)| match self {
            Chosen::All => true,
            Chosen::Counted => false,
            Chosen::Some { pushes, .. } => pushes.contains(i),
        })
        .map(|(_, p)| p)
    }

    /// The lost pushes that are not told.
    pub(super) fn lost_left_out(&self, analysis: &Analysis) -> LostLeftOut {
        let mut out = LostLeftOut::default();
        let pushes = match self {
            Chosen::All => return out,
            Chosen::Counted => {
                out.lost = analysis.pushes.iter().filter(|p| p.result.is_lost() && !p.synthetic).count() as u64;
                return out;
            }
            Chosen::Some { pushes, .. } => pushes,
        };
        let with_calls = with_calls(analysis);
        for (_, push) in analysis.pushes.iter().enumerate().filter(|(i, p)| p.result.is_lost() && !pushes.contains(i)) {
            out.lost += u64::from(!push.synthetic);
            out.alone += usize::from(is_alone(push, &with_calls));
        }
        out
    }
}

/// The Call-IDs of pushes of calls that were missed, or perhaps were.
fn with_calls(analysis: &Analysis) -> HashSet<&str> {
    let pushes = analysis.calls.iter().filter(|c| is_of_interest(c)).flat_map(|c| &c.pushes);
    pushes.filter_map(|p| analysis.pushes.get(*p)).map(|p| p.call_id.as_str()).collect()
}

/// Lost, and told without a call.
fn is_alone(push: &Push, with_calls: &HashSet<&str>) -> bool {
    push.result.is_lost() && !with_calls.contains(push.call_id.as_str())
}

/// Missed, or perhaps missed.
fn is_of_interest(call: &Call) -> bool {
    call.is_missed() || call.verdict == Some(Verdict::Undetermined)
}
