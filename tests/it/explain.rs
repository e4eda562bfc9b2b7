//! The offline knowledge: `siptrail findings` and `siptrail explain`.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use siptrail::knowledge::catalogue::catalogue;

use crate::common::root;
use crate::program::run;

fn siptrail(args: &[&str]) -> Command {
    let mut command = crate::program::program();
    command.args(args).env_remove("CLICOLOR_FORCE").env_remove("NO_COLOR");
    command
}

fn text(args: &[&str]) -> String {
    let o = run(args);
    assert!(o.status.success() && o.stderr.is_empty(), "{args:?}: {}", String::from_utf8_lossy(&o.stderr));
    String::from_utf8(o.stdout).unwrap()
}

fn json(args: &[&str]) -> Vec<Value> {
    serde_json::from_str(&text(&[&args[..1], &["--format", "json"], &args[1..]].concat())).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()).collect()
}

/// First column of a table of `src/knowledge`, or the one told.
fn column(table: &str, n: usize) -> Vec<String> {
    let text = std::fs::read_to_string(root("src/knowledge").join(table)).unwrap();
    let rows = text.lines().filter(|l| !l.starts_with('#')).map(|l| l.split('\t').nth(n).unwrap().to_owned());
    rows.filter(|word| word != "-").collect()
}

#[test]
fn the_list_groups_all_causes_and_names_what_is_never_reported() {
    let list = text(&["findings"]);
    assert!(list.lines().all(|l| l.chars().count() <= 80) && !list.contains('\u{1b}'), "{list}");
    let heads: Vec<&str> = list.lines().filter(|l| !l.starts_with(' ') && !l.is_empty()).collect();
    assert_eq!(heads.len(), 7, "{heads:?}");
    for (head, word) in
        heads.iter().zip(["Routing and certificates", "No push", "answer", "outside SIP", "UCWA", "Never reported"])
    {
        assert!(head.contains(word), "{head}");
    }
    let rows: Vec<&str> = list.lines().filter(|l| l.starts_with("  ")).map(str::trim).collect();
    let all = json(&["findings"]);
    assert_eq!(rows.len(), all.len(), "a summary needs two lines");
    for (row, entry) in rows.iter().zip(&all) {
        let mut words = row.splitn(2, "  ");
        assert_eq!(words.next(), entry["code"].as_str());
        assert!(words.next().is_some_and(|w| w.ends_with(entry["summary"].as_str().unwrap())), "{row}");
        assert!(entry["severity"].as_str().is_none_or(|s| row.contains(s)), "{row}");
    }
    assert!(rows[2].starts_with("PN03  error    DNS SRV"), "{}", rows[2]);
}

#[test]
fn the_json_of_both_commands_has_one_form() {
    let all = json(&["findings"]);
    let codes: Vec<&str> = all.iter().map(|e| e["code"].as_str().unwrap()).collect();
    let causes = codes.iter().filter(|c| c.starts_with("PN")).count();
    assert!(causes == catalogue().len() && codes.ends_with(&["NF05", "NF06"]));
    assert_eq!(all, json(&[&["explain"][..], &codes].concat()));
    let keys = |e: &Value| e.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for entry in all.iter().chain(&json(&["explain", "480", "0xc3e93d6f", "not_opened"])) {
        assert_eq!(keys(entry), keys(&all[0]));
    }
    for entry in all.iter().filter(|e| e["kind"] == "finding") {
        for key in ["section", "summary", "seen_at", "seen", "cause", "noticed", "remedy", "false_friends"] {
            assert!(entry[key].as_str().is_some_and(|t| !t.is_empty()), "{key} of {}", entry["code"]);
        }
        assert!(!entry["checks"].as_array().unwrap().is_empty(), "{}", entry["code"]);
    }
    let pn03 = &all[2];
    assert_eq!(
        (&pn03["severity"], &pn03["section"], &pn03["seen_at"]),
        (&"error".into(), &"routing".into(), &"edge".into())
    );
    assert_eq!(pn03["match"][0]["result_code"], "c3e93d6f");
}

