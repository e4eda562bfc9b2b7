//! Generated deployments against their truth: every judgement right, or left open where the logs cannot know.

use siptrail::input::Input;
use siptrail::report;
use siptrail::synth::check::{Comparison, check};
use siptrail::synth::{Encoding, Extent, Format, Plan, Truth, Wish, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

fn judge(plan: &Plan) -> (Comparison, Truth) {
    let (logs, truth) = in_memory(plan);
    let inputs = logs.into_iter().map(|(name, bytes)| Input::from_bytes(name, bytes)).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (check(&truth, &report::report(&trace, &analysis, &[])), truth)
}

fn small(seed: u64) -> Plan {
    Plan { seed, extent: Extent::Calls(150), ..Plan::default() }
}

/// Name, plan. Small enough for every test run, and together a few thousand calls.
fn matrix() -> Vec<(String, Plan)> {
    let mut plans: Vec<(String, Plan)> = Vec::new();
    let mut add = |name: &str, plan: Plan| plans.push((format!("{name}, seed {}", plan.seed), plan));
    for (seed, format) in [(1, Format::R2), (2, Format::Lync2010), (3, Format::Cls)] {
        add("format", Plan { format, servers: 3, ..small(seed) });
    }
    for (seed, encoding) in [(4, Encoding::Utf8Bom), (5, Encoding::Utf16), (6, Encoding::Ansi)] {
        add("encoding", Plan { encoding, ..small(seed) });
    }
    for (seed, servers) in [(7, 2), (8, 3), (9, 4), (10, 12)] {
        add("clocks apart", Plan { servers, clock_skew_ms: 4_000, drift_ppm: 80, ..small(seed) });
    }
    for (seed, damage_ppm) in [(11, 5_000), (12, 20_000), (13, 60_000)] {
        add("damage", Plan { damage_ppm, servers: 3, ..small(seed) });
    }
    for (seed, gaps_ppm) in [(14, 10_000), (15, 40_000), (16, 120_000), (17, 40_000)] {
        add("gaps", Plan { gaps_ppm, servers: 2 + usize::from(seed == 17), ..small(seed) });
    }
    for seed in 18..22 {
        let all = Plan { gaps_ppm: 30_000, damage_ppm: 10_000, clock_skew_ms: 2_500, drift_ppm: 40, ..small(seed) };
        add("all together", Plan { servers: 2 + usize::try_from(seed % 3).unwrap(), ..all });
    }
    for (seed, without) in [(22, "edge01"), (23, "fe01"), (24, "fe02"), (25, "dir01")] {
        add(without, Plan { without: vec![without.to_owned()], servers: 4, ..small(seed) });
    }
    plans
}

#[test]
fn no_judgement_is_wrong() {
    let mut wrong = Vec::new();
    let (mut right, mut open) = (0, 0);
    for (name, plan) in matrix() {
        let (result, _) = judge(&plan);
        (right, open) = (right + result.right, open + result.open);
        wrong.extend(result.mistakes.into_iter().map(|m| format!("{name}: {m:?}")));
    }
    assert!(wrong.is_empty(), "{} wrong of {right}:\n{}", wrong.len(), wrong.join("\n"));
    // Leaving everything open would be right too, and worth nothing.
    assert!(right > 10_000 && open * 10 < right, "{right} right, {open} left open");
}

#[test]
fn a_sound_log_leaves_nothing_open() {
    let (result, _) = judge(&Plan { servers: 4, clock_skew_ms: 1_500, ..small(40) });
    assert_eq!((result.open, result.wrong), (0, 0), "{:?}", result.mistakes);
}

/// Each fault alone, in a quarter of the pushes, is found by its own code.
#[test]
fn every_fault_is_named() {
    let mut missing: Vec<String> = Vec::new();
    for code in Wish::codes() {
        let faults: Vec<Wish> = Wish::new(code, 250_000).into_iter().collect();
        let (result, truth) = judge(&Plan { faults, servers: 3, extent: Extent::Calls(60), ..small(50) });
        missing.extend(result.mistakes.iter().map(|m| format!("{code}: {m:?}")));
        // What happens behind the clearing house looks like a push that nobody opened.
        let shown = Wish::shown(code);
        let told = truth.calls.iter().flat_map(|c| &c.findings).filter(|f| *f == shown).count();
        // A notification without its text is a notification: no log shows a difference, and nothing may be said.
        if told < 3 && shown != "PN51" {
            missing.push(format!("{code}: only {told} in the truth"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn the_same_plan_gives_the_same_bytes_and_another_seed_others() {
    let plan = Plan { damage_ppm: 10_000, gaps_ppm: 10_000, clock_skew_ms: 500, extent: Extent::Calls(30), ..small(3) };
    let first = in_memory(&plan);
    assert!(first == in_memory(&plan));
    assert!(first.0 != in_memory(&Plan { seed: 4, ..plan }).0);
}

/// The comparison itself: a truth that is changed by one word is no longer met.
#[test]
fn a_wrong_word_is_noticed() {
    let plan = Plan { extent: Extent::Calls(20), ..small(60) };
    let (logs, truth) = in_memory(&plan);
    let inputs = logs.into_iter().map(|(name, bytes)| Input::from_bytes(name, bytes)).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let report = report::report(&trace, &siptrail::analyse(&trace, &Options::default()), &[]);
    let wrong = |change: &dyn Fn(&mut Truth)| {
        let mut truth = truth.clone();
        change(&mut truth);
        check(&truth, &report).wrong
    };
    assert_eq!(wrong(&|_| ()), 0);
    assert_eq!(wrong(&|t| t.calls[0].outcome = "rejected".to_owned()), 1);
    assert_eq!(wrong(&|t| t.calls[0].verdict = Some("not_opened".to_owned())), 1);
    assert_eq!(wrong(&|t| t.calls[0].findings.push("PN99".to_owned())), 1);
    assert_eq!(wrong(&|t| t.pushes[0].result = "rejected".to_owned()), 1);
    assert_eq!(wrong(&|t| t.pushes[0].link = "likely".to_owned()), 1);
    assert_eq!(wrong(&|t| drop(t.pushes.remove(0))), 1, "a push that nobody made");
    assert_eq!(wrong(&|t| t.calls[0].call_id.push('x')), 2, "one call is gone, another invented");
}
