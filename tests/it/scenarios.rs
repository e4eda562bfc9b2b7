//! Every scenario gives the report it expects.

use crate::common::{differences, report_of, scenarios};

#[test]
fn every_scenario_gives_its_report() {
    let all = scenarios();
    assert!(all.len() >= 20, "scenarios are missing: {} found", all.len());
    let mut failures = Vec::new();
    for scenario in &all {
        let actual = report_of(&scenario.files);
        let mut found = Vec::new();
        differences("", &scenario.expect, &actual, &mut found);
        if !found.is_empty() {
            failures.push(format!("{}:\n    {}", scenario.name, found.join("\n    ")));
        }
    }
    assert!(failures.is_empty(), "{} of {} scenarios differ\n{}", failures.len(), all.len(), failures.join("\n"));
}
