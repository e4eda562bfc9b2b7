//! Moving: rows, jumps, times, marks.

use super::row::{record, time};
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::layout::layout;
use crate::tui::list::Motion;
use crate::tui::pages::{card, facts, help, overview};
use crate::tui::state::{Notice, Overlay};
use crate::tui::view::View;

/// Moves in what has the keys now.
pub(super) fn go(app: &mut App, motion: Motion) {
    let height = layout(app).rows();
    let keys = match &app.overlay {
        Some(Overlay::Help(_)) => help::lines(app).len(),
        Some(Overlay::Card(own)) => card::lines(app, own, usize::from(app.size.0).saturating_sub(2)).len(),
        _ => 0,
    };
    match &mut app.overlay {
        Some(Overlay::Help(top)) => *top = scroll(motion, *top, keys, height),
        Some(Overlay::Text { lines, top, .. }) => *top = scroll(motion, *top, lines.len(), height),
        Some(Overlay::Card(card)) => card.top = scroll(motion, card.top, keys, height),
        Some(Overlay::Menu(menu)) => menu.at = motion.from(menu.at, menu.items.len()),
        None if app.view == View::Overview => {
            app.overview = scroll(motion, app.overview, overview::lines(app).len(), height);
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
    let lines = facts::lines(app, usize::from(text.width)).len();
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
