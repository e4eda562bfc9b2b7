//! Rates for people, 80 columns.

use std::io::{self, Write};

use super::{Definition, Group, Rate, Rates};
use crate::text::page::{self, DIM, HEAD, WIDTH};
use crate::text::width::columns;
use crate::text::{plural, sanitize};
use crate::time::Timestamp;

/// Columns for the names of groups, at least.
const NARROWEST: usize = 24;
/// A longer name stands out of line.
const WIDEST: usize = 40;

/// Writes all rates; where they are grouped, one table a rate.
///
/// # Errors
/// When the writer fails.
pub fn write(rates: &Rates, out: &mut dyn Write) -> io::Result<()> {
    let all = &rates.all;
    let (calls, pushes) = (plural(all.calls, "call"), plural(all.pushes, "push"));
    let time = |t: &Option<String>| t.as_deref().and_then(|t| Timestamp::parse(t, None)).map(Timestamp::short);
    let times = time(&rates.first).zip(time(&rates.last)).map_or(String::new(), |(a, b)| format!(", {a} to {b}"));
    page::paragraph(out, WIDTH, 0, &format!("Rates of {calls} and {pushes}{times}"))?;
    let hidden = match (all.hidden_calls, all.hidden_pushes) {
        (0, 0) => "No log has a hole that may hide a call whole.".to_owned(),
        (calls, pushes) => format!(
            "In their holes the logs may hide up to {} and {} more; siptrail coverage lists the holes.",
            plural(calls, "call"),
            plural(pushes, "push")
        ),
    };
    page::paragraph(out, WIDTH, 0, &hidden)?;
    if rates.pauses > 0 {
        page::paragraph(out, WIDTH, 0, &paused(rates))?;
    }
    writeln!(out)?;
    for definition in &rates.definitions {
        let of = |g: &Group| g.rate(definition.name).copied();
        if let Some(rate) = of(all).filter(|_| rates.by.is_none()) {
            entry(out, definition, &rate)?;
        }
        let rows: Vec<(&Group, Rate)> = rates.groups.iter().filter_map(|g| Some((g, of(g)?))).collect();
        if rates.by.is_some() && !rows.is_empty() {
            let overall = of(all).map_or(String::new(), |r| format!(": {}", in_words(definition, &r)));
            write!(out, "{HEAD}")?;
            page::paragraph(out, WIDTH, 0, &format!("{}{overall}", definition.title))?;
            write!(out, "{HEAD:#}")?;
            let name = |group: &Group| sanitize(group.value.as_deref().unwrap_or_default()).into_owned();
            let widest = rows.iter().map(|(group, _)| columns(&name(group))).filter(|w| *w <= WIDEST).max();
            for (group, rate) in rows {
                let value = name(group);
                let blanks = " ".repeat(widest.unwrap_or(0).max(NARROWEST).saturating_sub(columns(&value)));
                page::paragraph(out, WIDTH, 2, &format!("{value}{blanks} {}", in_words(definition, &rate)))?;
            }
            writeln!(out)?;
        }
    }
    if rates.by.is_some() && rates.groups.is_empty() {
        page::paragraph(out, WIDTH, 0, "Nothing to group.")?;
    }
    write!(out, "{DIM}")?;
    page::paragraph(out, WIDTH, 0, INTERVALS)?;
    write!(out, "{DIM:#}")
}

/// Writes the rates of all calls and pushes, each with its definition, and what an interval is.
///
/// # Errors
/// When the writer fails.
pub fn write_entries(rates: &Rates, out: &mut dyn Write) -> io::Result<()> {
    for definition in &rates.definitions {
        if let Some(rate) = rates.all.rate(definition.name) {
            entry(out, definition, rate)?;
        }
    }
    write!(out, "{DIM}")?;
    page::paragraph(out, WIDTH, 0, INTERVALS)?;
    write!(out, "{DIM:#}")
}

/// Stands below rates.
const INTERVALS: &str = "From ... to holds every value that calls which are not known, and holes, leave open.";

fn paused(rates: &Rates) -> String {
    let minutes = rates.pause_ms.div_euclid(60_000);
    let long = match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    };
    let times = plural(rates.pauses, "pause");
    format!(
        "In {times} between trace sessions ({long} together) nothing was logged; calls of those times are not counted."
    )
}

fn entry(out: &mut dyn Write, definition: &Definition, rate: &Rate) -> io::Result<()> {
    page::paragraph(out, WIDTH, 2, &format!("{}: {}", definition.title, in_words(definition, rate)))?;
    if definition.definition.starts_with("as the ") {
        return Ok(());
    }
    write!(out, "{DIM}")?;
    page::paragraph(out, WIDTH, 6, &format!("{} ({})", definition.definition, definition.source))?;
    write!(out, "{DIM:#}")
}

/// `61.2 %, from 58.9 to 66.0 (104 of 170; 11 are not known)`.
pub fn in_words(definition: &Definition, rate: &Rate) -> String {
    let (unit, number): (&str, fn(f64) -> String) = match definition.unit {
        "share" => (" %", |v| format!("{:.1}", v * 100.0)),
        "ms" => (" ms", |v| format!("{v:.0}")),
        _ => ("", |v| format!("{v:.1}")),
    };
    let value = rate.value.map_or("not known".to_owned(), |v| format!("{}{unit}", number(v)));
    let exact = rate.value.is_some() && rate.low == rate.value && rate.high == rate.value;
    let bound = |v: Option<f64>| v.map_or("anything".to_owned(), number);
    let open = match (rate.low, rate.high) {
        _ if exact => String::new(),
        (None, None) => ", may be anything".to_owned(),
        (Some(low), None) => format!(", {} or more", number(low)),
        (low, high) => format!(", from {} to {}", bound(low), bound(high)),
    };
    let count = match rate.part {
        Some(part) => format!("{part} of {}", rate.of),
        None => format!("of {}", rate.of),
    };
    let unknown = match rate.unknown {
        0 => String::new(),
        1 => "; 1 is not known".to_owned(),
        n => format!("; {n} are not known"),
    };
    format!("{value}{open} ({count}{unknown})")
}
