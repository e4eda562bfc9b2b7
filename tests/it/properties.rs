//! What must hold for any log: how it is cut into chunks and files, in which order it comes, what else is in it.

use proptest::prelude::*;
use serde_json::{Value, json};
use siptrail::synth::{Extent, Plan, in_memory};

use crate::common::{report_in_chunks, report_of};

type Files = Vec<(String, Vec<u8>)>;

fn logs(seed: u64, servers: usize, calls: u64) -> Files {
    in_memory(&Plan { seed, servers, extent: Extent::Calls(calls), clock_skew_ms: 900, ..Plan::default() }).0
}

/// What a report judges, without the places of the proof.
fn judgements(report: &Value) -> Value {
    let keep = |list: &str, keys: &[&str]| {
        let all = report[list].as_array().unwrap().iter();
        let mut rows: Vec<Value> = all.map(|one| keys.iter().map(|k| one[*k].clone()).collect()).collect();
        rows.sort_by_key(Value::to_string);
        Value::from(rows)
    };
    let call = [
        "call_id",
        "from",
        "to",
        "modality",
        "rang",
        "ring_ms",
        "answer_ms",
        "outcome",
        "status",
        "attempts",
        "mobile",
        "verdict",
        "pushes",
        "findings",
        "messages",
    ];
    let push =
        ["call_id", "user", "synthetic", "latency_ms", "result", "status", "call", "candidates", "link", "findings"];
    json!([keep("calls", &call), keep("pushes", &push)])
}

/// Where records begin.
fn records(log: &[u8]) -> Vec<usize> {
    let mark = b"TL_INFO(TF_PROTOCOL";
    (0..log.len()).filter(|at| log[*at..].starts_with(mark) && (*at == 0 || log[*at - 1] == b'\n')).collect()
}

/// One log as several, cut between records: what a log that rolls over looks like.
fn split(files: &Files, cuts: &[prop::sample::Index]) -> Files {
    let mut out = Files::new();
    for (name, log) in files {
        let starts = records(log);
        let mut at: Vec<usize> = cuts.iter().map(|cut| starts[cut.index(starts.len())]).collect();
        at.extend([0, log.len()]);
        at.sort_unstable();
        at.dedup();
        let stem = name.trim_end_matches(".log");
        out.extend(at.windows(2).enumerate().map(|(n, w)| (format!("{stem}-{n}.log"), log[w[0]..w[1]].to_vec())));
    }
    out
}

/// The same traffic of another company.
fn foreign(seed: u64) -> Files {
    let rename = |(name, log): (String, Vec<u8>)| {
        let text = String::from_utf8(log).unwrap().replace("contoso.com", "litwareinc.com").replace("pool01", "pool09");
        (format!("other-{name}"), text.replace(r"\fe01", r"\lit01").replace(r"\edge01", r"\lit02").into_bytes())
    };
    logs(seed, 2, 12).into_iter().map(rename).collect()
}

/// Whether a judgement on the beginning of a log agrees with that on all of it.
fn agrees(key: &str, early: &Value, late: &Value) -> bool {
    early == late
        || early == "undetermined"
        || early.is_null()
        // A BYE tells later that media failed.
        || (key == "outcome" && early == "answered" && late == "media_failed")
}

proptest! {
    #![proptest_config(crate::common::cases(12))]

    #[test]
    fn chunks_and_threads_change_nothing(seed in 0u64..1000, chunk in 300usize..40_000, threads in 1usize..6) {
        let files = logs(seed, 3, 15);
        let whole = report_of(&files);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        prop_assert!(whole == pool.install(|| report_in_chunks(&files, chunk)));
    }

    #[test]
    fn files_and_their_order_change_only_places(seed in 0u64..1000, cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4), turn in any::<prop::sample::Index>()) {
        let files = logs(seed, 3, 15);
        let whole = judgements(&report_of(&files));
        let mut parts = split(&files, &cuts);
        let by = turn.index(parts.len());
        parts.rotate_left(by);
        prop_assert_eq!(&whole, &judgements(&report_of(&parts)));
        parts.reverse();
        prop_assert_eq!(&whole, &judgements(&report_of(&parts)));
    }

    #[test]
    fn unrelated_traffic_changes_no_judgement(seed in 0u64..1000, other in 1000u64..2000) {
        let files = logs(seed, 3, 15);
        let with: Files = files.iter().cloned().chain(foreign(other)).collect();
        let (alone, mixed) = (report_of(&files), report_of(&with));
        let ours = |list: &str| {
            let known: Vec<&Value> = alone[list].as_array().unwrap().iter().map(|c| &c["call_id"]).collect();
            let all = mixed[list].as_array().unwrap().iter();
            Value::from(all.filter(|c| known.contains(&&c["call_id"])).cloned().collect::<Vec<_>>())
        };
        let mixed = json!({ "calls": ours("calls"), "pushes": ours("pushes") });
        prop_assert_eq!(judgements(&alone), judgements(&mixed));
    }

    #[test]
    fn a_log_that_ends_early_is_not_contradicted_later(seed in 0u64..1000, cuts in prop::collection::vec(any::<prop::sample::Index>(), 6)) {
        let files = logs(seed, 2, 15);
        let whole = report_of(&files);
        for cut in cuts {
            let part: Files = files.iter().map(|(name, log)| {
                let at = if name.starts_with("fe01") { cut.index(log.len()) } else { log.len() };
                (name.clone(), log[..at].to_vec())
            }).collect();
            let early = report_of(&part);
            for (list, keys) in [("calls", &["outcome", "verdict"][..]), ("pushes", &["result"])] {
                for one in early[list].as_array().unwrap() {
                    let Some(same) = whole[list].as_array().unwrap().iter().find(|c| c["call_id"] == one["call_id"]) else {
                        // The record that was cut is the first of its call, and its name is cut too.
                        continue;
                    };
                    for key in keys {
                        prop_assert!(agrees(key, &one[*key], &same[*key]),
                            "seed {seed}, cut: {} {} is {}, and {} in the whole log", one["call_id"], key, one[*key], same[*key]);
                    }
                }
            }
        }
    }
}
