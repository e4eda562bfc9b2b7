//! Log text in a given number of columns: safe for the terminal, and never longer than it must be read.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::Span;

use super::search::Search;
use crate::text::sanitize;
pub(super) use crate::text::width::columns;
use crate::text::width::{self, cut, cut_off, first};

/// Text that does nothing to a terminal, and can be shown by it.
fn plain(text: &str, ascii: bool) -> Cow<'_, str> {
    let safe = sanitize(text);
    if ascii && !safe.is_ascii() {
        return Cow::Owned(safe.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect());
    }
    safe
}

/// At most `width` columns of a text, made safe, with a sign where something is missing. Reads no more of the text
/// than is shown, so that a line of a megabyte costs what a short one does.
pub(super) fn clip(text: &str, width: usize, ascii: bool) -> String {
    // Combining characters take no column of their own; a pile of them is cut.
    let (start, whole) = first(text, width.saturating_mul(4).saturating_add(8));
    let safe = plain(start, ascii);
    if whole { cut(&safe, width, ascii).into_owned() } else { cut_off(&safe, width, ascii) }
}

/// The same, filled up with blanks to exactly `width` columns.
pub(super) fn fit(text: &str, width: usize, ascii: bool) -> String {
    let mut out = clip(text, width, ascii);
    let used = columns(&out);
    out.extend(std::iter::repeat_n(' ', width.saturating_sub(used)));
    out
}

/// Lines of at most `width` columns; words stay whole where they can. Stops after `most` lines.
pub(super) fn wrap(text: &str, width: usize, most: usize, ascii: bool) -> Vec<String> {
    let (start, _) = first(text, most.saturating_mul(width.max(1)).saturating_mul(4));
    // Header parameters have no blanks between them.
    width::wrap(&plain(start, ascii), width, most, &[' ', ';', ','])
}

/// A text in pieces, those that a search found in their own style.
pub(super) fn marked(text: String, wanted: Option<&Search>, style: Style, hit: Style) -> Vec<Span<'static>> {
    let Some(wanted) = wanted else { return vec![Span::styled(text, style)] };
    let mut out = Vec::new();
    let mut from = 0;
    for found in wanted.places(&text) {
        let (Some(before), Some(part)) = (text.get(from..found.start), text.get(found.clone())) else { continue };
        out.push(Span::styled(before.to_owned(), style));
        out.push(Span::styled(part.to_owned(), style.patch(hit)));
        from = found.end;
    }
    out.push(Span::styled(text.get(from..).unwrap_or_default().to_owned(), style));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_by_columns_and_made_safe() {
        assert_eq!(clip("bob@contoso.com", 8, false), "bob@con…");
        assert_eq!(clip("bob", 3, false), "bob");
        assert_eq!(clip("日本語", 5, false), "日本…");
        assert_eq!(clip("日本語", 4, true), "???");
        assert_eq!(clip("a\u{1b}[2J", 9, false), "a\u{fffd}[2J");
        assert_eq!(fit("日本語", 4, false), "日… ");
        assert_eq!(fit("", 2, false), "  ");
        assert_eq!(clip("x", 0, false), "");
        assert!(clip(&"e\u{301}".repeat(100_000), 10, false).len() < 200);
        assert_eq!(wrap("one two three", 7, 9, false), ["one two", "three"]);
        assert_eq!(wrap("aaaaaaaa b", 3, 9, false), ["aaa", "aaa", "aa", "b"]);
        assert_eq!(wrap(&"x".repeat(1_000_000), 10, 2, false).len(), 2);
    }
}
