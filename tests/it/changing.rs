//! Files that grow, shrink or are replaced while they are read: a report of what was there, or a clear problem.

#[cfg(unix)]
use std::fs::File;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
#[cfg(unix)]
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::{Value, json};
use siptrail::input::Opened;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

fn log() -> Vec<u8> {
    let plan = Plan { extent: Extent::Calls(12), ..Plan::default() };
    in_memory(&plan).0.into_iter().find(|(name, _)| name == "fe01.log").unwrap().1
}

/// Middle of the last record but so many.
fn inside_record(log: &[u8], from_end: usize) -> usize {
    let ends: Vec<usize> = memchr::memmem::find_iter(log, b"$$end_record").collect();
    ends[ends.len() - 1 - from_end] - 40
}

fn open(path: &Path) -> Opened {
    siptrail::input::open([path])
}

fn report(opened: Opened) -> Value {
    let trace = Trace::load(opened.inputs, &LoadOptions { chunk: 8 << 10, ..LoadOptions::default() });
    let analysis = siptrail::analyse(&trace, &Options::default());
    serde_json::to_value(siptrail::report::report(&trace, &analysis, &opened.errors)).unwrap()
}

#[test]
fn the_record_being_written_is_no_problem_of_a_growing_log() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fe01.log");
    let whole = log();
    let torn = inside_record(&whole, 3);
    fs::write(&path, &whole[..torn]).unwrap();
    let still = report(open(&path));
    assert_eq!(still["problems"].as_array().unwrap().len(), 1, "a log that ends so is damaged: {}", still["problems"]);
    let opened = open(&path);
    OpenOptions::new().append(true).open(&path).unwrap().write_all(&whole[torn..]).unwrap();
    let growing = report(opened);
    assert_eq!(growing["problems"], json!([]));
    assert_eq!(growing["summary"], still["summary"]);
}

// Windows lets nobody cut or replace a file that is mapped.
#[cfg(unix)]
#[test]
fn a_truncated_log_is_read_as_far_as_it_goes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fe01.log");
    let whole = log();
    let kept = inside_record(&whole, 40);
    fs::write(&path, &whole).unwrap();
    let opened = open(&path);
    File::options().write(true).open(&path).unwrap().set_len(kept as u64).unwrap();
    let cut = report(opened);
    let complete = memchr::memmem::find_iter(&whole[..kept], b"$$end_record").count();
    assert_eq!(cut["summary"]["records"], complete);
    assert_eq!(cut["problems"][0]["what"], format!("file was cut to {kept} bytes while it was read"));
    assert_eq!(cut["problems"].as_array().unwrap().len(), 1, "{}", cut["problems"]);
}

#[cfg(unix)]
#[test]
fn a_replaced_log_is_reported_as_it_was_when_it_was_opened() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fe01.log");
    fs::write(&path, log()).unwrap();
    let before = report(open(&path));
    let opened = open(&path);
    let new = dir.path().join("new");
    fs::write(&new, b"something else").unwrap();
    fs::rename(&new, &path).unwrap();
    assert!(report(opened) == before);
}

/// Ends the writer whatever becomes of the reader: a failure must be told, not waited for.
#[cfg(unix)]
struct Ends<'a>(&'a AtomicBool);
#[cfg(unix)]
impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// No SIGBUS and no panic, whatever the moment.
#[cfg(unix)]
#[test]
fn reading_survives_a_log_that_shrinks_and_grows_all_the_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("fe01.log");
    let whole = log();
    fs::write(&path, &whole).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _ends = Ends(&done);
        scope.spawn(|| {
            let mut at = 1_usize;
            while !done.load(Ordering::Relaxed) {
                at = at.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1) % whole.len();
                let file = File::options().write(true).open(&path).unwrap();
                file.set_len(at as u64).unwrap();
                OpenOptions::new().append(true).open(&path).unwrap().write_all(&whole[at..]).unwrap();
            }
        });
        for _ in 0..40 {
            let opened = open(&path);
            if !opened.inputs.is_empty() {
                assert!(report(opened)["summary"]["records"].is_number());
            }
        }
    });
}
