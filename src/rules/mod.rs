//! Rules of one's own: causes that a site adds to the catalogue, with a query, with the catalogue's matchers, or both.
//!
//! A file holds `finding` tables in the grammar of the catalogue ([`crate::knowledge::catalogue`]), less of it required,
//! and besides `query`, which calls and pushes have the cause, and `finding.case` tables: logs that must have it, or must not.

mod read;

use std::sync::OnceLock;

use rayon::prelude::*;

pub use read::{Case, Rule, read};

use crate::analysis::Analysis;
use crate::knowledge::catalogue;
use crate::query::{Query, Row, Table};
use crate::trace::Trace;

/// Codes with their queries; one set for the process, as the catalogue is one.
static QUERIES: OnceLock<Vec<(&'static str, Query)>> = OnceLock::new();

/// Puts rules in force for the whole process; before anything is analysed, and once.
///
/// # Errors
/// One line: two rules of one code, more texts than can be sought, or too late.
pub fn install(rules: &[Rule]) -> Result<(), String> {
    let mut codes: Vec<&str> = rules.iter().map(|r| r.finding.code.as_str()).collect();
    codes.sort_unstable();
    if let Some([two, ..]) = codes.windows(2).find(|w| w[0] == w[1]) {
        return Err(format!("expected one rule of each code, found two of {two}"));
    }
    catalogue::add(rules.iter().map(|r| r.finding.clone()).collect())?;
    let queries =
        rules.iter().filter_map(|r| Some((catalogue::find(&r.finding.code)?.code.as_str(), r.query.clone()?)));
    QUERIES.set(queries.collect()).map_err(|_| "rules are in force already".to_owned())
}

/// The rules in force in one text, which is another where other causes would be found or told; empty without rules.
pub fn in_force() -> String {
    let text = |(code, query): &(&str, Query)| format!("{code} {}", query.text());
    let queries: Vec<String> = QUERIES.get().into_iter().flatten().map(text).collect();
    let entries: Vec<String> = catalogue::own().map(|entry| format!("{entry:?}")).collect();
    [entries, queries].concat().join("\n")
}

/// Adds the causes of queries to the calls and pushes that they select, one rule after the other.
pub fn apply(trace: &Trace, analysis: &mut Analysis) {
    for (code, query) in QUERIES.get().into_iter().flatten() {
        let bound = query.bind(trace, analysis);
        let total = [Table::Calls, Table::Pushes].map(|table| bound.total(table));
        let calls: Vec<usize> = (0..total[0]).into_par_iter().filter(|i| bound.matches(Row::Call(*i))).collect();
        // A push of a selected call is one case with it.
        let pushes: Vec<usize> = (0..total[1]).into_par_iter().filter(|i| bound.matches(Row::Push(*i))).collect();
        drop(bound);
        for call in calls {
            if let Some(call) = analysis.calls.get_mut(call) {
                add(&mut call.findings, code);
            }
        }
        for push in pushes {
            if let Some(push) = analysis.pushes.get_mut(push).filter(|p| p.call.is_none()) {
                add(&mut push.findings, code);
            }
        }
    }
}

fn add(codes: &mut Vec<&'static str>, code: &'static str) {
    if !codes.contains(&code) {
        codes.push(code);
        codes.sort_unstable();
    }
}
