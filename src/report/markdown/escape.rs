//! Text from a log in Markdown: neither markup, nor HTML, nor a mention of somebody.

use crate::text::sanitize;

/// A code span that shows the text as it is, in a fence longer than any run of backticks in it.
pub(super) fn code(text: &str) -> String {
    let text = sanitize(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank on each side is dropped by the reader; without it a backtick at the edge would join the fence.
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Running text: what means something to Markdown or to HTML is escaped.
pub(super) fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = false;
    for (i, c) in sanitize(text).char_indices() {
        let special = match c {
            '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' => true,
            // Between letters of a word they mean nothing.
            '_' => !word,
            // A list or a heading only where the text starts.
            '#' | '-' | '+' | '=' => i == 0,
            _ => false,
        };
        if special {
            out.push('\\');
        }
        out.push(c);
        // A zero-width joiner would be copied along: a mention is broken by an empty comment instead.
        if c == '@' && !word {
            out.push_str("<!-- -->");
        }
        word = c.is_alphanumeric();
    }
    out
}

/// The same inside a table, where a `|` would end the cell even in a code span.
pub(super) fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_a_log_is_no_markup() {
        for (text, span) in [
            ("bob@contoso.com", "`bob@contoso.com`"),
            ("a`b", "``a`b``"),
            ("``", "``` `` ```"),
            ("two\nlines", "`two\u{fffd}lines`"),
            ("", "`  `"),
        ] {
            assert_eq!(code(text), span);
        }
        for (text, escaped) in [
            ("<script>alert(1)</script>", "\\<script\\>alert(1)\\</script\\>"),
            ("[click](http://fabrikam.com) *now*", "\\[click\\](http://fabrikam.com) \\*now\\*"),
            ("not_opened | _x_", "not_opened \\| \\_x_"),
            ("# heading", "\\# heading"),
            ("@everyone and bob@contoso.com", "@<!-- -->everyone and bob@contoso.com"),
        ] {
            assert_eq!(prose(text), escaped);
        }
        assert_eq!(in_cell(&code("a|b")), "`a\\|b`");
    }
}
