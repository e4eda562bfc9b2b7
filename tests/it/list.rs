//! `siptrail list`, `siptrail grep` and `report --where` as a user runs them.

use serde_json::Value;

use crate::common::root;
use crate::program::{err, out, run};

/// One call, one push.
const FAILED: &str = "samples/push-failed-at-edge";
/// Nineteen calls.
const DESKTOP: &str = "samples/desktop-calls.log";

#[test]
fn the_three_forms_of_a_list_say_the_same() {
    let args = ["list", "calls", DESKTOP, "--where", "ring:* -answered", "--sort", "-ring,-time"];
    let form = |format: &str| {
        let o = run(&[&args[..], &["--columns", "call-id,ring,status,diagnostic,failed", "--format", format]].concat());
        assert_eq!(o.status.code(), Some(0), "{}", err(&o));
        out(&o)
    };
    let json: Value = serde_json::from_str(&form("json")).unwrap();
    let rows = json.as_array().unwrap();
    assert_eq!(rows.len(), 6, "{json}");
    let lines: Vec<Value> = form("ndjson").lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    for (row, line) in rows.iter().zip(&lines) {
        assert_eq!(line["type"], "call");
        assert_eq!(row["call_id"], line["call_id"]);
    }
    let csv = form("csv");
    assert!(csv.starts_with("call_id,ring_ms,status,diagnostic_ids,failed\r\n"), "{csv}");
    let table = form("table");
    for (row, (cells, people)) in rows.iter().zip(csv.lines().skip(1).zip(table.lines().skip(1))) {
        let cells: Vec<&str> = cells.trim_end().split(',').collect();
        let text =
            |key: &str| row[key].as_str().map_or_else(|| row[key].to_string(), str::to_owned).replace("null", "");
        let ids: Vec<String> = row["diagnostic_ids"].as_array().unwrap().iter().map(Value::to_string).collect();
        assert_eq!(cells, [text("call_id"), text("ring_ms"), text("status"), ids.join(";"), text("failed")]);
        assert!(
            people.starts_with(&text("call_id")) && people.contains(&format!(" {}ms ", text("ring_ms"))),
            "{people}"
        );
    }
}

#[test]
fn rows_are_counted_limited_and_ordered() {
    let ids = |args: &[&str]| {
        let o = run(&[&["list", "calls", DESKTOP, FAILED, "--columns", "from,time", "--format", "csv"], args].concat());
        out(&o).lines().skip(1).map(|l| l.trim_end().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]).len(), 20);
    let sorted = ids(&["--sort", "from"]);
    assert!(sorted.is_sorted() && sorted.len() == 20, "{sorted:?}");
    assert_eq!(ids(&["--sort", "from", "--limit", "2"]), sorted[..2]);
    let none = run(&["list", "pushes", FAILED, "--where", "latency>5s"]);
    assert_eq!(none.status.code(), Some(0));
    assert!(err(&none).contains("none of 1 pushes"), "{}", err(&none));
    // A diagnostic record names nobody: it is about the people of its push.
    let of_frank = run(&["list", "records", FAILED, "--where", "missed user:frank kind:diagnostic", "--format", "csv"]);
    assert_eq!(out(&of_frank).lines().count(), 2, "{}", out(&of_frank));
    // A word that is perhaps no text: said where nothing was found, and only there.
    let none = run(&["list", "calls", FAILED, "--where", "missd"]);
    assert!(err(&none).contains("\"missd\" is looked for as text (did you mean missed?)"), "{}", err(&none));
    let some = run(&["list", "calls", FAILED, "--where", "frank"]);
    assert!(err(&some).is_empty(), "{}", err(&some));
    // Given twice, both must hold.
    assert_eq!(
        ids(&["--where", "-answered or missed", "--where", "-failed"]).len(),
        ids(&["--where", "-answered -failed"]).len()
    );
}

