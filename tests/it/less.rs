//! Less log never makes a judgement more definite (docs/judging.md, R6): what a shortened log says of a call, a push
//! or a link is what the whole log says, or it is left open.
//!
//! `PROPTEST_CASES=2500 cargo test --release --test it less` is the long run: eight shortened logs a case.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;
use siptrail::synth::{Extent, LogFormat, Plan, in_memory};

use crate::common::{report_of, root, scenarios};

type Files = Vec<(String, Vec<u8>)>;

/// One way to take something away.
#[derive(Clone, Debug)]
enum Cut {
    /// A window of records of one file, with their numbers and what stands between them.
    Window(Index, Index, u16),
    /// All behind a record of one file.
    End(Index, Index),
    /// All ahead of a record of one file.
    Begin(Index, Index),
    /// One file of several.
    File(Index),
    /// One file becomes two, with nothing lost.
    Split(Index, Index),
}

fn cut() -> impl Strategy<Value = Cut> {
    prop_oneof![
        4 => (any::<Index>(), any::<Index>(), 1u16..60).prop_map(|(f, at, n)| Cut::Window(f, at, n)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(f, at)| Cut::End(f, at)),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(f, at)| Cut::Begin(f, at)),
        1 => any::<Index>().prop_map(Cut::File),
        2 => (any::<Index>(), any::<Index>()).prop_map(|(f, at)| Cut::Split(f, at)),
    ]
}

/// Where lines of the trace begin: records, and what components write.
fn lines(log: &[u8]) -> Vec<usize> {
    (0..log.len()).filter(|at| log[*at..].starts_with(b"TL_") && (*at == 0 || log[*at - 1] == b'\n')).collect()
}

impl Cut {
    /// The shortened logs; `None` where there is nothing to take.
    fn apply(&self, files: &Files) -> Option<Files> {
        let mut out = files.clone();
        let at = |f: &Index| f.index(files.len());
        match self {
            Cut::File(f) => {
                (files.len() > 1).then(|| out.remove(at(f)))?;
            }
            Cut::Window(f, from, n) => {
                let log = &mut out[at(f)].1;
                let starts = lines(log);
                let first = from.index(starts.len().max(1));
                let end = starts.get(first + usize::from(*n)).copied().unwrap_or(log.len());
                log.drain(*starts.get(first)?..end);
            }
            Cut::End(f, from) => {
                let log = &mut out[at(f)].1;
                let starts = lines(log);
                log.truncate(*starts.get(from.index(starts.len().max(1)))?);
            }
            Cut::Begin(f, from) => {
                let log = &mut out[at(f)].1;
                let starts = lines(log);
                log.drain(..*starts.get(from.index(starts.len().max(1)))?);
            }
            Cut::Split(f, from) => {
                let (name, log) = out.remove(at(f));
                let starts = lines(&log);
                let middle = *starts.get(from.index(starts.len().max(1)))?;
                let (stem, ending) = name.rsplit_once('.').unwrap_or((&name, "log"));
                // The names tell that it is one server, as those of a log that rolls over do.
                out.push((format!("{stem}.1.{ending}"), log[..middle].to_vec()));
                out.push((format!("{stem}.2.{ending}"), log[middle..].to_vec()));
            }
        }
        out.retain(|(_, log)| !log.is_empty());
        (!out.is_empty()).then_some(out)
    }
}

