//! Logs that are followed: whatever they were when they were looked at, what they tell in the end is what they tell as a whole.

use proptest::prelude::*;
use siptrail::follow::Follower;
use siptrail::input::Input;
use siptrail::report;
use siptrail::synth::{Extent, FaultSpec, LogFormat, Plan, Told, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

use crate::common::{cases, root, scenarios};

type Files = Vec<(String, Vec<u8>)>;

/// All that an analysis tells, but for the numbers of names, which are those of the reading.
fn told(trace: &Trace, analysis: &Analysis) -> Vec<String> {
    let text = |value: &dyn erased::Told| value.told();
    vec![
        text(&report::report(trace, analysis, &[])),
        text(&analysis.calls),
        text(&analysis.pushes),
        text(&analysis.messages_inside),
        text(&analysis.lone),
        text(&analysis.clocks),
        text(&analysis.coverage),
    ]
}

mod erased {
    pub(super) trait Told {
        fn told(&self) -> String;
    }

    impl<T: serde::Serialize> Told for T {
        fn told(&self) -> String {
            serde_json::to_string(self).unwrap()
        }
    }
}

/// Looks at files again and again; `cuts` tells of each look, and of each file, how much of it is there, in thousandths, where that
/// is more than before. At last all of it is.
fn follow(files: &Files, cuts: &[Vec<usize>], options: &Options) -> Result<(), TestCaseError> {
    let mut follower = Follower::default();
    let (mut before, mut lengths): (Option<Trace>, Vec<usize>) = (None, vec![0; files.len()]);
    for (look, cut) in cuts.iter().chain([&vec![1000]]).enumerate() {
        for (i, (len, (_, text))) in lengths.iter_mut().zip(files).enumerate() {
            *len = (*len).max(text.len() * cut.get(i % cut.len()).copied().unwrap_or(1000) / 1000);
        }
        let part = |((name, text), len): (&(String, Vec<u8>), &usize)| Input::from_bytes(name.clone(), &text[..*len]);
        let inputs = || files.iter().zip(&lengths).map(part).collect::<Vec<_>>();
        let load = LoadOptions::default();
        let trace = match look % 2 {
            0 => Trace::load_after(before.as_ref(), inputs(), &load),
            _ => Trace::load_on(before.take(), inputs(), &load),
        };
        let found = follower.analyse(&trace, options);
        let whole = Trace::load(inputs(), &load);
        let expected = siptrail::analyse(&whole, options);
        for (found, expected) in told(&trace, &found).iter().zip(told(&whole, &expected)) {
            let differs = found.bytes().zip(expected.bytes()).position(|(a, b)| a != b);
            let at = differs.unwrap_or(found.len().min(expected.len())).saturating_sub(200);
            let near = |text: &str| {
                String::from_utf8_lossy(text.as_bytes().get(at..text.len().min(at + 500)).unwrap()).into_owned()
            };
            prop_assert!(*found == expected, "look {look} {lengths:?}\n{}\n{}", near(found), near(&expected));
        }
        before = Some(trace);
    }
    Ok(())
}

/// What is there at each look.
fn cuts() -> impl Strategy<Value = Vec<Vec<usize>>> {
    let looks = || prop::collection::vec(0usize..1000, 1..5);
    let ascending = |mut all: Vec<usize>| {
        all.sort_unstable();
        all
    };
    prop_oneof![
        // One file is whole, the other grows; which is which depends on their number.
        looks().prop_map(move |all| ascending(all).into_iter().map(|at| vec![1000, at]).collect()),
        looks().prop_map(move |all| ascending(all).into_iter().map(|at| vec![at]).collect()),
        prop::collection::vec(prop::collection::vec(0usize..1000, 3), 1..5),
        // A little each time, near the end.
        (900usize..990).prop_map(|from| (0..6).map(|i| vec![1000, from + i]).collect()),
    ]
}

fn plans() -> impl Strategy<Value = Plan> {
    let (calls, rate) = (20u64..90, prop::sample::select(vec![0u32, 20_000, 60_000]));
    (any::<u64>(), calls, 2usize..5, rate.clone(), rate, 0u32..900, any::<bool>(), any::<bool>()).prop_map(
        |(seed, calls, servers, gaps_ppm, damage_ppm, clock_skew_ms, stories, lync)| {
            let codes: Vec<&str> = FaultSpec::codes().collect();
            let code = codes[usize::try_from(seed % codes.len() as u64).unwrap()];
            Plan {
                seed,
                extent: Extent::Calls(calls),
                servers,
                gaps_ppm,
                damage_ppm,
                clock_skew_ms,
                drift_ppm: clock_skew_ms / 9,
                format: if lync { LogFormat::Lync2010 } else { LogFormat::Cls },
                faults: FaultSpec::new(code, 400_000).into_iter().collect(),
                stories: if stories { Told::all() } else { Vec::new() },
                ..Plan::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(32))]
    #[test]
    fn what_grew_tells_what_the_whole_tells(plan in plans(), cuts in cuts()) {
        follow(&in_memory(&plan).0, &cuts, &Options::default())?;
    }
}

#[test]
fn scenarios_and_samples_that_grow_tell_what_they_tell_as_a_whole() {
    let step = |at: usize| vec![at];
    let cuts: Vec<Vec<usize>> = [300, 480, 700, 930].into_iter().map(step).collect();
    for scenario in scenarios() {
        follow(&scenario.files, &cuts, &Options::default()).unwrap_or_else(|e| panic!("{}: {e}", scenario.name));
    }
    for sample in
        ["silent-mobile-leg.log", "cls-two-servers.log", "damaged-paste.txt", "edge-only.log", "push-failed-at-edge"]
    {
        let path = root("samples").join(sample);
        let read = |path: std::path::PathBuf| {
            (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(path).unwrap())
        };
        let mut files: Files = if path.is_dir() {
            std::fs::read_dir(path).unwrap().map(|e| read(e.unwrap().path())).collect()
        } else {
            vec![read(path)]
        };
        files.sort();
        follow(&files, &cuts, &Options::default()).unwrap_or_else(|e| panic!("{sample}: {e}"));
    }
}

#[test]
fn what_the_user_says_of_clocks_holds_while_a_log_grows() {
    let files = in_memory(&Plan { extent: Extent::Calls(40), clock_skew_ms: 500, ..Plan::default() }).0;
    let mut options = Options::default();
    options.clocks = vec![("fe01".to_owned(), 70)];
    follow(&files, &[vec![1000, 600], vec![1000, 900]], &options).unwrap();
}

/// That little is judged again is what following is for, and nobody would notice.
#[test]
fn few_call_ids_are_judged_again() {
    let files = in_memory(&Plan { extent: Extent::Calls(900), ..Plan::default() }).0;
    let mut follower = Follower::default();
    let mut before: Option<Trace> = None;
    let mut judged = Vec::new();
    for percent in [97, 98, 99, 100] {
        let part = |(i, (name, text)): (usize, &(String, Vec<u8>))| {
            let len = if i + 1 == files.len() { text.len() * percent / 100 } else { text.len() };
            Input::from_bytes(name.clone(), &text[..len])
        };
        let trace =
            Trace::load_on(before.take(), files.iter().enumerate().map(part).collect(), &LoadOptions::default());
        follower.analyse(&trace, &Options::default());
        judged.push(follower.judged());
        before = Some(trace);
    }
    let [first, again @ ..] = &judged[..] else { panic!() };
    assert!(again.iter().filter(|n| **n * 5 < *first).count() >= 2, "{judged:?}");
}
