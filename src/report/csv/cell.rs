//! Cells: what stands in them, and how it is kept from being run.

use std::borrow::Cow;

use crate::report::model::{Diagnostic, Leg, Place, Sighting};
use crate::text::{no_formula, sanitize};

/// A column's name, which cells it has, and what stands in it for one item.
pub(crate) type Column<T> = (&'static str, Kind, fn(&T) -> Cell<'_>);

/// Which cells a column has, beside empty ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Number,
    Flag,
    List,
}

/// One cell.
pub(crate) enum Cell<'r> {
    /// Anything that may come from a log.
    Text(Cow<'r, str>),
    Number(i64),
    Flag(bool),
    /// Texts that may come from a log.
    List(Vec<Cow<'r, str>>),
    /// The log does not say.
    Empty,
}

impl<'r> Cell<'r> {
    pub(super) fn of(text: &'r str) -> Cell<'r> {
        Cell::Text(Cow::Borrowed(text))
    }

    pub(crate) fn maybe(text: Option<&'r str>) -> Cell<'r> {
        text.map_or(Cell::Empty, Cell::of)
    }

    pub(super) fn flag(is: bool) -> Cell<'r> {
        Cell::Flag(is)
    }

    /// One beyond what a number holds is the greatest.
    pub(crate) fn number(value: Option<impl TryInto<i64>>) -> Cell<'r> {
        value.map_or(Cell::Empty, |v| Cell::Number(v.try_into().unwrap_or(i64::MAX)))
    }

    pub(super) fn list<T: Into<Cow<'r, str>>>(items: impl IntoIterator<Item = T>) -> Cell<'r> {
        Cell::List(items.into_iter().map(Into::into).collect())
    }

    /// The text as it goes into the file: one line, and nothing a spreadsheet would run.
    pub(super) fn text(&self) -> String {
        match self {
            Cell::Text(text) => no_formula(&sanitize(text)).into_owned(),
            Cell::List(all) => {
                let all: Vec<String> = all.iter().map(|text| text.replace(';', "%3B")).collect();
                no_formula(&sanitize(&all.join(";"))).into_owned()
            }
            Cell::Number(n) => n.to_string(),
            Cell::Flag(is) => is.to_string(),
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
