//! `siptrail completions` and `siptrail man`: made from the arguments themselves.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, Command};
use clap_complete::Shell;

use super::{Status, failed};

/// Print the completions of a shell
///
/// The script goes where the shell looks for completions; see the examples.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail completions bash > ~/.local/share/bash-completion/completions/siptrail
  siptrail completions zsh > ~/.zfunc/_siptrail          with ~/.zfunc in $fpath
  siptrail completions fish > ~/.config/fish/completions/siptrail.fish
  siptrail completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// Whose completions
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(&self, mut command: Command) -> io::Result<Status> {
        // Into memory first: the generator panics when its writer fails.
        let mut text = Vec::new();
        clap_complete::generate(self.shell, &mut command, "siptrail", &mut text);
        io::stdout().write_all(&text)?;
        Ok(Status::Fine)
    }
}

/// Print a manual page, or write all of them
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail man | man -l -                     read the page of the program
  siptrail man report | man -l -              the page of a command
  siptrail man -o ~/.local/share/man/man1     write all of them: siptrail.1, siptrail-report.1, ...")]
pub(crate) struct Man {
    /// Page of this command
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,
    /// Write all pages into this folder, which must be there
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

impl Man {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(&self, mut command: Command) -> io::Result<Status> {
        command.build();
        if let Some(folder) = &self.output {
            if !folder.is_dir() {
                return Ok(failed(&format!("there is no folder {}; make it, or choose another", folder.display())));
            }
            return match clap_mangen::generate_to(command, folder) {
                Ok(()) => Ok(Status::Fine),
                Err(e) => Ok(failed(&format!("cannot write into {}: {e}; check its permissions", folder.display()))),
            };
        }
        let page = match &self.command {
            None => command,
            Some(name) => match command.find_subcommand(name) {
                Some(found) => found.clone(),
                None => {
                    let all: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
                    return Ok(failed(&format!(
                        "man: expected a command, found {name:?}; there are {}",
                        all.join(", ")
                    )));
                }
            },
        };
        let mut text = Vec::new();
        clap_mangen::Man::new(page).render(&mut text)?;
        io::stdout().write_all(&text)?;
        Ok(Status::Fine)
    }
}
