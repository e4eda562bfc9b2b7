//! Filling and sorting lists.

use crate::tui::app::App;
use crate::tui::data::Data;
use crate::tui::layout::layout;
use crate::tui::list::{List, scrolled};
use crate::tui::rows;
use crate::tui::view::View;

/// Rows of a list when all are shown.
pub(super) fn len(app: &App, view: View) -> usize {
    match view {
        View::Pushes => app.data.analysis.pushes.len(),
        View::Calls => app.data.analysis.calls.len(),
        View::Records => app.data.records.len(),
        View::Findings => app.data.causes.len(),
        View::Registrations => app.data.registrations().map_or(0, <[_]>::len),
        View::Overview | View::Timeline => 0,
    }
}

/// Fills a list anew: with all rows, or with some and the word for why; sorted as it was.
pub(super) fn refill(app: &mut App, view: View, only: Option<(String, Vec<usize>)>) {
    let len = len(app, view);
    let height = layout(app).rows();
    let Some(list) = app.list_of(view) else { return };
    let current = list.current();
    let before = std::mem::take(list);
    *list = match only {
        None => List::all(len),
        Some((why, rows)) => {
            let rows = rows.into_iter().filter_map(|r| u32::try_from(r).ok()).collect();
            List { rows, only: Some(why), ..List::default() }
        }
    };
    list.keep_look(before);
    in_span(app, view);
    sorted(app, view);
    if let (Some(list), Some(current)) = (app.list_of(view), current)
        && !list.select_number(current, height)
    {
        list.select(0, height);
    }
}

/// Fills a list anew: only the rows of the cause to which it was narrowed. Its filters are asked when it is shown.
pub(super) fn anew(app: &mut App, view: View) {
    let data = std::sync::Arc::clone(&app.data);
    let Some(list) = app.list_of(view) else { return };
    let narrowed = list.only.clone().filter(|_| view != View::Findings && list.query.is_none());
    let rows = narrowed.and_then(|code| Some((cause_rows(&data, view, &code)?, code)));
    refill(app, view, rows.map(|(rows, code)| (code, rows)));
}

/// The rows of a cause in a list.
pub(super) fn cause_rows(data: &Data, view: View, code: &str) -> Option<Vec<usize>> {
    let cause = data.causes.iter().find(|c| c.finding.code == code)?;
    Some(match view {
        View::Records => data.rows_of(&cause.lone),
        View::Pushes => cause.pushes.clone(),
        _ => cause.calls.clone(),
    })
}

/// The filters of the list that is shown, where its rows are not theirs: another view was on the screen when the rows
/// changed.
pub(super) fn pending(app: &App) -> Option<String> {
    let list = app.list().filter(|_| app.prompt.is_none() && app.filtering.is_none())?;
    let text = list.joined(None, None);
    (text != list.query.as_deref().unwrap_or_default()).then_some(text)
}

/// Leaves out what is not in the span of time that was selected.
fn in_span(app: &mut App, view: View) {
    let Some((from, to)) = app.span else { return };
    let data = std::sync::Arc::clone(&app.data);
    let is_in = |row: usize| rows::time(&data, view, row).is_some_and(|t| from <= t && t <= to);
    let holds = |row: u32| match view {
        View::Findings => data.causes.get(row as usize).is_some_and(|cause| {
            let is_in = |view: View, rows: &[usize]| {
                rows.iter().any(|row| rows::time(&data, view, *row).is_some_and(|t| from <= t && t <= to))
            };
            is_in(View::Calls, &cause.calls) || is_in(View::Pushes, &cause.pushes)
        }),
        _ => is_in(row as usize),
    };
    let order: Vec<usize> = app.within.iter().flat_map(|w| &w.causes).map(|c| c.cause).collect();
    if let Some(list) = app.list_of(view) {
        list.rows.retain(|row| holds(*row));
        if view == View::Findings {
            let place = |row: u32| order.iter().position(|cause| *cause == row as usize).unwrap_or(usize::MAX);
            list.rows.sort_by_key(|row| place(*row));
        }
    }
}

/// Only the rows of a cause: filters are off, and can be switched on again.
pub(super) fn narrow(app: &mut App, view: View, why: String, rows: Vec<usize>) {
    if let Some(list) = app.list_of(view) {
        list.filters.iter_mut().for_each(|f| f.on = false);
    }
    refill(app, view, Some((why, rows)));
}

/// Sorts by a column; the same again turns it round.
pub(super) fn sort_by(app: &mut App, column: usize) {
    let view = app.view;
    let height = layout(app).rows();
    let Some(list) = app.list_mut() else { return };
    let current = list.current();
    let turned = list.sort.is_some_and(|(own, desc)| own == column && !desc);
    list.sort = Some((column, turned));
    sorted(app, view);
    if let (Some(list), Some(current)) = (app.list_mut(), current) {
        list.select_number(current, height);
    }
}

/// Fills a list anew after its look was changed, with a row selected.
pub(super) fn resort(app: &mut App, view: View, row: Option<usize>) {
    refill(app, view, None);
    let height = layout(app).rows();
    if let (Some(list), Some(row)) = (app.list_of(view), row) {
        list.select_number(row, height);
    }
}

/// Finds out how wide the rows are that are on the screen: columns grow with what was shown, and do not jump back.
pub(super) fn measure(app: &mut App) {
    let (view, height) = (app.view, layout(app).main.height);
    let columns = rows::columns(view).len();
    let data = std::sync::Arc::clone(&app.data);
    let Some(list) = app.list_mut().filter(|_| columns > 0) else { return };
    let top = scrolled(list.top, list.selected, usize::from(height), list.rows.len());
    list.widths.resize(columns, (0, 0));
    let List { rows, widths, .. } = list;
    for row in rows.iter().skip(top).take(usize::from(height)) {
        for (column, most) in widths.iter_mut().enumerate() {
            let (short, whole) = rows::widths(&rows::cell(&data, view, *row as usize, column));
            *most = (most.0.max(short), most.1.max(whole));
        }
    }
}

/// Sorts the rows of a list as the list says.
pub(super) fn sorted(app: &mut App, view: View) {
    let (data, within) = (std::sync::Arc::clone(&app.data), app.within.take());
    if let Some(list) = app.list_of(view)
        && let Some(sort) = list.sort
    {
        rows::sort(&data, view, sort, within.as_ref(), &mut list.rows);
    }
    app.within = within;
}
