//! Moving: rows, jumps, times, marks.

use ratatui::layout::Position;

use crate::time::Timestamp;
use crate::trace::EventId;
use crate::tui::app::{App, Notice, Overlay, View};
use crate::tui::data::Entry;
use crate::tui::keys::Place;
use crate::tui::list::{List, Motion, scrolled};
use crate::tui::rows;
use crate::tui::view::{help_lines, layout, menu_item_at, overview_lines, pane_lines, view_at};

/// Moves in what has the keys now.
pub(super) fn go(app: &mut App, motion: Motion) {
    let height = layout(app).rows();
    let help = if let Some(Overlay::Help(_)) = app.overlay { help_lines(app).len() } else { 0 };
    match &mut app.overlay {
        Some(Overlay::Help(top)) => *top = scroll(motion, *top, help, height),
        Some(Overlay::Text { lines, top, .. }) => *top = scroll(motion, *top, lines.len(), height),
        Some(Overlay::Menu(menu)) => menu.at = motion.from(menu.at, menu.items.len()),
        None if app.view == View::Overview => {
            app.overview = scroll(motion, app.overview, overview_lines(app).len(), height);
        }
        None => {
            if let Some(list) = app.list_mut() {
                let to = motion.from(list.selected, list.rows.len());
                if to != list.selected {
                    app.pane_top = 0;
                }
                select(app, to);
            }
        }
    }
}

/// Selects a row of the list.
pub(super) fn select(app: &mut App, row: usize) {
    let height = layout(app).rows();
    if let Some(list) = app.list_mut() {
        list.select(row, height);
    }
}

/// Moves a text without a cursor.
fn scroll(motion: Motion, top: usize, lines: usize, height: usize) -> usize {
    motion.from(top, lines.saturating_sub(height) + 1)
}

/// Scrolls the pane.
pub(super) fn pane(app: &mut App, motion: Motion) {
    let text = layout(app).pane_text();
    let lines = pane_lines(app, usize::from(text.width)).len();
    app.pane_top = scroll(motion, app.pane_top, lines, usize::from(text.height));
}

/// To the `n`-th row after, or before, the selected one of which something is true.
pub(super) fn jump(app: &mut App, n: usize, forward: bool, what: &str, is: fn(&App, usize) -> bool) {
    let Some(list) = app.list() else { return };
    let (at, len) = (list.selected, list.rows.len());
    let found = if forward {
        (at + 1..len).filter(|i| is(app, *i)).nth(n.saturating_sub(1))
    } else {
        (0..at.min(len)).rev().filter(|i| is(app, *i)).nth(n.saturating_sub(1))
    };
    // Marks are few, and there is no other way back to the first.
    let around = || (0..len).find(|i| is(app, *i)).filter(|_| what == "mark");
    if let Some(row) = found.or_else(around) {
        app.pane_top = 0;
        select(app, row);
    } else {
        let way = if forward { "further down" } else { "further up" };
        app.notice = Some(Notice { text: format!("no {what} {way}"), bad: false });
    }
}

/// Number in the data of a row.
fn number(app: &App, row: usize) -> Option<usize> {
    app.list()?.rows.get(row).map(|n| *n as usize)
}

pub(super) fn is_failure(app: &App, row: usize) -> bool {
    match app.view {
        View::Timeline => app.timeline.is_failure(row),
        view => number(app, row).is_some_and(|n| rows::is_failure(&app.data, view, n)),
    }
}

pub(super) fn is_missed(app: &App, row: usize) -> bool {
    match app.view {
        View::Timeline => app.timeline.is_push(row),
        view => number(app, row).is_some_and(|n| rows::is_missed(&app.data, view, n)),
    }
}

pub(super) fn is_marked(app: &App, row: usize) -> bool {
    record(app, row).is_some_and(|id| app.marks.contains(&id))
}

/// The record that stands for a row.
pub(super) fn record(app: &App, row: usize) -> Option<EventId> {
    match app.view {
        View::Timeline => app.timeline.step(row).and_then(|(step, _)| step.kind.records().first().copied()),
        view => rows::record(&app.data, view, number(app, row)?),
    }
}

/// The record or component line of a row of the records.
pub(super) fn entry(app: &App, row: usize) -> Option<Entry> {
    app.data.records.get(number(app, row).filter(|_| app.view == View::Records)?).copied()
}

/// When a row was.
pub(super) fn time(app: &App, row: usize) -> Option<Timestamp> {
    match app.view {
        View::Timeline => app.timeline.time_of(row),
        view => rows::time(&app.data, view, number(app, row)?),
    }
}