#[test]
fn what_cannot_be_asked_is_a_usage_error() {
    for (args, said) in [
        (
            vec!["list", "calls", FAILED, "--where", "outcom:busy"],
            "column 1: no field named \"outcom\"; did you mean outcome?",
        ),
        (vec!["list", "calls", FAILED, "--where", "-mobile usr:x"], "column 9"),
        (vec!["report", FAILED, "--where", "missed)"], "column 7"),
        (vec!["list", "calls", FAILED, "--where", "status:500..400"], "column 8: 500..400 holds no value"),
        (vec!["list", "calls", FAILED, "--columns", "time,frm"], "did you mean from?"),
        (vec!["list", "calls", FAILED, "--sort", "-rnig"], "did you mean ring?"),
        (vec!["list", "cals", FAILED], "calls"),
        (vec!["list", "calls"], "INPUT"),
        // Nothing at all selects everything, and was hardly meant.
        (vec!["list", "calls", FAILED, "--where", " "], "expected a query"),
        (vec!["list", "calls", "no-such.log"], "no-such.log"),
        (vec!["grep", "-e", "a(", FAILED], "not a regular expression"),
        (vec!["grep", "x", "no-such.log"], "no-such.log"),
    ] {
        let o = run(&args);
        assert_eq!(o.status.code(), Some(2), "{args:?}");
        assert!(err(&o).contains(said) && out(&o).is_empty(), "{args:?}: {}", err(&o));
    }
}

#[test]
fn a_report_holds_what_its_query_selects() {
    let report = |args: &[&str]| -> Value {
        let args = [&["report", DESKTOP, FAILED, "--format", "json"], args].concat();
        serde_json::from_slice(&run(&args).stdout).unwrap()
    };
    let whole = report(&[]);
    let report = |query: &str| report(&["--where", query]);
    let part = report("result:unroutable -synthetic");
    assert_eq!((&whole["summary"]["calls"], &part["summary"]["calls"]), (&20.into(), &1.into()));
    assert_eq!(part["calls"][0]["pushes"][0], part["pushes"][0]["call_id"]);
    assert_eq!(part["summary"]["missed"], 1);
    // The push of a selected call stays with it.
    assert_eq!(report("user:erin")["summary"]["pushes"], 1);
}

#[test]
fn grep_finds_whole_records() {
    let o = run(&["grep", "PUSH.lync.com", FAILED, "--where", "kind:diagnostic"]);
    let text = out(&o);
    assert!(text.starts_with("samples/push-failed-at-edge/edge03.log:23\nTL_"), "{text}");
    assert!(text.trim_end().ends_with("$$end_record"), "{text}");
    let logs = ["fe03.log", "edge03.log"].map(|f| std::fs::read_to_string(root(FAILED).join(f)).unwrap());
    let records: Vec<&str> = logs.iter().flat_map(|l| l.split("$$begin_record").skip(1)).collect();
    let holding = |is: &dyn Fn(&str) -> bool| records.iter().filter(|r| is(r)).count();
    let has = |r: &str, name: &str| r.lines().any(|l| l.to_lowercase().starts_with(name));
    let o = run(&["grep", "", FAILED, "-c", "--header", "MS-Diagnostics"]);
    assert!(out(&o).contains(&format!("fe03.log:{}\n", holding(&|r| has(r, "ms-diagnostics:")))), "{}", out(&o));
    let o = run(&["grep", "-e", "^Start-Line: SIP/2.0 (408|504)", FAILED, "--raw"]);
    let raw = out(&o);
    let found: Vec<&str> = raw.split_inclusive("$$end_record").filter(|r| !r.trim().is_empty()).collect();
    assert_eq!(
        found.len(),
        holding(&|r| r.contains("\nStart-Line: SIP/2.0 408") || r.contains("\nStart-Line: SIP/2.0 504"))
    );
    for record in found {
        assert!(logs.iter().any(|l| l.contains(record.trim())), "not as logged: {record}");
    }
}

#[test]
fn log_bytes_reach_no_terminal_and_no_spreadsheet() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.log");
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let text = text
        .replace("Request Timeout", "=cmd|' /C calc'!A0\u{1b}]0;owned\u{7}\u{202e}")
        .replace("history-info: ", "history-info: \u{1b}[2J");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap();
    let hostile = ['\u{1b}', '\u{7}', '\u{202e}'];
    for args in [
        vec!["list", "calls", path, "--columns", "reason"],
        vec!["list", "messages", path],
        vec!["list", "messages", path, "--format", "csv"],
        vec!["list", "messages", path, "--format", "ndjson"],
        vec!["grep", "hank", path],
    ] {
        let text = out(&run(&args));
        assert!(text.contains("calc") && !text.contains(hostile), "{args:?}: {text}");
    }
    let csv = out(&run(&["list", "calls", path, "--columns", "reason", "--format", "csv"]));
    assert!(csv.contains("\r\n'=cmd"), "{csv}");
    assert!(out(&run(&["grep", "2J", path, "--raw"])).contains("\u{1b}[2J"));
}

