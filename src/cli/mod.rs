//! The command line: arguments, progress, exit codes. One file per subcommand.

mod anonymise;
mod check;
mod clock;
mod completions;
mod config;
mod coverage;
mod demo;
mod explain;
mod filter;
mod findings;
mod global;
mod grep;
mod knowledge;
mod list;
mod load;
mod output;
mod progress;
mod report;
mod show;
mod synth;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

/// Who missed a call or a notification, why, and which lines of the log prove it.
///
/// Reads SIP traces of OCS, Lync and Skype for Business servers (SIPStack text of OCSLogger or the
/// Centralized Logging Service), plain or compressed, in any of the encodings that occur.
#[derive(Debug, Parser)]
#[command(name = "siptrail", version, arg_required_else_help = true, max_term_width = 100)]
#[command(after_help = "Examples:
  siptrail report C:\\Traces                              who missed what, and why
  siptrail report logs --format html -o report.html      a page to send on
  siptrail show bob@contoso.com logs                     the calls of one user, message by message
  siptrail explain PN03 480                              what a code means
siptrail COMMAND --help tells all about a command.

Exit status: 0 ran, 1 found what --fail-on asks for, 2 wrong usage or nothing could be read, 130 interrupted.")]
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
    List(list::ListArgs),
    Grep(grep::Grep),
    Coverage(coverage::Coverage),
    Findings(findings::Findings),
    Explain(explain::Explain),
    Demo(demo::Demo),
    Synth(synth::Synth),
    Check(check::Check),
    Anonymise(anonymise::Anonymise),
    Config(config::Config),
    Completions(completions::Completions),
    Man(completions::Man),
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
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> ExitCode {
        ExitCode::from(match status {
            Status::Fine => 0,
            Status::Found => 1,
            Status::Failed => 2,
        })
    }
}

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    // An interrupt ends the process wherever it is: a file is put in place only when it is whole.
    let interrupted = ctrlc::set_handler(|| {
        output::discard();
        std::process::exit(130);
    });
    if let Err(error) = interrupted {
        say(&format!("siptrail: cannot catch interrupts: {error}"));
    }
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(status) => status.into(),
        // `| head` has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Status::Fine.into(),
        Err(error) => {
            say(&format!("siptrail: cannot write the report: {error}; check the disk or the pipe behind it"));
            Status::Failed.into()
        }
    }
}

fn run(arguments: Arguments) -> io::Result<Status> {
    let Arguments { command, global } = arguments;
    // These must work where the configuration is broken, or is only about to be written.
    match &command {
        Command::Config(config) => return config.run(global.config.as_deref()),
        Command::Completions(completions) => return completions.run(Arguments::command()),
        Command::Man(man) => return man.run(Arguments::command()),
        _ => {}
    }
    let file = match config::load(global.config.as_deref()).and_then(|file| global.apply(&file).map(|()| file)) {
        Ok(file) => file,
        Err(line) => return Ok(failed(&line)),
    };
    match command {
        Command::Report(report) => report.run(&file.report),
        Command::Show(show) => show.run(),
        Command::List(list) => list.run(),
        Command::Grep(grep) => grep.run(),
        Command::Coverage(coverage) => coverage.run(),
        Command::Findings(findings) => findings.run(),
        Command::Explain(explain) => explain.run(),
        Command::Demo(demo) => demo.run(),
        Command::Synth(synth) => Ok(synth.run()),
        Command::Check(check) => check.run(),
        Command::Anonymise(anonymise) => anonymise.run(),
        Command::Config(_) | Command::Completions(_) | Command::Man(_) => Ok(Status::Fine),
    }
}

/// Says on stderr why the command cannot do its work.
pub(crate) fn failed(line: &str) -> Status {
    say(&format!("siptrail: {line}"));
    Status::Failed
}

/// A remark on stderr, unless --quiet was given.
pub(crate) fn remark(line: &str) {
    if global::voice() != global::Voice::Quiet {
        say(&format!("siptrail: {line}"));
    }
}

/// One line on stderr, made safe for a terminal. There is nobody to tell when stderr is gone.
#[expect(clippy::disallowed_methods, reason = "the command line is where stderr is written")]
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{}", siptrail::text::sanitize(line));
}
