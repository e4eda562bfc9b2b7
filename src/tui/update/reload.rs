//! Taking in what was loaded; where something was loaded before, everything chosen stays chosen.

use std::sync::Arc;

use super::moves::go;
use super::{filters, lists, looks, span, steps};
use crate::trace::{EventId, LinePlace};
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::data::{Data, Entry};
use crate::tui::layout::layout;
use crate::tui::list::{List, Motion};
use crate::tui::rows;
use crate::tui::state::{Load, Notice, Overlay, Prompt, PromptKind};
use crate::tui::view::View;

const LISTS: [View; 5] = [View::Pushes, View::Calls, View::Records, View::Findings, View::Registrations];

/// The first records of logs that are still read.
pub(super) fn beginning(app: &mut App, data: &Arc<Data>) {
    let old = std::mem::replace(&mut app.data, Arc::clone(data));
    span::count(app);
    for view in LISTS {
        refill(app, view, &old);
    }
    go(app, Motion::Down(0));
}

pub(super) fn loaded(app: &mut App, data: &Arc<Data>) -> Option<Effect> {
    let old = std::mem::replace(&mut app.data, Arc::clone(data));
    let shown = !old.records.is_empty();
    let again = app.load == Load::Done && shown;
    app.load = Load::Done;
    app.job = None;
    span::count(app);
    // A filter that is asked just now answers with rows of the data before.
    app.filters += 1;
    app.filtering = None;
    let query = typed(app).or_else(|| app.list().map(|l| l.joined(None, None)).filter(|text| !text.is_empty()));
    for view in LISTS {
        refill(app, view, &old);
    }
    if let (Some(list), Some(Prompt { kind: PromptKind::Filter(before, _), .. })) =
        (app.list().cloned(), &mut app.prompt)
    {
        **before = list;
    }
    if shown {
        app.marks = app.marks.iter().filter_map(|id| moved(&old, data, *id)).collect();
        app.last_mark = app.last_mark.and_then(|id| moved(&old, data, id));
        timeline(app, &old);
        stale(app);
    }
    if again {
        let new = data.trace.events().len().saturating_sub(old.trace.events().len());
        if new > 0 {
            app.notice = Some(Notice { text: format!("{new} new records"), bad: false });
        }
    }
    // A million calls take a second to be given back, and no key waits.
    rayon::spawn(move || drop(old));
    go(app, Motion::Down(0));
    // Who has begun to look at something is left alone.
    let idle = app.view == View::Overview && app.past.is_empty() && app.prompt.is_none() && app.overlay.is_none();
    if let Some(looks) = app.looks.take().filter(|_| idle && app.case.is_none()) {
        if looks.has_filters() {
            let text = "as you left it, with its filters; Esc shows all rows".to_owned();
            app.notice = Some(Notice { text, bad: false });
        }
        looks::restore(app, looks);
        go(app, Motion::Down(0));
    }
    if let Some(saved) = app.case.take() {
        super::card::saved(app, &saved);
    }
    // They are read anew; the filter is asked when they are there.
    if let Some(effect) = steps::registrations(app) {
        return Some(effect);
    }
    // The list that is shown keeps its filter.
    query.map(|text| filters::ask(app, app.view, text))
}

/// The filter that is being typed.
fn typed(app: &App) -> Option<String> {
    let Some(Prompt { kind: PromptKind::Filter(_, at), input, .. }) = &app.prompt else { return None };
    let text = app.list()?.joined(*at, Some(input.value().trim()));
    Some(text).filter(|text| !text.is_empty())
}

/// What was chosen to be saved or copied names rows of the data before.
fn stale(app: &mut App) {
    let saving = matches!(&app.prompt, Some(Prompt { kind: PromptKind::Save(_), .. }));
    let choosing = matches!(&app.overlay, Some(Overlay::Menu(_) | Overlay::Card(_)));
    if saving {
        app.prompt = None;
    }
    if choosing {
        app.overlay = None;
    }
    if saving || choosing {
        app.notice = Some(Notice { text: "the logs were read meanwhile: please choose again".to_owned(), bad: true });
    }
}

/// All rows, those of a cause where the list was narrowed to it; the same row selected, or the last again.
fn refill(app: &mut App, view: View, old: &Data) {
    let (height, follow) = (layout(app).rows(), app.follow);
    let data = Arc::clone(&app.data);
    let Some(list) = app.list_of(view) else { return };
    let before = std::mem::take(list);
    list.keep_look(before.clone());
    let narrowed = before.only.clone().filter(|_| view != View::Findings && before.query.is_none());
    let only = narrowed.and_then(|code| Some((lists::cause_rows(&data, view, &code)?, code)));
    let only = only.map(|(rows, code)| (code, rows));
    lists::refill(app, view, only);
    let row = before.current();
    let line = row.filter(|_| view == View::Records).and_then(|row| line(old, &data, row));
    let was_last = !before.rows.is_empty() && before.selected + 1 == before.rows.len();
    let same = line.or_else(|| {
        let row = row?;
        if view == View::Findings {
            let code = &old.causes.get(row)?.finding.code;
            return data.causes.iter().position(|c| c.finding.code == *code);
        }
        rows::row_of(&data, view, moved(old, &data, rows::record(old, view, row)?)?, row)
    });
    let Some(list) = app.list_of(view) else { return };
    list.top = before.top;
    match same {
        _ if was_last && follow => list.select(usize::MAX, height),
        Some(row) if list.select_number(row, height) => {}
        _ => list.select(0, height),
    }
}

/// The row of the same component line in the logs as they are now.
fn line(old: &Data, new: &Data, row: usize) -> Option<usize> {
    let (place, _) = old.line(*old.records.get(row)?)?;
    let name = old.trace.inputs().get(place.file.index())?.name();
    let file = new.trace.inputs().iter().position(|i| i.name() == name)?;
    let key = |p: &LinePlace| (p.file.index(), p.start);
    let at = new.lines.binary_search_by_key(&(file, place.start), key).ok()?;
    let at = u32::try_from(at).ok()?;
    new.records.iter().position(|e| *e == Entry::Line(at))
}

/// The same record in the logs as they are now.
fn moved(old: &Data, new: &Data, id: EventId) -> Option<EventId> {
    let event = old.trace.event(id)?;
    let name = old.trace.inputs().get(event.file.index())?.name();
    let file = new.trace.inputs().iter().position(|i| i.name() == name)?;
    let key = (file, event.start);
    let at = new.trace.events().partition_point(|e| (e.file.index(), e.start) < key);
    let found = new.trace.events().get(at)?;
    ((found.file.index(), found.start) == key).then(|| u32::try_from(at).ok().map(EventId)).flatten()
}

/// The ladder of the same story, which may have grown.
fn timeline(app: &mut App, old: &Data) {
    let data = Arc::clone(&app.data);
    let first = app.timeline.ladder.records.first().and_then(|id| moved(old, &data, *id));
    let List { selected, top, .. } = app.timeline.list;
    let subject = first.and_then(|id| rows::story_of(&data, id));
    app.timeline.subject = None;
    match subject {
        Some(subject) => app.timeline.open(&data, subject),
        None => app.timeline.clear(),
    }
    app.timeline.list.top = top;
    let height = layout(app).rows();
    app.timeline.list.select(selected, height);
}

/// The registrations were read.
pub(super) fn registrations(app: &mut App) {
    lists::anew(app, View::Registrations);
    go(app, Motion::Down(0));
}
