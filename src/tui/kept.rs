//! How the user left some logs: columns, order, filters, marks and place, kept for the next time.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::app::App;
use super::list::{Chosen, List};
use super::notes;
use super::rows;
use super::view::View;
use crate::trace::{EventId, Trace};

/// So many sets of logs are remembered; the oldest goes first.
const LOGS: usize = 20;
/// A bigger file was not written by siptrail, in bytes.
const MOST: u64 = 4 << 20;
/// More marks are not remembered.
const MARKS: usize = 10_000;
/// The lists whose look is kept.
const LISTS: [View; 4] = [View::Pushes, View::Calls, View::Records, View::Findings];

/// How some logs were left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Looks {
    /// Which logs: paths as they were given, made whole.
    inputs: Vec<String>,
    view: String,
    lists: BTreeMap<String, Look>,
    marks: Vec<Place>,
    aliases: BTreeMap<String, String>,
    searches: Vec<String>,
    filters: Vec<String>,
    times: Vec<String>,
}

/// How a list looked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
struct Look {
    /// Column by which it was sorted, and whether the greatest came first.
    sort: Option<(String, bool)>,
    hidden: Vec<String>,
    pinned: Vec<String>,
    filters: Vec<(String, bool)>,
    row: Option<Place>,
}

/// A record: its log and where it begins there, in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(default)]
struct Place {
    file: String,
    byte: u64,
}

impl Looks {
    /// As it is now.
    pub(super) fn of(app: &App, inputs: &[PathBuf]) -> Looks {
        let place = |id: EventId| place(&app.data.trace, id);
        // From a story back into its list.
        let from = app.past.last().copied().filter(|_| app.view == View::Timeline);
        Looks {
            inputs: whole(inputs),
            view: from.unwrap_or(app.view).name().to_owned(),
            lists: LISTS.into_iter().map(|view| (view.name().to_owned(), look(app, view))).collect(),
            marks: app.marks.iter().take(MARKS).filter_map(|id| place(*id)).collect(),
            aliases: app.aliases.clone(),
            searches: app.history.searches.clone(),
            filters: app.history.filters.clone(),
            times: app.history.times.clone(),
        }
    }

    /// As it was: marks, columns, order and filters of the lists, and the view.
    pub(super) fn restore(self, app: &mut App) {
        let data = std::sync::Arc::clone(&app.data);
        app.marks.extend(self.marks.iter().filter_map(|place| find(&data.trace, place)));
        app.aliases.extend(self.aliases);
        app.history.searches = self.searches;
        app.history.filters = self.filters;
        app.history.times = self.times;
        for view in LISTS {
            let Some(own) = self.lists.get(view.name()) else { continue };
            let columns = rows::columns(view);
            let number = |name: &String| columns.iter().position(|c| c.name == *name);
            let bits = |names: &[String]| names.iter().filter_map(number).fold(0, |bits, i| bits | 1 << i);
            let record = own.row.as_ref().and_then(|place| find(&data.trace, place));
            let row = record.and_then(|id| rows::row_of(&data, view, id, 0));
            let Some(list) = app.list_of(view) else { continue };
            list.sort = own.sort.as_ref().and_then(|(name, falling)| Some((number(name)?, *falling)));
            (list.hidden, list.pinned) = (bits(&own.hidden), bits(&own.pinned));
            list.filters = own.filters.iter().map(|(text, on)| Chosen { text: text.clone(), on: *on }).collect();
            super::update::resort(app, view, row);
        }
        if let Some(view) = View::ALL.into_iter().find(|v| v.name() == self.view && *v != View::Timeline) {
            app.view = view;
        }
    }

    /// Whether nothing is worth a word.
    pub(super) fn has_filters(&self) -> bool {
        self.lists.values().any(|look| look.filters.iter().any(|(_, on)| *on))
    }
}

fn look(app: &App, view: View) -> Look {
    let empty = List::default();
    let list = match view {
        View::Pushes => &app.pushes,
        View::Calls => &app.calls,
        View::Records => &app.records,
        View::Findings => &app.findings,
        View::Overview | View::Timeline => &empty,
    };
    let columns = rows::columns(view);
    let name = |i: usize| columns.get(i).map(|c| c.name.to_owned());
    let names = |bits: u32| (0..columns.len()).filter(|i| bits & (1 << i) != 0).filter_map(name).collect();
    let record = list.current().and_then(|row| rows::record(&app.data, view, row));
    Look {
        sort: list.sort.and_then(|(column, falling)| Some((name(column)?, falling))),
        hidden: names(list.hidden),
        pinned: names(list.pinned),
        filters: list.filters.iter().map(|f| (f.text.clone(), f.on)).collect(),
        row: record.and_then(|id| place(&app.data.trace, id)),
    }
}

fn place(trace: &Trace, id: EventId) -> Option<Place> {
    let event = trace.event(id)?;
    let file = trace.inputs().get(event.file.index())?.name().to_owned();
    Some(Place { file, byte: event.start })
}

/// The record at a place; none where the log is another one now.
fn find(trace: &Trace, place: &Place) -> Option<EventId> {
    let file = trace.inputs().iter().position(|i| i.name() == place.file)?;
    let key = |at: usize, start: u64| (at, start);
    let wanted = key(file, place.byte);
    let at = trace.events().partition_point(|e| key(e.file.index(), e.start) < wanted);
    let event = trace.events().get(at)?;
    (key(event.file.index(), event.start) == wanted).then(|| u32::try_from(at).ok().map(EventId)).flatten()
}

/// Paths as they are called from everywhere.
fn whole(inputs: &[PathBuf]) -> Vec<String> {
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
