//! Inputs to a trace, with what has to be said about them on stderr.

use std::path::PathBuf;

use siptrail::Trace;
use siptrail::input::InputError;
use siptrail::trace::LoadOptions;

use super::global::{Voice, voice};
use super::progress::Bar;
use super::{remark, say};

/// Logs as far as they could be read.
pub(super) struct Loaded {
    pub(super) trace: Trace,
    /// Inputs that could not be read.
    pub(super) errors: Vec<InputError>,
    /// Any record was found.
    pub(super) found: bool,
}

/// Reads all inputs, and says which could not be read or hold nothing; `None` when none could be opened.
pub(super) fn load(inputs: &[PathBuf]) -> Option<Loaded> {
    let opened = siptrail::input::open(inputs);
    for error in &opened.errors {
        say(&format!("siptrail: {error}"));
    }
    if let [first, rest @ ..] = &opened.skipped[..] {
        let more = if rest.is_empty() { String::new() } else { format!(" and {} more", rest.len()) };
        remark(&format!("left alone, not named like a log: {}{more}; name it to read it", first.display()));
    }
    if opened.inputs.is_empty() {
        return None;
    }
    let bar = Bar::new();
    let trace = Trace::load(opened.inputs, &LoadOptions { progress: &|p| bar.show(p), ..LoadOptions::default() });
    bar.finish();
    if voice() == Voice::Verbose {
        tell(&trace, bar.elapsed());
    }
    for (input, _) in trace.inputs().iter().zip(trace.sources()).filter(|(_, s)| s.record_count() == 0) {
        say(&format!(
            "siptrail: no SIP trace record in {}: expected SIPStack text ($$begin_record ... $$end_record); check that it was converted from .etl",
            input.name()
        ));
    }
    let found = trace.sources().iter().any(|s| s.record_count() > 0);
    Some(Loaded { trace, errors: opened.errors, found })
}

/// What was read, one line an input.
fn tell(trace: &Trace, elapsed: std::time::Duration) {
    for (input, source) in trace.inputs().iter().zip(trace.sources()) {
        let times = source.span.map_or("no times".to_owned(), |(a, b)| format!("{} to {}", a.short(), b.short()));
        let (records, bytes) = (source.record_count(), input.original_len());
        remark(&format!(
            "read {}: {bytes} bytes of {}, {records} records, {times}",
            input.name(),
            input.encoding().name()
        ));
    }
    remark(&format!(
        "{} inputs in {:.2} s with {} threads",
        trace.inputs().len(),
        elapsed.as_secs_f64(),
        rayon::current_num_threads()
    ));
}
