//! Cells: what stands in them, and how it is kept from being run.

use std::borrow::Cow;

use crate::report::model::{Diagnostic, Leg, Place, Sighting};
use crate::text::{no_formula, sanitize};

/// A column's name, and what stands in it for one item.
pub(super) type Column<T> = (&'static str, fn(&T) -> Cell<'_>);

/// One cell.
pub(super) enum Cell<'r> {
    /// Anything that may come from a log.
    Text(Cow<'r, str>),
    /// Made by the program: a number, or true and false.
    Plain(String),
    /// The log does not say.
    Empty,
}

impl<'r> Cell<'r> {
    pub(super) fn of(text: &'r str) -> Cell<'r> {
        Cell::Text(Cow::Borrowed(text))
    }

    pub(super) fn maybe(text: Option<&'r str>) -> Cell<'r> {
        text.map_or(Cell::Empty, Cell::of)
    }

    pub(super) fn plain(value: &impl ToString) -> Cell<'r> {
        Cell::Plain(value.to_string())
    }

    pub(super) fn number(value: Option<impl ToString>) -> Cell<'r> {
        value.map_or(Cell::Empty, |v| Cell::plain(&v))
    }

    pub(super) fn list<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Cell<'r> {
        let items: Vec<String> = items.into_iter().map(|i| i.as_ref().replace(';', "%3B")).collect();
        Cell::Text(Cow::Owned(items.join(";")))
    }

    /// The text as it goes into the file: one line, and nothing a spreadsheet would run.
    pub(super) fn text(&self) -> String {
        match self {
            Cell::Text(text) => no_formula(&sanitize(text)).into_owned(),
            Cell::Plain(text) => text.clone(),
            Cell::Empty => String::new(),
        }
    }
}

/// Parts that are there, joined by blanks.
fn words(parts: &[Option<&str>]) -> String {
    parts.iter().flatten().copied().collect::<Vec<_>>().join(" ")
}

pub(super) fn place(place: &Place) -> String {
    format!("{}:{}:{}", place.file, place.line, place.byte)
}

pub(super) fn diagnostic(d: &Diagnostic) -> String {
    words(&[Some(d.header), Some(&d.id.to_string()), Some(&d.reason)])
}

pub(super) fn leg(leg: &Leg) -> String {
    let status = leg.status.map(|s| s.to_string());
    words(&[leg.target.as_deref(), Some(leg.outcome.name()), status.as_deref(), leg.client.as_deref()])
}

pub(super) fn hop(hop: &Sighting) -> String {
    words(&[hop.server.as_deref(), hop.direction, hop.peer.as_deref(), hop.time.as_deref()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_made_text() {
        for (text, written) in [
            ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
            ("+15551234@contoso.com", "'+15551234@contoso.com"),
            ("-1+1", "'-1+1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" \t=1", "' \u{fffd}=1"),
            ("＝1", "'＝1"),
            ("a=b", "a=b"),
            ("two\nlines", "two\u{fffd}lines"),
            ("", ""),
        ] {
            assert_eq!(Cell::of(text).text(), written);
        }
        assert_eq!(Cell::number(Some(-5)).text(), "-5");
        assert_eq!(Cell::list(["a;b", "c"]).text(), "a%3Bb;c");
        assert_eq!(Cell::list(["=a", "c"]).text(), "'=a;c");
    }
}
