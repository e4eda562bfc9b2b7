//! A case: its head in `show`, one for whom it worked, its file, the logs to ask for.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};
use siptrail::case::{self, Case, Index, Item};
use siptrail::input::Input;
use siptrail::ladder::Subject;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{root, slashes};
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

fn story(text: &str) -> (Trace, siptrail::Analysis) {
    let files = crate::story::write(text);
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    (trace, analysis)
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

/// Two pushes of a call, the second of which is never answered: the call was missed because the first was refused.
#[test]
fn the_push_that_decided_is_told_and_no_other() {
    let (trace, analysis) = story(
        "call c1 alice@contoso.com bob@contoso.com
         push p1 bob@contoso.com
         push p2 bob@contoso.com
         call o1 edge01.contoso.com fe01.contoso.com
         --- fe01.log cls=pool01\\fe01
         08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
         08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
         08:30:00.100 in fe01.contoso.com:5087 180 INVITE c1 via=fe,a client=wp
         08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
         08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
         08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx
         08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
         08:30:00.400 in fe01.contoso.com:55153 MESSAGE p2 via=mcx
         08:30:00.410 out edge01.contoso.com:5061 MESSAGE p2 via=fe,mcx
         08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a client=wp
         08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a client=wp
         08:30:35.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=35 via=edge
         08:30:40.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=40 via=edge
         08:30:45.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=45 via=edge
         08:30:50.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=50 via=edge
         08:30:55.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=55 via=edge
         08:31:00.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=60 via=edge
         08:31:05.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=65 via=edge
         08:31:10.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=70 via=edge
         08:31:15.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=75 via=edge
         08:31:20.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=80 via=edge
         08:31:25.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=85 via=edge
         08:31:30.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=90 via=edge
         08:31:35.000 in edge01.contoso.com:5061 OPTIONS o1 cseq=95 via=edge",
    );
    assert_eq!(analysis.calls[0].pushes.len(), 2);
    assert_eq!(analysis.calls[0].verdict, Some(siptrail::analysis::Verdict::MissedPushFailed));
    let case = Case::new(&trace, &analysis, &Index::new(&analysis), &Subject::Call(0)).unwrap();
    assert!(case.sentence.contains("the push was unroutable (504)"), "{}", case.sentence);
    let quoted = case.proof.unwrap().quoted;
    assert!(quoted[0].contains(" 504 "), "{quoted:?}");
}

#[test]
fn what_has_nothing_in_common_is_no_twin_and_nobody_is_no_user() {
    let text = |callee: &str, client: &str| {
        format!(
            "call c1 alice@contoso.com bob@contoso.com
             call c2 carol@contoso.com {callee}
             push p1 bob@contoso.com
             call o1 edge01.contoso.com fe01.contoso.com
             --- fe01.log cls=pool01\\fe01
             08:30:00.000 in 192.0.2.103:50425 INVITE c1 via=a
             08:30:00.010 out fe01.contoso.com:5087 INVITE c1 via=fe,a
             08:30:00.200 in fe01.contoso.com:55153 MESSAGE p1 via=mcx
             08:30:00.210 out edge01.contoso.com:5061 MESSAGE p1 via=fe,mcx
             08:30:00.300 in edge01.contoso.com:5061 504 MESSAGE p1 via=fe,mcx
             08:30:00.310 out fe01.contoso.com:55153 504 MESSAGE p1 via=mcx
             08:30:30.100 in fe01.contoso.com:5087 408 INVITE c1 via=fe,a {client}
             08:30:30.110 out 192.0.2.103:50425 408 INVITE c1 via=a {client}
             08:35:00.000 in edge01.contoso.com:5061 OPTIONS o1 via=edge
             --- fe02.log cls=pool02\\fe02
             08:31:00.000 in 192.0.2.113:50425 INVITE c2 via=a
             08:31:00.010 out fe02.contoso.com:5087 INVITE c2 via=fe,a
             08:31:05.100 in fe02.contoso.com:5087 200 INVITE c2 via=fe,a client=wp
             08:31:05.110 out 192.0.2.113:50425 200 INVITE c2 via=a client=wp"
        )
    };
    for (callee, client, found) in [
        ("dave@contoso.com", "", None),
        ("bob@contoso.com", "", Some(vec!["callee"])),
        ("dave@contoso.com", "client=wp", Some(vec!["kind of phone"])),
    ] {
        let (_, mut analysis) = story(&text(callee, client));
        let twin = case::twin(&analysis, &Subject::Call(0));
        assert_eq!(twin.map(|t| t.same), found, "{callee} {client}");
        assert_eq!(Index::new(&analysis).hit("PN35").unwrap().users, 1);
        analysis.calls[0].to.clear();
        assert_eq!(Index::new(&analysis).hit("PN35").unwrap().users, 0);
    }
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

/// Since when and whom else, held against the report of the same logs.
#[test]
fn a_ticket_tells_all_others_whom_the_cause_hit() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_string_lossy().into_owned();
    let (logs, file) = (path("logs"), path("case.zip"));
    assert!(run(&["synth", "--size", "3MB", "--seed", "11", "--faults", "PN03=25%", &logs]).status.success());
    let report: Value = serde_json::from_str(&out(&run(&["report", "--format", "json", &logs]))).unwrap();
    let hit = |list: &str| -> Vec<Value> {
        let all = report[list].as_array().unwrap().iter();
        all.filter(|c| c["findings"].as_array().unwrap().iter().any(|f| f == "PN03")).cloned().collect()
    };
    let (calls, pushes) = (hit("calls"), hit("pushes"));
    let own = calls.iter().find(|c| c["verdict"] == "missed_push_failed").expect("one who missed a call");
    let o = run(&["case", own["call_id"].as_str().unwrap(), &logs, "-o", &file]);
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    let all = members(Path::new(&file));
    // Pushes of a call that is named are not named again, nor is the case itself.
    let mut named: Vec<&str> = calls.iter().map(|c| c["call_id"].as_str().unwrap()).collect();
    let alone = pushes.iter().filter(|p| !p["call"].as_str().is_some_and(|c| named.contains(&c)));
    named.extend(alone.map(|p| p["call_id"].as_str().unwrap()).collect::<Vec<_>>());
    named.retain(|id| *id != own["call_id"]);
    let victims = String::from_utf8_lossy(&all["victims.csv"]);
    let mut told: Vec<&str> = victims.lines().skip(1).filter_map(|line| line.rsplit(',').next()).collect();
    named.sort_unstable();
    told.sort_unstable();
    assert!(told.len() > 5 && told == named, "{victims}\n{named:?}");
    let of = |key: &'static str| calls.iter().chain(&pushes).filter_map(move |c| c[key].as_str());
    let (from, to) = (of("started").chain(of("sent")).min().unwrap(), of("started").chain(of("sent")).max().unwrap());
    let ticket = String::from_utf8_lossy(&all["ticket.md"]);
    let span = format!("First and last: {} to {}", &from[..19].replace('T', " "), &to[..19].replace('T', " "));
    assert!(ticket.contains("## Since when") && ticket.contains(&span), "{span}\n{ticket}");
}

#[test]
fn hashes_are_those_of_the_files_or_say_what_they_are_of() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name);
    let name = |name: &str| slashes(&path(name).to_string_lossy());
    let log = std::fs::read_to_string(root(FAILED).join("fe03.log")).unwrap();
    let wide: Vec<u8> = "\u{feff}".encode_utf16().chain(log.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(path("wide.log"), &wide).unwrap();
    // The log of a client is written anew before it is read: the file is still the file.
    let client = std::fs::read(root("tests/wrappings/uccapi.uccapilog")).unwrap();
    std::fs::write(path("client.uccapilog"), &client).unwrap();
    std::fs::copy(root(FAILED).join("edge03.log"), path("edge03.log")).unwrap();
    let file = path("case.zip").to_string_lossy().into_owned();
    let o = run(&["case", CALL, &dir.path().to_string_lossy(), "-o", &file, "--notes", &name("none.toml")]);
    assert_eq!(o.status.code(), Some(0), "{}", err(&o));
    let hash = |bytes: &[u8]| Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().concat();
    let all = members(Path::new(&file));
    let (list, ticket) = (String::from_utf8_lossy(&all["logs.sha256"]), String::from_utf8_lossy(&all["ticket.md"]));
    for file in ["client.uccapilog", "edge03.log"] {
        let line = format!("{}  {}", hash(&std::fs::read(path(file)).unwrap()), name(file));
        assert!(list.lines().any(|l| l == line), "{line} is not in\n{list}");
    }
    let line = format!("# text as it was unpacked or decoded: {}  {}", hash(log.as_bytes()), name("wide.log"));
    assert!(list.lines().any(|l| l == line), "{line} is not in\n{list}");
    assert!(!list.contains(&hash(&wide)));
    assert!(ticket.contains("SHA-256 of the text as it was unpacked or decoded"), "{ticket}");
}

