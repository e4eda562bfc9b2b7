//! From text to a tree: words, operators, values; and, or, not, parentheses.
//!
//! ```text
//! query = all { ("or" | "||" | "|") all }
//! all   = one { ["and" | "&&"] one }
//! one   = ("-" | "!" | "not") one | "(" query ")" | term
//! term  = text | flag | "is:" flag | field operator value { "," value }
//! term also = "@" name of a filter
//! operator = ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//! ```

use std::ops::Range;

use super::cursor::{Cursor, OPERATORS, Operator};
use super::error::QueryError;
use super::expr::{Expr, Subject};
use super::field::Kind;
use super::literal::values;
use super::named;
use super::registry;
use super::shown::Shown;
use super::test::Test;

/// A word taken for text, and what it is near to.
type Misspelt = Option<(String, String)>;

/// A query that was read.
pub(super) struct Parsed {
    pub(super) expr: Expr,
    /// As written, with what its names stand for.
    pub(super) text: String,
    pub(super) misspelt: Misspelt,
}

/// Reads a query; an empty one is true of every row.
pub(super) fn parse(text: &str) -> Result<Parsed, QueryError> {
    parse_at(text, 0)
}

fn parse_at(text: &str, depth: usize) -> Result<Parsed, QueryError> {
    let mut parser = Parser { cursor: Cursor { text, at: 0 }, depth, misspelt: None, named: Vec::new() };
    parser.cursor.blanks();
    if parser.cursor.rest().is_empty() {
        return Ok(Parsed { expr: Expr::And(Vec::new()), text: String::new(), misspelt: None });
    }
    let expr = parser.query()?;
    match parser.cursor.rest() {
        "" => Ok(Parsed { expr, text: parser.spelled(), misspelt: parser.misspelt }),
        _ => Err(parser.cursor.error("a closing parenthesis that was not opened", Some("quote text that holds one"))),
    }
}

/// A tree that is deeper was not written by a person.
const DEEPEST: usize = 64;

struct Parser<'q> {
    cursor: Cursor<'q>,
    depth: usize,
    misspelt: Misspelt,
    /// Where names of filters stand, and what they stand for.
    named: Vec<(Range<usize>, String)>,
}

/// Names of all flags.
fn flags() -> impl Iterator<Item = &'static str> {
    registry::FIELDS.iter().filter(|f| f.kind == Kind::Flag).map(|f| f.name)
}

/// What a word without a field was perhaps meant to be: a flag, or a value of a field of words.
fn meant(word: &str) -> Option<String> {
    if let Some(name) = word.strip_prefix('@') {
        let near = super::error::nearest(name, named::named().map(|(known, _)| known));
        return near.map(|near| format!("@{near}"));
    }
    let words = registry::FIELDS.iter().flat_map(|f| if let Kind::Word(words) = f.kind { words } else { &[] });
    super::error::nearest(word, flags().chain(words.copied())).map(str::to_owned)
}

