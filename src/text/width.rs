//! How many columns a text takes, no more of it than fit, and lines that do. The text is safe already: see [`super::sanitize`].

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar;

/// Columns that a text takes on a terminal.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// At most `width` columns, with a sign where something is missing.
pub(crate) fn cut(text: &str, width: usize, ascii: bool) -> Cow<'_, str> {
    if columns(text) <= width { Cow::Borrowed(text) } else { Cow::Owned(cut_off(text, width, ascii)) }
}

/// The begin of a text that goes on, in at most `width` columns with the sign for it.
pub(crate) fn cut_off(text: &str, width: usize, ascii: bool) -> String {
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    let mut out: String = text.chars().take_while(fits).collect();
    if width > 0 {
        out.push(if ascii { '~' } else { '…' });
    }
    out
}

/// At most `most` characters, and whether that is all.
pub(crate) fn first(text: &str, most: usize) -> (&str, bool) {
    let end = text.char_indices().nth(most).map(|(at, _)| at);
    (end.and_then(|end| text.get(..end)).unwrap_or(text), end.is_none())
}

/// Lines of at most `width` columns, no more than `most`. They break behind one of `breaks` where they can.
pub(crate) fn wrap(text: &str, width: usize, most: usize, breaks: &[char]) -> Vec<String> {
    let width = width.max(1);
    let mut out = Vec::new();
    let (mut row, mut used) = (String::new(), 0);
    for word in text.split_inclusive(breaks) {
        if used > 0 && used + columns(word.trim_end()) > width {
            out.push(row.trim_end().to_owned());
            row.clear();
            used = 0;
        }
        for c in word.chars() {
            let w = c.width().unwrap_or(0);
            if c == ' ' && used >= width {
                continue;
            }
            if used + w > width {
                out.push(std::mem::take(&mut row));
                used = 0;
            }
            row.push(c);
            used += w;
        }
        if out.len() >= most {
            out.truncate(most);
            return out;
        }
    }
    out.push(row.trim_end().to_owned());
    out
}
