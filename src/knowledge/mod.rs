//! What the vendor's numbers, the causes and the report's own words mean: data compiled in, in our own words.
//!
//! * [`tables`]: ids, statuses, result codes and words, one TSV file each
//! * [`catalogue`]: how a notification is missed, and what is never reported, in `catalogue.toml`
//! * [`mod@lookup`], [`explanation`]: any of them, as an engineer finds it in a log or a report

pub mod catalogue;
pub mod explanation;
pub mod lookup;
mod suggest;
pub mod tables;

pub use explanation::Explanation;
pub use lookup::lookup;
pub use tables::{DiagnosticId, component_of, diagnostic, explain};
