//! Characters that act on a terminal, reorder text or hide in it, and what is shown in their place.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Marks over or under one letter, of which no script needs more; what comes after them is a flood.
const MOST_MARKS: u8 = 4;

/// Whether a character may act on a terminal, reorder text, or take part in a text without being seen.
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // Marks of direction, joiners, separators of lines, signs without a form of their own.
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}'
            // Fillers: letters, vowels and patterns of nothing, the soft hyphen, selectors of variants.
            | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{ffa0}')
}

/// Tells the characters of a text, in order, that must not be shown: hostile ones, and floods of marks.
#[derive(Debug, Default)]
pub(crate) struct Judge {
    marks: u8,
}

/// How a character of a text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    AsItIs,
    /// As a sign that something was here.
    Replaced,
    /// With the sign of the one before it.
    NotAtAll,
}

impl Judge {
    pub(crate) fn judge(&mut self, c: char) -> Shown {
        if c.is_ascii() && !c.is_ascii_control() {
            self.marks = 0;
            return Shown::AsItIs;
        }
        if is_hostile(c) {
            self.marks = 0;
            return Shown::Replaced;
        }
        if c.width() != Some(0) {
            self.marks = 0;
            return Shown::AsItIs;
        }
        self.marks = self.marks.saturating_add(1);
        match self.marks {
            ..=MOST_MARKS => Shown::AsItIs,
            m if m == MOST_MARKS + 1 => Shown::Replaced,
            _ => Shown::NotAtAll,
        }
    }
}

/// Whether a text has nothing but what can be seen in ASCII, and blanks: mostly there is nothing to judge.
pub(crate) fn is_plain(text: &str) -> bool {
    text.bytes().fold(true, |plain, b| plain & (b' '..=b'~').contains(&b))
}

/// One line that is safe on a terminal: what acts, reorders or hides becomes `\u{fffd}`, and so does a flood of marks.
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if is_plain(text) {
        return Cow::Borrowed(text);
    }
    let mut judge = Judge::default();
    if text.chars().all(|c| judge.judge(c) == Shown::AsItIs) {
        return Cow::Borrowed(text);
    }
    let mut judge = Judge::default();
    let shown = text.chars().filter_map(|c| match judge.judge(c) {
        Shown::AsItIs => Some(c),
        Shown::Replaced => Some('\u{fffd}'),
        Shown::NotAtAll => None,
    });
    Cow::Owned(shown.collect())
}

/// The same for a text of many lines: their ends stay.
pub fn sanitize_lines(text: &str) -> String {
    text.split('\n').map(sanitize).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not judged letter by letter would be shown as it is.
    #[test]
    fn plain_texts_are_those_of_which_nothing_is_judged() {
        for c in (0..0x3000).filter_map(char::from_u32) {
            let (mut judge, text) = (Judge::default(), c.to_string());
            let is_plain = is_plain(&text);
            assert!(!is_plain || judge.judge(c) == Shown::AsItIs, "{c:?}");
            assert_eq!(is_plain, c.is_ascii_graphic() || c == ' ', "{c:?}");
        }
    }

    #[test]
    fn what_hides_or_floods_is_seen() {
        for (text, shown) in [
            ("\u{1b}[31mred\u{202e}x", "\u{fffd}[31mred\u{fffd}x"),
            ("a\u{9b}b\u{61c}c\u{3164}d\u{2800}e", "a\u{fffd}b\u{fffd}c\u{fffd}d\u{fffd}e"),
            // Vietnamese and Hebrew as people write them.
            ("e\u{302}\u{323} \u{5e9}\u{5c1}\u{5b8}", "e\u{302}\u{323} \u{5e9}\u{5c1}\u{5b8}"),
            ("z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}y", "z\u{300}\u{301}\u{302}\u{303}\u{fffd}y"),
            ("☎\u{fe0f}", "☎\u{fe0f}"),
        ] {
            assert_eq!(sanitize(text), shown);
        }
        assert!(matches!(sanitize("Müller 日本"), Cow::Borrowed(_)));
        assert_eq!(sanitize_lines("a\u{7}\nb"), "a\u{fffd}\nb");
    }
}
