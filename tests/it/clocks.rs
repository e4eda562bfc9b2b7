//! Corrected times, offsets, spreads and latencies against the true clocks of generated deployments: every true value
//! lies within what is told.
//!
//! The same plan without skew and drift gives the same records at their true times.

use siptrail::analysis::{ClockBasis, hops};
use siptrail::input::Input;
use siptrail::report;
use siptrail::synth::{Extent, LogFormat, Plan, in_memory};
use siptrail::time::Timestamp;
use siptrail::trace::{EventId, LoadOptions};
use siptrail::{Analysis, Options, Trace};

/// A clock that is set at this share of a log, in milliseconds: the one of the last server, or all.
#[derive(Clone, Copy, Debug)]
enum Set {
    No,
    Last(i64),
    All(i64),
}

fn load(logs: Vec<(String, Vec<u8>)>) -> Trace {
    let inputs = logs.into_iter().map(|(name, bytes)| Input::from_bytes(name, bytes)).collect();
    Trace::load(inputs, &LoadOptions::default())
}

/// The lines behind the first `share` of a log, their times moved.
fn set(bytes: &[u8], from: Timestamp, by: i64) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let at = line.starts_with("TL_").then(|| line.find("::")).flatten().map(|at| at + 2);
        let moved = at.and_then(|at| {
            let (date, clock) = line.get(at..at + 23)?.split_once('-')?;
            let [month, day, year] = date.split('/').collect::<Vec<_>>()[..] else { return None };
            let time = Timestamp::parse(&format!("{year}-{month}-{day} {clock}"), None).filter(|t| *t >= from)?;
            let iso = time.plus(by).iso();
            let (year, month, day, clock) = (&iso[..4], &iso[5..7], &iso[8..10], &iso[11..]);
            Some(format!("{}{month}/{day}/{year}-{clock}{}", &line[..at], &line[at + 23..]))
        });
        out.push_str(moved.as_deref().unwrap_or(line));
    }
    out.into_bytes()
}

struct Case {
    trace: Trace,
    analysis: Analysis,
    /// The same records at their true times.
    truth: Trace,
}

impl Case {
    fn new(plan: &Plan, step: Set) -> Case {
        let mut logs = in_memory(plan).0;
        let truth = load(in_memory(&Plan { clock_skew_ms: 0, drift_ppm: 0, ..plan.clone() }).0);
        let middle = truth.sources()[0].span.map(|(a, b)| a.plus(b.since(a) / 2)).unwrap();
        let last = logs.len() - 1;
        for (i, (_, bytes)) in logs.iter_mut().enumerate() {
            match step {
                Set::Last(by) if i == last => *bytes = set(bytes, middle, by),
                Set::All(by) => *bytes = set(bytes, middle, by),
                _ => {}
            }
        }
        let trace = load(logs);
        assert_eq!(trace.events().len(), truth.events().len(), "the same records");
        let analysis = siptrail::analyse(&trace, &Options::default());
        Case { trace, analysis, truth }
    }

    fn true_time(&self, id: EventId) -> Timestamp {
        self.truth.event(id).and_then(siptrail::trace::Event::time).unwrap()
    }

    fn ids(&self) -> impl Iterator<Item = EventId> + use<> {
        (0..u32::try_from(self.trace.events().len()).unwrap()).map(EventId)
    }
}

const CASES: [(u64, usize, u32, Set); 9] = [
    (61, 2, 0, Set::No),
    (62, 3, 20, Set::No),
    (63, 3, 100, Set::No),
    (64, 3, 200, Set::No),
    (65, 4, 200, Set::No),
    (66, 2, 20, Set::Last(-240_000)),
    (67, 3, 100, Set::Last(-3_600_000)),
    (68, 3, 20, Set::All(-3_600_000)),
    (69, 2, 0, Set::All(-3_600_000)),
];

/// Between servers that share many messages nothing is told more loosely, in milliseconds.
const MOST_TOLD: i64 = 250;

