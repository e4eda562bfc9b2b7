//! The wheel and clicks.

use ratatui::layout::Position;

use super::moves::{go, pane, select};
use super::{lists, menus, span, steps};
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::keys::KeyContext;
use crate::tui::layout::{layout, menu_item_at, view_at};
use crate::tui::list::{Motion, scrolled};
use crate::tui::pages::overview;
use crate::tui::rows;
use crate::tui::state::Overlay;
use crate::tui::view::View;

/// Rows of one turn of the wheel.
const WHEEL: usize = 3;

/// The wheel moves what is under it: the pane, else the rows or the text.
pub(super) fn wheel(app: &mut App, column: u16, row: u16, down: bool) {
    let motion = if down { Motion::Down(WHEEL) } else { Motion::Up(WHEEL) };
    let over_pane = layout(app).pane_text().contains(Position { x: column, y: row });
    match app.place() {
        KeyContext::Prompt => {}
        KeyContext::View(_) if over_pane => pane(app, motion),
        _ => go(app, motion),
    }
}

/// The column of a list whose head stands at a column of the terminal.
fn column_at(app: &App, width: usize, at: usize) -> Option<usize> {
    let mut end = 1;
    rows::fitting(rows::columns(app.view), app.list()?, width.saturating_sub(1)).into_iter().find_map(|(i, w)| {
        end += w + 2;
        (at < end).then_some(i)
    })
}

/// A click: on a view's name it goes there, on the head of a column it sorts by it, on a row it selects it, on the selected row
/// it opens it, in the course of time it chooses that time, on a line of a menu it chooses it. Beside a menu, and on a text, it does nothing: the way out is Esc.
pub(super) fn click(app: &mut App, column: u16, row: u16) -> Option<Effect> {
    let parts = layout(app);
    let at = Position { x: column, y: row };
    if app.prompt.is_some() {
        return None;
    }
    if let Some(overlay) = &app.overlay {
        let Overlay::Menu(menu) = overlay else { return None };
        let item = menu_item_at(menu, &parts, at)?;
        return menus::choose(app, item);
    }
    if parts.top.contains(at) {
        if let Some(view) = view_at(app, column) {
            return steps::show(app, view);
        }
        return None;
    }
    if parts.head.contains(at) && app.view != View::Timeline {
        if let Some(column) = column_at(app, usize::from(parts.head.width), usize::from(column)) {
            lists::sort_by(app, column);
        }
        return None;
    }
    let main = parts.main;
    if app.view == View::Overview && main.contains(at) {
        let line = app.overview + usize::from(row - main.y);
        if let Some(bin) = overview::bin_at(app, usize::from(column), line) {
            // A click chooses a time, a stroke a span of it.
            (app.cursor, app.brush, app.dragging) = (Some(bin), Some(bin), true);
        }
        return None;
    }
    let list = app.list().filter(|_| main.contains(at))?;
    let top = scrolled(list.top, list.selected, usize::from(main.height), list.rows.len());
    let row = top + usize::from(row - main.y);
    if row == list.selected {
        return steps::open(app);
    }
    if row < list.rows.len() {
        app.pane_top = 0;
        select(app, row);
    }
    None
}

/// The stroke goes on.
pub(super) fn drag(app: &mut App, column: u16) {
    if app.dragging {
        app.cursor = overview::bin_of(app, usize::from(column)).or(app.cursor);
    }
}

/// The stroke ends: every list shows only that span.
pub(super) fn release(app: &mut App) {
    if !std::mem::take(&mut app.dragging) {
        return;
    }
    if app.brush == app.cursor {
        app.brush = None;
    } else {
        span::brush(app);
        app.cursor = None;
    }
}
