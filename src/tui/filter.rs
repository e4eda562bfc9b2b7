//! The filter of a list: the language of [`crate::query`], asked by all threads while the user goes on.

use std::collections::HashSet;

use super::app::View;
use super::data::{Cause, Data};
use super::rows;
use crate::query::{Bound, Query, QueryError, Row, Table};

/// A filter to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// Tells its answer from those of earlier ones.
    pub number: usize,
    /// The list.
    pub view: View,
    /// The query, which can be read.
    pub text: String,
}

/// The table behind a list, where it can be filtered.
pub(super) fn table(view: View) -> Option<Table> {
    match view {
        View::Pushes => Some(Table::Pushes),
        View::Calls => Some(Table::Calls),
        View::Records => Some(Table::Records),
        View::Overview | View::Timeline | View::Findings => None,
    }
}

impl Filter {
    /// Numbers of the rows that it selects, in the order of the list; `None` when `go_on`, which is told how many rows
    /// were looked at, ended it.
    ///
    /// # Errors
    /// When the query cannot be read.
    pub fn ask(&self, data: &Data, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Result<Option<Vec<usize>>, QueryError> {
        let query = Query::parse(&self.text)?;
        let bound = query.bind(&data.trace, &data.analysis);
        if self.view == View::Findings {
            return Ok(self.causes(data, &bound, go_on));
        }
        let Some(table) = table(self.view) else { return Ok(None) };
        let Some(rows) = bound.select(table, go_on) else { return Ok(None) };
        if table == Table::Records {
            return Ok(Some(in_time(data, &rows)));
        }
        Ok(Some(rows.into_iter().filter_map(case).collect()))
    }

    /// A cause is shown when the query selects one of its calls and pushes, or when its row holds the text.
    fn causes(&self, data: &Data, bound: &Bound<'_>, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Option<Vec<usize>> {
        let set = |rows: Vec<Row>| rows.into_iter().filter_map(case).collect::<HashSet<usize>>();
        let calls = set(bound.select(Table::Calls, go_on)?);
        let pushes = set(bound.select(Table::Pushes, go_on)?);
        let text = self.text.trim_matches('"').to_lowercase();
        let wanted = |(i, cause): (usize, &Cause)| {
            let case = cause.calls.iter().any(|c| calls.contains(c)) || cause.pushes.iter().any(|p| pushes.contains(p));
            (case || rows::matches(data, View::Findings, i, &text)).then_some(i)
        };
        Some(data.causes.iter().enumerate().filter_map(wanted).collect())
    }
}

fn case(row: Row) -> Option<usize> {
    match row {
        Row::Call(i) | Row::Push(i) => Some(i),
        Row::Record(_) => None,
    }
}

/// The list of records stands in the order of the common clock.
fn in_time(data: &Data, rows: &[Row]) -> Vec<usize> {
    let mut wanted = vec![false; data.records.len()];
    for row in rows {
        if let Row::Record(id) = row
            && let Some(wanted) = wanted.get_mut(id.0 as usize)
        {
            *wanted = true;
        }
    }
    let is = |id: u32| wanted.get(id as usize).is_some_and(|w| *w);
    data.records.iter().enumerate().filter(|(_, id)| is(id.0)).map(|(row, _)| row).collect()
}
