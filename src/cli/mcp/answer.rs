//! The answers: JSON, in pages.

use serde::Serialize;
use serde_json::{Map, Value, json};
use siptrail::compare::{self, Side};
use siptrail::ladder::text::TextOptions;
use siptrail::query::{Column, Query, Table};
use siptrail::rates::Facts;
use siptrail::report::list::List;
use siptrail::report::story::Story;
use siptrail::report::{self, coverage_of_servers};
use siptrail::text::{sanitize, sanitize_lines};
use siptrail::trace::EventId;
use siptrail::{Analysis, Trace, knowledge, ladder};

use super::logs::Logs;

/// Who answers.
pub(super) type Answer = fn(&mut Logs, &Arguments<'_>) -> Result<Value, String>;

/// Rows of a page.
const ROWS: usize = 50;
/// Lines of a page of text.
const LINES: usize = 200;
/// Bytes of a record that are shown.
const RECORD: usize = 8 << 10;

/// What was asked with.
pub(super) struct Arguments<'a>(pub(super) &'a Map<String, Value>);

impl Arguments<'_> {
    fn number(&self, key: &str) -> Result<usize, String> {
        let wrong = |v: &Value| format!("{key}: expected a number from 0 on, found {}", sanitize(&v.to_string()));
        self.0.get(key).map_or(Ok(0), |v| v.as_u64().and_then(|n| usize::try_from(n).ok()).ok_or_else(|| wrong(v)))
    }

    fn text(&self, key: &str) -> Result<&str, String> {
        self.0.get(key).and_then(Value::as_str).ok_or_else(|| format!("{key}: expected a text, found none"))
    }

    /// The set of logs that is asked for, read.
    fn logs<'l>(&self, logs: &'l mut Logs) -> Result<(&'l Trace, &'l Analysis), String> {
        let number = self.number("folder")?;
        logs.read(number)?;
        logs.get(number)
    }
}

fn value(of: impl Serialize) -> Result<Value, String> {
    let mut value = serde_json::to_value(of).map_err(|e| e.to_string())?;
    make_safe(&mut value);
    Ok(value)
}

/// Texts of a log go on as data: whatever may act on a terminal is shown as a sign.
fn make_safe(value: &mut Value) {
    match value {
        Value::String(text) => {
            let safe = sanitize_lines(text);
            if safe != text.as_str() {
                *text = safe;
            }
        }
        Value::Array(all) => all.iter_mut().for_each(make_safe),
        Value::Object(all) => all.values_mut().for_each(make_safe),
        _ => {}
    }
}

/// Says in an answer which logs could not be read, or not to their ends: what it does not tell may stand there.
pub(super) fn with_unread(mut answer: Value, unread: &[String]) -> Value {
    if let Some(object) = answer.as_object_mut().filter(|_| !unread.is_empty()) {
        let lines = unread.iter().take(ROWS).map(|line| sanitize(line).into_owned());
        object.insert("unread".to_owned(), json!({ "logs": lines.collect::<Vec<_>>(), "total": unread.len() }));
    }
    answer
}

/// A page of rows, and how many there are.
fn page<T>(all: &[T], size: usize, number: usize) -> (&[T], Value) {
    let pages = all.len().div_ceil(size);
    let from = number.saturating_mul(size).min(all.len());
    let own = all.get(from..(from + size).min(all.len())).unwrap_or_default();
    (own, json!({ "page": number, "pages": pages, "total": all.len() }))
}

pub(super) fn summary(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let folders = logs.names();
    let (trace, analysis) = asked.logs(logs)?;
    let digest = report::digest(trace, analysis, &[]);
    let finding = |f: &report::model::Finding| {
        json!({ "code": f.code, "severity": f.severity, "summary": f.summary, "cause": f.cause, "remedy": f.remedy, "count": f.count,
            "proof": place_of(trace, analysis, f.code) })
    };
    let findings: Vec<Value> = digest.findings.iter().map(finding).collect();
    value(
        json!({ "folders": folders, "summary": digest.summary, "findings": findings, "sources": digest.sources, "notes": digest.notes }),
    )
}

/// Where the first case of a cause is proven.
fn place_of(trace: &Trace, analysis: &Analysis, code: &str) -> Option<String> {
    let calls = analysis.calls.iter().filter(|c| c.findings.contains(&code)).flat_map(|c| &c.evidence);
    let pushes = analysis.pushes.iter().filter(|p| p.findings.contains(&code)).flat_map(|p| &p.evidence);
    calls.chain(pushes).next().map(|id| place(trace, *id))
}

fn place(trace: &Trace, id: EventId) -> String {
    let at = trace.locate(id);
    format!("{}:{}", at.file, at.line)
}

