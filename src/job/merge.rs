//! Links, verdicts, and the report.

use std::io::Read;

use hashbrown::HashMap;

use super::dialogs::{Key, Left, add_told};
use super::facts::{Inputs, Surveyed, whole, within};
use super::judge::own;
use super::link::Keyed;
use super::plan::Unread;
use super::store::Manifest;
use super::{Job, JobError, Step, Told, Totals};
use crate::analysis::conversation::Tied;
use crate::analysis::{self, Analysis, Options, Proposal};
use crate::case::Index;
use crate::findings::{self, Found, Said};
use crate::report::{self, model};
use crate::rules;
use crate::trace::Trace;
use crate::trace::part::{Join, Place};

/// What a job found.
#[derive(Debug)]
#[non_exhaustive]
pub struct Merged {
    /// The records of calls and pushes.
    pub trace: Trace,
    /// As of all logs.
    pub analysis: Analysis,
    /// Inputs that could not be read: file, and why.
    pub errors: Vec<(String, String)>,
    from: Vec<Manifest>,
}

impl Merged {
    /// The whole report.
    pub fn report(&self) -> model::Report {
        let mut report = report::report(&self.trace, &self.analysis, &[]);
        report::add_unread(&mut report, &self.errors);
        report
    }
}

pub(super) fn run(job: &Job) -> Result<Totals, JobError> {
    let merged = results(job)?;
    // Compressed as it is written: of many calls it is long.
    let (trace, analysis) = (&merged.trace, &merged.analysis);
    let mut report = report::report_without_lists(trace, analysis, &[], &Index::new(analysis));
    report::add_unread(&mut report, &merged.errors);
    let from: Vec<_> = merged.from.iter().collect();
    let mut out = job.store.begin(Step::Merge, 0, &from)?;
    out.text("report.json", |out| report::write_json_of(&report, trace, analysis, out))?;
    job.let_go(report);
    let told = Told::of(&merged.trace, &merged.errors);
    whole(&merged.trace)?;
    out.total("calls", merged.analysis.calls.len() as u64);
    out.total("pushes", merged.analysis.pushes.len() as u64);
    out.total("messages", merged.analysis.messages);
    out.total("missed", merged.analysis.missed().count() as u64);
    out.total("errors", merged.errors.len() as u64);
    out.file("told", &[super::store::pack(&told)?])?;
    let totals = out.end()?;
    job.let_go(merged);
    Ok(totals)
}

pub(super) fn told(job: &Job) -> Result<Told, JobError> {
    let manifest = job.store.manifest(Step::Merge, 0)?;
    job.store.read(&manifest, "told", 0)
}

pub(super) fn report_json(job: &Job) -> Result<impl Read + use<>, JobError> {
    let manifest = job.store.manifest(Step::Merge, 0)?;
    job.store.reader(&manifest, "report.json", 0)
}

pub(super) fn results(job: &Job) -> Result<Merged, JobError> {
    let surveyed = Surveyed::of(job)?;
    let all = |step: Step| (0..job.tasks(step)).map(|n| job.store.manifest(step, n)).collect::<Result<Vec<_>, _>>();
    let (reduced, linked, judged) = (all(Step::Reduce)?, all(Step::Link)?, all(Step::Judge)?);
    add_up(job, &surveyed, &reduced, &linked, &judged)?;

    let mut join = Join::default();
    for manifest in &reduced {
        let Left { cut, .. } = job.store.read(manifest, "dialogs", 0)?;
        join.add(cut, (0, 0), false);
    }
    add_told(job, surveyed.units.iter(), &mut join, false)?;
    let mut kept = surveyed.units.kept(job)?;
    for (manifest, window) in surveyed.units.iter() {
        let problems: Vec<Vec<(Place, String)>> = job.store.read(manifest, "problems", window.part)?;
        let files = kept.get_mut(window.base.0 as usize..).unwrap_or_default();
        problems.into_iter().zip(files).for_each(|(own, file)| file.problems.extend(own));
    }
    let (trace, placed) = surveyed.trace(job, join, kept)?;
    // Read again: packed and unpacked all of them would be in memory at once.
    let mut found = Left::dialogs(reduced.iter().map(|of| job.store.read(of, "dialogs", 0)), &trace)?.ordered();
    found.analysis.messages = reduced.iter().filter_map(|m| m.totals.get("messages")).sum();
    let said = said(job, &trace, (&reduced, &judged), (&found.calls, &found.pushes))?;
    let proposals = proposals(job, &linked, &found)?;
    let tied = Tied::of(&found.said.iter().collect::<Vec<_>>(), &found.analysis);
    analysis::conclude(&trace, &Options::default(), &placed, &mut found.analysis, (proposals, tied));
    let mut analysis = analysis::together(placed, found.analysis);
    findings::attach_said(&trace, &mut analysis, said);
    rules::apply(&trace, &mut analysis);
    let errors = errors(job, &surveyed)?;
    let from = reduced.into_iter().chain(linked).chain(judged).chain([surveyed.manifest]).collect();
    Ok(Merged { trace, analysis, errors, from })
}

