//! `siptrail export --as sipp`

use std::io;

use siptrail::Trace;
use siptrail::analysis::Analysis;
use siptrail::export::sipp::{self, Dialog};
use siptrail::query::{Row, Table};

use super::Export;
use crate::cli::output::Output;
use crate::cli::{Status, failed, say};

/// Of many dialogs as many are named.
const MOST: usize = 20;

impl Export {
    pub(super) fn scenario(&self, trace: &Trace, analysis: &Analysis, output: Output) -> io::Result<Status> {
        let bound = self.filter.query().bind(trace, analysis);
        let numbers = |table: Table| -> Vec<usize> {
            let rows = bound.rows(table);
            rows.iter().filter_map(|row| if let Row::Call(i) | Row::Push(i) = row { Some(*i) } else { None }).collect()
        };
        let dialogs = Dialog::of(analysis, &numbers(Table::Calls), &numbers(Table::Pushes));
        let [only] = dialogs[..] else {
            let (calls, pushes) = (analysis.calls.len(), analysis.pushes.len());
            let what = match dialogs.len() {
                0 => format!("no call or push is selected, of {calls} and {pushes}: expected exactly one dialog"),
                n => format!("{n} dialogs are selected: expected exactly one; choose one with --where:"),
            };
            failed(&what);
            dialogs.iter().take(MOST).for_each(|d| say(&format!("  {}", d.describe(analysis))));
            if dialogs.len() > MOST {
                say(&format!("  ... and {} more", dialogs.len() - MOST));
            }
            return Ok(Status::Failed);
        };
        let Some(text) = sipp::scenario(trace, analysis, only) else {
            let what = only.describe(analysis);
            return Ok(failed(&format!(
                "the logs do not hold the request that starts the dialog, so it cannot be played again: {what}"
            )));
        };
        output.write(false, |out| out.write_all(text.as_bytes()))?;
        Ok(Status::Fine)
    }
}
