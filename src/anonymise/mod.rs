//! A copy of logs without the names of people and machines, which still is a log and still tells the same story.
//!
//! ```text
//!  logs ── Seen       which words they hold
//!   ▼
//!  Rewriter           line by line, on all cores; only words change, so every line stays where it was
//!   │  LogicalLine    hard wraps undone, percent escapes decoded
//!   │  shapes, hosts, people, fields    where a name is a name, whatever word it is
//!   │  vocabulary     all other words: those of a trace stay, the rest is somebody's
//!   │  Pseudonyms     one word, one pseudonym of the same shape and length, under a key
//!   ▼
//!  copy ── difference analysed again: same calls, outcomes, verdicts, findings; culprits where not
//!       └─ remains    read again, without knowing what the first reading found
//! ```
//!
//! Letters stay letters and digits stay digits, so `Content-Length`, columns and line numbers stay right. What a person
//! wrote (bodies of instant messages, subjects) becomes `xxxx`: nobody needs it twice.
//!
//! What it can't promise: lengths and shapes of names, times, user agents, ports and the number of messages stay
//! visible; who knows when somebody called can recognise the call. A name that is also a word of the log's own
//! vocabulary (a user called `info`) is only replaced where it is recognised as a name: in addresses, host names,
//! display names, accounts, paths, parameters and fields that say so. Numbers of less than seven digits likewise.

mod characters;
mod fields;
mod heads;
mod hosts;
mod key;
mod line;
mod lines;
mod logical_line;
mod looks;
mod marks;
mod memory;
mod numbers;
mod openers;
mod parts;
mod people;
mod phones;
mod proof;
mod pseudonym;
mod records;
mod redact;
mod remains;
mod rewrite;
mod sections;
mod shapes;
mod signs;
mod state;
mod tags;
mod vias;
mod vocabulary;
mod words;

pub use key::Key;
pub use proof::{Difference, Story, difference};
pub use records::{culprits, leave_out};
pub use remains::{Remaining, remains};
pub use rewrite::Rewriter;
pub use words::Seen;
