//! Inputs to a trace, with what has to be said about them on stderr.

use std::path::PathBuf;
use std::time::Instant;

use siptrail::index::{Kept, Taken};
use siptrail::input::{InputError, nothing_in};
use siptrail::text::plural;
use siptrail::trace::LoadOptions;
use siptrail::{Depth, Trace};

use super::global::{Verbosity, index, limits, talks};
use super::progress::Bar;
use super::{note, say};

/// Logs as far as they could be read.
pub(super) struct Loaded {
    pub(super) trace: Trace,
    /// Inputs that could not be read.
    pub(super) errors: Vec<InputError>,
    /// Any record was found.
    pub(super) found: bool,
    /// What is kept of them.
    pub(super) kept: Kept,
}

/// Facts of every input, then of the reading.
fn tell(trace: &Trace, kept: &Kept, started: Instant) {
    for (input, source) in trace.inputs().iter().zip(trace.sources()) {
        let times = source.span.map_or("no times".to_owned(), |(a, b)| format!("{} to {}", a.iso(), b.iso()));
        let (name, bytes, records) = (input.name(), input.bytes().len(), source.record_count());
        let records = plural(records, "record");
        say(&format!("siptrail: {name}: {bytes} bytes of text, {records}, {times}"));
    }
    let (files, ms, threads) = (trace.inputs().len(), started.elapsed().as_millis(), rayon::current_num_threads());
    let (files, threads) = (plural(files as u64, "input"), plural(threads as u64, "thread"));
    let from = match kept.taken() {
        Taken::Kept => ", from the index",
        Taken::Grown => ", but what was appended from the index",
        _ => "",
    };
    say(&format!("siptrail: read {files} in {ms} ms with {threads}{from}"));
}

/// Says which inputs could not be read to their ends: most forms of output have no place for it.
pub(super) fn tell_damage(trace: &Trace) {
    for input in trace.inputs() {
        for (_, what) in input.damage() {
            note(&format!("siptrail: {}: {what}", input.name()));
        }
    }
}

/// Reads all inputs for whatever will be asked.
pub(super) fn load(inputs: &[PathBuf]) -> Option<Loaded> {
    load_to(inputs, Depth::Causes)
}

/// Reads all inputs for something that is not kept of them: an index is used where there is one, and none is prepared.
#[cfg(feature = "anonymise")]
pub(super) fn load_once(inputs: &[PathBuf]) -> Option<Loaded> {
    load_with(inputs, Depth::Causes, false)
}

/// Reads all inputs, and says which could not be read or hold nothing; `None` when none could be opened.
pub(super) fn load_to(inputs: &[PathBuf], depth: Depth) -> Option<Loaded> {
    load_with(inputs, depth, true)
}

#[expect(clippy::disallowed_methods, reason = "how long it takes is about the clock")]
fn load_with(inputs: &[PathBuf], depth: Depth, keeps: bool) -> Option<Loaded> {
    let inputs = &super::logs(inputs);
    let opened = siptrail::input::open_within(inputs, limits());
    for error in &opened.errors {
        say(&format!("siptrail: {error}"));
    }
    if let [first, rest @ ..] = &opened.skipped[..] {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        note(&format!("siptrail: left alone, not named like a log: {}{more}; name it to read it", first.display()));
    }
    if let [first, rest @ ..] = &opened.saved[..] {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        note(&format!("siptrail: left alone, saved by siptrail: {}{more}; name it to read it", first.display()));
    }
    if opened.inputs.is_empty() {
        return None;
    }
    let started = Instant::now();
    let bar = Bar::new();
    let options =
        LoadOptions { progress: &|p| bar.show(p), for_analysis: depth > Depth::Records, ..LoadOptions::default() };
    let anew = |inputs| (Trace::load(inputs, &options), Kept::nothing());
    let index = index().cloned().map(|index| if keeps { index.with_analysis(depth) } else { index });
    let (trace, kept) = match index {
        Some(index) if keeps => index.load(opened.inputs, &options),
        Some(index) => index.find(opened.inputs, &options).unwrap_or_else(anew),
        None => anew(opened.inputs),
    };
    bar.finish();
    let found = trace.sources().iter().any(|s| s.record_count() > 0);
    // Where all hold nothing, that is why the command ends with an error.
    let told = if found { note } else { say };
    for (input, _) in trace.inputs().iter().zip(trace.sources()).filter(|(_, s)| s.record_count() == 0) {
        told(&format!("siptrail: {}", nothing_in(input)));
    }
    if talks(Verbosity::Verbose) {
        tell(&trace, &kept, started);
    }
    Some(Loaded { trace, errors: opened.errors, found, kept })
}
