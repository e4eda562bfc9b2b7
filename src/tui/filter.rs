//! The filter of a list: the language of [`crate::query`], asked by all threads while the user goes on.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::data::{Cause, Data, Entry};
use super::rows;
use super::search::Search;
use super::view::View;
use crate::case::Registration;
use crate::query::{Bound, Notes, Query, QueryError, Row, Table};
use crate::sip::Method;
use crate::trace::{Event, EventId, LinePlace, Symbol};

/// A filter to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Tells its answer from those of earlier ones.
    pub number: usize,
    /// The list.
    pub view: View,
    /// The query, which can be read.
    pub text: String,
    /// What `noted` looks at.
    pub notes: Notes,
}

/// The table behind a list, where it can be filtered.
pub(super) fn table(view: View) -> Option<Table> {
    match view {
        View::Pushes => Some(Table::Pushes),
        View::Calls => Some(Table::Calls),
        View::Records => Some(Table::Records),
        View::Overview | View::Timeline | View::Findings | View::Registrations => None,
    }
}

impl Filter {
    /// Numbers of the rows that it selects, in the order of the list; `None` when `go_on`, which is told how many rows
    /// were looked at, ended it.
    ///
    /// # Errors
    /// When the query cannot be read.
    pub fn ask(&self, data: &Data, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Result<Option<Vec<usize>>, QueryError> {
        let query = Query::parse(&self.text)?.with_notes(self.notes.clone());
        let bound = query.bind(&data.trace, &data.analysis);
        if self.view == View::Findings {
            return Ok(self.causes(data, &bound, go_on));
        }
        if self.view == View::Registrations {
            return Ok(self.registrations(data, &bound, go_on));
        }
        let Some(table) = table(self.view) else { return Ok(None) };
        let Some(rows) = bound.select(table, go_on) else { return Ok(None) };
        if table != Table::Records {
            return Ok(Some(rows.into_iter().filter_map(case).collect()));
        }
        let Some(lines) = lines(data, &bound, go_on) else { return Ok(None) };
        Ok(Some(in_time(data, &rows, &lines)))
    }

    /// A registration is shown when the query selects one of its messages, or when its row holds the text.
    fn registrations(
        &self,
        data: &Data,
        bound: &Bound<'_>,
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<usize>> {
        let call = |id: EventId| data.trace.event(id)?.call_id();
        let done = AtomicUsize::new(0);
        // Of the others none is asked: there are far more of them.
        let is = |event: &Event| matches!(event.method, Method::Register | Method::Subscribe) && !event.is_copy();
        let own: Vec<EventId> =
            (0..).map(EventId).zip(data.trace.events()).filter(|(_, e)| is(e)).map(|(id, _)| id).collect();
        let of_part = |part: &[EventId]| {
            let found: Vec<Symbol> =
                part.iter().filter(|id| bound.matches(Row::Record(**id))).filter_map(|id| call(*id)).collect();
            go_on(done.fetch_add(part.len(), Ordering::Relaxed) + part.len()).then_some(found)
        };
        let parts: Option<Vec<Vec<Symbol>>> = own.par_chunks(PART).map(of_part).collect();
        let dialogs: HashSet<Symbol> = parts?.into_iter().flatten().collect();
        let text = Search::new(self.text.trim_matches('"'));
        let wanted = |(i, row): (usize, &Registration)| {
            let is = call(row.first).is_some_and(|call| dialogs.contains(&call));
            (is || text.is_empty() || rows::matches(data, View::Registrations, i, &text)).then_some(i)
        };
        Some(data.registrations().unwrap_or_default().iter().enumerate().filter_map(wanted).collect())
    }

    /// A cause is shown when the query selects one of its calls and pushes, or when its row holds the text.
    fn causes(&self, data: &Data, bound: &Bound<'_>, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Option<Vec<usize>> {
        let set = |rows: Vec<Row>| rows.into_iter().filter_map(case).collect::<HashSet<usize>>();
        let calls = set(bound.select(Table::Calls, go_on)?);
        let pushes = set(bound.select(Table::Pushes, go_on)?);
        let text = Search::new(self.text.trim_matches('"'));
        let wanted = |(i, cause): (usize, &Cause)| {
            let case = cause.calls.iter().any(|c| calls.contains(c)) || cause.pushes.iter().any(|p| pushes.contains(p));
            (case || text.is_empty() || rows::matches(data, View::Findings, i, &text)).then_some(i)
        };
        Some(data.causes.iter().enumerate().filter_map(wanted).collect())
    }
}

fn case(row: Row) -> Option<usize> {
    match row {
        Row::Call(i) | Row::Push(i) => Some(i),
        Row::Record(_) | Row::Line(_) => None,
    }
}

/// The list of records stands in the order of the common clock, the selected component lines among them.
fn in_time(data: &Data, rows: &[Row], lines: &[bool]) -> Vec<usize> {
    let mut records = vec![false; data.trace.events().len()];
    for row in rows {
        if let Row::Record(id) = row
            && let Some(wanted) = records.get_mut(id.0 as usize)
        {
            *wanted = true;
        }
    }
    let is = |list: &[bool], n: u32| list.get(n as usize).is_some_and(|w| *w);
    let wanted = |entry: Entry| match entry {
        Entry::Record(id) => is(&records, id.0),
        Entry::Line(n) => is(lines, n),
    };
    data.records.iter().enumerate().filter(|(_, e)| wanted(**e)).map(|(row, _)| row).collect()
}

/// Lines looked at by one worker.
const PART: usize = 4096;

/// Which component lines are selected.
fn lines(data: &Data, bound: &Bound<'_>, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Option<Vec<bool>> {
    let done = AtomicUsize::new(data.trace.events().len());
    let of_part = |part: &[LinePlace]| {
        let own: Vec<bool> = part.iter().map(|place| bound.matches(Row::Line(*place))).collect();
        go_on(done.fetch_add(part.len(), Ordering::Relaxed) + part.len()).then_some(own)
    };
    let parts: Option<Vec<Vec<bool>>> = data.lines.par_chunks(PART).map(of_part).collect();
    parts.map(|parts| parts.concat())
}
