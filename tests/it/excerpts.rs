//! What was cut out of logs, and lies beside them, changes nothing: excerpts, saved stories, both logs in one file.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};
use siptrail::analysis::Analysis;
use siptrail::input::Input;
use siptrail::ladder::{self, Subject};
use siptrail::query::{Query, Table};
use siptrail::report::list::{write_raw, write_records};
use siptrail::report::story::Story;
use siptrail::synth::{Extent, Plan, in_memory};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{report_of, root};
use crate::program::run;

type Files = Vec<(String, Vec<u8>)>;

fn sample(name: &str) -> Files {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root("samples").join(name)).unwrap().map(|e| e.unwrap().path()).collect();
    paths.sort();
    let name = |p: &PathBuf| p.file_name().unwrap().to_string_lossy().into_owned();
    paths.iter().map(|p| (name(p), std::fs::read(p).unwrap())).collect()
}

fn read(files: &Files) -> (Trace, Analysis) {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
}

/// The report without what is about the files that `names` does not hold.
fn about(report: &Value, names: &[&str]) -> Value {
    let mut out = report.clone();
    let sources = out["sources"].as_array_mut().unwrap();
    sources.retain(|s| names.contains(&s["path"].as_str().unwrap()));
    sources.sort_by_key(|s| s["path"].to_string());
    for list in ["notes", "problems"] {
        if let Some(rows) = out.get_mut(list).and_then(Value::as_array_mut) {
            rows.retain(|n| names.contains(&n["file"].as_str().unwrap()));
        }
    }
    if out.get("notes") == Some(&json!([])) {
        out.as_object_mut().unwrap().remove("notes");
    }
    for list in ["calls", "pushes", "findings"] {
        for row in out[list].as_array_mut().unwrap() {
            row["evidence"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
        }
    }
    out
}

/// Adds a file to logs, in every place; the report must stay what it was, and say that the file adds nothing.
fn adds_nothing(files: &Files, extra: &(&str, Vec<u8>)) {
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let before = about(&report_of(files), &names);
    for at in 0..=files.len() {
        let mut all = files.clone();
        all.insert(at, (extra.0.to_owned(), extra.1.clone()));
        let after = report_of(&all);
        let own = after["sources"].as_array().unwrap().iter().find(|s| s["path"] == extra.0).unwrap();
        assert_ne!(own["contained_in"], Value::Null, "{} at {at} adds something", extra.0);
        assert_eq!((&own["role"], &own["server"]), (&json!("unknown"), &Value::Null), "{}", extra.0);
        let told = after["notes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|n| n["file"] == extra.0 && n["what"].as_str().unwrap().ends_with("too: it adds nothing"));
        assert!(told, "{}: no note", extra.0);
        assert_eq!(before, about(&after, &names), "{} at {at}", extra.0);
    }
}

fn excerpt(files: &Files, query: &str, raw: bool) -> Vec<u8> {
    let (trace, analysis) = read(files);
    let rows = Query::parse(query).unwrap().bind(&trace, &analysis).rows(Table::Records);
    assert!(!rows.is_empty(), "{query}");
    let mut out = Vec::new();
    let done = if raw { write_raw(&trace, &rows, &mut out) } else { write_records(&trace, &rows, &mut out) };
    done.unwrap();
    anstream::adapter::strip_bytes(&out).into_vec()
}

#[test]
fn excerpts_and_stories_add_nothing() {
    for name in ["push-failed-at-edge", "federation-clocks-apart"] {
        let files = sample(name);
        adds_nothing(&files, &("five04.log", excerpt(&files, "status:504", true)));
        adds_nothing(&files, &("a-message.log", excerpt(&files, "method:MESSAGE", false)));
        adds_nothing(&files, &("edge99.log", excerpt(&files, "kind:diagnostic", true)));
        // The story of the call as the program prints it.
        let (trace, analysis) = read(&files);
        let ladder = ladder::build(&trace, &analysis, &Subject::Call(0));
        let story = Story {
            trace: &trace,
            analysis: &analysis,
            ladder: &ladder,
            cases: &siptrail::case::Index::new(&analysis),
            look: siptrail::ladder::text::TextOptions::default(),
        };
        let mut text = Vec::new();
        story.write(&mut text).unwrap();
        story.write_records(&mut text).unwrap();
        adds_nothing(&files, &("case.txt", anstream::adapter::strip_bytes(&text).into_vec()));
        // Both logs in one file contain the parts, and the parts contain it.
        let both: Vec<u8> = files.iter().flat_map(|(_, text)| text.clone()).collect();
        adds_nothing(&files, &("a.log", both));
        adds_nothing(&files, &("copy of it.log", files[0].1.clone()));
    }
}

/// Cut at any byte, the first and the last record of an excerpt count by what is left of them.
#[test]
fn cut_excerpts_add_nothing() {
    let files = sample("push-failed-at-edge");
    for (_, log) in &files {
        for step in 1..24 {
            let (from, to) = (log.len() * step / 60, log.len() - log.len() * step / 70);
            adds_nothing(&files, &("cut.log", log[from..to].to_vec()));
        }
    }
}

/// A file with one record of its own speaks for it.
#[test]
fn a_record_of_its_own_makes_a_log() {
    let files = sample("push-failed-at-edge");
    let mut text = excerpt(&files, "status:504", true);
    let own = String::from_utf8_lossy(&text).replace("d68bd9b8f0eab68990630472429bca14", "another").into_bytes();
    text.extend(own);
    let report = report_of(&files.iter().cloned().chain([("x.log".to_owned(), text)]).collect::<Vec<_>>());
    let last = report["sources"].as_array().unwrap().last().unwrap();
    assert_eq!(last["contained_in"], Value::Null);
}

/// What the program saves says in its first line what it is: folders skip it, and it can be named.
#[test]
fn folders_skip_what_was_saved() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in sample("push-failed-at-edge") {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let logs = dir.path().to_str().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let before = run(&["report", "--format", "json", logs]).stdout;
    for args in [
        &["grep", "504", logs, "--raw", "-o", &path("five04.log")][..],
        &["grep", "504", logs, "-o", &path("five04.txt")],
        &["show", "frank", logs, "--raw", "-o", &path("case.txt")],
    ] {
        assert!(run(args).status.success(), "{args:?}");
        let out = run(&["report", "--format", "json", logs]);
        assert_eq!(String::from_utf8_lossy(&before), String::from_utf8_lossy(&out.stdout), "{args:?}");
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        assert!(told.contains("saved by siptrail") && told.contains("name it to read it"), "{told}");
    }
    let named = run(&["report", "--format", "json", &path("five04.log")]);
    let report: Value = serde_json::from_slice(&named.stdout).unwrap();
    assert!(report["summary"]["records"].as_u64() > Some(0));
    // Named beside its folder, too.
    let both = run(&["report", "--format", "json", logs, &path("five04.log")]);
    let report: Value = serde_json::from_slice(&both.stdout).unwrap();
    assert_eq!(report["sources"].as_array().unwrap().len(), 3);
}

/// Where records begin.
fn records(log: &[u8]) -> Vec<usize> {
    (0..log.len()).filter(|at| log[*at..].starts_with(b"TL_") && (*at == 0 || log[*at - 1] == b'\n')).collect()
}

/// One log as several, cut between lines, named as a log that rolls over.
fn split(files: &Files, cuts: &[prop::sample::Index]) -> Files {
    let mut out = Files::new();
    for (name, log) in files {
        let starts = records(log);
        let mut at: Vec<usize> = cuts.iter().map(|cut| starts[cut.index(starts.len())]).collect();
        at.extend([0, log.len()]);
        at.sort_unstable();
        at.dedup();
        out.extend(at.windows(2).enumerate().map(|(n, w)| (format!("{name}.{n}"), log[w[0]..w[1]].to_vec())));
    }
    out
}

/// Each server with its role and records, and how many copies there are.
fn servers(files: &Files) -> Value {
    let (trace, analysis) = read(files);
    let mut rows: Vec<Value> =
        analysis.servers.all().iter().map(|s| json!([s.name, s.role.name(), s.records])).collect();
    rows.sort_by_key(Value::to_string);
    json!([rows, trace.events().iter().filter(|e| e.is_copy()).count()])
}

/// Where copies stand, by name and offset.
fn copies(files: &Files) -> Vec<(String, u64)> {
    let (trace, _) = read(files);
    let place = |e: &siptrail::trace::Event| (trace.inputs()[e.file.index()].name().to_owned(), e.start);
    let mut out: Vec<_> = trace.events().iter().filter(|e| e.is_copy()).map(place).collect();
    out.sort();
    out
}

proptest! {
    #![proptest_config(crate::common::cases(16))]

    /// How a log is split and in which order its parts are given changes no server, no role, no copy.
    #[test]
    fn splits_and_orders_change_no_server(
        seed in 0u64..1000,
        named: bool,
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..4),
        overlap in any::<prop::sample::Index>(),
        turn in any::<prop::sample::Index>(),
    ) {
        let plan = Plan { seed, servers: 3, extent: Extent::Calls(12), clock_skew_ms: 900, ..Plan::default() };
        let mut files = in_memory(&plan).0;
        if !named {
            // Without names in the prefixes, as OCSLogger writes.
            for (_, log) in &mut files {
                let text = String::from_utf8_lossy(log).into_owned();
                let bracket = |line: &str| match (line.find(") ["), line.find(']')) {
                    (Some(a), Some(b)) if line.starts_with("TL_") && a < b => format!("{}[0]{}", &line[..a + 2], &line[b + 1..]),
                    _ => line.to_owned(),
                };
                *log = text.split('\n').map(bracket).collect::<Vec<_>>().join("\n").into_bytes();
            }
        }
        let whole = servers(&files);
        let mut parts = split(&files, &cuts);
        let turned = turn.index(parts.len());
        parts.rotate_left(turned);
        prop_assert_eq!(&whole, &servers(&parts));
        parts.reverse();
        prop_assert_eq!(&whole, &servers(&parts));

        // A second search that overlaps the first.
        let starts = records(&files[0].1);
        let (a, b) = (starts[overlap.index(starts.len())], starts[turn.index(starts.len())]);
        files.push((format!("{}.search", files[0].0), files[0].1[a.min(b)..a.max(b)].to_vec()));
        let before = copies(&files);
        let search = &files.last().unwrap().1;
        let has_record = search.windows(14).any(|w| w == b"$$begin_record");
        prop_assert!(!has_record || !before.is_empty(), "no copy is seen");
        files.reverse();
        prop_assert_eq!(&before, &copies(&files));
        files.rotate_left(1);
        prop_assert_eq!(&before, &copies(&files));
    }
}
