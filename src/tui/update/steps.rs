//! From view to view, and into what is selected.

use std::sync::Arc;

use super::moves::go;
use super::{filters, lists, menus, prompts, span};
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::layout::layout;
use crate::tui::list::{List, Motion};
use crate::tui::rows;
use crate::tui::search::Search;
use crate::tui::state::{Load, Notice, Overlay};
use crate::tui::view::View;

/// One step back; false where there is nothing to go back to.
pub(super) fn back(app: &mut App) -> bool {
    if app.prompt.is_some() {
        prompts::cancel(app);
        return true;
    }
    if app.overlay.take().is_some() || app.job.take().is_some() {
        return true;
    }
    if app.brush.take().is_some() {
        return true;
    }
    if let Some(view) = app.past.pop() {
        app.view = view;
        go(app, Motion::Down(0));
        return true;
    }
    if !app.search.is_empty() {
        app.search = Search::default();
        return true;
    }
    if app.list().is_some_and(|l| l.only.is_some()) {
        filters::off(app);
        return true;
    }
    if app.span.is_some() {
        span::set(app, None);
        return true;
    }
    app.cursor.take().is_some()
}

/// Opens what is selected.
pub(super) fn open(app: &mut App) -> Option<Effect> {
    if let Some(Overlay::Menu(menu)) = &app.overlay {
        let at = menu.at;
        return menus::choose(app, at);
    }
    // From the card into the story.
    if let Some(Overlay::Card(_)) = &app.overlay {
        app.overlay = None;
        if app.view == View::Timeline {
            return None;
        }
    }
    let row = app.list().and_then(List::current);
    match (app.view, row) {
        (View::Calls | View::Pushes | View::Records | View::Registrations, Some(_)) => {
            if open_timeline(app) {
                app.past.push(app.view);
                app.view = View::Timeline;
                go(app, Motion::Down(0));
            } else {
                let text = "this record names no Call-ID: there is no story to show".to_owned();
                app.notice = Some(Notice { text, bad: true });
            }
        }
        (View::Findings, Some(row)) => {
            let cause = app.data.causes.get(row)?;
            let (code, calls, pushes) = (cause.finding.code.clone(), cause.calls.clone(), cause.pushes.clone());
            let lone = app.data.rows_of(&cause.lone);
            app.past.push(app.view);
            let (view, rows) = match (calls.is_empty(), pushes.is_empty()) {
                (false, _) => (View::Calls, calls),
                (true, false) => (View::Pushes, pushes),
                (true, true) => (View::Records, lone),
            };
            app.view = view;
            lists::narrow(app, view, code, rows);
        }
        (View::Timeline, Some(_)) => {
            let height = layout(app).rows();
            app.timeline.expand(height);
        }
        (View::Overview, _) => return show(app, if app.data.causes.is_empty() { View::Calls } else { View::Findings }),
        _ => {}
    }
    None
}

/// The ladder of the selected row; false when it has none.
fn open_timeline(app: &mut App) -> bool {
    let Some(row) = app.list().and_then(List::current) else { return false };
    let Some(subject) = rows::subject(&app.data, app.view, row) else { return false };
    let wanted = rows::record(&app.data, app.view, row);
    let data = Arc::clone(&app.data);
    app.timeline.open(&data, subject);
    // From a record to the step that shows it.
    let at = wanted.and_then(|id| {
        app.timeline
            .rows
            .iter()
            .position(|(step, _)| app.timeline.ladder.steps.get(*step).is_some_and(|s| s.kind.records().contains(&id)))
    });
    if let Some(at) = at.filter(|_| app.view == View::Records) {
        app.timeline.list.selected = at;
    }
    app.pane_top = 0;
    true
}

/// Goes to a view by its key: Back does not lead here again.
pub(super) fn show(app: &mut App, view: View) -> Option<Effect> {
    let stories = [View::Calls, View::Pushes, View::Records, View::Registrations];
    if view == View::Timeline && stories.contains(&app.view) {
        open_timeline(app);
    }
    // From a story to its cause.
    let cause = super::card::cause_row(app).filter(|_| view == View::Findings);
    app.past.clear();
    app.job = None;
    app.view = view;
    if let (Some(row), Some(list)) = (cause, app.list_of(view)) {
        list.select_number(row, usize::MAX);
    }
    app.pane_top = 0;
    go(app, Motion::Down(0));
    registrations(app)
}

/// Reads registrations when their view is shown, and there are none yet.
pub(super) fn registrations(app: &App) -> Option<Effect> {
    let wanted = app.view == View::Registrations && app.load == Load::Done && app.data.registrations().is_none();
    wanted.then_some(Effect::Registrations)
}

/// To the next view of the bar, or the one before.
pub(super) fn step(app: &mut App, on: bool) -> Option<Effect> {
    let many = View::TABS.len();
    let at = View::TABS.iter().position(|v| *v == app.view).unwrap_or(if on { many - 1 } else { 0 });
    let view = View::TABS.get((at + if on { 1 } else { many - 1 }) % many)?;
    show(app, *view)
}
