//! Commands that this program was built without.

use std::ffi::OsString;
use std::io;

use clap::Args;

use super::{Status, failed};

/// A command that is not there, with whatever is behind its name.
#[derive(Debug, Args)]
pub(crate) struct Without {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, hide = true)]
    _rest: Vec<OsString>,
}

/// Says what is not there, and what to do.
#[expect(clippy::unnecessary_wraps, reason = "as every command")]
pub(super) fn run(what: &str, feature: &str) -> io::Result<Status> {
    Ok(failed(&format!(
        "this siptrail was built without {what}: build it with cargo install --path . --features {feature}"
    )))
}
