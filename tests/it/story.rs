//! Stories: logs of a few servers in short hand, one line a record. Their form is told in `tests/stories/README.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;
use siptrail::input::Input;
use siptrail::report;
use siptrail::trace::LoadOptions;
use siptrail::{Options, Trace};
use tempfile::TempDir;

use crate::common::root;

/// A dialog or a push.
#[derive(Clone)]
struct Dialog {
    push: bool,
    from: String,
    to: String,
}

/// The log files of a story.
pub(crate) fn write(text: &str) -> Vec<(String, Vec<u8>)> {
    let mut dialogs: BTreeMap<String, Dialog> = BTreeMap::new();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut seq, mut place, mut numbered) = (0x1000u32, "[0]".to_owned(), true);
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["call", name, from, to] => {
                dialogs.insert(name.into(), Dialog { push: false, from: from.into(), to: to.into() });
            }
            ["push", name, user] => {
                let from = format!("McxUser{}{user}", "0123456789abcdef".repeat(2));
                dialogs.insert(name.into(), Dialog { push: true, from, to: "push@push.lync.com".into() });
            }
            ["---", name, ref options @ ..] => {
                files.push((name.to_owned(), Vec::new()));
                seq = 0x1000;
                "[0]".clone_into(&mut place);
                numbered = true;
                for option in options {
                    match option.split_once('=').unwrap() {
                        ("cls", server) => place = format!("[{server}]"),
                        ("seq", n) => seq = n.parse().unwrap(),
                        ("numbers", "no") => numbered = false,
                        _ => panic!("option of a file: {option}"),
                    }
                }
            }
            ["times", n, ..] => {
                let (_, log) = files.last_mut().unwrap_or_else(|| panic!("no file yet: {line}"));
                let (_, line) = line.split_once(n).unwrap();
                for _ in 0..n.parse::<u32>().unwrap() {
                    record(log, line.trim(), (seq, numbered), &place, &dialogs);
                    seq += 1;
                }
            }
            ["skip", n] => seq += n.parse::<u32>().unwrap(),
            ["seq", n] => seq = n.parse().unwrap(),
            // Read by the test: what the user says of a clock.
            ["clock", ..] => {}
            ["cls", server] => place = format!("[{server}]"),
            _ => {
                let (_, log) = files.last_mut().unwrap_or_else(|| panic!("no file yet: {line}"));
                record(log, line, (seq, numbered), &place, &dialogs);
                seq += 1;
            }
        }
    }
    files
}

fn record(
    log: &mut Vec<u8>,
    line: &str,
    (seq, numbered): (u32, bool),
    place: &str,
    dialogs: &BTreeMap<String, Dialog>,
) {
    let mut parts = line.split(" | ");
    let words: Vec<&str> = parts.next().unwrap_or_default().split_whitespace().collect();
    let extra: Vec<&str> = parts.collect();
    let (day, time) = words[0].split_once('T').unwrap_or(("09", words[0]));
    let number = if numbered { format!(".{seq:08x}") } else { String::new() };
    let prefix = |flag: &str| {
        format!("TL_INFO(TF_{flag}) {place}0B10.0C20::02/{day}/2012-{time}{number} (SIPStack,C::F:F.cpp(1))")
    };
    let mut out = String::new();
    match words[1..] {
        ["line", ..] => {
            let (_, text) = line.split_once(" line ").unwrap();
            let _ = writeln!(out, "{}( 0000000000000001 ) {text}", prefix("COMPONENT"));
        }
        ["connection", peer] => {
            let _ = writeln!(
                out,
                "{}$$begin_record\nLogType: connection\nSeverity: error\nPeer: {peer}",
                prefix("CONNECTION")
            );
            out += &lines(&extra);
            out += "$$end_record\n";
        }
        ["diag", dialog, cseq, method] => {
            let _ = writeln!(out, "{}$$begin_record\nLogType: diagnostic\nSeverity: warning", prefix("DIAG"));
            out += &lines(&extra);
            let _ = writeln!(
                out,
                "SIP-Start-Line: {method} sip:x SIP/2.0\nSIP-Call-ID: {dialog}\nSIP-CSeq: {cseq} {method}\n$$end_record"
            );
        }
        [direction, peer, ref rest @ ..] => {
            let direction = match direction {
                "in" => "incoming",
                "out" => "outgoing",
                "edge-in" => "incoming;source=\"internal edge\";destination=\"external edge\"",
                "edge-out" => "outgoing;source=\"internal edge\";destination=\"external edge\"",
                _ => panic!("in or out: {line}"),
            };
            let _ = writeln!(
                out,
                "{}$$begin_record\nTrace-Correlation-Id: 1\nInstance-Id: {seq:08X}\nDirection: {direction}\nPeer: {peer}",
                prefix("PROTOCOL")
            );
            message(&mut out, peer, rest, &extra, dialogs);
            out += "$$end_record\n";
        }
        _ => panic!("cannot read {line}"),
    }
    log.extend_from_slice(out.as_bytes());
}

