//! What the vendor's numbers mean: tables compiled in, explained in our own words.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// One documented ms-diagnostics id.
#[derive(Clone, Copy, Debug)]
pub struct DiagnosticId {
    /// Which component gives it.
    pub component: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to check; may be empty.
    pub remedy: &'static str,
    /// Where it is documented.
    pub source: &'static str,
}

static IDS: LazyLock<HashMap<u32, DiagnosticId>> = LazyLock::new(|| {
    rows(include_str!("diagnostics.tsv"))
        .filter_map(|row| match row[..] {
            [id, component, meaning, remedy, source] => {
                Some((id.parse().ok()?, DiagnosticId { component, meaning, remedy, source }))
            }
            _ => None,
        })
        .collect()
});

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| l.split('\t').collect())
}

/// What is known of an id.
pub fn diagnostic(id: u32) -> Option<&'static DiagnosticId> {
    IDS.get(&id)
}

/// The component whose range an id falls in.
pub fn component_of(id: u32) -> Option<&'static str> {
    rows(include_str!("ranges.tsv")).find_map(|row| match row[..] {
        [from, to, component, ..] => (from.parse::<u32>().ok()?..=to.parse().ok()?).contains(&id).then_some(component),
        _ => None,
    })
}

/// One sentence about an id: its meaning, else the component whose range it falls in.
pub fn explain(id: u32) -> Option<String> {
    if let Some(known) = diagnostic(id) {
        return Some(known.meaning.to_owned());
    }
    component_of(id).map(|c| format!("Not documented; ids of this range come from: {c}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_unique_and_readable() {
        let ids: Vec<u32> = rows(include_str!("diagnostics.tsv")).map(|r| r[0].parse().unwrap()).collect();
        assert!(ids.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(ids.len(), IDS.len(), "a row has the wrong number of columns");
        assert!(diagnostic(1009).is_some());
        assert!(explain(30_005).is_some_and(|t| t.contains("Clearing House")));
        assert_eq!(explain(999_999), None);
    }
}
