//! One way out for bytes: whatever a log, a file name or an argument holds, no command lets through what acts on a
//! terminal, reorders text, hides in it or floods it.
//!
//! Commands and forms are those that the program itself names, so that a new one cannot be forgotten.

use std::path::Path;

use crate::common::root;
use crate::program::run_in;

/// Sets the title of a terminal, erases (C1), reorders, hides, and piles marks up.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{9b}2J\u{90}q\u{9c}\u{202e}\u{61c}\u{3164}\u{200b}\u{e0041}\u{7f}z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}";

/// What it prints is the log's bytes as they are: for files and pipes, as its help says.
const AS_LOGGED: [&str; 4] = ["sip", "pcapng", "parquet", "arrow"];

/// Characters that must not be shown, each with its number.
fn raw(text: &str) -> Vec<String> {
    let mut marks = 0;
    let bad = text.chars().filter(|c| {
        marks = if ('\u{300}'..='\u{36f}').contains(c) { marks + 1 } else { 0 };
        c.is_control() && *c != '\n'
            || matches!(c, '\u{61c}' | '\u{3164}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{e0041}')
            || marks > 5
    });
    bad.map(|c| format!("{:x}", u32::from(c))).collect()
}

/// Logs of a missed call whose names, reasons and agents are hostile; one of them has a hostile name.
fn logs(folder: &Path) {
    let text = std::fs::read_to_string(root("samples/push-failed-at-edge/fe03.log")).unwrap();
    let text = text
        .replace("Request Timeout", &format!("Request {HOSTILE} Timeout"))
        .replace("Server time-out", &format!("Server {HOSTILE} time-out"))
        .replace("CONTOSO Phone One", &format!("Phone {HOSTILE} One"))
        .replace("\"Frank\"", &format!("\"Fr{HOSTILE}ank\""))
        .replace("erin@contoso.com", &format!("er{HOSTILE}in@contoso.com"))
        .replace("b45230e872a37c9066ec2be87671bdcc", &format!("b4{HOSTILE}dcc"));
    assert!(text.matches(HOSTILE).count() > 20);
    std::fs::write(folder.join("fe.log"), text).unwrap();
    let named = format!(
        "TL_INFO(TF_PROTOCOL) [pool\\fe{HOSTILE}]0F14.1A2C::02/09/2012-08:30:01.669.00000001 (SIPStack,A::B:C.cpp(125))$$begin_record\n\
         Instance-Id: 1\nDirection: outgoing\nPeer: {HOSTILE}.contoso.com:5061\nMessage-Type: request\n\
         Start-Line: INVITE sip:bob@contoso.com SIP/2.0\nFrom: <sip:alice@contoso.com>;tag=a\nTo: <sip:bob@contoso.com>\n\
         CSeq: 1 INVITE\nCall-ID: one\nVia: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK1\nContent-Length: 0\nMessage-Body: -\n$$end_record\n"
    );
    std::fs::write(folder.join("named.log"), named).unwrap();
    let odd = if cfg!(unix) {
        format!("n\u{1b}[2J\u{9b}2J\u{202e}{}.log", "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}")
    } else {
        "n.log".to_owned()
    };
    std::fs::write(folder.join(odd), format!("no log at all {HOSTILE}")).unwrap();
}

/// How a command is run on these logs, without its form; `None` for a command that nobody has thought about.
fn recipes(command: &str) -> Option<Vec<Vec<&'static str>>> {
    Some(match command {
        "report" => vec![vec!["report", "."], vec!["report", ".", "--hops", "--fail-on", "missed"]],
        "show" => vec![vec!["show", "frank", "fe.log"], vec!["show", "in@contoso", ".", "--nth", "1"]],
        "tui" => vec![vec!["tui", "."]],
        "case" => vec![vec!["case", "frank", "fe.log", "-o", "case.zip"]],
        "user" => vec![vec!["user", "frank", "."]],
        "list" => ["calls", "pushes", "messages", "records", "registrations"].map(|t| vec!["list", t, "."]).to_vec(),
        "grep" => vec![vec!["grep", "INVITE", "."], vec!["grep", "INVITE", ".", "--count"]],
        "export" => vec![vec!["export", "fe.log", "--where", "method:INVITE"]],
        "coverage" => vec![vec!["coverage", "."]],
        "rates" => vec![vec!["rates", "."], vec!["rates", ".", "--by", "server"], vec!["rates", ".", "--by", "domain"]],
        "compare" => vec![vec!["compare", "named.log", "."], vec!["compare", ".", "named.log", "--fail-on", "new"]],
        "cache" => vec![vec!["cache", "--index", HOSTILE]],
        "job" => vec![
            vec!["job", "plan", ".", "-o", "job"],
            vec!["job", "run", "job", "map", "0"],
            vec!["job", "run", HOSTILE, "map"],
        ],
        "watch" => vec![vec!["watch", ".", "--once", "--on", "missed"]],
        // In the usual build it says that it is not there; with the feature it speaks JSON, see `mcp`.
        "mcp" => vec![vec!["mcp", "nowhere"]],
        "anonymise" => vec![vec!["anonymise", "fe.log", "-o", "copy"]],
        "findings" => vec![vec!["findings"]],
        "explain" => vec![vec!["explain", "PN01", HOSTILE]],
        "demo" => vec![vec!["demo", "--dir", "demo"]],
        "synth" => vec![vec!["synth", "made", "--calls", "5"]],
        "check" => vec![vec!["check", "made"], vec!["check", "."]],
        "config" => vec![vec!["config", "--config", "a\u{1b}[2J\u{9b}.toml"]],
        "completions" => vec![vec!["completions", "bash"]],
        "man" => vec![vec!["man"], vec!["man", "report"], vec!["man", HOSTILE]],
        _ => return None,
    })
}

