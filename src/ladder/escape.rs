//! Texts of the log inside markup.

use std::fmt::Write as _;

use crate::text::sanitize;

/// Text of XML or HTML, also inside a quoted attribute.
pub(super) fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // XML 1.0 has no way to write them.
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Text in a language of diagrams, where most signs mean something somewhere: each is written as its number between
/// `before` and `;`.
fn numbered(text: &str, before: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in sanitize(text).chars() {
        if c.is_alphanumeric() || !c.is_ascii() || matches!(c, ' ' | '.' | ',' | ':' | '(' | ')') {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "{before}{};", u32::from(c));
        }
    }
    out
}

/// Text of a Mermaid diagram. The word `end` would close a block.
pub(super) fn mermaid(text: &str) -> String {
    let is_sign = |c: char| !c.is_alphanumeric();
    let pieces = text.split_inclusive(is_sign).map(|piece| {
        if piece.trim_end_matches(is_sign).eq_ignore_ascii_case("end") {
            let (first, rest) = piece.split_at(1);
            format!("#{};{}", first.bytes().map(u32::from).sum::<u32>(), numbered(rest, "#"))
        } else {
            numbered(piece, "#")
        }
    });
    pieces.collect()
}

/// Text of a PlantUML diagram.
pub(super) fn plantuml(text: &str) -> String {
    numbered(text, "&#")
}
