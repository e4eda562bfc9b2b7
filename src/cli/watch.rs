//! `siptrail watch`

mod exec;
mod kept;

use std::io::{self, Write};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use clap::{Args, ValueEnum};
use siptrail::follow::Follower;
use siptrail::input::{self, Seen, is_log_name};
use siptrail::query::{Query, Row};
use siptrail::rates::{Facts, Place};
use siptrail::report::json;
use siptrail::trace::LoadOptions;
use siptrail::watch::{self, Event, Match, Settings, State};
use siptrail::{Analysis, Trace};

use super::clock::GivenClocks;
use super::global::limits;
use super::load::tell_damage;
use super::output::{self, Output};
use super::{Status, failed, note, say};

/// Reading big logs again leaves the machine so many times as long for other things.
const REST: u32 = 4;

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
    /// no shell, no arguments, no batch file
    #[arg(long, value_name = "PROGRAM")]
    exec: Option<PathBuf>,
    /// Keep in this file what was told, so that a restart does not tell it again
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,
    /// Look once, tell what is new since the state, and end; exit status 1 when something was told, 2 when there is no log
    /// or one could not be read
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

/// What was read and found at the last look: of logs that grew only what was appended is new.
#[derive(Default)]
struct Before {
    trace: Option<Trace>,
    follower: Follower,
}

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "watching is about the clock")]
    pub(crate) fn run(self) -> io::Result<Status> {
        if let Err(line) = self.check() {
            return Ok(failed(&line));
        }
        let mut state = match self.state.as_deref().map(kept::read_state).transpose() {
            Ok(state) => state.flatten().unwrap_or_default(),
            Err(line) => return Ok(failed(&line)),
        };
        if self.once {
            return self.run_once(&state);
        }
        let (mut seen, mut changed) = (Vec::new(), Instant::now());
        let (mut still, mut first) = (false, true);
        let mut before = Before::default();
        loop {
            let started = Instant::now();
            let now = self.recent(&input::look(&self.inputs));
            let (mut events, mut look) = (Vec::new(), None);
            if now != seen || first {
                if still {
                    events.push(all_silent(false, self.silent));
                }
                (changed, still) = (started, false);
                seen = now;
                match self.look(&seen, &state, &mut before) {
                    Ok(found) => look = found,
                    Err(line) if first => return Ok(failed(&line)),
                    Err(line) => say(&format!("siptrail: {line}")),
                }
                if cfg!(windows) {
                    // Nobody could rotate a log that is mapped.
                    before = Before::default();
                }
            } else if !still && changed.elapsed() > Duration::from_secs(u64::from(self.silent) * 60) {
                still = true;
                events.push(all_silent(true, self.silent));
            }
            events.extend(look.iter_mut().flat_map(|l| std::mem::take(&mut l.events)));
            if !self.tell(&events)? {
                return Ok(Status::Fine);
            }
            if let Some(look) = look {
                if let Err(line) = self.keep(&look) {
                    say(&format!("siptrail: {line}"));
                }
                state = look.state;
            }
            first = false;
            thread::sleep(Duration::from_secs(u64::from(self.every)).max(started.elapsed() * REST));
        }
    }

    /// What can be known to go wrong before anything is read.
    fn check(&self) -> Result<(), String> {
        if let Some(missing) = self.inputs.iter().find(|i| !i.exists()) {
            return Err(format!("there is no {}: expected a folder of logs; name one", missing.display()));
        }
        for path in [&self.metrics, &self.state].into_iter().flatten() {
            Output::check(path, &self.inputs)?;
        }
        let same =
            |a: &PathBuf, b: &PathBuf| a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b));
        if self.metrics.as_ref().zip(self.state.as_ref()).is_some_and(|(a, b)| same(a, b)) {
            return Err("--metrics and --state name the same file; choose another for one of them".to_owned());
        }
        self.exec.as_deref().map_or(Ok(()), exec::check)
    }

    /// One look, for a scheduler: the exit status says whether something was told.
    fn run_once(&self, state: &State) -> io::Result<Status> {
        let seen = self.recent(&input::look(&self.inputs));
        if seen.is_empty() {
            let hours = self.window;
            return Ok(failed(&format!("no log there was written to within {hours} hours; --window reads older ones")));
        }
        let look = match self.look(&seen, state, &mut Before::default()) {
            Ok(Some(look)) => look,
            Ok(None) => return Ok(failed("no log there could be read, or none holds a record")),
            Err(line) => return Ok(failed(&line)),
        };
        let told = self.tell(&look.events)?;
        let mut status = if look.events.is_empty() { Status::Fine } else { Status::Found };
        // What nobody could read is told again.
        if told && let Err(line) = self.keep(&look) {
            status = failed(&line);
        }
        Ok(if look.unread { Status::Failed } else { status })
    }

    /// Logs that were written to not long ago; a named file is one.
    #[expect(clippy::disallowed_methods, reason = "watching is about the clock")]
    fn recent(&self, all: &[Seen]) -> Vec<Seen> {
        let since = SystemTime::now().checked_sub(Duration::from_secs(u64::from(self.window) * 3600));
        let is_recent = |s: &&Seen| s.modified.zip(since).is_none_or(|(m, since)| m >= since);
        let is_log = |s: &&Seen| is_log_name(&s.path) || self.inputs.contains(&s.path);
        all.iter().filter(is_recent).filter(is_log).cloned().collect()
    }

    /// Reads what is there, and what is new of it since a state; `None` where there is no record. `before` is what was read last
    /// time: of logs that grew only what was appended is read.
    fn look(&self, files: &[Seen], state: &State, before: &mut Before) -> Result<Option<Look>, String> {
        let paths: Vec<PathBuf> = files.iter().map(|s| s.path.clone()).collect();
        if paths.is_empty() {
            return Ok(None);
        }
        let opened = input::open_within(&paths, limits());
        // A log that is gone between two looks is no error.
        opened.errors.iter().for_each(|e| note(&format!("siptrail: {e}")));
        let unread = !opened.errors.is_empty();
        let trace = Trace::load_on(before.trace.take(), opened.inputs, &LoadOptions::default());
        let trace = &*before.trace.insert(trace);
        if trace.events().is_empty() {
            return Ok(None);
        }
        tell_damage(trace);
        let analysis = self.clocks.follow(trace, &mut before.follower)?;
        let facts = Facts::of(trace, &analysis);
        let mut settings = Settings::default();
        settings.calm_ms = i64::from(self.calm) * 60_000;
        settings.silent_ms = i64::from(self.silent) * 60_000;
        let matches = self.on.as_ref().map_or(Vec::new(), |query| matches(query, trace, &analysis));
        let mut state = state.clone();
        let events = watch::step(&facts, &matches, settings, &mut state);
        let mut metrics = Vec::new();
        if self.metrics.is_some() {
            watch::write_metrics(&facts, &state, &mut metrics).map_err(|e| e.to_string())?;
        }
        Ok(Some(Look { events, state, metrics, unread }))
    }

    /// Keeps the numbers, and last what was told: whatever goes wrong before, it is told again and not never.
    fn keep(&self, look: &Look) -> Result<(), String> {
        if let Some(path) = &self.metrics {
            kept::replace(path, &self.inputs, &look.metrics)?;
        }
        if let Some(path) = &self.state {
            let mut text = Vec::new();
            json::pretty(&look.state, &mut text).map_err(|e| e.to_string())?;
            kept::replace(path, &self.inputs, &text)?;
        }
        Ok(())
    }

    /// Tells it on standard output, then to the program; `false` where nobody can be told.
    fn tell(&self, events: &[Event]) -> io::Result<bool> {
        let is_open = match self.print(events) {
            Ok(()) => true,
            Err(error) if output::is_closed(&error) => false,
            Err(error) => return Err(error),
        };
        for event in self.exec.iter().flat_map(|program| events.iter().map(move |e| (program, e))) {
            exec::run(event.0, event.1);
        }
        Ok(is_open || self.exec.is_some())
    }

    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    fn print(&self, events: &[Event]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for event in events {
            match self.format {
                Format::Lines => event.write_line(&mut out)?,
                Format::Ndjson => event.write_json(&mut out)?,
            }
        }
        out.flush()
    }
}

/// What one look found.
struct Look {
    events: Vec<Event>,
    state: State,
    /// The numbers, where they are kept.
    metrics: Vec<u8>,
    /// A log could not be read.
    unread: bool,
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
