//! Generated deployments against their truth: every judgement right, or left open where the logs cannot know.

use sha2::{Digest, Sha256};
use siptrail::analysis::Outcome;
use siptrail::input::Input;
use siptrail::report::{self, model::Report};
use siptrail::synth::check::{Comparison, check};
use siptrail::synth::{Encoding, Era, Extent, FaultSpec, LogFormat, Plan, Told, Truth, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

fn reported(plan: &Plan) -> (Report, Truth) {
    let (logs, truth) = in_memory(plan);
    let inputs = logs.into_iter().map(|(name, bytes)| Input::from_bytes(name, bytes)).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (report::report(&trace, &analysis, &[]), truth)
}

fn judge(plan: &Plan) -> (Comparison, Truth) {
    let (report, truth) = reported(plan);
    (check(&truth, &report), truth)
}

fn small(seed: u64) -> Plan {
    Plan { seed, extent: Extent::Calls(150), ..Plan::default() }
}

/// Name, plan. Small enough for every test run, and together a few thousand calls.
fn matrix() -> Vec<(String, Plan)> {
    let mut plans: Vec<(String, Plan)> = Vec::new();
    let mut add = |name: &str, plan: Plan| plans.push((format!("{name}, seed {}", plan.seed), plan));
    for (seed, format) in [(1, LogFormat::R2), (2, LogFormat::Lync2010), (3, LogFormat::Cls)] {
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
    let (mut right, mut open, mut cautious) = (0, 0, Vec::new());
    for (name, plan) in matrix() {
        let (result, _) = judge(&plan);
        (right, open) = (right + result.right, open + result.open);
        cautious.extend(result.cautions.iter().map(|m| format!("{name}: {m:?}")));
        wrong.extend(result.mistakes.into_iter().map(|m| format!("{name}: {m:?}")));
    }
    assert!(wrong.is_empty(), "{} wrong of {right}:\n{}", wrong.len(), wrong.join("\n"));
    // Leaving everything open would be right too, and worth nothing.
    assert!(right > 10_000 && open * 10 < right, "{right} right, {open} left open");
    // And what the logs know is said: one in five hundred may be left open.
    assert!(
        cautious.len() * 500 <= usize::try_from(right).unwrap(),
        "{} too cautious:\n{}",
        cautious.len(),
        cautious.join("\n")
    );
}

#[test]
fn a_sound_log_leaves_nothing_open() {
    let (result, _) = judge(&Plan { servers: 4, clock_skew_ms: 1_500, ..small(40) });
    assert_eq!((result.open, result.cautious, result.wrong), (0, 0, 0), "{:?}{:?}", result.mistakes, result.cautions);
}

/// Each fault alone, in a quarter of the pushes, is found by its own code.
#[test]
fn every_fault_is_named() {
    let mut missing: Vec<String> = Vec::new();
    for code in FaultSpec::codes() {
        let faults: Vec<FaultSpec> = FaultSpec::new(code, 250_000).into_iter().collect();
        let (result, truth) = judge(&Plan { faults, servers: 3, extent: Extent::Calls(60), ..small(50) });
        missing.extend(result.mistakes.iter().map(|m| format!("{code}: {m:?}")));
        missing.extend(result.cautions.iter().map(|m| format!("{code}: left open: {m:?}")));
        // What happens behind the clearing house looks like a push that nobody opened.
        let shown = FaultSpec::shown(code);
        let told = truth.calls.iter().flat_map(|c| &c.findings).filter(|f| *f == shown).count();
        // A notification without its text is a notification: no log shows a difference, and nothing may be said.
        if told < 3 && shown != "PN51" {
            missing.push(format!("{code}: only {told} in the truth"));
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Figures that were measured stand on these bytes: a plan without stories and era never changes.
#[test]
fn old_plans_keep_their_bytes() {
    let mut hash = Sha256::new();
    for (seed, format, gaps_ppm, damage_ppm) in
        [(1, LogFormat::R2, 0, 0), (2, LogFormat::Lync2010, 30_000, 20_000), (3, LogFormat::Cls, 20_000, 20_000)]
    {
        let servers = 2 + usize::try_from(seed).unwrap();
        let clocks = Plan { clock_skew_ms: 2_000, drift_ppm: 40, ..small(seed) };
        let plan = Plan { format, servers, gaps_ppm, damage_ppm, ..clocks };
        for (name, bytes) in in_memory(&plan).0 {
            hash.update(name);
            hash.update(bytes);
        }
    }
    let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    assert_eq!(hash, "94e5ce9fe65a126b4677d9150ca9a1ad2131935d70bf2ace0f62dfd49538159d");
}

/// The times in the prefixes of a log, in its order; all of one day.
fn times(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    let prefixes = text.lines().filter(|l| l.starts_with("TL_"));
    prefixes.filter_map(|l| Some(l.split_once("::")?.1.get(..23)?.to_owned())).collect()
}

/// What each story is about, told often, and judged as the rules have it.
#[test]
fn every_story_is_told_right() {
    let mut wrong = Vec::new();
    let (mut right, mut cautious) = (0, Vec::new());
    for name in Told::names() {
        for (seed, format) in (100..).zip([LogFormat::Lync2010, LogFormat::Cls, LogFormat::R2]) {
            let stories: Vec<Told> = Told::new(name, 600_000).into_iter().collect();
            assert!(!stories.is_empty(), "{name}");
            let plan = Plan { stories, servers: 4, format, extent: Extent::Calls(30), ..small(seed) };
            let ordinary = in_memory(&Plan { stories: Vec::new(), ..plan.clone() }).0;
            let logs = in_memory(&plan).0;
            assert!(logs != ordinary, "{name} is not told");
            if name.starts_with("clock-") {
                assert!(logs.iter().any(|(_, log)| !times(log).is_sorted()), "{name}: no clock goes back");
            }
            let (result, truth) = judge(&plan);
            if matches!(name, "level" | "hidden-ring") {
                assert!(truth.logs.iter().any(|l| l.missing > 0), "{name}: nothing is missing");
            }
            right += result.right;
            wrong.extend(result.mistakes.iter().map(|m| format!("{name}, {format:?}: {m:?}")));
            cautious.extend(result.cautions.iter().map(|m| format!("{name}, {format:?}: {m:?}")));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    assert!(right > 5_000, "only {right} right");
    // What the logs know is said: one in five hundred may be left open.
    let few = cautious.len() * 500 <= usize::try_from(right).unwrap();
    assert!(few, "{} of {right} too cautious:\n{}", cautious.len(), cautious.join("\n"));
}

/// All stories in one deployment, on logs with holes too: nothing is wrong there either.
#[test]
fn stories_on_logs_with_holes_are_not_told_wrong() {
    let mut wrong = Vec::new();
    for (seed, format) in [(130, LogFormat::Lync2010), (131, LogFormat::Cls)] {
        let stories = Told::all();
        let plan = Plan { stories, servers: 4, format, gaps_ppm: 30_000, damage_ppm: 10_000, ..small(seed) };
        wrong.extend(judge(&plan).0.mistakes.into_iter().map(|m| format!("seed {seed}: {m:?}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Clients, ports and servers of three generations.
#[test]
fn every_era_is_judged_right() {
    let mut wrong = Vec::new();
    for (seed, era) in [(140, Era::Lync2010), (141, Era::Lync2013), (142, Era::Skype2019)] {
        let plan = Plan { era: Some(era), servers: 3, clock_skew_ms: 1_500, ..small(seed) };
        let logs: Vec<u8> = in_memory(&plan).0.into_iter().flat_map(|(_, log)| log).collect();
        let logs = String::from_utf8_lossy(&logs);
        let desktops =
            [(Era::Lync2010, "UCCAPI/4.0."), (Era::Lync2013, "UCCAPI/15.0."), (Era::Skype2019, "UCCAPI/16.0.12527")];
        for (of, client) in desktops {
            // A partner may be of 2013 at any time.
            assert!(logs.contains(client) == (of == era) || of == Era::Lync2013 && of != era, "{era:?}: {client}");
        }
        let (result, _) = judge(&plan);
        assert!(result.right > 300, "{era:?}: only {} right", result.right);
        wrong.extend(result.mistakes.iter().map(|m| format!("{era:?}: {m:?}")));
        wrong.extend(result.cautions.iter().map(|m| format!("{era:?}: too cautious: {m:?}")));
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
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
    let (report, truth) = reported(&plan);
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

/// So is a wrong mark beside the words, and a message inside a conversation that is told otherwise.
#[test]
fn a_wrong_mark_is_noticed() {
    let names = ["voice-mail", "redial", "second-push", "message-missed", "conference"];
    let stories = names.into_iter().filter_map(|name| Told::new(name, 150_000)).collect();
    let (report, truth) = reported(&Plan { stories, servers: 4, extent: Extent::Calls(80), ..small(62) });
    let wrong = |change: &dyn Fn(&mut Truth)| {
        let mut truth = truth.clone();
        change(&mut truth);
        check(&truth, &report).wrong
    };
    assert_eq!(wrong(&|_| ()), 0);
    assert_eq!(wrong(&|t| t.calls.iter_mut().find(|c| c.voice_mail).unwrap().voice_mail = false), 1);
    assert_eq!(wrong(&|t| t.calls.iter_mut().find(|c| c.reached_later).unwrap().reached_later = false), 1);
    assert_eq!(wrong(&|t| t.pushes.iter_mut().find(|p| p.superseded).unwrap().superseded = false), 1);
    let modality = |t: &mut Truth| {
        t.calls.iter_mut().find(|c| c.modality.is_some()).unwrap().modality = Some("video".to_owned());
    };
    assert_eq!(wrong(&modality), 1);
    assert_eq!(wrong(&|t| t.missed_messages[0].verdict = "missed_no_push".to_owned()), 1);
    assert_eq!(wrong(&|t| drop(t.missed_messages.remove(0))), 1);
}

/// What is left open is wrong nowhere: it is right where the logs cannot know, and too cautious where they can.
#[test]
fn left_open_is_no_mistake() {
    let plan = Plan { gaps_ppm: 60_000, extent: Extent::Calls(80), ..small(61) };
    let (report, mut truth) = reported(&plan);
    let before = check(&truth, &report);
    let open = |c: &siptrail::report::model::Call| c.outcome == Outcome::Undetermined;
    let told = truth.calls.iter_mut().find(|t| {
        t.unsure && t.outcome != "undetermined" && report.calls.iter().any(|c| c.call_id == t.call_id && open(c))
    });
    let told = told.expect("a gap hides the end of some call");
    assert!(!told.known.iter().any(|known| known == "outcome"), "{told:?}");
    told.known.push("outcome".to_owned());
    let id = told.call_id.clone();
    let after = check(&truth, &report);
    assert_eq!((after.right, after.wrong), (before.right, before.wrong));
    assert_eq!((after.open, after.cautious), (before.open - 1, before.cautious + 1));
    assert!(after.cautions.iter().any(|m| m.table == "outcome" && m.call_id == id && m.report == "undetermined"));
}
