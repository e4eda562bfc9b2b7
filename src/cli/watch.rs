//! `siptrail watch`

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, ValueEnum};
use siptrail::index::Kept;
use siptrail::input::{self, Seen, is_log_name};
use siptrail::query::{Query, Row};
use siptrail::rates::{Facts, Place};
use siptrail::report::json;
use siptrail::trace::LoadOptions;
use siptrail::watch::{self, Event, Match, Settings, State};
use siptrail::{Analysis, Depth, Trace};

use super::clock::GivenClocks;
use super::global::limits;
use super::output::{self, Output};
use super::{Status, failed, note, say};

/// Reading big logs again leaves the machine so many times as long for other things.
const REST: u32 = 4;
/// A program of --exec that takes longer is ended.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watch a folder of logs: tell when a cause begins and when it ends, and when a log falls silent
///
/// Logs may come, grow, be rotated and go. A cause is told when it begins and when it ended, not for each call; and
/// once a day whether the day was better or worse than the one before. Runs until it is interrupted; every file that
/// it writes is written whole or not at all.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail watch C:\\Traces                                     lines on the terminal
  siptrail watch --state w.json --format ndjson traces         for a service; a restart tells nothing twice
  siptrail watch --metrics /var/lib/node_exporter/siptrail.prom traces
  siptrail watch --on \"missed user:boss\" --exec /usr/local/bin/page-me traces
  siptrail watch --once --state w.json traces                  from a scheduler instead of running on")]
pub(crate) struct Watch {
    /// Folders that are searched for logs, and files
    #[arg(required = true, value_name = "FOLDER")]
    inputs: Vec<PathBuf>,
    /// Look for changes so often, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=3600))]
    every: u32,
    /// Read only logs that were written to within so many hours
    #[arg(long, value_name = "HOURS", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=8784))]
    window: u32,
    /// A cause without a case for so many minutes has ended
    #[arg(long, value_name = "MINUTES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=10080))]
    calm: u32,
    /// A server whose log is so many minutes behind the others is silent
    #[arg(long, value_name = "MINUTES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10080))]
    silent: u32,
    /// Also tell each call that a query selects; siptrail list --help has its fields
    #[arg(long, value_name = "QUERY", value_parser = Query::parse)]
    on: Option<Query>,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = Format::Lines)]
    format: Format,
    /// Keep numbers for a monitoring system in this file (OpenMetrics)
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// Run this program for each thing told, with its fields as `SIPTRAIL_TYPE`, `SIPTRAIL_TEXT`, ... in the environment;
    /// no shell, no arguments
    #[arg(long, value_name = "PROGRAM")]
    exec: Option<PathBuf>,
    /// Keep in this file what was told, so that a restart does not tell it again
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Look once, tell what is new since the state, and end; exit status 1 when something was told
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    clocks: GivenClocks,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line for people
    Lines,
    /// One JSON object a line
    Ndjson,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "watching is about the clock")]
    pub(crate) fn run(self) -> io::Result<Status> {
        if let Some(missing) = self.inputs.iter().find(|i| !i.exists()) {
            return Ok(failed(&format!("there is no {}: expected a folder of logs; name one", missing.display())));
        }
        let mut state = match self.state.as_deref().map(read_state).transpose() {
            Ok(state) => state.flatten().unwrap_or_default(),
            Err(line) => return Ok(failed(&line)),
        };
        let (mut seen, mut changed) = (Vec::new(), Instant::now());
        let (mut still, mut first) = (false, true);
        loop {
            let started = Instant::now();
            let now = self.recent(&input::look(&self.inputs));
            let mut events = Vec::new();
            if now != seen || first {
                if still {
                    events.push(all_silent(false, self.silent));
                }
                (changed, still) = (started, false);
                seen = now;
                match self.look(&seen, &mut state) {
                    Ok(found) => events.extend(found),
                    Err(line) if first => return Ok(failed(&line)),
                    Err(line) => say(&format!("siptrail: {line}")),
                }
            } else if !still && changed.elapsed() > Duration::from_secs(u64::from(self.silent) * 60) {
                still = true;
                events.push(all_silent(true, self.silent));
            }
            self.tell(&events)?;
            if self.once {
                return Ok(if events.is_empty() { Status::Fine } else { Status::Found });
            }
            first = false;
            thread::sleep(Duration::from_secs(u64::from(self.every)).max(started.elapsed() * REST));
        }
    }

    /// Logs that were written to not long ago; a named file is one.
    #[expect(clippy::disallowed_methods, reason = "watching is about the clock")]
    fn recent(&self, all: &[Seen]) -> Vec<Seen> {
        let since = SystemTime::now().checked_sub(Duration::from_secs(u64::from(self.window) * 3600));
        let is_recent = |s: &&Seen| s.modified.zip(since).is_none_or(|(m, since)| m >= since);
        let is_log = |s: &&Seen| is_log_name(&s.path) || self.inputs.contains(&s.path);
        all.iter().filter(is_recent).filter(is_log).cloned().collect()
    }

    /// Reads what is there, and what is new of it; the state, and the numbers, are kept before anything is told.
    fn look(&self, files: &[Seen], state: &mut State) -> Result<Vec<Event>, String> {
        let paths: Vec<PathBuf> = files.iter().map(|s| s.path.clone()).collect();
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let opened = input::open_within(&paths, limits());
        // A log that is gone between two looks is no error.
        opened.errors.iter().for_each(|e| note(&format!("siptrail: {e}")));
        let trace = Trace::load(opened.inputs, &LoadOptions::default());
        let analysis = self.clocks.analyse(&trace, &Kept::nothing(), Depth::Causes)?;
        let facts = Facts::of(&trace, &analysis);
        let mut settings = Settings::default();
        settings.calm_ms = i64::from(self.calm) * 60_000;
        settings.silent_ms = i64::from(self.silent) * 60_000;
        let matches = self.on.as_ref().map_or(Vec::new(), |query| matches(query, &trace, &analysis));
        let mut next = state.clone();
        let events = watch::step(&facts, &matches, settings, &mut next);
        if let Some(path) = &self.state {
            replace(path, |out| json::pretty(&next, out))?;
        }
        if let Some(path) = &self.metrics {
            replace(path, |out| watch::write_metrics(&facts, &next, out))?;
        }
        *state = next;
        Ok(events)
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    fn tell(&self, events: &[Event]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for event in events {
            match self.format {
                Format::Lines => event.write_line(&mut out)?,
                Format::Ndjson => event.write_json(&mut out)?,
            }
        }
        out.flush()?;
        drop(out);
        for event in self.exec.iter().flat_map(|program| events.iter().map(move |e| (program, e))) {
            execute(event.0, event.1);
        }
        Ok(())
    }
}

