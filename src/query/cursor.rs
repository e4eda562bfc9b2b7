//! Reading a query from left to right: characters, words, values, and errors with their column.

use super::error::QueryError;

/// How a term compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Has,
    Is,
    IsNot,
    Less,
    AtMost,
    More,
    AtLeast,
    Matches,
}

/// Longer ones first.
pub(super) const OPERATORS: [(&str, Operator); 9] = [
    ("!=", Operator::IsNot),
    ("<=", Operator::AtMost),
    (">=", Operator::AtLeast),
    (":~", Operator::Matches),
    (":", Operator::Has),
    ("=", Operator::Is),
    ("<", Operator::Less),
    (">", Operator::More),
    ("~", Operator::Matches),
];

/// One value as written.
pub(super) struct Part {
    pub(super) at: usize,
    pub(super) text: String,
    pub(super) quoted: bool,
}

/// A place in the text of a query.
pub(super) struct Cursor<'q> {
    pub(super) text: &'q str,
    pub(super) at: usize,
}

impl<'q> Cursor<'q> {
    pub(super) fn rest(&self) -> &'q str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        self.at += if found { token.len() } else { 0 };
        found
    }

    /// Takes characters as long as `is` holds.
    pub(super) fn take(&mut self, is: impl Fn(char) -> bool) -> &'q str {
        let rest = self.rest();
        let taken = rest.find(|c| !is(c)).and_then(|end| rest.get(..end)).unwrap_or(rest);
        self.at += taken.len();
        taken
    }

    pub(super) fn blanks(&mut self) {
        self.take(char::is_whitespace);
    }

    pub(super) fn error(&self, what: impl Into<String>, hint: Option<&str>) -> QueryError {
        self.error_at(self.at, what, hint)
    }

    pub(super) fn error_at(&self, at: usize, what: impl Into<String>, hint: Option<&str>) -> QueryError {
        let column = self.text.get(..at).map_or(0, |before| before.chars().count()) + 1;
        QueryError { column, what: what.into(), hint: hint.map(str::to_owned) }
    }

    /// Takes a word of the language: `and`, `or`, `not`, in any case, standing alone.
    pub(super) fn word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let is = rest.get(..word.len()).is_some_and(|w| w.eq_ignore_ascii_case(word));
        let alone = rest
            .get(word.len()..)
            .is_some_and(|r| r.starts_with(|c: char| c.is_whitespace() || c == '(' || c == ')') || r.is_empty());
        if is && alone {
            self.at += word.len();
            self.blanks();
        }
        is && alone
    }

    /// A text between double quotes; `\"` and `\\` stand for the characters themselves.
    pub(super) fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.at;
        self.at += 1;
        let mut out = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(out);
                }
                '\\' => match chars.next() {
                    Some((_, c @ ('"' | '\\'))) => out.push(c),
                    Some((_, c)) => out.extend(['\\', c]),
                    None => {}
                },
                c => out.push(c),
            }
        }
        Err(self.error_at(start, "a quote that is not closed", Some("write \" at its end")))
    }

    /// One value of a list: quoted, or up to a blank, comma or parenthesis.
    pub(super) fn part(&mut self) -> Result<Part, QueryError> {
        let at = self.at;
        if self.rest().starts_with('"') {
            return Ok(Part { at, text: self.quoted()?, quoted: true });
        }
        let text = self.take(|c| !c.is_whitespace() && !matches!(c, ',' | '(' | ')')).to_owned();
        if text.is_empty() {
            return Err(self.error("expected a value", Some("quote text with blanks: reason:\"Request Timeout\"")));
        }
        Ok(Part { at, text, quoted: false })
    }
}
