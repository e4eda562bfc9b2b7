//! One number, one value: what stands in several forms (text, JSON, NDJSON, CSV, Markdown, HTML, lists, terminal UI,
//! capture) is the same in all, for generated deployments.

use std::collections::BTreeMap;

use serde_json::Value;
use siptrail::synth::{Encoding, Extent, LogFormat, Plan, in_memory};

use crate::common::LINES;
use crate::keyboard::{app, draw, plain, text};
use crate::program::{err, out, run};

/// Deployments: layouts, encodings, clocks, holes, damage.
fn plans() -> [Plan; 3] {
    let plan = |seed, format| Plan { seed, format, extent: Extent::Calls(60), ..Plan::default() };
    [
        Plan { damage_ppm: 5_000, encoding: Encoding::Ansi, ..plan(71, LogFormat::R2) },
        Plan { servers: 4, clock_skew_ms: 4_000, gaps_ppm: 20_000, ..plan(72, LogFormat::Cls) },
        Plan { servers: 3, drift_ppm: 60, encoding: Encoding::Utf16, ..plan(73, LogFormat::Lync2010) },
    ]
}

/// A folder with the logs of one of them, and its report.
struct Forms {
    folder: tempfile::TempDir,
    report: Value,
}

impl Forms {
    fn new(plan: &Plan) -> Forms {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in in_memory(plan).0 {
            std::fs::write(folder.path().join(name), bytes).unwrap();
        }
        let mut forms = Forms { folder, report: Value::Null };
        forms.report = serde_json::from_str(&forms.get(&["report", "--format", "json"])).unwrap();
        forms
    }

