//! `siptrail completions` and `siptrail man`: the command line described for shells and for man.

mod powershell;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use super::typed::nearest;
use super::{Arguments, Status, output, say};

/// Print a completion script for a shell
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail completions bash > ~/.local/share/bash-completion/completions/siptrail
  siptrail completions zsh > ~/.zfunc/_siptrail
  siptrail completions fish > ~/.config/fish/completions/siptrail.fish
  siptrail completions powershell >> $PROFILE")]
pub(crate) struct Completions {
    /// For which shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        // The generator panics on a closed pipe: into memory first.
        let mut script = Vec::new();
        let mut root = Arguments::command();
        clap_complete::generate(self.shell, &mut root, "siptrail", &mut script);
        if self.shell == Shell::PowerShell {
            script = powershell::with_values(&String::from_utf8_lossy(&script), &root).into_bytes();
        }
        io::stdout().write_all(&script)?;
        Ok(Status::Fine)
    }
}

/// Print the manual page of siptrail or of a command, or write all pages into a folder
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  siptrail man | man -l -              read it
  siptrail man report | man -l -       of one command
  siptrail man -o ~/.local/share/man/man1")]
pub(crate) struct Man {
    /// Of which command
    #[arg(value_name = "COMMAND", conflicts_with = "output")]
    command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

impl Man {
    #[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
    pub(crate) fn run(self) -> io::Result<Status> {
        let mut root = Arguments::command().disable_help_subcommand(true);
        root.build();
        if let Some(folder) = &self.output {
            return Ok(write_all(root, folder));
        }
        let page = match &self.command {
            None => Some(root),
            Some(name) => root.find_subcommand(name).cloned(),
        };
        let Some(page) = page else {
            let names = Arguments::command();
            let typed = self.command.unwrap_or_default();
            let near = nearest(&typed, names.get_subcommands().map(Command::get_name));
            let hint = near.map_or("siptrail --help lists them".to_owned(), |n| format!("did you mean {n}?"));
            say(&format!("siptrail: expected a command, found {typed:?}; {hint}"));
            return Ok(Status::Failed);
        };
        let mut text = Vec::new();
        clap_mangen::Man::new(page).render(&mut text)?;
        io::stdout().write_all(&text)?;
        Ok(Status::Fine)
    }
}

/// Makes all pages beside their places first: a full disk leaves none of them, or the old ones.
fn place_all(root: Command, folder: &Path) -> io::Result<()> {
    let temporary = output::temporary_folder(folder)?;
    clap_mangen::generate_to(root, temporary.path())?;
    for page in std::fs::read_dir(temporary.path())? {
        let page = page?;
        std::fs::rename(page.path(), folder.join(page.file_name()))?;
    }
    output::unfinished(None);
    Ok(())
}

fn write_all(root: Command, folder: &Path) -> Status {
    if let Err(line) = output::parent_of(folder) {
        say(&format!("siptrail: {line}"));
        return Status::Failed;
    }
    let done = std::fs::create_dir_all(folder).and_then(|()| place_all(root, folder));
    match done {
        Ok(()) => Status::Fine,
        Err(error) => {
            let place = folder.display();
            say(&format!("siptrail: cannot write the pages into {place}: {error}; give another folder with -o"));
            Status::Failed
        }
    }
}
