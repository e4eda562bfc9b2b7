//! The report as it is written for programs: its keys, in their order.

use serde::ser::{Serialize, Serializer};

use super::{
    Contrast, Coverage, Finding, MissedMessage, MissingLog, Note, Noted, Problem, Report, Selected, Source, Summary,
};
use crate::rates::Rates;

/// A report whose calls and pushes are lists of any kind: its own, or rows that are made while they are written.
#[derive(serde::Serialize)]
pub(in crate::report) struct Document<'r, C, P> {
    schema: &'static str,
    generator: &'r str,
    sources: &'r [Source],
    summary: &'r Summary,
    calls: C,
    pushes: P,
    missed_messages: &'r [MissedMessage],
    findings: &'r [Finding],
    problems: &'r [Problem],
    coverage: &'r [Coverage],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    contrasts: &'r [Contrast],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: &'r [Note],
    #[serde(skip_serializing_if = "Option::is_none")]
    noted: Option<&'r [Noted]>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    missing_logs: &'r [MissingLog],
    #[serde(skip_serializing_if = "Option::is_none")]
    selection: Option<&'r Selected>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rates: Option<&'r Rates>,
}

impl<'r, C, P> Document<'r, C, P> {
    /// The report with these calls and pushes.
    pub(in crate::report) fn of(report: &'r Report, calls: C, pushes: P) -> Document<'r, C, P> {
        Document {
            schema: report.schema,
            generator: &report.generator,
            sources: &report.sources,
            summary: &report.summary,
            calls,
            pushes,
            missed_messages: &report.missed_messages,
            findings: &report.findings,
            problems: &report.problems,
            coverage: &report.coverage,
            contrasts: &report.contrasts,
            notes: &report.notes,
            noted: report.noted.as_deref(),
            missing_logs: &report.missing_logs,
            selection: report.selection.as_ref(),
            rates: report.rates.as_ref(),
        }
    }
}

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Document::of(self, &self.calls, &self.pushes).serialize(to)
    }
}
