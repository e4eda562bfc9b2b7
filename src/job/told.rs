//! What a run would say of the logs of a job beside its report.

use serde::{Deserialize, Serialize};

use crate::input::nothing_in;
use crate::trace::Trace;

/// What is to be said of the logs of a finished job, each in one line, and how a run on them would end.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Told {
    /// Inputs that could not be read, with the reason.
    pub errors: Vec<String>,
    /// Why there is no record in the inputs that have none.
    pub empty: Vec<String>,
    /// What kept inputs from being read to their ends.
    pub damage: Vec<String>,
    /// How many inputs could be opened.
    pub inputs: u64,
    /// Whether there is a record in any of them.
    pub found: bool,
}

impl Told {
    /// `errors`: files that could not be read, and why.
    pub(super) fn of(trace: &Trace, errors: &[(String, String)]) -> Told {
        let inputs = trace.inputs();
        let with_source = || inputs.iter().zip(trace.sources());
        let damage = inputs.iter().flat_map(|i| i.damage().map(|(_, what)| format!("{}: {what}", i.name())));
        Told {
            errors: errors.iter().map(|(_, what)| what.clone()).collect(),
            empty: with_source().filter(|(_, s)| s.record_count() == 0).map(|(i, _)| nothing_in(i)).collect(),
            damage: damage.collect(),
            inputs: inputs.len() as u64,
            found: with_source().any(|(_, s)| s.record_count() > 0),
        }
    }

    /// Whether the report is of all that was named: a report on half of the inputs must not pass for one on all.
    pub fn is_whole(&self) -> bool {
        self.found && self.errors.is_empty()
    }
}
