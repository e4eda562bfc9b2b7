//! README and the pages of `docs` tell the truth: their commands are run, one after the other, and print what is shown.
//!
//! * A block of the language `console` holds commands after `$ ` and what they print. Lines stand in the order in which
//!   they are printed and side by side, unless a line `...` says that something is left out. A command that shows nothing
//!   may print anything. Each page has a folder of its own, with `samples` in it; what one command writes the next reads.
//! * A block with a name (`toml nightly.toml`) is a file of that folder.
//! * A block `text screen LOG KEYS` is the terminal UI on a log after some keys, at 80 columns and 24 rows.
//! * No other block holds a command of siptrail, so that none is left untried.
//!
//! Elsewhere than on Unix a page is read up to the first command that needs a shell.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::common::{root, slashes};
use crate::keyboard::{app, draw, plain, press, text};

/// Other programs: they may be named, and print nothing here.
const OTHERS: [&str; 8] =
    ["cargo test", "cargo install", "cargo doc", "duckdb", "tshark", "wireshark", "sipp ", "siptrail tui"];

fn pages() -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root("docs")).unwrap().map(|e| e.unwrap().path()).collect();
    pages.retain(|p| p.extension().is_some_and(|e| e == "md"));
    pages.extend(["README.md", "CONTRIBUTING.md", "SECURITY.md"].map(root));
    pages.sort();
    pages
}

struct Block {
    info: String,
    line: usize,
    text: String,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    let mut inside = false;
    for (at, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(info) if !inside => {
                inside = true;
                out.push(Block { info: info.to_owned(), line: at + 2, text: String::new() });
            }
            Some(_) => inside = false,
            None if inside => writeln!(out.last_mut().unwrap().text, "{line}").unwrap(),
            None => {}
        }
    }
    assert!(!inside, "a block is not closed");
    out
}

