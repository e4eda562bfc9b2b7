//! From what is there now and what was told before to what is to be told.

use std::collections::{BTreeMap, BTreeSet};

use super::event::Event;
use super::state::{Active, SCHEMA, ServerState, State};
use crate::compare::{self, Side};
use crate::rates::{Facts, Place};
use crate::text::plural;
use crate::time::Timestamp;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// When something counts as over, or as silent; in milliseconds of the logs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// A cause without a case for so long has ended.
    pub calm_ms: i64,
    /// A server so far behind the newest record of all is silent.
    pub silent_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { calm_ms: 1_800_000, silent_ms: 600_000 }
    }
}

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

/// One case of a cause.
struct Case<'f> {
    time: Timestamp,
    user: &'f str,
    call_id: &'f str,
    place: Option<&'f Place>,
}

/// What is new since the state, which is brought to what is there now.
pub fn step(facts: &Facts<'_>, matches: &[Match], settings: Settings, state: &mut State) -> Vec<Event> {
    SCHEMA.clone_into(&mut state.schema);
    let mut out = Vec::new();
    let Some((_, newest)) = facts.period() else { return out };
    causes(facts, newest, settings, state, &mut out);
    servers(facts, newest, settings, state, &mut out);
    let is_there: BTreeSet<&str> = matches.iter().map(|m| m.call_id.as_str()).collect();
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

fn cases<'f>(facts: &'f Facts<'_>) -> BTreeMap<&'f str, Vec<Case<'f>>> {
    let mut out: BTreeMap<&str, Vec<Case<'_>>> = BTreeMap::new();
    for call in &facts.calls {
        let Some(time) = call.started else { continue };
        for code in &call.findings {
            let place = call.evidence.first();
            out.entry(code.as_ref()).or_default().push(Case { time, user: &call.to, call_id: &call.call_id, place });
        }
    }
    let of_calls: BTreeSet<(&str, &str)> =
        facts.calls.iter().flat_map(|c| c.findings.iter().map(|f| (c.call_id.as_ref(), f.as_ref()))).collect();
    for push in facts.pushes.iter().filter(|p| !p.synthetic) {
        let Some(time) = push.sent else { continue };
        let own = |code: &str| push.call.as_deref().is_some_and(|c| of_calls.contains(&(c, code)));
        for code in push.findings.iter().filter(|code| !own(code)) {
            let (user, place) = (push.user.as_deref().unwrap_or_default(), push.evidence.first());
            out.entry(code.as_ref()).or_default().push(Case { time, user, call_id: &push.call_id, place });
        }
    }
    for own in out.values_mut() {
        own.sort_by_key(|c| c.time);
    }
    out
}

/// Onset and end of each cause. Cases of the time before are counted, not told: what began and ended between two looks is
/// told as both.
fn causes(facts: &Facts<'_>, newest: Timestamp, settings: Settings, state: &mut State, out: &mut Vec<Event>) {
    let summary =
        |code: &str| facts.findings.iter().find(|f| f.code == code).map_or(String::new(), |f| f.summary.to_string());
    let seen = state.newest;
    for (code, cases) in cases(facts) {
        for case in cases {
            // What was there at the last look was told then, or had ended by then.
            if seen.is_some_and(|seen| case.time.0 <= seen) {
                continue;
            }
            if let Some(ended) = state.active.get(code).filter(|a| case.time.0 - a.last > settings.calm_ms) {
                out.push(end(code, &summary(code), ended));
                state.active.remove(code);
            }
            let active = state.active.entry(code.to_owned()).or_insert_with(|| {
                out.push(begin(code, &summary(code), &case));
                Active { since: case.time.0, last: case.time.0, count: 0 }
            });
            active.last = active.last.max(case.time.0);
            active.count += 1;
        }
    }
    let over = |a: &Active| newest.0 - a.last > settings.calm_ms;
    for (code, active) in state.active.iter().filter(|(_, a)| over(a)) {
        out.push(end(code, &summary(code), active));
    }
    state.active.retain(|_, a| !over(a));
}

fn begin(code: &str, summary: &str, case: &Case<'_>) -> Event {
    Event {
        kind: "begins",
        time: Some(case.time.iso()),
        code: code.to_owned(),
        user: case.user.to_owned(),
        call_id: case.call_id.to_owned(),
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
        let own = state.servers.entry(server.to_owned()).or_default();
        let last = cover.spans.iter().filter_map(|s| s.last.time).max().map_or(own.last, |t| t.0);
        own.last = own.last.max(last);
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

/// Where a day of the logs is over, that day against the last one before it that the logs tell of.
fn digest(facts: &Facts<'_>, newest: Timestamp, state: &mut State, out: &mut Vec<Event>) {
    let today = newest.0.div_euclid(DAY) * DAY;
    if let Some(day) = state.day.filter(|day| *day < today) {
        out.push(of_day(facts, day));
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
    let judgement = result.judgement.name();
    let because = result.because.join("; ");
    let text = format!("{told}; {judgement} than {}: {because}", date(before));
    Event { judgement: judgement.to_owned(), text, ..event }
}

impl ServerState {
    /// By how many milliseconds its log is behind a time.
    pub fn behind(&self, newest: i64) -> i64 {
        newest.saturating_sub(self.last).max(0)
    }
}
