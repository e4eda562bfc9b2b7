//! The state of the Timeline: a ladder, and the rows it has on the screen.

use std::collections::BTreeSet;

use super::data::Data;
use super::list::List;
use crate::ladder::{self, Ladder, Step, StepKind, Subject, Tone, text};
use crate::time::{Timestamp, bare_seconds};
use crate::trace::EventId;

/// Which time stands beside a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeMode {
    /// Time of day.
    #[default]
    Clock,
    /// Since the step before.
    Delta,
    /// Since the first step.
    Start,
    /// Since the marked step.
    Mark,
}

impl TimeMode {
    /// The mode behind this one.
    pub(super) fn next(self) -> TimeMode {
        match self {
            TimeMode::Clock => TimeMode::Delta,
            TimeMode::Delta => TimeMode::Start,
            TimeMode::Start => TimeMode::Mark,
            TimeMode::Mark => TimeMode::Clock,
        }
    }

    /// A word for the title of the column.
    pub(super) fn name(self) -> &'static str {
        match self {
            TimeMode::Clock => "time",
            TimeMode::Delta => "delta",
            TimeMode::Start => "since start",
            TimeMode::Mark => "since mark",
        }
    }
}

/// What a row shows of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The arrow or the note.
    Whole,
    /// One record of it, by number.
    Copy(usize),
    /// One header of the ms-diagnostics family, by number.
    Diagnostic(usize),
}

/// The state of the Timeline.
#[derive(Debug, Default)]
pub struct Timeline {
    /// What it is about.
    pub subject: Option<Subject>,
    /// The ladder of it.
    pub ladder: Ladder,
    /// Steps and parts of them, from top to bottom.
    pub rows: Vec<(usize, Part)>,
    /// Which row is selected; its rows are numbers in `rows`.
    pub list: List,
    /// Which time stands beside a row.
    pub time: TimeMode,
    /// Steps of which every record is shown.
    expanded: BTreeSet<usize>,
    /// How many stories stand in it, where the user put several together.
    pub(super) stories: usize,
    /// Lanes that are hidden, with the arrows that begin or end there.
    pub(super) hidden: BTreeSet<usize>,
    /// The first lane that is shown, where the user chose it; else those of the selected step are.
    pub(super) first: Option<usize>,
}

impl Timeline {
    /// The ladder of another story.
    pub(super) fn open(&mut self, data: &Data, subject: Subject) {
        if self.subject.as_ref() != Some(&subject) {
            let ladder = ladder::build(&data.trace, &data.analysis, &subject);
            *self = Timeline { subject: Some(subject), ladder, time: self.time, ..Timeline::default() };
            self.fill();
        }
    }

    /// No story.
    pub(super) fn clear(&mut self) {
        *self = Timeline { time: self.time, ..Timeline::default() };
    }