    fn path(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    fn get(&self, args: &[&str]) -> String {
        let o = run(&[args, &[self.path()]].concat());
        assert!(o.status.success(), "{args:?}: {}", err(&o));
        out(&o)
    }

    fn list(&self, table: &str, more: &[&str]) -> Vec<Value> {
        let text = self.get(&[&["list", table, "--format", "json"][..], more].concat());
        serde_json::from_str::<Value>(&text).unwrap().as_array().unwrap().clone()
    }

    fn counts(&self, key: &str) -> BTreeMap<String, u64> {
        serde_json::from_value(self.report["summary"][key].clone()).unwrap()
    }

    fn number(&self, key: &str) -> u64 {
        self.report["summary"][key].as_u64().unwrap()
    }
}

/// All numbers of a text, in order.
fn numbers(text: &str) -> Vec<u64> {
    text.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect()
}

#[test]
fn every_form_tells_the_same_numbers() {
    for plan in plans() {
        let forms = Forms::new(&plan);
        texts(&forms);
        lines_and_tables(&forms);
        lists(&forms);
        capture(&forms);
    }
}

/// What people read.
fn texts(forms: &Forms) {
    let (calls, pushes, missed) = (forms.number("calls"), forms.number("pushes"), forms.number("missed"));
    let perhaps = forms.counts("verdicts").get("undetermined").copied().unwrap_or(0);
    let page = forms.get(&["report"]);
    let markdown = forms.get(&["report", "--format", "markdown"]);
    let html = forms.get(&["report", "--format", "html"]);
    let mut lines = page.lines();
    let head = lines.next().unwrap();
    assert!(missed > 0 && head.starts_with(&format!("{missed} call")), "{head}");
    let kinds: u64 = numbers(head).iter().skip(1).sum();
    assert_eq!(kinds, missed, "{head}");
    let seen = if perhaps > 0 { vec![perhaps, calls, pushes] } else { vec![calls, pushes] };
    let second = lines.next().unwrap();
    assert_eq!(numbers(second), seen, "{second}");
    assert!(markdown.starts_with(&format!("# siptrail: {missed} call")), "{markdown}");
    assert!(html.contains(&format!(">{missed} call")) && html.contains(second) && markdown.contains(second));
    for key in ["outcomes", "verdicts", "push_results"] {
        for (word, n) in forms.counts(key) {
            let told = |form: &str| {
                form.lines().any(|line| line.contains(word.as_str()) && numbers(&line.replace(&word, "")).contains(&n))
            };
            assert!(told(&page) && told(&markdown) && told(&html), "{key} {word} {n}:\n{page}\n{markdown}");
        }
    }
    for source in forms.report["sources"].as_array().unwrap() {
        let of = |kind: &str| source["records"][kind].as_u64().unwrap();
        let records: u64 = ["protocol", "diagnostic", "connection", "other"].into_iter().map(of).sum();
        let name = source["path"].as_str().unwrap().rsplit('/').next().unwrap();
        // The page of HTML counts SIP records.
        for (form, count) in [(&page, records), (&markdown, records), (&html, of("protocol"))] {
            let behind = |at: usize| form[at..].chars().take(600).collect::<String>();
            let is_told = form.match_indices(name).any(|(at, _)| numbers(&behind(at)).contains(&count));
            assert!(is_told, "{name} {count}: {form}");
        }
    }
    // The first page of the terminal UI.
    let app = app(forms.path(), plain(), (160, 50));
    let screen = text(&draw(&app));
    let head: Vec<&str> = screen.lines().skip(1).take(2).collect();
    assert_eq!(numbers(head[0])[0], missed, "{screen}");
    assert_eq!(numbers(head[1])[..3], [calls, pushes, forms.number("records")], "{screen}");
}

/// NDJSON and CSV.
fn lines_and_tables(forms: &Forms) {
    let lines: Vec<Value> =
        forms.get(&["report", "--format", "ndjson"]).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    // The summary is one line more.
    let mut known = 1;
    for (kind, key) in LINES {
        let mut own: Vec<Value> = lines.iter().filter(|l| l["type"] == kind).cloned().collect();
        for line in &mut own {
            drop(line.as_object_mut().unwrap().remove("type"));
        }
        known += own.len();
        assert_eq!(own, forms.report[key].as_array().cloned().unwrap_or_default(), "{key}");
    }
    assert_eq!(lines.len(), known, "every line is of a known kind");
    for table in ["calls", "pushes", "findings"] {
        let text = forms.get(&["report", "--format", "csv", "--table", table]);
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
        let objects = forms.report[table].as_array().unwrap();
        assert_eq!(rows.len(), objects.len());
        for (row, object) in rows.iter().zip(objects) {
            for (name, cell) in row {
                if let number @ (Value::Number(_) | Value::Bool(_)) = &object[name] {
                    assert_eq!(*cell, number.to_string(), "{table} {name}");
                }
            }
        }
    }
}

/// Lists: how many rows, and what stands in them.
fn lists(forms: &Forms) {
    for (key, table, field) in
        [("outcomes", "calls", "outcome"), ("verdicts", "calls", "verdict"), ("push_results", "pushes", "result")]
    {
        for (word, n) in forms.counts(key) {
            let rows = forms.list(table, &["--where", &format!("{field}:{word}")]);
            assert_eq!(rows.len() as u64, n, "{field}:{word}");
        }
    }
    assert_eq!(forms.list("calls", &["--where", "missed"]).len() as u64, forms.number("missed"));
    let records = forms.list("records", &["--where", "-copy"]);
    assert_eq!(records.len() as u64, forms.number("records"));
    let text = forms.get(&["grep", "", "--count", "--where", "-copy"]);
    let counted: u64 = text.lines().map(|l| l.rsplit(':').next().unwrap().parse::<u64>().unwrap()).sum();
    assert_eq!(counted, forms.number("records"), "{text}");
    for (table, key) in [("calls", "call_id"), ("pushes", "call_id")] {
        let rows = forms.list(table, &[]);
        let objects = forms.report[table].as_array().unwrap();
        assert_eq!(rows.len(), objects.len());
        let csv = forms.get(&["list", table, "--format", "csv"]);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        let cells: Vec<BTreeMap<String, String>> = reader.deserialize().map(|row| row.unwrap()).collect();
        for ((row, object), cells) in rows.iter().zip(objects).zip(cells) {
            assert_eq!(row[key], object[key]);
            for (name, value) in row.as_object().unwrap().iter().filter(|(_, v)| v.is_number() || v.is_boolean()) {
                assert_eq!(cells[name], value.to_string(), "{name}");
                assert!(object.get(name).is_none_or(|other| other == value), "{name}: {object}");
            }
            assert_eq!(row["line"], object["evidence"][0]["line"], "{object}");
        }
    }
}

/// Every message that went over the wire is in the capture once, and none looks like a retransmission.
fn capture(forms: &Forms) {
    let columns = ["--columns", "direction,call-id,cseq,status,method,header.from,header.to,header.via"];
    let mut ways: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    let mut stray = 0;
    for mut message in forms.list("messages", &columns) {
        let direction = message.as_object_mut().unwrap().remove("direction").unwrap();
        // What a server adds to a Via on the way is not what tells messages apart.
        let vias = message["header.via"].as_array().unwrap().iter();
        let vias: Vec<String> =
            vias.map(|v| v.as_str().unwrap().split(";ms-received").next().unwrap().to_owned()).collect();
        message["header.via"] = vias.into();
        match direction.as_str() {
            Some("outgoing") => ways.entry(message.to_string()).or_default()[0] += 1,
            Some("incoming") => ways.entry(message.to_string()).or_default()[1] += 1,
            _ => stray += 1,
        }
    }
    let expected: usize = ways.values().map(|[sent, received]| (*sent).max(*received)).sum();
    let o = run(&["export", "--as", "pcapng", forms.path()]);
    assert!(o.status.success(), "{}", err(&o));
    let streams = crate::export::streams(&o.stdout);
    let starts = streams.messages.len();
    assert!(starts.abs_diff(expected) <= stray, "{starts} messages, {expected} expected, {stray} without direction");
    assert!(stray * 50 < expected, "{stray} of {expected} without direction");
    // One handshake a stream.
    assert_eq!(streams.opened, streams.ends.len());
}
