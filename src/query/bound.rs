//! A query over the rows of one trace.

use std::cell::LazyCell;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use super::expr::{Expr, Subject, Term};
use super::field::{Field, Kind};
use super::notes::Notes;
use super::registry::FIELDS;
use super::row::{Row, Rows, Visit};
use super::table::Table;
use super::value::Value;
use crate::analysis::Analysis;
use crate::record::RecordKind;
use crate::trace::{EventId, Trace};

/// A [`super::Query`] that knows where its rows are. Any number of threads may ask.
#[derive(Clone, Debug)]
pub struct Bound<'t> {
    rows: Rows<'t>,
    expr: Expr,
    /// Filled when a record is asked for its call or push.
    owners: OnceLock<Vec<Owner>>,
}

/// To what a record belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    None,
    Call(u32),
    Push(u32),
}

/// Rows that are asked in one go: small enough that a search stops at once, large enough to be worth a thread.
const PART: usize = 4096;

impl<'t> Bound<'t> {
    pub(super) fn new(expr: &Expr, trace: &'t Trace, analysis: &'t Analysis, notes: Option<Arc<Notes>>) -> Bound<'t> {
        let rows = Rows { trace, analysis, notes };
        // Looked for only where a time of day is asked for: every record is looked at.
        let first = LazyCell::new(|| rows.first_time());
        let expr = expr.map(&|test| test.on_day(&|| *first));
        Bound { rows, expr, owners: OnceLock::new() }
    }

    /// Whether a row is selected.
    pub fn matches(&self, row: Row) -> bool {
        self.expr_holds(&self.expr, row)
    }

    /// The selected rows of a table in its order, found by all threads of the pool.
    ///
    /// Every few thousand rows `go_on` is told how many were looked at; the search ends with `None` when it says no.
    pub fn select(&self, table: Table, go_on: &(dyn Fn(usize) -> bool + Sync)) -> Option<Vec<Row>> {
        let done = AtomicUsize::new(0);
        let all = self.total(table);
        let parts: Option<Vec<Vec<Row>>> = (0..all.div_ceil(PART))
            .into_par_iter()
            .map(|part| {
                let range = part * PART..((part + 1) * PART).min(all);
                let looked_at = range.len();
                let own = self.of_range(table, range);
                go_on(done.fetch_add(looked_at, Ordering::Relaxed) + looked_at).then_some(own)
            })
            .collect();
        parts.map(|parts| parts.concat())
    }

    fn of_range(&self, table: Table, range: Range<usize>) -> Vec<Row> {
        range.filter_map(|i| self.row(table, i)).filter(|row| self.matches(*row)).collect()
    }

    /// The first selected rows of a table, no more than `most`: rows behind them are not looked at.
    pub fn first(&self, table: Table, most: usize) -> Vec<Row> {
        let all = self.total(table);
        let (mut out, mut from, mut parts) = (Vec::new(), 0, 1);
        while from < all && out.len() < most {
            let round: Vec<Vec<Row>> = (0..parts)
                .into_par_iter()
                .map(|part| (from + part * PART).min(all)..(from + (part + 1) * PART).min(all))
                .map(|range| self.of_range(table, range))
                .collect();
            out.extend(round.into_iter().flatten());
            // What is rare wants all threads, what is common no more than it takes.
            (from, parts) = (from + parts * PART, (parts * 2).min(64));
        }
        out.truncate(most);
        out
    }

    /// All selected rows of a table.
    pub fn rows(&self, table: Table) -> Vec<Row> {
        self.select(table, &|_| true).unwrap_or_default()
    }

    /// Records with the selected component lines among them, in the order of the inputs.
    pub fn with_lines(&self, rows: Vec<Row>) -> Vec<Row> {
        let places = self.rows.trace.line_places();
        let lines = places.into_par_iter().map(Row::Line).filter(|row| self.matches(*row));
        let place = |row: &Row| match row {
            Row::Line(line) => Some((line.file.index(), line.start)),
            Row::Record(id) => self.rows.trace.event(*id).map(|e| (e.file.index(), e.start)),
            Row::Call(_) | Row::Push(_) => None,
        };
        let mut all: Vec<Row> = rows.into_par_iter().chain(lines).collect();
        all.sort_by_key(place);
        all
    }

    /// How many rows a search looks at: for messages, all records.
    pub fn total(&self, table: Table) -> usize {
        match table {
            Table::Calls => self.rows.analysis.calls.len(),
            Table::Pushes => self.rows.analysis.pushes.len(),
            Table::Messages | Table::Records => self.rows.trace.events().len(),
        }
    }

    fn row(&self, table: Table, i: usize) -> Option<Row> {
        let record = || u32::try_from(i).ok().map(|i| Row::Record(EventId(i)));
        let is_message =
            || self.rows.trace.events().get(i).is_some_and(|e| e.kind == RecordKind::Protocol && !e.is_copy());
        match table {
            Table::Calls => Some(Row::Call(i)),
            Table::Pushes => Some(Row::Push(i)),
            Table::Messages => record().filter(|_| is_message()),
            Table::Records => record(),
        }
    }

    fn expr_holds(&self, expr: &Expr, row: Row) -> bool {
        match expr {
            Expr::And(all) => all.iter().all(|e| self.expr_holds(e, row)),
            Expr::Or(any) => any.iter().any(|e| self.expr_holds(e, row)),
            Expr::Not(inner) => !self.expr_holds(inner, row),
            Expr::Term(term) => self.term_holds(term, row),
        }
    }

    fn term_holds(&self, term: &Term, row: Row) -> bool {
        self.any(&term.subject, row, &mut |value| term.test.holds(&value))
    }

    /// Whether `is` holds of one value.
    fn any(&self, subject: &Subject, row: Row, is: Visit<'_>) -> bool {
        match subject {
            Subject::Field(field) if field.is_on(row.table()) => {
                field.visit(&self.rows, row, is)
                    || (field.of_people && self.names_nobody(row) && self.of_case(field, row, is))
            }
            Subject::Field(field) => {
                self.related(&|table| field.is_on(table), row, &mut |r| field.visit(&self.rows, r, is))
            }
            Subject::Header(name) => self.related(&|table| table == Table::Records, row, &mut |r| match r {
                Row::Record(id) => self.rows.visit_header(name, id, is),
                _ => false,
            }),
            Subject::Anything => {
                self.visit_shown(row, is)
                    || self.names_nobody(row) && FIELDS.iter().filter(|f| f.of_people).any(|f| self.of_case(f, row, is))
            }
        }
    }

    /// Gives what a list can show of a row, but for flags, which have names of their own; of a record first its text.
    fn visit_shown(&self, row: Row, is: Visit<'_>) -> bool {
        let own = FIELDS.iter().filter(|f| f.kind != Kind::Flag && f.is_on(row.table()));
        self.rows.logged(row).is_some_and(|text| is(Value::text(text)))
            || own.filter(|f| !matches!(f.name, "raw" | "body")).any(|f| f.visit(&self.rows, row, is))
    }

    /// A diagnostic record names nobody: it is about the people of its call or push.
    fn names_nobody(&self, row: Row) -> bool {
        let Row::Record(id) = row else { return false };
        self.rows.trace.event(id).is_some_and(|e| e.kind != RecordKind::Protocol)
    }

    fn of_case(&self, field: &Field, row: Row, is: Visit<'_>) -> bool {
        self.related(&|table| table != Table::Records && field.is_on(table), row, &mut |r| {
            field.visit(&self.rows, r, is)
        })
    }

    fn owner(&self, id: EventId) -> Owner {
        let owners = self.owners.get_or_init(|| owners(self.rows.trace, self.rows.analysis));
        owners.get(id.0 as usize).copied().unwrap_or(Owner::None)
    }

    /// Whether `is` holds of one row that belongs to `row`, among the tables that have the field: a call has its
    /// pushes and the records of all, a push its call and records, a record its call and pushes.
    fn related(&self, has: &dyn Fn(Table) -> bool, row: Row, is: &mut dyn FnMut(Row) -> bool) -> bool {
        let Analysis { calls, pushes, .. } = self.rows.analysis;
        let (of_calls, of_pushes, of_records) = (has(Table::Calls), has(Table::Pushes), has(Table::Records));
        let (call, own) = match row {
            Row::Call(c) => (Some(c), None),
            Row::Push(p) => (pushes.get(p).and_then(|p| p.call), Some(p)),
            Row::Record(_) if of_records => return is(row),
            Row::Record(id) => match self.owner(id) {
                Owner::Call(c) => (Some(c as usize), None),
                Owner::Push(p) => (pushes.get(p as usize).and_then(|p| p.call), Some(p as usize)),
                Owner::None => return false,
            },
            Row::Line(_) => return false,
        };
        // Without a push of its own a row has those of its call.
        let of_call = call.filter(|_| own.is_none()).and_then(|c| calls.get(c)).map_or(&[][..], |c| &c.pushes[..]);
        let near = || own.iter().chain(of_call).copied();
        if (of_calls && call.is_some_and(|c| is(Row::Call(c)))) || (of_pushes && near().any(|p| is(Row::Push(p)))) {
            return true;
        }
        let of_call = call.filter(|_| own.is_none()).and_then(|c| calls.get(c)).map_or(&[][..], |c| c.own_records());
        let of_pushes = near().filter_map(|p| pushes.get(p)).flat_map(|p| &p.records);
        of_records && of_call.iter().chain(of_pushes).any(|id| is(Row::Record(*id)))
    }

    /// Gives the values of a row, and of what belongs to it, until `enough` says so.
    pub(super) fn visit(&self, subject: &Subject, row: Row, enough: Visit<'_>) {
        self.any(subject, row, enough);
    }
}

/// The call or push of each record; the first one where several share a diagnostic record.
fn owners(trace: &Trace, analysis: &Analysis) -> Vec<Owner> {
    let mut out = vec![Owner::None; trace.events().len()];
    let mut own = |id: EventId, owner: Owner| {
        if let Some(slot) = out.get_mut(id.0 as usize).filter(|slot| **slot == Owner::None) {
            *slot = owner;
        }
    };
    for (i, call) in (0..).zip(&analysis.calls) {
        call.own_records().iter().for_each(|id| own(*id, Owner::Call(i)));
    }
    for (i, push) in (0..).zip(&analysis.pushes) {
        push.records.iter().for_each(|id| own(*id, Owner::Push(i)));
    }
    out
}
