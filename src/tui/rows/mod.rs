//! What a row of each list says: its cells, and what keys need to know about it. A row is a number in the data.

mod calls;
mod column;
mod findings;
mod lines;
mod order;
mod pushes;
mod records;
mod registrations;

pub(super) use column::{Column, fitting, widths};
pub(super) use order::sort;
pub(super) use records::title;

use std::borrow::Cow;
use std::fmt::Write as _;

use ratatui::style::Style;

use super::data::{Data, Entry};
use super::search::Search;
use super::theme::Theme;
use super::view::View;
use super::within::Within;
use crate::analysis::{Call, Push};
use crate::case::Registration;
use crate::ladder::Subject;
use crate::query::{Field, Row, Value};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::EventId;

/// The columns of a list.
pub(super) fn columns(view: View) -> &'static [Column] {
    match view {
        View::Pushes => &pushes::COLUMNS,
        View::Calls => &calls::COLUMNS,
        View::Records => &records::COLUMNS,
        View::Findings => findings::COLUMNS,
        View::Registrations => registrations::COLUMNS,
        View::Overview | View::Timeline => &[],
    }
}

/// What is to be shown in a cell; as logged, not made safe yet.
pub(super) fn cell(data: &Data, view: View, row: usize, column: usize) -> Cow<'_, str> {
    let Some(column) = columns(view).get(column) else { return "".into() };
    if let Some((field, row)) = column.field.zip(asked(data, view, row)) {
        return value(data, field, row).into();
    }
    let cell = match view {
        View::Pushes => data.analysis.pushes.get(row).map(|p| pushes::cell(data, p, column.name)),
        View::Records => data.records.get(row).map(|entry| match entry {
            Entry::Record(id) => records::cell(data, *id, column.name),
            Entry::Line(_) => lines::cell(data, *entry, column.name),
        }),
        View::Findings => data.causes.get(row).map(|c| findings::cell(c, column.name)),
        View::Registrations if column.name == "time" => Some(when(data, time(data, view, row))),
        View::Registrations => registration(data, row).map(|r| registrations::cell(r, column.name)),
        View::Calls | View::Overview | View::Timeline => None,
    };
    cell.unwrap_or_default()
}

/// The same while only a span of time is shown: a cause has the cases that were in it.
pub(super) fn cell_within<'d>(
    data: &'d Data,
    view: View,
    (row, column): (usize, usize),
    within: Option<&Within>,
) -> Cow<'d, str> {
    if let Some(within) = within.filter(|_| view == View::Findings) {
        let (cases, missed) = within.of_cause(row);
        match columns(view).get(column).map_or("", |c| c.name) {
            "cases" => return cases.to_string().into(),
            "missed" => return missed.to_string().into(),
            _ => {}
        }
    }
    cell(data, view, row, column)
}

/// The same for programs: times with their day.
#[cfg(feature = "export")]
pub(super) fn plain<'d>(data: &'d Data, view: View, at: (usize, usize), within: Option<&Within>) -> Cow<'d, str> {
    let name = columns(view).get(at.1).map_or("", |c| c.name);
    if name == "time" {
        return time(data, view, at.0).map_or(String::new(), Timestamp::iso).into();
    }
    cell_within(data, view, at, within)
}

/// Where a record or line stands: `file:line`.
#[cfg(feature = "export")]
pub(super) fn place(data: &Data, row: usize) -> Option<String> {
    let entry = *data.records.get(row)?;
    if let Some(id) = entry.record() {
        let at = data.trace.locate(id);
        return Some(format!("{}:{}", at.file, at.line));
    }
    let (place, _) = data.line(entry)?;
    let at = data.trace.location(place.file, place.start);
    Some(format!("{}:{}", at.file, at.line))
}

/// The row as queries know it, where it has fields.
fn asked(data: &Data, view: View, row: usize) -> Option<Row> {
    match view {
        View::Pushes => Some(Row::Push(row)),
        View::Calls => Some(Row::Call(row)),
        // A line says things its own way.
        View::Records => data.records.get(row)?.record().map(Row::Record),
        View::Findings | View::Registrations | View::Overview | View::Timeline => None,
    }
}

