//! `[filters]` of the configuration file: queries with names.

use std::fmt::Write;

use siptrail::query::{Query, is_name};
use toml::de::{DeTable, DeValue};

use super::wrong::Wrong;

/// Name of the table.
pub(super) const SECTION: &str = "filters";

/// Reads the table: names and queries, in the order of the file.
pub(super) fn read(text: &str, table: &DeTable<'_>) -> Result<Vec<(String, String)>, Wrong> {
    let mut out: Vec<(usize, String, String)> = Vec::new();
    for (name, value) in table {
        let (at, name) = (name.span(), name.get_ref().as_ref());
        let wrong = |what: String| Wrong::at(text, &at, what);
        if !is_name(name) {
            return Err(wrong(format!("{name:?}: expected a name of letters, digits, - and _, such as vip")));
        }
        let DeValue::String(query) = value.get_ref() else {
            let found = value.get_ref().type_str();
            return Err(wrong(format!("{name}: expected a query in quotes such as \"user:bob\", found {found}")));
        };
        // Names in it are looked up when all are known.
        if query.trim().is_empty() {
            return Err(wrong(format!("{name}: expected a query in quotes such as \"user:bob\", found nothing")));
        }
        Query::parse(query).map_err(|e| wrong(format!("{name}: {e}")))?;
        out.push((at.start, name.to_owned(), query.clone().into_owned()));
    }
    out.sort();
    Ok(out.into_iter().map(|(_, name, query)| (name, query)).collect())
}

/// The table for a file to start from.
pub(super) fn template(out: &mut String) {
    let _ = write!(
        out,
        "
[{SECTION}]
# Queries with names, for --where and for the filter of the terminal UI: --where \"@vip missed\"
#vip = \"user:ceo@contoso.com or user:cfo@contoso.com\"
"
    );
}

/// Those in force.
pub(super) fn in_force(out: &mut String, filters: &[(String, String)]) {
    let _ = writeln!(out, "\n[{SECTION}]");
    for (name, query) in filters {
        let _ = writeln!(out, "{name} = {query:?}");
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::super::read::read;
    use crate::cli::Arguments;

    #[test]
    fn a_filter_that_cannot_be_is_refused_with_its_line() {
        for (text, line, says) in [
            ("[filters]\nvip = \"user:\"", 2, "vip: column 6: expected a value"),
            ("[filters]\nvip = \"outcom:busy\"", 2, "did you mean outcome?"),
            ("[filters]\n\"a b\" = \"missed\"", 2, "expected a name"),
            ("[filters]\nvip = 5", 2, "found integer"),
            ("[filters]\nvip = \"\"", 2, "found nothing"),
        ] {
            let wrong = read(text, &Arguments::command()).expect_err(text);
            assert!(wrong.line == Some(line) && wrong.what.contains(says), "{text:?}: {wrong:?}");
        }
        let settings = read("[filters]\nvip = \"user:ceo\"\nnight = \"@vip after:22:00\"", &Arguments::command());
        let names = settings.map(|s| s.filters.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>());
        assert_eq!(names.expect("valid"), ["vip", "night"]);
    }
}
