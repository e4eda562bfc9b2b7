//! What the reader must know of the servers, their clocks and their logs, with the place that shows it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::analysis::clocks::Clock;
use crate::analysis::coverage::HoleKind;
use crate::analysis::{Analysis, ServerId};
use crate::report::model::Note;
use crate::span::FileId;
use crate::text::plural;
use crate::time::{Timestamp, seconds};
use crate::trace::{EventId, Trace};

/// Offsets of one clock that differ by less than this are drift, and told as such.
const SET_MS: i64 = 1_000;

/// By what summer time sets clocks.
const HOUR_MS: i64 = 3_600_000;
/// A step is seen with the next record of a server, and less by what passed until then.
const TOGETHER_MS: i64 = 600_000;
/// So many inputs are named in a note.
const NAMED: usize = 3;

/// All notes, by file and place.
pub(super) fn notes(trace: &Trace, analysis: &Analysis) -> Vec<Note> {
    let at = Places { trace, analysis };
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
    let of_all = set_together(trace, analysis);
    for step in analysis.coverage.steps() {
        let by = changes.get(&(step.server, step.at)).copied().unwrap_or(step.by_ms);
        let whose = if of_all.contains(&step.at) { "all clocks were" } else { "the clock was" };
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
}

/// Where the clock of every server was set by an hour, all the same way and at about the same time: summer time begins or
/// ends, and the clocks differ as before. That several are set by seconds is chance, or each was corrected by itself.
fn set_together(trace: &Trace, analysis: &Analysis) -> BTreeSet<EventId> {
    let mut out = BTreeSet::new();
    let all = analysis.servers.all().len();
    if all < 2 {
        return out;
    }
    for sign in [-1, 1] {
        let hours = analysis.coverage.steps().iter().filter(|s| (s.by_ms * sign - HOUR_MS).abs() <= TOGETHER_MS);
        let mut set: Vec<(Timestamp, ServerId, EventId)> =
            hours.filter_map(|s| Some((analysis.time(trace, s.at)?, s.server, s.at))).collect();
        set.sort_unstable();
        // The steps not more than that time apart, and how many each server has of them.
        let mut near: VecDeque<(Timestamp, ServerId, EventId)> = VecDeque::new();
        let mut servers: BTreeMap<ServerId, usize> = BTreeMap::new();
        // How many of `near`, from the first on, are known to be in `out`.
        let mut told = 0;
        for step in set {
            while let Some((_, server, _)) = near.front().filter(|(first, ..)| step.0.since(*first) > TOGETHER_MS) {
                if let Some(n) = servers.get_mut(server) {
                    *n -= 1;
                    if *n == 0 {
                        servers.remove(server);
                    }
                }
                near.pop_front();
                told = usize::saturating_sub(told, 1);
            }
            near.push_back(step);
            *servers.entry(step.1).or_default() += 1;
            if servers.len() == all {
                out.extend(near.iter().skip(told).map(|(.., at)| *at));
                told = near.len();
            }
        }
    }
    out
}

impl Places<'_> {
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
