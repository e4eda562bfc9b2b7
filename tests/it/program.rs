//! The program, run as a user runs it.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::root;

/// The program, which keeps nothing of logs where the user keeps it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siptrail"));
    command.env("XDG_CACHE_HOME", CACHE);
    command
}

/// Where the program that is tested keeps what it read.
pub(crate) const CACHE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/cache");

/// Runs it at the root of the project, and says nothing of colours.
pub(crate) fn run(args: &[&str]) -> Output {
    run_in(args, &root(""))
}

/// Runs it in a folder.
pub(crate) fn run_in(args: &[&str], folder: &Path) -> Output {
    let mut command = program();
    command.args(args).current_dir(folder).env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").output().unwrap()
}

/// What it printed.
pub(crate) fn out(o: &Output) -> String {
    String::from_utf8(o.stdout.clone()).unwrap()
}

/// What it said on stderr.
pub(crate) fn err(o: &Output) -> String {
    String::from_utf8(o.stderr.clone()).unwrap()
}
