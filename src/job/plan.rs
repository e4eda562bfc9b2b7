//! What a job reads, and in how many tasks.

use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::store::{Store, put, sealed, unsealed};
use super::sum::hash;
use super::{JobError, Step};
use crate::input::{self, Limits};

const PLAN: &str = "plan";
/// Changes with the form of what tasks leave to each other.
const FORMAT: &str = "siptrail.job/4";
/// So much of a file at both ends is hashed: a file that is another later is noticed.
const ENDS: u64 = 64 << 10;

/// How a job is cut into tasks.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Options {
    /// Tasks of reduce; by the size of the logs unless given.
    pub buckets: Option<u32>,
    /// Bytes that a task of map reads at least, unless the files are fewer; of a longer log it has no more in memory at a time.
    pub unit: Option<u64>,
    /// Numbers by which texts are told apart.
    pub seed: u64,
    /// Limits of what is read, of each file by itself: tasks do not know what others unpack.
    pub limits: Limits,
}

/// What a job reads, and in how many tasks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Plan {
    format: String,
    program: String,
    seed: u64,
    limits: Limits,
    /// Hash of the rules of one's own.
    rules: String,
    /// The folder from which the logs were named.
    from: PathBuf,
    inputs: Vec<PathBuf>,
    pub(super) files: Vec<File>,
    /// What could not be read, with the number of files ahead of it.
    pub(super) errors: Vec<(usize, Unread)>,
    /// First file and number of files of each task of map.
    pub(super) units: Vec<(usize, usize)>,
    /// Bytes of a log that are read at a time.
    pub(super) piece: u64,
    buckets: u32,
    users: u32,
}

/// A file to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) path: PathBuf,
    pub(super) in_folder: bool,
    bytes: u64,
    ends: String,
}

/// An input that could not be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Unread {
    pub(super) path: String,
    pub(super) what: String,
}

/// Bytes of logs for each task of reduce.
const BUCKET: u64 = 32 << 20;
/// Bytes of logs for each task of map.
const UNIT: u64 = 16 << 20;
const MOST: u32 = 1 << 16;

impl Plan {
    /// How many tasks a step has.
    pub fn tasks(&self, step: Step) -> u32 {
        match step {
            Step::Map => u32::try_from(self.units.len()).unwrap_or(u32::MAX),
            Step::Reduce => self.buckets,
            Step::Link | Step::Judge => self.users,
            Step::Survey | Step::Merge => 1,
        }
    }

    /// The logs, as they can be opened from any folder.
    pub fn inputs(&self) -> impl Iterator<Item = PathBuf> {
        self.inputs.iter().map(|path| self.from.join(path))
    }

    /// What all tasks read with: numbers by which texts are told apart, and limits.
    pub(super) fn reading(&self) -> (u64, Limits) {
        (self.seed, self.limits)
    }

    /// Inputs that could not be found or read when the job was planned, each with the reason.
    pub fn unread(&self) -> impl Iterator<Item = &str> {
        self.errors.iter().map(|(_, unread)| unread.what.as_str())
    }

    /// Holds that the rules in force are those of the plan: else one task would find what the next does not know.
    pub(super) fn check_rules(&self) -> Result<(), JobError> {
        if self.rules == rules() {
            return Ok(());
        }
        Err(JobError::new(
            "the job was planned with other rules of your own (findings.d); use those, or plan the job anew",
        ))
    }

    /// A file, as it can be opened from any folder.
    pub(super) fn path(&self, file: &File) -> PathBuf {
        self.from.join(&file.path)
    }

    /// A text that names a file as it was opened, with the name that it was given.
    pub(super) fn as_given(&self, file: &File, text: &str) -> String {
        let (opened, given) = (self.path(file), &file.path);
        let name = input::name_of(&opened);
        if text.contains(&name) {
            return text.replacen(&name, &input::name_of(given), 1);
        }
        // Errors name files as the system does.
        text.replacen(&*opened.to_string_lossy(), &given.to_string_lossy(), 1)
    }

    /// Holds that a file is what it was.
    pub(super) fn check(&self, file: &File) -> Result<(), JobError> {
        let path = self.path(file);
        let now = identity(&path).map_err(|e| JobError::io(&path, &e))?;
        if now == (file.bytes, file.ends.clone()) {
            return Ok(());
        }
        Err(JobError::new(format!("{}: it is not the file that was planned; plan the job anew", path.display())))
    }
}

/// Length, and hash of both ends.
fn identity(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = fs::File::open(path)?;
    let bytes = file.metadata()?.len();
    let mut ends = Vec::new();
    file.by_ref().take(ENDS).read_to_end(&mut ends)?;
    if bytes > ENDS {
        file.seek(SeekFrom::Start(bytes.saturating_sub(ENDS)))?;
        file.take(ENDS).read_to_end(&mut ends)?;
    }
    Ok((bytes, hash(&ends)))
}

