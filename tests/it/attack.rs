//! Exit status and files under attack: closed pipes, full disks, endless files, two at once; and how time grows.
#![cfg_attr(not(target_os = "linux"), allow(dead_code, unused_imports, reason = "some of it is tried on Linux only"))]

use std::io::Read;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use siptrail::tui::{Notebook, Notes};

use crate::common::{left, names, root};
use crate::program::{err, run_in};

const MISSED: &str = "samples/silent-mobile-leg.log";

fn siptrail(args: &[&str]) -> Command {
    let mut command = crate::program::program();
    command.args(args).current_dir(root("")).env_remove("RAYON_NUM_THREADS");
    command
}

/// Runs a script of the shell with the program as `$0`.
#[cfg(unix)]
fn shell(script: &str, folder: &Path) -> Output {
    Command::new("sh")
        .env("XDG_CACHE_HOME", crate::program::CACHE)
        .args(["-c", script, env!("CARGO_BIN_EXE_siptrail")])
        .current_dir(folder)
        .output()
        .unwrap()
}

/// What was found is the exit status, whether somebody reads it to the end or not.
#[test]
fn a_closed_pipe_hides_nothing() {
    for form in ["text", "json", "ndjson", "markdown", "html"] {
        for (level, status) in [("missed", 1), ("never", 0)] {
            let args = ["report", MISSED, "--format", form, "--fail-on", level];
            let mut child = siptrail(&args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            drop(child.stdout.take());
            let mut said = String::new();
            child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
            assert_eq!((child.wait().unwrap().code(), said.as_str()), (Some(status), ""), "{args:?}");
        }
    }
    #[cfg(unix)]
    for (script, status) in [
        ("\"$0\" report samples/silent-mobile-leg.log --fail-on missed >&-", 1),
        ("\"$0\" report samples/silent-mobile-leg.log >&-", 0),
    ] {
        assert_eq!(shell(script, &root("")).status.code(), Some(status), "{script}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn what_has_no_end_is_refused() {
    let run = |args: &[&str], name: &str, value: &str| siptrail(args).env(name, value).output().unwrap();
    for (o, hint) in [
        (
            run(&["report", MISSED, "--config", "/dev/zero"], "X", ""),
            "/dev/zero: expected a configuration file, found: more",
        ),
        (run(&["report", MISSED], "SIPTRAIL_CONFIG", "/dev/zero"), "more than 1048576 bytes"),
        (run(&["report", MISSED], "RAYON_NUM_THREADS", "1000000000"), "expected 1 to 1024 threads, found 1000000000"),
    ] {
        assert!(o.status.code() == Some(2) && err(&o).contains(hint) && err(&o).lines().count() == 1, "{o:?}");
    }
    assert!(run(&["report", MISSED], "RAYON_NUM_THREADS", "3").status.success());
}

#[test]
fn what_unpacks_to_too_much_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let log = std::fs::read(root(MISSED)).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    let piece = vec![b'\n'; 1 << 20];
    std::io::Write::write_all(&mut packed, &log).unwrap();
    for _ in 0..70 {
        std::io::Write::write_all(&mut packed, &piece).unwrap();
    }
    std::fs::write(dir.path().join("big.log.gz"), packed.finish().unwrap()).unwrap();
    let o = run_in(&["report", "big.log.gz", "--max-unpacked", "1MB"], dir.path());
    let said = err(&o);
    assert!(o.status.code() == Some(2) && said.contains("big.log.gz") && said.contains("--max-unpacked"), "{said}");
    assert!(!said.contains("damaged") && String::from_utf8(o.stdout).unwrap().contains("1 call missed"), "{said}");
    // More than stays in memory needs a temporary file.
    let mut command = siptrail(&["report"]);
    let o = command.arg(dir.path().join("big.log.gz")).env("TMPDIR", "/no/such/folder").output().unwrap();
    if cfg!(unix) {
        let said = err(&o);
        assert!(o.status.code() == Some(2) && said.contains("/no/such/folder") && said.contains("TMPDIR"), "{said}");
        assert!(String::from_utf8(o.stdout).unwrap().contains("1 call missed"), "what was in memory is read: {said}");
    }
    // The disk is full on the way: what is on it is read.
    #[cfg(target_os = "linux")]
    {
        let o = shell("trap '' XFSZ; ulimit -f 135000; \"$0\" report big.log.gz", dir.path());
        let said = err(&o);
        assert!(o.status.code() == Some(2) && said.contains("temporary files") && !said.contains("damaged"), "{said}");
        assert!(String::from_utf8(o.stdout).unwrap().contains("1 call missed"), "{said}");
    }
    assert!(run_in(&["report", "big.log.gz"], dir.path()).status.success());
}

/// A process may open few files at a time: 256 on macOS, 1,024 on Linux.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_may_have_more_files_than_can_be_open() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("logs")).unwrap();
    for n in 0..300 {
        std::fs::copy(root(MISSED), dir.path().join(format!("logs/{n}.log"))).unwrap();
    }
    let o = shell("ulimit -n 200; \"$0\" report logs --format json", dir.path());
    let report: serde_json::Value = serde_json::from_slice(&o.stdout).unwrap();
    assert!(o.status.success() && report["sources"].as_array().unwrap().len() == 300, "{}", err(&o));
}

/// The limit of the size of a file stands for a full disk.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let dir = tempfile::tempdir().unwrap();
    for script in [
        "trap '' XFSZ; ulimit -f 0; \"$0\" config --init --config new.toml",
        "trap '' XFSZ; ulimit -f 0; \"$0\" man -o pages; rc=$?; rmdir pages && exit $rc",
        "trap '' XFSZ; ulimit -f 8; \"$0\" synth made; rc=$?; rmdir made && exit $rc",
    ] {
        let o = shell(script, dir.path());
        assert!(o.status.code() == Some(2) && err(&o).contains("cannot write"), "{script}: {o:?}");
        assert_eq!(names(dir.path()), [""; 0], "{script}");
    }
}

