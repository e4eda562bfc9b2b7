//! The layers: a room of `src` looks only at rooms below it, and inside a room no files look at each other in a circle.
//!
//! Files are read as text: comments, literals and `#[cfg(test)]` modules are left out, then every path that begins with
//! `crate`, `super`, `self` or `siptrail`, and every `use` of a child, is followed to the file that has the name, through
//! re-exports too. Not counted are arrows between a file and a `mod.rs` above it: what the files of a room share stands
//! there, and the parent puts its children to work.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The rooms from the ground up. Each may look at those before it.
const FLOORS: [&str; 29] = [
    "span",
    "text",
    "time",
    "stats",
    "input",
    "record",
    "sip",
    "knowledge",
    "foreign",
    "trace",
    "analysis",
    "findings",
    "index",
    "query",
    "rules",
    "follow",
    "rates",
    "ladder",
    "case",
    "report",
    "compare",
    "watch",
    "export",
    "bundle",
    "synth",
    "anonymise",
    "job",
    "tui",
    "cli",
];

/// Parts of a room that other parts never look at, though no circle would come of it: state does not know how it is
/// painted.
const NEVER: [(&str, &str); 3] = [("tui/update", "tui/draw"), ("tui/layout", "tui/draw"), ("tui/pages", "tui/draw")];

/// Circles that are still there, all of them in the engine. The list is exact: whoever
/// mends one takes it off, and nobody adds to it.
const KNOWN: [&[&str]; 5] = [
    &[
        "analysis/call/answer",
        "analysis/call/ending",
        "analysis/call/legs",
        "analysis/diagnostic",
        "analysis/message",
        "analysis/named",
        "analysis/outcome",
        "analysis/servers/evidence",
        "analysis/servers/machine",
        "analysis/servers/role",
        "analysis/transaction",
        "analysis/transaction/cancel",
        "analysis/transaction/proof",
    ],
    &["analysis/coverage/scan", "analysis/coverage/stream"],
    &["analysis/link/assign", "analysis/link/fit"],
    &["trace/dates", "trace/source"],
    &["trace/details", "trace/identity", "trace/products"],
];

type Module = Vec<String>;

/// The files by module, and whom each looks at.
struct House {
    text: BTreeMap<Module, String>,
    /// By module and name: where a name is that a module hands on.
    shown: BTreeMap<(Module, String), Module>,
}

impl House {
    fn of(files: &[(&str, &str)]) -> House {
        let mut text: BTreeMap<Module, String> = BTreeMap::new();
        for (path, source) in files {
            // Library and program have one root.
            text.entry(module(path)).or_default().push_str(&without_tests(&plain(source)));
        }
        let mut house = House { text, shown: BTreeMap::new() };
        // What is handed on may have been handed on before.
        for _ in 0..4 {
            let mut shown = BTreeMap::new();
            for (module, text) in &house.text {
                for path in uses(text) {
                    let name = path.last().cloned().unwrap_or_default();
                    if let Some(target) = house.target(module, &path).filter(|t| t != module) {
                        shown.insert((module.clone(), name), target);
                    }
                }
            }
            house.shown = shown;
        }
        house
    }

