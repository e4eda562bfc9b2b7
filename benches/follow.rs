//! What it takes until an append to logs is judged: `cargo bench --bench follow -- LOG...` with logs of `siptrail synth`. The
//! last one is copied beside itself without its last megabytes, which are then appended one by one. Milliseconds of each step; at
//! last those of a whole analysis of the same trace.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use siptrail::follow::Follower;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

/// Bytes that are appended at a time.
const APPENDED: usize = 1 << 20;
const TIMES: usize = 8;

fn main() -> io::Result<()> {
    let logs: Vec<PathBuf> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).map(PathBuf::from).collect();
    let mut out = io::stdout().lock();
    let Some((last, others)) = logs.split_last() else {
        return writeln!(out, "name logs: cargo bench --bench follow -- edge01.log fe01.log");
    };
    let text = fs::read(last)?;
    let copy = last.with_extension("follow");
    let (before, more) = text.split_at(text.len().saturating_sub(APPENDED * TIMES));
    fs::write(&copy, before)?;
    let paths: Vec<&Path> = others.iter().chain([&copy]).map(PathBuf::as_path).collect();
    let open = || siptrail::input::open(&paths).inputs;
    let (load, options) = (LoadOptions::default(), Options::default());
    let mut follower = Follower::default();
    let mut trace = Trace::load_on(None, open(), &load);
    drop(follower.analyse(&trace, &options));
    for more in more.chunks(APPENDED) {
        OpenOptions::new().append(true).open(&copy)?.write_all(more)?;
        let mut from = Instant::now();
        let mut passed = || std::mem::replace(&mut from, Instant::now()).elapsed().as_secs_f64() * 1e3;
        let inputs = open();
        let opened = passed();
        trace = Trace::load_on(Some(trace), inputs, &load);
        let read = passed();
        let analysis = follower.analyse(&trace, &options);
        let judged = passed();
        let (records, calls, again) = (trace.events().len(), analysis.calls.len(), follower.judged());
        writeln!(
            out,
            "opened {opened:.1}, read {read:.1}, judged {judged:.1} ms; {records} records, {calls} calls, {again} Call-IDs again"
        )?;
    }
    let from = Instant::now();
    drop(siptrail::analyse(&trace, &options));
    writeln!(out, "a whole analysis {:.1} ms", from.elapsed().as_secs_f64() * 1e3)?;
    fs::remove_file(&copy)
}
