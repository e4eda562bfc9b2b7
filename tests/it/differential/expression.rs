//! Random expressions, as text and as what they mean.

use siptrail::query::{FIELDS, Field, Kind, Table};

use super::world::World;
use crate::differential::values::{self, Asked};

/// An expression.
pub(super) enum Expression {
    Term(Term),
    Not(Box<Expression>),
    And(Vec<Expression>),
    Or(Vec<Expression>),
}

/// A term: its text, of what it is asked, and what it asks.
pub(super) struct Term {
    text: String,
    of: Of,
    negated: bool,
    asked: Asked,
}

/// Of what a term is asked.
enum Of {
    Field(&'static str),
    Header(&'static str),
    Anything,
}

impl Expression {
    pub(super) fn text(&self) -> String {
        let inner = |e: &Expression| match e {
            Expression::Or(_) => format!("({})", e.text()),
            _ => e.text(),
        };
        match self {
            Expression::Term(term) => term.text.clone(),
            Expression::Not(e) if matches!(**e, Expression::Term(_)) && e.text().len() % 2 == 0 => {
                format!("-{}", e.text())
            }
            Expression::Not(e) => format!("not ({})", e.text()),
            Expression::And(all) => {
                let joint = if all.len() % 2 == 0 { " " } else { " and " };
                all.iter().map(inner).collect::<Vec<_>>().join(joint)
            }
            Expression::Or(any) => any.iter().map(inner).collect::<Vec<_>>().join(" or "),
        }
    }

    pub(super) fn holds(&self, world: &World, at: usize) -> bool {
        match self {
            Expression::Term(term) => term.holds(world, at),
            Expression::Not(e) => !e.holds(world, at),
            Expression::And(all) => all.iter().all(|e| e.holds(world, at)),
            Expression::Or(any) => any.iter().any(|e| e.holds(world, at)),
        }
    }
}

impl Term {
    fn holds(&self, world: &World, at: usize) -> bool {
        let is = match self.of {
            Of::Field(name) => world.values(at, name).into_iter().any(|v| self.asked.holds(v)),
            Of::Header(name) => world.headers(at, name).iter().any(|v| self.asked.holds(v)),
            Of::Anything => {
                let table = world.all[at].table;
                let shown = FIELDS.iter().filter(|f| f.is_on(table) && f.kind != Kind::Flag);
                shown.flat_map(|f| world.own(at, f.name).into_iter().map(move |v| (f.kind, v))).any(|(kind, v)| {
                    match kind {
                        Kind::Text | Kind::Word(_) => self.asked.holds(v),
                        _ => self.asked.is_shown_as(kind, v),
                    }
                })
            }
        };
        is != self.negated
    }
}

/// A generator that gives the same numbers for a seed (Knuth, MMIX).
pub(super) struct Chance(u64);

impl Chance {
    /// A number below a limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }

    pub(super) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// Makes expressions about one world.
pub(super) struct Maker<'w> {
    world: &'w World,
    chance: Chance,
}

/// Headers that generated logs have, of messages and of diagnostic records.
const HEADERS: [&str; 9] =
    ["From", "to", "VIA", "User-Agent", "ms-diagnostics", "CSeq", "Server", "Result-Code", "Max-Forwards"];

impl<'w> Maker<'w> {
    pub(super) fn new(world: &'w World, seed: u64) -> Maker<'w> {
        Maker { world, chance: Chance(seed) }
    }

    pub(super) fn expression(&mut self, depth: usize) -> Expression {
        match self.chance.below(if depth == 0 { 1 } else { 6 }) {
            0..=2 => Expression::Term(self.term()),
            3 => Expression::Not(Box::new(self.expression(depth - 1))),
            4 => Expression::And((0..2 + self.chance.below(2)).map(|_| self.expression(depth - 1)).collect()),
            _ => Expression::Or((0..2 + self.chance.below(2)).map(|_| self.expression(depth - 1)).collect()),
        }
    }

    fn term(&mut self) -> Term {
        match self.chance.below(10) {
            0 => self.header(),
            1 => self.anything(),
            _ => {
                let field = self.chance.one(FIELDS);
                self.field(field)
            }
        }
    }

    fn field(&mut self, field: &'static Field) -> Term {
        let of = Of::Field(field.name);
        if field.kind == Kind::Flag {
            let (text, negated) = match self.chance.below(4) {
                0 => (field.name.to_owned(), false),
                1 => (format!("is:{}", field.name), false),
                2 => (format!("{}:{}", field.name, self.chance.one(&["yes", "true", "1"])), false),
                _ => (format!("{}:{}", field.name, self.chance.one(&["no", "FALSE", "0"])), true),
            };
            return Term { text, of, negated, asked: Asked::Flag };
        }
        // A value that some row has, so that the expression selects something.
        let own: Vec<usize> =
            (0..self.world.all.len()).filter(|at| !self.world.own(*at, field.name).is_empty()).collect();
        let sample = (!own.is_empty()).then(|| {
            let at = *self.chance.one(&own);
            (*self.chance.one(&self.world.own(at, field.name))).clone()
        });
        let (operators, asked, negated) =
            values::test(&mut self.chance, field.kind, sample.as_ref(), &self.world.first_day);
        let name =
            if self.chance.below(3) == 0 { field.name.to_uppercase().replace('-', "_") } else { field.name.to_owned() };
        let text = match operators.strip_prefix("@") {
            // after:, before: and at: stand for the time.
            Some(word) => word.to_owned(),
            None => format!("{name}{operators}"),
        };
        let is_time_word = operators.starts_with('@');
        let of = if is_time_word { Of::Field("time") } else { of };
        Term { text, of, negated, asked }
    }

    fn header(&mut self) -> Term {
        let name = *self.chance.one(&HEADERS);
        let records: Vec<usize> = self.world.rows(Table::Records).collect();
        let samples: Vec<usize> = (0..20).map(|_| *self.chance.one(&records)).collect();
        let sample = samples.into_iter().flat_map(|at| self.world.headers(at, name)).next();
        let (operators, asked, negated) = values::test(&mut self.chance, Kind::Text, sample.as_ref(), "");
        Term { text: format!("header.{name}{operators}"), of: Of::Header(name), negated, asked }
    }

    fn anything(&mut self) -> Term {
        let shown: Vec<&Field> = FIELDS.iter().filter(|f| f.kind != Kind::Flag).collect();
        let field = *self.chance.one(&shown);
        let own: Vec<usize> =
            (0..self.world.all.len()).filter(|at| !self.world.own(*at, field.name).is_empty()).collect();
        let sample = (!own.is_empty()).then(|| {
            let at = *self.chance.one(&own);
            (*self.chance.one(&self.world.own(at, field.name))).clone()
        });
        let word = values::shown(&mut self.chance, field.kind, sample.as_ref());
        Term { text: values::quoted(&word), of: Of::Anything, negated: false, asked: Asked::Holds(vec![word]) }
    }
}