/// Holds that nothing was lost between tasks.
fn add_up(
    job: &Job,
    surveyed: &Surveyed,
    reduced: &[Manifest],
    linked: &[Manifest],
    judged: &[Manifest],
) -> Result<(), JobError> {
    let sum = |all: &[Manifest], what: &str| all.iter().filter_map(|m| m.totals.get(what)).sum::<u64>();
    for manifest in reduced {
        job.store.follows(manifest, &surveyed.manifest)?;
    }
    for manifest in linked.iter().chain(judged) {
        reduced.iter().try_for_each(|earlier| job.store.follows(manifest, earlier))?;
    }
    let of = &surveyed.manifest;
    let total = |what: &str| of.totals.get(what).copied().unwrap_or(0);
    job.store.agrees(of, "records", surveyed.units.total("records"), total("records"))?;
    job.store.agrees(of, "records of Call-IDs", surveyed.units.total("with_call_id"), sum(reduced, "records"))?;
    for (what, name) in [("calls", "judged calls"), ("pushes", "judged pushes")] {
        job.store.agrees(of, name, sum(reduced, what), sum(judged, what))?;
    }
    Ok(())
}

/// What the texts say, in the order of calls and pushes.
fn said(
    job: &Job,
    trace: &Trace,
    (reduced, judged): (&[Manifest], &[Manifest]),
    (calls, pushes): (&[Key], &[Key]),
) -> Result<Said, JobError> {
    let mut by_bucket: HashMap<u32, Said> = HashMap::new();
    let parts = (0..).zip(judged).flat_map(|(task, manifest)| {
        (0..).zip(own(job, task, reduced)).map(move |(part, (bucket, _))| (bucket, manifest, part))
    });
    let mut read = |(bucket, manifest, part)| -> Result<(), JobError> {
        by_bucket.insert(bucket, job.store.read(manifest, "said", part)?);
        Ok(())
    };
    within(trace, || parts.into_iter().try_for_each(&mut read))?;
    let mut out = Said::default();
    for bucket in 0..job.tasks(Step::Reduce) {
        out.mail.extend(by_bucket.get_mut(&bucket).map(|s| std::mem::take(&mut s.mail)).into_iter().flatten());
    }
    let mut take = |(bucket, at): Key, of: fn(&mut Said) -> &mut Vec<Found>| -> Found {
        let slot = by_bucket.get_mut(&bucket).and_then(|s| of(s).get_mut(at as usize));
        slot.map(std::mem::take).unwrap_or_default()
    };
    out.pushes = pushes.iter().map(|key| take(*key, |s| &mut s.pushes)).collect();
    out.calls = calls.iter().map(|key| take(*key, |s| &mut s.calls)).collect();
    let cause = |(bucket, at): &Key| by_bucket.get(bucket).and_then(|s| s.gateway.get(*at as usize)).copied().flatten();
    out.gateway = calls.iter().map(cause).collect();
    Ok(out)
}

/// What each push may belong to: users in the order of their first push, the pushes of each in their order.
fn proposals(job: &Job, linked: &[Manifest], found: &super::dialogs::Ordered) -> Result<Vec<Proposal>, JobError> {
    fn numbers(keys: &[Key]) -> HashMap<Key, u32> {
        keys.iter().copied().zip(0..).collect()
    }
    let (calls, pushes, messages) = (numbers(&found.calls), numbers(&found.pushes), numbers(&found.messages));
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut out: Vec<(usize, Proposal)> = Vec::new();
    for (i, push) in found.analysis.pushes.iter().enumerate().filter(|(_, p)| !p.synthetic) {
        if let Some(user) = &push.user {
            first.entry(user.to_ascii_lowercase()).or_insert(i);
        }
    }
    for manifest in linked {
        for keyed in job.store.read::<Vec<Keyed>>(manifest, "proposals", 0)? {
            let Some(push) = pushes.get(&keyed.push).map(|n| *n as usize) else { continue };
            let user = found.analysis.pushes.get(push).and_then(|p| p.user.as_ref()).map(|u| u.to_ascii_lowercase());
            let at = user.and_then(|user| first.get(&user).copied()).unwrap_or(push);
            let (call, message) = (|key| calls.get(&key).copied(), |key| messages.get(&key).copied());
            out.push((at, keyed.numbered(push, &call, &message)));
        }
    }
    out.sort_by_key(|(first, p)| (*first, p.push));
    let expected = found.analysis.pushes.iter().filter(|p| !p.synthetic && p.user.is_some()).count();
    if let Some(of) = linked.first() {
        job.store.agrees(of, "linked pushes", expected as u64, out.len() as u64)?;
    }
    Ok(out.into_iter().map(|(_, p)| p).collect())
}

/// Inputs that could not be read, in the order of the inputs.
fn errors(job: &Job, surveyed: &Surveyed) -> Result<Vec<(String, String)>, JobError> {
    let mut out: Vec<Unread> = Vec::new();
    let mut planned = job.plan.errors.iter().peekable();
    for (manifest, (first, _)) in surveyed.units.manifests.iter().zip(&job.plan.units) {
        while let Some((_, unread)) = planned.next_if(|(at, _)| at <= first) {
            out.push(unread.clone());
        }
        out.extend(job.store.read::<Inputs>(manifest, "inputs", 0)?.errors.into_iter().map(|(_, unread)| unread));
    }
    out.extend(planned.map(|(_, unread)| unread.clone()));
    Ok(out.into_iter().map(|u| (u.path, u.what)).collect())
}
