//! Every shipped sample gives what `samples/README.md` promises.

use serde_json::Value;

use crate::common::root;

/// source, callee, outcome, verdict, result of its push, findings
const CALLS: &[[&str; 6]] = &[
    ["r2-audio-call.log.gz", "rita", "answered", "", "", ""],
    ["push-opened", "ben", "answered", "answered_by_mobile", "accepted", ""],
    ["push-not-opened", "dave", "no_answer", "not_opened", "accepted", "PN50"],
    ["push-failed-at-edge", "frank", "no_answer", "missed_push_failed", "unroutable", "PN01"],
    ["federation-clocks-apart", "leon", "no_answer", "missed_push_failed", "unroutable", "PN03"],
    ["se-android-missed", "yusuf", "no_answer", "missed_push_failed", "unroutable", "PN06"],
    ["hole-over-the-push", "hugo", "no_answer", "undetermined", "", ""],
    ["silent-mobile-leg.log", "hank", "no_answer", "missed_no_push", "", "PN20"],
    ["edge-only.log", "lena", "answered", "", "", ""],
    ["answered-elsewhere.log", "nora", "answered", "answered_elsewhere", "", ""],
    ["desktop-calls.log", "ruth", "no_final", "", "", ""],
    ["desktop-calls.log", "betty", "answered", "", "", ""],
    ["desktop-calls.log", "daisy", "answered", "", "", ""],
    ["desktop-calls.log", "edgar", "media_failed", "", "", ""],
    ["desktop-calls.log", "fiona", "declined", "", "", ""],
    ["desktop-calls.log", "george", "do_not_disturb", "", "", ""],
    ["desktop-calls.log", "helen", "busy", "", "", ""],
    ["desktop-calls.log", "ivan", "cancelled", "", "", ""],
    ["desktop-calls.log", "jack", "no_answer", "", "", ""],
    ["desktop-calls.log", "kate", "no_response", "", "", ""],
    ["desktop-calls.log", "leo", "redirected", "", "", ""],
    ["desktop-calls.log", "no.such.user", "not_found", "", "", ""],
    ["desktop-calls.log", "rosa", "forbidden", "", "", "PN09"],
    ["desktop-calls.log", "mona", "auth_failed", "", "", ""],
    ["desktop-calls.log", "neil", "federation_failed", "", "", "PN04"],
    ["desktop-calls.log", "oscar", "not_acceptable", "", "", ""],
    ["desktop-calls.log", "petra", "server_error", "", "", ""],
    ["desktop-calls.log", "+142555", "rejected", "", "", ""],
    ["desktop-calls.log", "simon", "undetermined", "", "", ""],
    ["utf16.log", "tina", "declined", "", "", ""],
    ["cls-two-servers.log", "paul", "answered", "answered_by_mobile", "accepted", ""],
];

/// source, user (none: synthetic test), result, findings; pushes without a call
const PUSHES: &[[&str; 4]] = &[
    ["synthetic-passed.log", "", "accepted", ""],
    ["synthetic-failed.log", "", "unroutable", "PN04"],
    ["edge-only.log", "judy@contoso.com", "accepted", ""],
    ["damaged-paste.txt", "bob@contoso.com", "accepted", ""],
    ["damaged-paste.txt", "", "accepted", ""],
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// All of them.
fn findings(entry: &Value) -> String {
    let codes = entry["findings"].as_array().unwrap().iter().map(text);
    codes.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_samples_give_what_their_readme_promises() {
    let out = crate::program::program().args(["report", "--format", "json"]).arg(root("samples")).output().unwrap();
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let all = |key: &str| report[key].as_array().unwrap().clone();
    let file = |entry: &Value| {
        let path = text(&entry["evidence"][0]["file"]).replace('\\', "/");
        path.rsplit_once("samples/").unwrap().1.split('/').next().unwrap().to_owned()
    };
    let mut calls: Vec<[String; 6]> = Vec::new();
    for call in all("calls") {
        let push = all("pushes").into_iter().find(|p| p["call"] == call["call_id"]);
        let callee = text(&call["to"]).split('@').next().unwrap().to_owned();
        let result = push.map(|p| text(&p["result"]).to_owned()).unwrap_or_default();
        let word = |key: &str| text(&call[key]).to_owned();
        let finding = findings(&call);
        calls.push([file(&call), callee, word("outcome"), word("verdict"), result, finding]);
    }
    let mut expected = CALLS.to_vec();
    expected.sort_unstable();
    calls.sort_unstable();
    assert_eq!(calls, expected);

    let alone = all("pushes").into_iter().filter(|p| p["call"].is_null());
    let mut pushes: Vec<[String; 4]> = alone
        .map(|p| {
            assert_eq!(p["synthetic"], p["user"].is_null());
            [file(&p), text(&p["user"]).to_owned(), text(&p["result"]).to_owned(), findings(&p)]
        })
        .collect();
    let mut expected = PUSHES.to_vec();
    expected.sort_unstable();
    pushes.sort_unstable();
    assert_eq!(pushes, expected);
}
