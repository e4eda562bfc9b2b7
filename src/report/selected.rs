//! What was asked for, told in the report.

use super::Selection;
use super::model::{Report, Selected};
use crate::query::Query;
use crate::time::Timestamp;

/// Says in a report what was asked for, and of how many calls and pushes.
pub fn add_selection(report: &mut Report, selection: &Selection, query: &Query, of: (usize, usize)) {
    let query = Some(query.text()).filter(|text| !text.is_empty()).map(str::to_owned);
    let iso = |time: Option<Timestamp>| time.map(Timestamp::iso);
    let (since, until, user) = (iso(selection.since), iso(selection.until), selection.user.clone());
    if since.is_some() || until.is_some() || user.is_some() || query.is_some() {
        let (calls, pushes) = (report.summary.calls, report.summary.pushes);
        let (calls_of, pushes_of) = (of.0 as u64, of.1 as u64);
        report.selection = Some(Selected { since, until, user, query, calls, calls_of, pushes, pushes_of });
    }
}
