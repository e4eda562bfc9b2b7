//! Options of every command: colour, threads, how much is said on stderr, which configuration file.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::UNIX_EPOCH;

use clap::{ArgAction, Args, ColorChoice, value_parser};
use etcetera::BaseStrategy;
use siptrail::index::{Index, LEAST};
use siptrail::input::{Format, Limits};

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub(crate) struct Global {
    /// When to colour: auto means on a terminal, unless `NO_COLOR` is set
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorChoice,
    /// How many threads read and analyse: one a processor unless given; the result is the same
    #[arg(short, long, global = true, value_name = "N", value_parser = value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// Say nothing on stderr but errors: no progress, no notices
    #[arg(short, long, global = true, action = ArgAction::SetTrue, conflicts_with = "verbose")]
    quiet: bool,
    /// Say on stderr what was read, and how long it took
    #[arg(short, long, global = true, action = ArgAction::SetTrue)]
    verbose: bool,
    /// Bytes that archives and UTF-16 texts of all inputs together may unpack to, in memory first and then in temporary
    /// files: 500MB, 32GB
    #[arg(long, global = true, value_name = "SIZE", default_value = "32GB", value_parser = super::number::parse_size)]
    max_unpacked: u64,
    /// Read every input in this layout: sipstack is the trace of a server. Unless given, each input is looked at
    #[arg(long, global = true, value_name = "LAYOUT", value_parser = parse_format)]
    format_in: Option<Format>,
    /// Keep what was read out of the logs in this folder, so that the next command need not read them again [default:
    /// siptrail in the user's folder for caches, for logs of 8 MB and more]
    #[arg(long, global = true, value_name = "DIR", conflicts_with = "no_index")]
    index: Option<PathBuf>,
    /// Keep nothing, and use nothing that was kept
    #[arg(long, global = true, action = ArgAction::SetTrue)]
    no_index: bool,
    /// Bytes that all that is kept may take; the oldest goes first
    #[arg(long, global = true, value_name = "SIZE", default_value = "8GB", value_parser = super::number::parse_size)]
    max_index: u64,
    /// Configuration file in place of the user's own; siptrail config tells where that is
    #[arg(long, global = true, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// How much is said on stderr beside errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Verbosity {
    /// Errors only.
    Quiet,
    /// Notices and progress.
    Normal,
    /// Facts of every input, and times.
    Verbose,
}

/// One for the process, like the streams it is about.
static VERBOSITY: AtomicU8 = AtomicU8::new(Verbosity::Normal as u8);

/// Likewise.
static MAX_UNPACKED: AtomicU64 = AtomicU64::new(u64::MAX);

/// Likewise.
static FORMAT_IN: OnceLock<Format> = OnceLock::new();

/// Reads the word of a layout.
fn parse_format(text: &str) -> Result<Format, String> {
    let found = Format::ALL.into_iter().find(|f| f.name() == text);
    found.ok_or_else(|| format!("expected one of {}", Format::ALL.map(Format::name).join(", ")))
}

/// Limits of what is read.
pub(super) fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_unpacked = MAX_UNPACKED.load(Ordering::Relaxed);
    limits.format = FORMAT_IN.get().copied();
    limits
}

/// Likewise: what another process of this program is to be given, that it works as this one.
static AGAIN: OnceLock<Vec<OsString>> = OnceLock::new();

/// Options for another process of this program, that it works with as many threads and the same configuration.
#[cfg(feature = "job")]
pub(super) fn again() -> &'static [OsString] {
    AGAIN.get().map_or(&[], Vec::as_slice)
}

/// Whether this much is said.
pub(super) fn talks(least: Verbosity) -> bool {
    VERBOSITY.load(Ordering::Relaxed) >= least as u8
}

/// Likewise: where what was read is kept, if it is.
static INDEX: OnceLock<Option<Index>> = OnceLock::new();

/// Where what was read out of logs is kept; `None` where nothing is.
pub(super) fn index() -> Option<&'static Index> {
    INDEX.get()?.as_ref()
}

/// Where it is kept unless somebody says where.
fn usual() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|s| s.cache_dir().join("siptrail"))
}

/// What tells this build of the program from others of its version.
fn build() -> Vec<u8> {
    let of = |path: PathBuf| {
        let metadata = path.metadata().ok()?;
        let changed = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
        Some([&metadata.len().to_le_bytes()[..], &changed.to_le_bytes()].concat())
    };
    std::env::current_exe().ok().and_then(of).unwrap_or_default()
}

impl Global {
    /// Where what is read is kept: where the user says, else in the folder for caches.
    fn kept(&self) -> Option<Index> {
        let given = self.index.as_ref().map(|folder| (folder.clone(), 0));
        let usual = || Some((usual()?, LEAST));
        let (folder, least) = given.or_else(usual).filter(|_| !self.no_index)?;
        Some(Index::new(folder, &build()).of_at_least(least).holding(self.max_index))
    }

    fn for_another(&self) -> Vec<OsString> {
        let jobs = self.jobs.map(|jobs| ["--jobs".into(), jobs.to_string().into()]);
        let config = self.config.as_ref().map(|file| ["--config".into(), file.into()]);
        jobs.into_iter().chain(config).flatten().chain(["--quiet".into()]).collect()
    }

    /// Puts the options in force for the whole process.
    ///
    /// # Errors
    /// A line for the user when the threads cannot be started.
    pub(super) fn apply(&self) -> Result<(), String> {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
        .write_global();
        let verbosity = match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        if let Some(format) = self.format_in {
            // Set once: the process reads its arguments once.
            let _ = FORMAT_IN.set(format);
        }
        VERBOSITY.store(verbosity as u8, Ordering::Relaxed);
        MAX_UNPACKED.store(self.max_unpacked, Ordering::Relaxed);
        // Set once: options are put in force once.
        let _ = INDEX.set(self.kept());
        let _ = AGAIN.set(self.for_another());
        let (jobs, given) = match self.jobs {
            Some(jobs) => (jobs, format!("--jobs {jobs}")),
            None => match environment_jobs()? {
                Some((name, jobs)) => (jobs, format!("{name}={jobs}")),
                None => return Ok(()),
            },
        };
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.into())
            .build_global()
            .map_err(|error| format!("{given}: cannot start so many threads: {error}; give a smaller number"))
    }
}

/// What rayon takes the number of threads from, without any limit; the second is its older name.
const THREADS: [&str; 2] = ["RAYON_NUM_THREADS", "RAYON_RS_NUM_CPUS"];

/// How many threads the environment asks for; 0, and what is no number, is left to rayon, as one a processor.
///
/// # Errors
/// A line for the user when it is more than `--jobs` takes.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn environment_jobs() -> Result<Option<(&'static str, u16)>, String> {
    for name in THREADS {
        let asked = std::env::var(name).ok().and_then(|text| text.parse::<u128>().ok());
        match asked.map(|n| (n, u16::try_from(n))) {
            None | Some((0, _)) => {}
            Some((_, Ok(n @ 1..=1024))) => return Ok(Some((name, n))),
            Some((n, _)) => {
                return Err(format!("{name}: expected 1 to 1024 threads, found {n}; unset it, or give --jobs N"));
            }
        }
    }
    Ok(None)
}
