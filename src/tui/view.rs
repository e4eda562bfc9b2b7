//! The views: what can be on the screen.

/// What is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Verdict, counts, times and sources.
    Overview,
    /// One row a notification.
    Pushes,
    /// One row a call.
    Calls,
    /// The ladder of one story.
    Timeline,
    /// Every record.
    Records,
    /// Causes and remedies.
    Findings,
    /// One row a REGISTER or SUBSCRIBE dialog.
    Registrations,
}

impl View {
    /// In the order of their keys.
    pub const ALL: [View; 7] =
        [View::Overview, View::Pushes, View::Calls, View::Timeline, View::Records, View::Findings, View::Registrations];

    /// Those that always stand in the bar on top; at 80 columns it has no room for more.
    pub const TABS: [View; 6] =
        [View::Overview, View::Pushes, View::Calls, View::Timeline, View::Records, View::Findings];

    /// The word in the bar on top.
    pub fn name(self) -> &'static str {
        match self {
            View::Overview => "Overview",
            View::Pushes => "Pushes",
            View::Calls => "Calls",
            View::Timeline => "Timeline",
            View::Records => "Records",
            View::Findings => "Findings",
            View::Registrations => "Registrations",
        }
    }
}
