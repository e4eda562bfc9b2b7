//! `siptrail synth`, `check` and `demo` as a user runs them.

use std::path::Path;
use std::process::Output;

use crate::program::run;

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn path(dir: &Path) -> &str {
    dir.to_str().unwrap()
}

#[test]
fn what_is_written_is_checked() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let made =
        run(&["synth", "--calls", "20", "--servers", "4", "--faults", "PN03=50%", "--clock-skew", "1.5s", path(&logs)]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let mut names: Vec<_> =
        std::fs::read_dir(&logs).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["dir01.log", "edge01.log", "fe01.log", "fe02.log", "truth.json"]);
    let checked = run(&["check", path(&logs)]);
    let text = String::from_utf8(checked.stdout).unwrap();
    assert_eq!(checked.status.code(), Some(0), "{text}");
    assert!(text.trim_end().ends_with("0 wrong"), "{text}");

    // A folder that holds something is left alone.
    let again = run(&["synth", path(&logs)]);
    assert_eq!(again.status.code(), Some(2));
    assert!(stderr(&again).contains("is not empty: expected a new or an empty folder"), "{}", stderr(&again));

    // A truth that is not met.
    let file = logs.join("truth.json");
    let truth = std::fs::read_to_string(&file).unwrap();
    assert!(truth.contains("\"answered\""));
    std::fs::write(&file, truth.replacen("\"answered\"", "\"rejected\"", 1)).unwrap();
    let wrong = run(&["check", "--format", "json", path(&logs)]);
    assert_eq!(wrong.status.code(), Some(1));
    let json: serde_json::Value = serde_json::from_slice(&wrong.stdout).unwrap();
    assert_eq!(json["schema"], "siptrail.check/1");
    assert_eq!(json["wrong"], 1);
    assert_eq!(json["mistakes"][0]["truth"], "rejected");
}

#[test]
fn wrong_wishes_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    for (arguments, said) in [
        (&["--faults", "PN99=2%"][..], "no fault \"PN99\" can be made; those that can: PN01"),
        (&["--faults", "PN03"], "expected CODE=PERCENT such as PN03=2%"),
        (&["--size", "1TB"], "expected a size such as 500KB, 20MB or 1GB"),
        (&["--gaps", "2"], "expected a share such as 0.5% or 2%"),
        (&["--clock-skew", "soon"], "such as 250ms or 3s"),
        (&["--without", "fe07"], "no server \"fe07\"; there are fe01, edge01"),
        (&["--stories", "nap=2%"], "there is no story \"nap\"; there are: abandoned, busy-elsewhere"),
        (&["--stories", "retry"], "expected NAME=PERCENT such as retry=5%"),
        (&["--era", "2016"], "2010, 2013, 2019"),
    ] {
        let output = run(&[&["synth"], arguments, &[path(&logs)]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(said), "{arguments:?}: {}", stderr(&output));
    }
    assert!(!logs.exists());
    let output = run(&["check", path(dir.path())]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("expected a folder that `siptrail synth` wrote"), "{}", stderr(&output));
}

/// A story that needs a second Edge brings its log, and the help names all stories.
#[test]
fn stories_are_written_on_demand() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("logs");
    let made =
        run(&["synth", "--calls", "10", "--stories", "push-failover=50%,redial=10%", "--era", "2013", path(&logs)]);
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let mut names: Vec<_> =
        std::fs::read_dir(&logs).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["edge01.log", "edge02.log", "fe01.log", "truth.json"]);
    let text = std::fs::read_to_string(logs.join("truth.json")).unwrap();
    let truth: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(truth["plan"]["stories"], "push-failover=500000,redial=100000");
    assert_eq!(truth["plan"]["era"], "Lync2013");
    let help = String::from_utf8(run(&["synth", "--help"]).stdout).unwrap();
    for name in siptrail::synth::Told::names() {
        assert!(help.contains(name), "{name}");
    }
}

#[test]
fn the_demo_needs_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("demo");
    let demo = run(&["demo", "--dir", path(&logs)]);
    assert_eq!(demo.status.code(), Some(0), "{}", stderr(&demo));
    assert!(stderr(&demo).contains(path(&logs)), "{}", stderr(&demo));
    let text = String::from_utf8(demo.stdout).unwrap();
    assert!(text.contains("PN50"), "the demo shows a missed notification:\n{text}");
    assert_eq!(run(&["check", path(&logs)]).status.code(), Some(0));
}
