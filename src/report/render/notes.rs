//! What the reader must know of the servers, their clocks and their logs, with the place that shows it.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::clocks::Clock;
use crate::analysis::coverage::{HoleKind, Step};
use crate::analysis::{Analysis, ServerId};
use crate::report::model::Note;
use crate::span::FileId;
use crate::text::plural;
use crate::time::{Timestamp, seconds};
use crate::trace::{EventId, Trace};

/// Offsets of one clock that differ by less than this are drift, and told as such.
const SET_MS: i64 = 1_000;

/// A step is seen with the next record of a server, and by what passed until then.
const TOGETHER_MS: i64 = 600_000;
/// So many steps of a server are looked at; a clock that is set more often in that time is none.
const LOOK: usize = 256;
/// So many inputs are named in a note.
const NAMED: usize = 3;

/// All notes, by file and place.
pub(super) fn notes(trace: &Trace, analysis: &Analysis) -> Vec<Note> {
    let at = Places { trace, analysis, set: steps_by_server(trace, analysis) };
    // By how much a clock changed at a record, as learnt from other servers.
    let mut changes: BTreeMap<(ServerId, EventId), i64> = BTreeMap::new();
    let of = |id: ServerId| analysis.clocks.get(id).into_iter().flat_map(Clock::changes).map(move |c| (id, c));
    for (id, (from, before, now)) in (0..).map(ServerId).take(analysis.servers.all().len()).flat_map(of) {
        changes.entry((id, from)).or_insert(now - before);
    }
    let mut out = Vec::new();
    for file in (0..).map(FileId).take(trace.inputs().len()).filter(|f| trace.adds_nothing(*f)) {
        let holders = super::sources::holders(trace, file);
        let more = holders.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let names = holders.get(..NAMED).unwrap_or(&holders).join(", ");
        out.push(at.file(file, &format!("all its records stand in {names}{more}, too: it adds nothing")));
    }
    for file in analysis.servers.doubled() {
        out.push(at.file(*file, "another input names the same server for the same time: taken for two machines"));
    }
    for file in analysis.coverage.filtered() {
        out.push(at.file(
            *file,
            "numbers of lines are missing all over: it was filtered when it was converted, so gaps prove nothing",
        ));
    }
    out.extend(at.open_dates());
    for step in analysis.coverage.steps() {
        let by = changes.get(&(step.server, step.at)).copied().unwrap_or(step.by_ms);
        let whose = if at.all_were_set(step) { "all clocks were" } else { "the clock was" };
        let what = format!("{whose} set by {} here while the numbers went on: corrected", seconds(by));
        out.push(at.record(step.server, step.at, what));
    }
    for hole in analysis.coverage.holes() {
        let what = match hole.kind {
            HoleKind::Restart => "sequence numbers start anew here: another trace session",
            HoleKind::Rewind => "times and numbers go back here: a circular log, or a search appended to another",
            HoleKind::Level => "only diagnostics were logged ahead of this: the trace level left messages out",
            HoleKind::Sequence(_) | HoleKind::Throttled | HoleKind::Silence => continue,
        };
        out.push(at.record(hole.server, hole.before, what.to_owned()));
    }
    let steps: BTreeSet<EventId> = analysis.coverage.steps().iter().map(|s| s.at).collect();
    for id in (0..).map(ServerId).take(analysis.servers.all().len()) {
        let Some(clock) = analysis.clocks.get(id) else { continue };
        if let (Some(measured), Some(file)) =
            (clock.measured_ms, analysis.servers.get(id).and_then(|s| s.files.first()))
        {
            let what = format!(
                "--clock says {} ahead, but the messages that it shares with the others say {}: order and latencies may be wrong",
                seconds(clock.offset_ms),
                seconds(measured)
            );
            let server = analysis.servers.get(id).and_then(|s| s.name.clone());
            out.push(Note { server, ..at.file(*file, &what) });
        }
        for (from, before, now) in clock.changes() {
            if (now - before).abs() >= SET_MS && !steps.contains(&from) {
                let what = format!("its clock goes from {} to {} ahead here: corrected", seconds(before), seconds(now));
                out.push(at.record(id, from, what));
            }
        }
    }
    out.sort_by(|a, b| (&a.file, a.line, &a.what).cmp(&(&b.file, b.line, &b.what)));
    out
}

struct Places<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
    /// For each server when its clock was set, on the clock of the reference, and by how much; by time.
    set: BTreeMap<ServerId, Vec<(Timestamp, i64)>>,
}

fn steps_by_server(trace: &Trace, analysis: &Analysis) -> BTreeMap<ServerId, Vec<(Timestamp, i64)>> {
    let mut out: BTreeMap<ServerId, Vec<(Timestamp, i64)>> = BTreeMap::new();
    for step in analysis.coverage.steps() {
        if let Some(time) = analysis.time(trace, step.at) {
            out.entry(step.server).or_default().push((time, step.by_ms));
        }
    }
    for own in out.values_mut() {
        own.sort_unstable();
    }
    out
}

impl Places<'_> {
    /// Whether every server's clock was set like this: winter time begins, and the clocks differ as before.
    fn all_were_set(&self, step: &Step) -> bool {
        let analysis = self.analysis;
        let all = analysis.servers.all().len();
        // Most logs never show it, so ask the cheap question first.
        if all < 2 || self.set.len() < all {
            return false;
        }
        let Some(when) = analysis.time(self.trace, step.at) else { return false };
        let set = |id: &ServerId| {
            let own = self.set.get(id).map_or(&[][..], Vec::as_slice);
            let from = own.partition_point(|(time, _)| time.since(when) < -TOGETHER_MS);
            let near = own.iter().skip(from).take_while(|(time, _)| time.since(when) <= TOGETHER_MS);
            near.take(LOOK).any(|(_, by_ms)| (by_ms - step.by_ms).abs() <= TOGETHER_MS)
        };
        (0..).map(ServerId).take(all).filter(set).count() == all
    }

    /// Inputs whose dates nothing tells to be day first or month first: one note for all.
    fn open_dates(&self) -> Option<Note> {
        let counts = |file: FileId| !self.trace.adds_nothing(file);
        let open = || (0..).map(FileId).zip(self.trace.sources()).filter(|(file, s)| s.dates_open && counts(*file));
        let (file, source) = open().next()?;
        let (read, _) = source.span?;
        let other = read.with_day_and_month_swapped()?;
        let day = |time: Timestamp| time.iso().get(..10).unwrap_or_default().to_owned();
        let more = match open().count() {
            1 => String::new(),
            n => format!(", as in {} more", plural(n as u64 - 1, "input")),
        };
        let (read, other) = (day(read), day(other));
        Some(self.file(file, &format!("nothing tells day and month apart{more}: read as {read}, it could be {other}")))
    }

    fn file(&self, file: FileId, what: &str) -> Note {
        let name = self.trace.inputs().get(file.index()).map_or(String::new(), |i| i.name().to_owned());
        let server = if let [only] = self.analysis.servers.of_file(file) {
            self.analysis.servers.get(*only).and_then(|s| s.name.clone())
        } else {
            None
        };
        Note { file: name, line: None, byte: None, server, what: what.to_owned() }
    }

    fn record(&self, server: ServerId, id: EventId, what: String) -> Note {
        let place = self.trace.locate(id);
        let server = self.analysis.servers.get(server).and_then(|s| s.name.clone());
        Note { file: place.file, line: Some(place.line), byte: Some(place.byte), server, what }
    }
}
