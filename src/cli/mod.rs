//! The command line: arguments, progress, exit codes. One file per subcommand.

#[cfg(feature = "anonymise")]
mod anonymise;
mod cache;
#[cfg(feature = "export")]
mod case;
#[cfg(feature = "synth")]
mod check;
mod clock;
mod compare;
mod config;
mod coverage;
#[cfg(feature = "synth")]
mod demo;
mod explain;
#[cfg(feature = "export")]
mod export;
mod filter;
mod findings;
mod global;
mod grep;
mod hinted;
#[cfg(feature = "job")]
mod job;
mod knowledge;
mod list;
mod load;
#[cfg(feature = "mcp")]
mod mcp;
mod number;
mod output;
#[cfg(feature = "job")]
mod pieces;
mod progress;
mod rates;
mod registrations;
mod report;
mod rules;
mod saved;
mod shell;
mod show;
mod signals;
#[cfg(feature = "synth")]
mod synth;
#[cfg(feature = "tui")]
mod tui;
mod typed;
mod user;
mod watch;
#[cfg(not(all(
    feature = "tui",
    feature = "export",
    feature = "synth",
    feature = "anonymise",
    feature = "job",
    feature = "mcp"
)))]
mod without;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use typed::{refuse, with_command};

/// Who missed a call or a notification, why, and which lines of the log prove it.
///
/// Reads SIP traces of OCS, Lync and Skype for Business servers (SIPStack text of OCSLogger or the
/// Centralized Logging Service), plain or compressed, in any of the encodings that occur.
#[derive(Debug, Parser)]
#[command(name = "siptrail", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Examples:
  siptrail report edge01.log fe01.log          who missed what, why, and the proof
  siptrail show frank@contoso.com C:\\Traces    one call with its pushes as a ladder
  siptrail C:\\Traces                          the terminal UI: browse calls, stories and causes
  siptrail case b45230e8 C:\\Traces -o INC1234.zip    one case as one file, for a ticket
  siptrail explain PN03 1009                   what a finding or a number of a log means
  siptrail COMMAND --help                      all about a command, with examples

Exit status: 0 ran, 1 found what --fail-on asks for, 2 wrong usage, or an input could not be read, 130 interrupted.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    global: global::Global,
}

/// A subcommand without a line here is described where its arguments are.
#[derive(Debug, Subcommand)]
enum Command {
    /// Report missed calls and notifications with cause, remedy and proof
    Report(report::Report),
    Show(show::Show),
    #[cfg(feature = "tui")]
    Tui(tui::Tui),
    /// Browse calls, pushes and their timeline on the terminal (not in this build)
    #[cfg(not(feature = "tui"))]
    Tui(without::Without),
    #[cfg(feature = "export")]
    Case(case::CaseFile),
    /// Write one case as one file for a ticket (not in this build)
    #[cfg(not(feature = "export"))]
    Case(without::Without),
    List(list::ListArgs),
    User(user::User),
    Grep(grep::Grep),
    #[cfg(feature = "export")]
    Export(export::Export),
    /// Write messages, dialogs or tables for other programs (not in this build)
    #[cfg(not(feature = "export"))]
    Export(without::Without),
    Coverage(coverage::Coverage),
    Rates(rates::RatesArgs),
    Compare(compare::Compare),
    Watch(watch::Watch),
    #[cfg(feature = "mcp")]
    Mcp(mcp::Mcp),
    /// Answer the questions of an assistant (not in this build)
    #[cfg(not(feature = "mcp"))]
    Mcp(without::Without),
    #[cfg(feature = "job")]
    Job(job::JobArgs),
    /// Analyse logs in many tasks, on several machines (not in this build)
    #[cfg(not(feature = "job"))]
    Job(without::Without),
    #[cfg(feature = "anonymise")]
    Anonymise(anonymise::Anonymise),
    /// Copy logs without the names of people and machines (not in this build)
    #[cfg(not(feature = "anonymise"))]
    Anonymise(without::Without),
    Findings(findings::Findings),
    Explain(explain::Explain),
    #[cfg(feature = "synth")]
    Demo(demo::Demo),
    /// Try everything without a log (not in this build)
    #[cfg(not(feature = "synth"))]
    Demo(without::Without),
    #[cfg(feature = "synth")]
    Synth(synth::Synth),
    /// Write the logs of an invented deployment (not in this build)
    #[cfg(not(feature = "synth"))]
    Synth(without::Without),
    #[cfg(feature = "synth")]
    Check(check::Check),
    /// Hold a report against the truth (not in this build)
    #[cfg(not(feature = "synth"))]
    Check(without::Without),
    Cache(cache::Cache),
    Config(config::Config),
    Completions(shell::Completions),
    Man(shell::Man),
}

