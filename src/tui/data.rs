//! What the views show, made once when the logs are loaded.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::analysis::{Analysis, Depth, Options, Outcome, PushResult, Verdict};
use crate::case::{Course, Index, Registration, Weight, by_use, courses, registrations};
use crate::index::Kept;
use crate::knowledge::catalogue::{self, Finding};
use crate::time::Timestamp;
use crate::trace::{ComponentLine, EventId, LinePlace, LoadOptions, Trace};

/// A loaded log with all that is expensive to find out about it.
#[derive(Debug)]
pub struct Data {
    /// The logs.
    pub trace: Trace,
    /// What they tell.
    pub analysis: Analysis,
    /// All records and component lines, by corrected time.
    pub records: Vec<Entry>,
    /// Where the component lines stand, in the order of the inputs.
    pub lines: Vec<LinePlace>,
    /// Causes, first those that somebody can do most about.
    pub causes: Vec<Cause>,
    /// Whom each cause hit.
    pub cases: Index,
    /// Since when each cause hits, by its code.
    pub courses: BTreeMap<&'static str, Course>,
    /// Counts and times for the overview.
    pub overview: Overview,
    registrations: OnceLock<Vec<Registration>>,
}

impl Data {
    /// REGISTER and SUBSCRIBE dialogs by time, where they were read: all records are looked at for it, and most who open logs
    /// never ask.
    pub fn registrations(&self) -> Option<&[Registration]> {
        self.registrations.get().map(Vec::as_slice)
    }

    /// Reads them.
    pub fn read_registrations(&self) {
        self.registrations.get_or_init(|| registrations(&self.trace, &self.analysis));
    }

    /// The rows of some records, given in the order of the inputs.
    pub(super) fn rows_of(&self, records: &[EventId]) -> Vec<usize> {
        let is_one = |entry: &Entry| entry.record().is_some_and(|id| records.binary_search(&id).is_ok());
        self.records.iter().enumerate().filter(|(_, entry)| is_one(entry)).map(|(i, _)| i).collect()
    }
}

/// A row of the records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, bitcode::Decode, bitcode::Encode)]
pub enum Entry {
    /// A record.
    Record(EventId),
    /// A component line, by its number in [`Data::lines`].
    Line(u32),
}

impl Entry {
    /// The record, if it is one.
    pub fn record(self) -> Option<EventId> {
        match self {
            Entry::Record(id) => Some(id),
            Entry::Line(_) => None,
        }
    }
}

/// A cause and whom it hit.
#[derive(Debug)]
pub struct Cause {
    /// Its entry.
    pub finding: &'static Finding,
    /// Numbers of the calls.
    pub calls: Vec<usize>,
    /// Numbers of the pushes.
    pub pushes: Vec<usize>,
    /// Records that name it without their call.
    pub lone: Vec<EventId>,
    /// Cases: a push and its call are one; where there are none, the records that name it without their call.
    pub cases: usize,
    /// How many of the calls were missed.
    pub missed: usize,
}

/// Counts and times for the overview.
#[derive(Debug, Default)]
pub struct Overview {
    /// Missed calls.
    pub missed: usize,
    /// Words and how often, the most frequent first.
    pub outcomes: Vec<(Outcome, usize)>,
    /// The same of verdicts.
    pub verdicts: Vec<(Verdict, usize)>,
    /// The same of results of pushes.
    pub results: Vec<(PushResult, usize)>,
    /// First and last time of a record.
    pub span: Option<(Timestamp, Timestamp)>,
    /// Calls and missed calls in [`BINS`] equal parts of the span.
    pub bins: Vec<(u32, u32)>,
    /// For each server the times for which its log speaks.
    pub covered: Vec<Vec<(Timestamp, Timestamp)>>,
}

/// Parts of the span that are counted; more than any terminal has columns.
pub const BINS: usize = 720;

impl Data {
    /// Nothing yet.
    pub fn empty() -> Data {
        Data::new(Trace::load(Vec::new(), &LoadOptions::default()), &Options::default())
    }

    /// Analyses a trace and prepares the views.
    pub fn new(trace: Trace, options: &Options) -> Data {
        let analysis = crate::analyse(&trace, options);
        Data::of(trace, analysis)
    }

