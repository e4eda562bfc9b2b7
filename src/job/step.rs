//! The steps of a job, in their order.

use std::fmt;

/// One step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Reads some files: their records by Call-ID, and what each tells by itself.
    Map,
    /// What all files tell together: servers, clocks, for which times they speak.
    Survey,
    /// The calls and pushes of some Call-IDs.
    Reduce,
    /// What the pushes of some users may belong to.
    Link,
    /// What the texts beside some calls and pushes say.
    Judge,
    /// Links, verdicts, and the report.
    Merge,
}

impl Step {
    /// All steps.
    pub const ALL: [Step; 6] = [Step::Map, Step::Survey, Step::Reduce, Step::Link, Step::Judge, Step::Merge];

    /// The word of the command line.
    pub fn name(self) -> &'static str {
        match self {
            Step::Map => "map",
            Step::Survey => "survey",
            Step::Reduce => "reduce",
            Step::Link => "link",
            Step::Judge => "judge",
            Step::Merge => "merge",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
