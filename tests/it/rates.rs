//! `siptrail rates`: reckoned by hand on samples, and against generated deployments with holes.

use std::collections::HashMap;

use serde_json::Value;
use siptrail::input::Input;
use siptrail::rates::{self, Facts, Rates};
use siptrail::synth::{Extent, Plan, Truth, in_memory};
use siptrail::time::Timestamp;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::root;
use crate::program::{err, out, run};

fn json(args: &[&str]) -> Value {
    let o = run(&[&["rates", "--format", "json"], args].concat());
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    serde_json::from_str(&out(&o)).unwrap()
}

/// Value, low, high in thousandths, part, of, unknown.
fn rate(group: &Value, name: &str) -> (f64, f64, f64, u64, u64, u64) {
    let rate = group["rates"].as_array().unwrap().iter().find(|r| r["name"] == name).unwrap();
    let number = |key: &str| rate[key].as_f64().unwrap();
    let count = |key: &str| rate[key].as_u64().unwrap_or(0);
    (number("value"), number("low"), number("high"), count("part"), count("of"), count("unknown"))
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

/// The table of calls in `samples/README.md`: 19 calls, of one of which the end is not in the log. 2xx: betty, daisy,
/// edgar. 480 george, 486 helen, 603 fiona. 408 jack and kate, 500 petra, 504 neil. 302 leo. Nobody answered jack; ivan's
/// caller gave up while it rang.
#[test]
fn the_ratios_of_the_desktop_calls_are_those_reckoned_by_hand() {
    let all = json(&["samples/desktop-calls.log"])["all"].clone();
    assert_eq!((all["calls"].as_u64(), all["hidden_calls"].as_u64()), (Some(19), Some(0)));
    for (name, part, of, low, high) in [
        ("ser", 3_u32, 17_u32, 3.0 / 18.0, 4.0 / 18.0),
        ("seer", 6, 17, 6.0 / 18.0, 7.0 / 18.0),
        ("isa", 4, 18, 4.0 / 19.0, 5.0 / 19.0),
        ("asr", 3, 18, 3.0 / 19.0, 4.0 / 19.0),
        ("ner", 8, 17, 8.0 / 18.0, 9.0 / 18.0),
    ] {
        let found = rate(&all, name);
        let expected = f64::from(part) / f64::from(of);
        assert_eq!((found.3, found.4, found.5), (part.into(), of.into(), 1), "{name}");
        assert!(near(found.0, expected) && near(found.1, low) && near(found.2, high), "{name}: {found:?}");
    }
}

/// Of the first table of `samples/README.md`: 8 pushes without test traffic, 5 of them accepted. 9 calls with a phone: two
/// answered there, one elsewhere, five missed; of Hugo's, with the hole, it is not known.
#[test]
fn the_ratios_of_phones_and_pushes_are_those_reckoned_by_hand() {
    let all = json(&["samples"])["all"].clone();
    let pushes = rate(&all, "push_accepted");
    assert_eq!((pushes.3, pushes.4, pushes.5), (5, 8, 0));
    let answered = rate(&all, "mobile_answer");
    assert_eq!((answered.3, answered.4), (2, 9), "Hugo's call went unanswered, whoever was told of it");
    let missed = rate(&all, "missed_per_1000");
    assert_eq!((missed.3, missed.4), (5, 8));
    assert!(near(missed.0, 625.0) && missed.1 <= 5000.0 / 9.0 && missed.2 >= 6000.0 / 9.0, "{missed:?}");
}

/// Delays of `samples/push-opened`, by its lines: INVITE 08:59:58.620... as the log has them.
#[test]
fn delays_are_those_between_the_lines_of_a_sample() {
    let all = json(&["samples/push-opened"])["all"].clone();
    let report = run(&["report", "--format", "json", "samples/push-opened"]);
    let report: Value = serde_json::from_str(&out(&report)).unwrap();
    let (call, push) = (&report["calls"][0], &report["pushes"][0]);
    assert!(near(rate(&all, "pdd_p50").0, call["ring_ms"].as_f64().unwrap()));
    assert!(near(rate(&all, "push_latency_p95").0, push["latency_ms"].as_f64().unwrap()));
    assert!(call["bye_ms"].as_i64().is_some_and(|ms| ms >= 0), "Alice hangs up: {call}");
    assert!(call["status_ms"].as_i64() <= call["ring_ms"].as_i64());
}

#[test]
fn every_form_agrees_with_its_schema_and_with_the_others() {
    let schema: Value = serde_json::from_slice(&std::fs::read(root("tests/rates.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for by in ["hour", "server", "client", "domain", "cause"] {
        let document = json(&["--by", by, "samples"]);
        let errors: Vec<String> =
            validator.iter_errors(&document).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{by}: {}", errors.join("\n"));
        let groups = document["groups"].as_array().unwrap();
        assert!(!groups.is_empty(), "{by}");
        let csv = out(&run(&["rates", "--format", "csv", "--by", by, "samples"]));
        let count = |group: &Value| group["rates"].as_array().unwrap().len();
        assert_eq!(csv.lines().count(), 1 + count(&document["all"]) + groups.iter().map(count).sum::<usize>(), "{by}");
        let text = out(&run(&["rates", "--by", by, "samples"]));
        assert!(text.lines().all(|l| l.chars().count() <= 80), "{by}");
        assert!(groups.iter().all(|g| text.contains(g["value"].as_str().unwrap().split(' ').next().unwrap())), "{by}");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema": "siptrail.rates/1" })));
}

/// A report has rates where it is asked for them, in every form for people and programs, and none where it is not.
#[test]
fn a_report_has_the_same_rates_where_it_is_asked_for_them() {
    let wanted = json(&["samples"]);
    let report = |args: &[&str]| out(&run(&[&["report", "samples"], args].concat()));
    let plain: Value = serde_json::from_str(&report(&["--format", "json"])).unwrap();
    let mut document: Value = serde_json::from_str(&report(&["--rates", "--format", "json"])).unwrap();
    assert_eq!(document.as_object_mut().unwrap().remove("rates").as_ref(), Some(&wanted));
    assert_eq!(document, plain, "nothing else changes");
    let lines = report(&["--rates", "--format", "ndjson"]);
    let line = lines.lines().map(|l| serde_json::from_str::<Value>(l).unwrap()).find(|l| l["type"] == "rates").unwrap();
    assert_eq!(line["all"], wanted["all"]);
    let text = out(&run(&["rates", "samples"]));
    let title = wanted["definitions"][0]["title"].as_str().unwrap();
    let first = text.lines().find(|l| l.contains(title)).unwrap();
    assert!(report(&["--rates"]).contains(first) && !report(&[]).contains(first));
    assert!(report(&["--rates", "--format", "markdown"]).contains(&format!("- {}", first.trim())));
    // They are those of what is selected.
    let some: Value = serde_json::from_str(&report(&["--rates", "--format", "json", "--where", "missed"])).unwrap();
    assert_eq!(some["rates"]["all"]["calls"], some["summary"]["calls"]);
}

/// The rates of a deployment, the same without what holes may hide, its truth, and when each call and push began.
fn rates_of(plan: &Plan) -> ([Rates; 2], Truth, HashMap<String, Timestamp>) {
    let (logs, truth) = in_memory(plan);
    let inputs = logs.into_iter().map(|(name, bytes)| Input::from_bytes(name, bytes)).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    let facts = Facts::of(&trace, &analysis);
    let calls = facts.calls.iter().filter_map(|c| Some((c.call_id.to_string(), c.started?)));
    let pushes = facts.pushes.iter().filter_map(|p| Some((p.call_id.to_string(), p.sent?)));
    let begin = calls.chain(pushes).collect();
    let blind = Facts { coverage: Vec::new(), ..facts.clone() };
    ([rates::rates(&facts, None), rates::rates(&blind, None)], truth, begin)
}

/// The true ratios of a deployment, by the words of its truth; of them only those that the truth tells without statuses.
fn truth_of(truth: &Truth) -> Vec<(&'static str, f64)> {
    let share =
        |part: usize, all: usize| f64::from(u32::try_from(part).unwrap()) / f64::from(u32::try_from(all).unwrap());
    let calls = &truth.calls;
    let count = |of: &dyn Fn(&str) -> bool| calls.iter().filter(|c| of(&c.outcome)).count();
    let answered = count(&|o| o == "answered" || o == "media_failed");
    let verdicts: Vec<&str> = calls.iter().filter_map(|c| c.verdict.as_deref()).collect();
    let verdict = |of: &dyn Fn(&str) -> bool| verdicts.iter().filter(|v| of(v)).count();
    let pushes: Vec<_> = truth.pushes.iter().filter(|p| !p.synthetic).collect();
    vec![
        ("ser", share(answered, calls.len() - count(&|o| o == "redirected"))),
        ("asr", share(answered, calls.len())),
        ("mobile_answer", share(verdict(&|v| v == "answered_by_mobile"), verdicts.len())),
        ("missed_per_1000", 1000.0 * share(verdict(&rates::is_missed_verdict), verdicts.len())),
        ("push_accepted", share(pushes.iter().filter(|p| p.result == "accepted").count(), pushes.len())),
    ]
}

/// Of one deployment the rates whose interval does not hold the truth, how many would not if holes hid nothing, and how wide
/// the widest interval is.
struct Outside {
    wrong: Vec<String>,
    blindly: usize,
    widest: f64,
}

fn outside(seed: u64) -> Outside {
    let holes = [5_000, 20_000, 50_000, 100_000][usize::try_from(seed % 4).unwrap()];
    let servers = 2 + usize::try_from(seed % 3).unwrap();
    let plan = Plan { seed, servers, gaps_ppm: holes, extent: Extent::Calls(200), ..Plan::default() };
    let ([found, blind], _, _) = rates_of(&plan);
    // What happened whether or not it was logged, up to the time at which the logs with holes were saved.
    let (_, mut truth, begin) = rates_of(&Plan { gaps_ppm: 0, ..plan });
    let saved = Timestamp::parse(found.last.as_deref().unwrap(), None).unwrap();
    truth.calls.retain(|c| begin[&c.call_id] <= saved);
    truth.pushes.retain(|p| begin[&p.call_id] <= saved);
    let mut told = Outside { wrong: Vec::new(), blindly: 0, widest: 0.0 };
    for (name, value) in truth_of(&truth) {
        // A ratio has both ends, or it tells nothing.
        let ends = |rates: &Rates| rates.all.rate(name).map(|r| (r.low.unwrap(), r.high.unwrap())).unwrap();
        let misses = |(low, high): (f64, f64)| value < low - 1e-9 || value > high + 1e-9;
        let (low, high) = ends(&found);
        if misses((low, high)) {
            told.wrong.push(format!("seed {seed}: {name} is {value}, told {low} to {high}"));
        }
        told.blindly += usize::from(misses(ends(&blind)));
        told.widest = told.widest.max((high - low) / if name == "missed_per_1000" { 1000.0 } else { 1.0 });
    }
    told
}

/// How many deployments; `.ci/long` asks for a hundred.
fn deployments() -> u64 {
    std::env::var("SIPTRAIL_DEPLOYMENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(10)
}

#[test]
fn intervals_hold_the_truth_of_deployments_with_holes() {
    let all = deployments();
    let told: Vec<Outside> = (1..=all).map(outside).collect();
    let wrong: Vec<&Vec<String>> = told.iter().map(|t| &t.wrong).filter(|w| !w.is_empty()).collect();
    println!("intervals hold the truth of {} of {all} deployments; outside: {wrong:?}", all - wrong.len() as u64);
    assert!(wrong.len() as u64 * 20 <= all, "{} of {all} deployments: {wrong:#?}", wrong.len());
    // Intervals from nothing to all would hold any truth, and where holes hid nothing this test would tell nothing.
    let widest: Vec<f64> = told.iter().map(|t| t.widest).collect();
    assert!(widest.iter().all(|w| *w < 0.9), "{widest:?}");
    let blindly = told.iter().filter(|t| t.blindly > 0).count() as u64;
    assert!(blindly * 20 > all, "{blindly} of {all} would be wrong if holes hid nothing");
}

/// An interval from 0 to 1 would hold any truth.
#[test]
fn a_sound_log_leaves_nothing_open() {
    let ([found, _], truth, _) = rates_of(&Plan { seed: 5, servers: 3, extent: Extent::Calls(200), ..Plan::default() });
    for (name, value) in truth_of(&truth) {
        let rate = found.all.rate(name).unwrap();
        let (low, high) = (rate.low.unwrap(), rate.high.unwrap());
        let unit = if name == "missed_per_1000" { 1000.0 } else { 1.0 };
        assert!(low <= value + 1e-9 && value <= high + 1e-9, "{name}: {value}, {rate:?}");
        assert!((high - low) / unit < 0.1, "{name}: {rate:?}");
    }
}
