//! How many calls and pushes the logs may hide whole: as many as would have come in the blind times at the pace of the
//! times that are told.

use std::collections::{BTreeMap, BTreeSet};

use super::facts::{Facts, Gap};
use crate::time::Timestamp;

/// Fewer than so many on average are none: one line that is missing hides no call.
const NONE: f64 = 0.02;
/// Records that a server writes of the shortest call: INVITE, final, ACK.
const LEAST_RECORDS: u64 = 3;
/// Standard deviations of a count that comes by chance: beyond them 2.5 % on each side.
const SURE: f64 = 1.96;
/// Milliseconds of an hour.
pub(super) const HOUR: i64 = 3_600_000;

/// A time for which the log of a server says nothing.
#[derive(Clone, Copy, Debug)]
struct Blind {
    server: usize,
    from: Timestamp,
    to: Timestamp,
    /// Records that are missing, where their numbers tell.
    lines: Option<u64>,
    /// No other log speaks of all of this time.
    alone: bool,
}

/// Average numbers of what is hidden.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    pub(super) all: f64,
    pub(super) servers: BTreeMap<String, f64>,
    /// By the start of the hour.
    pub(super) hours: BTreeMap<i64, f64>,
}

/// At most so many, where so many are hidden on average.
pub(super) fn at_most(average: f64) -> u64 {
    if average < NONE {
        return 0;
    }
    let most = (average + SURE * average.sqrt()).ceil();
    // Beyond what any log holds, more or less is all the same.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 10^12")]
    let most = most.min(1e12) as u64;
    most
}

/// What is hidden of events, each seen by some servers. `hours`: those that are asked for.
pub(super) fn hidden<'f>(
    facts: &'f Facts<'_>,
    events: impl Iterator<Item = (Option<Timestamp>, Vec<&'f str>)>,
    hours: &BTreeSet<i64>,
) -> Hidden {
    let mut out = Hidden::default();
    let names: Vec<&str> = facts.coverage.iter().map(|c| c.server.as_deref().unwrap_or_default()).collect();
    let number: BTreeMap<&str, usize> = names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
    // Events of each server: all, and those that only it logged.
    let (mut all, mut own) = (vec![0_u64; names.len()], vec![0_u64; names.len()]);
    for (_, servers) in events {
        for server in servers.iter().filter_map(|s| number.get(s)) {
            all[*server] += 1;
            own[*server] += u64::from(servers.len() == 1);
        }
    }
    let (blind, spans) = blind_times(facts);
    let mut told = spans;
    for b in &blind {
        told[b.server] -= b.to.since(b.from);
    }
    for b in blind {
        let (events, span) = (if b.alone { own[b.server] } else { all[b.server] }, b.to.since(b.from));
        let most = b.lines.map_or(f64::MAX, |n| float(n / LEAST_RECORDS));
        let average = (float(events) / int(told[b.server].max(1)) * int(span)).min(most);
        if average <= 0.0 {
            continue;
        }
        out.all += average;
        *out.servers.entry(names[b.server].to_owned()).or_default() += average;
        for hour in hours.range(b.from.0.div_euclid(HOUR) * HOUR..=b.to.0) {
            let inside = b.to.0.min(hour + HOUR) - b.from.0.max(*hour);
            *out.hours.entry(*hour).or_default() += average * int(inside.max(0)) / int(span.max(1));
        }
    }
    out
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

/// The holes of each log, and the times for which the log of a server that logged before, behind or meanwhile says nothing
/// while another speaks. With it for each server how long the times are together for which it should speak: logs of
/// other days are another matter.
fn blind_times(facts: &Facts<'_>) -> (Vec<Blind>, Vec<i64>) {
    let mut out = Vec::new();
    let mut spans = vec![0; facts.coverage.len()];
    let blind = |server, from, to, lines| Blind { server, from, to, lines, alone: true };
    let all = sessions(facts);
    let mut rest = &all[..];
    while let Some(first) = rest.first() {
        // Sessions that overlap, one into the next.
        let (mut end, mut count) = (first.to, 1);
        while let Some(next) = rest.get(count).filter(|s| s.from <= end) {
            end = end.max(next.to);
            count += 1;
        }
        let (together, others) = rest.split_at(count);
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
        rest = others;
    }
    for (server, cover) in facts.coverage.iter().enumerate() {
        let holes = cover.holes.iter().filter(|h| !is_between_sessions(h));
        let holes = holes.filter_map(|h| Some((h.after.time?, h.before.time?, h.lines)));
        // What a part of a log begins or ends with belongs to the other part.
        let own: Vec<&Session> = all.iter().filter(|s| s.server == server).collect();
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
    (out, spans)
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(n: u64) -> f64 {
    n as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a log are far below 2^52")]
fn int(n: i64) -> f64 {
    n as f64
}
