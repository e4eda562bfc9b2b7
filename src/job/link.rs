//! What the pushes of some users may belong to.

use serde::{Deserialize, Serialize};

use super::dialogs::{Key, Left};
use super::facts::Surveyed;
use super::store::pack;
use super::{Job, JobError, Step, Totals};
use crate::analysis::{self, Given, Occasion, Options, Proposal};
use crate::trace::part::Join;

/// A [`Proposal`] with keys for numbers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Keyed {
    pub(super) push: Key,
    apart: Vec<Of>,
    /// To which, and what else fits.
    to: Option<Of>,
    others: Vec<Of>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Of {
    Call(Key),
    Message(Key),
}

pub(super) fn run(job: &Job, task: u32) -> Result<Totals, JobError> {
    let surveyed = Surveyed::of(job)?;
    let count = job.tasks(Step::Reduce);
    let reduced = (0..count).map(|n| job.store.manifest(Step::Reduce, n)).collect::<Result<Vec<_>, _>>()?;
    let mut join = Join::default();
    for manifest in &reduced {
        job.store.follows(manifest, &surveyed.manifest)?;
        let Left { cut, .. } = job.store.read(manifest, "users", task)?;
        join.add(cut, (0, 0), false);
    }
    let kept = surveyed.units.kept(job)?;
    let (trace, placed) = surveyed.trace(job, join, kept)?;
    let found = Left::dialogs(reduced.iter().map(|of| job.store.read(of, "users", task)), &trace)?.ordered();
    let proposals = analysis::propose(&trace, &Options::default(), &placed, &found.analysis);
    super::facts::whole(&trace)?;
    let of = |occasion: &Occasion| match *occasion {
        Occasion::Call(c) => found.calls.get(c as usize).map(|key| Of::Call(*key)),
        Occasion::Message(m) => found.messages.get(m as usize).map(|key| Of::Message(*key)),
    };
    let keyed = proposals.iter().filter_map(|p| {
        let (to, others) = match &p.given {
            Given::To(to, others) => (of(to), others),
            Given::None(others) => (None, others),
        };
        let push = *found.pushes.get(p.push)?;
        Some(Keyed {
            push,
            apart: p.apart.iter().filter_map(of).collect(),
            to,
            others: others.iter().filter_map(of).collect(),
        })
    });
    let keyed: Vec<Keyed> = keyed.collect();

    let from: Vec<_> = reduced.iter().chain([&surveyed.manifest]).collect();
    let mut out = job.store.begin(Step::Link, task, &from)?;
    out.total("calls", found.calls.len() as u64);
    out.total("pushes", found.pushes.len() as u64);
    out.total("proposals", keyed.len() as u64);
    out.file("proposals", &[pack(&keyed)?])?;
    out.end()
}

impl Keyed {
    /// With the numbers that keys have.
    pub(super) fn numbered(
        self,
        push: usize,
        call: &dyn Fn(Key) -> Option<u32>,
        message: &dyn Fn(Key) -> Option<u32>,
    ) -> Proposal {
        let of = |one: Of| match one {
            Of::Call(key) => call(key).map(Occasion::Call),
            Of::Message(key) => message(key).map(Occasion::Message),
        };
        let others = self.others.into_iter().filter_map(of).collect();
        let given = match self.to.and_then(of) {
            Some(to) => Given::To(to, others),
            None => Given::None(others),
        };
        Proposal { push, apart: self.apart.into_iter().filter_map(of).collect(), given }
    }
}
