//! The forms of the report: what a hostile log leaves in each, and files that are written whole or not at all.

use serde_json::Value;
use siptrail::case::Index;
use siptrail::input::Input;
use siptrail::report::{self, csv, html, markdown, model::Report, ndjson};
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};

use crate::common::{LINES, root};
use crate::keyboard::FAILED;
use crate::program::run_in;

/// A reason phrase that is a formula, HTML, Markdown and a second cell.
pub(crate) const EVIL: &str = r#"=1+1 "quoted";</script><script>alert(1)</script> | [x](y) `z` @all"#;
const NAME: &str = "=a|b\n<i>.log";

/// One missed call with a reason phrase, a user and a file name made to hurt.
pub(crate) fn hostile() -> (Trace, siptrail::Analysis) {
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let text = text.replace("Request Timeout", EVIL).replace("gina@contoso.com", "+gina@contoso.com");
    let trace = Trace::load(vec![Input::from_bytes(NAME.to_owned(), text.into_bytes())], &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    assert_eq!(analysis.missed().count(), 1);
    (trace, analysis)
}

fn hostile_report() -> Report {
    let (trace, analysis) = hostile();
    report::report(&trace, &analysis, &[])
}

fn samples() -> Report {
    let trace = Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &Options::default());
    report::report(&trace, &analysis, &[])
}