    /// The same of a trace that was perhaps kept, with what was kept of it.
    pub(super) fn kept(trace: Trace, options: &Options, kept: &Kept) -> Data {
        // On other clocks the order is another.
        let usual = *options == Options::default();
        let rows = || if usual { kept.rows::<Rows>(ROWS) } else { None };
        let analysis = || {
            let analysis = kept.analyse(&trace, options, Depth::Causes);
            let views = Views::of(&analysis);
            (analysis, views)
        };
        let ((analysis, views), rows) = rayon::join(analysis, rows);
        let rows = rows.filter(|rows| rows.fit(&trace)).unwrap_or_else(|| {
            let rows = Rows::of(&trace, &analysis);
            if usual {
                kept.add_rows(ROWS, &rows);
            }
            rows
        });
        // Of the analysis something may be new, though the rows are not.
        kept.save(&trace);
        Data::with(trace, (analysis, views), rows)
    }

    /// A component line of the records.
    pub fn line(&self, entry: Entry) -> Option<(LinePlace, ComponentLine<'_>)> {
        let Entry::Line(n) = entry else { return None };
        let place = *self.lines.get(n as usize)?;
        Some((place, self.trace.line_at(place)?))
    }

    /// Prepares the views of a trace that was analysed.
    pub fn of(trace: Trace, analysis: Analysis) -> Data {
        let (rows, views) = rayon::join(|| Rows::of(&trace, &analysis), || Views::of(&analysis));
        Data::with(trace, (analysis, views), rows)
    }

    fn with(trace: Trace, (analysis, views): (Analysis, Views), rows: Rows) -> Data {
        let overview = Overview::new(&trace, &analysis, rows.span);
        let Views { causes, index, courses } = views;
        Data {
            trace,
            analysis,
            records: rows.records,
            lines: rows.lines,
            causes,
            cases: index,
            courses,
            overview,
            registrations: OnceLock::new(),
        }
    }
}

/// Under which name the rows are kept.
const ROWS: &str = "rows";

/// What hangs on the analysis alone.
struct Views {
    causes: Vec<Cause>,
    index: Index,
    courses: BTreeMap<&'static str, Course>,
}

impl Views {
    fn of(analysis: &Analysis) -> Views {
        let (causes, index) = rayon::join(|| causes(analysis), || Index::new(analysis));
        let courses = courses(analysis, &index);
        Views { causes, index, courses }
    }
}

/// Records and component lines in the order of time: all text between the records is read for it.
#[derive(Debug, bitcode::Decode, bitcode::Encode)]
struct Rows {
    records: Vec<Entry>,
    lines: Vec<LinePlace>,
    span: Option<(Timestamp, Timestamp)>,
}

impl Rows {
    /// Whether all that there is has its row.
    fn fit(&self, trace: &Trace) -> bool {
        self.records.len() == trace.events().len() + self.lines.len()
    }

    fn of(trace: &Trace, analysis: &Analysis) -> Rows {
        let lines = trace.line_places();
        let mut keyed = by_time(trace, analysis, &lines);
        keyed.par_sort_unstable_by_key(|(time, before, entry)| (time.is_none(), *time, *before, line(*entry)));
        let first = keyed.first().and_then(|(t, ..)| *t);
        let timed = keyed.partition_point(|(t, ..)| t.is_some());
        let last = timed.checked_sub(1).and_then(|i| keyed.get(i)).and_then(|(t, ..)| *t);
        let records = keyed.into_iter().map(|(.., entry)| entry).collect();
        Rows { records, lines, span: first.zip(last) }
    }
}

/// A time, the record that it is or stands before, and what it is.
type Keyed = (Option<Timestamp>, EventId, Entry);

/// Records and lines with what orders them. A line that does not tell its time stands before the record behind it.
fn by_time(trace: &Trace, analysis: &Analysis, lines: &[LinePlace]) -> Vec<Keyed> {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let records = (0..trace.events().len()).into_par_iter().map(|i| {
        let id = EventId(number(i));
        (analysis.time(trace, id), id, Entry::Record(id))
    });
    let lines = lines.par_iter().enumerate().map(|(i, place)| {
        let time = analysis.line_time(trace, *place).or_else(|| analysis.time(trace, place.before));
        (time, place.before, Entry::Line(number(i)))
    });
    records.chain(lines).collect()
}

/// Of what stands at the same record, lines go first, in their own order.
fn line(entry: Entry) -> u32 {
    match entry {
        Entry::Line(n) => n,
        Entry::Record(_) => u32::MAX,
    }
}

