//! How many columns a text takes, and no more of it than fit.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Columns that a text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// At most `width` columns, with a sign where something is missing.
pub(crate) fn cut(text: &str, width: usize, ascii: bool) -> Cow<'_, str> {
    if columns(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut out: String = text.chars().take_while(fits).collect();
    out.push(if ascii { '~' } else { '…' });
    Cow::Owned(out)
}