    fn fill(&mut self) {
        self.rows.clear();
        for (i, step) in self.ladder.steps.iter().enumerate() {
            if self.is_hidden(step) {
                continue;
            }
            self.rows.push((i, Part::Whole));
            if let StepKind::Arrow(arrow) = &step.kind
                && matches!(arrow.tone(), Tone::Failure | Tone::Neutral)
            {
                self.rows.extend((0..arrow.diagnostics.len()).map(|d| (i, Part::Diagnostic(d))));
            }
            if self.expanded.contains(&i) {
                self.rows.extend((0..step.kind.records().len()).map(|r| (i, Part::Copy(r))));
            }
        }
        self.list.rows = (0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)).collect();
    }

    fn is_hidden(&self, step: &Step) -> bool {
        match &step.kind {
            StepKind::Arrow(arrow) => self.hidden.contains(&arrow.from) || self.hidden.contains(&arrow.to),
            StepKind::Note(note) => self.hidden.contains(&note.lane),
        }
    }

    /// Numbers of the lanes that are not hidden, from left to right.
    pub(super) fn lanes(&self) -> Vec<usize> {
        (0..self.ladder.lanes.len()).filter(|lane| !self.hidden.contains(lane)).collect()
    }

    /// Shows or hides a lane; one stays.
    pub(super) fn hide(&mut self, lane: usize, height: usize) {
        if !self.hidden.remove(&lane) && self.lanes().len() > 1 {
            self.hidden.insert(lane);
        }
        let step = self.current().map(|(step, _)| step);
        self.fill();
        let row = self.rows.iter().position(|(own, _)| Some(*own) >= step).unwrap_or(self.rows.len());
        self.list.select(row, height);
    }

    /// Shows or hides every record of the selected step.
    pub(super) fn expand(&mut self, height: usize) {
        let Some((step, _)) = self.current() else { return };
        if !self.expanded.remove(&step) {
            self.expanded.insert(step);
        }
        self.fill();
        let row = self.rows.iter().position(|r| *r == (step, Part::Whole)).unwrap_or(0);
        self.list.select(row, height);
    }

    /// The selected row.
    pub fn current(&self) -> Option<(usize, Part)> {
        self.rows.get(self.list.selected).copied()
    }

    /// A step.
    pub(super) fn step(&self, row: usize) -> Option<(&Step, Part)> {
        let (step, part) = self.rows.get(row)?;
        Some((self.ladder.steps.get(*step)?, *part))
    }

    /// The records behind the selected row.
    pub(super) fn records(&self) -> &[EventId] {
        let Some((step, part)) = self.step(self.list.selected) else { return &[] };
        let all = step.kind.records();
        match part {
            Part::Copy(i) => all.get(i..=i).unwrap_or_default(),
            _ => all,
        }
    }

    /// Time of a row.
    pub(super) fn time_of(&self, row: usize) -> Option<Timestamp> {
        self.step(row)?.0.time
    }

    /// How long after the step before, for the column beside the time of day.
    pub(super) fn delta_text(step: &Step) -> String {
        step.delta_ms.map(bare_seconds).unwrap_or_default()
    }

    /// The time column of a row.
    pub(super) fn time_text(&self, step: &Step, mark: Option<Timestamp>) -> String {
        let since = |from: Option<Timestamp>| Some(bare_seconds(step.time?.since(from?)));
        let text = match self.time {
            TimeMode::Clock => step.time.map(Timestamp::clock),
            TimeMode::Delta => step.delta_ms.map(bare_seconds),
            TimeMode::Start => step.since_start_ms.map(bare_seconds),
            TimeMode::Mark => since(mark),
        };
        text.unwrap_or_default()
    }

    /// Whether a row tells that something went wrong.
    pub(super) fn is_failure(&self, row: usize) -> bool {
        self.step(row).is_some_and(|(step, part)| match &step.kind {
            StepKind::Arrow(arrow) => part == Part::Whole && arrow.tone() == Tone::Failure,
            StepKind::Note(_) => part == Part::Whole,
        })
    }

    /// Whether a row belongs to a push.
    pub(super) fn is_push(&self, row: usize) -> bool {
        self.step(row).is_some_and(|(step, part)| {
            part == Part::Whole && matches!(&step.kind, StepKind::Arrow(arrow) if arrow.push.is_some())
        })
    }

    /// What a row says, in one line; as logged, not made safe.
    pub(super) fn text(&self, data: &Data, row: usize) -> String {
        let Some((step, part)) = self.step(row) else { return String::new() };
        match (&step.kind, part) {
            (StepKind::Arrow(arrow), Part::Diagnostic(i)) => arrow.diagnostics.get(i).cloned().unwrap_or_default(),
            (kind, Part::Copy(i)) => kind.records().get(i).map_or(String::new(), |id| copy(data, *id)),
            (StepKind::Arrow(arrow), _) => text::caption(arrow),
            (StepKind::Note(note), _) => format!("{}: {}", self.ladder.label(note.lane), note.text),
        }
    }
}

/// One record of a step.
fn copy(data: &Data, id: EventId) -> String {
    let Some(event) = data.trace.event(id) else { return String::new() };
    let place = data.trace.locate(id);
    let server = data.analysis.servers.name(event).unwrap_or("?");
    let way = match event.direction {
        crate::record::Direction::Incoming => "received",
        crate::record::Direction::Outgoing => "sent",
        crate::record::Direction::Unknown => "logged",
    };
    let time = data.analysis.time(&data.trace, id).map(Timestamp::clock).unwrap_or_default();
    format!("{way} by {server} at {time}, {}:{}", place.file, place.line)
}
