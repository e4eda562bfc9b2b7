//! The JSON document whose calls and pushes are made while they are written: never all of them are in memory.

use std::io::{self, Write};

use rayon::prelude::*;
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::cases::{call, push};
use crate::analysis::Analysis;
use crate::report::{json, model};
use crate::trace::Trace;

/// Rows that are made at a time, on all threads.
const AT_ONCE: usize = 512;

/// A list whose rows are made of these.
struct Rows<'a, T, F> {
    of: &'a [T],
    row: F,
}

impl<T: Sync, R: Serialize + Send, F: Fn(&T) -> R + Sync> Serialize for Rows<'_, T, F> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(Some(self.of.len()))?;
        let mut ready: Vec<R> = Vec::new();
        // Written on this thread while others make the next ones.
        for some in self.of.chunks(AT_ONCE) {
            let before = std::mem::take(&mut ready);
            rayon::in_place_scope(|scope| {
                scope.spawn(|_| ready = some.par_iter().map(&self.row).collect());
                before.iter().try_for_each(|row| list.serialize_element(row))
            })?;
        }
        ready.iter().try_for_each(|row| list.serialize_element(row))?;
        list.end()
    }
}

/// Writes a report that was made without calls and pushes ([`super::report_without_lists`]) as the JSON document with all of
/// this analysis.
///
/// # Errors
/// When the writer fails.
pub fn write_json_of(
    report: &model::Report,
    trace: &Trace,
    analysis: &Analysis,
    out: &mut dyn Write,
) -> io::Result<()> {
    let calls = Rows { of: &analysis.calls, row: |c: &_| call(trace, analysis, c) };
    let pushes = Rows { of: &analysis.pushes, row: |p: &_| push(trace, analysis, p) };
    json::pretty(&model::Document::of(report, calls, pushes), out)
}
