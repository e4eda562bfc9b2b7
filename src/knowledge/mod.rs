//! What the vendor's numbers, the causes and the report's own words mean: data compiled in, in our own words.
//!
//! * `tables`: ids, statuses and words, one TSV file each
//! * `codes`: result codes, TLS alerts, event ids and causes of the telephone network, likewise
//! * `constant`: texts that are compiled in, read back from a kept index
//! * `clients`: phones, desktops and services by what they call themselves, `clients.tsv`
//! * [`Product`]: what a client or server calls itself
//! * [`catalogue`]: how a notification is missed, and what is never reported, in `catalogue.toml`
//! * [`mod@lookup`], [`explanation`]: any of them, as an engineer finds it in a log or a report

pub mod catalogue;
pub(crate) mod clients;
pub(crate) mod codes;
pub(crate) mod constant;
pub mod explanation;
pub mod lookup;
mod product;
mod suggest;
pub(crate) mod tables;

pub use explanation::Explanation;
pub use lookup::lookup;
pub use product::Product;
pub use tables::{DiagnosticId, component_of, diagnostic, explain};
