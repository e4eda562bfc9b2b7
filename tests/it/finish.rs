//! What makes a command line pleasant: help with examples, completions, manual pages, configuration, global options.

use std::path::Path;
use std::process::{Command, Output};

use crate::common::root;

/// Without the configuration of whoever runs the tests.
fn run(args: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_siptrail"));
    command.args(args).current_dir(folder).env("XDG_CONFIG_HOME", folder).env("APPDATA", folder);
    command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The commands that the program lists.
fn commands() -> Vec<String> {
    let help = text(&run(&["--help"], &root("")).stdout);
    let (_, list) = help.split_once("Commands:\n").unwrap();
    list.lines()
        .take_while(|l| !l.is_empty())
        .filter_map(|l| l.strip_prefix("  "))
        .filter(|l| !l.starts_with(' '))
        .filter_map(|l| l.split_whitespace().next())
        .map(str::to_owned)
        .filter(|c| c != "help")
        .collect()
}

#[test]
fn every_command_has_help_with_examples_that_can_be_parsed() {
    let all = commands();
    assert!(all.len() >= 8, "{all:?}");
    for command in all {
        let help = text(&run(&[&command, "--help"], &root("")).stdout);
        let (_, examples) = help.split_once("Examples:\n").unwrap_or_else(|| panic!("{command} has no examples"));
        assert!(examples.contains(&format!("siptrail {command}")) || examples.contains(&command), "{command}");
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let all = commands();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = text(&run(&["completions", shell], &root("")).stdout);
        assert!(all.iter().all(|c| script.contains(c.as_str())) && script.contains("fail-on"), "{shell}");
    }
    let dir = tempfile::tempdir().unwrap();
    assert!(run(&["man", "-o", "."], dir.path()).status.success());
    for command in &all {
        let page = std::fs::read_to_string(dir.path().join(format!("siptrail-{command}.1"))).unwrap();
        assert!(page.contains(".SH NAME") && page.contains("Examples:"), "{command}");
    }
    assert!(text(&run(&["man", "report"], &root("")).stdout).contains(".SH SYNOPSIS"));
    let o = run(&["man", "reprot"], &root(""));
    assert_eq!(o.status.code(), Some(2));
    assert!(text(&o.stderr).contains("report, show"), "{o:?}");
}

#[test]
fn the_configuration_is_used_and_the_command_line_goes_before_it() {
    let dir = tempfile::tempdir().unwrap();
    let log = root("samples/silent-mobile-leg.log");
    let log = log.to_str().unwrap();
    let o = run(&["config", "--init"], dir.path());
    assert!(o.status.success(), "{o:?}");
    let path = dir.path().join("siptrail").join("config.toml");
    assert!(path.exists());
    assert_eq!(run(&["config", "--init"], dir.path()).status.code(), Some(2), "it would be overwritten");
    assert_eq!(run(&["report", log], dir.path()).status.code(), Some(0));

    std::fs::write(&path, "color = \"always\"\njobs = 1\n[report]\nfail_on = \"missed\"\n").unwrap();
    let o = run(&["report", log], dir.path());
    assert_eq!(o.status.code(), Some(1), "{o:?}");
    assert!(text(&o.stdout).contains('\u{1b}'));
    let o = run(&["report", log, "--fail-on", "never", "--color", "never"], dir.path());
    assert_eq!(o.status.code(), Some(0), "{o:?}");
    assert!(!text(&o.stdout).contains('\u{1b}'));

    std::fs::write(&path, "[report]\nfail-on = \"missed\"\n").unwrap();
    let o = run(&["report", log], dir.path());
    let said = text(&o.stderr);
    assert_eq!((o.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("config.toml") && said.contains("did you mean \"fail_on\"?"), "{said}");
    let o = run(&["report", log, "--config", "none.toml"], dir.path());
    assert_eq!(o.status.code(), Some(2));
    assert!(text(&o.stderr).contains("none.toml"));
}

#[test]
fn global_options_say_more_or_less_and_change_no_result() {
    let dir = tempfile::tempdir().unwrap();
    let samples = root("samples");
    let samples = samples.to_str().unwrap();
    let usual = run(&["report", samples, "--format", "json"], dir.path());
    assert!(text(&usual.stderr).contains("left alone"));
    let quiet = run(&["--quiet", "report", samples, "--format", "json", "--jobs", "1"], dir.path());
    assert_eq!(text(&quiet.stderr), "");
    let verbose = run(&["report", samples, "--format", "json", "-v"], dir.path());
    let said = text(&verbose.stderr);
    assert!(said.contains("silent-mobile-leg.log: ") && said.contains("threads"), "{said}");
    assert!(usual.stdout == quiet.stdout && usual.stdout == verbose.stdout);
    let o = run(&["report", samples, "--format", "jso"], dir.path());
    assert_eq!(o.status.code(), Some(2));
    assert!(text(&o.stderr).contains("'json'"), "{o:?}");
}
