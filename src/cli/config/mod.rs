//! The configuration file: defaults of options. An option on the command line beats it.

mod filters;
mod keys;
mod read;
#[cfg_attr(not(feature = "tui"), path = "no_keys.rs")]
mod remap;
mod written;
mod wrong;

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use etcetera::BaseStrategy;

use super::{Arguments, Status, note, output, say};
pub(super) use read::Settings;
pub(super) use remap::Remap;

/// Bigger files are no configuration, in bytes.
const MOST: u64 = 1 << 20;

/// Names another file; empty means none.
const VARIABLE: &str = "SIPTRAIL_CONFIG";

/// Show the configuration file and what is in force, or write one to start from
///
/// The file sets defaults of options, and keys of the terminal UI, so that a nightly job or a narrow screen need not
/// repeat them. An option on the
/// command line beats it. It is looked for in --config FILE, then in the variable `SIPTRAIL_CONFIG` (empty: no file), then
/// in the user's folder for configurations. Unknown keys and values are refused.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail config                  where the file is, and every key with its value
  siptrail config --init           write one with all keys, explained and commented out
  siptrail config --init --config ./nightly.toml
  siptrail report --config ./nightly.toml logs")]
pub(crate) struct Config {
    /// Write a file with all keys, commented out; one that is there already is kept
    #[arg(long)]
    init: bool,
}

impl Config {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self, file: Option<&Path>) -> io::Result<Status> {
        let Some(path) = place(file) else {
            say(
                "siptrail: no configuration file: SIPTRAIL_CONFIG is empty, or there is no home folder; give --config FILE",
            );
            return Ok(Status::Failed);
        };
        if self.init {
            return Ok(init(&path));
        }
        let settings = match load(file) {
            Ok(settings) => settings,
            Err(line) => {
                say(&format!("siptrail: {line}"));
                return Ok(Status::Failed);
            }
        };
        let mut out = anstream::AutoStream::auto(io::stdout());
        let there = if path.exists() { "" } else { " (not there; siptrail config --init writes it)" };
        writeln!(out, "# {}{there}", siptrail::text::sanitize(&path.display().to_string()))?;
        out.write_all(written::in_force(&Arguments::command(), &settings).as_bytes())?;
        Ok(Status::Fine)
    }
}

/// Where the file is, whether it is there or not; `None` when there is to be none.
#[expect(clippy::disallowed_methods, reason = "the command line is where the environment is read")]
fn place(given: Option<&Path>) -> Option<PathBuf> {
    if let Some(path) = given {
        return Some(path.to_owned());
    }
    match std::env::var_os(VARIABLE) {
        Some(path) if path.is_empty() => None,
        Some(path) => Some(path.into()),
        None => etcetera::choose_base_strategy().ok().map(|s| s.config_dir().join("siptrail").join("config.toml")),
    }
}

/// The folder of rules of one's own, beside the file; `None` when there is to be no file.
pub(super) fn folder(given: Option<&Path>) -> Option<PathBuf> {
    Some(place(given)?.with_file_name("findings.d"))
}

/// Reads the file; no settings where there is none, unless it was named.
///
/// # Errors
/// A line for the user when it cannot be read or holds what is unknown.
pub(super) fn load(given: Option<&Path>) -> Result<Settings, String> {
    let Some(path) = place(given) else { return Ok(Settings::default()) };
    match read_text(&path) {
        Ok(text) => match read::read(&text, &Arguments::command()) {
            Ok(mut settings) => {
                settings.remap.file = path;
                Ok(settings)
            }
            Err(wrong) => {
                let line = wrong.line.map_or(String::new(), |n| format!(":{n}"));
                Err(format!("{}{line}: {}", path.display(), wrong.what))
            }
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound && given.is_none() => Ok(Settings::default()),
        // Another user's folder, as with sudo or a service: nobody asked for this file.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && given.is_none() => {
            note(&format!("siptrail: {}: {error}; going on without a configuration file", path.display()));
            Ok(Settings::default())
        }
        Err(error) => Err(format!(
            "{}: expected a configuration file, found: {error}; siptrail config --init writes one",
            path.display()
        )),
    }
}

/// The text of a file that may be anything, also a device without end.
#[expect(clippy::disallowed_methods, reason = "a configuration is no input")]
fn read_text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let read = std::fs::File::open(path)?.take(MOST + 1).read_to_string(&mut text)?;
    if read as u64 > MOST {
        return Err(io::Error::other(format!("more than {MOST} bytes")));
    }
    Ok(text)
}

fn init(path: &Path) -> Status {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).map_or(Ok(()), std::fs::create_dir_all);
    let text = written::template(&Arguments::command());
    match folder.and_then(|()| output::write_new(path, text.as_bytes())) {
        Ok(()) => {
            note(&format!("siptrail: wrote {}; take the # off the lines that you want", path.display()));
            Status::Fine
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            say(&format!("siptrail: {} is there already and was kept; edit it, or move it away first", path.display()));
            Status::Failed
        }
        Err(error) => {
            say(&format!("siptrail: cannot write {}: {error}; give another place with --config FILE", path.display()));
            Status::Failed
        }
    }
}
