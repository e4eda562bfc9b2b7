//! A query as a tree.

use super::field::{Field, Kind};
use super::table::Table;
use super::test::Test;
use super::value::Value;
use crate::analysis::Depth;

/// What a term is about.
#[derive(Clone, Debug)]
pub(super) enum Subject {
    /// One field.
    Field(&'static Field),
    /// All values of a header, its name in lower case.
    Header(Box<[u8]>),
    /// Whatever a list shows of a row: a word without a field.
    Anything,
}

impl Subject {
    /// How much must be known of the logs before a row of a table can be asked.
    pub(super) fn depth(&self, table: Table) -> Depth {
        let records = matches!(table, Table::Messages | Table::Records);
        match self {
            Subject::Field(field) => field.depth(table),
            Subject::Header(_) if records => Depth::Records,
            Subject::Header(_) => Depth::Calls,
            Subject::Anything if records => Depth::Servers,
            Subject::Anything => Depth::Causes,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Term {
    pub(super) subject: Subject,
    pub(super) test: Test,
}

#[derive(Clone, Debug)]
pub(super) enum Expr {
    /// `And` of none is true.
    And(Vec<Expr>),
    Or(Vec<Expr>),
    Not(Box<Expr>),
    Term(Term),
}

impl Term {
    /// 0 for what stands in the row itself, 1 for its texts, 2 for what needs the message, 3 for a whole text.
    fn cost(&self) -> u8 {
        match &self.subject {
            Subject::Field(field) if matches!(field.name, "raw" | "body") => 3,
            Subject::Field(field) if field.slow => 2,
            Subject::Field(field) => u8::from(field.kind == Kind::Text),
            Subject::Header(_) | Subject::Anything => 2,
        }
    }

    /// Whether rows of a table can be asked without reading their records.
    fn is_indexed(&self, table: Table) -> bool {
        match &self.subject {
            Subject::Field(field) => {
                let read = field.name == "place" || field.name == "line";
                let message = matches!(field.name, "from" | "to" | "user" | "client" | "reason" | "diagnostic");
                let records = matches!(table, Table::Messages | Table::Records);
                (!field.slow || read) && field.is_on(table) && !(records && message)
            }
            Subject::Header(_) | Subject::Anything => false,
        }
    }
}

impl Expr {
    /// Whether one of its terms is about a field of which `is` holds.
    pub(super) fn asks(&self, is: &dyn Fn(&Field) -> bool) -> bool {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().any(|e| e.asks(is)),
            Expr::Not(inner) => inner.asks(is),
            Expr::Term(term) => matches!(term.subject, Subject::Field(field) if is(field)),
        }
    }

    /// Whether one of its terms is about a field of a name, and what it asks for, and not against, is a word.
    pub(super) fn wants(&self, name: &str, word: &'static str) -> bool {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().any(|e| e.wants(name, word)),
            Expr::Term(Term { subject: Subject::Field(field), test }) => {
                field.name == name && !matches!(test, Test::Known) && test.holds(&Value::Word(word))
            }
            Expr::Not(_) | Expr::Term(_) => false,
        }
    }

    fn cost(&self) -> u8 {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().map(Expr::cost).max().unwrap_or(0),
            Expr::Not(inner) => inner.cost(),
            Expr::Term(term) => term.cost(),
        }
    }

    /// All of these, the cheapest asked first.
    pub(super) fn and(mut all: Vec<Expr>) -> Expr {
        all.sort_by_key(Expr::cost);
        if all.len() == 1 { all.remove(0) } else { Expr::And(all) }
    }

    /// One of these, the cheapest asked first.
    pub(super) fn or(mut any: Vec<Expr>) -> Expr {
        any.sort_by_key(Expr::cost);
        if any.len() == 1 { any.remove(0) } else { Expr::Or(any) }
    }

    pub(super) fn not(self) -> Expr {
        match self {
            Expr::Not(inner) => *inner,
            other => Expr::Not(Box::new(other)),
        }
    }

    pub(super) fn term(subject: Subject, test: Test) -> Expr {
        Expr::Term(Term { subject, test })
    }

    /// Whether every term is so.
    pub(super) fn all_terms(&self, is: &dyn Fn(&Term) -> bool) -> bool {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().all(|e| e.all_terms(is)),
            Expr::Not(inner) => inner.all_terms(is),
            Expr::Term(term) => is(term),
        }
    }

    /// How much must be known of the logs before the rows of a table can be asked.
    pub(super) fn depth(&self, table: Table) -> Depth {
        match self {
            Expr::And(all) | Expr::Or(all) => all.iter().map(|e| e.depth(table)).max().unwrap_or(Depth::Records),
            Expr::Not(inner) => inner.depth(table),
            Expr::Term(term) => term.subject.depth(table),
        }
    }

    pub(super) fn is_indexed(&self, table: Table) -> bool {
        self.all_terms(&|term| term.is_indexed(table))
    }

    /// The same with another test in every term.
    pub(super) fn map(&self, test: &dyn Fn(&Test) -> Test) -> Expr {
        match self {
            Expr::And(all) => Expr::And(all.iter().map(|e| e.map(test)).collect()),
            Expr::Or(any) => Expr::Or(any.iter().map(|e| e.map(test)).collect()),
            Expr::Not(inner) => Expr::Not(Box::new(inner.map(test))),
            Expr::Term(term) => Expr::term(term.subject.clone(), test(&term.test)),
        }
    }
}