/// Nothing was written to any log for long: that is told on the clock of this machine.
fn all_silent(silent: bool, minutes: u32) -> Event {
    let mut event = Event::default();
    event.kind = if silent { "silent" } else { "speaks" };
    event.text = if silent {
        format!("no log was written to for {minutes} minutes")
    } else {
        "logs are written to again".to_owned()
    };
    event
}

/// The calls that a query selects.
fn matches(query: &Query, trace: &Trace, analysis: &Analysis) -> Vec<Match> {
    let bound = query.bind(trace, analysis);
    let own = analysis.calls.iter().enumerate().filter(|(i, _)| bound.matches(Row::Call(*i)));
    own.map(|(_, call)| Match {
        call_id: call.call_id.clone(),
        time: call.started,
        user: call.to.clone(),
        text: format!(
            "{} to {}: {}{}",
            call.from,
            call.to,
            call.outcome,
            call.verdict.map_or(String::new(), |v| format!(", {v}"))
        ),
        place: call.evidence.first().map(|id| trace.locate(*id)).map(|at| Place { file: at.file, line: at.line }),
    })
    .collect()
}

/// What was kept; `None` where there is no file yet.
#[expect(clippy::disallowed_methods, reason = "the state is no log: `input` does not read it")]
fn read_state(path: &Path) -> Result<Option<State>, String> {
    let name = path.display();
    let hint = "expected a state that siptrail watch wrote; name another file";
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(format!("cannot read {name}: {e}; {hint}")),
    };
    let state: State = serde_json::from_slice(&text).map_err(|e| format!("{name}: {e}; {hint}"))?;
    if state.schema == watch::SCHEMA {
        Ok(Some(state))
    } else {
        Err(format!("{name}: found schema {:?}; {hint}", state.schema))
    }
}

/// Writes a file, whole or not at all.
fn replace(path: &Path, work: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let output = Output::open(Some(path), &[])?;
    let done = output.write(false, work);
    output::unfinished(None);
    done.map_err(|e| format!("cannot write {}: {e}", path.display()))
}

/// Runs a program, with the fields of an event in its environment. What comes of it is told, not obeyed.
#[expect(clippy::disallowed_methods, reason = "a program that does not end is about the clock")]
fn execute(program: &Path, event: &Event) {
    let fields = event.fields().map(|(name, value)| (format!("SIPTRAIL_{name}"), value));
    let child = Command::new(program).envs(fields).stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let name = program.display();
    let mut child = match child {
        Ok(child) => child,
        Err(error) => return say(&format!("siptrail: --exec: cannot run {name}: {error}")),
    };
    let started = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) if status.success() => return,
            Ok(Some(status)) => return say(&format!("siptrail: --exec: {name} ended with {status}")),
            Ok(None) if started.elapsed() < PATIENCE => thread::sleep(Duration::from_millis(50)),
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                return say(&format!("siptrail: --exec: {name} was ended: it took longer than 60 s"));
            }
        }
    }
}