    /// The file that a path leads to.
    fn target(&self, from: &Module, path: &[String]) -> Option<Module> {
        let mut at: Module = from.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" | "siptrail" => {
                at.clear();
                rest = &path[1..];
            }
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|s| s == "super") {
                    at.pop()?;
                    rest = &rest[1..];
                }
            }
            child => {
                at.push(child.to_owned());
                if !self.text.contains_key(&at) {
                    return None;
                }
                rest = &path[1..];
            }
        }
        while let Some((name, behind)) = rest.split_first() {
            let inner: Module = at.iter().chain([name]).cloned().collect();
            if self.text.contains_key(&inner) {
                at = inner;
            } else {
                return Some(self.shown.get(&(at.clone(), name.clone())).cloned().unwrap_or(at));
            }
            rest = behind;
        }
        Some(at)
    }

    /// Who looks at whom, but for files above and below each other.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let own = |from: &Module, to: &Module| from.starts_with(to) || to.starts_with(from);
        let of = |(module, text): (&Module, &String)| {
            let paths = uses(text).into_iter().chain(inline(text));
            let all = paths.filter_map(|path| self.target(module, &path)).filter(|to| !own(module, to));
            (module.clone(), all.collect())
        };
        self.text.iter().map(of).collect()
    }

    /// Arrows that go up, and those that are forbidden otherwise.
    fn wrong(&self) -> Vec<String> {
        let floor = |m: &Module| FLOORS.iter().position(|f| m.first().is_some_and(|r| r == f));
        let mut out = Vec::new();
        for (from, all) in self.arrows() {
            for to in all {
                let up = from.first() != to.first() && floor(&from) < floor(&to);
                let (from, to) = (from.join("/"), to.join("/"));
                let never = NEVER.iter().any(|(a, b)| from.starts_with(a) && to.starts_with(b));
                if !from.is_empty() && (up || never) {
                    out.push(format!("{from} looks at {to}"));
                }
            }
        }
        out
    }

    /// Files of which each leads to each.
    fn circles(&self) -> Vec<Vec<String>> {
        let arrows = self.arrows();
        let reach = |from: &Module| {
            let mut seen = BTreeSet::new();
            let mut next: Vec<&Module> = vec![from];
            while let Some(at) = next.pop() {
                next.extend(arrows.get(at).into_iter().flatten().filter(|to| seen.insert((*to).clone())));
            }
            seen
        };
        let reached: BTreeMap<&Module, BTreeSet<Module>> = arrows.keys().map(|m| (m, reach(m))).collect();
        let mut out = BTreeSet::new();
        for (from, all) in &reached {
            if all.contains(*from) {
                let with = |to: &&Module| reached.get(*to).is_some_and(|back| back.contains(*from));
                out.insert(all.iter().filter(with).map(|m| m.join("/")).collect::<Vec<_>>());
            }
        }
        out.into_iter().collect()
    }
}

fn module(path: &str) -> Module {
    let mut out: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if matches!(out.last().map(String::as_str), Some("mod")) || matches!(path, "lib.rs" | "main.rs") {
        out.pop();
    }
    out
}

/// A source without comments and without what stands in literals.
fn plain(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    let skip =
        |rest: &str, end: &str, from: usize| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    while let Some(c) = rest.chars().next() {
        let raw = rest.strip_prefix('r').map(|r| r.trim_start_matches('#')).filter(|r| r.starts_with('"'));
        let len = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            skip(rest, "*/", 2)
        } else if let Some(behind) = raw.filter(|_| !out.ends_with(|c: char| c.is_alphanumeric() || c == '_')) {
            let signs = rest.len() - behind.len() - 1;
            skip(rest, &format!("\"{}", "#".repeat(signs)), signs + 2)
        } else if c == '"' {
            let mut escaped = false;
            let end = rest.char_indices().skip(1).find(|(_, c)| {
                let is = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                is
            });
            end.map_or(rest.len(), |(at, _)| at + 1)
        } else if rest.starts_with("'\\") {
            skip(rest, "'", 3)
        } else if c == '\'' && rest.chars().nth(2) == Some('\'') {
            rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at)
        } else {
            out.push(c);
            c.len_utf8()
        };
        rest = &rest[len..];
    }
    out
}

/// Without modules of tests, and without who may see what.
fn without_tests(source: &str) -> String {
    let mut out = source.to_owned();
    while let Some(start) = out.find("#[cfg(test)]").or_else(|| out.find("#[cfg(all(test")) {
        let behind = &out[start..];
        let open = behind.find('{').unwrap_or(behind.len());
        let semicolon = behind.find(';').unwrap_or(behind.len());
        let mut end = semicolon.min(behind.len());
        if open < semicolon {
            let mut depth = 0_i32;
            let closing = behind.char_indices().skip_while(|(at, _)| *at < open).find(|(_, c)| {
                depth += i32::from(*c == '{') - i32::from(*c == '}');
                depth == 0
            });
            end = closing.map_or(behind.len(), |(at, _)| at);
        }
        out.replace_range(start..(start + end + 1).min(out.len()), "");
    }
    while let Some(start) = out.find("pub(") {
        let end = out[start..].find(')').map_or(out.len(), |at| start + at + 1);
        out.replace_range(start..end, "pub ");
    }
    out
}

/// Every path of every `use`.
fn uses(text: &str) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for part in text.split("use ").skip(1).zip(text.split("use ")).filter(|(_, front)| is_word_end(front)) {
        let tree = part.0.split(';').next().unwrap_or_default();
        expand(&[], tree, &mut out);
    }
    out
}

