//! The rates of a report, where it was asked for them.

use std::io::{self, Write};

use super::escape::prose;
use crate::rates::in_words;
use crate::report::model::Report;

/// One line a rate.
pub(super) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(rates) = &report.rates else { return Ok(()) };
    writeln!(out, "## Rates\n")?;
    for definition in &rates.definitions {
        if let Some(rate) = rates.all.rate(definition.name) {
            writeln!(out, "- {}: {}", prose(definition.title), prose(&in_words(definition, rate)))?;
        }
    }
    writeln!(out)
}
