//! How memory grows with inputs in which every record is a thing of its own.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Stdio;

use crate::attack::{CALL, PUSH, record};

/// The most bytes that a report had in memory for itself: neither pages of the log nor of the program, of which the system maps
/// more or fewer as it likes. It forgets it with the process, so it is asked again and again. What a run takes at its very end
/// (20 MB more, in a build for tests) is seen of few runs. A run of one record may be over before this process gets its first
/// look, on a machine with other things to do: such a run is made again.
fn peak(logs: &Path, form: &str) -> u64 {
    (0..50).find_map(|_| seen_peak(logs, form)).unwrap()
}

/// The peak of one run, or nothing when it was over at the first look.
fn seen_peak(logs: &Path, form: &str) -> Option<u64> {
    let mut command = crate::program::program();
    command.args(["-q", "-j1", "report", "--no-index", "--format", form]).arg(logs).stdout(Stdio::null());
    let mut child = command.env_remove("RAYON_NUM_THREADS").spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (mut most, mut mapped) = (0, 0);
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let kib = |name: &str| -> Option<u64> {
            text.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_suffix(" kB")?.parse().ok())
        };
        most = kib("VmHWM:").unwrap_or(0).max(most);
        mapped = kib("RssFile:").unwrap_or(0).max(mapped);
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return (most > 1024).then_some(most.saturating_sub(mapped) * 1024);
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
}

/// What `benches/memory.py` measures of many kinds, of the worst ones: besides what a run of one record takes, memory stays within
/// so many times the input. Each limit is above what the kind takes (a build for tests takes a fifth more than a release), and below
/// what it took when lists were held twice or had room to spare.
#[test]
fn memory_stays_within_a_few_times_the_input() {
    type Make = fn(usize) -> String;
    let cases: [(&str, &str, f64, usize, Make); 6] = [
        ("servers", "text", 6.7, 6_000, |n| record(n, &format!("pool{n}\\srv{n}"), CALL, n)),
        ("calls", "text", 3.8, 8_000, |n| record(n, "0", CALL, n)),
        ("calls", "json", 3.8, 8_000, |n| record(n, "0", CALL, n)),
        ("pushes", "json", 3.1, 8_000, |n| record(n, "0", PUSH, n)),
        ("calls and pushes of one user", "json", 4.7, 8_000, |n| record(n, "0", [CALL, PUSH][n % 2], n)),
        ("empty records", "text", 3.0, 150_000, |n| {
            if n == 0 { record(0, "0", CALL, 0) } else { "$$begin_record\n$$end_record\n".to_owned() }
        }),
    ];
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("a.log");
    for (case, form, limit, count, make) in cases {
        std::fs::write(&log, make(0)).unwrap();
        let program = (0..3).map(|_| peak(&log, form)).max().unwrap_or(0);
        let text: String = (0..count).map(make).collect();
        let input = text.len() as u64;
        std::fs::write(&log, text).unwrap();
        #[expect(clippy::cast_precision_loss, reason = "bytes of memory are far below 2^52")]
        let run = |_| peak(&log, form).saturating_sub(program) as f64 / input as f64;
        // A list that is held twice is held twice in every run.
        let mut runs = (0..5).map(run);
        let first = runs.next().unwrap_or_default();
        let times = if first <= limit { first } else { runs.find(|times| *times <= limit).unwrap_or(first) };
        assert!(times <= limit, "{case}, {form}: {times:.2} times {input} bytes, beside {program} of the program");
        println!("{case}, {form}: {times:.2} times the input");
    }
}
