//! What every command has: global options, the configuration file, completions, manual pages, hints.

use std::path::Path;
use std::process::Output;

use crate::common::root;

const LOG: &str = "samples/silent-mobile-leg.log";

/// Runs the program with a configuration file, or none.
fn run(args: &[&str], config: &Path) -> Output {
    let mut command = crate::program::program();
    command.args(args).current_dir(root("")).env("SIPTRAIL_CONFIG", config);
    command.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn the_configuration_sets_defaults_that_the_command_line_beats() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("new folder").join("siptrail.toml");
    let named = file.to_str().unwrap();
    assert_eq!(run(&["report", LOG], &file).status.code(), Some(0), "a file that is not there is no error");
    assert_eq!(run(&["report", LOG, "--config", named], &file).status.code(), Some(2), "unless it was named");
    assert_eq!(run(&["config", "--init"], &file).status.code(), Some(0));
    assert_eq!(run(&["config", "--init"], &file).status.code(), Some(2), "an old file is kept");
    assert_eq!(run(&["report", LOG], &file).status.code(), Some(0), "all of the template is commented out");
    std::fs::write(&file, "color = \"always\"\njobs = 1\n[report]\nfail_on = \"missed\"\n").unwrap();
    let o = run(&["report", LOG], &file);
    assert_eq!(o.status.code(), Some(1));
    assert!(text(&o.stdout).contains('\u{1b}'));
    let o = run(&["report", LOG, "--fail-on", "never", "--color", "never"], &file);
    assert_eq!(o.status.code(), Some(0));
    assert!(!text(&o.stdout).contains('\u{1b}'));
    let shown = text(&run(&["config"], &file).stdout);
    assert!(shown.contains(named) && shown.contains("[report]\nfail_on = \"missed\"\n"), "{shown}");
}

#[test]
fn what_is_misspelt_is_refused_with_a_hint() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("c.toml");
    std::fs::write(&file, "# mine\n[report]\nfail_no = \"missed\"\n").unwrap();
    for (args, hint) in [
        (vec!["report", LOG], "c.toml:3: unknown key \"fail_no\" under [report]; did you mean fail_on?"),
        (vec!["config"], "c.toml:3: unknown key"),
    ] {
        let o = run(&args, &file);
        let said = text(&o.stderr);
        assert!(o.status.code() == Some(2) && said.contains(hint) && said.lines().count() == 1, "{args:?}: {said}");
    }
    for (args, hint) in [
        (vec!["reprot", LOG], "\"reprot\" is no command (did you mean report?), and no file"),
        (vec!["list", "calls", LOG, "--limit", "-1"], "expected a whole number"),
        (vec!["synth", "x", "--seed", "abc"], "expected a whole number"),
        // The option belongs to a command that is not named: taken for siptrail tui, which wants a terminal.
        (vec!["--keys", "sngrep", LOG], "needs a terminal"),
        (vec!["--color", "never", LOG, "--follow"], "needs a terminal"),
        (vec!["report", LOG, "--format", "jsn"], "json"),
        (vec!["report", LOG, "--fail-on", "mised"], "missed"),
        (vec!["report", LOG, "--color", "allways"], "always"),
        (vec!["man", "reprot"], "did you mean report?"),
        (vec!["completions", "basch"], "bash"),
    ] {
        let o = run(&args, Path::new(""));
        assert!(o.status.code() == Some(2) && text(&o.stderr).contains(hint), "{args:?}: {}", text(&o.stderr));
    }
}