/// What a killed run left is taken away by the next one; what a living one writes is not.
#[cfg(unix)]
#[test]
fn leftovers_are_swept() {
    let dir = tempfile::tempdir().unwrap();
    let (old, held, young) = (".siptrail-a.part", ".siptrail-b.part", ".siptrail-c.part");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3_600);
    let make = |name: &str| std::fs::File::create(dir.path().join(name)).unwrap();
    make(old).set_modified(long_ago).unwrap();
    let alive = make(held);
    alive.set_modified(long_ago).unwrap();
    alive.lock().unwrap();
    make(young);
    let o = siptrail(&["report", MISSED, "-o"]).arg(dir.path().join("report.txt")).output().unwrap();
    assert!(o.status.success(), "{o:?}");
    assert_eq!(names(dir.path()), [held, young, "report.txt"]);
}

#[test]
fn two_sessions_lose_no_note() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    std::thread::scope(|scope| {
        for who in 0..4 {
            let path = path.clone();
            scope.spawn(move || {
                let mut book = Notebook::new(Some(path));
                (0..25).for_each(|n| book.keep(format!("{who}-{n}"), "kept".to_owned()).unwrap());
            });
        }
    });
    let notes = Notes::read(&path).unwrap();
    let all = (0..4).flat_map(|who| (0..25).map(move |n| format!("{who}-{n}")));
    assert_eq!(all.filter(|id| notes.get(id).is_none()).count(), 0);
    assert_eq!(left(folder.path()), ["notes.toml"]);
}

pub(crate) fn record(n: usize, server: &str, from: &str, branch: usize) -> String {
    format!(
        "TL_INFO(TF_PROTOCOL) [{server}]0F14.1A2C::10/15/2013-{:02}:{:02}:{:02}.669.{n:08x} (SIPStack,A::B:C.cpp(125))$$begin_record\n\
         Instance-Id: {n:08X}\nDirection: outgoing\nPeer: 192.0.2.9:5061\nMessage-Type: request\nStart-Line: {from}\nCSeq: 1 INVITE\n\
         Call-ID: c{branch}\nVia: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK{n}\nContent-Length: 0\nMessage-Body: -\n$$end_record\n",
        9 + n / 3600 % 14,
        n / 60 % 60,
        n % 60
    )
}

/// A piece of a log; ahead of the first one stands a record, for a log without any is refused.
fn behind_a_record(n: usize, piece: &str) -> String {
    if n == 0 { record(0, "0", CALL, 0) + piece } else { piece.to_owned() }
}

pub(crate) const CALL: &str =
    "INVITE sip:bob@contoso.com SIP/2.0\nFrom: <sip:a@contoso.com>;tag=a\nTo: <sip:bob@contoso.com>";
