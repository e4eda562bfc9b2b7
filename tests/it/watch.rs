//! `siptrail watch`: onset and end of a cause over days, restarts, silence, programs, numbers.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{err, out, run_in};

/// Seven days: two healthy, two with the fault, two mended, one with it again.
fn week() -> TempDir {
    days("7")
}

/// So many days, in the same shares: of fourteen four, four, four and two.
fn days(count: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let args = [
        "synth",
        "--days",
        count,
        "--calls",
        "120",
        "--seed",
        "6",
        "--faults",
        "none",
        "--fault-days",
        "PN03=60%",
        "days",
    ];
    let o = run_in(&args, dir.path());
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    fs::create_dir(dir.path().join("logs")).unwrap();
    dir
}

/// The next day's logs come.
fn arrive(dir: &Path, day: usize) {
    let from = fs::read_dir(dir.join("days")).unwrap().map(|e| e.unwrap().path());
    let from = from.into_iter().find(|p| p.to_string_lossy().contains(&format!("day-{day:02}"))).unwrap();
    for log in
        fs::read_dir(from).unwrap().map(|e| e.unwrap().path()).filter(|p| p.extension().is_some_and(|e| e == "log"))
    {
        let name = format!("{}-{day}.log", log.file_stem().unwrap().to_string_lossy());
        fs::copy(&log, dir.join("logs").join(name)).unwrap();
    }
}

fn look(dir: &Path, more: &[&str]) -> (Vec<Value>, Option<i32>) {
    let o =
        run_in(&[&["watch", "--once", "--state", "state.json", "--format", "ndjson"], more, &["logs"]].concat(), dir);
    let events = out(&o).lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}: {l}"))).collect();
    assert!(o.status.code() != Some(2), "{}", err(&o));
    (events, o.status.code())
}

#[test]
fn a_fault_that_begins_is_mended_and_comes_back_is_told_once_each() {
    let dir = days("14");
    let mut told: Vec<(usize, String)> = Vec::new();
    let mut digests: Vec<(usize, String)> = Vec::new();
    for day in 1..=14 {
        arrive(dir.path(), day);
        // Every look is a process of its own: what was told is in the state.
        let (events, status) = look(dir.path(), &["--calm", "240"]);
        assert_eq!(status, Some(i32::from(!events.is_empty())));
        for event in &events {
            match event["type"].as_str().unwrap() {
                kind @ ("begins" | "ends") if event["code"] == "PN03" => told.push((day, kind.to_owned())),
                "digest" => digests.push((day, event["judgement"].as_str().unwrap_or("none").to_owned())),
                _ => {}
            }
        }
        let (again, status) = look(dir.path(), &["--calm", "240"]);
        assert!(again.is_empty() && status == Some(0), "told twice: {again:?}");
    }
    // A night is calm: what goes on the next morning begins again.
    let kinds: Vec<(usize, &str)> = told.iter().map(|(day, kind)| (*day, kind.as_str())).collect();
    let broken = [(5, "begins"), (6, "ends"), (6, "begins"), (7, "ends"), (7, "begins"), (8, "ends"), (8, "begins")];
    let after = [(9, "ends"), (13, "begins"), (14, "ends"), (14, "begins")];
    assert_eq!(kinds, [&broken[..], &after].concat());
    // A day is over when the next one is there.
    let expected = (2..=14).map(|day| match day {
        2 => (day, "none".to_owned()),
        6 | 14 => (day, "worse".to_owned()),
        10 => (day, "better".to_owned()),
        _ => (day, "same".to_owned()),
    });
    assert_eq!(digests, expected.collect::<Vec<_>>());
}