fn message(out: &mut String, peer: &str, rest: &[&str], extra: &[&str], dialogs: &BTreeMap<String, Dialog>) {
    let status = rest[0].parse::<u16>().ok();
    let rest = if status.is_some() { &rest[1..] } else { rest };
    let (method, name) = (rest[0], rest[1]);
    let dialog = dialogs.get(name).unwrap_or_else(|| panic!("no dialog {name}"));
    let option = |key: &str| rest.iter().find_map(|w| w.strip_prefix(key)?.strip_prefix('='));
    let replaced = |header: &str| extra.iter().any(|e| e.to_ascii_lowercase().starts_with(&format!("{header}:")));
    if let Some(status) = status {
        let _ = writeln!(out, "Message-Type: response\nStart-Line: SIP/2.0 {status} {}", phrase(status));
    } else {
        let uri = option("uri").map_or_else(
            || if peer.contains(":508") { format!("{peer};transport=tls") } else { dialog.to.clone() },
            str::to_owned,
        );
        let _ = writeln!(out, "Message-Type: request\nStart-Line: {method} sip:{uri} SIP/2.0");
    }
    let tagged = status.is_some_and(|s| s > 100) || matches!(method, "BYE" | "ACK") || option("tag").is_some();
    let to_tag = if tagged { format!(";tag=t{name}{}", option("tag").unwrap_or_default()) } else { String::new() };
    let _ = writeln!(out, "From: <sip:{}>;tag=f{name};epid=aa", dialog.from);
    let _ = writeln!(out, "To: <sip:{}>{to_tag}", dialog.to);
    let _ = writeln!(out, "CSeq: {} {method}\nCall-ID: {name}", option("cseq").unwrap_or("1"));
    for via in option("via").unwrap_or("a").split(',') {
        // A CANCEL has the branch of its INVITE (RFC 3261 section 9.1).
        let of = if method == "CANCEL" { "INVITE" } else { method };
        let _ = writeln!(out, "Via: SIP/2.0/TLS {}:5061;branch=z9hG4bK{via}{name}{of}", host(via));
    }
    if status.is_none() && method == "INVITE" {
        let _ = writeln!(out, "Contact: <sip:{};opaque=user:epid:x;gruu>", dialog.from);
    }
    if dialog.push && status.is_none() && !replaced("content-type") {
        let _ = writeln!(
            out,
            "CONTENT-TYPE: application/vnd.microsoft.lync.pushNotification+xml; charset=\"Unicode (UTF-8)\""
        );
        let _ = writeln!(out, "USER-AGENT: RTCC/4.0.0.0 McxService/4.0.0.0");
    }
    for header in extra {
        let _ = writeln!(out, "{header}");
    }
    if let Some(product) = option("client") {
        let product = client(product);
        let platform = if product.contains("UCWA/7") { "RTCC/7.0.0.0" } else { "RTCC/4.0.0.0" };
        let _ = writeln!(out, "SERVER: {platform} {product}");
    }
    *out += "Content-Length: 0\nMessage-Body: -\n";
}

fn lines(all: &[&str]) -> String {
    all.iter().flat_map(|line| [*line, "\n"]).collect()
}

/// Servers by their letter in `via=`; anything else is a client.
fn host(via: &str) -> String {
    match via {
        "fe" => "192.0.2.11".to_owned(),
        "edge" => "203.0.113.31".to_owned(),
        "mcx" => "192.0.2.12".to_owned(),
        _ => "192.0.2.103".to_owned(),
    }
}