/// The words that `--format` or `--as` of a command takes.
fn forms(command: &str) -> Vec<[String; 2]> {
    let help = run_in(&[command, "-h"], &root(""));
    let help = String::from_utf8(help.stdout).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out = Vec::new();
    for option in ["--format", "--as"] {
        let Some((_, rest)) = help.split_once(&format!("{option} <")) else { continue };
        let words = rest.split_once("[possible values: ").and_then(|(_, w)| w.split_once(']')).unwrap().0;
        out.extend(words.split(", ").map(|word| [option.to_owned(), word.to_owned()]));
    }
    out
}

#[test]
fn no_command_and_no_form_lets_raw_controls_through() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path();
    logs(folder);
    let pages = run_in(&["man", "-o", "pages"], folder);
    assert!(pages.status.success(), "{pages:?}");
    let pages = std::fs::read_dir(folder.join("pages")).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut commands: Vec<String> =
        pages.filter_map(|p| Some(p.strip_prefix("siptrail-")?.strip_suffix(".1")?.to_owned())).collect();
    // The words behind a command have pages, and stand with it.
    commands.retain(|c| !c.starts_with("job-"));
    commands.sort();
    assert!(commands.len() > 12 && commands.iter().any(|c| c == "check"), "{commands:?}");
    // `check` reads what `synth` wrote.
    commands.sort_by_key(|c| c == "check");
    let mut seen = 0;
    for command in &commands {
        let recipes = recipes(command).unwrap_or_else(|| panic!("no recipe for siptrail {command}: add one"));
        let forms = forms(command);
        for base in recipes {
            let mut runs: Vec<Vec<&str>> = vec![base.clone()];
            for [option, word] in &forms {
                let mut run = [&base[..], &[option.as_str(), word]].concat();
                if *command == "report" && word == "csv" {
                    run.extend(["--table", "calls"]);
                }
                runs.push(run);
            }
            for run in runs {
                let o = run_in(&run, folder);
                assert!(!matches!(o.status.code(), None | Some(101)), "{run:?}: {o:?}");
                let said = String::from_utf8(o.stderr).unwrap();
                assert!(raw(&said).is_empty(), "{run:?} says {said:?}: {:?}", raw(&said));
                if run.iter().any(|word| AS_LOGGED.contains(word)) {
                    continue;
                }
                let printed = String::from_utf8(o.stdout).unwrap_or_else(|e| panic!("{run:?}: {e}"));
                // RFC 4180 ends lines so.
                let printed = if run.contains(&"csv") { printed.replace("\r\n", "\n") } else { printed };
                assert!(raw(&printed).is_empty(), "{run:?} prints {:?}", raw(&printed));
                seen += usize::from(printed.contains("owned"));
            }
        }
        if command == "mcp" && cfg!(not(feature = "mcp")) {
            // It takes anything, and says that it is not there.
            continue;
        }
        // What the parser of the command line repeats.
        let wrong = format!("--no-{HOSTILE}");
        let o = run_in(&[command, &wrong], folder);
        let said = String::from_utf8(o.stderr).unwrap();
        assert!(o.status.code() == Some(2) && raw(&said).is_empty() && said.contains("--no-"), "{command}: {said:?}");
    }
    // The hostile texts were there: most forms show them, made safe.
    assert!(seen > 20, "{seen}");
}

/// Of a place where every host of Markdown makes links of some words, reasons and agents are shown as they are.
#[test]
fn reasons_and_agents_are_code_in_markdown() {
    const LINKS: &str = "See https://evil.example www.evil.example a@evil.example fixes #123 !45 :tada: @octocat";
    let dir = tempfile::tempdir().unwrap();
    let text = std::fs::read_to_string(root("samples/push-failed-at-edge/fe03.log")).unwrap();
    // The reasons of the INVITE, of its push, and the name of the phone.
    let text = text.replace("Request Timeout", LINKS).replace("Server time-out", &format!("push {LINKS}"));
    let text = text.replace("CONTOSO Phone One", "a@evil.example #7");
    std::fs::write(dir.path().join("fe.log"), text).unwrap();
    let o = run_in(&["report", "--format", "markdown", "."], dir.path());
    let text = String::from_utf8(o.stdout).unwrap();
    for told in [format!("`{LINKS}`"), format!("- push unroutable: 504 `push {LINKS}`"), "a@evil.example #7".to_owned()]
    {
        assert!(text.contains(&told), "{told}: {text}");
    }
    for line in text.lines() {
        let outside: String = line.split('`').step_by(2).collect();
        assert!(!["evil", "#123", "!45", ":tada:", "octocat", "#7"].iter().any(|w| outside.contains(w)), "{line}");
    }
}
