//! Options of every command, and what follows from them.

use std::path::PathBuf;
use std::sync::OnceLock;

use clap::{Args, ValueEnum};

use super::config::File;

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Options of every command")]
pub(crate) struct Global {
    /// Colour of text on standard output
    #[arg(long, global = true, value_enum, value_name = "WHEN")]
    color: Option<Color>,
    /// Threads that read and analyse: one for each processor unless given
    #[arg(long, short, global = true, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    jobs: Option<u16>,
    /// No progress and no remarks on standard error, errors only
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Tell on standard error what was read, and how long it took
    #[arg(long, short, global = true)]
    verbose: bool,
    /// Configuration file, see siptrail config
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Also in a file or a pipe
    Always,
    /// Nowhere
    Never,
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Voice {
    /// Errors only.
    Quiet,
    /// Remarks and progress too.
    Normal,
    /// Also what was read.
    Verbose,
}

static VOICE: OnceLock<Voice> = OnceLock::new();

/// How much is said on stderr.
pub(crate) fn voice() -> Voice {
    VOICE.get().copied().unwrap_or(Voice::Normal)
}

impl Global {
    /// Sets what holds for the whole process. Called once, before the work begins.
    ///
    /// # Errors
    /// One line, when the threads cannot be started.
    pub(crate) fn apply(&self, file: &File) -> Result<(), String> {
        let choice = match self.color.or(file.color).unwrap_or(Color::Auto) {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        choice.write_global();
        let (quiet, verbose) = if self.quiet || self.verbose {
            (self.quiet, self.verbose)
        } else {
            (file.quiet == Some(true), file.verbose == Some(true))
        };
        let voice = match (quiet, verbose) {
            (true, _) => Voice::Quiet,
            (_, true) => Voice::Verbose,
            _ => Voice::Normal,
        };
        let _ = VOICE.set(voice);
        let Some(jobs) = self.jobs.or(file.jobs) else { return Ok(()) };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs));
        pool.build_global().map_err(|e| format!("--jobs {jobs}: cannot start the threads: {e}; give a smaller number"))
    }
}
