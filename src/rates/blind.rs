//! For which times a log says nothing though it should: its holes, and what another log tells beside it. Between trace
//! sessions no log was to speak.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Gap};
use crate::time::Timestamp;

/// Milliseconds of an hour.
pub(super) const HOUR: i64 = 3_600_000;

/// A time for which the log of a server says nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Blind {
    pub(super) server: usize,
    pub(super) from: Timestamp,
    pub(super) to: Timestamp,
    /// Records that are missing, where their numbers tell.
    pub(super) lines: Option<u64>,
    /// No other log speaks of all of this time.
    pub(super) alone: bool,
}

/// A trace session of a server: nothing between two of them was asked to be logged.
#[derive(Clone, Copy, Debug)]
struct Session {
    server: usize,
    from: Timestamp,
    to: Timestamp,
}

/// Between files a longer pause is one in which nobody saved the log.
const LONGEST_ROLL_OVER: i64 = HOUR;

/// Whether two sessions lie on the sides of such a hole, and not of one in which something was to be logged and was not.
fn is_between_sessions(hole: &Gap<'_>) -> bool {
    let (after, before) = (&hole.after, &hole.before);
    let long = after.time.zip(before.time).is_some_and(|(a, b)| b.since(a) > LONGEST_ROLL_OVER);
    matches!(hole.kind.as_ref(), "restart" | "rewind") || (long && after.place.file != before.place.file)
}

fn sessions(facts: &Facts<'_>) -> Vec<Session> {
    let mut out = Vec::new();
    for (server, cover) in facts.coverage.iter().enumerate() {
        let mut spans: Vec<(Timestamp, Timestamp)> =
            cover.spans.iter().filter_map(|s| Some((s.first.time?, s.last.time?))).collect();
        spans.sort_unstable();
        let ends = cover.holes.iter().filter(|h| is_between_sessions(h)).filter_map(|h| h.before.time);
        let ends: BTreeSet<Timestamp> = ends.collect();
        let mut own: Vec<Session> = Vec::new();
        for (from, to) in spans {
            match own.last_mut().filter(|s| from <= s.to || !ends.contains(&from)) {
                Some(session) => session.to = session.to.max(to),
                None => own.push(Session { server, from, to }),
            }
        }
        out.extend(own);
    }
    out.sort_by_key(|s| (s.from, s.to));
    out
}

/// Sessions in their order, those together that overlap, one into the next.
fn together(all: &[Session]) -> Vec<&[Session]> {
    let mut out = Vec::new();
    let mut rest = all;
    while let Some(first) = rest.first() {
        let (mut end, mut count) = (first.to, 1);
        while let Some(next) = rest.get(count).filter(|s| s.from <= end) {
            end = end.max(next.to);
            count += 1;
        }
        let (own, others) = rest.split_at(count);
        out.push(own);
        rest = others;
    }
    out
}

fn ends(together: &[Session]) -> Option<Timestamp> {
    together.iter().map(|s| s.to).max()
}

/// Times for which logs say nothing.
pub(super) struct BlindTimes {
    pub(super) times: Vec<Blind>,
    /// For each server how long the times are together for which it should speak: logs of other days are another matter.
    pub(super) spans: Vec<i64>,
}

/// The holes of each log, and the times for which the log of a server that logged before, behind or meanwhile says nothing
/// while another speaks.
pub(super) fn blind_times(facts: &Facts<'_>) -> BlindTimes {
    let mut out = Vec::new();
    let mut spans = vec![0; facts.coverage.len()];
    let blind = |server, from, to, lines| Blind { server, from, to, lines, alone: true };
    let all = sessions(facts);
    for together in together(&all) {
        let Some((first, end)) = together.first().zip(ends(together)) else { continue };
        let mut until: BTreeMap<usize, Timestamp> = together.iter().map(|s| (s.server, first.from)).collect();
        for session in together {
            let told = until.entry(session.server).or_insert(first.from);
            out.push(blind(session.server, *told, session.from, None));
            *told = (*told).max(session.to);
        }
        for (server, told) in until {
            out.push(blind(server, told, end, None));
            spans[server] += end.since(first.from);
        }
    }
    let mut of_server: Vec<Vec<&Session>> = vec![Vec::new(); facts.coverage.len()];
    for session in &all {
        of_server[session.server].push(session);
    }
    for (server, (cover, own)) in facts.coverage.iter().zip(&of_server).enumerate() {
        let holes = cover.holes.iter().filter(|h| !is_between_sessions(h));
        let holes = holes.filter_map(|h| Some((h.after.time?, h.before.time?, h.lines)));
        // What a part of a log begins or ends with belongs to the other part.
        let holes = holes.filter(|(after, _, _)| {
            let at = own.partition_point(|s| s.from <= *after);
            at.checked_sub(1).and_then(|at| own.get(at)).is_some_and(|s| *after < s.to)
        });
        out.extend(holes.map(|(after, before, lines)| blind(server, after.min(before), after.max(before), lines)));
    }
    out.retain(|b| b.to > b.from);
    out.sort_by_key(|b| (b.from, b.to));
    // Where several are blind at once, what both would have logged is hidden too.
    let mut until: Option<(usize, Timestamp)> = None;
    for at in 0..out.len() {
        let b = out[at];
        if let Some((before, end)) = until.filter(|(_, end)| *end > b.from) {
            if out[before].server != b.server {
                (out[before].alone, out[at].alone) = (false, false);
            }
            if end >= b.to {
                continue;
            }
        }
        until = Some((at, b.to));
    }
    BlindTimes { times: out, spans }
}

/// Times between two trace sessions in which no log was to speak: how many, and how many milliseconds together. What came
/// in them is not counted.
pub(super) fn pauses(facts: &Facts<'_>) -> (u64, i64) {
    let sessions = sessions(facts);
    let all = together(&sessions);
    let between = all.iter().zip(all.iter().skip(1)).filter_map(|(a, b)| Some(b.first()?.from.since(ends(a)?)));
    let (count, ms) = between.fold((0, 0), |(count, all), ms| (count + 1, all + ms));
    let untimed = |h: &&Gap<'_>| is_between_sessions(h) && (h.after.time.is_none() || h.before.time.is_none());
    let untimed = facts.coverage.iter().flat_map(|c| &c.holes).filter(untimed).count() as u64;
    (count + untimed, ms)
}
