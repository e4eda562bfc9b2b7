//! `siptrail user`

use std::io;
use std::path::PathBuf;

use clap::Args;
use siptrail::Depth;
use siptrail::report::day::{Day, users};

use super::clock::GivenClocks;
use super::output::Output;
use super::{Status, failed};

/// Show one user's day: sign-ins, devices, every call, message and push with its verdict
///
/// All of it stands on one strip of time, above the times for which the log of each server speaks.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail user bob C:\\Traces                a name, or a part of an address
  siptrail user bob@contoso.com fe01.log fe02.log
  siptrail list registrations C:\\Traces      the sign-ins of all users

Exit status: 0 shown, 2 no such user, or several: they are listed on stderr.")]
pub(crate) struct User {
    /// Address of the user, or a part of it
    #[arg(value_name = "USER")]
    name: String,
    /// Files, folders (searched for logs), archives, or - for standard input
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Write to this file, whole or not at all; - is standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw with ASCII only
    #[arg(long)]
    ascii: bool,
    /// Columns of the page: the terminal's width unless given, 80 where there is none
    #[arg(long, value_name = "COLUMNS", value_parser = clap::value_parser!(u16).range(40..=1000))]
    width: Option<u16>,
    #[command(flatten)]
    clocks: GivenClocks,
}

/// So many are named where several are meant.
const NAMED: usize = 20;

impl User {
    pub(crate) fn run(self) -> io::Result<Status> {
        let output = match Output::open(self.output.as_deref(), &self.inputs) {
            Ok(output) => output,
            Err(line) => return Ok(failed(&line)),
        };
        let Some((trace, analysis)) = self.clocks.read(&self.inputs, Depth::Causes) else {
            return Ok(Status::Failed);
        };
        let all = users(&trace, &analysis, &self.name);
        let user = match &all[..] {
            [] => {
                let what = &self.name;
                return Ok(failed(&format!(
                    "no user {what:?} in these logs: expected an address or a part of one; siptrail list calls INPUT names them"
                )));
            }
            [only] => only,
            several => {
                let some = several.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
                let more = if several.len() > NAMED { ", ..." } else { "" };
                return Ok(failed(&format!("{} users match {:?}: {some}{more}; name one", several.len(), self.name)));
            }
        };
        let width = self.width.map_or_else(|| super::show::terminal(self.output.is_none()), usize::from);
        let day = Day::of(&trace, &analysis, user);
        output.write(true, |out| day.write(width, self.ascii, out))?;
        Ok(Status::Fine)
    }
}
