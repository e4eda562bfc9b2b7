//! What is searched for.

use std::ops::Range;

use crate::text::Finder;

/// A text that is searched for, in any case; empty when nothing is.
#[derive(Debug, Default)]
pub(super) struct Search {
    text: String,
    /// `None` where there is nothing to look for, or the text is longer than any that can be found.
    finder: Option<Finder>,
}

impl Search {
    pub(super) fn new(text: &str) -> Search {
        let finder = if text.is_empty() { None } else { Finder::new(text) };
        Search { text: text.to_owned(), finder }
    }

    /// As it was typed.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether log bytes hold it, as they are shown.
    pub(super) fn is_in(&self, value: &[u8]) -> bool {
        self.finder.as_ref().is_some_and(|f| f.is_in(value))
    }

    /// Where it stands in a text.
    pub(super) fn places(&self, text: &str) -> Vec<Range<usize>> {
        self.finder.as_ref().map_or(Vec::new(), |f| f.places(text).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever is found can be shown, also where letters change their length with their case.
    #[test]
    fn what_is_found_has_its_places() {
        for (wanted, text, found) in [
            ("BOB", "bob to Bob@contoso.com", "bob Bob"),
            ("bob", "\u{130}bob", "bob"),
            ("m\u{fc}ller", "J\u{f6}rg M\u{dc}LLER", "M\u{dc}LLER"),
            ("a.b", "axb a.b", "a.b"),
            ("x", "bob", ""),
            ("", "bob", ""),
        ] {
            let search = Search::new(wanted);
            let places: Vec<&str> = search.places(text).into_iter().map(|place| &text[place]).collect();
            assert_eq!(places.join(" "), found, "{wanted} in {text}");
            assert_eq!(search.is_in(text.as_bytes()), !found.is_empty(), "{wanted} in {text}");
        }
    }
}