pub(super) fn find(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let table = match asked.text("table")? {
        "calls" => Table::Calls,
        "pushes" => Table::Pushes,
        "messages" => Table::Messages,
        "records" => Table::Records,
        other => return Err(format!("table: expected calls, pushes, messages or records, found {}", sanitize(other))),
    };
    let query = Query::parse(asked.0.get("query").and_then(Value::as_str).unwrap_or_default());
    let query = query.map_err(|e| format!("query: {e}"))?;
    let (trace, analysis) = asked.logs(logs)?;
    let bound = query.bind(trace, analysis);
    let rows = bound.rows(table);
    let (own, told) = page(&rows, ROWS, asked.number("page")?);
    let mut text = Vec::new();
    let list = List { table, bound: &bound, columns: Column::all(table) };
    list.write_json(own, false, &mut text).map_err(|e| e.to_string())?;
    let rows: Value = serde_json::from_slice(&text).map_err(|e| e.to_string())?;
    value(json!({ "rows": rows, "pages": told }))
}

pub(super) fn story(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let (what, nth) = (asked.text("what")?, asked.number("nth")?);
    let (trace, analysis) = asked.logs(logs)?;
    let found = ladder::find(trace, analysis, what);
    let subject = match (&found[..], nth) {
        ([], _) => return Err("no call, push or dialog of that; find names them".to_owned()),
        ([only], 0) => only,
        (all, 0) => {
            let mut text = Vec::new();
            report::story::write_list(trace, analysis, all, 100, ROWS, &mut text).map_err(|e| e.to_string())?;
            return value(json!({ "several": all.len(), "choose": "nth", "list": String::from_utf8_lossy(&text) }));
        }
        (all, n) => all.get(n - 1).ok_or_else(|| format!("nth: there are {}", all.len()))?,
    };
    let ladder = ladder::build(trace, analysis, subject);
    let mut look = TextOptions::default();
    (look.width, look.ascii) = (100, true);
    let mut text = Vec::new();
    let cases = siptrail::case::Index::new(analysis);
    Story { trace, analysis, ladder: &ladder, cases: &cases, look }.write(&mut text).map_err(|e| e.to_string())?;
    let plain = anstream::adapter::strip_str(&String::from_utf8_lossy(&text)).to_string();
    let lines: Vec<&str> = plain.lines().collect();
    let (own, told) = page(&lines, LINES, asked.number("page")?);
    value(json!({ "text": own.join("\n"), "pages": told }))
}

pub(super) fn proof(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let call_id = asked.text("call_id")?;
    let (trace, analysis) = asked.logs(logs)?;
    let calls = analysis.calls.iter().filter(|c| c.call_id == call_id).map(|c| (&c.evidence, &c.lines));
    let pushes = analysis.pushes.iter().filter(|p| p.call_id == call_id).map(|p| (&p.evidence, &p.lines));
    let (mut records, mut lines) = (Vec::new(), Vec::new());
    for (own, beside) in calls.chain(pushes) {
        records.extend(own);
        lines.extend(beside);
    }
    if records.is_empty() && lines.is_empty() {
        return Err("no call or push with that Call-ID; find names them".to_owned());
    }
    let spans = trace.in_order(&records, &lines);
    let (own, told) = page(&spans, ROWS, asked.number("page")?);
    let shown = |span: &siptrail::span::Span| {
        let (at, bytes) = (trace.location(span.file, span.start), trace.slice(*span));
        let text = String::from_utf8_lossy(bytes.get(..RECORD.min(bytes.len())).unwrap_or_default()).into_owned();
        json!({ "place": format!("{}:{}", at.file, at.line), "byte": at.byte, "text": text, "cut": bytes.len() > RECORD })
    };
    value(json!({ "proof": own.iter().map(shown).collect::<Vec<_>>(), "pages": told }))
}

pub(super) fn explain(_: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let all = knowledge::lookup(asked.text("what")?)
        .map_err(|_| "nothing is known of that; expected a code, a number or a word of the report".to_owned())?;
    value(json!({ "explanations": value(&all)? }))
}

pub(super) fn coverage(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let (trace, analysis) = asked.logs(logs)?;
    let all = coverage_of_servers(trace, analysis);
    let (own, told) = page(&all, ROWS, asked.number("page")?);
    value(json!({ "servers": value(own)?, "pages": told }))
}

pub(super) fn compared(logs: &mut Logs, asked: &Arguments<'_>) -> Result<Value, String> {
    let [before, after] = [asked.number("before")?, asked.number("after")?];
    logs.read(before)?;
    logs.read(after)?;
    let names = logs.names();
    let side = |number: usize| {
        let (trace, analysis) = logs.get(number)?;
        let name = names.get(number).cloned().unwrap_or_default();
        Ok::<_, String>(Side { name, facts: Facts::of(trace, analysis), patterns: Some(compare::patterns(trace)) })
    };
    let mut result = compare::compare(&side(before)?, &side(after)?);
    result.users.truncate(ROWS);
    value(&result)
}
