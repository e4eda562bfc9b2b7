//! What a list holds one row of.

use crate::analysis::Depth;

/// What a list holds one row of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Table {
    /// [`crate::analysis::Analysis::calls`].
    Calls,
    /// [`crate::analysis::Analysis::pushes`].
    Pushes,
    /// Records that hold a SIP message. One that a server received and sent on is two rows.
    Messages,
    /// All records, whatever they hold.
    Records,
}

impl Table {
    /// The word on the command line and in output.
    pub fn name(self) -> &'static str {
        match self {
            Table::Calls => "calls",
            Table::Pushes => "pushes",
            Table::Messages => "messages",
            Table::Records => "records",
        }
    }

    /// How deep an analysis must go for its rows to be there.
    pub(super) fn depth(self) -> Depth {
        match self {
            Table::Calls | Table::Pushes => Depth::Calls,
            Table::Messages | Table::Records => Depth::Records,
        }
    }
}
