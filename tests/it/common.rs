//! What the tests share.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use proptest::test_runner::{Config as ProptestConfig, RngSeed};
use serde_json::Value;
use siptrail::input::Input;
use siptrail::report;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::story;

pub(crate) fn root(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(part)
}

/// The JSON report of texts, read in chunks of `chunk` bytes.
pub(crate) fn report_in_chunks(files: &[(String, Vec<u8>)], chunk: usize) -> Value {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions { chunk, ..LoadOptions::default() });
    let analysis = siptrail::analyse(&trace, &Options::default());
    serde_json::to_value(report::report(&trace, &analysis, &[])).unwrap()
}

/// Types of the lines of NDJSON, and the lists of the document whose objects they are, in order; behind them come
/// `selection`, where not everything was asked for, and `summary`.
pub(crate) const LINES: [(&str, &str); 10] = [
    ("source", "sources"),
    ("call", "calls"),
    ("push", "pushes"),
    ("missed_message", "missed_messages"),
    ("finding", "findings"),
    ("problem", "problems"),
    ("coverage", "coverage"),
    ("contrast", "contrasts"),
    ("note", "notes"),
    ("missing_log", "missing_logs"),
];

pub(crate) fn report_of(files: &[(String, Vec<u8>)]) -> Value {
    report_in_chunks(files, LoadOptions::default().chunk)
}

/// The JSON report of texts, with what the user knows of clocks.
pub(crate) fn report_with(files: &[(String, Vec<u8>)], clocks: Vec<(String, i64)>) -> Value {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let mut options = Options::default();
    options.clocks = clocks;
    let analysis = siptrail::analyse(&trace, &options);
    serde_json::to_value(report::report(&trace, &analysis, &[])).unwrap()
}

/// So many cases of a property, the same ones in every run: a test must not fail by chance. `PROPTEST_RNG_SEED` gives
/// others.
pub(crate) fn cases(cases: u32) -> ProptestConfig {
    let seed = std::env::var("PROPTEST_RNG_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(1);
    ProptestConfig { cases, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..ProptestConfig::default() }
}

/// A scenario: its files and the part of the report that it expects.
pub(crate) struct Scenario {
    pub(crate) name: String,
    pub(crate) files: Vec<(String, Vec<u8>)>,
    /// Call-ID of a call or a push, and a line that must be among its evidence.
    pub(crate) proof: Vec<(String, String)>,
    pub(crate) expect: Value,
}

/// Reads all scenario files; their form is told in `tests/scenarios/README.md`.
pub(crate) fn scenarios() -> Vec<Scenario> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(root("tests/scenarios")).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "scenario"));
    paths.sort();
    paths.iter().map(|path| read_scenario(path)).collect()
}

