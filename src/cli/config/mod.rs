//! `siptrail config`

mod file;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;

pub(crate) use file::{Config as File, ReportConfig, load};

use super::{Status, failed};

const TEMPLATE: &str = include_str!("template.toml");

/// Show where the configuration is, or write one to start from
///
/// The file holds what would otherwise be typed every time; the command line goes before it. A key that is not known
/// is an error.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail config                        where the file is, and what stands in it
  siptrail config --init                 write one with every key, explained, at the usual place
  siptrail --config ci.toml config --init        write it to ci.toml
  siptrail --config ci.toml report logs          use that one")]
pub(crate) struct Config {
    /// Write a configuration with every key, all of them commented out; one that is there is kept
    #[arg(long)]
    init: bool,
}

impl Config {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(&self, named: Option<&Path>) -> io::Result<Status> {
        let Some(path) = named.map(Path::to_path_buf).or_else(file::usual_path) else {
            return Ok(failed("there is no home folder to look for a configuration in; name a file with --config"));
        };
        let mut out = io::stdout();
        if self.init {
            if let Err(line) = init(&path) {
                return Ok(failed(&line));
            }
            writeln!(out, "wrote {}", path.display())?;
            return Ok(Status::Fine);
        }
        if !path.exists() {
            writeln!(out, "{} (not there: siptrail config --init writes one)", path.display())?;
            return Ok(Status::Fine);
        }
        if let Err(line) = load(Some(&path)) {
            return Ok(failed(&line));
        }
        writeln!(out, "{}", path.display())?;
        let text = std::fs::read_to_string(&path)?;
        for line in text.lines().filter(|l| !l.trim().is_empty() && !l.trim_start().starts_with('#')) {
            writeln!(out, "  {}", siptrail::text::sanitize(line))?;
        }
        Ok(Status::Fine)
    }
}

fn init(path: &PathBuf) -> Result<(), String> {
    let cannot = |e: io::Error| format!("cannot write {}: {e}; name another file with --config", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(cannot)?;
    }
    let mut file = match std::fs::File::options().write(true).create_new(true).open(path) {
        Ok(file) => file,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {
            return Err(format!("{} is there already and was kept; edit it, or remove it first", path.display()));
        }
        Err(e) => return Err(cannot(e)),
    };
    file.write_all(TEMPLATE.as_bytes()).map_err(cannot)
}
