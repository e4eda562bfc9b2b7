//! What it takes until an append to logs is judged: `cargo bench --bench follow -- LOG...` with logs of `siptrail synth`. The
//! last one is copied beside itself without its last megabyte, which is then appended. Milliseconds of each step.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use siptrail::trace::LoadOptions;
use siptrail::{Depth, Options, Trace};

/// Bytes that are appended.
const APPENDED: usize = 1 << 20;
const RUNS: usize = 5;

fn main() -> io::Result<()> {
    let logs: Vec<PathBuf> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).map(PathBuf::from).collect();
    let mut out = io::stdout().lock();
    let Some((last, others)) = logs.split_last() else {
        return writeln!(out, "name logs: cargo bench --bench follow -- edge01.log fe01.log");
    };
    let text = fs::read(last)?;
    let copy = last.with_extension("follow");
    let (before, more) = text.split_at(text.len().saturating_sub(APPENDED));
    for _ in 0..RUNS {
        fs::write(&copy, before)?;
        let paths: Vec<&Path> = others.iter().chain([&copy]).map(PathBuf::as_path).collect();
        let open = || siptrail::input::open(&paths).inputs;
        let old = Trace::load_after(None, open(), &LoadOptions::default());
        OpenOptions::new().append(true).open(&copy)?.write_all(more)?;
        let mut from = Instant::now();
        let mut passed = || std::mem::replace(&mut from, Instant::now()).elapsed().as_secs_f64() * 1e3;
        let inputs = open();
        let opened = passed();
        let trace = Trace::load_after(Some(&old), inputs, &LoadOptions::default());
        let read = passed();
        let options = Options::default();
        let calls = siptrail::analyse_to(&trace, &options, Depth::Servers).calls.len();
        let servers = passed();
        let calls = calls + siptrail::analyse_to(&trace, &options, Depth::Calls).calls.len();
        let judged = passed();
        drop(siptrail::analyse(&trace, &options));
        let caused = passed();
        let records = trace.events().len();
        writeln!(
            out,
            "opened {opened:.1}, read {read:.1}; servers {servers:.1}, calls too {judged:.1}, causes too {caused:.1} ms; \
             {records} records, {calls} calls"
        )?;
    }
    fs::remove_file(&copy)
}