#[test]
fn quiet_says_nothing_and_verbose_says_more_and_neither_changes_the_report() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("notes.doc"), "no log").unwrap();
    std::fs::copy(root(LOG), dir.path().join("fe.log")).unwrap();
    let folder = dir.path().to_str().unwrap();
    let report = |more: &[&str]| run(&[&["report", folder], more].concat(), Path::new(""));
    let (usual, quiet, verbose) = (report(&[]), report(&["--quiet"]), report(&["--verbose", "--jobs", "3"]));
    assert!(text(&usual.stderr).contains("notes.doc") && quiet.stderr.is_empty(), "{usual:?} {quiet:?}");
    assert!(text(&verbose.stderr).contains("fe.log: ") && text(&verbose.stderr).contains("with 3 threads"));
    assert!(!usual.stdout.is_empty() && usual.stdout == quiet.stdout && usual.stdout == verbose.stdout);
}

#[test]
fn shells_and_man_know_every_command() {
    let dir = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let script = text(&run(&["completions", shell], Path::new("")).stdout);
        assert!(script.contains("anonymise") && script.contains("fail-on"), "{shell}");
        // Fields of queries and columns, and codes.
        let values = ["voice-mail", "latency", "PN03"];
        assert!(values.iter().all(|v| script.contains(v)), "{shell}");
    }
    // The generator of PowerShell has no values; they stand in a table of their own, before anything is decided.
    let script = text(&run(&["completions", "powershell"], Path::new("")).stdout);
    let at = |what: &str| script.find(what).unwrap_or_else(|| panic!("no {what} in {script}"));
    assert!(
        at("    $values = @{") < at("    if ($null -ne $words) {") && at("        return") < at("    $command = @(")
    );
    for (place, word) in [
        ("list --columns", " ring "),
        ("list --where", " user: "),
        ("list", " registrations"),
        ("report --format", "html"),
        ("report --color", "never"),
        ("explain", " PN03 "),
        ("completions", "powershell"),
    ] {
        let line = script.lines().find(|l| l.starts_with(&format!("        '{place}' = ")));
        assert!(line.is_some_and(|l| l.contains(word)), "{place}: {line:?}");
    }
    let page = text(&run(&["man", "report"], Path::new("")).stdout);
    assert!(page.starts_with(".ie") && page.contains("fail\\-on") && page.contains("Examples:"), "{page}");
    let folder = dir.path().join("man pages");
    let o = run(&["man", "-o", folder.to_str().unwrap()], Path::new(""));
    assert!(o.status.success(), "{o:?}");
    // One page a command, each with what its help has; and those of the words behind one.
    let help = text(&run(&["--help"], Path::new("")).stdout);
    let commands = help.lines().skip_while(|l| *l != "Commands:").skip(1).take_while(|l| l.starts_with("  "));
    let commands = commands.filter(|l| !l.starts_with("   "));
    let commands: Vec<&str> = commands.filter_map(|l| l.split_whitespace().next()).filter(|c| *c != "help").collect();
    assert!(commands.len() > 10, "{help}");
    let names = commands
        .iter()
        .map(|c| format!("siptrail-{c}.1"))
        .chain(["siptrail.1", "siptrail-job-plan.1", "siptrail-job-run.1"].map(str::to_owned));
    let mut there: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    there.sort();
    let mut names: Vec<_> = names.map(std::ffi::OsString::from).collect();
    names.sort();
    assert_eq!(there, names);
    for command in commands {
        let page = std::fs::read_to_string(folder.join(format!("siptrail-{command}.1"))).unwrap();
        // What this build has not, says so instead.
        let told = page.contains("Examples:") || page.contains("not in this build");
        assert!(page.starts_with(".ie") && told, "{command}: {page}");
        let plain = page.replace("\\-", "-");
        assert_eq!(text(&run(&["man", command], Path::new("")).stdout), page, "{command}");
        let help = text(&run(&[command, "--help"], Path::new("")).stdout);
        let options =
            help.lines().filter_map(|l| l.split_whitespace().find(|w| w.starts_with("--") && l.starts_with(' ')));
        for option in options.map(|o| o.trim_end_matches(|c: char| !c.is_alphanumeric())) {
            let name = option.split(['[', '=', ',']).next().unwrap_or_default();
            assert!(plain.contains(name), "the page of {command} lacks {name}");
        }
    }
}
