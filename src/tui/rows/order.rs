//! The order of rows by a column. A million rows are sorted while a key waits, so each is looked at once for a key of
//! sixteen bytes; texts are compared only where those are the same.

use std::cmp::Ordering;
use std::hash::{DefaultHasher, Hash, Hasher};

use rayon::prelude::*;

use super::{asked, cell, columns};
use crate::query::{Kind, Value};
use crate::tui::data::Data;
use crate::tui::view::View;
use crate::tui::within::Within;

/// What decides between two rows in most cases.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    head: u128,
    /// The text goes on.
    cut: bool,
    /// A number made of all of such a text: many calls are of the same people.
    whole: u64,
}

/// Sorts rows by a column; equal ones by their number, the greatest first with `desc`, but for that number.
pub(in crate::tui) fn sort(
    data: &Data,
    view: View,
    (column, desc): (usize, bool),
    within: Option<&Within>,
    rows: &mut [u32],
) {
    let key = |row: u32| key(data, view, column, (row as usize, within));
    let mut keyed: Vec<(Key, u32)> = rows.par_iter().map(|row| (key(*row), *row)).collect();
    keyed.par_sort_unstable_by(|(a, x), (b, y)| {
        let rest = || {
            if !(a.cut && b.cut) || a == b {
                return Ordering::Equal;
            }
            cell(data, view, *x as usize, column).cmp(&cell(data, view, *y as usize, column))
        };
        let order = (a.head, a.cut).cmp(&(b.head, b.cut)).then_with(rest);
        if desc { order.reverse() } else { order }.then(x.cmp(y))
    });
    rows.iter_mut().zip(keyed).for_each(|(slot, (_, row))| *slot = row);
}

fn key(data: &Data, view: View, column: usize, (row, within): (usize, Option<&Within>)) -> Key {
    // The rows of every list stand in the order of time, and numbers that are no text are compared as such.
    let number =
        |n: Option<i64>| Key { head: n.map_or(0, |n| u128::from(n.abs_diff(i64::MIN)) + 1), cut: false, whole: 0 };
    let count = |n: usize| number(i64::try_from(n).ok());
    let known = columns(view).get(column);
    let field = known.and_then(|c| c.field).filter(|f| matches!(f.kind, Kind::Number | Kind::Duration));
    if let Some((field, asked)) = field.zip(asked(data, view, row)) {
        let mut first = None;
        field.each(&data.trace, &data.analysis, asked, &mut |value| {
            if let Value::Number(n) | Value::Duration(n) = value {
                first = first.or(Some(n));
            }
        });
        return number(first);
    }
    let cause = data.causes.get(row).filter(|_| view == View::Findings);
    match (known.map_or("", |c| c.name), cause) {
        ("cases", Some(cause)) => count(within.map_or(cause.cases, |w| w.of_cause(row).0)),
        ("missed", Some(cause)) => count(within.map_or(cause.missed, |w| w.of_cause(row).1)),
        ("status" | "records", None) if view == View::Registrations => {
            number(cell(data, view, row, column).parse().ok())
        }
        ("time", _) => count(row),
        _ => {
            let text = cell(data, view, row, column);
            let mut head = [0; 16];
            head.iter_mut().zip(text.bytes()).for_each(|(slot, byte)| *slot = byte);
            let cut = text.len() > head.len();
            let mut hasher = DefaultHasher::new();
            if cut {
                text.hash(&mut hasher);
            }
            Key { head: u128::from_be_bytes(head), cut, whole: if cut { hasher.finish() } else { 0 } }
        }
    }
}