#[test]
fn every_true_value_lies_within_what_is_told() {
    let mut wrong = Vec::new();
    let (mut told, mut drifts) = (0, 0);
    for (seed, servers, drift_ppm, step) in CASES {
        let plan = Plan {
            seed,
            servers,
            drift_ppm,
            format: LogFormat::Cls,
            clock_skew_ms: 3_000,
            extent: Extent::Calls(150),
            ..Plan::default()
        };
        let case = Case::new(&plan, step);
        let name = format!("seed {seed}, {servers} servers, {drift_ppm} ppm, {step:?}");
        let report = report::report(&case.trace, &case.analysis, &[]);
        // The first server's clock is true; where another is the reference, times are told on that.
        let reference = report.sources.iter().find(|s| s.clock == Some(ClockBasis::Reference)).unwrap();
        assert_eq!(reference.path, "fe01.log", "{name}");
        for (i, source) in report.sources.iter().enumerate() {
            let half = source.clock_spread_ms.map_or(1, |s| s / 2 + 1);
            let own: Vec<EventId> = case.ids().filter(|id| case.trace.event(*id).unwrap().file.index() == i).collect();
            let off = |id: &EventId| case.analysis.time(&case.trace, *id).unwrap().since(case.true_time(*id));
            let worst = own.iter().map(off).max_by_key(|ms| ms.abs()).unwrap();
            if worst.abs() > half {
                wrong.push(format!("{name}: {} is {worst} ms off, told is {half}", source.path));
            }
            told += 1;
            // Against the reference, whose step counts as well.
            let ahead = |id: &EventId| {
                let raw = case.trace.event(*id).and_then(siptrail::trace::Event::time).unwrap();
                let both = match step {
                    Set::All(by) if raw.since(case.true_time(*id)) < by / 2 => by,
                    _ => 0,
                };
                raw.since(case.true_time(*id)) - both
            };
            let (least, most) = (own.iter().map(ahead).min().unwrap(), own.iter().map(ahead).max().unwrap());
            if source.clock_offset_ms < least - half || source.clock_offset_ms > most + half {
                let offset = source.clock_offset_ms;
                wrong.push(format!("{name}: {} is told {offset} ahead, is {least} to {most}", source.path));
            }
            let drift = source.clock_drift_ms.unwrap_or(0).abs();
            drifts += u32::from(drift > 0 && drift_ppm >= 100);
            if matches!(step, Set::No) && half > MOST_TOLD {
                wrong.push(format!("{name}: {} is told to {half} ms only", source.path));
            }
            if drift > 2 * half + i64::from(drift_ppm) * 3_600 / 1_000 {
                wrong.push(format!("{name}: {} drifts by {drift} ms", source.path));
            }
        }
        latencies(&case, &name, &mut wrong);
    }
    assert!(drifts > 0, "no drift is told");
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(told > 20);
}

fn latencies(case: &Case, name: &str, wrong: &mut Vec<String>) {
    let (trace, analysis) = (&case.trace, &case.analysis);
    let tables = analysis.calls.iter().flat_map(|c| hops::of_call(trace, analysis, c));
    let tables = tables.chain(analysis.pushes.iter().flat_map(|p| hops::of_push(trace, analysis, p)));
    let (mut between, mut sure) = (0, 0);
    for row in tables.flat_map(|t| t.rows.clone().into_iter().map(move |r| (t.rows.clone(), r))) {
        let (rows, row) = row;
        let Some(before) = row.before.and_then(|b| rows.get(b)) else { continue };
        let truth = case.true_time(row.event).since(case.true_time(before.event));
        between += usize::from(row.server != before.server);
        let Some(ms) = row.latency_ms else { continue };
        sure += usize::from(row.server != before.server);
        let unsure = row.unsure_ms.max(1);
        if unsure > MOST_TOLD {
            wrong.push(format!("{name}: a latency is told to {unsure} ms only"));
        }
        if (ms - truth).abs() > unsure || (ms < 0 && row.server != before.server) {
            wrong.push(format!("{name}: latency told {ms} give or take {unsure}, is {truth}"));
        }
    }
    assert!(between > 0 && sure * 10 > between * 9, "{name}: only {sure} of {between} latencies are told");
}
