//! One integration test binary.
//!
//! * `scenarios`: input and expected report in one file each, `tests/scenarios/*.scenario`
//! * `framing`: the same report whatever the chunk size and thread count
//! * `hops`: the hop tables of the samples
//! * `hostile`: damaged and malicious input
//! * `pty`: the terminal UI on a real pseudo-terminal
//! * `samples`: every shipped sample gives what `samples/README.md` promises
//! * `schema`: the JSON report against `tests/report.schema.json`
//! * `show`: ladders, and `siptrail show` as a user runs it
//! * `tui`: screens of the terminal UI against `tests/screens`, and what keys do
//! * `traffic`: generated logs against their known truth
//! * `cli`: the program as a user runs it, exit codes included
//! * `explain`: the offline knowledge, `siptrail findings` and `siptrail explain`

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cli;
mod common;
mod explain;
mod findings;
mod framing;
mod hops;
mod hostile;
#[cfg(unix)]
mod pty;
mod samples;
mod scenarios;
mod schema;
mod show;
mod story;
mod traffic;
mod tui;
