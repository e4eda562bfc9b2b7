//! A file of rules, from text.

use serde::Deserialize;

use crate::knowledge::catalogue::{Finding, Matcher, Severity};
use crate::query::Query;

/// A rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Its entry of the catalogue.
    pub finding: Finding,
    /// The calls and pushes that have it.
    pub query: Option<Query>,
    /// Logs that must have it, or must not.
    pub cases: Vec<Case>,
}

/// A log with what the rule must say of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Case {
    /// What the log shows.
    pub name: String,
    /// The log itself.
    pub log: String,
    /// Whether a call or a push of it has the cause.
    pub fires: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    finding: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    severity: Severity,
    summary: String,
    cause: String,
    remedy: String,
    query: Option<String>,
    #[serde(default)]
    noticed: String,
    #[serde(default)]
    checks: Vec<String>,
    #[serde(default)]
    seen: String,
    #[serde(default)]
    false_friends: String,
    #[serde(default)]
    source: Vec<String>,
    #[serde(default, rename = "match")]
    matchers: Vec<Matcher>,
    #[serde(default, rename = "case")]
    cases: Vec<Case>,
}

/// Longer summaries do not fit a line of the list.
const SUMMARY: usize = 62;

/// The rules of a file.
///
/// # Errors
/// One line: where, what was expected, what was found.
pub fn read(text: &str) -> Result<Vec<Rule>, String> {
    let file: File = toml::from_str(text).map_err(|e| {
        let line = e.span().map_or(0, |s| text.get(..s.start).unwrap_or_default().matches('\n').count() + 1);
        format!("line {line}: {}", e.message())
    })?;
    file.finding.into_iter().map(rule).collect()
}

fn rule(entry: Entry) -> Result<Rule, String> {
    let code = entry.code;
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let letters = code.len() - digits.len();
    // Behind those of the catalogue, and never one of them.
    let is_own = code.starts_with('X') && letters <= 4 && matches!(digits.len(), 2..=4);
    if !is_own || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "code: expected X and up to three letters with two to four digits, such as X01, found {code:?}"
        ));
    }
    if entry.summary.chars().count() > SUMMARY || entry.summary.is_empty() {
        return Err(format!(
            "{code}: summary: expected one line of at most {SUMMARY} characters, found {:?}",
            entry.summary
        ));
    }
    let query = entry.query.as_deref().map(Query::parse).transpose().map_err(|e| format!("{code}: query: {e}"))?;
    if query.is_none() && entry.matchers.is_empty() {
        return Err(format!("{code}: expected a query, or [[finding.match]], found neither"));
    }
    for matcher in &entry.matchers {
        check(matcher).map_err(|what| format!("{code}: match: {what}"))?;
    }
    let mut finding = Finding::own(code, entry.severity, entry.summary, entry.cause, &entry.remedy);
    finding.noticed = entry.noticed;
    finding.checks = entry.checks;
    finding.seen = entry.seen;
    finding.false_friends = entry.false_friends;
    finding.source = entry.source;
    finding.matchers = entry.matchers;
    Ok(Rule { finding, query, cases: entry.cases })
}

fn check(matcher: &Matcher) -> Result<(), String> {
    let place = matcher.place.as_str();
    if !matches!(place, "response" | "diagnostic" | "result_code" | "component") {
        return Err(format!("where: expected response, diagnostic, result_code or component, found {place:?}"));
    }
    if matcher.id.is_none() && matcher.text.is_none() && matcher.result_code.is_none() {
        return Err("expected id, text or result_code, found none".to_owned());
    }
    let texts = matcher.text.iter().chain(&matcher.result_code);
    match texts.into_iter().find(|t| t.len() < 4 || t.chars().any(|c| c.is_ascii_uppercase())) {
        Some(text) => Err(format!("text: expected at least four characters in lower case, found {text:?}")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[finding]]\ncode = \"X01\"\nseverity = \"warning\"\nsummary = \"s\"\ncause = \"c\"\nremedy = \"r\"\nquery = \"missed\"\n";

    #[test]
    fn what_is_wrong_is_told_with_what_was_expected() {
        assert_eq!(read(GOOD).unwrap().len(), 1);
        for (from, to, expected) in [
            ("X01", "PN01", "expected X"),
            ("X01", "X1", "expected X"),
            ("query = \"missed\"", "query = \"outcome:nonsense\"", "X01: query: "),
            ("query = \"missed\"\n", "", "expected a query"),
            ("severity = \"warning\"", "severity = \"bad\"", "line 3: "),
            ("remedy = \"r\"", "remedie = \"r\"", "line 6: "),
            ("query = \"missed\"", "[[finding.match]]\nwhere = \"structure\"", "where: expected"),
            ("query = \"missed\"", "[[finding.match]]\nwhere = \"component\"\ntext = \"Upper case\"", "lower case"),
        ] {
            let error = read(&GOOD.replace(from, to)).unwrap_err();
            assert!(error.contains(expected), "{to}: {error}");
        }
    }
}
