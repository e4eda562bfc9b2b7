//! How much of the logs an answer needs: a search for a text judges no call.

/// How much is read out of a trace; each holds what stands ahead of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Depth {
    /// Records as they stand in the logs: nothing is analysed.
    Records,
    /// Who logged, for which times, and how the clocks stand.
    Servers,
    /// Calls and pushes with outcomes and verdicts.
    Calls,
    /// Their causes, and the places that prove them.
    #[default]
    Causes,
}
