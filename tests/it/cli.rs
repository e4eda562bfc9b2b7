//! The program as it is run: what it prints where, and how it exits.

use std::io::Write;
use std::process::Stdio;

use crate::common::root;
use crate::program::{err, out, run, run_in};

#[test]
fn exit_codes_are_those_of_the_contract() {
    let missed = "samples/silent-mobile-leg.log";
    let fine = "samples/answered-elsewhere.log";
    for (args, code) in [
        (vec!["report", missed], 0),
        (vec!["report", missed, "--fail-on", "missed"], 1),
        (vec!["report", fine, "--fail-on", "missed"], 0),
        (vec!["report", "no-such.log"], 2),
        (vec!["report", "no-such.log", missed], 2),
        (vec!["report", "Cargo.toml"], 2),
        (vec!["report", "src/cli"], 2),
        (vec!["report", missed, "--since", "yesterday"], 2),
        (vec!["report", missed, "--since", "12:00", "--until", "11:00"], 2),
        (vec!["report", missed, "--since", "2012-02-10", "--until", "2012-02-10", "--fail-on", "missed"], 1),
        (vec!["report", missed, "--format", "jsn"], 2),
        (vec!["report"], 2),
    ] {
        let o = run(&args);
        assert_eq!(o.status.code(), Some(code), "{args:?}\n{}", err(&o));
        assert!(code != 2 || !err(&o).trim().is_empty(), "{args:?} says nothing on stderr");
    }
}

#[test]
fn an_unreadable_input_is_named_and_the_others_are_reported() {
    let o = run(&["report", "--format", "json", "no-such.log", "Cargo.toml", "samples/silent-mobile-leg.log"]);
    assert!(err(&o).contains("no-such.log") && err(&o).contains("Cargo.toml"), "{}", err(&o));
    let report: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
    assert_eq!(report["summary"]["missed"], 1);
    let files: Vec<_> =
        report["problems"].as_array().unwrap().iter().map(|p| p["file"].as_str().unwrap().to_owned()).collect();
    assert_eq!(files, ["no-such.log", "Cargo.toml"]);
}

/// What could not be read of an archive is said by every command that reads it; the report has it among the problems.
#[test]
fn a_cut_archive_is_told_by_every_command() {
    let dir = tempfile::tempdir().unwrap();
    let whole = std::fs::read(root("samples/r2-audio-call.log.gz")).unwrap();
    std::fs::write(dir.path().join("cut.gz"), &whole[..whole.len() / 2]).unwrap();
    for args in [
        &["list", "records", "cut.gz"][..],
        &["grep", "INVITE", "cut.gz", "--count"],
        &["coverage", "cut.gz"],
        &["report", "--format", "json", "cut.gz"],
        &["export", "--as", "sip", "cut.gz"],
        &["anonymise", "cut.gz", "-o", "out"],
    ] {
        let o = run_in(args, dir.path());
        let said = err(&o);
        assert!(o.status.success() && said.contains("cut.gz: gzip data is damaged or cut"), "{args:?}: {said}");
    }
}

/// Read as a text it would be one log that jumps about.
#[test]
fn a_tar_archive_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let mut tar = vec![0; 512];
    tar[257..262].copy_from_slice(b"ustar");
    tar.extend(std::fs::read(root("samples/silent-mobile-leg.log")).unwrap());
    std::fs::write(dir.path().join("logs.tar"), &tar).unwrap();
    let o = run_in(&["report", "logs.tar"], dir.path());
    assert!(o.status.code() == Some(2) && err(&o).contains("logs.tar: it is a tar archive; unpack it"), "{}", err(&o));
}

#[test]
fn standard_input_is_a_source() {
    let text = std::fs::read(root("samples/silent-mobile-leg.log")).unwrap();
    let mut child =
        crate::program::program().args(["report", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&text).unwrap();
    let o = child.wait_with_output().unwrap();
    assert!(out(&o).starts_with("1 call missed"), "{}", out(&o));
}

#[test]
fn the_text_report_fits_eighty_columns_and_has_no_escapes_in_a_pipe() {
    let o = run(&["report", "samples"]);
    let text = out(&o);
    assert!(!text.contains('\u{1b}'));
    let long: Vec<&str> = text.lines().filter(|l| l.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:?}");
    assert!(text.lines().next().is_some_and(|l| l.contains("missed")), "{text}");
}

#[test]
fn escape_sequences_of_a_log_do_not_reach_the_terminal() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.log");
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    std::fs::write(&path, text.replace("Request Timeout", "Request\u{1b}]0;owned\u{7}\u{202e}Timeout")).unwrap();
    let o = run(&["report", path.to_str().unwrap()]);
    assert!(out(&o).contains("owned") && !out(&o).contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", out(&o));
}

#[test]
fn selections_leave_out_what_was_not_asked_for() {
    let count = |args: &[&str]| {
        let o = run(&[&["report", "--format", "json", "samples/desktop-calls.log"], args].concat());
        let report: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
        report["summary"]["calls"].as_u64().unwrap()
    };
    let all = count(&[]);
    assert!(all > 10);
    assert_eq!(count(&["--user", "nobody@contoso.com"]), 0);
    assert_eq!(count(&["--since", "2199-01-01"]), 0);
    assert_eq!(count(&["--until", "2199-01-01"]), all);
}

/// What was asked for, and of how much, stands in every form that is a document.
#[test]
fn every_form_tells_what_was_selected() {
    let form = |form: &str, asked: &[&str]| {
        out(&run(&[&["report", "samples/push-failed-at-edge", "--format", form], asked].concat()))
    };
    let asked = ["--user", "frank", "--since", "2012-02-09 08:00", "--where", "missed"];
    let document: serde_json::Value = serde_json::from_str(&form("json", &asked)).unwrap();
    let selection = &document["selection"];
    let (calls, calls_of) = (selection["calls"].as_u64().unwrap(), selection["calls_of"].as_u64().unwrap());
    let (pushes, pushes_of) = (selection["pushes"].as_u64().unwrap(), selection["pushes_of"].as_u64().unwrap());
    assert_eq!((&selection["user"], &selection["where"]), (&"frank".into(), &"missed".into()));
    assert_eq!(
        (&selection["since"], &selection["until"]),
        (&"2012-02-09T08:00:00.000".into(), &serde_json::Value::Null)
    );
    assert_eq!((calls, pushes), (1, 1));
    let lines = form("ndjson", &asked);
    let of_type =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).ok().filter(|l| l["type"] == "selection");
    let mut told: Vec<serde_json::Value> = lines.lines().filter_map(of_type).collect();
    assert_eq!(told.len(), 1);
    told[0].as_object_mut().unwrap().remove("type");
    assert_eq!(told[0], *selection);
    let plural = |n: u64, one: &str, many: &str| format!("{n} {}", if n == 1 { one } else { many });
    let (all_calls, all_pushes) = (plural(calls_of, "call", "calls"), plural(pushes_of, "push", "pushes"));
    let words = format!(
        "Selected: {calls} of {all_calls} with their pushes, {pushes} of {all_pushes} (from 2012-02-09T08:00:00.000, of frank, where missed)"
    );
    for name in ["text", "markdown", "html"] {
        let text = form(name, &asked).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&words), "{name}: {words}: {text}");
        assert!(!form(name, &[]).contains("Selected:"), "{name}");
    }
    for name in ["json", "ndjson"] {
        assert!(!form(name, &[]).contains("selection"), "{name}");
    }
    assert!(!form("csv", &["--table", "calls", "--user", "frank"]).contains("Selected"));
}
