//! The loader's thread: reads the logs, and again when something was appended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::thread;
use std::time::{Duration, Instant};

use super::action::Action;
use super::beginning;
use super::data::Data;
use super::event::Event;
use super::state::{Load, Notice};
use crate::analysis::{Depth, Options};
use crate::follow::Follower;
use crate::index::{self, Index};
use crate::input::{self, Input, Limits, Seen, is_log_name, look};
use crate::trace::{LoadOptions, Progress, Trace};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_millis(400);
/// Reading a big log again must leave the machine some time for other things.
const REST: u32 = 4;

/// Loads, then follows while that is wanted; tells how far it has come.
pub(super) fn load(
    (inputs, limits): (&[PathBuf], Limits),
    (options, index): (&Options, Option<&Index>),
    follow: &AtomicBool,
    sender: &Sender<Event>,
) {
    let mut seen = look(inputs);
    let (mut kept, mut follower) = (Vec::new(), Follower::default());
    let own = || follow.load(Ordering::Relaxed);
    let mut data = loop {
        match read((inputs, limits), (&kept, None, &mut follower), (options, index), sender, (false, own())) {
            Read::Data(data) => break data,
            Read::Gone => return,
            // A log that is written from tomorrow on.
            Read::Nothing => {
                while look(inputs) == seen {
                    if sender.send(Event::Action(Action::Loading(Load::Waiting))).is_err() {
                        return;
                    }
                    thread::sleep(PAUSE);
                }
                seen = look(inputs);
            }
        }
    };
    let mut rest = PAUSE;
    loop {
        thread::sleep(rest);
        rest = PAUSE;
        let now = look(inputs);
        if !own() || now == seen {
            continue;
        }
        keep_lost(inputs, (&seen, &now), &data, &mut kept);
        seen = now;
        let started = started();
        match read((inputs, limits), (&kept, Some(&data), &mut follower), (options, None), sender, (true, true)) {
            Read::Data(new) => data = new,
            Read::Nothing => {}
            Read::Gone => return,
        }
        rest = PAUSE.max(started.elapsed() * REST);
    }
}

#[expect(clippy::disallowed_methods, reason = "following is about the clock")]
fn started() -> Instant {
    Instant::now()
}

/// Bigger logs stay mapped.
const OWN: usize = 256 << 20;

/// The same log from memory. A mapped one loses what is cut off while it is shown, and on Windows its server could not
/// cut it at all.
fn own(input: Input) -> Input {
    let same = input.original_len() == input.bytes().len() as u64;
    if !same || input.bytes().len() > OWN || input.name() == "-" {
        return input;
    }
    input.of_memory(input.bytes())
}

/// A log as it was before it was rotated or cut.
struct Kept {
    name: String,
    bytes: Vec<u8>,
}

/// What came of reading.
enum Read {
    /// All that is there.
    Data(Arc<Data>),
    /// There is nothing yet of the logs that are followed.
    Nothing,
    /// There is nothing, which was told, or nobody listens any more.
    Gone,
}

