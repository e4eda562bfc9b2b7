//! Causes seen without their call.

use serde::Serialize;

/// Records that name a cause whose call the logs do not show.
#[derive(Clone, Debug, Default, Serialize)]
#[expect(missing_docs, reason = "see the report")]
#[non_exhaustive]
pub struct Lone {
    pub records: u64,
    /// What they speak of, each once, in the order of the records.
    pub call_ids: Vec<String>,
    pub domains: Vec<String>,
    pub peers: Vec<String>,
}
