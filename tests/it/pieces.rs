//! Logs that are too many for the memory: a report that is worked out piece by piece, each step in a process of its own.

use std::path::{Path, PathBuf};

use crate::program::{err, program, run};

/// With too little memory, and with a folder to work in, a report is what it is otherwise, whatever was there before.
#[test]
fn a_report_of_pieces_is_that_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (logs, work) = (place("logs"), place("work"));
    let o = run(&[
        "synth",
        "-q",
        "--seed",
        "31",
        "--calls",
        "400",
        "--servers",
        "2",
        "--stories",
        "all",
        "--damage",
        "1%",
        &logs,
    ]);
    assert!(o.status.success(), "{}", err(&o));
    let longest = std::fs::read_dir(&logs).unwrap().map(|e| e.unwrap().metadata().unwrap().len()).max().unwrap();
    assert!(longest > 3 << 20, "{longest} bytes are read in one piece");
    for form in ["text", "json"] {
        let plain = run(&["report", "-q", "--no-index", "--fail-on", "missed", "--format", form, &logs]);
        assert_eq!(plain.status.code(), Some(1));
        for more in [&["--memory", "1MB"][..], &["--work", &work], &["--work", &work, "--memory", "1GB"]] {
            let o = run(&[&["report", "-q", "--fail-on", "missed", "--format", form, &logs], more].concat());
            if more.len() == 4 {
                // It holds the pieces of another cut.
                assert_eq!(o.status.code(), Some(2), "{more:?}");
                assert!(err(&o).contains("name another folder, or delete this one"), "{}", err(&o));
                continue;
            }
            assert_eq!(err(&o), "", "{more:?}");
            assert!(o.status == plain.status && o.stdout == plain.stdout, "{form} {more:?}");
        }
    }
    // Too little memory is no matter of the logs: it needs a folder for the pieces.
    let missing = place("missing");
    let without = |args: &[&str]| {
        program().args(args).envs(["TMPDIR", "TMP", "TEMP"].map(|name| (name, &missing))).output().unwrap()
    };
    let o = without(&["report", "--no-index", "--memory", "1MB", &logs]);
    assert!(o.status.code() == Some(2) && err(&o).contains("no folder for pieces in"), "{}", err(&o));
    let o = without(&["report", "-q", "--no-index", "--memory", "1GB", &logs]);
    assert_eq!((o.status.code(), err(&o)), (Some(0), String::new()));
    // It goes on where it stopped.
    for step in ["judge", "merge"] {
        std::fs::remove_dir_all(Path::new(&work).join(step)).unwrap();
    }
    let kept = |name: &str| Path::new(&work).join(name).join("0/manifest").metadata().unwrap().modified().unwrap();
    let before = ["map", "survey", "reduce"].map(kept);
    let o = run(&["report", "-q", "--work", &work, &logs]);
    assert_eq!((o.status.code(), err(&o)), (Some(0), String::new()));
    assert_eq!(["map", "survey", "reduce"].map(kept), before);
    let parts = |folder: &str| {
        let text = std::fs::read_to_string(Path::new(folder).join("map/0/manifest")).unwrap();
        let manifest: serde_json::Value = serde_json::from_str(text.split_once('\n').unwrap().1).unwrap();
        manifest["files"]["rows"]["parts"].as_array().unwrap().len()
    };
    assert_eq!(parts(&work), 1, "both logs at once");
    // A long log is read in stretches, but for one in which the servers change.
    let path_of = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().path();
    let mut own: Vec<PathBuf> =
        std::fs::read_dir(&logs).unwrap().map(path_of).filter(|p| p.extension().is_some_and(|e| e == "log")).collect();
    own.sort();
    let largest = own.iter().max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let both = folder.path().join("both.log");
    std::fs::write(&both, own.iter().flat_map(|path| std::fs::read(path).unwrap()).collect::<Vec<u8>>()).unwrap();
    for (log, stretches) in [(largest, true), (&both, false)] {
        let (log, work) = (log.to_str().unwrap(), place(if stretches { "work-long" } else { "work-both" }));
        let o = run(&["report", "-q", "--format", "json", "--memory", "1MB", "--work", &work, log]);
        assert!(o.stdout == run(&["report", "-q", "--no-index", "--format", "json", log]).stdout, "{log}");
        assert_eq!(parts(&work) > 1, stretches, "{log}");
    }
    let o = run(&["report", "--work", &work, "-"]);
    assert!(o.status.code() == Some(2) && err(&o).contains("expected logs in files"), "{}", err(&o));
}

