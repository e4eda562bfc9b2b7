//! What some rows share against the rest: for every value of every field its share among these and among the others.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::analysis::Analysis;
use crate::findings::contrast::values::Values;
use crate::query::{FIELDS, Field, Kind, Row, Table, Value};
use crate::stats::{Share, holm};
use crate::text::decode;
use crate::trace::{EventId, Trace};

/// Of more rows so many are looked at, evenly: of those that are asked about, and of the rest.
const MOST: usize = 100_000;
/// A field with more values tells one row from another, not what many share.
const VALUES: usize = 5_000;
/// What fewer of them have is not shared.
const LEAST: f64 = 0.5;
/// What is hardly more frequent among them explains nothing.
const LIFT: f64 = 1.5;
/// What chance alone makes more often than once in twenty logs may be chance.
const CHANCE: f64 = 0.05;

/// A value that some rows share.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The field, or what else is compared: a server, a client with its version, an hour.
    pub what: &'static str,
    /// The value; text of the log.
    pub value: String,
    /// How many of the rows have it.
    pub here: Share,
    /// How many of the others.
    pub elsewhere: Share,
    /// How often chance alone makes such a difference among all that were compared (Fisher's exact test, Holm's correction).
    pub chance: f64,
    /// It tells what became of a call or push, not where or who it was.
    pub is_result: bool,
}

impl Shared {
    /// Whether chance alone may have made it.
    pub fn may_be_chance(&self) -> bool {
        self.chance >= CHANCE
    }
}

/// What tells one row from another, or is a text as a whole.
const OWN: &[&str] =
    &["time", "ended", "call-id", "conversation", "call", "mcx-id", "raw", "body", "place", "line", "seq", "size"];
/// What became of it.
const RESULTS: &[&str] = &[
    "outcome",
    "verdict",
    "result",
    "status",
    "reason",
    "diagnostic",
    "finding",
    "missed",
    "failed",
    "answered",
    "lost",
    "duration",
    "messages",
    "gateway-cause",
    "mail",
    "reached-later",
    "pushes",
    "rang",
    "ring",
    "answer",
    "gave-up",
];

/// What the rows of a table with these numbers share against all others, or against all others of `among`; of records the
/// numbers are those of the trace. What chance makes least often comes first.
pub fn shared(trace: &Trace, analysis: &Analysis, table: Table, chosen: &[u32], among: Option<&[u32]>) -> Vec<Shared> {
    let len = match table {
        Table::Calls => analysis.calls.len(),
        Table::Pushes => analysis.pushes.len(),
        Table::Messages | Table::Records => trace.events().len(),
    };
    let marked = |numbers: &[u32]| {
        let mut is = vec![false; len];
        for number in numbers {
            if let Some(own) = is.get_mut(*number as usize) {
                *own = true;
            }
        }
        is
    };
    let (is_chosen, is_there) = (marked(chosen), among.map(marked));
    let mut rows: Vec<(usize, Side)> = Vec::new();
    for (side, wanted) in [(Side::Here, true), (Side::Elsewhere, false)] {
        let is = |i: &usize| {
            is_chosen.get(*i) == Some(&wanted) && is_there.as_ref().is_none_or(|t| t.get(*i) == Some(&true))
        };
        let own: Vec<usize> = (0..len).filter(is).collect();
        rows.extend(own.iter().step_by(own.len().div_ceil(MOST).max(1)).map(|row| (*row, side)));
    }
    // Counts are the same in whatever pieces the rows are counted.
    let parts = rows.par_chunks(PART).map(|rows| Partial::of(trace, analysis, table, rows));
    parts.reduce(Partial::default, Partial::join).finish()
}

/// Rows that are counted in one go.
const PART: usize = 4096;

/// On which side of the comparison a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Here,
    Elsewhere,
}

/// What was counted of some rows; joined with what was counted of others it is what is counted of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Partial {
    /// Rows of each side.
    all: [u64; 2],
    /// By field and value: how many of these rows, and of the others.
    sides: BTreeMap<&'static str, BTreeMap<String, [u64; 2]>>,
    /// Fields with too many values.
    dead: BTreeSet<&'static str>,
}

impl Partial {
    /// Counts rows.
    fn of(trace: &Trace, analysis: &Analysis, table: Table, rows: &[(usize, Side)]) -> Partial {
        let mut tally = Tally { trace, analysis, values: Values::new(trace, analysis), counts: Partial::default() };
        for (row, side) in rows {
            tally.add(table, *row, *side);
            tally.counts.all[*side as usize] += 1;
        }
        tally.counts
    }

