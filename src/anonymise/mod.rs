//! A copy of logs without the names of people and machines, which still is a log and still tells the same story.
//!
//! ```text
//!  logs ── names      what is called how: users, display names, hosts, addresses
//!   │        │ pseudonym   one name, one pseudonym of the same shape and length, under a key
//!   ▼        ▼
//!  rewrite   line by line; only names change, so every line stays where it was
//!   ▼
//!  copy ── proof      analysed again: same calls, outcomes, verdicts, findings
//!       └─ leftovers  searched for every original name
//! ```
//!
//! Letters stay letters and digits stay digits, so `Content-Length`, columns and line numbers stay right. What a person
//! wrote (bodies of instant messages, subjects) becomes `xxxx`: nobody needs it twice.
//!
//! What it can't promise: lengths and shapes of names, times, user agents, ports and the number of messages stay
//! visible; who knows when somebody called can recognise the call. Names that stand nowhere but in free text, and words
//! that are part of the log's own vocabulary (a user called `info`), are only replaced where they are recognised as
//! names, that is in addresses, host names and display names.

mod atoms;
mod leftovers;
mod names;
mod places;
mod proof;
mod pseudonym;
mod redact;
mod rewrite;
mod vocabulary;

pub use leftovers::{Leftover, leftovers};
pub use names::Names;
pub use proof::{Difference, difference};
pub use pseudonym::Key;
pub use rewrite::Rewriter;