/// A registration, where they were read.
fn registration(data: &Data, row: usize) -> Option<&Registration> {
    data.registrations()?.get(row)
}

/// The values of a field, side by side.
fn value(data: &Data, field: &Field, row: Row) -> String {
    let mut out = String::new();
    field.each(&data.trace, &data.analysis, row, &mut |value| {
        if !out.is_empty() {
            out.push(' ');
        }
        match value {
            Value::Word(word) => out.push_str(word),
            Value::Text(text) => out.push_str(&decode(&text)),
            // Writing to a string cannot fail.
            Value::Number(n) | Value::Duration(n) => {
                let _ = write!(out, "{n}");
            }
            Value::Time(time) => out.push_str(&when(data, Some(time))),
            Value::Flag(is) => out.push_str(if is { "yes" } else { "" }),
        }
    });
    out
}

/// The style of a cell.
pub(super) fn style(theme: &Theme, data: &Data, view: View, row: usize, column: usize) -> Style {
    let column = columns(view).get(column).map_or("", |c| c.name);
    let style = match view {
        View::Pushes => data.analysis.pushes.get(row).map(|p| pushes::style(theme, data, p, column)),
        View::Calls => data.analysis.calls.get(row).map(|c| calls::style(theme, c, column)),
        View::Records => data.records.get(row).map(|entry| match entry {
            Entry::Record(id) => records::style(theme, data, *id, column),
            Entry::Line(_) => lines::style(theme, data, *entry),
        }),
        View::Findings => data.causes.get(row).map(|c| findings::style(theme, c, column)),
        View::Registrations => registration(data, row).map(|r| registrations::style(theme, r, column)),
        View::Overview | View::Timeline => None,
    };
    style.unwrap_or_default()
}

/// When it happened, on the common clock.
pub(super) fn time(data: &Data, view: View, row: usize) -> Option<Timestamp> {
    match view {
        View::Pushes => data.analysis.pushes.get(row)?.sent,
        View::Calls => data.analysis.calls.get(row)?.started,
        View::Records => match data.records.get(row)? {
            Entry::Record(id) => data.analysis.time(&data.trace, *id),
            Entry::Line(n) => data.analysis.line_time(&data.trace, *data.lines.get(*n as usize)?),
        },
        View::Registrations => registration(data, row)?.span.map(|(first, _)| first),
        View::Findings | View::Overview | View::Timeline => None,
    }
}

/// The record that stands for it.
pub(super) fn record(data: &Data, view: View, row: usize) -> Option<EventId> {
    match view {
        View::Pushes => push_record(data.analysis.pushes.get(row)?),
        View::Calls => data.analysis.calls.get(row)?.own_records().first().copied(),
        View::Records => data.records.get(row)?.record(),
        View::Registrations => Some(registration(data, row)?.first),
        View::Findings | View::Overview | View::Timeline => None,
    }
}

fn push_record(push: &Push) -> Option<EventId> {
    push.sightings.first().map(|h| h.event).or(push.evidence.first().copied())
}

/// The row that a record stands for; quickly found when it is near a row.
pub(super) fn row_of(data: &Data, view: View, id: EventId, near: usize) -> Option<usize> {
    let len = match view {
        View::Pushes => data.analysis.pushes.len(),
        View::Calls => data.analysis.calls.len(),
        View::Records => data.records.len(),
        View::Registrations => data.registrations().map_or(0, <[_]>::len),
        View::Findings | View::Overview | View::Timeline => 0,
    };
    let near = near.min(len.saturating_sub(1));
    let is = |row: &usize| record(data, view, *row) == Some(id);
    let outwards = |n: usize| [near.checked_add(n), near.checked_sub(n)];
    (0..len).flat_map(outwards).flatten().filter(|row| *row < len).find(is)
}

/// The Call-ID of a call or push.
pub(super) fn call_id(data: &Data, view: View, row: usize) -> Option<&str> {
    match view {
        View::Pushes => data.analysis.pushes.get(row).map(|p| p.call_id.as_str()),
        View::Calls => data.analysis.calls.get(row).map(|c| c.call_id.as_str()),
        View::Registrations => registration(data, row).map(|r| r.call_id.as_str()),
        View::Records | View::Findings | View::Overview | View::Timeline => None,
    }
}

