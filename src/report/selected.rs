//! What was asked for, told in the report.

use serde::Serialize;

use super::Selection;
use super::model::Report;
use crate::query::Query;
use crate::text::plural;
use crate::time::Timestamp;

/// What was asked for, and how much of all that is.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
pub struct Selected {
    pub since: Option<String>,
    pub until: Option<String>,
    pub user: Option<String>,
    /// Of calls, and of pushes that have none.
    #[serde(rename = "where")]
    pub query: Option<String>,
    pub calls: u64,
    pub calls_of: u64,
    pub pushes: u64,
    pub pushes_of: u64,
}

impl Selected {
    /// In words.
    pub fn what(&self) -> String {
        let part = |before: &str, text: &Option<String>| text.as_ref().map(|t| format!("{before} {t}"));
        let parts =
            [part("from", &self.since), part("up to", &self.until), part("of", &self.user), part("where", &self.query)];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let (calls, pushes) = (plural(self.calls_of, "call"), plural(self.pushes_of, "push"));
        let count = format!("{} of {calls} with their pushes, {} of {pushes}", self.calls, self.pushes);
        format!("Selected: {count} ({})", parts.join(", "))
    }
}

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
