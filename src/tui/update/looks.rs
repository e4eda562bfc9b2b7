//! How the user left some logs, taken down and put back.

use std::path::PathBuf;
use std::sync::Arc;

use super::lists;
use super::menus::WIDTHS;
use crate::trace::EventId;
use crate::tui::app::App;
use crate::tui::kept::{Look, Looks, find, place, whole};
use crate::tui::list::{Chosen, List};
use crate::tui::rows;
use crate::tui::view::View;

/// More marks are not remembered.
const MARKS: usize = 10_000;
/// The lists whose look is kept.
const LISTS: [View; 5] = [View::Pushes, View::Calls, View::Records, View::Findings, View::Registrations];

/// As it is now.
pub(in crate::tui) fn of(app: &App, inputs: &[PathBuf]) -> Looks {
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
pub(super) fn restore(app: &mut App, looks: Looks) {
    let data = Arc::clone(&app.data);
    app.marks.extend(looks.marks.iter().filter_map(|place| find(&data.trace, place)));
    app.aliases.extend(looks.aliases);
    app.history.searches = looks.searches;
    app.history.filters = looks.filters;
    app.history.times = looks.times;
    for view in LISTS {
        let Some(own) = looks.lists.get(view.name()) else { continue };
        let columns = rows::columns(view);
        let number = |name: &String| columns.iter().position(|c| c.name == *name);
        let bits = |names: &[String]| names.iter().filter_map(number).fold(0, |bits, i| bits | 1 << i);
        let record = own.row.as_ref().and_then(|place| find(&data.trace, place));
        let row = record.and_then(|id| rows::row_of(&data, view, id, 0));
        let Some(list) = app.list_of(view) else { continue };
        list.sort = own.sort.as_ref().and_then(|(name, falling)| Some((number(name)?, *falling)));
        (list.hidden, list.pinned) = (bits(&own.hidden), bits(&own.pinned));
        let known =
            own.widths.iter().filter_map(|(name, width)| Some((number(name)?, (*width).clamp(WIDTHS.0, WIDTHS.1))));
        list.chosen = known.collect();
        list.filters = own.filters.iter().map(|(text, on)| Chosen { text: text.clone(), on: *on }).collect();
        lists::resort(app, view, row);
    }
    if let Some(view) = View::TABS.into_iter().find(|v| v.name() == looks.view && *v != View::Timeline) {
        app.view = view;
    }
}

fn look(app: &App, view: View) -> Look {
    let empty = List::default();
    let list = match view {
        View::Pushes => &app.pushes,
        View::Calls => &app.calls,
        View::Records => &app.records,
        View::Findings => &app.findings,
        View::Registrations => &app.registrations,
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
        widths: list.chosen.iter().filter_map(|(i, width)| Some((name(*i)?, *width))).collect(),
        filters: list.filters.iter().map(|f| (f.text.clone(), f.on)).collect(),
        row: record.and_then(|id| place(&app.data.trace, id)),
    }
}
