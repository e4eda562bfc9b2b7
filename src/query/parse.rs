//! From text to a tree: words, operators, values; and, or, not, parentheses.
//!
//! ```text
//! query = all { "or" all }
//! all   = one { ["and"] one }
//! one   = ("-" | "not") one | "(" query ")" | term
//! term  = text | flag | "is:" flag | field operator value { "," value }
//! operator = ":" | "=" | "!=" | "<" | "<=" | ">" | ">=" | "~"
//! ```

use super::error::QueryError;
use super::expr::{Expr, Subject};
use super::field::{self, Kind};
use super::test::{Needle, Test};
use super::value::{Part, values};

/// A word taken for text, and the flag it is near to.
type Misspelt = Option<(String, &'static str)>;

/// Reads a query; an empty one is true of every row.
pub(super) fn parse(text: &str) -> Result<(Expr, Misspelt), QueryError> {
    let mut parser = Parser { text, at: 0, depth: 0, misspelt: None };
    parser.blanks();
    if parser.rest().is_empty() {
        return Ok((Expr::And(Vec::new()), None));
    }
    let expr = parser.query()?;
    match parser.rest() {
        "" => Ok((expr, parser.misspelt)),
        _ => Err(parser.error("a closing parenthesis that was not opened", Some("quote text that holds one"))),
    }
}

/// A tree that is deeper was not written by a person.
const DEEPEST: usize = 64;

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
const OPERATORS: [(&str, Operator); 9] = [
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

pub(super) struct Parser<'q> {
    pub(super) text: &'q str,
    pub(super) at: usize,
    depth: usize,
    misspelt: Misspelt,
}

/// Names of all flags.
fn flags() -> impl Iterator<Item = &'static str> {
    field::FIELDS.iter().filter(|f| f.kind == Kind::Flag).map(|f| f.name)
}

impl<'q> Parser<'q> {
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

    fn blanks(&mut self) {
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
    fn word(&mut self, word: &str) -> bool {
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

    fn query(&mut self) -> Result<Expr, QueryError> {
        let mut any = vec![self.all()?];
        while self.word("or") {
            any.push(self.all()?);
        }
        Ok(Expr::or(any))
    }

    fn all(&mut self) -> Result<Expr, QueryError> {
        let mut all = vec![self.one()?];
        loop {
            self.blanks();
            let start = self.at;
            if self.rest().is_empty() || self.rest().starts_with(')') || self.word("or") {
                self.at = start;
                return Ok(Expr::and(all));
            }
            self.word("and");
            all.push(self.one()?);
        }
    }

    fn one(&mut self) -> Result<Expr, QueryError> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(self.error("more than 64 parentheses and negations inside each other", None));
        }
        let out = self.one_inside();
        self.depth -= 1;
        self.blanks();
        out
    }

    fn one_inside(&mut self) -> Result<Expr, QueryError> {
        let start = self.at;
        if self.word("not") || self.eat("-") {
            return Ok(self.one()?.not());
        }
        if self.eat("(") {
            self.blanks();
            let inner = self.query()?;
            return if self.eat(")") {
                Ok(inner)
            } else {
                Err(self.error_at(start, "a parenthesis that is not closed", Some("write ) at its end")))
            };
        }
        if self.rest().is_empty() || self.rest().starts_with(')') || self.word("or") || self.word("and") {
            return Err(self.error_at(start, "expected a term", Some("such as missed, user:bob or status>=400")));
        }
        self.term()
    }

