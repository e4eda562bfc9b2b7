//! What tasks leave to each other, beside calls and pushes.

use serde::{Deserialize, Serialize};

use super::plan::Unread;
use super::store::{Manifest, Window};
use super::{Job, JobError, Step};
use crate::analysis::{Analysis, Clocks, Coverage, Servers};
use crate::span::FileId;
use crate::trace::part::{Cut, Join, Kept, Known};
use crate::trace::{Gap, Symbol, Trace, row};

/// The inputs of one unit.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Inputs {
    pub(super) kept: Vec<Kept>,
    /// What could not be read, with the number of inputs ahead of it.
    pub(super) errors: Vec<(usize, Unread)>,
}

/// Every record of one unit, without texts.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Rows {
    pub(super) cut: Cut,
    pub(super) gaps: Vec<(FileId, Vec<Gap>)>,
}

/// What all logs tell together: the first part of what the survey leaves.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Facts {
    pub(super) known: Known,
    /// Records to which facts point; by row.
    pub(super) landmarks: Cut,
    /// Names of prefixes, with their numbers.
    pub(super) names: Vec<(Symbol, Vec<u8>)>,
}

/// Servers, clocks, and for which times logs speak: the second part, with records by row.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Placed {
    pub(super) servers: Servers,
    pub(super) clocks: Clocks,
    pub(super) coverage: Coverage,
}

/// Parts of what the survey leaves.
pub(super) const FACTS: u32 = 0;
pub(super) const PLACED: u32 = 1;
pub(super) const TELLING: u32 = 2;
pub(super) const WORKED: u32 = 3;
pub(super) const TIMES: u32 = 4;

/// Where a window stands among all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    /// Its number in the unit.
    pub(super) part: u32,
    /// First file, first record.
    pub(super) base: (u32, u32),
    pub(super) goes_on: bool,
}

/// The units, with the windows of each.
pub(super) struct Units {
    pub(super) manifests: Vec<Manifest>,
    windows: Vec<Vec<Placement>>,
}

impl Units {
    pub(super) fn of(job: &Job) -> Result<Units, JobError> {
        let count = job.tasks(Step::Map);
        let manifests: Vec<Manifest> =
            (0..count).map(|n| job.store.manifest(Step::Map, n)).collect::<Result<_, _>>()?;
        let (mut file, mut row) = (0u64, 0u64);
        let number = |n: u64| {
            u32::try_from(n)
                .map_err(|_| JobError::new("more than 4,294,967,295 records; cut the logs into several jobs"))
        };
        let mut windows = Vec::with_capacity(manifests.len());
        for manifest in &manifests {
            let mut own = Vec::new();
            let (first_file, first_row) = (file, row);
            for (part, window) in (0..).zip(job.store.read::<Vec<Window>>(manifest, "windows", 0)?) {
                let Window { files, records, goes_on } = window;
                let first = file - u64::from(goes_on && file > first_file);
                own.push(Placement { part, base: (number(first)?, number(row)?), goes_on });
                (file, row) = (first + u64::from(files), row + u64::from(records));
            }
            for (name, found) in [("files", file - first_file), ("records", row - first_row)] {
                let total = manifest.totals.get(name).copied().unwrap_or(0);
                job.store.agrees(manifest, name, total, found)?;
            }
            number(row)?;
            windows.push(own);
        }
        Ok(Units { manifests, windows })
    }

    /// Every window, in order, with the manifest of its unit.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Manifest, Placement)> {
        self.manifests.iter().zip(&self.windows).flat_map(|(m, own)| own.iter().map(move |window| (m, *window)))
    }

    pub(super) fn total(&self, name: &str) -> u64 {
        self.manifests.iter().filter_map(|m| m.totals.get(name)).sum()
    }

    /// Every input, in order.
    pub(super) fn kept(&self, job: &Job) -> Result<Vec<Kept>, JobError> {
        let mut out: Vec<Kept> = Vec::new();
        for (manifest, window) in self.iter() {
            add_kept(&mut out, job.store.read::<Inputs>(manifest, "inputs", window.part)?.kept, window);
        }
        for kept in &mut out {
            kept.source.complete();
        }
        Ok(out)
    }
}

/// Adds the inputs of a window to those ahead of it.
pub(super) fn add_kept(all: &mut Vec<Kept>, own: Vec<Kept>, window: Placement) {
    let mut own = own.into_iter();
    if window.goes_on
        && let Some(last) = all.last_mut()
        && let Some(more) = own.next()
    {
        last.go_on(more);
    }
    all.extend(own);
}

/// The facts, and what they were concluded from.
pub(super) struct Surveyed {
    pub(super) units: Units,
    pub(super) manifest: Manifest,
    pub(super) facts: Facts,
}

impl Surveyed {
    pub(super) fn of(job: &Job) -> Result<Surveyed, JobError> {
        let manifest = job.store.manifest(Step::Survey, 0)?;
        let units = Units::of(job)?;
        for unit in &units.manifests {
            job.store.follows(&manifest, unit)?;
        }
        let facts = job.store.read(&manifest, "facts", FACTS)?;
        Ok(Surveyed { units, manifest, facts })
    }

    /// A part of the logs, with what all know of servers and clocks. `join` has its records.
    pub(super) fn trace(&self, job: &Job, mut join: Join, kept: Vec<Kept>) -> Result<(Trace, Analysis), JobError> {
        join.add(self.facts.landmarks.clone(), (0, 0), true);
        let names: Vec<(Symbol, Symbol)> = self.facts.names.iter().map(|(n, text)| (*n, join.name(text))).collect();
        let to = |symbol: Symbol| {
            let at = names.binary_search_by_key(&symbol, |(n, _)| *n).ok().and_then(|at| names.get(at));
            at.map_or(Symbol::NONE, |(_, here)| *here)
        };
        let trace = join.done(kept, Some(&self.facts.known), job.plan.reading());
        let Placed { mut servers, clocks, coverage } =
            within(&trace, || job.store.read(&self.manifest, "facts", PLACED))?;
        servers.restore(&trace, &to);
        let mut placed = Analysis::default();
        (placed.servers, placed.clocks, placed.coverage) = (servers, clocks, coverage);
        Ok((trace, placed))
    }
}

/// Runs something in which records of a part are written and read by row.
pub(super) fn within<R>(trace: &Trace, run: impl FnOnce() -> R) -> R {
    row::within(trace.rows().unwrap_or_default(), run)
}

/// Holds that all texts that were asked for again were there.
pub(super) fn whole(trace: &Trace) -> Result<(), JobError> {
    match trace.lost() {
        Some(name) => Err(JobError::new(format!("{name}: it is not the file that was planned; plan the job anew"))),
        None => Ok(()),
    }
}
