//! One integration test binary.
//!
//! * `scenarios`: input and expected report in one file each, `tests/scenarios/*.scenario`
//! * `framing`: the same report whatever the chunk size and thread count
//! * `hops`: the hop tables of the samples
//! * `hostile`: damaged and malicious input
//! * `samples`: every shipped sample gives what `samples/README.md` promises
//! * `schema`: the JSON report against `tests/report.schema.json`
//! * `show`: ladders, and `siptrail show` as a user runs it
//! * `traffic`: generated logs against their known truth
//! * `anonymise`: copies without names tell the same story
//! * `finish`: help, completions, manual pages, configuration, global options
//! * `forms`: NDJSON, CSV, Markdown and HTML, and `--output`
//! * `cli`: the program as a user runs it, exit codes included
//! * `explain`: the offline knowledge, `siptrail findings` and `siptrail explain`

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod anonymise;
mod cli;
mod common;
mod explain;
mod finish;
mod forms;
mod framing;
mod hops;
mod hostile;
mod samples;
mod scenarios;
mod schema;
mod show;
mod traffic;
