//! Whether the copy tells the same story: everything a report says of calls, pushes and findings, without the names.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use crate::report::model::Report;

/// The first place where the two reports differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `calls[3].outcome`.
    pub place: String,
    /// What the original says.
    pub original: String,
    /// What the copy says.
    pub copy: String,
}

/// What a whole report (no digests) says without the names: of the report nothing else need be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Story {
    calls: Vec<String>,
    findings: Vec<String>,
    pushes: Vec<String>,
    summary: String,
}

impl Story {
    /// The first place where the story of the copy, made of the same inputs in the same order, differs from this one.
    pub fn difference(&self, copy: &Story) -> Option<Difference> {
        let read = |text: &String| serde_json::from_str(text).unwrap_or(Value::Null);
        let rows = |place: &str, a: &[String], b: &[String]| {
            if a.len() != b.len() {
                let all = |rows: &[String]| format!("[{}]", rows.join(","));
                return Some(Difference { place: place.to_owned(), original: all(a), copy: all(b) });
            }
            let mut pairs = a.iter().zip(b).enumerate().filter(|(_, (a, b))| a != b);
            pairs.find_map(|(i, (a, b))| differing(&format!("{place}[{i}]"), &read(a), &read(b)))
        };
        rows("calls", &self.calls, &copy.calls)
            .or_else(|| rows("findings", &self.findings, &copy.findings))
            .or_else(|| rows("pushes", &self.pushes, &copy.pushes))
            .or_else(|| differing("summary", &read(&self.summary), &read(&copy.summary)))
    }

    /// Of a report. Call-IDs are the places in it that they lead to.
    pub fn of(report: &Report) -> Story {
        story(report)
    }
}

/// Compares the whole reports of the original and of the copy.
pub fn difference(original: &Report, copy: &Report) -> Option<Difference> {
    Story::of(original).difference(&Story::of(copy))
}

fn story(report: &Report) -> Story {
    let ids = |all: &mut dyn Iterator<Item = &String>| -> HashMap<String, usize> {
        let mut out = HashMap::new();
        for (i, id) in all.enumerate() {
            out.entry(id.clone()).or_insert(i);
        }
        out
    };
    let calls = ids(&mut report.calls.iter().map(|c| &c.call_id));
    let pushes = ids(&mut report.pushes.iter().map(|p| &p.call_id));
    let to = |map: &HashMap<String, usize>, all: &[String]| -> Vec<Option<usize>> {
        all.iter().map(|id| map.get(id).copied()).collect()
    };
    let call_rows = report
        .calls
        .iter()
        .map(|c| {
            json!({
                "modality": c.modality, "started": c.started, "ended": c.ended, "rang": c.rang, "ring_ms": c.ring_ms,
                "answer_ms": c.answer_ms, "outcome": c.outcome, "expected": c.expected, "status": c.status,
                "diagnostics": c.diagnostics.iter().map(|d| json!([d.header, d.id])).collect::<Vec<_>>(),
                "attempts": c.attempts,
                "legs": c.legs.iter().map(|l| json!([l.mobile, l.outcome, l.status])).collect::<Vec<_>>(),
                "mobile": c.mobile, "verdict": c.verdict, "pushes": to(&pushes, &c.pushes), "findings": c.findings,
                "messages": c.messages, "lines": c.evidence.iter().map(|p| p.line).collect::<Vec<_>>(),
            })
            .to_string()
        })
        .collect();
    let push_rows = report
        .pushes
        .iter()
        .map(|p| {
            json!({
                "cseq": p.cseq, "synthetic": p.synthetic, "sent": p.sent, "answered": p.answered,
                "latency_ms": p.latency_ms, "result": p.result, "status": p.status, "hops": p.hops.len(),
                "call": p.call.as_ref().map(|id| calls.get(id)), "candidates": to(&calls, &p.candidates), "link": p.link,
                "diagnostics": p.diagnostics.iter().map(|d| json!([d.header, d.id])).collect::<Vec<_>>(),
                "findings": p.findings, "lines": p.evidence.iter().map(|p| p.line).collect::<Vec<_>>(),
            })
            .to_string()
        })
        .collect();
    let finding_rows = report
        .findings
        .iter()
        .map(|f| {
            json!({ "code": f.code, "count": f.count, "calls": to(&calls, &f.calls), "pushes": to(&pushes, &f.pushes) })
                .to_string()
        })
        .collect();
    let summary = serde_json::to_value(&report.summary).unwrap_or_default().to_string();
    Story { calls: call_rows, findings: finding_rows, pushes: push_rows, summary }
}

fn differing(place: &str, a: &Value, b: &Value) -> Option<Difference> {
    let here = || Some(Difference { place: place.to_owned(), original: a.to_string(), copy: b.to_string() });
    match (a, b) {
        (Value::Object(a), Value::Object(b)) if keys(a) == keys(b) => {
            let dot = if place.is_empty() { "" } else { "." };
            a.iter().find_map(|(key, value)| differing(&format!("{place}{dot}{key}"), value, b.get(key)?))
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| differing(&format!("{place}[{i}]"), a, b))
        }
        _ if a == b => None,
        _ => here(),
    }
}

fn keys(map: &Map<String, Value>) -> Vec<&String> {
    map.keys().collect()
}