    fn term(&mut self) -> Result<Expr, QueryError> {
        let start = self.at;
        if self.rest().starts_with('"') {
            let text = self.quoted()?;
            return self.anything(start, &text);
        }
        let name = self.take(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
        let operator = OPERATORS.iter().find(|(token, _)| self.rest().starts_with(token));
        let Some((token, operator)) = operator.filter(|_| !is_scheme(name)) else {
            self.at = start;
            let word = self.take(|c| !c.is_whitespace() && c != '(' && c != ')');
            if let Some(flag) = field::find(word).filter(|f| f.kind == Kind::Flag) {
                return Ok(Expr::term(Subject::Field(flag), Test::Known));
            }
            let near = super::error::nearest(word, flags()).map(|flag| (word.to_owned(), flag));
            self.misspelt = self.misspelt.take().or(near);
            return self.anything(start, word);
        };
        let after = self.at + token.len();
        if let Some(header) = name.get(..7).filter(|n| n.eq_ignore_ascii_case("header.")).and(name.get(7..)) {
            self.at = after;
            let (test, negated) = values(self, Kind::Text, *operator)?;
            let header = Subject::Header(header.to_ascii_lowercase().into_bytes().into());
            return Ok(negate(Expr::term(header, test), negated));
        }
        if name.eq_ignore_ascii_case("is") {
            self.at = after;
            return self.flag();
        }
        if let Some(word) = field::TIME_WORDS.iter().find(|w| name.eq_ignore_ascii_case(w)) {
            self.at = after;
            let time = field::find("time").map_or(Subject::Anything, Subject::Field);
            return Ok(Expr::term(time, super::value::time_word(self, word, *operator)?));
        }
        let Some(field) = field::find(name) else { return Err(self.unknown(start, name)) };
        self.at = after;
        if field.kind == Kind::Flag {
            if !matches!(operator, Operator::Has | Operator::Is) {
                let hint = format!("write {name}, -{name} or {name}:no");
                return Err(self.error_at(start, format!("{name} is yes or no, and is not compared"), Some(&hint)));
            }
            return self.yes_or_no(Expr::term(Subject::Field(field), Test::Known));
        }
        let (test, negated) = values(self, field.kind, *operator)?;
        Ok(negate(Expr::term(Subject::Field(field), test), negated))
    }

    fn anything(&self, start: usize, text: &str) -> Result<Expr, QueryError> {
        let needle =
            Needle::new(text).ok_or_else(|| self.error_at(start, "a text that is too long to look for", None))?;
        Ok(Expr::term(Subject::Anything, Test::Contains(vec![needle])))
    }

    /// Behind `is:`.
    fn flag(&mut self) -> Result<Expr, QueryError> {
        let start = self.at;
        let name = self.take(|c| !c.is_whitespace() && c != '(' && c != ')');
        if let Some(flag) = field::find(name).filter(|f| f.kind == Kind::Flag) {
            return Ok(Expr::term(Subject::Field(flag), Test::Known));
        }
        let hint = super::error::nearest(name, flags()).map_or_else(
            || format!("flags are {}", flags().collect::<Vec<_>>().join(", ")),
            |flag| format!("did you mean is:{flag}?"),
        );
        Err(self.error_at(start, format!("no flag named {name:?}"), Some(&hint)))
    }

    /// Behind a flag that is written like a field: `missed:yes`.
    fn yes_or_no(&mut self, flag: Expr) -> Result<Expr, QueryError> {
        let start = self.at;
        match self.take(|c| !c.is_whitespace() && c != ')').to_ascii_lowercase().as_str() {
            "yes" | "true" | "1" => Ok(flag),
            "no" | "false" | "0" => Ok(flag.not()),
            other => Err(self.error_at(
                start,
                format!("expected yes or no, found {other:?}"),
                Some("a flag also stands alone"),
            )),
        }
    }

    fn unknown(&self, start: usize, name: &str) -> QueryError {
        let hint = match super::error::nearest(name, field::names()) {
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
        self.error_at(start, what, Some(&hint))
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

fn negate(expr: Expr, negated: bool) -> Expr {
    if negated { expr.not() } else { expr }
}

/// A URI is text, although it has a colon.
fn is_scheme(name: &str) -> bool {
    ["sip", "sips", "tel"].iter().any(|s| name.eq_ignore_ascii_case(s))
}