/// What is to be copied stands on a line of its own, whole; all other lines fit the page.
#[test]
fn everything_known_is_explained_in_eighty_columns() {
    let mut names: Vec<String> = json(&["findings"]).iter().map(|e| e["code"].as_str().unwrap().to_owned()).collect();
    for (table, n) in [
        ("diagnostics.tsv", 0),
        ("ids_without_text.tsv", 0),
        ("ranges.tsv", 1),
        ("result_codes.tsv", 0),
        ("result_codes.tsv", 1),
        ("windows_codes.tsv", 0),
        ("windows_codes.tsv", 1),
        ("tls_alerts.tsv", 0),
        ("tls_alerts.tsv", 1),
        ("events.tsv", 0),
        ("q850.tsv", 0),
        ("sip_status.tsv", 0),
        ("words.tsv", 1),
    ] {
        names.extend(column(table, n));
    }
    let args: Vec<&str> = ["explain"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let (page, blocks) = (text(&args), json(&args));
    assert!(blocks.len() > names.len() && !page.contains('\u{1b}'));
    assert_eq!(page.split("\n\n").count(), blocks.len(), "one empty line between two blocks");
    for (block, entry) in page.split("\n\n").zip(&blocks) {
        let checks = entry["checks"].as_array().unwrap().iter().flat_map(|c| strings(&c["commands"]));
        let own = [strings(&entry["commands"]), strings(&entry["source"])].concat();
        let copied: Vec<String> = own.into_iter().chain(checks).collect();
        let lines: Vec<&str> = block.lines().collect();
        assert!(lines[0].starts_with(entry["code"].as_str().unwrap()), "{block}");
        for what in &copied {
            assert!(lines.contains(&format!("    {what}").as_str()), "not alone on a line: {what}\n{block}");
        }
        for line in lines.iter().filter(|l| l.chars().count() > 80) {
            assert!(copied.iter().any(|c| c == line.trim_start()), "too long: {line}");
        }
    }
}

#[test]
fn a_finding_an_id_and_a_status_are_told_like_this() {
    assert_eq!(
        text(&["explain", "pn01"]),
        r#"PN01 (finding, error): push.lync.com is not an allowed federation domain
  Seen in the log of the Edge: The push gets 504. A diagnostic record at the
    Edge says that the domain is not configured and seems to be no federated
    partner, with domain=push.lync.com; a component line calls push.lync.com
    unknown. The INVITE ends with 408.
  Cause: The Edge knows the hosting provider, but push.lync.com is missing from
    the allowed SIP domains, so every push is refused. It reads like a DNS fault
    and is none; the caller's INVITE then ends with 408.
  Users notice: No phone that depends on pushes wakes up; calls and messages
    show only once the app is opened. All such users are hit, and test calls
    between desktops work.
  Check:
  1. Look whether the domain of the clearing house is allowed:
    Get-CsAllowedDomain | Where-Object Identity -like "*push*"
  2. Look whether the hosting provider is there and enabled:
    Get-CsHostingProvider
  3. After the change wait for replication to the Edge:
    Get-CsManagementStoreReplicationStatus
  4. Try the way of a push without a phone:
    Test-CsMcxPushNotification -AccessEdgeFqdn <edge-internal-fqdn>
  Remedy:
    New-CsAllowedDomain -Identity "push.lync.com"
  False friends: It looks like PN03 or PN04 and DNS is fine. The 408 of the
    INVITE may blame a missing push subscription (PN20): while the push itself
    is refused, that is not so.
  Source:
    https://bhargavs.com/index.php/2013/03/28/configuring-lync-2013-mobility-for-push-notifications/
    https://learn.microsoft.com/en-us/previous-versions/office/lync-server-2013/lync-server-2013-configuring-for-push-notifications
"#
    );
    let page = text(&["explain", "480", "1015"]);
    let blocks: Vec<&str> = page.split("\n\n").collect();
    for (block, parts) in blocks.iter().zip([
        ["480 (SIP status): Temporarily Unavailable\n", "rfc3261#section-21.4.18"],
        ["480 (ms-diagnostics id, common to all components)\n", "Its range, 0 to 999"],
        ["1015 (ms-diagnostics id, SIP stack)\n", "no text for it has been"],
    ]) {
        assert!(block.starts_with(parts[0]) && block.contains(parts[1]), "{block}");
    }
    assert_eq!(blocks.len(), 3);
}

/// The README's words: the schema of the report lists them all.
#[test]
fn every_word_of_the_report_is_explained() {
    let schema: Value = serde_json::from_slice(&std::fs::read(root("tests/report.schema.json")).unwrap()).unwrap();
    let words: Vec<(&str, &str)> = [
        ("outcome", "/$defs/call/properties/outcome/enum"),
        ("verdict", "/$defs/call/properties/verdict/enum"),
        ("push_result", "/$defs/push/properties/result/enum"),
        ("link", "/$defs/push/properties/link/enum"),
    ]
    .iter()
    .flat_map(|(kind, at)| schema.pointer(at).unwrap().as_array().unwrap().iter().map(move |w| (*kind, w)))
    .filter_map(|(kind, word)| word.as_str().map(|w| (kind, w)))
    .chain([("leg_outcome", "answered_elsewhere")])
    .collect();
    for (kind, word) in &words {
        let kinds: Vec<Value> = json(&["explain", word]).iter().map(|e| e["kind"].clone()).collect();
        assert!(kinds.contains(&(*kind).into()), "{kind} {word}: {kinds:?}");
    }
    assert_eq!(words.len(), column("words.tsv", 1).len(), "a word that no report uses");
}

#[test]
fn what_is_unknown_ends_with_two_and_one_line_that_helps() {
    for (args, hints) in [
        (vec!["PN99"], vec!["\"PN99\"", "did you mean PN09?", "expected a finding (PN03)"]),
        (vec!["not_openend"], vec!["did you mean not_opened?", "not_opened)"]),
        (vec!["kangaroo"], vec!["\"kangaroo\"; expected"]),
        (vec!["\u{1b}[2J"], vec!["expected"]),
    ] {
        let o = run(&[&["explain"][..], &args].concat());
        let told = String::from_utf8(o.stderr).unwrap();
        assert_eq!((o.status.code(), o.stdout.len(), told.lines().count()), (Some(2), 0, 1), "{told}");
        assert!(hints.iter().all(|h| told.contains(h)) && !told.contains('\u{1b}'), "{told}");
    }
    let o = run(&["explain", "1009", "PN99", "480"]);
    assert_eq!(o.status.code(), Some(2));
    assert!(o.stdout.starts_with(b"1009 (") && String::from_utf8_lossy(&o.stdout).contains("\n\n480 (SIP status)"));
    assert_eq!(run(&["explain"]).status.code(), Some(2));
    assert_eq!(run(&["findings", "PN01"]).status.code(), Some(2));
}

#[test]
fn colour_and_pipes_are_those_of_a_good_citizen() {
    for args in [&["findings"][..], &["explain", "PN01", "480"]] {
        let escapes = |command: &mut Command| command.output().unwrap().stdout.contains(&0x1b);
        assert!(escapes(siptrail(args).env("CLICOLOR_FORCE", "1")), "no colour at all: {args:?}");
        assert!(!escapes(siptrail(args).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")), "{args:?}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let o = siptrail(args).stdout(writer).output().unwrap();
        assert_eq!((o.status.code(), String::from_utf8_lossy(&o.stderr).as_ref()), (Some(0), ""), "{args:?}");
    }
    for command in ["findings", "explain"] {
        assert!(text(&[command, "--help"]).contains(&format!("  siptrail {command}")), "no example");
    }
}
