//! Filters with names, `@vip`: given once for the whole process, as a configuration file has them.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Query;
use super::error::QueryError;

static NAMED: OnceLock<BTreeMap<String, String>> = OnceLock::new();

/// Makes filters known by their names, which are letters, digits, `-` and `_`. The first that are given stay.
///
/// # Errors
/// The name of one that cannot be read, and why.
pub fn install(filters: impl IntoIterator<Item = (String, String)>) -> Result<(), (String, QueryError)> {
    let all = NAMED.get_or_init(|| filters.into_iter().collect());
    let wrong = all.iter().find_map(|(name, text)| Some((name.clone(), Query::parse(text).err()?)));
    wrong.map_or(Ok(()), Err)
}

/// All of them, each with what it stands for.
pub fn named() -> impl Iterator<Item = (&'static str, &'static str)> {
    NAMED.get().into_iter().flatten().map(|(name, text)| (name.as_str(), text.as_str()))
}

/// What a name stands for.
pub(super) fn find(name: &str) -> Option<&'static str> {
    NAMED.get()?.get(name).map(String::as_str)
}

/// Whether it can be a name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