impl Parser<'_> {
    /// The query with what its names stand for.
    fn spelled(&self) -> String {
        let mut out = String::new();
        let mut at = 0;
        for (place, text) in &self.named {
            out.push_str(self.cursor.text.get(at..place.start).unwrap_or_default());
            out.push_str(text);
            at = place.end;
        }
        out.push_str(self.cursor.text.get(at..).unwrap_or_default());
        out.trim().to_owned()
    }

    /// A filter by its name.
    fn named(&mut self, start: usize, name: &str, text: &str) -> Result<Expr, QueryError> {
        let inner = parse_at(text, self.depth)
            .map_err(|e| self.cursor.error_at(start, format!("@{name}: {}", e.what), e.hint.as_deref()))?;
        self.named.push((start..self.cursor.at, format!("({})", inner.text)));
        self.misspelt = self.misspelt.take().or(inner.misspelt);
        Ok(inner.expr)
    }

    fn query(&mut self) -> Result<Expr, QueryError> {
        let mut any = vec![self.all()?];
        while self.or() {
            any.push(self.all()?);
        }
        Ok(Expr::or(any))
    }

    /// The word, and the signs that other languages have for it.
    fn or(&mut self) -> bool {
        ["or", "||", "|"].iter().any(|word| self.cursor.word(word))
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut all = vec![self.one()?];
        loop {
            self.cursor.blanks();
            let start = self.cursor.at;
            if self.cursor.rest().is_empty() || self.cursor.rest().starts_with(')') || self.or() {
                self.cursor.at = start;
                return Ok(Expr::and(all));
            }
            let _ = self.cursor.word("and") || self.cursor.word("&&");
            all.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Expr, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.cursor.error("more than 64 parentheses and negations inside each other", None));
        }
        let out = self.one_inside();
        self.depth -= 1;
        self.cursor.blanks();
        out
    }

    fn one_inside(&mut self) -> Result<Expr, QueryError> {
        let start = self.cursor.at;
        let is_not = |rest: &str| rest.starts_with('!') && !rest.starts_with("!=");
        if self.cursor.word("not") || self.cursor.eat("-") || is_not(self.cursor.rest()) && self.cursor.eat("!") {
            return Ok(self.one()?.not());
        }
        if self.cursor.eat("(") {
            self.cursor.blanks();
            let inner = self.query()?;
            return if self.cursor.eat(")") {
                Ok(inner)
            } else {
                Err(self.cursor.error_at(start, "a parenthesis that is not closed", Some("write ) at its end")))
            };
        }
        if self.cursor.rest().is_empty()
            || self.cursor.rest().starts_with(')')
            || self.or()
            || self.cursor.word("and")
            || self.cursor.word("&&")
        {
            return Err(self.cursor.error_at(
                start,
                "expected a term",
                Some("such as missed, user:bob or status>=400"),
            ));
        }
        self.term()
    }

    fn term(&mut self) -> Result<Expr, QueryError> {
        let start = self.cursor.at;
        if self.cursor.rest().starts_with('"') {
            let text = self.cursor.quoted()?;
            return self.anything(start, &text);
        }
        let name = self.cursor.take(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let operator = OPERATORS.iter().find(|(token, _)| self.cursor.rest().starts_with(token));
        let Some((token, operator)) = operator.filter(|_| !is_scheme(name)) else {
            self.cursor.at = start;
            let word = self.cursor.take(|c| !c.is_whitespace() && c != '(' && c != ')');
            if let Some(flag) = registry::find(word).filter(|f| f.kind == Kind::Flag) {
                return Ok(Expr::term(Subject::Field(flag), Test::Known));
            }
            if let Some((name, text)) = word.strip_prefix('@').and_then(|name| Some((name, named::find(name)?))) {
                return self.named(start, name, text);
            }
            if self.misspelt.is_none() {
                self.misspelt = meant(word).filter(|near| near != word).map(|near| (word.to_owned(), near));
            }
            return self.anything(start, word);
        };
        let after = self.cursor.at + token.len();
        if let Some(header) = name.get(..7).filter(|n| n.eq_ignore_ascii_case("header.")).and(name.get(7..)) {
            self.cursor.at = after;
            let (test, negated) = values(&mut self.cursor, Kind::Text, *operator)?;
            let header = Subject::Header(header.to_ascii_lowercase().into_bytes().into());
            return Ok(negate(Expr::term(header, test), negated));
        }
        if name.eq_ignore_ascii_case("is") {
            self.cursor.at = after;
            return self.flag();
        }
        if let Some(word) = registry::TIME_WORDS.iter().find(|w| name.eq_ignore_ascii_case(w)) {
            self.cursor.at = after;
            let time = registry::find("time").map_or(Subject::Anything, Subject::Field);
            return Ok(Expr::term(time, super::literal::time_word(&mut self.cursor, word, *operator)?));
        }
        let Some(field) = registry::find(name) else { return Err(self.unknown(start, name)) };
        self.cursor.at = after;
        if field.kind == Kind::Flag {
            if !matches!(operator, Operator::Has | Operator::Is) {
                let hint = format!("write {name}, -{name} or {name}:no");
                return Err(self.cursor.error_at(
                    start,
                    format!("{name} is yes or no, and is not compared"),
                    Some(&hint),
                ));
            }
            return self.yes_or_no(Expr::term(Subject::Field(field), Test::Known));
        }
        let (test, negated) = values(&mut self.cursor, field.kind, *operator)?;
        Ok(negate(Expr::term(Subject::Field(field), test), negated))
    }

    fn anything(&self, start: usize, text: &str) -> Result<Expr, QueryError> {
        let shown =
            Shown::new(text).ok_or_else(|| self.cursor.error_at(start, "a text that is too long to look for", None))?;
        Ok(Expr::term(Subject::Anything, Test::Shown(Box::new(shown))))
    }

    /// Behind `is:`.
    fn flag(&mut self) -> Result<Expr, QueryError> {
        let start = self.cursor.at;
        let name = self.cursor.take(|c| !c.is_whitespace() && c != '(' && c != ')');
        if let Some(flag) = registry::find(name).filter(|f| f.kind == Kind::Flag) {
            return Ok(Expr::term(Subject::Field(flag), Test::Known));
        }
        let hint = super::error::nearest(name, flags()).map_or_else(
            || format!("flags are {}", flags().collect::<Vec<_>>().join(", ")),
            |flag| format!("did you mean is:{flag}?"),
        );
        Err(self.cursor.error_at(start, format!("no flag named {name:?}"), Some(&hint)))
    }

    /// Behind a flag that is written like a field: `missed:yes`.
    fn yes_or_no(&mut self, flag: Expr) -> Result<Expr, QueryError> {
        let start = self.cursor.at;
        match self.cursor.take(|c| !c.is_whitespace() && c != ')').to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => Ok(flag),
            "no" | "false" | "0" => Ok(flag.not()),
            other => Err(self.cursor.error_at(
                start,
                format!("expected yes or no, found {other:?}"),
                Some("a flag also stands alone"),
            )),
        }
    }

    fn unknown(&self, start: usize, name: &str) -> QueryError {
        let hint = match super::error::nearest(name, registry::names()) {
            Some(known) => format!("did you mean {known}?"),
            None if name.starts_with(|c: char| c.is_ascii_digit()) => {
                "write a time as after:10:14, before:10:15 or at:10:14; quote text with a colon".to_owned()
            }
            None => "quote text that holds an operator, or see siptrail list --help for the fields".to_owned(),
        };
        let what = if name.is_empty() {
            "an operator without a field before it".to_owned()
        } else {
            format!("no field named {name:?}")
        };
        self.cursor.error_at(start, what, Some(&hint))
    }
}

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated { expr.not() } else { expr }
}

/// A URI is text, although it has a colon.
fn is_scheme(name: &str) -> bool {
    ["sip", "sips", "tel"].iter().any(|s| name.eq_ignore_ascii_case(s))
}