pub(crate) const PUSH: &str = "MESSAGE sip:push@push.lync.com SIP/2.0\nFrom: <sip:McxUser0123456789abcdef0123456789abcdefbob@contoso.com>;tag=a\nTo: <sip:push@push.lync.com>";

/// Of ten thousands of lost pushes forms for people list the first ones and count the rest, which then costs no memory.
#[test]
fn lost_pushes_that_are_not_listed_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let log: String = (0..120).map(|n| record(n, "0", if n < 40 { CALL } else { PUSH }, n)).collect();
    std::fs::write(dir.path().join("a.log"), log).unwrap();
    let said = |form: &str| {
        let o = run_in(&["report", "a.log", "--format", form, "--fail-on", "missed"], dir.path());
        assert_eq!(o.status.code(), Some(1), "{form}");
        String::from_utf8(o.stdout).unwrap()
    };
    let json: serde_json::Value = serde_json::from_str(&said("json")).unwrap();
    let pushes = json["pushes"].as_array().unwrap();
    let lost = pushes.iter().filter(|p| p["result"] == "unanswered").count();
    assert!(pushes.len() == 80 && lost > 30, "{lost} of {}", pushes.len());
    for form in ["text", "markdown"] {
        let text = said(form);
        let (headline, more) = (format!("{lost} pushes lost"), format!("and {} more", lost - 20));
        assert!(text.contains(&headline) && text.contains(&more), "{text}");
    }
}

/// Processor time of `siptrail -j1 report` of a folder, in ticks of a hundredth of a second.
#[cfg(target_os = "linux")]
fn ticks(folder: &Path) -> u64 {
    let args = ["-q", "-j1", "report"];
    let mut child = siptrail(&args).arg(folder).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    child.stdout.take().unwrap().read_to_end(&mut Vec::new()).unwrap();
    // It has ended, or is about to; until somebody waits for it, the system keeps its times.
    let stat = loop {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
        let fields: Vec<String> = stat.rsplit_once(") ").unwrap().1.split(' ').map(str::to_owned).collect();
        if fields[0] == "Z" {
            break fields;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert!(child.wait().unwrap().success());
    stat[11].parse::<u64>().unwrap() + stat[12].parse::<u64>().unwrap()
}

/// Four times as much may take little more than four times as long: twice that is far from the sixteen of pairs.
#[cfg(target_os = "linux")]
#[test]
fn time_grows_with_servers_files_and_pushes_and_not_with_their_pairs() {
    type Make = fn(usize) -> (String, String);
    let cases: [(&str, usize, Make); 9] = [
        ("servers", 1_500, |n| ("a.log".to_owned(), record(n, &format!("pool{n}\\srv{n}"), CALL, n))),
        ("files", 1_000, |n| (format!("{n}.log"), record(n, "0", CALL, n))),
        ("files of one server at one time", 500, |n| (format!("{n}.log"), record(n % 7, "pool\\srv", CALL, n))),
        ("markers that begin records", 100_000, |n| ("a.log".to_owned(), behind_a_record(n, "$$begin_record\n"))),
        ("markers that end records", 100_000, |n| ("a.log".to_owned(), behind_a_record(n, "$$end_record\n"))),
        ("halves of markers", 400_000, |n| ("a.log".to_owned(), behind_a_record(n, "$$"))),
        ("fields of no record", 100_000, |n| ("a.log".to_owned(), behind_a_record(n, "Start-Line: x\n"))),
        ("false lengths that point far ahead", 2_000, |n| {
            let lies = "Content-Length: 4000000000\nMessage-Body: x";
            ("a.log".to_owned(), record(n, "0", CALL, n).replace("Content-Length: 0\nMessage-Body: -", lies))
        }),
        ("calls and pushes of one user", 1_000, |n| {
            ("a.log".to_owned(), record(2 * n, "0", CALL, 2 * n) + &record(2 * n + 1, "0", PUSH, 2 * n + 1))
        }),
    ];
    for (case, few, make) in cases {
        let of = |count: usize| {
            let dir = tempfile::tempdir().unwrap();
            let mut logs: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
            for (name, text) in (0..count).map(make) {
                logs.entry(name).or_default().push_str(&text);
            }
            for (name, text) in logs {
                std::fs::write(dir.path().join(name), text).unwrap();
            }
            ticks(dir.path())
        };
        let (small, big) = (of(few), of(4 * few));
        assert!(big <= 8 * small.max(8), "{case}: {small} hundredths for {few}, {big} for four times as many");
    }
}
