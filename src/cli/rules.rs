//! Rules of one's own: the files of `findings.d` beside the configuration file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use siptrail::input::Input;
use siptrail::rules::{self, Rule};
use siptrail::text::{plural, sanitize};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use super::Status;

/// A bigger file is no file of rules, in bytes.
const MOST: u64 = 4 << 20;

/// The rules of a file.
pub(super) struct File {
    path: PathBuf,
    rules: Vec<Rule>,
}

/// Reads all files of a folder, in the order of their names; none where there is no folder.
///
/// # Errors
/// One line: the file, what was expected, what was found.
#[expect(clippy::disallowed_methods, reason = "rules are no log: `input` does not read them")]
pub(super) fn read(folder: &Path) -> Result<Vec<File>, String> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied) => {
            return Ok(Vec::new());
        }
        Err(e) => return Err(format!("cannot look into {}: {e}", folder.display())),
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "toml") && p.is_file());
    paths.sort();
    let file = |path: PathBuf| {
        let name = path.display().to_string();
        if path.metadata().is_ok_and(|m| m.len() > MOST) {
            return Err(format!("{name}: expected a file of rules, found more than {MOST} bytes"));
        }
        let text = std::fs::read_to_string(&path).map_err(|e| format!("cannot read {name}: {e}"))?;
        Ok(File { rules: rules::read(&text).map_err(|e| format!("{name}: {e}"))?, path })
    };
    paths.into_iter().map(file).collect()
}

/// Puts all rules in force.
///
/// # Errors
/// One line.
pub(super) fn install(files: &[File]) -> Result<(), String> {
    let all: Vec<Rule> = files.iter().flat_map(|f| &f.rules).cloned().collect();
    if all.is_empty() { Ok(()) } else { rules::install(&all).map_err(|e| format!("findings.d: {e}")) }
}

/// Runs the cases of the rules, which are in force; says how each came out.
#[expect(clippy::disallowed_methods, reason = "the command line is where stdout is written")]
pub(super) fn check(folder: &Path, files: &[File]) -> io::Result<Status> {
    let mut out = io::stdout().lock();
    let mut wrong = 0;
    for file in files {
        for rule in &file.rules {
            let code = &rule.finding.code;
            let failed: Vec<&str> =
                rule.cases.iter().filter(|c| fires(code, &c.log) != c.fires).map(|c| c.name.as_str()).collect();
            let result = match (failed.is_empty(), rule.cases.is_empty()) {
                (_, true) => "no case".to_owned(),
                (true, _) => format!("{}, fine", plural(rule.cases.len() as u64, "case")),
                (false, _) => format!("WRONG: {}", failed.join("; ")),
            };
            wrong += failed.len();
            writeln!(out, "{}", sanitize(&format!("{}: {code}: {result}", file.path.display())))?;
        }
    }
    if files.is_empty() {
        writeln!(out, "{}", sanitize(&format!("no rules in {}", folder.display())))?;
    }
    Ok(if wrong > 0 { Status::Found } else { Status::Fine })
}

/// Whether a cause is named in a log.
fn fires(code: &str, log: &str) -> bool {
    let trace = Trace::load(vec![Input::from_bytes("case.log", log.as_bytes())], &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    analysis.codes().contains(code)
}
