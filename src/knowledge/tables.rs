//! The tables. `-` stands for a source or a number that is not known.

use std::sync::LazyLock;

use hashbrown::HashMap;

use crate::sip::CLEARING_HOUSE_IDS;

/// One ms-diagnostics id with published text (MS-OCER, vendor pages, published traces; see `source`).
#[derive(Clone, Copy, Debug)]
pub struct DiagnosticId {
    /// Which component gives it.
    pub component: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What to check, commands between backticks; may be empty.
    pub remedy: &'static str,
    /// Where it is documented.
    pub source: &'static str,
}

/// The ids that one component gives (OCS 2007 R2 documentation, later ones inferred and marked so).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Range {
    /// First id.
    pub(crate) from: u32,
    /// Last id.
    pub(crate) to: u32,
    /// Who gives them.
    pub(crate) component: &'static str,
    /// Where that is said.
    pub(crate) source: &'static str,
}

/// One SIP status (RFC 3261 and its extensions; Lync's own 101).
#[derive(Clone, Copy, Debug)]
pub(crate) struct SipStatus {
    /// Usual reason phrase.
    pub(crate) phrase: &'static str,
    /// What it means, also in Lync.
    pub(crate) meaning: &'static str,
    /// Where it is documented.
    pub(crate) source: &'static str,
}

/// One word with which a report judges a call or a push.
#[expect(clippy::struct_field_names, reason = "the word of the word")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word {
    /// `outcome`, `verdict`, `push_result`, `link` or `leg_outcome`.
    pub(crate) kind: &'static str,
    /// The word.
    pub(crate) word: &'static str,
    /// What it means.
    pub(crate) meaning: &'static str,
    /// Codes of findings that explain it, separated by blanks.
    pub(crate) see: &'static str,
}

pub(super) fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|l| !l.starts_with('#') && !l.is_empty()).map(|l| l.split('\t').collect())
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

static RANGES: LazyLock<Vec<Range>> = LazyLock::new(|| {
    rows(include_str!("ranges.tsv"))
        .filter_map(|row| match row[..] {
            [from, to, component, source] => {
                Some(Range { from: from.parse().ok()?, to: to.parse().ok()?, component, source })
            }
            _ => None,
        })
        .collect()
});

static WORDS: LazyLock<Vec<Word>> = LazyLock::new(|| {
    rows(include_str!("words.tsv"))
        .filter_map(|row| match row[..] {
            [kind, word, meaning, see] => Some(Word { kind, word, meaning, see }),
            _ => None,
        })
        .collect()
});

/// What is known of an id.
pub fn diagnostic(id: u32) -> Option<&'static DiagnosticId> {
    IDS.get(&id)
}

/// Where an id is named by the vendor although no text for it was ever published.
pub(crate) fn known_without_text(id: u32) -> Option<&'static str> {
    rows(include_str!("ids_without_text.tsv")).find_map(|row| match row[..] {
        [number, source] if number.parse() == Ok(id) => Some(source),
        _ => None,
    })
}

/// The range an id falls in.
pub(crate) fn range_of(id: u32) -> Option<&'static Range> {
    RANGES.iter().find(|r| (r.from..=r.to).contains(&id))
}

/// The component whose range an id falls in.
pub fn component_of(id: u32) -> Option<&'static str> {
    range_of(id).map(|r| r.component)
}

/// What is to be said of the ids of the push clearing house but 30000 and 30007.
const NOT_PUBLISHED: &str = "An answer of the push clearing house; of its ids only 30000 and 30007 are published, so what this one means is not published: number and reason are all there is.";

/// What is to be said of an id of the clearing house that has no published text.
pub(crate) fn unpublished(id: u32) -> Option<&'static str> {
    (CLEARING_HOUSE_IDS.contains(&id) && diagnostic(id).is_none()).then_some(NOT_PUBLISHED)
}

/// One sentence about an id: its meaning, else the component whose range it falls in.
pub fn explain(id: u32) -> Option<String> {
    if let Some(known) = diagnostic(id) {
        return Some(known.meaning.to_owned());
    }
    if let Some(text) = unpublished(id) {
        return Some(text.to_owned());
    }
    component_of(id).map(|c| format!("Not documented; ids of this range come from: {c}."))
}

/// What a SIP status means.
pub(crate) fn sip_status(status: u32) -> Option<SipStatus> {
    rows(include_str!("sip_status.tsv")).find_map(|row| match row[..] {
        [number, phrase, meaning, source] if number.parse() == Ok(status) => {
            Some(SipStatus { phrase, meaning, source })
        }
        _ => None,
    })
}

/// All words of the report.
pub(crate) fn words() -> &'static [Word] {
    &WORDS
}

/// How many ids are known: with a text, and named by the vendor without one.
#[cfg(test)]
pub(crate) fn known_ids() -> (usize, usize) {
    (IDS.len(), rows(include_str!("ids_without_text.tsv")).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_sorted_unique_sourced_and_readable() {
        let numbers = |table| rows(table).map(|r| r[0].parse().unwrap()).collect::<Vec<u32>>();
        let (texts, bare) = (numbers(include_str!("diagnostics.tsv")), numbers(include_str!("ids_without_text.tsv")));
        for ids in [&texts, &bare, &numbers(include_str!("sip_status.tsv")), &numbers(include_str!("ranges.tsv"))] {
            assert!(ids.windows(2).all(|w| w[0] < w[1]));
        }
        assert!(bare.iter().all(|id| diagnostic(*id).is_none() && known_without_text(*id).is_some()));
        assert!(texts.iter().all(|id| range_of(*id).is_some() || *id == 25_008), "an id outside every range");
        // Rows with the wrong number of columns are left out.
        assert_eq!((texts.len(), bare.len()), known_ids());
        let head = include_str!("diagnostics.tsv").lines().next().unwrap();
        assert!(head.contains(&format!("{}.", texts.len())) && head.contains(&bare.len().to_string()), "{head}");
        let sourced = |source: &str| source == "-" || source.starts_with("https://") || source.starts_with("http://");
        assert!(texts.iter().filter_map(|id| diagnostic(*id)).all(|d| sourced(d.source) && !d.meaning.is_empty()));
        assert!(bare.iter().filter_map(|id| known_without_text(*id)).all(|s| s.starts_with("https://")));
        assert_eq!(rows(include_str!("ranges.tsv")).count(), RANGES.len());
        assert_eq!(rows(include_str!("words.tsv")).count(), WORDS.len());
        assert!(RANGES.windows(2).all(|w| w[0].from <= w[0].to && w[0].to < w[1].from));
        assert!(explain(30_005).is_some_and(|t| t.contains("not published")));
        assert_eq!(explain(999_999), None);
    }
}