fn written(work: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    work(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn ndjson_holds_the_objects_of_the_document() {
    let report = samples();
    let document = serde_json::to_value(&report).unwrap();
    let lines: Vec<Value> =
        written(|out| ndjson::write(&report, out)).lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let mut expected = Vec::new();
    for (kind, key) in LINES {
        expected.extend(document[key].as_array().into_iter().flatten().map(|object| (kind, object.clone())));
    }
    expected.push(("summary", document["summary"].clone()));
    assert!(expected.len() > 40);
    assert_eq!(lines.len(), expected.len());
    for (mut line, (kind, object)) in lines.into_iter().zip(expected) {
        assert_eq!(line.as_object_mut().unwrap().remove("type"), Some(kind.into()));
        assert_eq!(line, object);
    }
}

/// C1 controls, DEL and bidirectional marks act on a terminal; JSON does not ask that they be escaped.
#[test]
fn json_texts_cannot_act_on_a_terminal() {
    const REASON: &str = "a\u{9b}31m\u{7f}\u{202e}b\u{e0041}";
    let text = std::fs::read_to_string(root("samples/silent-mobile-leg.log")).unwrap();
    let text = text.replace("Request Timeout", REASON);
    let trace = Trace::load(vec![Input::from_bytes("x.log", text.into_bytes())], &LoadOptions::default());
    let report = report::report(&trace, &siptrail::analyse(&trace, &Options::default()), &[]);
    let document = written(|out| report::write_json(&report, out));
    for text in [&document, &written(|out| ndjson::write(&report, out))] {
        assert!(!text.contains(['\u{9b}', '\u{7f}', '\u{202e}', '\u{e0041}']) && text.contains("\\u009b31m\\u007f"));
    }
    let read: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(read, serde_json::to_value(&report).unwrap());
    assert_eq!(read["calls"][0]["reason"], REASON);
}

/// Reads a CSV back with the names of its header row.
fn table(report: &Report, table: csv::Table) -> Vec<std::collections::BTreeMap<String, String>> {
    let text = written(|out| csv::write(report, table, out));
    let mut reader = ::csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(|row| row.unwrap()).collect()
}

#[test]
fn csv_has_the_names_and_rows_of_the_document() {
    let report = samples();
    let document = serde_json::to_value(&report).unwrap();
    for (which, key) in
        [(csv::Table::Calls, "calls"), (csv::Table::Pushes, "pushes"), (csv::Table::Findings, "findings")]
    {
        let rows = table(&report, which);
        let objects = document[key].as_array().unwrap();
        assert_eq!(rows.len(), objects.len());
        for (row, object) in rows.iter().zip(objects) {
            for (name, cell) in row {
                match &object[name] {
                    // In the document only where they hold.
                    Value::Null if matches!(name.as_str(), "voice_mail" | "superseded") => {
                        assert_eq!(cell, "false", "{name}");
                    }
                    Value::Null => assert_eq!(cell, "", "{name}"),
                    Value::Object(reason) => assert_eq!(reason["reason"], **cell, "{name}"),
                    Value::String(text) => assert_eq!(cell.strip_prefix('\'').unwrap_or(cell), text, "{name}"),
                    Value::Array(items) => {
                        assert_eq!(cell.split(';').filter(|c| !c.is_empty()).count(), items.len(), "{name}: {cell}");
                    }
                    plain => assert_eq!(*cell, plain.to_string(), "{name}"),
                }
            }
        }
    }
}

#[test]
fn no_cell_of_a_hostile_log_is_a_formula() {
    let report = hostile_report();
    let rows = table(&report, csv::Table::Calls);
    assert_eq!(rows[0]["reason"], format!("'{EVIL}"));
    assert!(rows.iter().any(|r| r["from"] == "'+gina@contoso.com"), "{rows:?}");
    let runs = |cell: &str| cell.starts_with(['=', '+', '-', '@', '\t', '\r']) || cell.contains('\n');
    for which in [csv::Table::Calls, csv::Table::Pushes, csv::Table::Findings] {
        for (name, cell) in table(&report, which).iter().flatten() {
            assert!(!runs(cell), "{name}: {cell}");
        }
    }
}

#[test]
fn markdown_shows_a_hostile_log_as_text() {
    let text = written(|out| markdown::write(&hostile_report(), out));
    assert!(text.starts_with("# siptrail: 1 call missed\n"), "{text}");
    assert!(text.contains(&format!("408 ``{EVIL}``")), "{text}");
    let outside: String = text.split("``").step_by(2).collect();
    assert!(!outside.contains("<script") && !outside.contains("@all"), "{text}");
    // The file name has a line feed and a bar; neither may end its line or its cell.
    let row = text.lines().find(|l| l.starts_with("| `=a")).unwrap();
    assert!(row.starts_with("| `=a\\|b\u{fffd}<i>.log` |"), "{row}");
    assert!(text.contains("**Cause** `PN20`") || text.contains("**Cause** `PN23`"), "{text}");
}

/// The page of a trace.
fn page(trace: &Trace, analysis: &siptrail::Analysis) -> String {
    let report = report::report(trace, analysis, &[]);
    written(|out| html::write(html::Sources { trace, analysis, cases: &Index::new(analysis), report: &report }, out))
}

#[test]
fn the_page_shows_a_hostile_log_as_text_and_loads_nothing() {
    let (trace, analysis) = hostile();
    let page = page(&trace, &analysis);
    assert!(page.contains("<h1 class=\"bad\">1 call missed</h1>"), "{page}");
    // One script, the page's own, and nothing that a log could have opened or closed.
    assert_eq!((page.matches("<script").count(), page.matches("</script").count()), (1, 1));
    assert!(!page.contains("<i>.log") && page.contains("=a|b\u{fffd}&#60;i&#62;.log"), "{page}");
    assert!(page.contains("=1+1 &#34;quoted&#34;;&#60;/script&#62;&#60;script&#62;alert(1)"), "{page}");
    for outside in ["http:", "https:", "src=", "@import", "url(", "<link", "<img", "<iframe", "fetch(", "innerHTML"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") || page.contains("default-src &#39;none&#39;"));
    assert!(page.contains("<svg") && page.contains("INVITE") && page.contains("PN20"));
}

#[test]
fn the_page_of_nothing_is_a_page() {
    let trace = Trace::load(vec![Input::from_bytes("empty.log", "")], &LoadOptions::default());
    let page = page(&trace, &siptrail::analyse(&trace, &Options::default()));
    assert!(page.contains("No calls and no pushes in these logs") && page.ends_with("</html>"), "{page}");
}

#[test]
fn an_output_file_is_whole_or_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let log = root("samples/silent-mobile-leg.log");
    let log = log.to_str().unwrap();
    std::fs::copy(log, dir.path().join("own.log")).unwrap();
    std::fs::write(dir.path().join("old.json"), "old").unwrap();
    let names = || {
        let mut all: Vec<_> =
            std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        all.sort();
        all
    };

    let o = run_in(&["report", log, "--format", "json", "-o", "old.json"], dir.path());
    assert!(o.status.success() && o.stdout.is_empty(), "{o:?}");
    let direct = run_in(&["report", log, "--format", "json"], dir.path());
    assert_eq!(std::fs::read(dir.path().join("old.json")).unwrap(), direct.stdout);

    // Every one of them leaves the folder as it was, and says in one line which file and what to do.
    for (args, file, hint) in [
        (&["report", log, "-o", "no/such/report.txt"][..], "no/such/report.txt", "there is no folder"),
        (&["report", log, "-o", "."], ".", "name a file"),
        (&["report", "own.log", "-o", "./own.log"], "./own.log", "one of the inputs"),
        (&["report", ".", "-o", "own.log"], "own.log", "a log in one of the input folders"),
        (&["report", "no-such.log", "-o", "new.txt"], "no-such.log", "check the path"),
        (&["report", log, "--since", "soon", "-o", "new.txt"], "--since", "expected a time"),
        (&["report", log, "--format", "csv", "-o", "new.csv"], "--format csv", "--table calls"),
        (&["report", log, "--format", "json", "--table", "calls"], "--table", "--format csv"),
    ] {
        let o = run_in(args, dir.path());
        let said = String::from_utf8(o.stderr).unwrap();
        assert_eq!(o.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains(file) && said.contains(hint) && said.lines().count() == 1, "{args:?}: {said}");
        assert_eq!(names(), ["old.json", "own.log"], "{args:?}");
    }

    let o = run_in(&["report", log, "-o", "new.txt"], dir.path());
    assert!(o.status.success());
    let text = std::fs::read_to_string(dir.path().join("new.txt")).unwrap();
    assert!(text.starts_with("1 call missed") && !text.contains('\u{1b}'), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let o = run_in(&["report", "samples/silent-mobile-leg.log", "-o", "/dev/full"], &root(""));
    let said = String::from_utf8(o.stderr).unwrap();
    assert_eq!(o.status.code(), Some(2));
    assert!(said.contains("/dev/full") && said.contains("check the disk"), "{said}");
}

/// The same words in lines as long as there are columns; only what one line shows of a remedy is cut.
#[test]
fn the_text_is_as_wide_as_it_is_asked_to_be() {
    let trace = siptrail::Trace::open([root("samples")]).unwrap();
    let analysis = siptrail::analyse(&trace, &siptrail::Options::default());
    let digest = siptrail::report::digest(&trace, &analysis, &[]);
    let told = |width: usize| {
        let mut out = anstream::StripStream::new(Vec::new());
        siptrail::report::text::write_wide(&digest, width, &mut out).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    };
    let words = |text: &str| -> std::collections::BTreeSet<String> {
        text.split_whitespace().filter(|w| !w.contains('…')).map(str::to_owned).collect()
    };
    let (usual, wide) = (told(80), told(160));
    assert!(words(&usual).is_subset(&words(&wide)));
    let longest = |text: &str| text.lines().filter(|l| l.contains(' ')).map(|l| l.chars().count()).max().unwrap();
    assert!(longest(&usual) <= 80 && (81..=160).contains(&longest(&wide)), "{} {}", longest(&usual), longest(&wide));
    let mut same = Vec::new();
    siptrail::report::text::write(&digest, &mut anstream::StripStream::new(&mut same)).unwrap();
    assert_eq!(String::from_utf8(same).unwrap(), usual);
}

/// What was misspelt makes no folders: each command that writes wants the folder above to be there.
#[test]
fn no_command_makes_the_folder_above_what_it_writes() {
    let dir = tempfile::tempdir().unwrap();
    let new = dir.path().join("no").join("such");
    let new = new.to_str().unwrap();
    let commands: &[&[&str]] = &[
        &["report", FAILED, "-o", new],
        &["report", FAILED, "--work", new],
        &["list", "calls", FAILED, "-o", new],
        &["case", "frank", FAILED, "-o", new],
        &["export", "--as", "pcapng", FAILED, "-o", new],
        &["anonymise", FAILED, "-o", new],
        &["synth", "--calls", "3", new],
        &["man", "-o", new],
        &["job", "plan", FAILED, "-o", new],
    ];
    for command in commands {
        let o = run_in(command, &root(""));
        let said = String::from_utf8(o.stderr).unwrap();
        assert_eq!(o.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("there is no folder") && said.contains("make it"), "{command:?}: {said}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "{command:?}");
    }
}
