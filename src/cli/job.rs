//! `siptrail job`: one analysis as many tasks.

use std::io;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use siptrail::job::{Job, Options, Step, Told, Totals};

use super::clock::GivenClocks;
use super::global::limits;
use super::output::Output;
use super::{Status, failed, note, say};

/// Analyse logs in many tasks, on several machines or with little memory
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail job plan logs -o job                    how many tasks each step has
  siptrail job run job map 0                       one task, on any machine that sees both folders
  siptrail job run job map                         all tasks of a step, one after the other
  siptrail report --format json job                the report of the finished job

Steps in their order: map, survey, reduce, link, judge, merge. The tasks of one step can run at the same time.")]
pub(crate) struct JobArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Count the tasks of each step, and write the plan
    Plan(Plan),
    /// Do a task, or all of a step; one that is done is left as it is
    Run(Run),
}

#[derive(Debug, Args)]
struct Plan {
    /// Files, folders (searched for logs) or archives
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Folder of the job: every machine must see it, and the logs, under the same path
    #[arg(short, long, value_name = "JOB")]
    output: PathBuf,
    /// Tasks of reduce: one for 32 MiB of logs unless given
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=65536))]
    buckets: Option<u32>,
    /// Files behind each other are one task of map up to this size together
    #[arg(long, value_name = "SIZE", value_parser = super::number::parse_size)]
    unit: Option<u64>,
}

#[derive(Debug, Args)]
struct Run {
    /// Folder of the job
    #[arg(value_name = "JOB")]
    job: PathBuf,
    /// Which step
    #[arg(value_enum, value_name = "STEP")]
    step: Which,
    /// Which of its tasks, counted from 0; all of them unless given
    #[arg(value_name = "N")]
    task: Option<u32>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Which {
    Map,
    Survey,
    Reduce,
    Link,
    Judge,
    Merge,
}

impl From<Which> for Step {
    fn from(which: Which) -> Step {
        match which {
            Which::Map => Step::Map,
            Which::Survey => Step::Survey,
            Which::Reduce => Step::Reduce,
            Which::Link => Step::Link,
            Which::Judge => Step::Judge,
            Which::Merge => Step::Merge,
        }
    }
}

impl JobArgs {
    pub(crate) fn run(self) -> io::Result<Status> {
        match self.what {
            What::Plan(plan) => plan.run(),
            What::Run(run) => run.run(),
        }
    }
}

impl Plan {
    fn run(self) -> io::Result<Status> {
        let mut seed = [0; 8];
        if let Err(error) = getrandom::fill(&mut seed) {
            return Ok(failed(&format!("no random number to be had: {error}")));
        }
        let mut options = Options::default();
        (options.buckets, options.unit, options.seed) = (self.buckets, self.unit, u64::from_le_bytes(seed));
        options.limits = limits();
        if let Err(line) = super::output::parent_of(&self.output) {
            return Ok(failed(&line));
        }
        match Job::plan(&self.inputs, &self.output, &options) {
            Ok(job) => {
                // The report tells them, too.
                job.planned().unread().for_each(|what| say(&format!("siptrail: {what}")));
                let tasks = Step::ALL.map(|step| format!("\"{step}\":{}", job.tasks(step)));
                line(&format!("{{{}}}", tasks.join(",")))
            }
            Err(error) => Ok(failed(&error.to_string())),
        }
    }
}

impl Run {
    fn run(self) -> io::Result<Status> {
        let step = Step::from(self.step);
        let job = match Job::open(&self.job) {
            Ok(job) => job,
            Err(error) => return Ok(failed(&error.to_string())),
        };
        let tasks = self.task.map_or(0..job.tasks(step), |task| task..task.saturating_add(1));
        let job = if tasks.len() == 1 { job.ending() } else { job };
        for task in tasks {
            match job.run(step, task) {
                Ok(totals) => drop(line(&told(step, task, &totals))?),
                Err(error) => return Ok(failed(&error.to_string())),
            }
        }
        Ok(Status::Fine)
    }
}

fn told(step: Step, task: u32, totals: &Totals) -> String {
    let totals = totals.iter().map(|(name, n)| format!(",\"{name}\":{n}")).collect::<Vec<_>>().concat();
    format!("{{\"step\":\"{step}\",\"task\":{task}{totals}}}")
}

fn line(text: &str) -> io::Result<Status> {
    Status::Fine
        .after_writing(Output::open(None, &[]).map_err(io::Error::other)?.write(false, |out| writeln!(out, "{text}")))
}

/// Says of the logs of a finished job what is said of logs that are read now, and what it told of them.
///
/// # Errors
/// A line for the user when the job is not finished.
pub(super) fn tell(job: &Job) -> Result<Told, String> {
    let told = job.told().map_err(|e| e.to_string())?;
    told.errors.iter().for_each(|line| say(&format!("siptrail: {line}")));
    let empty = if told.found { note } else { say };
    told.empty.iter().for_each(|line| empty(&format!("siptrail: {line}")));
    told.damage.iter().for_each(|line| note(&format!("siptrail: {line}")));
    Ok(told)
}

/// The job that is named, and nothing else, where its results are asked for as they are.
///
/// # Errors
/// A line for the user when it is not readable.
pub(super) fn finished(inputs: &[PathBuf], clocks: &GivenClocks) -> Result<Option<Job>, String> {
    match inputs {
        [folder] if Job::is_job(folder) && clocks.is_empty() => Job::open(folder).map(Some).map_err(|e| e.to_string()),
        _ => Ok(None),
    }
}

/// The logs of the job that is named, and nothing else; from the folder where it was planned, under their names.
pub(super) fn logs(inputs: &[PathBuf]) -> Option<Vec<PathBuf>> {
    let [folder] = inputs else { return None };
    let job = Job::is_job(folder).then(|| Job::open(folder).ok()).flatten()?;
    let here = std::env::current_dir().unwrap_or_default();
    let named = |path: PathBuf| path.strip_prefix(&here).map_or_else(|_| path.clone(), PathBuf::from);
    Some(job.planned().inputs().map(named).collect())
}