impl Overview {
    fn new(trace: &Trace, analysis: &Analysis, span: Option<(Timestamp, Timestamp)>) -> Overview {
        let calls = &analysis.calls;
        let mut out = Overview {
            missed: analysis.missed().count(),
            outcomes: counts(calls.iter().map(|c| c.outcome)),
            verdicts: counts(calls.iter().filter_map(|c| c.verdict)),
            results: counts(analysis.pushes.iter().map(|p| p.result)),
            span,
            bins: vec![(0, 0); BINS],
            covered: vec![Vec::new(); analysis.servers.all().len()],
        };
        for call in calls {
            let Some(bin) = call.started.and_then(|t| out.bin(t)).and_then(|i| out.bins.get_mut(i)) else { continue };
            bin.0 += 1;
            bin.1 += u32::from(call.is_missed());
        }
        for stretch in analysis.coverage.stretches() {
            let times = analysis.time(trace, stretch.first).zip(analysis.time(trace, stretch.last));
            if let (Some(own), Some(times)) = (out.covered.get_mut(usize::from(stretch.server.0)), times) {
                own.push(times);
            }
        }
        out
    }

    /// When a part of the span begins; the one behind the last is the end.
    pub fn time_of(&self, bin: usize) -> Option<Timestamp> {
        let (first, last) = self.span?;
        let whole = u128::try_from(last.since(first)).ok()?.saturating_add(1);
        let ms = (whole * bin.min(BINS) as u128).div_ceil(BINS as u128);
        Some(first.plus(i64::try_from(ms).ok()?))
    }

    /// The part of the span in which a time lies.
    pub fn bin(&self, time: Timestamp) -> Option<usize> {
        let (first, last) = self.span?;
        let whole = u64::try_from(last.since(first)).ok()?.saturating_add(1);
        let part = u64::try_from(time.since(first)).ok()?;
        usize::try_from(u128::from(part) * BINS as u128 / u128::from(whole)).ok().filter(|i| *i < BINS)
    }
}

/// Words and how often, the most frequent first.
pub(super) fn counts<W: Ord>(words: impl Iterator<Item = W>) -> Vec<(W, usize)> {
    let mut all = std::collections::BTreeMap::new();
    for word in words {
        *all.entry(word).or_insert(0) += 1;
    }
    let mut out: Vec<_> = all.into_iter().collect();
    out.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    out
}

fn causes(analysis: &Analysis) -> Vec<Cause> {
    let mut out: Vec<Cause> = catalogue::catalogue()
        .iter()
        .map(|finding| Cause { finding, calls: Vec::new(), pushes: Vec::new(), lone: Vec::new(), cases: 0, missed: 0 })
        .collect();
    let number: std::collections::HashMap<&str, usize> =
        out.iter().enumerate().map(|(i, c)| (c.finding.code.as_str(), i)).collect();
    for (i, call) in analysis.calls.iter().enumerate() {
        for cause in &call.findings {
            let Some(own) = number.get(cause).and_then(|n| out.get_mut(*n)) else { continue };
            own.calls.push(i);
            own.cases += 1;
            own.missed += usize::from(call.is_missed());
        }
    }
    for (i, push) in analysis.pushes.iter().enumerate() {
        for cause in &push.findings {
            let Some(own) = number.get(cause).and_then(|n| out.get_mut(*n)) else { continue };
            own.pushes.push(i);
            own.cases += usize::from(push.call.is_none());
        }
    }
    for lone in &analysis.lone {
        if let Some(own) = number.get(lone.code).and_then(|n| out.get_mut(*n)) {
            own.lone.push(lone.record);
        }
    }
    for cause in out.iter_mut().filter(|c| c.cases == 0) {
        cause.cases = cause.lone.len();
    }
    out.retain(|c| !c.calls.is_empty() || !c.pushes.is_empty() || !c.lone.is_empty());
    let weight = |c: &Cause| Weight { finding: c.finding, missed: c.missed as u64, cases: c.cases as u64 };
    out.sort_by(|a, b| by_use(weight(a), weight(b)));
    out
}

#[cfg(test)]
#[cfg(feature = "synth")]
mod tests {
    use super::*;
    use crate::input::Input;
    use crate::synth::{Extent, Plan, in_memory};

    #[test]
    fn what_is_found_out_is_kept_though_the_rows_were() {
        let folder = tempfile::tempdir().unwrap();
        let index = crate::index::Index::new(folder.path(), b"this").of_at_least(0);
        let logs = in_memory(&Plan { extent: Extent::Calls(20), ..Plan::default() }).0;
        let inputs = || logs.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
        let (trace, kept) = index.load(inputs(), &LoadOptions::default());
        kept.add_rows(ROWS, &Rows::of(&trace, &crate::analyse(&trace, &Options::default())));
        kept.save(&trace);
        let len = || index.folder().entries()[0].len;
        let before = len();
        let (trace, kept) = index.load(inputs(), &LoadOptions::default());
        let data = Data::kept(trace, &Options::default(), &kept);
        assert!(!data.records.is_empty() && len() > before, "causes were found out, and dropped");
    }
}