/// So many minutes on or back from the selected row.
pub(super) fn minutes(app: &mut App, n: usize, on: bool) {
    let Some(at) = app.list().and_then(|l| time(app, l.selected)) else { return };
    let ms = i64::try_from(n).unwrap_or(i64::MAX).saturating_mul(60_000);
    if on {
        go_to(app, at.plus(ms));
    } else {
        let wanted = at.plus(ms.saturating_neg());
        let row = first_from(app, wanted.plus(1));
        app.pane_top = 0;
        select(app, row.saturating_sub(1));
    }
}

/// To the first row that is not before a time; past the end to the last.
pub(super) fn go_to(app: &mut App, wanted: Timestamp) {
    let row = first_from(app, wanted);
    app.pane_top = 0;
    select(app, row);
}

fn first_from(app: &App, wanted: Timestamp) -> usize {
    let Some(list) = app.list() else { return 0 };
    let before = |row: usize| time(app, row).is_some_and(|t| t < wanted);
    if list.sort.is_some_and(|(column, desc)| column != 0 || desc) {
        return (0..list.rows.len()).find(|row| !before(*row)).unwrap_or(list.rows.len());
    }
    let (mut low, mut high) = (0, list.rows.len());
    while low < high {
        let middle = low.midpoint(high);
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Marks the selected row, or takes its mark away.
pub(super) fn mark(app: &mut App) {
    let Some(id) = app.list().and_then(|l| record(app, l.selected)) else { return };
    if app.marks.remove(&id) {
        app.last_mark = app.last_mark.filter(|m| *m != id);
    } else {
        app.marks.insert(id);
        app.last_mark = Some(id);
    }
    go(app, Motion::Down(1));
}

/// Fills a list anew: with all rows, or with some and the word for why; sorted as it was.
pub(super) fn refill(app: &mut App, view: View, only: Option<(String, Vec<usize>)>) {
    let len = match view {
        View::Pushes => app.data.analysis.pushes.len(),
        View::Calls => app.data.analysis.calls.len(),
        View::Records => app.data.records.len(),
        View::Findings => app.data.causes.len(),
        View::Overview | View::Timeline => return,
    };
    let height = layout(app).rows();
    let Some(list) = app.list_of(view) else { return };
    let current = list.current();
    let (sort, hidden) = (list.sort, list.hidden);
    *list = match only {
        None => List::all(len),
        Some((why, rows)) => {
            let rows = rows.into_iter().filter_map(|r| u32::try_from(r).ok()).collect();
            List { rows, only: Some(why), ..List::default() }
        }
    };
    (list.sort, list.hidden) = (sort, hidden);
    super::menus::sorted(app, view);
    if let (Some(list), Some(current)) = (app.list_of(view), current)
        && !list.select_number(current, height)
    {
        list.select(0, height);
    }
}

/// Rows of one turn of the wheel.
const WHEEL: usize = 3;

/// The wheel moves what is under it: the pane, else the rows or the text.
pub(super) fn wheel(app: &mut App, column: u16, row: u16, down: bool) {
    let motion = if down { Motion::Down(WHEEL) } else { Motion::Up(WHEEL) };
    let over_pane = layout(app).pane_text().contains(Position { x: column, y: row });
    match app.place() {
        Place::Prompt => {}
        Place::View(_) if over_pane => pane(app, motion),
        _ => go(app, motion),
    }
}

/// A click: on a view's name it goes there, on a row it selects it, on the selected row it opens it, on a line of a
/// menu it chooses it. Beside a menu, and on a text, it does nothing: the way out is Esc.
pub(super) fn click(app: &mut App, column: u16, row: u16) -> Option<super::Effect> {
    let parts = layout(app);
    let at = Position { x: column, y: row };
    if app.prompt.is_some() {
        return None;
    }
    if let Some(overlay) = &app.overlay {
        let Overlay::Menu(menu) = overlay else { return None };
        let item = menu_item_at(menu, &parts, at)?;
        return super::menus::choose(app, item);
    }
    if parts.top.contains(at) {
        if let Some(view) = view_at(app, column) {
            super::show(app, view);
        }
        return None;
    }
    let main = parts.main;
    let list = app.list().filter(|_| main.contains(at))?;
    let top = scrolled(list.top, list.selected, usize::from(main.height), list.rows.len());
    let row = top + usize::from(row - main.y);
    if row == list.selected {
        return super::open(app);
    }
    if row < list.rows.len() {
        app.pane_top = 0;
        select(app, row);
    }
    None
}
