//! `siptrail list registrations`

use std::io::{self, Write};

use siptrail::case::Registration;
use siptrail::report::json;
#[cfg(feature = "export")]
use siptrail::text::no_formula;
use siptrail::text::sanitize;

/// Names of the columns, and what each says.
const COLUMNS: [(&str, usize); 7] =
    [("time", 19), ("method", 9), ("user", 28), ("outcome", 11), ("status", 6), ("event", 22), ("client", 40)];

fn cells(r: &Registration) -> [String; 7] {
    let time = r.time.as_deref().map_or(String::new(), |t| t.get(..19).unwrap_or(t).replace('T', " "));
    [
        time,
        r.method.to_owned(),
        r.user.clone(),
        r.outcome.to_owned(),
        r.status.map_or(String::new(), |s| s.to_string()),
        r.event.clone().unwrap_or_default(),
        r.client.clone().unwrap_or_default(),
    ]
}

/// A table for people; every cell as wide as it needs to be.
pub(super) fn table(all: &[Registration], out: &mut dyn Write) -> io::Result<()> {
    let rows: Vec<[String; 7]> = all.iter().map(|r| cells(r).map(|c| sanitize(&c).into_owned())).collect();
    let width = |i: usize| {
        let longest = rows.iter().filter_map(|r| r.get(i)).map(|c| c.chars().count()).max().unwrap_or(0);
        let (name, most) = COLUMNS.get(i).copied().unwrap_or_default();
        longest.min(most).max(name.len())
    };
    let widths: Vec<usize> = (0..COLUMNS.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded = cells.zip(&widths).map(|(c, w)| {
            let cut: String = c.chars().take(*w).collect();
            format!("{cut:<w$}", w = *w)
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    writeln!(out, "{}", line(&mut COLUMNS.iter().map(|(name, _)| *name)))?;
    for row in &rows {
        writeln!(out, "{}", line(&mut row.iter().map(String::as_str)))?;
    }
    Ok(())
}

/// RFC 4180 with a header row.
#[cfg(feature = "export")]
pub(super) fn csv(all: &[Registration], out: &mut dyn Write) -> io::Result<()> {
    let names =
        ["time", "ended", "method", "user", "outcome", "status", "reason", "event", "client", "call_id", "records"];
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    writer.write_record(names)?;
    for r in all {
        let text = |t: &Option<String>| t.clone().unwrap_or_default();
        let row = [
            text(&r.time),
            text(&r.ended),
            r.method.to_owned(),
            r.user.clone(),
            r.outcome.to_owned(),
            r.status.map_or(String::new(), |s| s.to_string()),
            text(&r.reason),
            text(&r.event),
            text(&r.client),
            r.call_id.clone(),
            r.records.to_string(),
        ];
        writer.write_record(row.iter().map(|c| no_formula(&sanitize(c)).into_owned()))?;
    }
    writer.flush()
}

/// An array of objects, or one object a line with its type.
pub(super) fn json(all: &[Registration], lines: bool, out: &mut dyn Write) -> io::Result<()> {
    if !lines {
        return json::pretty(all, out);
    }
    for r in all {
        let mut value = serde_json::to_value(r)?;
        if let Some(object) = value.as_object_mut() {
            object.insert("type".to_owned(), "registration".into());
        }
        json::line(&value, out)?;
        writeln!(out)?;
    }
    Ok(())
}
