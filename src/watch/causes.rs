//! Onset and end of causes.
//!
//! A cause may be known long after its call began: when the rest of the call, or the log of another server, comes. So each
//! case is remembered, and not until when was read.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Event;
use super::settings::Settings;
use super::state::{Active, State};
use crate::rates::{Case, Facts};
use crate::text::plural;
use crate::time::Timestamp;

/// A time in which a cause went on, with no calm in it.
struct Episode<'c, 'f> {
    span: Active,
    /// Its end was told.
    over: bool,
    /// Its onset was told.
    told: bool,
    /// Its first case that is new.
    first: Option<&'c Case<'f>>,
}

impl Episode<'_, '_> {
    fn holds(&self, time: i64, calm_ms: i64) -> bool {
        self.span.since.saturating_sub(calm_ms) <= time && time <= self.span.last.saturating_add(calm_ms)
    }
}

/// Tells onset and end of each cause, and brings the state to what is there now. What began and ended between two looks is
/// told as both; a case that is known late and falls into what was told already is counted, not told.
pub(super) fn causes(facts: &Facts<'_>, settings: Settings, state: &mut State, out: &mut Vec<Event>) {
    let Some((oldest, newest)) = facts.period() else { return };
    let all = facts.cases();
    let mut new: BTreeMap<&str, Vec<(i64, &Case<'_>)>> = BTreeMap::new();
    for case in &all {
        // What has no time has no place between onset and end.
        let Some(time) = case.time.map(|t| t.0) else { continue };
        if !remember(case, time, state) {
            new.entry(case.code).or_default().push((time, case));
        }
    }
    let codes: BTreeSet<String> = new.keys().map(ToString::to_string).chain(state.active.keys().cloned()).collect();
    for code in codes {
        let told = |span: Active, over| Episode { span, over, told: true, first: None };
        let ended = state.ended.remove(&code).unwrap_or_default().into_iter().map(|span| told(span, true));
        let active = state.active.remove(&code).map(|span| told(span, false));
        let mut episodes: Vec<Episode<'_, '_>> = ended.chain(active).collect();
        let mut cases = new.remove(code.as_str()).unwrap_or_default();
        cases.sort_by_key(|(time, _)| *time);
        for (time, case) in cases {
            add(&mut episodes, time, case, settings.calm_ms);
        }
        let entry = facts.findings.iter().find(|f| f.code == code);
        let summary = entry.map_or(String::new(), |f| f.summary.to_string());
        for mut episode in joined(episodes, settings.calm_ms) {
            let calm = newest.0.saturating_sub(episode.span.last) > settings.calm_ms;
            // One that goes on again behind its end begins again.
            if let Some(case) = episode.first.filter(|_| !episode.told || (episode.over && !calm)) {
                out.push(begin(&code, &summary, case));
                episode.over = false;
            }
            if calm && !episode.over {
                out.push(end(&code, &summary, &episode.span));
            }
            if calm || episode.over {
                state.ended.entry(code.clone()).or_default().push(episode.span);
            } else {
                state.active.insert(code.clone(), episode.span);
            }
        }
    }
    forget(oldest.0, state);
}

/// Whether a case was counted before; from now on it was.
fn remember(case: &Case<'_>, time: i64, state: &mut State) -> bool {
    let is_forgotten = state.forgotten.is_some_and(|forgotten| time <= forgotten);
    let own = state.cases.entry(case.code.to_owned()).or_default();
    // A push may be seen before it is known of which call it is.
    let ids = || [Some(case.call_id), case.push].into_iter().flatten();
    let known = is_forgotten || ids().any(|id| own.contains_key(id));
    for id in ids() {
        own.entry(id.to_owned()).or_insert(time);
    }
    known
}

/// Of what is older than all logs, only the time is kept.
fn forget(oldest: i64, state: &mut State) {
    let mut forgotten = state.forgotten;
    for own in state.cases.values_mut() {
        own.retain(|_, time| {
            let keep = *time >= oldest;
            if !keep {
                forgotten = forgotten.max(Some(*time));
            }
            keep
        });
    }
    state.forgotten = forgotten;
    state.cases.retain(|_, own| !own.is_empty());
    for own in state.ended.values_mut() {
        own.retain(|span| span.last >= oldest);
    }
    state.ended.retain(|_, own| !own.is_empty());
}

/// Counts a case where it belongs, or as the first of an onset. Cases come by time.
fn add<'c, 'f>(episodes: &mut Vec<Episode<'c, 'f>>, time: i64, case: &'c Case<'f>, calm_ms: i64) {
    let Some(own) = episodes.iter_mut().rev().find(|e| e.holds(time, calm_ms)) else {
        let span = Active { since: time, last: time, count: 1 };
        episodes.push(Episode { span, over: false, told: false, first: Some(case) });
        return;
    };
    own.span = Active { since: own.span.since.min(time), last: own.span.last.max(time), count: own.span.count + 1 };
    own.first = own.first.or(Some(case));
}

/// Those between which late cases left no calm are one.
fn joined<'c, 'f>(mut episodes: Vec<Episode<'c, 'f>>, calm_ms: i64) -> Vec<Episode<'c, 'f>> {
    episodes.sort_by_key(|e| (e.span.since, e.span.last));
    let mut out: Vec<Episode<'_, '_>> = Vec::new();
    for next in episodes {
        match out.last_mut().filter(|e| e.holds(next.span.since, calm_ms)) {
            Some(one) => {
                one.span.last = one.span.last.max(next.span.last);
                one.span.count += next.span.count;
                // What was told counts for both; of two that were, one that goes on is not over.
                one.over = match (one.told, next.told) {
                    (true, false) => one.over,
                    (false, true) => next.over,
                    _ => one.over && next.over,
                };
                one.told |= next.told;
                one.first = one.first.or(next.first);
            }
            None => out.push(next),
        }
    }
    out
}

fn begin(code: &str, summary: &str, case: &Case<'_>) -> Event {
    Event {
        kind: "begins",
        time: case.time.map(Timestamp::iso),
        code: code.to_owned(),
        user: case.user.to_owned(),
        call_id: case.push.unwrap_or(case.call_id).to_owned(),
        file: case.place.map_or(String::new(), |p| p.file.clone()),
        line: case.place.map(|p| p.line),
        text: format!("{code} {summary}, first {}", case.user),
        ..Event::default()
    }
}

fn end(code: &str, summary: &str, active: &Active) -> Event {
    let (since, count) = (Timestamp(active.since).short(), plural(active.count, "case"));
    Event {
        kind: "ends",
        time: Some(Timestamp(active.last).iso()),
        code: code.to_owned(),
        count: Some(active.count),
        text: format!("{code} {summary}, since {since}, {count}"),
        ..Event::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::{CallFact, Cover, FindingFact, PushFact, Spot, Stretch};

    const MINUTE: i64 = 60_000;

    /// Calls by Call-ID, with the minute in which they began and whether the cause is known; logs from minute 0 on.
    fn facts(until: i64, calls: &[(&'static str, i64, bool)]) -> Facts<'static> {
        let spot = |minute| Spot { time: Some(Timestamp(minute * MINUTE)), ..Spot::default() };
        let call = |(id, minute, known): &(&'static str, i64, bool)| CallFact {
            call_id: (*id).into(),
            started: Some(Timestamp(minute * MINUTE)),
            findings: if *known { vec!["PN03".into()] } else { Vec::new() },
            ..CallFact::default()
        };
        let span = Stretch { first: spot(0), last: spot(until) };
        Facts {
            calls: calls.iter().map(call).collect(),
            findings: vec![FindingFact { code: "PN03".into(), ..FindingFact::default() }],
            coverage: vec![Cover { spans: vec![span], ..Cover::default() }],
            ..Facts::default()
        }
    }

    fn told(facts: &Facts<'_>, state: &mut State) -> Vec<String> {
        let mut out = Vec::new();
        causes(facts, Settings::default(), state, &mut out);
        let count = |e: &Event| e.count.map_or(String::new(), |n| format!(" {n}"));
        out.iter().map(|e| format!("{} {}{}", e.kind, e.call_id, count(e)).replace("  ", " ")).collect()
    }

    #[test]
    fn a_cause_that_is_known_late_is_told() {
        let state = &mut State::default();
        assert!(told(&facts(10, &[("a", 5, false)]), state).is_empty(), "the call is open");
        assert_eq!(told(&facts(11, &[("a", 5, true)]), state), ["begins a"]);
        assert!(told(&facts(12, &[("a", 5, true), ("b", 6, false), ("c", 11, false)]), state).is_empty());
        assert!(told(&facts(13, &[("a", 5, true), ("b", 6, true), ("c", 11, true)]), state).is_empty());
        assert_eq!(state.active["PN03"], Active { since: 5 * MINUTE, last: 11 * MINUTE, count: 3 });
        assert_eq!(told(&facts(60, &[("a", 5, true), ("b", 6, true), ("c", 11, true)]), state), ["ends 3"]);
        // Late, and part of what was told; and so late that it began and ended by itself.
        let late = [("a", 5, true), ("b", 6, true), ("c", 11, true), ("d", 12, true), ("e", 100, true)];
        assert_eq!(told(&facts(200, &late), state), ["begins e", "ends 1"]);
        assert_eq!(state.ended["PN03"].iter().map(|a| a.count).collect::<Vec<_>>(), [4, 1]);
        assert!(told(&facts(200, &late), state).is_empty(), "told twice");
    }

    #[test]
    fn what_goes_on_behind_its_end_begins_again() {
        let state = &mut State::default();
        assert_eq!(told(&facts(41, &[("a", 10, true), ("b", 39, false)]), state), ["begins a", "ends 1"]);
        assert_eq!(told(&facts(42, &[("a", 10, true), ("b", 39, true)]), state), ["begins b"]);
        assert_eq!(told(&facts(90, &[("a", 10, true), ("b", 39, true)]), state), ["ends 2"]);
    }

    #[test]
    fn a_push_is_the_same_case_when_its_call_is_known() {
        let push = |call: Option<&'static str>| PushFact {
            call_id: "p".into(),
            sent: Some(Timestamp(5 * MINUTE)),
            call: call.map(Into::into),
            findings: vec!["PN03".into()],
            ..PushFact::default()
        };
        let state = &mut State::default();
        let alone = Facts { pushes: vec![push(None)], ..facts(10, &[]) };
        assert_eq!(told(&alone, state), ["begins p"]);
        let linked = Facts { pushes: vec![push(Some("a"))], ..facts(11, &[("a", 4, false)]) };
        assert!(told(&linked, state).is_empty());
        assert!(told(&facts(12, &[("a", 4, true)]), state).is_empty());
        assert_eq!(state.active["PN03"].count, 1);
    }

    #[test]
    fn what_is_older_than_all_logs_is_forgotten_and_not_told_again() {
        let state = &mut State::default();
        let old = facts(50, &[("a", 5, true)]);
        assert_eq!(told(&old, state), ["begins a", "ends 1"]);
        let mut new = facts(2000, &[]);
        new.coverage[0].spans[0].first.time = Some(Timestamp(1000 * MINUTE));
        assert!(told(&new, state).is_empty());
        assert!(state.cases.is_empty() && state.ended.is_empty());
        assert!(told(&old, state).is_empty(), "the log of yesterday was touched");
    }
}