#[test]
fn a_server_whose_log_stays_behind_is_silent_until_it_goes_on() {
    let dir = week();
    arrive(dir.path(), 1);
    look(dir.path(), &[]);
    arrive(dir.path(), 2);
    let edge = dir.path().join("logs/edge01-2.log");
    let kept = fs::read(&edge).unwrap();
    fs::remove_file(&edge).unwrap();
    let of_edge = |events: &[Value]| -> Vec<String> {
        let own = events.iter().filter(|e| e["server"].as_str().is_some_and(|s| s.starts_with("edge01")));
        own.map(|e| e["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(of_edge(&look(dir.path(), &[]).0), ["silent"]);
    assert!(of_edge(&look(dir.path(), &[]).0).is_empty());
    fs::write(&edge, kept).unwrap();
    assert_eq!(of_edge(&look(dir.path(), &[]).0), ["speaks"]);
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_fields_and_numbers_are_whole() {
    use std::os::unix::fs::PermissionsExt;
    let dir = week();
    arrive(dir.path(), 3);
    let program = dir.path().join("told.sh");
    fs::write(
        &program,
        "#!/bin/sh\nprintf '%s|%s|%s\\n' \"$SIPTRAIL_TYPE\" \"$SIPTRAIL_CODE\" \"$SIPTRAIL_TEXT\" >> told.txt\n",
    )
    .unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let (events, _) = look(dir.path(), &["--exec", "./told.sh", "--metrics", "siptrail.prom", "--on", "missed"]);
    let told = fs::read_to_string(dir.path().join("told.txt")).unwrap();
    assert_eq!(told.lines().count(), events.len());
    assert!(told.contains("begins|PN03|PN03 "), "{told}");
    let missed = events.iter().filter(|e| e["type"] == "match").count();
    assert!(missed > 0 && events.iter().filter(|e| e["type"] == "match").all(|e| e["line"].is_u64()));
    let numbers = fs::read_to_string(dir.path().join("siptrail.prom")).unwrap();
    assert!(
        numbers.ends_with("# EOF\n") && numbers.contains(&format!("\nsiptrail_missed_calls {missed}\n")),
        "{numbers}"
    );
    assert!(
        numbers.contains("siptrail_cause_cases{code=\"PN03\"}")
            && numbers.contains("siptrail_rate{name=\"push_accepted\",bound=\"low\"}")
    );
    // Every line is a comment, or a name with labels and a number.
    let is_sound = |l: &str| l.starts_with("# ") || l.rsplit_once(' ').is_some_and(|(_, n)| n.parse::<f64>().is_ok());
    assert!(numbers.lines().all(is_sound), "{numbers}");
}

/// The log ends between the push of a call and what became of it; the next look sees the rest.
#[test]
fn a_cause_that_is_known_at_a_later_look_is_told() {
    let dir = week();
    arrive(dir.path(), 3);
    fs::remove_file(dir.path().join("logs/edge01-3.log")).unwrap();
    let first = |events: &[Value]| -> Vec<Value> {
        let begins = events.iter().filter(|e| e["type"] == "begins" && e["code"] == "PN03");
        begins.map(|e| e["call_id"].clone()).collect()
    };
    let o = run_in(&["watch", "--quiet", "--once", "--calm", "240", "--format", "ndjson", "logs"], dir.path());
    let all: Vec<Value> = out(&o).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    assert_eq!(first(&all).len(), 1, "of all at once");
    let log = dir.path().join("logs/fe01-3.log");
    let whole = fs::read_to_string(&log).unwrap();
    let answer = whole.find("Start-Line: SIP/2.0 504").unwrap();
    fs::write(&log, &whole[..whole[..answer].rfind("TL_INFO").unwrap()]).unwrap();
    assert!(first(&look(dir.path(), &["--calm", "240"]).0).is_empty());
    fs::write(&log, &whole).unwrap();
    assert_eq!(
        first(&look(dir.path(), &["--calm", "240"]).0),
        first(&all),
        "the call that was open at the look before"
    );
    assert!(first(&look(dir.path(), &["--calm", "240"]).0).is_empty());
}

/// Nothing is written over a log, numbers that are the same are left alone, and what nobody could read is told again.
#[test]
fn files_are_kept_last_and_no_log_is_replaced() {
    let dir = week();
    arrive(dir.path(), 3);
    let log = dir.path().join("logs/fe01-3.log");
    let before = fs::read(&log).unwrap();
    for (option, name) in [
        ("--metrics", "logs/fe01-3.log"),
        ("--state", "logs/fe01-3.log"),
        ("--metrics", "logs/new.log"),
        ("--metrics", "nowhere/siptrail.prom"),
        ("--metrics", "s.json"),
    ] {
        let state = if option == "--state" { name } else { "s.json" };
        let metrics = if option == "--metrics" { name } else { "n.prom" };
        let o = run_in(&["watch", "--once", "--state", state, "--metrics", metrics, "logs"], dir.path());
        assert_eq!(o.status.code(), Some(2), "{option} {name}: {}", out(&o));
        assert!(out(&o).is_empty(), "told before it was refused: {}", out(&o));
    }
    assert_eq!(fs::read(&log).unwrap(), before);
    assert!(!dir.path().join("logs/new.log").exists() && !dir.path().join("s.json").exists());
    let time = |name: &str| fs::metadata(dir.path().join(name)).unwrap().modified().unwrap();
    look(dir.path(), &["--metrics", "n.prom"]);
    let first = (time("n.prom"), time("state.json"));
    look(dir.path(), &["--metrics", "n.prom"]);
    assert_eq!((time("n.prom"), time("state.json")), first, "nothing had changed");
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_loses_nothing() {
    use std::process::{Command, Stdio};
    let dir = week();
    arrive(dir.path(), 3);
    let watch = |more: &[&str]| {
        let (read, write) = std::io::pipe().unwrap();
        drop(read);
        let mut command = Command::new(env!("CARGO_BIN_EXE_siptrail"));
        command.args(["watch", "--quiet", "--once", "--state", "state.json"]).args(more).arg("logs");
        command.current_dir(dir.path()).env("XDG_CACHE_HOME", dir.path()).stdout(Stdio::from(write)).status().unwrap()
    };
    assert_eq!(watch(&[]).code(), Some(1), "something was found, whoever reads it");
    assert!(!dir.path().join("state.json").exists(), "nobody was told");
    // Who is told by a program needs no standard output.
    assert_eq!(watch(&["--exec", "/bin/true"]).code(), Some(1));
    assert_eq!(watch(&["--exec", "/bin/true"]).code(), Some(0));
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bad.json"), "{}").unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    fs::create_dir(dir.path().join("text")).unwrap();
    fs::write(dir.path().join("text/fe01.log"), "nothing of SIP\n").unwrap();
    for args in [
        &["watch", "nowhere"][..],
        &["watch", "--state", "bad.json", "."],
        &["watch", "--once", "empty"],
        &["watch", "--once", "text"],
        &["watch", "--once", "--exec", "mail.cmd", "text"],
        &["watch", "--once", "--exec", "MAIL.BAT", "text"],
    ] {
        let o = run_in(args, dir.path());
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert_eq!(err(&o).lines().count(), 1, "{}", err(&o));
    }
}
