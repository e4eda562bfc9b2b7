//! Every entry of the catalogue that a trace can show has cases that fire it and cases that must not.

use std::collections::BTreeMap;

use serde_json::Value;
use siptrail::knowledge::catalogue::{catalogue, never_reported};

use crate::common::{report_of, root};
use crate::story;

/// One case of a fixture.
struct Case {
    name: String,
    base: String,
    edits: Vec<String>,
    /// `push p1` or `call c1`, and the codes in order.
    expect: Vec<(String, String)>,
    /// Call-ID and `file:line`.
    proof: Vec<(String, String)>,
}

fn cases(text: &str) -> Vec<Case> {
    let mut out: Vec<Case> = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        if let Some(name) = line.strip_prefix("=== ") {
            let (base, edits) = (String::new(), Vec::new());
            out.push(Case { name: name.to_owned(), base, edits, expect: Vec::new(), proof: Vec::new() });
            continue;
        }
        let case = out.last_mut().unwrap_or_else(|| panic!("a case begins with ===: {line}"));
        let pair = |text: &str, by: &str| text.split_once(by).map(|(a, b)| (a.trim().to_owned(), b.trim().to_owned()));
        match line.split_once(' ') {
            Some(("use", base)) => {
                case.base = std::fs::read_to_string(root(&format!("tests/findings/{base}.base"))).unwrap();
            }
            Some(("expect", rest)) => case.expect.push(pair(rest, "=").unwrap()),
            Some(("proof", rest)) => case.proof.push(pair(rest, " ").unwrap()),
            _ => case.edits.push(line.to_owned()),
        }
    }
    out
}

fn of_report<'r>(report: &'r Value, what: &str) -> &'r Value {
    let (kind, id) = what.split_once(' ').unwrap_or(("", what));
    let all = ["calls", "pushes"].iter().filter(|k| kind.is_empty() || k.starts_with(kind));
    let mut all = all.flat_map(|k| report[*k].as_array().unwrap());
    all.find(|e| e["call_id"] == id).unwrap_or_else(|| panic!("no {what} in the report"))
}

#[test]
fn every_entry_fires_where_it_must_and_nowhere_else() {
    let mut seen: BTreeMap<String, (bool, bool)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let mut paths: Vec<_> = std::fs::read_dir(root("tests/findings")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "cases"));
    paths.sort();
    for path in paths {
        let code = path.file_stem().unwrap().to_string_lossy().into_owned();
        for case in cases(&std::fs::read_to_string(&path).unwrap()) {
            let edits: Vec<&str> = case.edits.iter().map(String::as_str).collect();
            let report = report_of(&story::write(&story::edited(&case.base, &edits)));
            assert!(!case.expect.is_empty(), "{code}, {}: expects nothing", case.name);
            for (what, codes) in &case.expect {
                let codes: Vec<&str> = codes.split_whitespace().filter(|c| *c != "-").collect();
                let entry = of_report(&report, what);
                if entry["findings"] != serde_json::json!(codes) {
                    let told = format!("{} {} {}", entry["outcome"], entry["verdict"], entry["result"]);
                    wrong.push(format!(
                        "{code}, {}: {what}: expected {codes:?}, found {} ({told})",
                        case.name, entry["findings"]
                    ));
                }
                let (fires, silent) = seen.entry(code.clone()).or_default();
                *(if codes.contains(&code.as_str()) { fires } else { silent }) = true;
            }
            for (id, place) in &case.proof {
                let evidence = of_report(&report, id)["evidence"].as_array().unwrap().clone();
                let places: Vec<String> =
                    evidence.iter().map(|p| format!("{}:{}", p["file"].as_str().unwrap(), p["line"])).collect();
                if !places.contains(place) {
                    wrong.push(format!("{code}, {}: {place} is not among the proof {places:?}", case.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for entry in catalogue() {
        let cases = seen.get(&entry.code).copied();
        if entry.matchers.is_empty() {
            assert_eq!(entry.seen_at, "outside the trace", "{}: no matcher", entry.code);
            assert_eq!(cases, None, "{}: no trace shows it", entry.code);
        } else {
            assert_eq!(cases, Some((true, true)), "{}: needs a case that fires it and one that does not", entry.code);
        }
    }
}

/// FAILURES.md section F: each kind of noise beside a call that went well, or failed for another reason.
#[test]
fn noise_is_never_reported() {
    let mut seen = Vec::new();
    for case in cases(&std::fs::read_to_string(root("tests/findings/noise.cases")).unwrap()) {
        let edits: Vec<&str> = case.edits.iter().map(String::as_str).collect();
        let report = report_of(&story::write(&story::edited(&case.base, &edits)));
        for (what, codes) in &case.expect {
            let codes: Vec<&str> = codes.split_whitespace().filter(|c| *c != "-").collect();
            assert_eq!(of_report(&report, what)["findings"], serde_json::json!(codes), "{}: {what}", case.name);
        }
        seen.push(case.name.split(' ').next().unwrap().to_owned());
    }
    let all: Vec<&str> = never_reported().iter().map(|n| n.code.as_str()).collect();
    assert_eq!(seen, all);
}
