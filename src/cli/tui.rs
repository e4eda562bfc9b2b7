//! `siptrail tui`, and `siptrail INPUT` on a terminal

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use etcetera::BaseStrategy;
use siptrail::tui::{self, Ending, Notes, Preset, Settings};

use super::clock::GivenClocks;
use super::config::Remap;
use super::{Status, failed, say};

/// Browse calls, pushes and their timeline on the terminal
///
/// siptrail INPUT does the same. Keys are told by ? and F1. The first page comes at once; logs are read meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail tui C:\\Traces            all logs of a folder
  siptrail edge01.log fe01.log      the same without the word tui
  siptrail tui --ascii fe01.log     for a terminal without line characters
  siptrail tui --keys sngrep logs   with the keys of sngrep
  siptrail tui --notes case4711.toml logs    notes of a case, to hand on

Keys can be changed one by one in the configuration file: siptrail config --init writes it.
Colours are those of the terminal; the environment variable NO_COLOR turns them off.
Exit status: 0 left by a key, 2 nothing could be read, 130 interrupted.")]
pub(crate) struct Tui {
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Go on reading what is appended to the logs (Ctrl-T turns it on and off), and wait for those that are not there yet
    #[arg(long)]
    follow: bool,
    #[command(flatten)]
    clocks: GivenClocks,
    /// Draw with ASCII only; the default where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
    /// Whose keys: siptrail's own, or those of sngrep where there is what they do
    #[arg(long, value_name = "NAME", default_value = "siptrail")]
    keys: Keys,
    /// Where notes on calls are kept [default: notes.toml in the user's folder for data]; logs are never written to
    #[arg(long, value_name = "FILE")]
    notes: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Keys {
    Siptrail,
    Sngrep,
}

impl From<Keys> for Preset {
    fn from(keys: Keys) -> Preset {
        match keys {
            Keys::Siptrail => Preset::Siptrail,
            Keys::Sngrep => Preset::Sngrep,
        }
    }
}

impl Tui {
    pub(crate) fn run(self, remap: &Remap) -> io::Result<Status> {
        let keys = match remap.keymap(self.keys.into()) {
            Ok(keys) => keys,
            Err(line) => return Ok(failed(&line)),
        };
        if !is_terminal() {
            say("siptrail: the terminal UI needs a terminal on standard output; siptrail report INPUT prints instead");
            return Ok(Status::Failed);
        }
        // Most mistakes are typing mistakes: told without clearing the screen first. What is followed is waited for.
        if !self.follow && self.inputs.iter().all(|path| path.as_os_str() != "-" && !path.exists()) {
            for error in siptrail::input::open(&self.inputs).errors {
                say(&format!("siptrail: {error}"));
            }
            return Ok(Status::Failed);
        }
        let case = self.saved();
        let notes_file = self.notes.or_else(own_notes);
        let notes = match notes_file.as_deref().map_or(Ok(Notes::default()), Notes::read) {
            Ok(notes) => notes,
            Err(line) => return Ok(failed(&line)),
        };
        let settings = Settings {
            case,
            options: self.clocks.options(),
            limits: super::global::limits(),
            index: super::global::index().cloned(),
            inputs: self.inputs,
            follow: self.follow,
            colour: colour(),
            ascii: self.ascii || !utf8(),
            keys,
            looks_file: super::global::index().and(own_looks()),
            notes,
            notes_file,
        };
        super::signals::catch_stops();
        let left = tui::run(&settings)?;
        for line in left.unwritten {
            say(&format!("siptrail: {line}"));
        }
        match left.ending {
            Ending::Quit => Ok(Status::Fine),
            Ending::Terminated => Ok(Status::Interrupted),
            Ending::Failed(lines) => {
                for line in lines {
                    say(&format!("siptrail: {line}"));
                }
                Ok(Status::Failed)
            }
        }
    }
}

impl Tui {
    /// The case, where one is named and nothing else.
    #[cfg(feature = "export")]
    fn saved(&self) -> Option<tui::SavedCase> {
        /// A case holds one story.
        const MOST: u64 = 256 << 20;
        let [only] = &self.inputs[..] else { return None };
        let is_small = only.metadata().is_ok_and(|m| m.is_file() && m.len() <= MOST);
        let is_zip = only.extension().is_some_and(|e| e.eq_ignore_ascii_case("zip"));
        // Whatever else is named may be many gigabytes, or never end.
        if !is_small || !is_zip {
            return None;
        }
        let saved = siptrail::bundle::open(&std::fs::read(only).ok()?)?;
        Some(tui::SavedCase { call_id: saved.call_id, ticket: saved.ticket, notes: saved.notes })
    }

    #[cfg(not(feature = "export"))]
    #[expect(clippy::unused_self, reason = "as with the feature")]
    fn saved(&self) -> Option<tui::SavedCase> {
        None
    }
}

/// Where it is kept how logs were left.
fn own_looks() -> Option<PathBuf> {
    Some(own_notes()?.with_file_name("views.json"))
}

/// Where notes are kept unless somebody says where.
pub(super) fn own_notes() -> Option<PathBuf> {
    etcetera::choose_base_strategy().ok().map(|s| s.data_dir().join("siptrail").join("notes.toml"))
}

#[expect(clippy::disallowed_methods, reason = "the command line knows the terminal")]
fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

#[expect(clippy::disallowed_methods, reason = "the command line reads the environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// <https://no-color.org>: any value that is not empty.
fn colour() -> bool {
    variable("NO_COLOR").is_none() && variable("TERM").is_none_or(|term| term != "dumb")
}

/// Whether the terminal shows more than ASCII: what the locale says; Windows consoles always do.
fn utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(variable);
    cfg!(windows)
        || locale.is_some_and(|l| {
            let l = l.to_ascii_lowercase();
            l.contains("utf-8") || l.contains("utf8")
        })
}
