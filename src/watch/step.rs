//! From what is there now and what was told before to what is to be told.

use std::collections::BTreeSet;

use super::causes::causes;
use super::event::Event;
use super::settings::Settings;
use super::state::{SCHEMA, ServerState, State};
use crate::compare::{self, Judgement, Side};
use crate::rates::{Facts, Place};
use crate::text::plural;
use crate::time::Timestamp;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// A call that a query selected.
#[derive(Clone, Debug, Default)]
pub struct Match {
    /// Call-ID.
    pub call_id: String,
    /// When it began.
    pub time: Option<Timestamp>,
    /// The callee.
    pub user: String,
    /// What became of it.
    pub text: String,
    /// Where it begins.
    pub place: Option<Place>,
}

/// What is new since the state, which is brought to what is there now.
pub fn step(facts: &Facts<'_>, matches: &[Match], settings: Settings, state: &mut State) -> Vec<Event> {
    SCHEMA.clone_into(&mut state.schema);
    let mut out = Vec::new();
    let Some((_, newest)) = facts.period() else { return out };
    causes(facts, settings, state, &mut out);
    servers(facts, newest, settings, state, &mut out);
    // A call that the query does not select for a while, because a log is away, is the same call afterwards.
    let is_there: BTreeSet<&str> = facts.calls.iter().map(|c| c.call_id.as_ref()).collect();
    state.told.retain(|id| is_there.contains(id.as_str()));
    for found in matches {
        if state.told.insert(found.call_id.clone()) {
            out.push(selected(found));
        }
    }
    digest(facts, newest, state, &mut out);
    state.newest = state.newest.max(Some(newest.0));
    out.sort_by(|a, b| a.time.cmp(&b.time));
    out
}

/// Who fell silent, who speaks again, and who was throttled: the logging service keeps 5,000 lines a second and drops the
/// rest (event 33022).
fn servers(facts: &Facts<'_>, newest: Timestamp, settings: Settings, state: &mut State, out: &mut Vec<Event>) {
    let event = |kind, server: &str, time: i64, text: String| Event {
        kind,
        time: Some(Timestamp(time).iso()),
        server: server.to_owned(),
        text,
        ..Event::default()
    };
    for cover in &facts.coverage {
        let Some(server) = cover.server.as_deref() else { continue };
        // Of a log without times nobody knows how old it is.
        let Some(last) = cover.spans.iter().filter_map(|s| s.last.time).max() else { continue };
        let own = state.servers.entry(server.to_owned()).or_default();
        own.last = own.last.max(last.0);
        let throttled = cover.holes.iter().filter(|h| h.kind == "throttled").filter_map(|h| h.after.time);
        if let Some(at) = throttled.map(|t| t.0).filter(|t| *t > own.throttled).max() {
            own.throttled = at;
            let text = format!("{server} was throttled (event 33022): lines of its log are lost");
            out.push(event("throttled", server, at, text));
        }
    }
    // A server whose log is not there any more is silent, too.
    for (server, own) in &mut state.servers {
        let is_silent = newest.0 - own.last > settings.silent_ms;
        if is_silent != own.silent {
            own.silent = is_silent;
            let last = Timestamp(own.last).short();
            out.push(if is_silent {
                event("silent", server, own.last, format!("the log of {server} is silent since {last}"))
            } else {
                event("speaks", server, own.last, format!("the log of {server} goes on, last {last}"))
            });
        }
    }
}

fn selected(found: &Match) -> Event {
    Event {
        kind: "match",
        time: found.time.map(Timestamp::iso),
        user: found.user.clone(),
        call_id: found.call_id.clone(),
        file: found.place.as_ref().map_or(String::new(), |p| p.file.clone()),
        line: found.place.as_ref().map(|p| p.line),
        text: found.text.clone(),
        ..Event::default()
    }
}

/// So many days are told at once: whoever looks less often knows what compare is for.
const DAYS: usize = 14;

/// Each day of the logs that is over, against the last one before it that the logs tell of.
fn digest(facts: &Facts<'_>, newest: Timestamp, state: &mut State, out: &mut Vec<Event>) {
    let day_of = |time: Timestamp| time.0.div_euclid(DAY) * DAY;
    let today = day_of(newest);
    if let Some(first) = state.day.filter(|day| *day < today) {
        // Nobody may have looked for some days; the first of them is told though it had no call.
        let began = facts.calls.iter().filter_map(|c| c.started).map(day_of);
        let days: BTreeSet<i64> = began.filter(|day| (first..today).contains(day)).chain([first]).collect();
        out.extend(days.iter().skip(days.len().saturating_sub(DAYS)).map(|day| of_day(facts, *day)));
    }
    state.day = state.day.max(Some(today));
}