/// How a command ended (CONTRACT.md section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// Ran, and nothing at or above `--fail-on`.
    Fine,
    /// Ran, and found something at or above it.
    Found,
    /// Usage, I/O or configuration error, already told on stderr.
    Failed,
    /// The process was asked to end.
    #[cfg(feature = "tui")]
    Interrupted,
}

impl Status {
    /// The status when what was found could be written, or not: a pipe that was closed, and a stdout that never was
    /// open, leave it as it is.
    pub(crate) fn after_writing(self, written: io::Result<()>) -> io::Result<Status> {
        match written {
            Err(error) if !output::is_closed(&error) => Err(error),
            _ => Ok(self),
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Fine => 0,
            Status::Found => 1,
            Status::Failed => 2,
            #[cfg(feature = "tui")]
            Status::Interrupted => 130,
        })
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    signals::catch();
    #[cfg_attr(not(feature = "tui"), expect(unused_variables, reason = "there are no keys to change"))]
    let (arguments, remap) = match arguments() {
        Ok(both) => both,
        Err(line) => {
            say(&format!("siptrail: {line}"));
            return Status::Failed.into();
        }
    };
    let status = match arguments.command {
        #[cfg(feature = "tui")]
        Command::Tui(tui) => tui.run(&remap),
        Command::Report(report) => report.run(),
        Command::Show(show) => show.run(),
        #[cfg(feature = "export")]
        Command::Case(case) => case.run(),
        Command::List(list) => list.run(),
        Command::User(user) => user.run(),
        Command::Grep(grep) => grep.run(),
        #[cfg(feature = "export")]
        Command::Export(export) => export.run(),
        Command::Coverage(coverage) => coverage.run(),
        Command::Rates(rates) => rates.run(),
        Command::Compare(compare) => compare.run(),
        Command::Watch(watch) => watch.run(),
        #[cfg(feature = "mcp")]
        Command::Mcp(mcp) => mcp.run(),
        #[cfg(not(feature = "mcp"))]
        Command::Mcp(_) => without::run("the questions of an assistant", "mcp"),
        #[cfg(feature = "job")]
        Command::Job(job) => job.run(),
        #[cfg(feature = "anonymise")]
        Command::Anonymise(anonymise) => anonymise.run(),
        Command::Findings(findings) => findings.run(arguments.global.config.as_deref()),
        Command::Explain(explain) => explain.run(),
        #[cfg(feature = "synth")]
        Command::Demo(demo) => demo.run(),
        #[cfg(feature = "synth")]
        Command::Synth(synth) => Ok(synth.run()),
        #[cfg(feature = "synth")]
        Command::Check(check) => check.run(),
        Command::Cache(cache) => cache.run(),
        Command::Config(config) => config.run(arguments.global.config.as_deref()),
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
        #[cfg(not(feature = "tui"))]
        Command::Tui(_) => without::run("the terminal UI", "tui"),
        #[cfg(not(feature = "export"))]
        Command::Export(_) | Command::Case(_) => without::run("files for other programs", "export"),
        #[cfg(not(feature = "job"))]
        Command::Job(_) => without::run("jobs of many tasks", "job"),
        #[cfg(not(feature = "anonymise"))]
        Command::Anonymise(_) => without::run("copies without names", "anonymise"),
        #[cfg(not(feature = "synth"))]
        Command::Demo(_) | Command::Synth(_) | Command::Check(_) => without::run("invented logs", "synth"),
    };
    match status {
        Ok(status) => status.into(),
        // `| head` has seen enough; commands that found something have said so by then.
        Err(error) if output::is_closed(&error) => Status::Fine.into(),
        Err(error) => {
            say(&format!("siptrail: cannot write the report: {error}; check the disk or the pipe behind it"));
            Status::Failed.into()
        }
    }
}