#[test]
fn a_case_without_names_has_none_in_any_part() {
    let dir = tempfile::tempdir().unwrap();
    let notes = dir.path().join("none.toml").to_string_lossy().into_owned();
    let written = |name: &str, more: &[&str]| {
        let file = dir.path().join(name);
        let o = run(&[&["case", CALL, FAILED, "-o", &file.to_string_lossy(), "--notes", &notes][..], more].concat());
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        members(&file)
    };
    let (with, without) = (written("with.zip", &[]), written("without.zip", &["--anonymise"]));
    let words = ["frank", "erin", "contoso", "edge03", "fe03", CALL];
    let named = |name: &str, bytes: &[u8]| -> Vec<&str> {
        let text = name.to_owned() + &String::from_utf8_lossy(bytes).to_lowercase();
        words.into_iter().filter(|word| text.contains(word)).collect()
    };
    // Each part has names that could stay, and has its counterpart.
    assert!(with.iter().all(|(name, bytes)| !named(name, bytes).is_empty()));
    assert_eq!(with.len(), without.len());
    for (name, bytes) in &without {
        assert_eq!(named(name, bytes), Vec::<&str>::new(), "{name}");
        assert!(!bytes.is_empty(), "{name}");
    }
    let logs: Vec<&str> = without.keys().map(String::as_str).filter(|name| name.starts_with("records/")).collect();
    assert_eq!(logs, ["records/01-log-01.log", "records/02-log-02.log"]);
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
        let of = ["Pools", "Computers"].map(|of| format!("Search-CsClsLogging -{of} \""));
        assert!(
            of.iter().any(|of| command.starts_with(of)) && command.contains(" -Components \"SIPStack\""),
            "{command}"
        );
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
