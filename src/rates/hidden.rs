//! How many calls and pushes the logs may hide whole: as many as would have come in the blind times at the pace of the
//! times that are told.

use std::collections::{BTreeMap, BTreeSet};

use super::blind::{HOUR, blind_times};
use super::facts::Facts;
use crate::time::Timestamp;

/// Fewer than so many on average are none: one line that is missing hides no call.
const NONE: f64 = 0.02;
/// Records that a server writes of the shortest call: INVITE, final, ACK.
const LEAST_RECORDS: u64 = 3;
/// Standard deviations of a count that comes by chance: beyond them 2.5 % on each side.
const SURE: f64 = 1.96;

/// So many are hidden on average.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amount {
    average: f64,
    variance: f64,
}

impl Amount {
    /// What comes in a blind time (`span` of all the `dark` of a log) at the pace of `events` in the time that was `told`, and
    /// no more than `most`. The longer the dark is beside that, the less the pace is known: the next one was about to come.
    /// A log that was needed for no event hides none.
    fn at_pace(events: f64, span: f64, dark: f64, told: f64, most: f64) -> Amount {
        let ratio = dark / told;
        let seen = (events / told * span).min(most);
        let next = if events > 0.0 { (ratio.min(1.0) * span / dark.max(1.0)).min(most - seen) } else { 0.0 };
        Amount { average: seen + next, variance: seen * (1.0 + ratio) + next * 2.0 }
    }

    fn add(&mut self, more: Amount) {
        self.average += more.average;
        self.variance += more.variance;
    }

    /// At most so many.
    pub(super) fn at_most(self) -> u64 {
        if self.average < NONE {
            return 0;
        }
        let most = (self.average + SURE * self.variance.sqrt()).ceil();
        // Beyond what any log holds, more or less is all the same.
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 10^12")]
        let most = most.min(1e12) as u64;
        most
    }
}

/// What is hidden.
#[derive(Debug, Default)]
pub(super) struct Hidden {
    pub(super) all: Amount,
    pub(super) servers: BTreeMap<String, Amount>,
    /// By the start of the hour.
    pub(super) hours: BTreeMap<i64, Amount>,
}

/// What is hidden of events, each seen by some servers. `hours`: those that are asked for.
pub(super) fn hidden<'f>(
    facts: &'f Facts<'_>,
    events: impl Iterator<Item = (Option<Timestamp>, Vec<&'f str>)>,
    hours: &BTreeSet<i64>,
) -> Hidden {
    let mut out = Hidden::default();
    let seen = Seen::count(facts, events);
    let blind = blind_times(facts);
    // How long each log is blind and how long it speaks of the times of which it should.
    let mut dark = vec![0_i64; seen.names.len()];
    for b in &blind.times {
        dark[b.server] += b.to.since(b.from);
    }
    for b in &blind.times {
        let (span, dark) = (b.to.since(b.from), dark[b.server]);
        let told = (blind.spans[b.server] - dark).max(1);
        let most = b.lines.map_or(f64::MAX, |n| float(n / LEAST_RECORDS));
        let at_pace = |events: u64| Amount::at_pace(float(events), int(span), int(dark), int(told), most);
        let hidden = at_pace(if b.alone { seen.own[b.server] } else { seen.all[b.server] });
        out.all.add(hidden);
        // What another log tells of is hidden from what is told of this one.
        out.servers.entry(seen.names[b.server].to_owned()).or_default().add(at_pace(seen.all[b.server]));
        for hour in hours.range(b.from.0.div_euclid(HOUR) * HOUR..=b.to.0) {
            let inside = int((b.to.0.min(hour + HOUR) - b.from.0.max(*hour)).max(0)) / int(span.max(1));
            let (average, variance) = (hidden.average * inside, hidden.variance * inside);
            out.hours.entry(*hour).or_default().add(Amount { average, variance });
        }
    }
    // Where no time tells how long a hole is, the numbers of its lines do.
    for (server, lines) in untimed(facts) {
        let average = float(lines / LEAST_RECORDS);
        let hidden = Amount { average, variance: average };
        out.all.add(hidden);
        out.servers.entry(seen.names[server].to_owned()).or_default().add(hidden);
    }
    out
}

/// Events of each server.
struct Seen<'f> {
    names: Vec<&'f str>,
    /// All that it logged.
    all: Vec<u64>,
    /// Those that only it logged.
    own: Vec<u64>,
}

