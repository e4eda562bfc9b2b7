//! The nearest known name to a mistyped one.

use super::{catalogue, clients, codes, tables};
use crate::text;

/// The name with the fewest typing mistakes between, if one in three letters or fewer is wrong.
pub(super) fn nearest(typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase().replace(['-', ' '], "_");
    let names = catalogue::catalogue()
        .iter()
        .map(|f| f.code.as_str())
        .chain(catalogue::never_reported().iter().map(|n| n.code.as_str()))
        .chain(tables::words().iter().map(|w| w.word))
        .chain(codes::result_codes().iter().map(|c| c.name))
        .chain(codes::tls_alerts().iter().map(|a| a.name))
        .chain(clients::clients().iter().map(|c| c.token.trim_end_matches('*')));
    text::nearest(&typed, names.map(|name| (name.to_ascii_lowercase(), name)), text::one_in_three(&typed))
}