/// Hash of the rules of one's own.
fn rules() -> String {
    hash(crate::rules::in_force().as_bytes())
}

pub(super) fn is_there(folder: &Path) -> bool {
    let head = || {
        let mut head = [0; 128];
        let read = fs::File::open(folder.join(PLAN)).and_then(|mut f| f.read(&mut head)).ok()?;
        head.get(65..read)?.windows(FORMAT.len()).any(|w| w == FORMAT.as_bytes()).then_some(())
    };
    head().is_some()
}

pub(super) fn read(folder: &Path) -> Result<(Store, Plan), JobError> {
    let path = folder.join(PLAN);
    if !path.exists() {
        return Err(JobError::new(format!("{}: it holds no job; siptrail job plan makes one", folder.display())));
    }
    let (text, hash) = unsealed(&path)?;
    let plan: Plan = serde_json::from_str(&text).map_err(|e| JobError::changed(&path, &e.to_string()))?;
    if (plan.format.as_str(), plan.program.as_str()) != (FORMAT, env!("CARGO_PKG_VERSION")) {
        let what = format!("planned by siptrail {}, this is {}", plan.program, env!("CARGO_PKG_VERSION"));
        return Err(JobError::new(format!("{}: {what}; plan the job anew", path.display())));
    }
    Ok((Store::new(folder.to_path_buf(), hash), plan))
}

pub(super) fn make(inputs: &[PathBuf], folder: &Path, options: &Options) -> Result<(Store, Plan), JobError> {
    let plan = planned(inputs, options)?;
    fs::create_dir_all(folder).map_err(|e| JobError::io(folder, &e))?;
    let path = folder.join(PLAN);
    if path.exists() {
        let (store, old) = read(folder)?;
        let same = |a: &Plan, b: &Plan| {
            let cut = (&a.files, &a.inputs, &a.from, &a.units, (a.buckets, a.piece));
            cut == (&b.files, &b.inputs, &b.from, &b.units, (b.buckets, b.piece))
                && (a.limits, &a.rules) == (b.limits, &b.rules)
        };
        if same(&old, &plan) {
            return Ok((store, old));
        }
        let what = "it holds the plan of another job";
        return Err(JobError::new(format!("{}: {what}; name another folder, or delete this one", path.display())));
    }
    let text = serde_json::to_string(&plan).map_err(|e| JobError::new(e.to_string()))?;
    let (sealed, hash) = sealed(&text);
    put(&path, sealed.as_bytes())?;
    Ok((Store::new(folder.to_path_buf(), hash), plan))
}

fn planned(inputs: &[PathBuf], options: &Options) -> Result<Plan, JobError> {
    if inputs.iter().any(|path| path == Path::new("-")) {
        return Err(JobError::new("a job cannot read standard input: its tasks run elsewhere; name a file"));
    }
    let from = std::env::current_dir().map_err(|e| JobError::io(Path::new("."), &e))?;
    let listed = input::list(inputs);
    let mut errors: Vec<(usize, Unread)> = Vec::new();
    let unread = |path: &Path, what: String| Unread { path: path.display().to_string(), what };
    errors.extend(listed.errors.iter().map(|(at, error)| (*at, unread(error.path(), error.to_string()))));
    let mut files = Vec::new();
    for (path, in_folder) in listed.files {
        if path.to_str().is_none() {
            return Err(JobError::new(format!("{}: its name is not UTF-8; rename it", path.display())));
        }
        let (bytes, ends) = identity(&path).map_err(|e| JobError::io(&path, &e))?;
        files.push(File { path, in_folder, bytes, ends });
    }
    if files.is_empty() {
        let what = errors.first().map_or("no log was named".to_owned(), |(_, e)| e.what.clone());
        return Err(JobError::new(what));
    }
    let total: u64 = files.iter().map(|f| f.bytes).sum();
    let by_size = u32::try_from(total.div_ceil(BUCKET)).unwrap_or(MOST);
    let buckets = options.buckets.unwrap_or(by_size).clamp(1, MOST);
    Ok(Plan {
        format: FORMAT.to_owned(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        seed: options.seed,
        limits: options.limits,
        rules: rules(),
        from,
        inputs: inputs.to_vec(),
        units: units(&files, options.unit.unwrap_or(UNIT)),
        piece: options.unit.unwrap_or(UNIT),
        files,
        errors,
        buckets,
        users: buckets.div_ceil(4),
    })
}

/// Files behind each other, until they are enough for one task.
fn units(files: &[File], enough: u64) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut size = u64::MAX;
    for (i, file) in files.iter().enumerate() {
        if let Some((_, count)) = out.last_mut().filter(|_| size.saturating_add(file.bytes) <= enough) {
            (*count, size) = (*count + 1, size + file.bytes);
        } else {
            out.push((i, 1));
            size = file.bytes;
        }
    }
    out
}
