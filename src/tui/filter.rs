//! The filter of a list: the language of [`crate::query`], asked by all threads while the user goes on.

use super::app::View;
use super::data::Data;
use crate::query::{Query, QueryError, Row, Table};

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
        let Some(table) = table(self.view) else { return Ok(None) };
        let Some(rows) = query.bind(&data.trace, &data.analysis).select(table, go_on) else { return Ok(None) };
        let mut records = vec![false; if table == Table::Records { data.records.len() } else { 0 }];
        let mut out = Vec::with_capacity(rows.len());
        for row in rows {
            match row {
                Row::Call(i) | Row::Push(i) => out.push(i),
                Row::Record(id) => {
                    if let Some(wanted) = records.get_mut(id.0 as usize) {
                        *wanted = true;
                    }
                }
            }
        }
        // The list of records stands in the order of the common clock.
        let wanted = |id: u32| records.get(id as usize).is_some_and(|w| *w);
        if table == Table::Records {
            out.extend(data.records.iter().enumerate().filter(|(_, id)| wanted(id.0)).map(|(row, _)| row));
        }
        Ok(Some(out))
    }
}