/// Opens, reads and analyses, `again` with less noise, with copies in memory when the logs are followed.
fn read(
    (inputs, limits): (&[PathBuf], Limits),
    (kept, before, follower): (&[Kept], Option<&Data>, &mut Follower),
    (options, index): (&Options, Option<&Index>),
    sender: &Sender<Event>,
    (again, follow): (bool, bool),
) -> Read {
    let tell = |action| sender.send(Event::Action(action)).is_ok();
    let mut opened = input::open_within(inputs, limits);
    let mut failed: Vec<String> = opened.errors.iter().map(ToString::to_string).collect();
    let missing = failed.first().cloned();
    if follow {
        opened.inputs = opened.inputs.into_iter().map(own).collect();
    }
    let old = kept.iter().map(|k| Input::of_bytes(k.name.clone(), k.bytes.clone(), limits.format));
    opened.inputs.splice(0..0, old);
    let progress = |p: Progress| {
        // While the logs are followed, the views stay as they are until there is something new.
        if !again {
            tell(Action::Loading(Load::Reading(p.done, p.total)));
        }
    };
    let load = LoadOptions { progress: &progress, ..LoadOptions::default() };
    // Copies in memory are no files, and change all the time.
    let index = index.filter(|_| !follow).map(|index| index.clone().with_analysis(Depth::Causes));
    let found = match &index {
        Some(index) => index.find(opened.inputs, &load),
        None => Err(opened.inputs),
    };
    let (trace, indexed) = found.unwrap_or_else(|inputs| {
        let first = if again { Vec::new() } else { beginning::of(&inputs) };
        if !first.is_empty() {
            let trace = Trace::load(first, &LoadOptions::default());
            tell(Action::Beginning(Arc::new(Data::new(trace, options))));
        }
        match &index {
            Some(index) => index.read(inputs, &load),
            // What the logs held before is not read again.
            None => (Trace::load_after(before.map(|data| &data.trace), inputs, &load), index::Kept::nothing()),
        }
    });
    for (input, _) in trace.inputs().iter().zip(trace.sources()).filter(|(_, s)| s.record_count() == 0) {
        failed.push(input::nothing_in(input));
    }
    if trace.events().is_empty() && !again {
        if follow {
            let why = failed.into_iter().next().unwrap_or_else(|| "no log is there yet".to_owned());
            tell(Action::Tell(Notice { text: format!("{why}; waiting for it"), bad: false }));
            return if tell(Action::Loading(Load::Waiting)) { Read::Nothing } else { Read::Gone };
        }
        let _ = sender.send(Event::Failed(failed));
        return Read::Gone;
    }
    if !again {
        tell(Action::Loading(Load::Analysing));
    }
    let data = Arc::new(if follow {
        // What was found last time is gone on from.
        let analysis = follower.analyse(&trace, options);
        Data::of(trace, analysis)
    } else {
        Data::kept(trace, options, &indexed)
    });
    if let Some((name, _)) = options.clocks.iter().find(|(name, _)| data.analysis.servers.find(name).is_none()) {
        let all: Vec<&str> = data.analysis.servers.all().iter().filter_map(|s| s.name.as_deref()).collect();
        let servers = all.join(", ");
        let why = format!("--clock: expected the name of one server of these logs, found {name:?}; there is {servers}");
        let _ = sender.send(Event::Failed(vec![why]));
        return Read::Gone;
    }
    if !tell(Action::Loaded(Arc::clone(&data))) {
        return Read::Gone;
    }
    if let Some(text) = missing.filter(|_| again) {
        tell(Action::Tell(Notice { text, bad: true }));
    }
    if let ([first, rest @ ..], false) = (&failed[..], again) {
        let more = if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
        tell(Action::Tell(Notice { text: format!("{first}{more}"), bad: true }));
    }
    Read::Data(data)
}

/// Keeps what a file held that was rotated, cut or deleted, when nothing that is read has it any more.
fn keep_lost(inputs: &[PathBuf], (before, now): (&[Seen], &[Seen]), data: &Data, kept: &mut Vec<Kept>) {
    let was_there = |path: &Path| before.iter().any(|f| f.path == path);
    let is_read = |path: &Path| is_log_name(path) || inputs.iter().any(|i| i == path);
    for input in data.trace.inputs() {
        let Some(old) = before.iter().find(|f| f.path == Path::new(input.name())) else { continue };
        // Under its own name, or in a folder under a new one.
        let is_it = |f: &Seen| match old.identity {
            Some(_) => f.identity == old.identity,
            None => f.path == old.path || (f.len == old.len && !was_there(&f.path)),
        };
        if !now.iter().any(|f| is_it(f) && f.len >= old.len && is_read(&f.path)) {
            let intact = usize::try_from(input.intact_len()).unwrap_or(usize::MAX).min(input.bytes().len());
            let name = format!("{} (before, {})", input.name(), kept.len() + 1);
            // One that is mapped is still whole when it was replaced, and has lost its end when it was cut.
            kept.push(Kept { name, bytes: input.bytes().get(..intact).unwrap_or_default().to_vec() });
        }
    }
}
