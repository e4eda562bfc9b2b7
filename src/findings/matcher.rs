//! All texts of the catalogue sought at once.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::{Matcher, catalogue};
use crate::sip::{CLEARING_HOUSE, CLEARING_HOUSE_PROXY};

/// Which texts of the catalogue stand in something: one bit a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct MatchedTexts(u128);

impl MatchedTexts {
    /// The texts that stand in `hay`, in any case.
    pub(super) fn of(hay: &[u8]) -> MatchedTexts {
        let Some(all) = &TEXTS.automaton else { return MatchedTexts::default() };
        MatchedTexts(all.find_overlapping_iter(hay).fold(0, |bits, m| bits | bit(m.pattern().as_usize())))
    }

    /// Whether the text of a matcher, or its result code, is among them.
    pub(super) fn has(self, matcher: &Matcher) -> bool {
        matcher.text.as_deref().or(matcher.result_code.as_deref()).is_some_and(|text| self.has_text(text))
    }

    /// Whether a text of the catalogue is among them.
    pub(super) fn has_text(self, text: &str) -> bool {
        let at = TEXTS.all.binary_search(&text).ok();
        at.is_some_and(|i| self.0 & bit(i) != 0)
    }
}

/// Whether a component line or a connection record says something that is worth keeping.
pub(super) fn is_telling(hay: &[u8]) -> bool {
    TEXTS.of_lines.as_ref().is_some_and(|texts| texts.is_match(hay))
}

struct Texts {
    automaton: Option<AhoCorasick>,
    /// Sorted.
    all: Vec<&'static str>,
    /// Those sought in lines.
    of_lines: Option<AhoCorasick>,
}

/// How Windows says that nobody answered a connection, or that it was refused.
pub(super) const CONNECT: [&str; 2] = ["wsaetimedout", "wsaeconnrefused"];
/// The proxy of a hosting provider, in Data.
pub(super) const PROXY_FIELD: &str = "fqdn1";
/// A handshake that came to nothing, in the words of id 1047, and how Windows says that the other side cut it.
pub(super) const HANDSHAKE: &str = "failed to complete tls negotiation";
/// See [`HANDSHAKE`].
pub(super) const RESET: &str = "wsaeconnreset";

static TEXTS: LazyLock<Texts> = LazyLock::new(|| {
    let matchers = || catalogue().iter().flat_map(|f| &f.matchers);
    let text = |m: &'static Matcher| m.text.as_deref().or(m.result_code.as_deref());
    let mut all: Vec<&'static str> = matchers().filter_map(text).collect();
    all.extend(CONNECT.iter().chain([&CLEARING_HOUSE, &PROXY_FIELD, &CLEARING_HOUSE_PROXY, &HANDSHAKE, &RESET]));
    all.sort_unstable();
    all.dedup();
    let in_lines = matchers().filter(|m| matches!(m.place.as_str(), "component" | "result_code")).filter_map(text);
    let in_lines: Vec<&str> = in_lines.chain(CONNECT).chain([HANDSHAKE]).collect();
    // All lines of all components run through one of them: the quickest form is worth its tables.
    let mut builder = AhoCorasick::builder();
    builder.ascii_case_insensitive(true).kind(Some(AhoCorasickKind::DFA));
    Texts { automaton: builder.build(&all).ok(), of_lines: builder.build(&in_lines).ok(), all }
});

fn bit(i: usize) -> u128 {
    u32::try_from(i).ok().and_then(|i| 1u128.checked_shl(i)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::knowledge::catalogue::MOST_TEXTS;

    #[test]
    fn every_text_has_a_bit_and_is_found_in_any_case() {
        assert!(TEXTS.all.len() + MOST_TEXTS <= 128, "{} texts, and those of one's own", TEXTS.all.len());
        for text in &TEXTS.all {
            assert!(MatchedTexts::of(format!("x {} y", text.to_uppercase()).as_bytes()).has_text(text), "{text}");
            assert!(!MatchedTexts::of(b"nothing").has_text(text), "{text}");
        }
        assert!(is_telling(b"Result 0xC3E93D6F(X)"));
        assert!(!is_telling(b"fqdn1=\"push.lync.com\""));
    }
}