/// Whether a word begins behind it.
fn is_word_end(front: &str) -> bool {
    !front.ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

fn expand(front: &[String], tree: &str, out: &mut Vec<Vec<String>>) {
    let (mut depth, mut start, mut parts) = (0_i32, 0, Vec::new());
    for (at, c) in tree.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            parts.push(&tree[start..at]);
            start = at + 1;
        }
    }
    parts.push(&tree[start..]);
    for part in parts.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
        let (path, inner) = part.split_once('{').map_or((part, None), |(path, inner)| (path, Some(inner)));
        let path = path.split(" as ").next().unwrap_or_default();
        let own = path.split("::").map(str::trim).filter(|s| !s.is_empty() && (*s != "self" || front.is_empty()));
        let path: Vec<String> = front.iter().cloned().chain(own.map(str::to_owned)).collect();
        match inner {
            Some(inner) => expand(&path, inner.trim_end().trim_end_matches('}'), out),
            None => out.push(path),
        }
    }
}

/// Every path outside of a `use` that begins at the root or above.
fn inline(text: &str) -> Vec<Vec<String>> {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = text.split(|c: char| !is_path(c)).filter(|w| w.contains("::"));
    let paths = words.map(|w| w.split("::").map(str::to_owned).collect::<Vec<_>>());
    paths.filter(|p| matches!(p[0].as_str(), "crate" | "super" | "self" | "siptrail")).collect()
}

/// All files of a folder, by their paths in it.
fn files(folder: &Path, front: &str, out: &mut Vec<(String, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(Result::unwrap).collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = format!("{front}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files(&entry.path(), &format!("{name}/"), out);
        } else if entry.path().extension().is_some_and(|e| e == "rs") && !name.ends_with("tests.rs") {
            out.push((name, fs::read_to_string(entry.path()).unwrap()));
        }
    }
}

#[test]
fn rooms_look_down_and_files_do_not_run_in_circles() {
    let mut all = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut all);
    let all: Vec<(&str, &str)> = all.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let house = House::of(&all);
    let rooms: BTreeSet<&str> = house.text.keys().filter_map(|m| m.first()).map(String::as_str).collect();
    assert_eq!(rooms, BTreeSet::from(FLOORS), "a new room gets a floor in {}", file!());
    let wrong = house.wrong();
    assert!(wrong.is_empty(), "arrows that must not be:\n{}", wrong.join("\n"));
    let circles = house.circles();
    // Neither more files in a circle than the list says nor fewer: what is mended stays mended.
    assert_eq!(circles, KNOWN, "files that look at each other in a circle: the list in {} tells others", file!());
}

#[test]
fn what_must_not_be_is_found() {
    let house = House::of(&[
        ("lib.rs", "pub mod text; pub mod report;"),
        ("text.rs", "mod page;\n#[cfg(test)]\nmod tests { use crate::tui::App; }\nfn f() {}"),
        ("text/page.rs", "// use crate::tui::App;\nfn f() { let a = \"crate::tui::App\"; crate::report::write(a) }"),
        ("report/mod.rs", "mod json;\nmod csv;\npub(crate) use json::Json;\npub fn write() {}"),
        ("report/json.rs", "use super::{csv::{self, Row as R}, Other};\npub struct Json;"),
        ("report/csv.rs", "use super::Json;\npub struct Row;"),
        ("tui/mod.rs", "mod update; mod draw;"),
        ("tui/update/mod.rs", "pub(in crate::tui) fn f() { crate::tui::draw::draw() }"),
        ("tui/draw.rs", "use crate::report;\npub fn draw() {}"),
    ]);
    assert_eq!(house.wrong(), ["text/page looks at report", "tui/update looks at tui/draw"]);
    assert_eq!(house.circles(), [["report/csv", "report/json"]]);
}

#[test]
fn every_file_of_tests_is_run() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let mut all = Vec::new();
    files(&folder, "", &mut all);
    let text = |path: &str| all.iter().find(|(p, _)| p == path).map_or("", |(_, text)| text.as_str());
    for (path, _) in &all {
        let mut names: Vec<&str> = path.trim_end_matches(".rs").split('/').collect();
        if matches!(names.last(), Some(&"main" | &"mod")) {
            names.pop();
        }
        let Some(name) = names.pop() else { continue };
        let above = names.join("/");
        let parents = match above.as_str() {
            "" => vec!["main.rs".to_owned()],
            above => vec![format!("{above}.rs"), format!("{above}/mod.rs")],
        };
        let line = format!("mod {name};");
        let is_there = parents.iter().any(|p| plain(text(p)).lines().any(|l| l.trim_end().ends_with(&line)));
        assert!(is_there, "tests/it/{path} is not run: {} has no line {line:?}", parents.join(" or "));
    }
}