/// Lists of calls and pushes, and rates, are the same from pieces; what needs all records says so.
#[test]
fn other_commands_of_pieces_are_those_of_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (logs, work) = (place("logs"), place("work"));
    let synth = ["synth", "-q", "--seed", "37", "--calls", "300", "--servers", "2", "--stories", "all"];
    let o = run(&[&synth[..], &["--damage", "1%", &logs]].concat());
    assert!(o.status.success(), "{}", err(&o));
    let asked: [&[&str]; 9] = [
        &["list", "calls"],
        &["list", "calls", "--format", "json"],
        &["list", "calls", "--format", "ndjson", "--where", "missed or ring>2s", "--sort", "-ring"],
        &["list", "calls", "--columns", "time,call-id,header.user-agent,header.p-asserted-identity", "--limit", "40"],
        &["list", "pushes", "--format", "json"],
        &["list", "pushes", "--where", "lost raw:diagnostics"],
        &["rates", "--by", "cause", "--format", "json"],
        &["rates", "--by", "hour"],
        &["compare", "--split", "10:00", "--format", "json"],
    ];
    for args in asked {
        let plain = run(&[args, &["-q", "--no-index", &logs]].concat());
        assert!(plain.status.success() && !plain.stdout.is_empty(), "{args:?}: {}", err(&plain));
        // All of them go on in one folder.
        for more in [&["--memory", "1MB"][..], &["--work", &work]] {
            let o = run(&[args, more, &["-q", &logs]].concat());
            assert_eq!(err(&o), "", "{args:?} {more:?}");
            assert!(o.status == plain.status && o.stdout == plain.stdout, "{args:?} {more:?}");
        }
    }
    assert!(folder.path().join("work/merge").is_dir(), "they were worked out in pieces");
    for table in ["messages", "records", "registrations"] {
        let o = run(&["list", table, "--memory", "1GB", &logs]);
        assert!(o.status.code() == Some(2) && err(&o).contains("expected with calls or pushes"), "{}", err(&o));
    }
    let missing = place("missing.log");
    let o = run(&["list", "calls", "--work", &place("none"), &missing]);
    assert!(o.status.code() == Some(2) && err(&o).contains("missing.log"), "{}", err(&o));
}

/// Whatever ends a report of pieces, or the process that works for it, nothing of it stays: no process and no folder.
#[test]
#[cfg(target_os = "linux")]
fn a_report_of_pieces_leaves_nothing_when_it_is_ended() {
    use std::process::{Command, Stdio};
    use std::time::{Duration, Instant};

    let folder = tempfile::tempdir().unwrap();
    let (logs, pieces) = (folder.path().join("logs"), folder.path().join("pieces"));
    std::fs::create_dir(&pieces).unwrap();
    let logs = logs.to_str().unwrap();
    let o = run(&["synth", "-q", "--seed", "31", "--calls", "1000", logs]);
    assert!(o.status.success(), "{}", err(&o));
    // Which signal to which of the two, and what comes of it.
    let cases = [
        ("-INT", false, Some(130), ""),
        ("-TERM", false, Some(130), ""),
        ("-INT", true, Some(130), ""),
        ("-KILL", true, Some(2), "was ended by the system"),
    ];
    for (signal, to_child, code, said) in cases {
        let mut report = program();
        report.args(["report", "--no-index", "--memory", "1MB", logs]).env("TMPDIR", &pieces);
        let report = report.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let own = report.id();
        let children = || std::fs::read_to_string(format!("/proc/{own}/task/{own}/children")).unwrap_or_default();
        let started = Instant::now();
        let child = loop {
            let children = children();
            if let Some(child) = children.split_whitespace().next() {
                break child.to_owned();
            }
            assert!(started.elapsed() < Duration::from_secs(60), "no step was begun");
            std::thread::sleep(Duration::from_millis(2));
        };
        let to = if to_child { child.clone() } else { own.to_string() };
        assert!(Command::new("kill").args([signal, &to]).status().unwrap().success());
        let o = report.wait_with_output().unwrap();
        assert_eq!(o.status.code(), code, "{signal} {to_child}: {}", err(&o));
        assert!(o.stdout.is_empty() && err(&o).contains(said) && err(&o).is_empty() == said.is_empty(), "{}", err(&o));
        assert!(!Path::new("/proc").join(child).exists(), "{signal} {to_child}");
        assert_eq!(std::fs::read_dir(&pieces).unwrap().count(), 0, "{signal} {to_child}");
    }
}