/// The story to which it belongs.
pub(super) fn subject(data: &Data, view: View, row: usize) -> Option<Subject> {
    match view {
        View::Pushes => data.analysis.pushes.get(row).map(|_| Subject::Push(row)),
        View::Calls => data.analysis.calls.get(row).map(|_| Subject::Call(row)),
        View::Records => story_of(data, data.records.get(row)?.record()?),
        // Neither a call nor a push, of which none need be looked at.
        View::Registrations => {
            let call = data.trace.event(registration(data, row)?.first)?.call_id()?;
            Some(Subject::Records(data.trace.events_of(call)))
        }
        View::Findings | View::Overview | View::Timeline => None,
    }
}

/// The call or the push that owns a record, else all records of its Call-ID.
pub(super) fn story_of(data: &Data, id: EventId) -> Option<Subject> {
    let symbol = data.trace.event(id)?.call_id()?;
    let call_id = decode(data.trace.symbol(symbol));
    let owns = |c: &Call| c.call_id == call_id && c.own_records().contains(&id);
    if let Some(call) = data.analysis.calls.iter().position(owns) {
        return Some(Subject::Call(call));
    }
    let owns = |p: &Push| p.call_id == call_id && p.records.contains(&id);
    if let Some(push) = data.analysis.pushes.iter().position(owns) {
        return Some(Subject::Push(push));
    }
    Some(Subject::Records(data.trace.events_of(symbol)))
}

/// Whether it went wrong.
pub(super) fn is_failure(data: &Data, view: View, row: usize) -> bool {
    match view {
        View::Pushes => data.analysis.pushes.get(row).is_some_and(|p| p.result.is_lost()),
        View::Calls => {
            data.analysis.calls.get(row).is_some_and(|c| c.outcome.expected() == Some(false) || c.is_missed())
        }
        View::Records => data.records.get(row).is_some_and(|entry| match entry {
            Entry::Record(id) => records::is_failure(data, *id),
            Entry::Line(_) => lines::is_failure(data, *entry),
        }),
        View::Registrations => registration(data, row).is_some_and(|r| r.is_failed() || r.outcome == "unanswered"),
        View::Findings | View::Overview | View::Timeline => false,
    }
}

/// Whether a push was missed, or lost.
pub(super) fn is_missed(data: &Data, view: View, row: usize) -> bool {
    match view {
        View::Pushes => data.analysis.pushes.get(row).is_some_and(|p| push_missed(data, p)),
        View::Calls => data.analysis.calls.get(row).is_some_and(Call::is_missed),
        View::Findings => data.causes.get(row).is_some_and(|c| c.missed > 0),
        View::Records | View::Registrations | View::Overview | View::Timeline => false,
    }
}

fn push_missed(data: &Data, push: &Push) -> bool {
    let call = push.call.and_then(|c| data.analysis.calls.get(c));
    !push.synthetic && (call.is_some_and(Call::is_missed) || (call.is_none() && push.result.is_lost()))
}

/// Whether a search finds it: in any cell; of records also in the text as logged. `wanted` is in lower case.
pub(super) fn matches(data: &Data, view: View, row: usize, wanted: &Search) -> bool {
    if let (View::Records, Some(entry)) = (view, data.records.get(row)) {
        return wanted.is_in(logged(data, *entry));
    }
    (0..columns(view).len()).any(|c| wanted.is_in(cell(data, view, row, c).as_bytes()))
}

/// A record or a line as logged.
pub(super) fn logged(data: &Data, entry: Entry) -> &[u8] {
    let record = |id| data.trace.event(id).map(|e| data.trace.record(e));
    entry.record().map_or_else(|| data.line(entry).map(|(_, l)| l.text), record).unwrap_or_default()
}

/// The time of day, with the day where the logs span several.
fn when(data: &Data, time: Option<Timestamp>) -> Cow<'static, str> {
    let Some(time) = time else { return "".into() };
    let several = data.overview.span.is_some_and(|(a, b)| a.iso().get(..10) != b.iso().get(..10));
    if several { time.iso().get(5..19).unwrap_or_default().replace('T', " ").into() } else { time.clock().into() }
}
