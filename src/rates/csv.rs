//! Rates as one table (RFC 4180): a row a rate of a group, the names of the JSON document.

use std::io::{self, Write};

use super::{Group, Rates};
use crate::text::{no_formula, sanitize};

const COLUMNS: [&str; 10] = ["by", "group", "rate", "unit", "value", "low", "high", "part", "of", "unknown"];

/// Writes the table with its header row; the rates of all come first, without a group.
///
/// # Errors
/// When the writer fails.
pub fn write(rates: &Rates, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(COLUMNS)?;
    for group in [&rates.all].into_iter().chain(&rates.groups) {
        let by = rates.by.filter(|_| group.value.is_some()).unwrap_or_default();
        rows(rates, group, by, &mut writer)?;
    }
    writer.flush()
}

fn rows<W: Write>(rates: &Rates, group: &Group, by: &str, writer: &mut csv::Writer<W>) -> io::Result<()> {
    let value = no_formula(&sanitize(group.value.as_deref().unwrap_or_default())).into_owned();
    for rate in &group.rates {
        let unit = rates.definitions.iter().find(|d| d.name == rate.name).map_or("", |d| d.unit);
        let [known, low, high] = [rate.value, rate.low, rate.high].map(|v| v.map_or(String::new(), |v| v.to_string()));
        let part = rate.part.map_or(String::new(), |p| p.to_string());
        let (of, unknown) = (rate.of.to_string(), rate.unknown.to_string());
        writer.write_record([by, &value, rate.name, unit, &known, &low, &high, &part, &of, &unknown])?;
    }
    Ok(())
}
