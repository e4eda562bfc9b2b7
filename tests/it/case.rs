//! A case: its head in `show`, one for whom it worked, its file, the logs to ask for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use siptrail::case::{self, Case, Index, Item};
use siptrail::ladder::Subject;
use siptrail::{Options, Trace};

use crate::common::root;
use crate::program::{err, out, run};

const FAILED: &str = "samples/push-failed-at-edge";
const CALL: &str = "b45230e872a37c9066ec2be87671bdcc";

fn members(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(std::fs::read(path).unwrap())).unwrap();
    let mut out = BTreeMap::new();
    for i in 0..zip.len() {
        let mut member = zip.by_index(i).unwrap();
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).unwrap();
        out.insert(member.name().unwrap().into_owned(), bytes);
    }
    out
}

#[test]
fn a_story_begins_with_cause_proof_and_remedy() {
    let text = out(&run(&["show", "frank", FAILED]));
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "cause: frank@contoso.com missed it because the push was unroutable (504): push.lync.com is not an \
         allowed federation domain [PN01]",
        "proved by: samples/push-failed-at-edge/edge03.log:",
        "| Text: The domain of the message is not configured",
        "do: New-CsAllowedDomain -Identity \"push.lync.com\"",
        "others: none: this is the only case of the cause in these logs",
    ] {
        assert!(flat.contains(part), "{part}\n{text}");
    }
    // The remedy stands there once.
    assert_eq!(text.matches("New-CsAllowedDomain").count(), 1, "{text}");
    // What went well has no cause and no twin.
    let fine = out(&run(&["show", "alice", "samples"]));
    assert!(fine.contains("so: nothing was missed: ben@contoso.com answered on the phone"), "{fine}");
    assert!(!fine.contains("worked for:") && !fine.contains("ask for:"), "{fine}");
}

#[test]
fn every_missed_call_of_the_samples_has_a_proof_that_is_among_its_evidence() {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    let index = Index::new(&analysis);
    let missed = analysis.calls.iter().enumerate().filter(|(_, c)| c.is_missed());
    let mut seen = 0;
    for (i, call) in missed {
        let subject = Subject::Call(i);
        let case = Case::new(&trace, &analysis, &index, &subject).unwrap();
        let proof = case.proof.as_ref().unwrap_or_else(|| panic!("{} has no proof", call.call_id));
        assert!(!proof.quoted.is_empty() && proof.quoted.iter().all(|q| !q.is_empty()), "{}", call.call_id);
        let pushes = call.pushes.iter().flat_map(|p| &analysis.pushes[*p].evidence);
        let records: Vec<_> = call.evidence.iter().chain(pushes).map(|id| trace.locate(*id)).collect();
        let lines = call.lines.iter().map(|l| trace.location(l.file, l.start));
        assert!(records.contains(&proof.place) || lines.into_iter().any(|l| l == proof.place), "{:?}", proof.place);
        assert!(case.cause.is_some() && case.sentence.contains(&call.to), "{}", case.sentence);
        // A twin is one that worked, and never the case itself.
        if let Some(twin) = case::twin(&analysis, &subject) {
            assert!(twin.call != i && !analysis.calls[twin.call].is_missed());
            let told = case.items(&analysis, Some(&twin));
            assert!(told.iter().any(|item| matches!(item, Item::Line("worked for", _))));
        }
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn a_call_stands_beside_one_that_worked() {
    let o = run(&["show", CALL, "samples", "--with", "twin", "--width", "120"]);
    let text = out(&o);
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    assert!(text.starts_with("erin@contoso.com to frank@contoso.com"), "{text}");
    let first = text.lines().position(|l| l.contains(" ! ")).unwrap_or_else(|| panic!("no difference: {text}"));
    assert!(first > 0 && text.contains("First difference (marked !)"), "{text}");
    assert!(text.lines().all(|l| unicode_width::UnicodeWidthStr::width(l) <= 120), "{text}");
    // With itself there is nothing to compare, with another by name there is.
    let same = run(&["show", CALL, FAILED, "--with", CALL]);
    assert_eq!(same.status.code(), Some(2));
    assert!(err(&same).contains("no other call or push"), "{}", err(&same));
    let named = out(&run(&["show", CALL, "samples", "--with", "carol@contoso.com"]));
    assert!(named.contains("carol@contoso.com to dave@contoso.com"), "{named}");
    // Nothing failed: no twin.
    let fine = run(&["show", "alice", "samples", "--with", "twin"]);
    assert_eq!(fine.status.code(), Some(2));
}

#[test]
fn a_case_is_one_file_which_opens_again_and_which_folders_skip() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let (one, two) = (path("INC1234.zip"), path("again.zip"));
    for file in [&one, &two] {
        let o = run(&["case", CALL, FAILED, "-o", file, "--notes", &path("none.toml")]);
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    }
    assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap(), "the same logs give the same file");
    std::fs::remove_file(&two).unwrap();
    let all = members(Path::new(&one));
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "case.json",
            "ladder.svg",
            "logs.sha256",
            "records/01-edge03.log",
            "records/02-fe03.log",
            "story.pcapng",
            "ticket.md"
        ]
    );
    let text = |name: &str| String::from_utf8(all[name].clone()).unwrap();
    let about: Value = serde_json::from_str(&text("case.json")).unwrap();
    assert_eq!((about["call_id"].as_str(), about["cause"].as_str()), (Some(CALL), Some("PN01")));
    let ticket = text("ticket.md");
    for part in ["```mermaid", "sequenceDiagram", "New-CsAllowedDomain", "missed\\_push\\_failed", "does not appear to"]
    {
        assert!(ticket.contains(part) || ticket.contains(&part.replace('\\', "")), "{part}\n{ticket}");
    }
    assert!(ticket.contains("## What the logs cover") && ticket.contains("SHA-256"), "{ticket}");
    assert!(text("ladder.svg").starts_with("<svg"));
    assert_eq!(all["story.pcapng"][..4], [0x0a, 0x0d, 0x0d, 0x0a]);
    // The push has another Call-ID than the call, and is there.
    let records = text("records/01-edge03.log") + &text("records/02-fe03.log");
    let document: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", FAILED]))).unwrap();
    let push = document["pushes"][0]["call_id"].as_str().unwrap().to_owned();
    assert!(records.contains(CALL) && records.contains(&push));
    let log = std::fs::read(root(FAILED).join("edge03.log")).unwrap();
    let hash: Vec<String> = Sha256::digest(&log).iter().map(|b| format!("{b:02x}")).collect();
    let hash = hash.concat();
    assert!(text("logs.sha256").contains(&format!("{hash}  {FAILED}/edge03.log")), "{}", text("logs.sha256"));

    // Named it is read; what it is about is there.
    let again: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", &one]))).unwrap();
    assert_eq!(again["calls"].as_array().unwrap().len(), 1);
    assert_eq!(again["calls"][0]["call_id"], CALL);
    let saved = siptrail::bundle::open(&std::fs::read(&one).unwrap()).unwrap();
    assert_eq!((saved.call_id.as_str(), saved.ticket), (CALL, ticket));
    // Beside its logs in a folder it is left alone.
    std::fs::copy(root(FAILED).join("fe03.log"), dir.path().join("fe03.log")).unwrap();
    let folder = run(&["report", "--format", "json", &dir.path().to_string_lossy()]);
    let report: Value = serde_json::from_str(&out(&folder)).unwrap();
    assert_eq!(report["sources"].as_array().unwrap().len(), 1);
    assert!(err(&folder).contains("saved by siptrail"), "{}", err(&folder));
}

