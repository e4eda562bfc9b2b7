//! What was asked for.

use serde::Serialize;

use crate::text::plural;

/// What was asked for, and how much of all that is.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "see Report")]
#[non_exhaustive]
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
