//! The nearest known name to a mistyped one.

use super::{catalogue, tables};

/// The name with the fewest typing mistakes between, if one in three letters or fewer is wrong.
pub(super) fn nearest(typed: &str) -> Option<&'static str> {
    let typed = typed.to_ascii_lowercase().replace(['-', ' '], "_");
    let names = catalogue::catalogue()
        .iter()
        .map(|f| f.code.as_str())
        .chain(catalogue::never_reported().iter().map(|n| n.code.as_str()))
        .chain(tables::words().iter().map(|w| w.word))
        .chain(tables::result_codes().iter().map(|c| c.name));
    let worst = typed.chars().count().div_ceil(3);
    names
        .map(|name| (strsim::damerau_levenshtein(&typed, &name.to_ascii_lowercase()), name))
        .filter(|(mistakes, _)| *mistakes <= worst)
        .min_by_key(|(mistakes, _)| *mistakes)
        .map(|(_, name)| name)
}