/// What a report says of each call and push that is there once.
fn judgements(report: &Value) -> BTreeMap<(String, &'static str), Value> {
    let mut out: BTreeMap<(String, &'static str), Value> = BTreeMap::new();
    let mut doubled = Vec::new();
    for (list, keys) in [("calls", &["outcome", "verdict"][..]), ("pushes", &["result", "call"])] {
        for one in report[list].as_array().unwrap() {
            for key in keys {
                let name = (one["call_id"].as_str().unwrap().to_owned(), *key);
                if out.insert(name.clone(), one[*key].clone()).is_some() {
                    doubled.push(name);
                }
            }
        }
    }
    out.retain(|name, _| !doubled.contains(name));
    out
}

/// Whether less log may say this where more log says that.
fn may_say(key: &str, less: &Value, more: &Value) -> bool {
    less == more
        || less == "undetermined"
        || less.is_null()
        // The first exception: the BYE that told of it is gone.
        || key == "outcome" && less == "answered" && more == "media_failed"
}

/// Pushes whose answer came too late for their sender, and their calls: the second exception. Where the log with the
/// answer is gone, nothing came in time.
fn late(whole: &Value) -> Vec<String> {
    let pushes = whole["pushes"].as_array().unwrap().iter();
    let is_late = |p: &&Value| p["findings"].as_array().unwrap().iter().any(|f| f == "PN31");
    let ids = pushes.filter(is_late).flat_map(|p| [&p["call_id"], &p["call"]]);
    ids.filter_map(|id| Some(id.as_str()?.to_owned())).collect()
}

/// Calls that two endpoints answered, one of them late: the second exception again. Where that 200 is behind the cut,
/// nothing tells of it.
fn answered_twice(whole: &Value) -> Vec<String> {
    let calls = whole["calls"].as_array().unwrap().iter();
    let twice = |c: &&Value| c["legs"].as_array().unwrap().iter().filter(|l| l["status"] == 200).count() > 1;
    calls.filter(twice).filter_map(|c| Some(c["call_id"].as_str()?.to_owned())).collect()
}

/// Calls that were answered when the caller had been told of a failure already, behind Timer C (RFC 3261 section 16.6): the
/// second exception once more. What the caller was told stays said where the late 200 is gone.
fn answered_late(whole: &Value) -> Vec<String> {
    let calls = whole["calls"].as_array().unwrap().iter();
    let late = calls.filter(|c| c["answer_ms"].as_i64().is_some_and(|ms| ms > 180_000));
    late.filter_map(|c| Some(c["call_id"].as_str()?.to_owned())).collect()
}

/// Pushes that fit two calls, and these calls, where of one of them the shortened log has nothing, or not its begin: the third
/// exception. Nothing tells of a call that is gone, nor what it was; were every push behind a hole doubted for it, none could
/// be told.
fn without_rival(whole: &Value, part: &Value) -> Vec<String> {
    let calls = part["calls"].as_array().unwrap().iter().filter(|c| c["undetermined"]["why"] != "start_missing");
    let left: Vec<String> = calls.filter_map(|c| Some(c["call_id"].as_str()?.to_owned())).collect();
    let pushes = whole["pushes"].as_array().unwrap().iter();
    let mut out = Vec::new();
    for push in pushes.filter(|p| p["call"].is_null()) {
        let own = push["candidates"].as_array().into_iter().flatten().filter_map(|c| Some(c.as_str()?.to_owned()));
        let own: Vec<String> = own.collect();
        if own.iter().any(|id| !left.contains(id)) {
            out.extend(own);
            out.extend(push["call_id"].as_str().map(str::to_owned));
        }
    }
    out
}

/// What the shortened log says that it must not.
fn contradictions(whole: &Value, part: &Value) -> Vec<String> {
    let (more, late, twice) = (judgements(whole), late(whole), answered_twice(whole));
    let (alone, answered) = (without_rival(whole, part), answered_late(whole));
    let wrong = judgements(part).into_iter().filter_map(|((id, key), less)| {
        let more = more.get(&(id.clone(), key))?;
        let unanswered = less == "unanswered" || less == "missed_push_unanswered";
        let one_answer = key == "verdict" && (less == "answered_elsewhere" || less == "answered_by_mobile");
        let fine = may_say(key, &less, more)
            || unanswered && late.contains(&id)
            || one_answer && more == "undetermined" && twice.contains(&id)
            || matches!(key, "call" | "verdict") && (more.is_null() || more == "undetermined") && alone.contains(&id)
            || key == "outcome" && more == "answered" && less == "no_answer" && answered.contains(&id);
        (!fine).then(|| format!("{id}: {key} is {less}, and {more} in the whole log"))
    });
    wrong.collect()
}

fn deployment(seed: u64) -> Files {
    let format = [LogFormat::Cls, LogFormat::Lync2010, LogFormat::R2][usize::try_from(seed % 3).unwrap()];
    let servers = 2 + usize::try_from(seed % 4).unwrap();
    in_memory(&Plan { seed, servers, format, extent: Extent::Calls(14), clock_skew_ms: 700, ..Plan::default() }).0
}

/// The property would notice.
#[test]
fn what_is_said_otherwise_is_noticed() {
    let whole = report_of(&deployment(3));
    assert!(contradictions(&whole, &whole).is_empty());
    let others = [
        ("calls", "outcome", "busy"),
        ("calls", "verdict", "caller_gave_up"),
        ("pushes", "result", "rejected"),
        ("pushes", "call", "another"),
    ];
    for (list, key, word) in others {
        let mut part = whole.clone();
        let rows = part[list].as_array_mut().unwrap();
        rows.iter_mut().find(|r| r[key].is_string() && r[key] != word).unwrap()[key] = word.into();
        assert_eq!(contradictions(&whole, &part).len(), 1, "{list} {key}");
    }
}

fn is_log(path: &std::path::Path) -> bool {
    path.extension().is_some_and(|e| e == "log")
}

/// The shipped logs that stand for themselves.
fn samples() -> Vec<(String, Files)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(root("samples")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let mut files: Vec<_> = match std::fs::read_dir(&path) {
            Ok(dir) => dir.map(|e| e.unwrap().path()).collect(),
            Err(_) if is_log(&path) => vec![path],
            Err(_) => continue,
        };
        files.sort();
        let read =
            |p: std::path::PathBuf| (p.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&p).unwrap());
        let files: Files = files.into_iter().filter(|p| is_log(p)).map(read).collect();
        // The lines of the others are not where this test cuts.
        if files.iter().all(|(_, log)| !lines(log).is_empty()) && !files.is_empty() {
            out.push((name, files));
        }
    }
    out.sort();
    out
}

fn check(name: &str, files: &Files, cuts: &[Cut]) -> Result<(), TestCaseError> {
    let whole = report_of(files);
    for cut in cuts {
        let Some(part) = cut.apply(files) else { continue };
        let found = contradictions(&whole, &report_of(&part));
        prop_assert!(found.is_empty(), "{name}, {cut:?}:\n{}", found.join("\n"));
    }
    Ok(())
}

proptest! {
    #![proptest_config(crate::common::cases(16))]

    #[test]
    fn of_a_deployment_says_no_more(seed in 0u64..10_000, cuts in prop::collection::vec(cut(), 8)) {
        check(&format!("seed {seed}"), &deployment(seed), &cuts)?;
    }

    #[test]
    fn of_a_sample_or_scenario_says_no_more(pick in any::<Index>(), cuts in prop::collection::vec(cut(), 8)) {
        let mut all: Vec<(String, Files)> = scenarios().into_iter().map(|s| (s.name, s.files)).collect();
        all.retain(|(_, files)| files.iter().all(|(_, log)| !lines(log).is_empty()));
        // How long its server usually says nothing is only known from the records that are taken away.
        all.retain(|(name, _)| name != "93-story-clock-set-ahead");
        all.extend(samples());
        prop_assert!(all.len() > 100, "{}", all.len());
        let (name, files) = &all[pick.index(all.len())];
        check(name, files, &cuts)?;
    }
}
