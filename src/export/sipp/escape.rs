//! Texts of the log inside a scenario: XML for the parser, and `SIPp`'s own signs inside CDATA.

use crate::text::sanitize;

/// Text of a message inside CDATA. `SIPp` takes `[` for a variable and `\x` for a number, and cuts blanks at the start of
/// a line; CDATA ends at `]]>` (XML 1.0 section 2.7).
pub(super) fn literal(text: &str) -> String {
    // A tab stands in many messages, and is a blank.
    let text = text.replace('\t', " ");
    let text = sanitize(&text);
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.char_indices() {
        match c {
            '[' => out.push_str("\\x5B"),
            '\\' if text[i + 1..].starts_with('x') => out.push_str("\\x5C"),
            '>' if text[..i].ends_with("]]") => out.push_str("\\x3E"),
            ' ' if i == 0 => out.push_str("\\x20"),
            c => out.push(plain(c)),
        }
    }
    out
}

/// Text of a comment, in which no `--` may stand (section 2.5).
pub(super) fn comment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        if c == '-' && out.ends_with('-') {
            out.push(' ');
        }
        out.push(plain(c));
    }
    if out.ends_with('-') {
        out.push(' ');
    }
    out
}

/// Text of an attribute: `SIPp` does not know all references, so signs are left out.
pub(super) fn attribute(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == ' ').collect()
}

/// Characters that XML cannot hold are replaced.
fn plain(c: char) -> char {
    if matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_of_sipp_and_xml_are_only_text() {
        assert_eq!(literal("a[call_id] \\x41 ]]> \u{1b}"), "a\\x5Bcall_id] \\x5Cx41 ]]\\x3E \u{fffd}");
        assert_eq!(literal(" v"), "\\x20v");
        assert_eq!(comment("a---b--"), "a- - -b- - ");
    }
}