#[test]
fn a_case_without_names_has_none_in_any_part() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.zip");
    let o = run(&["case", CALL, FAILED, "-o", &file.to_string_lossy(), "--anonymise"]);
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    for (name, bytes) in members(&file) {
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        for word in ["frank", "erin", "contoso", "edge03", "fe03", CALL] {
            assert!(!text.contains(word), "{name} has {word}");
        }
        assert!(name.starts_with("records/") || !name.contains("log-") || name == "logs.sha256", "{name}");
    }
}

#[test]
fn what_cannot_be_one_case_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.zip").to_string_lossy().into_owned();
    for (args, hint) in [
        (vec!["case", "nobody", FAILED, "-o", &file], "expected a Call-ID"),
        (vec!["case", "uma@contoso.com", "samples/desktop-calls.log", "-o", &file], "name one by its Call-ID"),
        (vec!["case", CALL, FAILED], "--output"),
    ] {
        let o = run(&args);
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(err(&o).contains(hint), "{args:?}: {}", err(&o));
        assert!(!Path::new(&file).exists());
    }
}

#[test]
fn an_open_verdict_asks_for_the_log_that_would_tell() {
    let report: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", "samples"]))).unwrap();
    let open = report["calls"].as_array().unwrap().iter().filter(|c| c["verdict"] == "undetermined").count();
    assert!(open > 0);
    let asked = report["missing_logs"].as_array().unwrap();
    assert!(!asked.is_empty());
    let text = out(&run(&["report", "samples"]));
    for log in asked {
        let command = log["command"].as_str().unwrap();
        assert!(command.starts_with("Search-CsClsLogging -Pools \"") && command.contains(" -Components \"SIPStack\""));
        assert!(command.contains(" -StartTime \"") && command.contains(" -EndTime \""), "{command}");
        // Lines that end with a backtick go on.
        let typed: Vec<&str> = text.split(" `\n").map(|part| part.trim_start_matches(' ')).collect();
        let typed = typed.join(" ");
        assert!(typed.contains(command), "{command} is not in\n{typed}");
    }
    // Where nothing is open, nothing is asked for.
    let fine: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", FAILED]))).unwrap();
    assert_eq!(fine.get("missing_logs"), None);
}

#[test]
fn what_is_cut_out_says_which_pushes_it_leaves_out() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("case.sip").to_string_lossy().into_owned();
    let query = format!("call-id:{CALL}");
    let cut = run(&["export", "--as", "sip", "--where", &query, "-o", &file, FAILED]);
    assert!(err(&cut).contains("left out: 1 push of the selected calls"), "{}", err(&cut));
    let without = std::fs::read(&file).unwrap().len();
    let whole = run(&["export", "--as", "sip", "--where", &query, "--stories", "-o", &file, FAILED]);
    assert!(!err(&whole).contains("left out"), "{}", err(&whole));
    assert!(std::fs::read(&file).unwrap().len() > without);
    let grep = out(&run(&["grep", CALL, FAILED, "--stories"]));
    assert!(grep.contains("MESSAGE sip:push@push.lync.com"), "{grep}");
}
