//! What the texts beside some calls and pushes say.

use super::dialogs::{Left, bucket};
use super::facts::{Surveyed, TELLING, WORKED, whole, within};
use super::store::{Manifest, pack};
use super::{Job, JobError, Step, Totals};
use crate::analysis::Analysis;
use crate::findings::{self, LineIndex, Shared, Stays};
use crate::trace::part::Cut;

pub(super) fn run(job: &Job, task: u32) -> Result<Totals, JobError> {
    let surveyed = Surveyed::of(job)?;
    let count = job.tasks(Step::Reduce);
    let reduced = (0..count).map(|n| job.store.manifest(Step::Reduce, n)).collect::<Result<Vec<_>, _>>()?;
    let mut stays = Stays::new();
    for manifest in &reduced {
        job.store.follows(manifest, &surveyed.manifest)?;
        stays.extend(job.store.read::<Stays>(manifest, "stays", 0)?);
    }
    let worked: Vec<(u32, i64)> = job.store.read(&surveyed.manifest, "facts", WORKED)?;
    let mut parts = Vec::new();
    let (mut calls, mut pushes) = (0, 0);
    for (number, manifest) in own(job, task, &reduced) {
        // One bucket at a time: this is the memory that the task takes.
        let mut asked: Cut = job.store.read(manifest, "asked", 0)?;
        asked.put_texts(job.store.read_bytes(manifest, "asked", 1)?);
        let (trace, placed, _) = bucket(job, &surveyed, number, Some(asked))?;
        let left: Left = job.store.read(manifest, "dialogs", 0)?;
        let dialogs = Left::dialogs([Ok(left)], &trace)?;
        let Analysis { servers, clocks, coverage, .. } = placed;
        let mut analysis = Analysis::default();
        (analysis.servers, analysis.clocks, analysis.coverage) = (servers, clocks, coverage);
        analysis.calls = dialogs.calls.into_iter().map(|(_, call)| call).collect();
        analysis.pushes = dialogs.pushes.into_iter().map(|(_, push)| push).collect();
        let telling: LineIndex = within(&trace, || job.store.read(&surveyed.manifest, "facts", TELLING))?;
        let shared = Shared { telling, stays: stays.clone(), worked: worked.clone() };
        let said = findings::said(&trace, &analysis, shared);
        whole(&trace)?;
        (calls, pushes) = (calls + said.calls.len() as u64, pushes + said.pushes.len() as u64);
        parts.push(within(&trace, || pack(&said))?);
    }
    let from: Vec<_> = reduced.iter().chain([&surveyed.manifest]).collect();
    let mut out = job.store.begin(Step::Judge, task, &from)?;
    out.total("calls", calls);
    out.total("pushes", pushes);
    out.file("said", &parts)?;
    out.end()
}

/// The buckets of a task: every so many.
pub(super) fn own<'m>(job: &Job, task: u32, reduced: &'m [Manifest]) -> impl Iterator<Item = (u32, &'m Manifest)> {
    let every = job.tasks(Step::Judge).max(1) as usize;
    (0..).zip(reduced).skip(task as usize).step_by(every)
}
