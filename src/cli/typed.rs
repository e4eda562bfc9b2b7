//! What was typed: the command that is meant, and what is said of what cannot be understood.

use std::ffi::OsString;

use clap::CommandFactory;

use super::{Arguments, say_lines};

/// Tells what the parser of the command line has to tell, and ends the process. It repeats arguments as they were given,
/// and those may come from anywhere: what acts on a terminal is told without colours, and made safe.
#[expect(clippy::exit, reason = "as the parser does, before anything is opened")]
pub(super) fn refuse(error: &clap::Error) -> ! {
    let is_plain = |arg: OsString| siptrail::text::sanitize(&arg.to_string_lossy()) == arg.to_string_lossy();
    if std::env::args_os().all(is_plain) {
        error.exit();
    }
    say_lines(siptrail::text::sanitize_lines(&error.render().to_string()).trim_end());
    std::process::exit(error.exit_code())
}

/// `siptrail INPUT` is `siptrail tui INPUT`: puts the word in where the first word is no command but may be a file.
///
/// # Errors
/// One line when it is neither.
pub(super) fn with_command(mut typed: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let command = Arguments::command();
    let browse = command.find_subcommand("tui");
    let takes_value = |text: &str| {
        let all = command.get_arguments().chain(browse.into_iter().flat_map(clap::Command::get_arguments));
        all.filter(|a| a.get_action().takes_values()).any(|a| {
            let long = a.get_long().is_some_and(|l| text.strip_prefix("--") == Some(l));
            long || a.get_short().is_some_and(|s| text == format!("-{s}"))
        })
    };
    let mut at = 1;
    while let Some(word) = typed.get(at) {
        let text = word.to_string_lossy().into_owned();
        if text == "-" || !text.starts_with('-') {
            if text == "help" || command.find_subcommand(&text).is_some() {
                break;
            }
            let names = || command.get_subcommands().map(clap::Command::get_name);
            if text == "-" || text.contains(['.', '/', '\\']) || std::path::Path::new(word).exists() {
                typed.insert(1, "tui".into());
            } else {
                let meant = nearest(&text, names()).map_or(String::new(), |n| format!(" (did you mean {n}?)"));
                return Err(format!(
                    "{text:?} is no command{meant}, and no file or folder of that name is here; siptrail --help tells the commands"
                ));
            }
            break;
        }
        at += if takes_value(&text) { 2 } else { 1 };
    }
    Ok(typed)
}

/// The name that was probably meant.
pub(super) fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    siptrail::text::nearest(typed, names.map(|n| (n, n)), siptrail::text::one_in_three(typed))
}
