//! When something counts as over, or as silent.

/// When something counts as over, or as silent; in milliseconds of the logs.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Settings {
    /// A cause without a case for so long has ended.
    pub calm_ms: i64,
    /// A server so far behind the newest record of all is silent.
    pub silent_ms: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { calm_ms: 1_800_000, silent_ms: 600_000 }
    }
}
