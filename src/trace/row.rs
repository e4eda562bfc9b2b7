//! Numbers of records among those of all inputs, where a process holds only some of them.
//!
//! An [`EventId`] counts the records that a process holds. What it leaves to others has the number that the record has
//! among all: its *row*. Both ascend alike, so an order by one is an order by the other. Which stands for which is told
//! here, for as long as something is written or read.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::EventId;

thread_local! {
    static KNOWN: RefCell<Option<Known>> = const { RefCell::new(None) };
}

/// What is known while something is written or read.
struct Known {
    /// By number here, ascending.
    rows: Vec<u32>,
    /// Rows of what was written, as they came: most come several times behind each other.
    written: Option<Vec<u32>>,
}

/// Runs something in which records are written and read by row. `rows` holds the row of each record here.
pub(crate) fn within<R>(rows: &[u32], run: impl FnOnce() -> R) -> R {
    set(Some(Known { rows: rows.to_vec(), written: None }));
    let out = run();
    set(None);
    out
}

/// The same for something that is written; with the rows of all records that it names.
pub(crate) fn named_in<R>(rows: &[u32], run: impl FnOnce() -> R) -> (R, BTreeSet<u32>) {
    set(Some(Known { rows: rows.to_vec(), written: Some(Vec::new()) }));
    let out = run();
    let known = KNOWN.with(RefCell::take);
    let mut written = known.and_then(|k| k.written).unwrap_or_default();
    written.sort_unstable();
    (out, written.into_iter().collect())
}

fn set(known: Option<Known>) {
    KNOWN.with(|slot| *slot.borrow_mut() = known);
}

/// The row of a record here.
fn row(id: u32) -> Option<u32> {
    KNOWN.with(|slot| {
        let mut slot = slot.borrow_mut();
        let Some(known) = slot.as_mut() else { return Some(id) };
        let row = *known.rows.get(id as usize)?;
        if let Some(written) = known.written.as_mut().filter(|w| w.last() != Some(&row)) {
            written.push(row);
        }
        Some(row)
    })
}

/// The record here that has a row.
fn id(row: u32) -> Option<u32> {
    KNOWN.with(|slot| match slot.borrow().as_ref() {
        Some(known) => known.rows.binary_search(&row).ok().and_then(|at| u32::try_from(at).ok()),
        None => Some(row),
    })
}

/// Writes the number of a record as its row.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
pub(crate) fn serialize<S: Serializer>(at: &u32, to: S) -> Result<S::Ok, S::Error> {
    use serde::ser::Error;
    row(*at).ok_or_else(|| S::Error::custom("a record without a row"))?.serialize(to)
}

/// Reads the number of a record from its row.
pub(crate) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<u32, D::Error> {
    let row = u32::deserialize(from)?;
    id(row).ok_or_else(|| D::Error::custom(format!("record {row} of all is not here")))
}

impl Serialize for EventId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        serialize(&self.0, to)
    }
}

impl<'d> Deserialize<'d> for EventId {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<EventId, D::Error> {
        deserialize(from).map(EventId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_one_row_in_all_parts() {
        let (json, rows) = named_in(&[0, 7, 40], || serde_json::to_string(&[EventId(2), EventId(1)]).unwrap());
        assert_eq!((json.as_str(), rows.into_iter().collect::<Vec<_>>()), ("[40,7]", vec![7, 40]));
        let read: Vec<EventId> = within(&[0, 3, 7, 9, 40], || serde_json::from_str(&json).unwrap());
        assert_eq!(read, [EventId(4), EventId(2)]);
        assert!(within(&[0, 7], || serde_json::from_str::<Vec<EventId>>(&json)).is_err());
    }
}