impl<'f> Seen<'f> {
    fn count(facts: &'f Facts<'_>, events: impl Iterator<Item = (Option<Timestamp>, Vec<&'f str>)>) -> Seen<'f> {
        let names: Vec<&str> = facts.coverage.iter().map(|c| c.server.as_deref().unwrap_or_default()).collect();
        let number: BTreeMap<&str, usize> = names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
        let (mut all, mut own) = (vec![0_u64; names.len()], vec![0_u64; names.len()]);
        let (mut count, mut nobodys) = (0_u64, 0_u64);
        for (_, servers) in events {
            count += 1;
            nobodys += u64::from(servers.is_empty());
            for server in servers.iter().filter_map(|s| number.get(s)) {
                all[*server] += 1;
                own[*server] += u64::from(servers.len() == 1);
            }
        }
        // Events do not say which servers without a name logged them: it may be each of them.
        for (nameless, _) in names.iter().enumerate().filter(|(_, name)| name.is_empty()) {
            (all[nameless], own[nameless]) = (count, nobodys);
        }
        Seen { names, all, own }
    }
}

/// Lines that are missing where no time tells when, with the number of their server.
fn untimed(facts: &Facts<'_>) -> impl Iterator<Item = (usize, u64)> {
    let holes = facts.coverage.iter().enumerate().flat_map(|(server, c)| c.holes.iter().map(move |h| (server, h)));
    let untimed = holes.filter(|(_, h)| h.after.time.is_none() || h.before.time.is_none());
    untimed.filter_map(|(server, h)| Some((server, h.lines?)))
}

#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn float(n: u64) -> f64 {
    n as f64
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of a log are far below 2^52")]
fn int(n: i64) -> f64 {
    n as f64
}

#[cfg(test)]
mod tests {
    use super::super::blind::pauses;
    use super::super::facts::{Cover, Gap, Spot, Stretch};
    use super::*;

    const MINUTE: i64 = 60_000;

    fn spot(minute: i64) -> Spot {
        Spot { time: Some(Timestamp(minute * MINUTE)), ..Spot::default() }
    }

    fn cover(server: Option<&'static str>, spans: &[(i64, i64)], kind: &'static str) -> Cover<'static> {
        let stretch = |(from, to): &(i64, i64)| Stretch { first: spot(*from), last: spot(*to) };
        let gap = |w: &[(i64, i64)]| Gap { kind: kind.into(), lines: None, after: spot(w[0].1), before: spot(w[1].0) };
        Cover {
            server: server.map(Into::into),
            spans: spans.iter().map(stretch).collect(),
            holes: spans.windows(2).map(gap).collect(),
        }
    }

    fn found(coverage: Vec<Cover<'static>>, events: &[(i64, &[&'static str])]) -> Hidden {
        let facts = Facts { coverage, ..Facts::default() };
        let events = events.iter().map(|(minute, servers)| (Some(Timestamp(minute * MINUTE)), servers.to_vec()));
        hidden(&facts, events, &BTreeSet::new())
    }

    #[test]
    fn a_hole_hides_as_many_as_the_pace_of_the_rest() {
        let events: Vec<(i64, &[&'static str])> = (0..100).map(|n| (n, &["fe01"][..])).collect();
        let all = found(vec![cover(Some("fe01"), &[(0, 100), (150, 200)], "silence")], &events).all;
        assert!((all.average - 101.0 / 150.0 * 50.0).abs() < 1e-9, "{all:?}");
        assert!((46..56).contains(&all.at_most()), "{}", all.at_most());
    }

    #[test]
    fn a_server_without_a_name_hides_calls_too() {
        let events: Vec<(i64, &[&'static str])> = (0..100).map(|n| (n, &[][..])).collect();
        let all = found(vec![cover(None, &[(0, 100), (150, 200)], "silence")], &events).all;
        assert!(all.at_most() > 33, "{all:?}");
    }

    #[test]
    fn a_pace_of_a_short_time_leaves_much_open_in_a_long_hole() {
        let short = found(vec![cover(Some("fe01"), &[(0, 10), (500, 510)], "silence")], &[(1, &["fe01"])]).all;
        assert!((60..100).contains(&short.at_most()), "{short:?}");
    }

    #[test]
    fn what_another_log_tells_is_hidden_from_the_rates_of_a_server() {
        let both: &[&'static str] = &["fe01", "edge01"];
        let events: Vec<(i64, &[&'static str])> = (0..100).map(|n| (n, both)).collect();
        let coverage = vec![
            cover(Some("fe01"), &[(0, 200)], "silence"),
            cover(Some("edge01"), &[(0, 100), (150, 200)], "silence"),
        ];
        let hidden = found(coverage, &events);
        assert_eq!(hidden.all.at_most(), 0, "{hidden:?}");
        assert!(hidden.servers["edge01"].at_most() > 33, "{hidden:?}");
    }

    #[test]
    fn lines_that_are_missing_without_a_time_count() {
        let mut cover = cover(Some("fe01"), &[], "sequence");
        cover.holes.push(Gap { kind: "sequence".into(), lines: Some(300), ..Gap::default() });
        assert!(found(vec![cover], &[]).all.at_most() >= 100);
    }

    #[test]
    fn between_sessions_nothing_is_hidden_and_the_pause_is_told() {
        let coverage = vec![cover(Some("fe01"), &[(0, 100), (400, 500)], "restart")];
        let facts = Facts { coverage: coverage.clone(), ..Facts::default() };
        assert_eq!(pauses(&facts), (1, 300 * MINUTE));
        assert_eq!(found(coverage, &[(1, &["fe01"])]).all.at_most(), 0);
        let facts =
            Facts { coverage: vec![cover(Some("fe01"), &[(0, 100), (400, 500)], "silence")], ..Facts::default() };
        assert_eq!(pauses(&facts), (0, 0));
    }
}
