//! A report that was saved as JSON, as one side of a comparison.

use std::path::Path;

use serde::Deserialize;
use serde::de::IgnoredAny;
use siptrail::rates::Facts;
use siptrail::report::model::SCHEMA;

/// What tells whether all that is counted stands in the document. A list that is not there is not an empty one.
#[derive(Deserialize)]
struct Head {
    schema: String,
    generator: Option<String>,
    #[serde(default)]
    selection: Option<Selection>,
    summary: Option<Summary>,
    calls: Option<Vec<Call>>,
    pushes: Option<Vec<IgnoredAny>>,
    findings: Option<Vec<IgnoredAny>>,
    coverage: Option<Vec<Server>>,
}

#[derive(Deserialize)]
struct Selection {
    since: Option<String>,
    until: Option<String>,
    user: Option<String>,
    #[serde(rename = "where")]
    query: Option<String>,
}

#[derive(Deserialize)]
struct Summary {
    #[serde(default)]
    left_out: u64,
    calls: Option<usize>,
    pushes: Option<usize>,
}

#[derive(Deserialize)]
struct Call {
    #[serde(default)]
    servers: Vec<IgnoredAny>,
}

#[derive(Deserialize)]
struct Server {
    server: Option<String>,
}

/// A saved report; `None` where the path is none.
///
/// # Errors
/// A line for the user when it is JSON and no report of this form, or not the whole report of its logs.
#[expect(clippy::disallowed_methods, reason = "a saved report is no log: `input` does not read it")]
pub(super) fn saved(path: &Path) -> Result<Option<Facts<'static>>, String> {
    let is_json = path.extension().is_some_and(|e| e.eq_ignore_ascii_case("json"));
    if !is_json || !path.is_file() {
        return Ok(None);
    }
    let name = path.display();
    let hint = "expected a report that siptrail report --format json wrote";
    let text = std::fs::read(path).map_err(|e| format!("cannot read {name}: {e}; {hint}"))?;
    let head: Head = serde_json::from_slice(&text).map_err(|e| format!("{name}: {e}; {hint}"))?;
    if head.schema != SCHEMA {
        return Err(format!("{name}: found schema {:?}; {hint}", head.schema));
    }
    head.is_whole().map_err(|why| format!("{name}: {why}"))?;
    serde_json::from_slice(&text).map(Some).map_err(|e| format!("{name}: {e}; {hint}"))
}

impl Head {
    /// # Errors
    /// Why its counts are not those of its logs, and what to do.
    fn is_whole(&self) -> Result<(), String> {
        let again = "save it again with siptrail report --format json";
        if let Some(selection) = &self.selection {
            let asked = selection.words();
            return Err(format!("a report of a part of its logs ({asked}); {again}, and without these"));
        }
        let (Some(summary), Some(calls), Some(pushes), Some(_), Some(coverage)) =
            (&self.summary, &self.calls, &self.pushes, &self.findings, &self.coverage)
        else {
            return Err(format!("found a report without summary, calls, pushes, findings or coverage; {again}"));
        };
        if summary.left_out > 0 {
            return Err(format!(
                "a report that left out {} calls and pushes; {again}, and all of it",
                summary.left_out
            ));
        }
        let differs = |told: Option<usize>, listed: usize| told.is_some_and(|told| told != listed);
        if differs(summary.calls, calls.len()) || differs(summary.pushes, pushes.len()) {
            return Err(format!("found a list that is not as long as the summary says; {again}"));
        }
        // Without them a hole hides nothing: only versions that know of it say who logged a call.
        let named = coverage.iter().any(|c| c.server.is_some());
        if named && !calls.is_empty() && calls.iter().all(|c| c.servers.is_empty()) {
            let by = self.generator.as_deref().unwrap_or("an older siptrail");
            return Err(format!("written by {by} before it told which servers logged a call; {again}"));
        }
        Ok(())
    }
}

impl Selection {
    fn words(&self) -> String {
        let all =
            [("--since", &self.since), ("--until", &self.until), ("--user", &self.user), ("--where", &self.query)];
        let given = all.iter().filter_map(|(name, value)| Some(format!("{name} {}", value.as_deref()?)));
        given.collect::<Vec<_>>().join(" ")
    }
}