#[test]
fn commands_print_what_the_pages_show() {
    let mut wrong = Vec::new();
    for page in pages() {
        let name = page.strip_prefix(root("")).unwrap().display().to_string();
        let folder = tempfile::tempdir().unwrap();
        for own in ["samples", "docs/one-missed-im"] {
            copy(&root(own), &folder.path().join(own));
        }
        'page: for block in blocks(&std::fs::read_to_string(&page).unwrap()) {
            let at = format!("{name}:{}", block.line);
            let words: Vec<&str> = block.info.split(' ').collect();
            match words[..] {
                ["console"] => {
                    for (command, shown) in commands(&block.text) {
                        if OTHERS.iter().any(|o| command.starts_with(o)) {
                            assert!(shown.is_empty(), "{at}: {command} is not run here");
                            continue;
                        }
                        let Some(output) = run(&command, folder.path()) else { break 'page };
                        // What goes to stderr beside an answer is about the inputs; alone it is the answer.
                        let printed = if output.stdout.is_empty() { output.stderr } else { output.stdout };
                        let printed = String::from_utf8(printed).unwrap();
                        if !output.status.success() {
                            wrong.push(format!("{at}: {command} ends with {}\n{printed}", output.status));
                        }
                        // Paths as the pages write them.
                        let printed = slashes(&printed);
                        if let Err(line) = holds(&shown, &printed) {
                            wrong.push(format!("{at}: {command}\nshown, but not printed there: {line}\n{printed}"));
                        }
                    }
                }
                ["text", "screen", log, ref keys @ ..] => {
                    let mut app = app(log, plain(), (80, 24));
                    press(&mut app, &keys.join(" "));
                    let drawn = text(&draw(&app));
                    if let Err(line) = holds(&block.text.lines().collect::<Vec<_>>(), &drawn) {
                        wrong.push(format!("{at}: not on the screen: {line}\n{drawn}"));
                    }
                }
                [_, file] => {
                    let path = folder.path().join(file);
                    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    std::fs::write(path, &block.text).unwrap();
                }
                _ => {
                    let own = |l: &str| l.starts_with("siptrail ") || l.starts_with("$ siptrail");
                    assert!(!block.text.lines().any(own), "{at}: a command that is not tried: make it a console block");
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Commands, and the lines shown below each. A line that ends with `\` goes on in the next.
fn commands(block: &str) -> Vec<(String, Vec<&str>)> {
    let mut out: Vec<(String, Vec<&str>)> = Vec::new();
    let mut goes_on = false;
    for line in block.lines() {
        let part = if goes_on { Some(line) } else { line.strip_prefix("$ ") };
        match part {
            Some(part) => {
                let word = part.trim().trim_end_matches('\\');
                if goes_on {
                    out.last_mut().unwrap().0.push_str(word);
                } else {
                    out.push((word.to_owned(), Vec::new()));
                }
                goes_on = part.ends_with('\\');
            }
            None => out.last_mut().unwrap_or_else(|| panic!("no command before: {line}")).1.push(line),
        }
    }
    out
}

/// Whether the lines are printed in this order, side by side but for `...`; the first that is not.
fn holds<'a>(shown: &[&'a str], printed: &str) -> Result<(), &'a str> {
    let printed: Vec<&str> = printed.lines().map(str::trim_end).collect();
    if shown.is_empty() {
        return Ok(());
    }
    let mut at = 0;
    for part in shown.split(|l| *l == "...").filter(|p| !p.is_empty()) {
        let found = (at..printed.len()).find(|i| printed[*i..].starts_with(part));
        let Some(found) = found else {
            // As much of it as there is: the line behind that is the wrong one.
            let same = |i: usize| printed[i..].iter().zip(part).take_while(|(p, s)| p == s).count();
            let most = (at..printed.len()).map(same).max().unwrap_or(0);
            return Err(part[most.min(part.len() - 1)]);
        };
        at = found + part.len();
    }
    // What begins without `...` is the begin, and what ends without it the end.
    let whole = |edge: Option<&&str>, line: Option<&&str>| edge == Some(&"...") || edge == line;
    if !whole(shown.first(), printed.first()) {
        return Err(shown[0]);
    }
    if !whole(shown.last(), printed.last()) {
        return Err(shown[shown.len() - 1]);
    }
    Ok(())
}

/// Runs a command in a folder; `None` where it needs a shell and there is none.
fn run(command: &str, folder: &Path) -> Option<Output> {
    let command = command.replace("cargo run --release -- ", "siptrail ");
    let program = Path::new(env!("CARGO_BIN_EXE_siptrail"));
    let mut run = if cfg!(unix) {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut run = Command::new("sh");
        run.args(["-c", &command]).env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
        run
    } else if command.starts_with("siptrail ") && !command.contains(['|', '>', '<', ';', '&', '$']) {
        let mut run = Command::new(program);
        // Quotes hold what belongs together.
        for (at, part) in command.split('"').enumerate() {
            if at % 2 == 1 {
                run.arg(part);
            } else {
                run.args(part.split_whitespace().skip(usize::from(at == 0)));
            }
        }
        run
    } else {
        return None;
    };
    run.current_dir(folder).env("SIPTRAIL_CONFIG", "").env("HOME", folder);
    run.env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR").env_remove("COLUMNS").env_remove("XDG_CACHE_HOME");
    Some(run.output().unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What a page links to or names in the tree is there: `[text](docs/x.md)`, and `src/x.rs` in backquotes.
#[test]
fn what_the_pages_name_is_there() {
    let mut wrong = Vec::new();
    let more = ["samples/README.md", "queries/README.md", "benches/README.md", "fuzz/README.md", "CHANGELOG.md"];
    for page in pages().into_iter().chain(more.map(root)) {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|p| p.split_once(')')).map(|(link, _)| link) {
            let file = link.split('#').next().unwrap();
            if !file.is_empty() && !link.contains("://") && !page.parent().unwrap().join(file).exists() {
                wrong.push(format!("{}: links to {link}", page.display()));
            }
        }
        if !page.ends_with("docs/architecture.md") && !page.ends_with("CONTRIBUTING.md") {
            continue;
        }
        // Prose in backquotes: a word with a slash that begins with a folder of the tree.
        for word in text.split('`').skip(1).step_by(2) {
            let own = ["src/", "tests/", "docs/", "samples/", "benches/", "fuzz/", "queries/", ".ci/", ".github/"];
            let is_path = own.iter().any(|f| word.starts_with(f)) && !word.contains([' ', '*', '\n', '<']);
            if is_path && !root(word.split(':').next().unwrap()).exists() {
                wrong.push(format!("{}: names {word}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A page without an entry in the index is not found by anybody.
#[test]
fn every_page_is_in_the_index() {
    let index = std::fs::read_to_string(root("docs/README.md")).unwrap();
    for page in pages().iter().filter(|p| p.parent().is_some_and(|f| f.ends_with("docs"))) {
        let name = page.file_name().unwrap().to_str().unwrap();
        assert!(name == "README.md" || index.contains(&format!("({name})")), "docs/README.md does not name {name}");
    }
}

/// Two hundred lines is what somebody reads who has not decided yet.
#[test]
fn the_readme_is_short() {
    let readme = std::fs::read_to_string(root("README.md")).unwrap();
    assert!(readme.lines().count() <= 200, "{} lines", readme.lines().count());
}