fn client(name: &str) -> &'static str {
    match name {
        "wp" => "McxService/4.0.0.0 WPLync/4.1.7947.0 (Microsoft Windows CE 7.10.7720; CONTOSO Phone One 1.0.4)",
        "iphone" => "McxService/4.0.0.0 iPhoneLync/4.1.7955.0",
        "android" => "McxService/4.0.0.0 ACOMO/4.0.0 AndroidLync/4.0.6509.3001",
        "iphone2013" => "UCWA/5.0.0.0 iPhoneLync/5.0.8308.0",
        "ucwa" => "UCWA/5.0.0.0",
        "ucwa7" => "UCWA/7.0.0.0",
        "android6" => "UCWA/7.0.0.0 AndroidLync/6.25.0.27 (SM-G930U Android 8.0.0)",
        "iphone6" => "UCWA/7.0.0.0 iPhoneLync/6.26.1.0 (iPhone iPhone_12 iOS 14.4)",
        "android7" => "UCWA/9.0.0.0 AndroidLync/7.1.0 (Pixel 9 Android 16)",
        "androidx" => "UCWA/7.0.0.0 AndroidLync/x.y (Phone)",
        "mac" => "UCWA/7.0.0.0 LyncForMac/16.29.0.57 (Mac OSX 10.15.7)",
        "um" => "MSExchangeUM/15.01.2507.006",
        "oc" => "UCCAPI/4.0.7577.4087 OC/4.0.7577.4087 (Microsoft Lync 2010)",
        "pnch" => "PnchApplication/1.0",
        _ => panic!("no client {name}"),
    }
}

fn phrase(status: u16) -> &'static str {
    match status {
        100 => "Trying",
        180 => "Ringing",
        183 => "Session Progress",
        200 => "OK",
        202 => "Accepted",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        480 => "Temporarily Unavailable",
        487 => "Request Terminated",
        503 => "Service Unavailable",
        504 => "Server time-out",
        _ => "Answer",
    }
}

/// A base story with the edits of a case: `replace LABEL: line`, `drop LABEL`, `after LABEL: line`, where a line of the
/// base ends with `#LABEL`.
pub(crate) fn edited(base: &str, edits: &[&str]) -> String {
    let mut lines: Vec<(Option<String>, String)> = base
        .lines()
        .map(|l| match l.rsplit_once(" #") {
            Some((text, label)) if !l.trim_start().starts_with('#') => (Some(label.trim().to_owned()), text.to_owned()),
            _ => (None, l.to_owned()),
        })
        .collect();
    for edit in edits {
        let (what, rest) = edit.split_once(' ').unwrap_or_else(|| panic!("edit: {edit}"));
        let (label, text) = rest.split_once(": ").unwrap_or((rest, ""));
        let at =
            lines.iter().position(|(l, _)| l.as_deref() == Some(label)).unwrap_or_else(|| panic!("no line {label}"));
        match what {
            "replace" => text.clone_into(&mut lines[at].1),
            "drop" => drop(lines.remove(at)),
            "after" => {
                let last = lines[at..].iter().take_while(|(l, _)| l.as_deref() == Some(label)).count();
                lines.insert(at + last, (Some(label.to_owned()), text.to_owned()));
            }
            "before" => lines.insert(at, (None, text.to_owned())),
            _ => panic!("edit: {edit}"),
        }
    }
    lines.into_iter().map(|(_, text)| text + "\n").collect()
}

/// A story that others begin with.
pub(crate) fn base(name: &str) -> String {
    std::fs::read_to_string(root(&format!("tests/findings/{name}.base"))).unwrap()
}

/// The entry of a report with this Call-ID.
pub(crate) fn of<'r>(report: &'r Value, kind: &str, id: &str) -> &'r Value {
    report[kind]
        .as_array()
        .unwrap()
        .iter()
        .find(|e| e["call_id"] == id)
        .unwrap_or_else(|| panic!("no {id}: {report:#}"))
}

/// The text for people.
pub(crate) fn text(files: &[(String, Vec<u8>)]) -> String {
    let inputs = files.iter().map(|(name, text)| Input::from_bytes(name.clone(), text.clone())).collect();
    let trace = Trace::load(inputs, &LoadOptions::default());
    let analysis = siptrail::analyse(&trace, &Options::default());
    let mut out = Vec::new();
    report::text::write(&report::digest(&trace, &analysis, &[]), &mut out).unwrap();
    String::from_utf8(out).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The logs of a story in a folder.
pub(crate) fn folder(text: &str) -> TempDir {
    files(write(text))
}

/// Files in a folder.
pub(crate) fn files(files: Vec<(String, Vec<u8>)>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (name, log) in files {
        std::fs::write(dir.path().join(name), log).unwrap();
    }
    dir
}
