//! `[keys]` of the configuration file in a build without the terminal UI: left alone.

use std::path::PathBuf;

use toml::de::DeTable;

use super::wrong::Wrong;

/// Name of the table.
pub(super) const SECTION: &str = "keys";

/// Nothing.
#[derive(Debug, Default)]
pub(crate) struct Remap {
    /// Where it was read.
    pub(super) file: PathBuf,
}

impl Remap {
    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "as with the feature")]
    pub(super) fn check(&self, _preset: Option<&str>) -> Result<(), Wrong> {
        Ok(())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "as with the feature")]
pub(super) fn read(_text: &str, _table: &DeTable<'_>) -> Result<Remap, Wrong> {
    Ok(Remap::default())
}

pub(super) fn template(_out: &mut String) {}

pub(super) fn in_force(_out: &mut String, _remap: &Remap, _preset: Option<&str>) {}
