//! One integration test binary.
//!
//! * `scenarios`: input and expected report in one file each, `tests/scenarios/*.scenario`, and `tests/stories/*.story` in short hand
//! * `framing`: the same report whatever the chunk size and thread count
//! * `hops`: the hop tables of the samples
//! * `hostile`: damaged and malicious input
//! * `contrasts`: what the calls missed for one cause have in common
//! * `findings`: cases that fire each entry of the catalogue, and cases that must not, `tests/findings`
//! * `samples`: every shipped sample gives what `samples/README.md` promises
//! * `finish`: global options, configuration file, completions, manual pages
//! * `schema`: the JSON report against `tests/report.schema.json`
//! * `show`: ladders, and `siptrail show` as a user runs it
//! * `traffic`: generated logs against their known truth
//! * `forms`: NDJSON, CSV and Markdown, and `--output`
//! * `anonymise`: copies without names
//! * `cli`: the program as a user runs it, exit codes included
//! * `explain`: the offline knowledge, `siptrail findings` and `siptrail explain`

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod anonymise;
mod cli;
mod common;
mod contrasts;
mod explain;
mod findings;
mod finish;
mod forms;
mod framing;
mod hops;
mod hostile;
mod samples;
mod scenarios;
mod schema;
mod show;
mod story;
mod traffic;
