//! Notes of the terminal UI, told in reports where they are asked for.

use std::fs;

use serde_json::Value;

use crate::common::root;
use crate::program::program;

const CALL: &str = "b45230e872a37c9066ec2be87671bdcc";
const PUSH: &str = "d79c970d9e77dad8dd4bb3f0ae45f84f";
const REGISTER: &str = "22b7f6027e0a96db5224b11da4077bc1";
/// What a file of notes may hold: markup, a second line, what acts on a terminal.
const NOTE: &str = "asked <b>Frank</b>\nred \u{1b}[31m";

fn report(notes: &[&str], more: &[&str]) -> Vec<u8> {
    let out = program().arg("report").args(more).args(notes).arg(root("samples")).output().unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    out.stdout
}

#[test]
fn notes_are_told_in_every_form_where_they_are_asked_for_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.toml");
    let mut text = format!("{CALL} = {NOTE:?}\n").replace("\\u{1b}", "\\u001b");
    for (id, note) in [(PUSH, "phone was off"), (REGISTER, "who is this?"), ("of other logs", "not here")] {
        text.extend(["\"", id, "\" = \"", note, "\"\n"]);
    }
    fs::write(&path, text).unwrap();
    let given = ["--notes", path.to_str().unwrap()];

    for (form, here, safe) in [
        ("text", "note: asked <b>Frank</b>", "note: red \u{fffd}[31m"),
        ("markdown", "- **Note**: asked \\<b\\>Frank\\</b\\>", "red \u{fffd}\\[31m"),
        ("html", "<dt>Note</dt><dd>asked &#60;b&#62;Frank", "&#60;b&#62;Frank"),
    ] {
        let told = String::from_utf8(report(&given, &["--format", form])).unwrap();
        assert!(told.contains(here) && told.contains(safe) && !told.contains('\u{1b}'), "{form}: {told}");
        assert!(
            told.contains("who is this?") && told.contains("phone was off") && !told.contains("not here"),
            "{form}"
        );
        let plain = String::from_utf8(report(&[], &["--format", form])).unwrap();
        assert!(!plain.contains("Frank</b>") && !plain.contains("Noted"), "{form}");
    }

    let document: Value = serde_json::from_slice(&report(&given, &["--format", "json"])).unwrap();
    let schema: Value = serde_json::from_slice(&fs::read(root("tests/report.schema.json")).unwrap()).unwrap();
    assert!(jsonschema::validator_for(&schema).unwrap().is_valid(&document));
    let noted = document["noted"].as_array().unwrap();
    let mut kinds: Vec<(&str, &str)> =
        noted.iter().map(|n| (n["kind"].as_str().unwrap(), n["call_id"].as_str().unwrap())).collect();
    assert!(noted.windows(2).all(|two| two[0]["time"].as_str() <= two[1]["time"].as_str()), "{noted:?}");
    kinds.sort_unstable();
    assert_eq!(kinds, [("call", CALL), ("dialog", REGISTER), ("push", PUSH)]);
    // Without them the document is the same, but for what they add.
    let mut without = document.clone();
    without.as_object_mut().unwrap().remove("noted");
    for key in ["calls", "pushes"] {
        let all = without[key].as_array_mut().unwrap();
        let own = all.iter_mut().filter_map(|entry| entry.as_object_mut().unwrap().remove("note")).count();
        assert_eq!(own, 1, "{key}");
    }
    let plain: Value = serde_json::from_slice(&report(&[], &["--format", "json"])).unwrap();
    assert_eq!(without, plain);

    // A selection tells the notes of what it selects; a query for notes asks for them.
    for (query, ids) in [("user:frank", &[CALL][..]), ("noted missed", &[CALL]), ("-noted", &[])] {
        let more = ["--format", "json", "--where", query];
        let document: Value = serde_json::from_slice(&report(&given, &more)).unwrap();
        let told: Vec<&str> =
            document["noted"].as_array().unwrap().iter().map(|n| n["call_id"].as_str().unwrap()).collect();
        assert_eq!(told, ids, "{query}");
    }
    let lines = String::from_utf8(report(&given, &["--format", "ndjson"])).unwrap();
    assert_eq!(lines.lines().filter(|l| l.starts_with("{\"type\":\"noted\"")).count(), 3);
    #[cfg(feature = "export")]
    {
        let csv = String::from_utf8(report(&given, &["--format", "csv", "--table", "calls"])).unwrap();
        let head = csv.lines().next().unwrap();
        assert!(head.ends_with(",note") && csv.contains("asked <b>Frank</b>"), "{csv}");
        let plain = String::from_utf8(report(&[], &["--format", "csv", "--table", "calls"])).unwrap();
        assert_eq!(plain.lines().next().unwrap().to_owned() + ",note", head);
    }
}

#[test]
fn a_part_of_a_conversation_is_tied_to_nothing_that_is_not_there() {
    let of = |more: &[&str]| -> Value { serde_json::from_slice(&report(&[], more)).unwrap() };
    let whole = of(&["--format", "json"]);
    let mut tied = 0;
    for call in whole["calls"].as_array().unwrap().iter().filter(|c| c.get("conversation").is_some()) {
        let id = call["call_id"].as_str().unwrap();
        let part = of(&["--format", "json", "--where", &format!("call-id={id}")]);
        let own = &part["calls"][0];
        assert_eq!(own["call_id"], id);
        tied += 1;
        // Named as in the whole report, or not at all.
        for key in ["conversation", "joined"] {
            assert!(own.get(key).is_none_or(|told| *told == call[key]), "{key} of {id}: {own}");
        }
    }
    assert!(tied >= 4);
}
