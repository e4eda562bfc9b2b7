//! Text from a log in Markdown: neither markup, nor HTML, nor a mention of somebody.

use crate::text::sanitize;

/// A code span that shows the text as it is, in a fence longer than any run of backticks in it.
pub(crate) fn code(text: &str) -> String {
    let text = sanitize(text);
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank on each side is dropped by the reader; without it a backtick at the edge would join the fence.
    let blank = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) || text.is_empty() { " " } else { "" };
    format!("{fence}{blank}{text}{blank}{fence}")
}

/// Running text: what means something to Markdown or to HTML is escaped, and what hosts of Markdown make links of
/// (addresses of the web and of mail, `@somebody`, `#12`, `!34`, `:sign:`) is broken by an empty comment, which shows
/// nothing and is not copied along.
pub(crate) fn prose(text: &str) -> String {
    let text = sanitize(text);
    let mut out = String::with_capacity(text.len());
    let mut word = false;
    for (i, c) in text.char_indices() {
        let rest = text.get(i + c.len_utf8()..).unwrap_or_default();
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
        if refers(text.get(..i).unwrap_or_default(), c, rest) {
            out.push_str("<!-- -->");
        }
        word = c.is_alphanumeric();
    }
    out
}

/// Whether this sign between two texts makes a link, or a reference to something or somebody.
fn refers(before: &str, sign: char, rest: &str) -> bool {
    let next = rest.chars().next();
    match sign {
        '@' => true,
        '#' | '!' | '%' => next.is_some_and(char::is_alphanumeric),
        ':' => rest.starts_with("//") || rest.find(':').is_some_and(|end| end > 0 && is_name(rest.get(..end))),
        '.' => before.get(before.len().saturating_sub(3)..).is_some_and(|w| w.eq_ignore_ascii_case("www")),
        '-' => before.get(before.len().saturating_sub(2)..).is_some_and(|w| w.eq_ignore_ascii_case("gh")),
        _ => false,
    }
}

/// Whether a text between colons may be the name of a sign.
fn is_name(text: Option<&str>) -> bool {
    text.is_some_and(|t| t.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '+')))
        && text.is_some_and(|t| t.chars().any(char::is_alphabetic))
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
            ("[click](http://fabrikam.com) *now*", "\\[click\\](http:<!-- -->//fabrikam.com) \\*now\\*"),
            (
                "www.fabrikam.com fixes #12 !34 :tada:",
                "www.<!-- -->fabrikam.com fixes #<!-- -->12 !<!-- -->34 :<!-- -->tada:",
            ),
            ("09:01:45.669 to 10:02", "09:01:45.669 to 10:02"),
            ("not_opened | _x_", "not_opened \\| \\_x_"),
            ("# heading", "\\# heading"),
            ("@everyone and bob@contoso.com", "@<!-- -->everyone and bob@<!-- -->contoso.com"),
        ] {
            assert_eq!(prose(text), escaped);
        }
        assert_eq!(in_cell(&code("a|b")), "`a\\|b`");
    }
}
