//! One analysis as many tasks: on several machines, or on one that has not the memory for all logs at once.
//!
//! ```text
//! files ── map ──► rows, gaps ────────────── survey ──► servers, clocks, coverage, lines that tell
//!           └────► records by Call-ID ─────── reduce ──► calls, pushes ── link (by user) ──► what each push may belong to
//!                         └────────────────── judge ───► causes                                            │
//!                                                          └───────────── merge ◄──────────────────────────┘
//! ```
//!
//! Every task reads files that nobody changes, and writes files that are the same however often and by whomever it is run.
//! Its manifest comes last: who reads believes only what a manifest names, and holds it against length and hash. So a task
//! that was killed is run again, and two that run at once do each other no harm.
//!
//! The report is that of one run, to the byte: the same rules judge, each over the records that it asks for.

mod dialogs;
mod error;
mod facts;
mod judge;
mod link;
mod map;
mod merge;
mod plan;
mod reduce;
mod step;
mod store;
mod sum;
mod survey;
mod told;

pub use error::JobError;
pub use merge::Merged;
pub use plan::{Options, Plan};
pub use step::Step;
pub use told::Told;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use store::Store;

/// What a task counted, by name.
pub type Totals = BTreeMap<String, u64>;

/// A job, as it was planned.
#[derive(Debug)]
pub struct Job {
    store: Store,
    plan: Plan,
    /// The process ends behind the next task.
    ends: bool,
}

impl Job {
    /// Plans a job over files and folders: `folder` is where it is kept. A folder that holds the same plan stays as it is.
    ///
    /// # Errors
    /// When the folder cannot be written, or holds another plan, or nothing can be read.
    pub fn plan(inputs: &[PathBuf], folder: &Path, options: &Options) -> Result<Job, JobError> {
        let (store, plan) = plan::make(inputs, folder, options)?;
        Ok(Job { store, plan, ends: false })
    }

    /// Opens a job that was planned.
    ///
    /// # Errors
    /// When the folder holds no plan, or one of another version.
    pub fn open(folder: &Path) -> Result<Job, JobError> {
        let (store, plan) = plan::read(folder)?;
        Ok(Job { store, plan, ends: false })
    }

    /// Whether a folder holds a plan.
    pub fn is_job(folder: &Path) -> bool {
        plan::is_there(folder)
    }

    /// What was planned.
    pub fn planned(&self) -> &Plan {
        &self.plan
    }

    /// How many tasks a step has.
    pub fn tasks(&self, step: Step) -> u32 {
        self.plan.tasks(step)
    }

    /// The same for a process that ends behind one task: what that holds is not given back piece by piece, which would be a
    /// tenth of its time.
    #[must_use]
    pub fn ending(self) -> Job {
        Job { ends: true, ..self }
    }

    /// Gives back what a task has held, unless the process does so when it ends.
    fn let_go<T>(&self, held: T) {
        if self.ends {
            std::mem::forget(held);
        }
    }

    /// Does one task, unless it is done, and tells what it counted.
    ///
    /// # Errors
    /// When what it needs is not there, is not what was written, or does not add up; when rules of one's own are others than
    /// when the job was planned; and when it cannot write.
    pub fn run(&self, step: Step, task: u32) -> Result<Totals, JobError> {
        let of = self.tasks(step);
        if task >= of {
            return Err(JobError::new(format!(
                "{step}: expected a task from 0 to {}, found {task}",
                of.saturating_sub(1)
            )));
        }
        self.plan.check_rules()?;
        if let Some(done) = self.store.done(step, task)? {
            return Ok(done);
        }
        match step {
            Step::Map => map::run(self, task),
            Step::Survey => survey::run(self),
            Step::Reduce => reduce::run(self, task),
            Step::Link => link::run(self, task),
            Step::Judge => judge::run(self, task),
            Step::Merge => merge::run(self),
        }
    }

    /// What is to be said of the logs of the finished job.
    ///
    /// # Errors
    /// As [`Job::report_json`].
    pub fn told(&self) -> Result<Told, JobError> {
        self.plan.check_rules()?;
        merge::told(self)
    }

    /// The report of the finished job as JSON, as it was written: of many calls it is long, and read piece by piece.
    ///
    /// # Errors
    /// When the job is not finished, or what it wrote is not there as it was written, or with other rules of one's own.
    pub fn report_json(&self) -> Result<impl Read + use<>, JobError> {
        self.plan.check_rules()?;
        merge::report_json(self)
    }

    /// The results of the finished job, as an analysis of all logs gives them. The trace holds the records of calls and
    /// pushes; texts that nobody asked for are read again from the logs.
    ///
    /// # Errors
    /// When the job is not finished, or what it wrote is not there as it was written, or with other rules of one's own.
    pub fn results(&self) -> Result<Merged, JobError> {
        drop(self.report_json()?);
        merge::results(self)
    }
}
