//! What texts say of calls and pushes of logs that are followed: said once, as long as nothing stands beside them that was not there.
//!
//! What stands beside a message hangs on times: lines about it, and other pushes that were in its server. Both lists are held against
//! those of the last look, and whoever was there when the first of them changed, or later, is asked again.

use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;

use super::Found;
use super::correlate::{Correlator, Inside};
use super::line_index::LineIndex;
use crate::analysis::{Followed, Heard, Options, hearing};
use crate::sip::TIMER_F_MS;
use crate::time::Timestamp;
use crate::trace::EventId;

/// So long behind the time-out of a message something may stand beside it, in milliseconds.
const BEHIND_MS: i64 = 60_000;

/// What was said at the last look.
#[derive(Debug, Default)]
pub(super) struct Heards {
    /// By first record.
    calls: HashMap<EventId, One>,
    pushes: HashMap<EventId, One>,
    beside: Option<BesideAll>,
}

/// Lines that say something, and while which pushes were in which servers.
type BesideAll = (LineIndex, Vec<Vec<(Inside, EventId)>>);

/// What was said of one.
#[derive(Debug)]
struct One {
    found: Found,
    gateway: Option<u32>,
    /// When something may stand beside it at last; `None` at no time.
    until: Option<Timestamp>,
    heard: Heard,
}

/// Whom it is asked of.
pub(super) struct Asked<'a> {
    pub(super) first: EventId,
    pub(super) records: &'a [EventId],
}

/// What may be believed still.
pub(super) struct Stands<'a> {
    followed: &'a Followed,
    options: &'a Options,
    /// When the first thing changed that stands beside messages; `None`: nothing did.
    changed: Option<Timestamp>,
}

impl Heards {
    /// What stands of the last look; `None` where nothing does.
    pub(super) fn stand<'a>(
        &self,
        correlator: &Correlator<'_>,
        followed: &'a Followed,
        options: &'a Options,
    ) -> Option<Stands<'a>> {
        followed.touched()?;
        let (lines, inside) = self.beside.as_ref()?;
        let (now_lines, now_inside) = correlator.beside_all();
        if inside.len() != now_inside.len() {
            return None;
        }
        let others = inside.iter().zip(now_inside).filter_map(|(was, now)| first_other(was, now, |(i, _)| i.begins()));
        let lines = first_other(lines.names(), now_lines.names(), |(_, time, _)| *time);
        let changed = others.chain(lines).min();
        Some(Stands { followed, options, changed })
    }

    /// What was said of a call, or is said now.
    pub(super) fn of_calls(
        &mut self,
        correlator: &Correlator<'_>,
        stands: Option<&Stands<'_>>,
        say: impl Fn(usize) -> (Found, Option<u32>) + Sync,
    ) -> Vec<(Found, Option<u32>)> {
        let calls = &correlator.analysis.calls;
        let all: Vec<Asked<'_>> =
            calls.iter().map(|c| Asked { first: c.first_record(), records: c.own_records() }).collect();
        of(&mut self.calls, correlator, stands, &all, say)
    }

    /// The same of a push.
    pub(super) fn of_pushes(
        &mut self,
        correlator: &Correlator<'_>,
        stands: Option<&Stands<'_>>,
        say: impl Fn(usize) -> (Found, Option<u32>) + Sync,
    ) -> Vec<(Found, Option<u32>)> {
        let pushes = &correlator.analysis.pushes;
        let all: Vec<Asked<'_>> = pushes.iter().map(|p| Asked { first: p.first, records: &p.records }).collect();
        of(&mut self.pushes, correlator, stands, &all, say)
    }

    /// Keeps what stood beside.
    pub(super) fn keep(&mut self, beside: BesideAll) {
        self.beside = Some(beside);
    }

    /// The lines of the last look, where any were sought.
    pub(super) fn lines(&self) -> Option<&LineIndex> {
        self.beside.as_ref().map(|(lines, _)| lines).filter(|lines| !lines.is_empty())
    }
}

fn of(
    known: &mut HashMap<EventId, One>,
    correlator: &Correlator<'_>,
    stands: Option<&Stands<'_>>,
    all: &[Asked<'_>],
    say: impl Fn(usize) -> (Found, Option<u32>) + Sync,
) -> Vec<(Found, Option<u32>)> {
    let trace = correlator.trace;
    let is_touched = |id: EventId, touched: &[bool]| {
        let call_id = trace.event(id).and_then(crate::trace::Event::call_id);
        call_id.is_none_or(|call_id| touched.get(call_id.0 as usize) != Some(&false))
    };
    let holds = |one: &One, stands: &Stands<'_>, id: EventId| {
        let touched = stands.followed.touched().unwrap_or_default();
        let beside = stands.changed.zip(one.until).is_some_and(|(changed, until)| changed <= until);
        let (place, options) = (stands.followed.place(), stands.options);
        !is_touched(id, touched) && !beside && one.heard.stands(trace, options, place)
    };
    let of_one = |(at, asked): (usize, &Asked<'_>)| {
        let old = stands.and_then(|s| known.get(&asked.first).filter(|one| holds(one, s, asked.first)));
        if let Some(old) = old {
            return (old.found.clone(), old.gateway, None);
        }
        let ((found, gateway), heard) = hearing(|| say(at));
        let times = asked.records.iter().filter_map(|id| correlator.analysis.time(trace, *id));
        let until = times.max().map(|t| t.plus(TIMER_F_MS + BEHIND_MS));
        let one = One { found: found.clone(), gateway, until, heard };
        (found, gateway, Some(one))
    };
    let said: Vec<_> = all.par_iter().enumerate().with_min_len(16).map(of_one).collect();
    if stands.is_none() {
        known.clear();
    } else if known.len() > 2 * all.len() + 1024 {
        // Calls that are not there any more.
        let there: HashSet<EventId> = all.iter().map(|asked| asked.first).collect();
        known.retain(|first, _| there.contains(first));
    }
    let mut out = Vec::with_capacity(said.len());
    // Of two with one first record nobody could tell which it is.
    let (mut seen, mut twice) = (HashSet::with_capacity(all.len()), Vec::new());
    for ((found, gateway, one), asked) in said.into_iter().zip(all) {
        if !seen.insert(asked.first) {
            twice.push(asked.first);
        }
        if let Some(one) = one {
            known.insert(asked.first, one);
        }
        out.push((found, gateway));
    }
    for first in twice {
        known.remove(&first);
    }
    out
}

/// The least time of what stands in one of two sorted lists only.
fn first_other<T: Ord>(was: &[T], now: &[T], time: impl Fn(&T) -> Timestamp) -> Option<Timestamp> {
    let (mut was, mut now) = (was.iter().peekable(), now.iter().peekable());
    let mut first: Option<Timestamp> = None;
    loop {
        let other = match (was.peek(), now.peek()) {
            (None, None) => return first,
            (Some(a), Some(b)) if a == b => {
                was.next();
                now.next();
                continue;
            }
            (Some(a), Some(b)) if a < b => was.next(),
            (Some(_), None) => was.next(),
            _ => now.next(),
        };
        let other = other.map(&time);
        first = first.map_or(other, |first| other.map(|other| first.min(other)));
    }
}
