//! The JSON report of every scenario and sample is valid against the schema kept with the project.

use serde_json::Value;

use crate::common::{report_of, root, scenarios};

fn validator() -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(&std::fs::read(root("tests/report.schema.json")).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

#[test]
fn every_report_is_valid() {
    let validator = validator();
    let check = |name: &str, report: &Value| {
        let errors: Vec<String> =
            validator.iter_errors(report).map(|e| format!("{} at {}", e, e.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {}", errors.join("\n"));
    };
    for scenario in scenarios() {
        check(&scenario.name, &report_of(&scenario.files));
    }
    let out =
        crate::program::program().args(["report", "--hops", "--format", "json"]).arg(root("samples")).output().unwrap();
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    check("samples", &report);
    let all = ["calls", "pushes"].iter().flat_map(|key| report[key].as_array().unwrap());
    assert!(all.filter(|entry| entry.get("hop_tables").is_some()).count() > 3, "samples have missed calls");
}

#[test]
fn the_schema_refuses_a_wrong_word_and_a_missing_key() {
    let validator = validator();
    let mut report = report_of(&scenarios()[0].files);
    report["calls"][0]["outcome"] = "lost".into();
    assert!(!validator.is_valid(&report));
    let mut report = report_of(&scenarios()[0].files);
    report["calls"][0].as_object_mut().unwrap().remove("evidence");
    assert!(!validator.is_valid(&report));
    let mut report = report_of(&scenarios()[0].files);
    report["calls"][0]["hop_tables"] = serde_json::json!([{ "message": "INVITE", "rows": [] }]);
    assert!(!validator.is_valid(&report), "a table has a row");
}