fn read_scenario(path: &Path) -> Scenario {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let bytes = std::fs::read(path).unwrap();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in bytes.split_inclusive(|b| *b == b'\n') {
        if let Some(title) = line.strip_prefix(b"--- ") {
            files.push((String::from_utf8_lossy(title).trim().to_owned(), Vec::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.extend_from_slice(line);
        }
    }
    let at =
        files.iter().position(|(title, _)| title == "expect").unwrap_or_else(|| panic!("{name}: no expect section"));
    let (_, expect) = files.remove(at);
    let expect = serde_json::from_slice(&expect).unwrap_or_else(|e| panic!("{name}: expect is no JSON: {e}"));
    let proof = files.iter().position(|(title, _)| title == "proof").map(|at| files.remove(at).1).unwrap_or_default();
    let pair = |line: &str| line.split_once(' ').map(|(id, place)| (id.to_owned(), place.trim().to_owned()));
    let proof = String::from_utf8_lossy(&proof).lines().filter_map(pair).collect();
    assert!(!files.is_empty(), "{name}: no log");
    Scenario { name, files, proof, expect }
}

/// The lines of `proof` that a report does not name as evidence of the call, push or cause.
pub(crate) fn unproven(proof: &[(String, String)], report: &Value) -> Vec<String> {
    let evidence = |id: &str| -> Vec<String> {
        let of = |list: &str| report[list].as_array().unwrap().clone();
        let own = of("calls").into_iter().chain(of("pushes")).filter(|one| one["call_id"] == id);
        let own = own.chain(of("findings").into_iter().filter(|one| one["code"] == id));
        let places = own.flat_map(|one| one["evidence"].as_array().unwrap().clone());
        places.map(|p| format!("{}:{}", p["file"].as_str().unwrap(), p["line"])).collect()
    };
    let missing = proof.iter().filter(|(id, place)| !evidence(id).contains(place));
    missing.map(|(id, place)| format!("{place} is not among the evidence of {id}: {:?}", evidence(id))).collect()
}

/// Where `actual` differs from what `expect` names; objects may have more keys, arrays must match in length.
pub(crate) fn differences(path: &str, expect: &Value, actual: &Value, out: &mut Vec<String>) {
    match (expect, actual) {
        (Value::Object(e), Value::Object(a)) => {
            for (key, value) in e {
                match a.get(key) {
                    Some(found) => differences(&format!("{path}.{key}"), value, found, out),
                    None => out.push(format!("{path}.{key}: expected {value}, not there")),
                }
            }
        }
        (Value::Array(e), Value::Array(a)) if e.len() == a.len() => {
            for (i, (e, a)) in e.iter().zip(a).enumerate() {
                differences(&format!("{path}[{i}]"), e, a, out);
            }
        }
        (Value::Array(e), Value::Array(a)) => {
            out.push(format!("{path}: expected {} elements, found {}: {actual}", e.len(), a.len()));
        }
        _ if expect == actual => {}
        _ => out.push(format!("{path}: expected {expect}, found {actual}")),
    }
}

/// Text with the separators of paths that tests expect: Windows has others.
pub(crate) fn slashes(text: &str) -> String {
    if cfg!(windows) { text.replace('\\', "/") } else { text.to_owned() }
}

/// The files of a folder of notes; the lock that stays beside them on Windows is none of them.
pub(crate) fn left(folder: &Path) -> Vec<String> {
    let mut all = names(folder);
    all.retain(|name| !cfg!(windows) || name != ".siptrail-notes.lock");
    all
}

/// What a folder holds, in order.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut all: Vec<String> =
        std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    all.sort();
    all
}

/// A call of Alice to a phone, with a push through an Edge: answered, or missed because the Edge refused the push.
pub(crate) struct PhoneCall<'e> {
    pub(crate) hour: usize,
    pub(crate) minute: usize,
    pub(crate) edge: &'e str,
    pub(crate) refused: bool,
    /// The log holds the answer to the push.
    pub(crate) told: bool,
}

/// The log of a Front End with these calls: the `n`th is `cn`, its push `pn`.
pub(crate) fn phone_calls(calls: &[PhoneCall<'_>]) -> Vec<(String, Vec<u8>)> {
    let (mut names, mut log) = (String::new(), String::from("--- fe01.log cls=pool01\\fe01\n"));
    for (i, PhoneCall { hour, minute, edge, refused, told }) in calls.iter().enumerate() {
        let (push, client, second, last) = if *refused { (504, "wp", 30, 408) } else { (200, "pnch", 5, 200) };
        let at = |second: usize| format!("{hour:02}:{minute:02}:{second:02}");
        let _ = write!(names, "call c{i} alice@contoso.com u{i}@contoso.com\npush p{i} u{i}@contoso.com\n");
        let _ = write!(
            log,
            "{0}.000 in 192.0.2.103:50425 INVITE c{i} via=a
{0}.010 out fe01.contoso.com:5087 INVITE c{i} via=fe,a
{0}.200 in fe01.contoso.com:55153 MESSAGE p{i} via=mcx
{0}.210 out {edge}.contoso.com:5061 MESSAGE p{i} via=fe,mcx\n",
            at(0)
        );
        let _ = if *told {
            write!(
                log,
                "{0}.300 in {edge}.contoso.com:5061 {push} MESSAGE p{i} via=fe,mcx client={client}
{0}.310 out fe01.contoso.com:55153 {push} MESSAGE p{i} via=mcx client={client}\n",
                at(0)
            )
        } else {
            writeln!(log, "skip 2")
        };
        let _ = write!(
            log,
            "{0}.100 in fe01.contoso.com:5087 {last} INVITE c{i} via=fe,a client=wp
{0}.110 out 192.0.2.103:50425 {last} INVITE c{i} via=a client=wp\n",
            at(second)
        );
    }
    story::write(&(names + &log))
}
