//! One integration test binary.
//!
//! * `agree`: numbers that stand in several forms
//! * `accuracy`: generated deployments against their truth
//! * `attack`: exit status, files and growth under attack; `memory`: what memory they take; `bytes`: no raw control
//!   comes out of any command
//! * `case`: a case in `show`, its twin, its file, and the logs to ask for
//! * `clocks`: corrected times and latencies against true clocks
//! * `dates`: day first or month first
//! * `changing`: files that grow, shrink or are replaced while they are read
//! * `scenarios`: input and expected report in one file each, `tests/scenarios/*.scenario`, and `tests/stories/*.story` in
//!   short hand
//! * `framing`: the same report whatever the chunk size and thread count
//! * `job`: a job of many tasks gives the report of one run; what was cut or changed is named; `pieces`: so does little memory
//! * `layers`: no room looks up, no files look at each other in a circle, and every file here is run
//! * `hops`: the hop tables of the samples
//! * `hostile`: damaged and malicious input
//! * `pty`, `followed`: the terminal UI on a real pseudo-terminal, and logs that grow there
//! * `taken`: what is saved out of its lists, registrations, spans by the mouse, widths
//! * `noted`: notes in reports
//! * `shares`: what rows share against the rest
//! * `index`: what is kept of logs changes no answer
//! * `list`: `siptrail list`, `siptrail grep`, `report --where`
//! * `narrowed`: filters, spans of time, columns and lanes of the terminal UI
//! * `notes`: notes on calls and pushes, and their file
//! * `query`: the filter language; `differential` holds it against a naive evaluation over the JSON
//! * `rules`: causes of one's own
//! * `watch`: onset and end of causes in logs that go on
//! * `rates`: rates by hand, and in deployments with holes; `compare`: two nights against each other
//! * `contrasts`: what the calls missed for one cause have in common
//! * `findings`: cases that fire each entry of the catalogue, and cases that must not, `tests/findings`
//! * `properties`: what must hold for any log
//! * `onset`: since when a cause hits
//! * `registrations`: what became of sign-ins and subscriptions
//! * `reprint`: a message printed and read again is the same
//! * `samples`: every shipped sample gives what `samples/README.md` promises
//! * `finish`: global options, configuration file, completions, manual pages
//! * `schema`: the JSON report against `tests/report.schema.json`
//! * `synth`: `siptrail synth`, `check` and `demo` as a user runs them
//! * `torture`: the messages of RFC 4475 and RFC 5118 as records
//! * `show`: ladders, and `siptrail show` as a user runs it
//! * `forms`: NDJSON, CSV and Markdown, and `--output`
//! * `excerpts`: what was cut out of logs, and lies beside them
//! * `anonymise`, `anonymise_command`: copies without names; `planted`: identities of each kind are gone; `fuzzed`: whatever the bytes
//! * `tui`: what keys do in the terminal UI; `keyboard` presses them
//! * `screens`: its screens against `tests/screens`; `pictures`: what README and guide show is what is drawn
//! * `manual`: the commands of README and user guide print what is shown, and what their pages name is there
//! * `cli`: the program as a user runs it, exit codes included
//! * `wrappings`: logs of clients and gateways, copied messages; `captures`: captures of packets; `quoted`: what is
//!   quoted, cut or saved in them
//! * `grown`: logs that are looked at while they grow tell what they tell as a whole
//! * `program`: runs the program for the others
//! * `today`: clients and servers of 2019 and the Subscription Edition, certificates, mail and voice mail
//! * `explain`: the offline knowledge, `siptrail findings` and `siptrail explain`

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod accuracy;
mod agree;
mod anonymise;
mod anonymise_command;
mod attack;
mod beginning;
mod bytes;
mod captures;
mod case;
mod changing;
mod cli;
mod clocks;
mod common;
mod compare;
mod contrasts;
mod dates;
mod differential;
mod excerpts;
mod explain;
mod export;
mod findings;
mod finish;
#[cfg(unix)]
mod followed;
mod forks;
mod forms;
mod framing;
mod fuzzed;
mod grown;
mod hops;
mod hostile;
mod index;
mod job;
mod keyboard;
mod layers;
mod less;
mod lines;
mod list;
mod manual;
mod memory;
mod narrowed;
mod noted;
mod notes;
mod onset;
mod pictures;
mod pieces;
mod planted;
mod program;
mod properties;
#[cfg(unix)]
mod pty;
mod query;
mod quoted;
mod rates;
mod registrations;
mod reprint;
mod rules;
mod samples;
mod scenarios;
mod schema;
mod screens;
mod shares;
mod show;
mod sipp;
mod story;
mod synth;
mod tables;
mod taken;
mod today;
mod told;
mod torture;
mod tui;
mod watch;
mod wrappings;
