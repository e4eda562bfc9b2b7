//! Generated traffic with known truth: every outcome, verdict, result and link of megabytes of calls.

#[path = "../../benches/support/mod.rs"]
mod support;

use serde_json::{Value, json};

use crate::common::report_of;

fn as_json(counts: impl Iterator<Item = (&'static str, u64)>) -> Value {
    counts.map(|(word, n)| (word.to_owned(), json!(n))).collect::<serde_json::Map<_, _>>().into()
}

#[test]
fn the_report_agrees_with_what_was_generated() {
    for seed in [7, 8] {
        let (log, truth) =
            support::generate_with(seed, 12 << 20, support::Layout { cls: seed == 8, ..support::Layout::default() });
        let report = report_of(&[("fe01.log".to_owned(), log)]);
        let summary = &report["summary"];
        assert_eq!(summary["records"], truth.records, "seed {seed}");
        assert_eq!(summary["outcomes"], as_json(truth.outcomes.iter().map(|(k, v)| (*k, *v))), "seed {seed}");
        assert_eq!(summary["verdicts"], as_json(truth.verdicts.iter().map(|(k, v)| (*k, *v))), "seed {seed}");
        assert_eq!(summary["push_results"], as_json(truth.push_results.iter().map(|(k, v)| (*k, *v))), "seed {seed}");
        let linked = report["pushes"].as_array().unwrap().iter().filter(|p| p["link"] == "certain").count() as u64;
        assert_eq!(linked, truth.linked, "seed {seed}");
        assert_eq!(report["problems"], json!([]), "seed {seed}");
    }
}
