//! How the user left some logs: columns, order, filters, marks and place, kept for the next time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::notes;
use crate::trace::{EventId, Trace};

/// So many sets of logs are remembered; the oldest goes first.
const LOGS: usize = 20;
/// A bigger file was not written by siptrail, in bytes.
const MOST: u64 = 4 << 20;

/// How some logs were left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Looks {
    /// Which logs: paths as they were given, made whole.
    pub(super) inputs: Vec<String>,
    pub(super) view: String,
    pub(super) lists: BTreeMap<String, Look>,
    pub(super) marks: Vec<Place>,
    pub(super) aliases: BTreeMap<String, String>,
    pub(super) searches: Vec<String>,
    pub(super) filters: Vec<String>,
    pub(super) times: Vec<String>,
}

/// How a list looked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Look {
    /// Column by which it was sorted, and whether the greatest came first.
    pub(super) sort: Option<(String, bool)>,
    pub(super) hidden: Vec<String>,
    pub(super) pinned: Vec<String>,
    pub(super) widths: BTreeMap<String, usize>,
    pub(super) filters: Vec<(String, bool)>,
    pub(super) row: Option<Place>,
}

/// A record: its log and where it begins there, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Place {
    file: String,
    byte: u64,
}

impl Looks {
    /// Whether a list was narrowed.
    pub(super) fn has_filters(&self) -> bool {
        self.lists.values().any(|look| look.filters.iter().any(|(_, on)| *on))
    }
}

/// Where a record is.
pub(super) fn place(trace: &Trace, id: EventId) -> Option<Place> {
    let event = trace.event(id)?;
    let file = trace.inputs().get(event.file.index())?.name().to_owned();
    Some(Place { file, byte: event.start })
}

/// The record at a place; none where the log is another one now.
pub(super) fn find(trace: &Trace, place: &Place) -> Option<EventId> {
    let file = trace.inputs().iter().position(|i| i.name() == place.file)?;
    let key = |at: usize, start: u64| (at, start);
    let wanted = key(file, place.byte);
    let at = trace.events().partition_point(|e| key(e.file.index(), e.start) < wanted);
    let event = trace.events().get(at)?;
    (key(event.file.index(), event.start) == wanted).then(|| u32::try_from(at).ok().map(EventId)).flatten()
}

/// Paths as they are called from everywhere.
pub(super) fn whole(inputs: &[PathBuf]) -> Vec<String> {
    inputs.iter().map(|i| i.canonicalize().unwrap_or_else(|_| i.clone()).display().to_string()).collect()
}

/// Reads how these logs were left; nothing where they were never seen, or the file cannot be read.
pub(super) fn read(file: &Path, inputs: &[PathBuf]) -> Option<Looks> {
    let inputs = whole(inputs);
    all(file).into_iter().find(|looks| looks.inputs == inputs)
}

#[expect(clippy::disallowed_methods, reason = "what is kept is no input")]
fn all(file: &Path) -> Vec<Looks> {
    let mut text = String::new();
    let read = File::open(file).and_then(|f| f.take(MOST).read_to_string(&mut text));
    read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Keeps how logs were left, ahead of those before.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn write(file: &Path, looks: Looks) -> io::Result<()> {
    let mut kept = all(file);
    kept.retain(|own| own.inputs != looks.inputs);
    kept.insert(0, looks);
    kept.truncate(LOGS);
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    notes::replace(file, &serde_json::to_string_pretty(&kept)?)
}