#[test]
fn help_names_every_field() {
    let help = out(&run(&["list", "--help"]));
    for field in siptrail::query::FIELDS {
        assert!(help.contains(&format!("  {} ", field.name)), "{}", field.name);
    }
}

#[test]
fn a_file_gets_what_stdout_gets_and_keeps_colours_only_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("out");
    let file = path.to_str().unwrap();
    for args in [
        vec!["list", "calls", DESKTOP],
        vec!["list", "calls", DESKTOP, "--format", "csv"],
        vec!["list", "calls", DESKTOP, "--format", "json"],
        vec!["grep", "Busy", DESKTOP],
        vec!["grep", "Busy", DESKTOP, "--raw"],
        vec!["grep", "Busy", DESKTOP, "--count"],
    ] {
        for colour in ["auto", "always", "never"] {
            let printed = run(&[&args[..], &["--color", colour]].concat()).stdout;
            let o = run(&[&args[..], &["--color", colour, "-o", file]].concat());
            assert!(o.status.success() && o.stdout.is_empty(), "{args:?}: {}", err(&o));
            let written = std::fs::read(&path).unwrap();
            // What folders would take for a log says first what it is.
            let head = format!("{}\n", siptrail::input::SAVED);
            let saved = args[0] == "grep" && !args.contains(&"--count");
            let own = if saved { written.strip_prefix(head.as_bytes()) } else { Some(&written[..]) };
            assert!(!printed.is_empty() && own == Some(&printed[..]), "{args:?} {colour}");
            assert!(colour == "always" || !written.contains(&0x1b), "{args:?} {colour}");
        }
    }
    let coloured = |args: &[&str]| run(args).stdout.contains(&0x1b);
    assert!(coloured(&["list", "calls", DESKTOP, "--color", "always"]));
    let o = run(&["list", "calls", DESKTOP, "-o", "no/such/folder/out"]);
    assert!(o.status.code() == Some(2) && err(&o).contains("there is no folder no/such/folder"), "{}", err(&o));
    let o = run(&["grep", "Busy", DESKTOP, "-o", DESKTOP]);
    assert!(o.status.code() == Some(2) && err(&o).contains("it is one of the inputs"), "{}", err(&o));
}

/// Component lines are no records, and are listed where a query asks for them: in their place, with what they have.
#[test]
fn component_lines_are_listed_where_they_are_asked_for() {
    let list = |query: &str| -> Vec<serde_json::Value> {
        let query = ["list", "records", "samples/push-failed-at-edge", "--format", "ndjson", "--where", query];
        let out = crate::program::out(&crate::program::run(&query));
        out.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    };
    let lines = list("kind:component");
    assert!(!lines.is_empty() && lines.iter().all(|l| l["kind"] == "component"), "{lines:?}");
    let place = |l: &serde_json::Value| (l["file"].as_str().unwrap().to_owned(), l["line"].as_u64().unwrap());
    assert!(lines.windows(2).all(|two| place(&two[0]) < place(&two[1])));
    let text = std::fs::read_to_string(root("samples/push-failed-at-edge/edge03.log")).unwrap();
    let (_, at) = place(lines.iter().find(|l| l["file"].as_str().unwrap().ends_with("edge03.log")).unwrap());
    assert!(text.lines().nth(usize::try_from(at).unwrap() - 1).unwrap().contains("TF_COMPONENT"), "{at}");
    assert_eq!(
        list("kind:component level:warning,error").len() + list("kind:component -level:warning,error").len(),
        lines.len()
    );
    // However it is asked.
    for same in ["type:component", "kind:COMPONENT", "kind:component,connection -kind:connection"] {
        assert_eq!(list(same), lines, "{same}");
    }
    // Beside records, and never where nobody asks.
    let both = list("kind:component or kind:diagnostic");
    assert_eq!(both.len(), lines.len() + list("kind:diagnostic").len());
    assert!(both.windows(2).all(|two| place(&two[0]) < place(&two[1])));
    assert!(list("-kind:protocol").iter().all(|l| l["kind"] != "component"));
}
