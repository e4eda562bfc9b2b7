//! `siptrail compare`: a fortnight with a fault that begins, is mended and comes back; saved reports; holes.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::root;
use crate::program::{err, out, run, run_in};

/// Among all that goes wrong every day a fault that hits more is told, though it is not new and no rate says so; and that it is
/// mended.
#[test]
fn a_cause_that_was_always_there_and_hits_more_is_worse() {
    let dir = tempfile::tempdir().unwrap();
    let o = run_in(&["synth", "--days", "7", "--calls", "150", "--seed", "5", "w"], dir.path());
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    for (before, after, judgement, status) in [
        ("01-healthy", "02-healthy", "same", 0),
        ("02-healthy", "03-broken", "worse", 1),
        ("03-broken", "04-broken", "same", 0),
        ("04-broken", "05-mended", "better", 0),
        ("06-mended", "07-back", "worse", 1),
    ] {
        let (found, code) = compared(dir.path(), &[&format!("w/day-{before}"), &format!("w/day-{after}")]);
        assert_eq!((found["judgement"].as_str(), code), (Some(judgement), Some(status)), "{:#}", found["because"]);
        let because = found["because"].to_string();
        assert_eq!(because.contains("of PN03"), judgement != "same", "{because}");
    }
}

/// Seven days: two healthy, two with the fault, two mended, one with it again.
fn week() -> TempDir {
    days("7")
}

/// So many days, in the same shares: of fourteen four, four, four and two.
fn days(count: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let o = run_in(
        &[
            "synth",
            "--days",
            count,
            "--calls",
            "150",
            "--seed",
            "4",
            "--faults",
            "none",
            "--fault-days",
            "PN03=60%",
            "w",
        ],
        dir.path(),
    );
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    dir
}

fn compared(dir: &Path, args: &[&str]) -> (Value, Option<i32>) {
    let o = run_in(&[&["compare", "--format", "json", "--fail-on", "worse"], args].concat(), dir);
    let text = out(&o);
    (serde_json::from_str(&text).unwrap_or_else(|e| panic!("{e}: {text} {}", err(&o))), o.status.code())
}

fn codes(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|c| c["code"].as_str().unwrap()).collect()
}

#[test]
fn a_fault_that_begins_is_mended_and_comes_back_is_told() {
    let dir = days("14");
    let phase = |n: usize| ["healthy", "broken", "mended", "back"][(n - 1) / 4];
    let day = |n: usize| format!("w/day-{n:02}-{}", phase(n));
    let schema: Value = serde_json::from_slice(&std::fs::read(root("tests/compare.schema.json")).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    // Before, after, judgement, exit status, whether the cause is new or gone.
    for before in 1..14 {
        let after = before + 1;
        let (judgement, status, new, gone) = match (phase(before), phase(after)) {
            ("healthy", "broken") | ("mended", "back") => ("worse", 1, true, false),
            ("broken", "mended") => ("better", 0, false, true),
            _ => ("same", 0, false, false),
        };
        let (found, code) = compared(dir.path(), &[&day(before), &day(after)]);
        let errors: Vec<String> =
            validator.iter_errors(&found).map(|e| format!("{e} at {}", e.instance_path())).collect();
        assert!(errors.is_empty(), "{}", errors.join("\n"));
        assert_eq!(found["judgement"], judgement, "{before} to {after}: {:#}", found["because"]);
        assert_eq!(code, Some(status), "{before} to {after}");
        assert_eq!(codes(&found["new_causes"]).contains(&"PN03"), new, "{before} to {after}");
        // On a mended day one call to a domain without records is left, as on any day; it is gone the day after.
        let fewer = found["because"].to_string().contains("fewer of PN03");
        let is_gone = codes(&found["gone_causes"]).contains(&"PN03") || fewer;
        assert!(is_gone == gone || before == 9, "{before} to {after}");
        if new {
            let cause = found["new_causes"].as_array().unwrap().iter().find(|c| c["code"] == "PN03").unwrap();
            assert!(cause["chance"].as_f64().unwrap() < 0.01 && !cause["users"].as_array().unwrap().is_empty());
            let hit = found["users"].as_array().unwrap();
            assert!(hit.iter().any(|u| u["causes"].to_string().contains("PN03") && u["line"].is_u64()), "{hit:#?}");
        }
    }
    // A saved report tells the same as the logs that it was made of.
    for n in [4, 5] {
        let (path, name) = (day(n), format!("{n}.json"));
        let o = run_in(&["report", "--format", "json", &path, "-o", &name], dir.path());
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    }
    let (saved, code) = compared(dir.path(), &["4.json", "5.json"]);
    let (logs, _) = compared(dir.path(), &[&day(4), &day(5)]);
    assert_eq!(code, Some(1));
    for key in ["judgement", "because", "new_causes", "rates", "outcomes", "groups", "gone_causes"] {
        assert_eq!(saved[key], logs[key], "{key}");
    }
    let missed =
        |v: &Value| v["users"].as_array().unwrap().iter().map(|u| u["missed_after"].as_u64().unwrap()).sum::<u64>();
    assert_eq!(missed(&saved), missed(&logs));
    // One log, before and after a time.
    let (split, code) = compared(dir.path(), &["--split", "2013-10-18", &day(4), &day(5)]);
    assert_eq!((&split["judgement"], code), (&Value::from("worse"), Some(1)), "{:#}", split["because"]);
    assert_eq!(split["after"]["calls"], logs["after"]["calls"]);
}

/// Less log is not better: where the Front End with the missed calls is not there, nothing is.
#[test]
fn a_hole_is_never_better() {
    let dir = week();
    let (found, _) = compared(dir.path(), &["w/day-03-broken", "w/day-05-mended/edge01.log"]);
    assert_ne!(found["judgement"], "better", "{:#}", found["because"]);
    assert!(found["after"]["servers"].as_array().unwrap().len() < 2);
}

/// A cause of which only the Edge tells is neither new nor gone where the log of the Edge is not there.
#[test]
fn a_cause_that_only_a_missing_log_would_show_is_neither_new_nor_gone() {
    let dir = week();
    let (healthy, broken, mended) = ("w/day-02-healthy", "w/day-03-broken", "w/day-05-mended");
    let front_end = |day: &str| format!("{day}/fe01.log");
    let untold = |found: &Value| -> Vec<String> {
        let row = found["open_causes"].as_array().unwrap().iter().find(|c| c["code"] == "PN03");
        let row = row.unwrap_or_else(|| panic!("{:#}", found["new_causes"]));
        row["untold"].as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()).collect()
    };
    let (found, code) = compared(dir.path(), &[&front_end(healthy), broken]);
    assert!(!codes(&found["new_causes"]).contains(&"PN03"), "{:#}", found["new_causes"]);
    assert!(untold(&found).iter().all(|s| s.starts_with("edge01")));
    assert_eq!((&found["judgement"], code), (&Value::from("unclear"), Some(0)), "{:#}", found["because"]);
    let o = run_in(&["compare", "--fail-on", "new", &front_end(healthy), broken], dir.path());
    assert!(out(&o).contains("of which the logs of the other do not tell"), "{}", out(&o));
    let (found, _) = compared(dir.path(), &[broken, &front_end(mended)]);
    assert!(!codes(&found["gone_causes"]).contains(&"PN03"), "{:#}", found["gone_causes"]);
    assert!(untold(&found).iter().all(|s| s.starts_with("edge01")));
}