    /// Both together. A field that has too many values in one of them has too many in both.
    fn join(mut self, other: Partial) -> Partial {
        self.dead.extend(other.dead);
        self.all = [self.all[0] + other.all[0], self.all[1] + other.all[1]];
        for (what, values) in other.sides {
            let own = self.sides.entry(what).or_default();
            for (value, [here, elsewhere]) in values {
                let counts = own.entry(value).or_insert([0, 0]);
                *counts = [counts[0] + here, counts[1] + elsewhere];
            }
            if own.len() > VALUES {
                self.dead.insert(what);
            }
        }
        let dead = &self.dead;
        self.sides.retain(|what, _| !dead.contains(what));
        self
    }
}

struct Tally<'a> {
    trace: &'a Trace,
    analysis: &'a Analysis,
    values: Values<'a>,
    counts: Partial,
}

impl Tally<'_> {
    fn add(&mut self, table: Table, number: usize, side: Side) {
        let row = match table {
            Table::Calls => Row::Call(number),
            Table::Pushes => Row::Push(number),
            Table::Messages | Table::Records => Row::Record(EventId(u32::try_from(number).unwrap_or(u32::MAX))),
        };
        let fields = FIELDS.iter().filter(|f| f.is_on(table) && f.kind != Kind::Time && !OWN.contains(&f.name));
        for field in fields {
            self.field(field, row, side);
        }
        let analysis = self.analysis;
        let Some(call) = analysis.calls.get(number).filter(|_| table == Table::Calls) else { return };
        let own: Vec<u32> = self.values.of(call).to_vec();
        for value in own {
            let (dimension, text) = self.values.name(value as usize);
            self.counts.count(dimension.name(), &text, side);
        }
    }

    fn field(&mut self, field: &'static Field, row: Row, side: Side) {
        let mut own: Vec<String> = Vec::new();
        field.each(self.trace, self.analysis, row, &mut |value| {
            let text = match value {
                Value::Word(word) => word.to_owned(),
                Value::Text(text) => decode(&text).into_owned(),
                Value::Number(n) => n.to_string(),
                Value::Flag(true) => "yes".to_owned(),
                Value::Duration(_) | Value::Time(_) | Value::Flag(false) => return,
            };
            if !own.contains(&text) {
                own.push(text);
            }
        });
        for text in own {
            self.counts.count(field.name, &text, side);
        }
    }
}

impl Partial {
    fn count(&mut self, what: &'static str, value: &str, side: Side) {
        let side = side as usize;
        if self.dead.contains(&what) {
            return;
        }
        let values = self.sides.entry(what).or_default();
        if let Some(counts) = values.get_mut(value) {
            counts[side] += 1;
        } else {
            let mut counts = [0, 0];
            counts[side] = 1;
            values.insert(value.to_owned(), counts);
        }
        if values.len() > VALUES {
            self.sides.remove(what);
            self.dead.insert(what);
        }
    }

    /// What they share, the least likely by chance first.
    fn finish(self) -> Vec<Shared> {
        let all = self.all;
        let every =
            self.sides.iter().flat_map(|(what, values)| values.iter().map(|(value, counts)| (*what, value, *counts)));
        // What hardly any of them have was no question.
        let asked: Vec<_> = every.filter(|(.., counts)| counts[0] * 10 >= all[0]).collect();
        let share = |counts: [u64; 2], side: usize| Share::new(counts[side], all[side]);
        let chances: Vec<f64> = asked.iter().map(|(.., c)| share(*c, 1).chance(share(*c, 0))).collect();
        let corrected = holm(&chances);
        let mut out: Vec<Shared> = Vec::new();
        for ((what, value, counts), chance) in asked.into_iter().zip(corrected) {
            let (here, elsewhere) = (share(counts, 0), share(counts, 1));
            let (part, usual) = (here.value().unwrap_or(0.0), elsewhere.value().unwrap_or(0.0));
            if part >= LEAST && part >= usual * LIFT && elsewhere.all > 0 {
                let is_result = RESULTS.contains(&what);
                out.push(Shared { what, value: value.clone(), here, elsewhere, chance, is_result });
            }
        }
        let rare = |s: &Shared| s.elsewhere.value().unwrap_or(0.0);
        out.sort_by(|a, b| {
            a.is_result
                .cmp(&b.is_result)
                .then(a.chance.total_cmp(&b.chance))
                .then(rare(a).total_cmp(&rare(b)))
                .then_with(|| (b.here.part, a.what, &a.value).cmp(&(a.here.part, b.what, &b.value)))
        });
        out
    }
}