fn of_day(facts: &Facts<'_>, day: i64) -> Event {
    let (begin, end) = (Timestamp(day), Timestamp(day + DAY));
    let own = facts.between(Some(begin), Some(end));
    let date = |t: Timestamp| t.iso().get(..10).unwrap_or_default().to_owned();
    let before = facts.calls.iter().filter_map(|c| c.started).filter(|t| *t < begin).max();
    let missed = own.calls.iter().filter(|c| c.is_missed()).count() as u64;
    let told = format!("{}: {}, {missed} missed", date(begin), plural(own.calls.len() as u64, "call"));
    let event = Event { kind: "digest", time: Some(end.iso()), count: Some(missed), ..Event::default() };
    let Some(before) = before.map(|t| Timestamp(t.0.div_euclid(DAY) * DAY)) else {
        return Event { text: format!("{told}; no day before to compare it with"), ..event };
    };
    let old = facts.between(Some(before), Some(before.plus(DAY)));
    let side = |name: String, facts| Side { name, facts, patterns: None };
    let result = compare::compare(&side(date(before), old), &side(date(begin), own));
    let against = match result.judgement {
        Judgement::Better => "better than",
        Judgement::Worse => "worse than",
        Judgement::Same => "the same as",
        _ => "not to be told against",
    };
    let text = format!("{told}; {against} {}: {}", date(before), result.because.join("; "));
    Event { judgement: result.judgement.name().to_owned(), text, ..event }
}

impl ServerState {
    /// By how many milliseconds its log is behind a time.
    pub fn behind(&self, newest: i64) -> i64 {
        newest.saturating_sub(self.last).max(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rates::{CallFact, Cover, Spot, Stretch};

    fn facts(servers: &[(&'static str, Option<i64>)]) -> Facts<'static> {
        let spot = |time: Option<i64>| Spot { time: time.map(Timestamp), ..Spot::default() };
        let cover = |(server, last): &(&'static str, Option<i64>)| Cover {
            server: Some((*server).into()),
            spans: vec![Stretch { first: spot(last.map(|l| l - 1000)), last: spot(*last) }],
            holes: Vec::new(),
        };
        Facts { coverage: servers.iter().map(cover).collect(), ..Facts::default() }
    }

    #[test]
    fn a_log_without_times_is_not_silent_since_the_beginning_of_time() {
        let now = 1_700_000_000_000;
        let mut state = State::default();
        let events = step(&facts(&[("fe01", Some(now)), ("fe02", None)]), &[], Settings::default(), &mut state);
        assert!(events.is_empty(), "{events:?}");
        assert!(!state.servers.contains_key("fe02"));
    }

    #[test]
    fn a_selected_call_is_told_once_though_its_log_was_away() {
        let call = CallFact { call_id: "a".into(), ..CallFact::default() };
        let facts = Facts { calls: vec![call], ..facts(&[("fe01", Some(1_700_000_000_000))]) };
        let found = Match { call_id: "a".to_owned(), ..Match::default() };
        let mut state = State::default();
        let mut told = |matches: &[Match]| step(&facts, matches, Settings::default(), &mut state).len();
        let found = [found];
        assert_eq!([told(&found), told(&[]), told(&found)], [1, 0, 0]);
    }

    #[test]
    fn every_day_over_which_nobody_looked_is_told() {
        let calls = |days: &[i64]| {
            let call = |day: &i64| CallFact { started: Some(Timestamp(day * DAY + 1000)), ..CallFact::default() };
            days.iter().map(call).collect::<Vec<_>>()
        };
        let mut state = State::default();
        let mut told = |days: &[i64]| {
            let last = days.last().map(|day| day * DAY + 2000);
            let facts = Facts { calls: calls(days), ..facts(&[("fe01", last)]) };
            let events = step(&facts, &[], Settings::default(), &mut state);
            events
                .iter()
                .filter(|e| e.kind == "digest")
                .filter_map(|e| e.text.get(..10))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let none: Vec<String> = Vec::new();
        assert_eq!(told(&[10, 11]), none);
        // Of the thirteenth there is no call.
        assert_eq!(told(&[10, 11, 12, 14, 15]), ["1970-01-12", "1970-01-13", "1970-01-15"]);
        assert_eq!(told(&[15]), none);
        let month: Vec<i64> = (15..60).collect();
        assert_eq!(told(&month).len(), DAYS);
    }
}
