//! Rules of one's own: `findings.d` beside the configuration file, and `siptrail findings --check`.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::{root, slashes};
use crate::program::{err, out, run_in};

/// A folder with a configuration file and a file of rules.
fn site(rules: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("site.toml"), "").unwrap();
    fs::create_dir(dir.path().join("findings.d")).unwrap();
    fs::write(dir.path().join("findings.d/own.toml"), rules).unwrap();
    dir
}

fn rule(rest: &str) -> String {
    format!(
        "[[finding]]\ncode = \"X07\"\nseverity = \"error\"\nsummary = \"The porter\"\ncause = \"c\"\nremedy = \"Call `the porter`.\"\n{rest}\n"
    )
}

fn case(name: &str, sample: &str, fires: bool) -> String {
    let log = fs::read_to_string(root("samples").join(sample)).unwrap();
    assert!(!log.contains("'''"));
    format!("[[finding.case]]\nname = \"{name}\"\nfires = {fires}\nlog = '''\n{log}'''\n")
}

#[test]
fn a_query_gives_calls_a_cause_that_every_form_knows() {
    let dir = site(&rule("query = \"missed to:hank\""));
    let samples = root("samples");
    let samples = samples.to_str().unwrap();
    let o = run_in(&["report", "--config", "site.toml", "--format", "json", samples], dir.path());
    let report: Value = serde_json::from_str(&out(&o)).unwrap();
    let own: Vec<&Value> =
        report["calls"].as_array().unwrap().iter().filter(|c| c["findings"].to_string().contains("X07")).collect();
    assert_eq!(own.len(), 1);
    assert_eq!(own[0]["to"], "hank@contoso.com");
    let finding = report["findings"].as_array().unwrap().iter().find(|f| f["code"] == "X07").unwrap();
    assert_eq!((&finding["count"], &finding["remedy"]), (&1.into(), &"Call the porter.".into()));
    let schema: Value = serde_json::from_slice(&fs::read(root("tests/report.schema.json")).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&report));
    for args in [
        &["explain", "X07"][..],
        &["findings"],
        &["list", "calls", "--where", "finding:X07", "--columns", "to,findings", samples],
    ] {
        let o = run_in(&[args, &["--config", "site.toml"]].concat(), dir.path());
        assert!(out(&o).contains("X07"), "{args:?}: {}{}", out(&o), err(&o));
    }
    // Without the folder nothing of it is there.
    let o = run_in(&["explain", "X07"], dir.path());
    assert!(!out(&o).contains("porter"));
}

#[test]
fn a_case_knows_it_as_the_report_does() {
    let dir = site(&rule("query = \"to:nora\""));
    let (log, file) = (root("samples/answered-elsewhere.log"), dir.path().join("case.zip"));
    let (log, path) = (log.to_str().unwrap(), file.to_str().unwrap());
    let o = run_in(&["case", "nora", "--config", "site.toml", log, "-o", path, "--notes", "none.toml"], dir.path());
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    let mut zip = zip::ZipArchive::new(fs::File::open(&file).unwrap()).unwrap();
    let about: Value = serde_json::from_reader(zip.by_name("case.json").unwrap()).unwrap();
    assert_eq!(about["cause"], "X07", "{about}");
}

#[test]
fn a_matcher_of_the_catalogue_finds_its_text() {
    let said = "does not appear to belong to a federated partner";
    let found = format!("[[finding.match]]\nwhere = \"diagnostic\"\ntext = \"{said}\"\n");
    let edge = fs::read_to_string(root("samples/push-failed-at-edge/edge03.log")).unwrap();
    assert!(edge.to_lowercase().contains(said));
    let dir = site(&rule(&found));
    let logs = root("samples/push-failed-at-edge");
    let o = run_in(&["report", "--config", "site.toml", "--format", "json", logs.to_str().unwrap()], dir.path());
    assert!(out(&o).contains("\"X07\""), "{}", err(&o));
}

#[test]
fn cases_are_run_and_a_wrong_one_fails() {
    let good = [case("hank", "silent-mobile-leg.log", true), case("nora", "answered-elsewhere.log", false)].concat();
    let dir = site(&rule(&format!("query = \"missed\"\n{good}")));
    let o = run_in(&["findings", "--check", "--config", "site.toml"], dir.path());
    assert_eq!(
        (o.status.code(), slashes(&out(&o)).as_str()),
        (Some(0), "findings.d/own.toml: X07: 2 cases, fine\n"),
        "{}",
        err(&o)
    );
    let wrong = case("nora is missed", "answered-elsewhere.log", true);
    let dir = site(&rule(&format!("query = \"missed\"\n{wrong}")));
    let o = run_in(&["findings", "--check", "--config", "site.toml"], dir.path());
    assert_eq!(o.status.code(), Some(1));
    assert!(out(&o).contains("WRONG: nora is missed"), "{}", out(&o));
}

#[test]
fn a_file_that_is_wrong_stops_every_command_that_reads_logs() {
    let dir = site(&rule("query = \"outcome:nonsense\""));
    for args in [&["report", "--config", "site.toml", "x.log"][..], &["findings", "--check", "--config", "site.toml"]] {
        let o = run_in(args, dir.path());
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(slashes(&err(&o)).starts_with("siptrail: findings.d/own.toml: X07: query: "), "{}", err(&o));
        assert_eq!(err(&o).lines().count(), 1);
    }
}
