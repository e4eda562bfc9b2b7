//! `siptrail mcp`: a scripted client of the protocol asks ten questions.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

fn root(part: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(part)
}

struct Client {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    number: u64,
}

impl Client {
    fn new(args: &[&str]) -> Client {
        let mut child = Command::new(env!("CARGO_BIN_EXE_siptrail"))
            .arg("mcp")
            .args(args)
            .current_dir(root(""))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let mut client = Client { child, to, from, number: 0 };
        let hello = client.request(
            "initialize",
            &json!({ "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "script", "version": "1" } }),
        );
        assert_eq!(hello["result"]["serverInfo"]["name"], "siptrail", "{hello}");
        client.send(&json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.to, "{message}").unwrap();
    }

    fn request(&mut self, method: &str, params: &Value) -> Value {
        self.number += 1;
        let id = self.number;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        loop {
            let mut line = String::new();
            assert!(self.from.read_line(&mut line).unwrap() > 0, "the server ended");
            let answer: Value = serde_json::from_str(&line).unwrap();
            if answer["id"] == id {
                return answer;
            }
        }
    }

    /// What a tool answers; its text says the same.
    fn ask(&mut self, tool: &str, arguments: &Value) -> Value {
        let answer = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        let result = &answer["result"];
        assert_ne!(result["isError"], true, "{tool}: {answer}");
        let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
        assert_eq!(text, result["structuredContent"]);
        text
    }

    fn refused(&mut self, tool: &str, arguments: &Value) -> String {
        let answer = self.request("tools/call", &json!({ "name": tool, "arguments": arguments }));
        assert!(answer["result"]["isError"] == true || answer["error"].is_object(), "{answer}");
        answer.to_string()
    }

    /// A client that leaves ends the server.
    fn leave(mut self) {
        drop(self.to);
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn ten_questions_are_answered_right() {
    let mut client = Client::new(&["samples/push-failed-at-edge", "samples/push-opened", "samples"]);
    let tools = client.request("tools/list", &json!({}));
    let tools = tools["result"]["tools"].as_array().unwrap().clone();
    assert!(tools.iter().all(|t| t["annotations"]["readOnlyHint"] == true && t["inputSchema"]["type"] == "object"));
    assert!(!json!(tools).to_string().contains("contoso"), "no text of a log stands in a description");
    // 1. How many missed a call, and why?
    let summary = client.ask("summary", &json!({}));
    assert_eq!((&summary["summary"]["missed"], &summary["findings"][0]["code"]), (&1.into(), &"PN01".into()));
    assert!(summary["findings"][0]["proof"].as_str().unwrap().contains(".log:"));
    // 2. Who?
    let found = client.ask("find", &json!({ "table": "calls", "query": "missed" }));
    assert_eq!((&found["pages"]["total"], &found["rows"][0]["to"]), (&1.into(), &"frank@contoso.com".into()));
    let call_id = found["rows"][0]["call_id"].as_str().unwrap().to_owned();
    assert!(found["rows"][0].to_string().contains("edge03.log") || found["rows"][0].to_string().contains("fe03.log"));
    // 3. What happened?
    let story = client.ask("story", &json!({ "what": call_id }));
    let text = story["text"].as_str().unwrap();
    assert!(text.contains("504") && text.contains("PN01") && text.contains(".log:"), "{text}");
    // 4. Which lines prove it?
    let proof = client.ask("proof", &json!({ "call_id": call_id }));
    let first =
        proof["proof"].as_array().unwrap().iter().find(|p| p["text"].as_str().unwrap().contains("504")).unwrap();
    let (file, line) = first["place"].as_str().unwrap().rsplit_once(':').unwrap();
    let log = fs::read_to_string(root(file)).unwrap();
    let shown = first["text"].as_str().unwrap().lines().next().unwrap().trim_end();
    assert!(log.lines().nth(line.parse::<usize>().unwrap() - 1).unwrap().contains(shown), "{first}");
    // 5. What does the number mean?
    let explained = client.ask("explain", &json!({ "what": "1009" }));
    assert!(explained.to_string().contains("SRV"), "{explained}");
    // 6. What is to be done?
    let explained = client.ask("explain", &json!({ "what": "PN01" }));
    assert!(explained.to_string().contains("New-CsAllowedDomain"), "{explained}");
    // 7. For which times do the logs speak?
    let coverage = client.ask("coverage", &json!({ "folder": 1 }));
    assert_eq!(coverage["servers"].as_array().unwrap().len(), 2);
    // 8. Did the other day's push arrive?
    let pushes = client.ask("find", &json!({ "table": "pushes", "folder": 1 }));
    assert_eq!(pushes["rows"][0]["result"], "accepted");
    // 9. Is one better than the other? Other servers logged, so nothing can be told.
    let compared = client.ask("compare", &json!({ "before": 0, "after": 1 }));
    assert_eq!(compared["judgement"], "unclear", "{}", compared["because"]);
    assert_eq!(compared["open_causes"][0]["code"], "PN01", "whether it is gone, no log tells");
    assert_eq!(compared["gone_causes"], json!([]));
    // 10. All records, page by page.
    let first = client.ask("find", &json!({ "table": "records", "folder": 2 }));
    let pages = first["pages"]["pages"].as_u64().unwrap();
    assert!(pages > 2);
    let all: usize = (0..pages)
        .map(|n| {
            client.ask("find", &json!({ "table": "records", "folder": 2, "page": n }))["rows"].as_array().unwrap().len()
        })
        .sum();
    assert_eq!(all as u64, first["pages"]["total"].as_u64().unwrap());
    // What cannot be answered is refused, and nothing else is opened.
    assert!(client.refused("find", &json!({ "table": "calls", "query": "outcome:nonsense" })).contains("query: "));
    assert!(client.refused("summary", &json!({ "folder": 9 })).contains("below 3"));
    assert!(client.refused("summary", &json!({ "folder": "../.." })).contains("expected a number"));
    assert!(client.refused("write", &json!({})).contains("no such tool"));
    client.leave();
}

#[test]
fn logs_that_cannot_be_read_are_told() {
    let dir = tempfile::tempdir().unwrap();
    let logs = dir.path().join("contoso-traces");
    fs::create_dir(&logs).unwrap();
    fs::copy(root("samples/desktop-calls.log"), logs.join("fe01.log")).unwrap();
    fs::write(logs.join("frank.log.gz"), [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff, 0xff, 0xff]).unwrap();
    fs::write(logs.join("empty.log"), "nothing of SIP\n").unwrap();
    let mut client = Client::new(&[logs.to_str().unwrap(), "samples/push-opened"]);
    let summary = client.ask("summary", &json!({}));
    assert_eq!(summary["unread"]["total"], 2, "{summary}");
    let told = summary["unread"]["logs"].to_string();
    assert!(told.contains("frank.log.gz") && told.contains("empty.log"), "{told}");
    let compared = client.ask("compare", &json!({ "before": 1, "after": 0 }));
    assert_eq!(compared["unread"]["total"], 2);
    assert!(client.ask("summary", &json!({ "folder": 1 })).get("unread").is_none(), "of another folder");
    client.leave();
}

#[test]
fn with_a_key_no_name_is_answered() {
    let dir = tempfile::tempdir().unwrap();
    let key = dir.path().join("my.key");
    fs::write(&key, "0123456789abcdef0123456789abcdef").unwrap();
    let mut client = Client::new(&["--anonymise", key.to_str().unwrap(), "samples/push-failed-at-edge"]);
    let summary = client.ask("summary", &json!({}));
    assert_eq!((&summary["summary"]["missed"], &summary["findings"][0]["code"]), (&1.into(), &"PN01".into()));
    let found = client.ask("find", &json!({ "table": "calls", "query": "missed" }));
    let call_id = found["rows"][0]["call_id"].clone();
    let all = [
        summary,
        found,
        client.ask("story", &json!({ "what": call_id })),
        client.ask("proof", &json!({ "call_id": call_id })),
    ];
    let said = json!(all).to_string().to_lowercase();
    for name in ["frank", "erin", "contoso", "edge03", "fe03", "push-failed-at-edge"] {
        assert!(!said.contains(name), "{name} stands in {said}");
    }
    client.leave();
}