/// The command line over the configuration file, with the global options in force; and keys of the file.
fn arguments() -> Result<(Arguments, config::Remap), String> {
    let typed = with_command(std::env::args_os().collect())?;
    let mut arguments = Arguments::try_parse_from(&typed).unwrap_or_else(|error| refuse(&error));
    let mut remap = config::Remap::default();
    // These say nothing about logs, and `config` must run on a file that is wrong.
    if !matches!(arguments.command, Command::Config(_) | Command::Completions(_) | Command::Man(_)) {
        let file = arguments.global.config.as_deref();
        let mut settings = config::load(file)?;
        // Those that are checked are read by the command, and told with what is wrong.
        let checks = matches!(&arguments.command, Command::Findings(findings) if findings.checks());
        if let Some(folder) = config::folder(file).filter(|_| !checks) {
            rules::install(&rules::read(&folder)?)?;
        }
        remap = settings.take_remap();
        // What was read before did not know the names.
        if !settings.is_empty() {
            let wrong = |(name, why)| format!("configuration file, [filters]: {name}: {why}");
            siptrail::query::install_named(settings.take_filters()).map_err(wrong)?;
            let matches = settings.apply(Arguments::command()).try_get_matches_from(typed);
            let read = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
            arguments = read.unwrap_or_else(|error| refuse(&error));
        }
    }
    arguments.global.apply()?;
    Ok((arguments, remap))
}

/// The logs of a job, where one is named; else what is named.
fn logs(inputs: &[std::path::PathBuf]) -> Vec<std::path::PathBuf> {
    #[cfg(feature = "job")]
    if let Some(logs) = job::logs(inputs) {
        return logs;
    }
    inputs.to_vec()
}

/// A line that only informs; `--quiet` keeps it back.
pub(crate) fn note(line: &str) {
    if global::talks(global::Verbosity::Normal) {
        say(line);
    }
}

/// Adds to records the pushes of the calls that they are of, or says that they are left out and how to get them.
pub(crate) fn left_out(
    trace: &siptrail::Trace,
    analysis: &siptrail::Analysis,
    records: &mut Vec<siptrail::trace::EventId>,
    whole: bool,
) {
    let left = siptrail::case::left_out(analysis, records);
    if left.pushes == 0 {
        return;
    }
    if whole {
        records.extend(left.records.iter().filter(|id| trace.event(**id).is_some_and(|e| !e.is_copy())));
        records.sort_unstable();
        return;
    }
    let (pushes, count) = (siptrail::text::plural(left.pushes as u64, "push"), left.records.len());
    let first = left.first.unwrap_or_default();
    note(&format!(
        "siptrail: left out: {pushes} of the selected calls ({count} records, Call-ID {first}); --stories takes them along"
    ));
}

/// Says on stderr why the command cannot do its work.
pub(crate) fn failed(line: &str) -> Status {
    say(&format!("siptrail: {line}"));
    Status::Failed
}

/// One line on stderr, made safe for a terminal. There is nobody to tell when stderr is gone.
#[expect(clippy::disallowed_methods, reason = "the command line is where stderr is written")]
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", siptrail::text::sanitize(line));
}

/// Lines that are safe already.
#[expect(clippy::disallowed_methods, reason = "the command line is where stderr is written")]
fn say_lines(text: &str) {
    let _ = writeln!(io::stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound_and_every_command_has_examples() {
        let root = Arguments::command();
        root.clone().debug_assert();
        let is_here = |c: &&clap::Command| !c.get_about().is_some_and(|a| a.to_string().contains("not in this build"));
        for command in root.get_subcommands().filter(is_here).chain([&root]) {
            let help =
                command.get_after_long_help().or(command.get_after_help()).map(ToString::to_string).unwrap_or_default();
            assert!(help.starts_with("Examples:"), "{} has no examples", command.get_name());
        }
    }
}