/// What is left out of a report is not what did not happen.
#[test]
fn a_saved_report_of_a_part_is_refused() {
    let dir = week();
    let day = "w/day-03-broken";
    let save = |more: &[&str], name: &str| {
        let o = run_in(&[&["report", "--quiet", "--format", "json", "-o", name, day], more].concat(), dir.path());
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    };
    save(&["--user", "a"], "user.json");
    save(&["--since", "12:00"], "since.json");
    save(&["--where", "missed"], "where.json");
    save(&[], "whole.json");
    let whole: Value = serde_json::from_slice(&std::fs::read(dir.path().join("whole.json")).unwrap()).unwrap();
    let write = |name: &str, change: &dyn Fn(&mut Value)| {
        let mut changed = whole.clone();
        change(&mut changed);
        std::fs::write(dir.path().join(name), changed.to_string()).unwrap();
    };
    let calls = |v: &mut Value, change: &dyn Fn(&mut Value)| {
        v["calls"].as_array_mut().unwrap().iter_mut().for_each(change);
    };
    write("older.json", &|v| {
        calls(v, &|call| {
            call.as_object_mut().unwrap().remove("servers");
        });
    });
    write("bare.json", &|v| *v = serde_json::json!({ "schema": v["schema"] }));
    write("cut.json", &|v| drop(v["calls"].as_array_mut().unwrap().pop()));
    for (name, says) in [
        ("user.json", "--user a"),
        ("since.json", "--since 2"),
        ("where.json", "--where missed"),
        ("older.json", "which servers logged a call"),
        ("bare.json", "without summary"),
        ("cut.json", "not as long"),
    ] {
        for args in [["compare", "--quiet", name, day], ["compare", "--quiet", day, name]] {
            let o = run_in(&args, dir.path());
            assert_eq!(o.status.code(), Some(2), "{name}: {}", out(&o));
            assert!(err(&o).contains(says) && err(&o).lines().count() == 1, "{name}: {}", err(&o));
        }
    }
    let o = run_in(&["compare", "whole.json", day], dir.path());
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
}

#[test]
fn what_cannot_be_compared_is_refused() {
    for args in [
        &["compare", "samples"][..],
        &["compare", "samples", "samples", "samples"],
        &["compare", "Cargo.toml.json", "samples"],
    ] {
        let o = run(args);
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(err(&o).starts_with("siptrail: "), "{}", err(&o));
    }
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("other.json"), "{\"schema\": \"other/1\"}").unwrap();
    let o = run_in(&["compare", "other.json", "other.json"], dir.path());
    assert_eq!(o.status.code(), Some(2));
    assert!(err(&o).contains("siptrail report --format json"), "{}", err(&o));
    // Against itself nothing differs, in every form.
    for format in ["text", "markdown", "html"] {
        let o = run(&["compare", "--fail-on", "new", "--format", format, "samples", "samples"]);
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        assert!(out(&o).contains("No difference beyond chance"), "{format}: {}", out(&o));
    }
}
