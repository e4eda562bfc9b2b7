//! One integration test binary.
//!
//! * `scenarios`: input and expected report in one file each, `tests/scenarios/*.scenario`, and `tests/stories/*.story` in short hand
//! * `framing`: the same report whatever the chunk size and thread count
//! * `hops`: the hop tables of the samples
//! * `hostile`: damaged and malicious input
//! * `list`: `siptrail list`, `siptrail grep`, `report --where`
//! * `query`: the filter language
//! * `contrasts`: what the calls missed for one cause have in common
//! * `findings`: cases that fire each entry of the catalogue, and cases that must not, `tests/findings`
//! * `samples`: every shipped sample gives what `samples/README.md` promises
//! * `schema`: the JSON report against `tests/report.schema.json`
//! * `show`: ladders, and `siptrail show` as a user runs it
//! * `traffic`: generated logs against their known truth
//! * `cli`: the program as a user runs it, exit codes included
//! * `explain`: the offline knowledge, `siptrail findings` and `siptrail explain`

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod cli;
mod common;
mod contrasts;
mod explain;
mod export;
mod findings;
mod framing;
mod hops;
mod hostile;
mod list;
mod query;
mod samples;
mod scenarios;
mod schema;
mod show;
mod story;
mod traffic;
