//! A list for people.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{List, plain};
use crate::query::{Kind, Row, Value};
use crate::text::page::HEAD;
use crate::text::{sanitize, width};

/// Columns are made as wide as the first rows need.
const LOOKED_AT: usize = 500;
/// A column is not cut below this.
const NARROWEST: usize = 8;
/// Columns between two columns.
const GAP: usize = 2;

pub(super) fn write(list: &List<'_>, rows: &[Row], width: Option<usize>, out: &mut dyn Write) -> io::Result<()> {
    let heads: Vec<String> = list.columns.iter().map(|c| sanitize(c.name()).into_owned()).collect();
    let cells = |row: &Row| -> Vec<String> { list.columns.iter().map(|c| cell(list, c, *row)).collect() };
    let first: Vec<Vec<String>> = rows.iter().take(LOOKED_AT).map(cells).collect();
    let mut widths: Vec<usize> = heads.iter().map(|h| width::columns(h)).collect();
    for row in &first {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(width::columns(cell));
        }
    }
    if let Some(width) = width {
        fit(&mut widths, width);
    }
    let right: Vec<bool> = list.columns.iter().map(|c| matches!(c.kind(), Kind::Number | Kind::Duration)).collect();
    let line = |cells: &[String]| line(cells, &widths, &right, width.is_some());
    writeln!(out, "{HEAD}{}{HEAD:#}", line(&heads))?;
    for row in &first {
        writeln!(out, "{}", line(row))?;
    }
    rows.iter().skip(LOOKED_AT).try_for_each(|row| writeln!(out, "{}", line(&cells(row))))
}

fn cell(list: &List<'_>, column: &crate::query::Column, row: Row) -> String {
    let text = list.cell(column, row, |value| match value {
        Value::Time(time) => time.iso().replace('T', " "),
        Value::Duration(ms) if ms.abs() < 1000 => format!("{ms}ms"),
        Value::Duration(ms) => format!("{}{}.{:03}s", if *ms < 0 { "-" } else { "" }, ms.abs() / 1000, ms.abs() % 1000),
        Value::Flag(is) => (if *is { "yes" } else { "no" }).to_owned(),
        other => plain(other),
    });
    text.map_or_else(|| "-".to_owned(), |text| sanitize(&text).into_owned())
}

/// Takes from the widest columns until the line fits, as far as it may.
fn fit(widths: &mut [usize], room: usize) {
    let gaps = GAP * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => return,
        }
    }
}

fn line(cells: &[String], widths: &[usize], right: &[bool], cut: bool) -> String {
    let mut out = String::new();
    for ((cell, width), right) in cells.iter().zip(widths).zip(right) {
        let cell = if cut { width::cut(cell, *width, false) } else { Cow::Borrowed(cell.as_str()) };
        let pad = " ".repeat(width.saturating_sub(width::columns(&cell)));
        let (before, behind) = if *right { (pad.as_str(), "") } else { ("", pad.as_str()) };
        out.extend([before, &cell, behind, "  "]);
    }
    out.truncate(out.trim_end().len());
    out
}
