//! Logs that are too many for the memory: worked out piece by piece, as the tasks of a job in a folder.

mod child;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use clap::Args;
use siptrail::job::{Job, Options, Step};
use siptrail::trace::Progress;
use siptrail::{Analysis, Depth, Trace};
use tempfile::TempDir;

use super::clock::GivenClocks;
use super::global::limits;
use super::progress::Bar;
use super::{failed, say};
use child::Ended;

/// Where, and with how much memory.
#[derive(Debug, Args)]
pub(super) struct Pieces {
    /// Work it out piece by piece, and keep the pieces in this folder: with the same logs and folder it goes on where it
    /// stopped, and once finished it answers at once
    #[arg(long, value_name = "DIR")]
    work: Option<PathBuf>,
    /// Memory that it may take, pages of the logs among it: 128MB, 4GB. Logs for which that is too little are worked out piece
    /// by piece, in --work DIR or a temporary folder [default: as much as lets logs as large as the machine's memory be read at
    /// once]
    #[arg(long, value_name = "SIZE", value_parser = super::number::parse_size)]
    memory: Option<u64>,
}

/// What reading at once takes for a byte of log beside the pages of the log, in hundredths.
const OWN: u64 = 25;
/// Pieces of the memory that a log is cut into: read, cut and compressed at the same time, and what was freed is not given
/// back at once.
const SHARE: u64 = 16;
/// No piece is smaller.
const LEAST: u64 = 1 << 20;
/// Nor is what a task of the second half takes together.
const LEAST_BUCKET: u64 = 8 << 20;

/// The temporary folder that is in use: an interrupt ends the process before it goes by itself.
static TEMPORARY: Mutex<Option<PathBuf>> = Mutex::new(None);

/// Ends what is at work, and takes the temporary folder away.
pub(super) fn discard() {
    child::end();
    let folder = TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner).take();
    // What cannot be deleted stays, as every temporary file may.
    drop(folder.map(std::fs::remove_dir_all));
}

/// A job that is finished, and its folder where that is a temporary one.
pub(super) struct Worked {
    pub(super) job: Job,
    _folder: Option<TempDir>,
}

impl Worked {
    /// A job in a folder of its own.
    pub(super) fn of(job: Job) -> Worked {
        Worked { job, _folder: None }
    }
}

impl Pieces {
    /// Works out logs piece by piece, where that is asked for or the memory is too little; `None` where they are read at once.
    ///
    /// # Errors
    /// A line for the user.
    pub(super) fn work(&self, inputs: &[PathBuf], clocks: &GivenClocks) -> Result<Option<Worked>, String> {
        let given = self.is_given();
        let is_job = matches!(inputs, [folder] if Job::is_job(folder));
        let possible = !is_job && clocks.is_empty() && !inputs.iter().any(|input| input == Path::new("-"));
        if self.work.is_some() && !possible {
            return Err(
                "--work: expected logs in files, and no --clock; standard input is gone when it stops, and a job has its own \
                 folder"
                    .to_owned(),
            );
        }
        if !possible || !given && total_memory().is_none() {
            return Ok(None);
        }
        let size = siptrail::input::size(inputs);
        let too_many = match self.memory {
            Some(memory) => size.saturating_add(size / 100 * OWN) > memory,
            // A quarter of what there is, without the pages of the logs: these the system takes back when others need them,
            // and pieces take four times the processor time.
            None => total_memory().is_some_and(|all| size / 100 * OWN > all / 4),
        };
        if self.work.is_none() && !too_many {
            return Ok(None);
        }
        let temporary = if self.work.is_none() { Some(temporary()?) } else { None };
        let folder = self.work.as_deref().or(temporary.as_ref().map(TempDir::path)).unwrap_or(Path::new("."));
        super::output::parent_of(folder)?;
        let job = Job::plan(inputs, folder, &self.options(size)?).map_err(|e| e.to_string())?;
        job.planned().unread().for_each(|what| say(&format!("siptrail: {what}")));
        all_tasks(&job, folder, size)?;
        Ok(Some(Worked { job, _folder: temporary }))
    }

    /// Whether it is asked for, whatever the size of the logs.
    pub(super) fn is_given(&self) -> bool {
        self.work.is_some() || self.memory.is_some()
    }

    /// Calls and pushes of the logs, with all that is known of them, for commands that ask for nothing else: from pieces where
    /// [`Pieces::work`] makes them, else as [`GivenClocks::read`]. `None` when there is nothing to analyse, which has been said by
    /// then. The trace holds the records of calls and pushes only: what is a pass over all records or lines (grep, coverage,
    /// lists of messages, registrations) cannot be answered from it, and which records are copies of others is not known
    /// before all are, so that reading unit by unit would save such a command nothing but pages of the logs, which the system
    /// takes back by itself.
    pub(super) fn read(&self, inputs: &[PathBuf], clocks: &GivenClocks, depth: Depth) -> Option<(Trace, Analysis)> {
        let merged = || {
            let Some(worked) = self.work(inputs, clocks)? else { return Ok(None) };
            if !super::job::tell(&worked.job)?.found {
                return Ok(Some(None));
            }
            worked.job.results().map(|merged| Some(Some(merged))).map_err(|e| e.to_string())
        };
        match merged() {
            Ok(Some(merged)) => merged.map(|merged| (merged.trace, merged.analysis)),
            Ok(None) => clocks.read(inputs, depth),
            Err(line) => {
                failed(&line);
                None
            }
        }
    }

    fn options(&self, size: u64) -> Result<Options, String> {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|error| format!("no random number to be had: {error}"))?;
        let mut options = Options::default();
        (options.seed, options.limits) = (u64::from_le_bytes(seed), limits());
        if let Some(memory) = self.memory {
            options.unit = Some((memory / SHARE).max(LEAST));
            let buckets = size.div_ceil((memory / 4).max(LEAST_BUCKET)).clamp(1, 1 << 16);
            options.buckets = u32::try_from(buckets).ok();
        }
        Ok(options)
    }
}

/// Every task that is not done yet, one after the other, each of them on all threads; the tasks of a step in a process of their own.
fn all_tasks(job: &Job, folder: &Path, size: u64) -> Result<(), String> {
    let bar = Bar::named("working");
    let count = |step: Step| u64::from(job.tasks(step));
    let all = Step::ALL.map(count).iter().sum::<u64>().max(1);
    let show = |done: u64| bar.show(Progress { done: size / all * done, total: size });
    let mut before = 0;
    for step in Step::ALL {
        let mut done = before;
        let ended = child::run(folder, step, || {
            done += 1;
            show(done);
        });
        match ended {
            Ended::Done => {}
            Ended::Failed(line) => return Err(line),
            Ended::Never => {
                for task in 0..job.tasks(step) {
                    show(before + u64::from(task));
                    job.run(step, task).map_err(|e| e.to_string())?;
                }
            }
        }
        before += count(step);
        show(before);
    }
    bar.finish();
    Ok(())
}

fn temporary() -> Result<TempDir, String> {
    let made = tempfile::Builder::new().prefix("siptrail-work-").tempdir().map_err(|error| {
        format!("no folder for pieces in {}: {error}; --work DIR names another place", std::env::temp_dir().display())
    })?;
    *TEMPORARY.lock().unwrap_or_else(PoisonError::into_inner) = Some(made.path().to_path_buf());
    Ok(made)
}

/// Memory of the machine in bytes, where the system tells.
fn total_memory() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}
