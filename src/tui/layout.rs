//! Which part of the screen is what.

use ratatui::layout::{Margin, Position, Rect};

use super::app::App;
use super::cell::columns;
use super::list::scrolled;
use super::menu::Menu;
use super::pages::{facts, tabs};
use super::state::Overlay;
use super::view::View;

/// The parts of the screen; one that has no room is empty.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts {
    pub(super) top: Rect,
    /// Notes on the story.
    pub(super) note: Rect,
    /// Titles of the columns.
    pub(super) head: Rect,
    pub(super) main: Rect,
    /// More about the selected row, with a line that sets it off.
    pub(super) pane: Rect,
    pub(super) notice: Rect,
    pub(super) hints: Rect,
    /// Where overlays go.
    pub(super) over: Rect,
    /// The pane is beside the list, not below it.
    pub(super) beside: bool,
    scrolling: u16,
}

impl Parts {
    /// Rows of what scrolls now.
    pub(super) fn rows(&self) -> usize {
        usize::from(self.scrolling)
    }

    /// Where the text of the pane is: beside its line or below it.
    pub(super) fn pane_text(&self) -> Rect {
        let Rect { x, y, width, height } = self.pane;
        if self.beside {
            Rect { x: x + 2.min(width), width: width.saturating_sub(2), y, height }
        } else {
            Rect { y: y + 1.min(height), height: height.saturating_sub(1), x, width }
        }
    }
}

/// The parts of the screen as it is.
pub(super) fn layout(app: &App) -> Parts {
    let (width, height) = app.size;
    in_area(app, Rect { x: 0, y: 0, width, height })
}

/// From this width on the pane is at the right.
const WIDE: u16 = 140;

/// Rows of the headings of the lanes.
const HEADING: u16 = 4;

/// Rows of notes at most; all of them are in the pane of Calls and Pushes.
const NOTE: u16 = 3;

pub(super) fn in_area(app: &App, area: Rect) -> Parts {
    let mut rest = area;
    // What is least needed goes first when there is no room.
    let top = cut_top(&mut rest, u16::from(area.height >= 3));
    let hints = cut_bottom(&mut rest, u16::from(area.height >= 6));
    let notice = cut_bottom(&mut rest, u16::from(area.height >= 2));
    let over = rest;
    let listed = !matches!(app.view, View::Overview);
    let beside = rest.width >= WIDE;
    let mut pane = Rect::default();
    if listed && app.pane_shown() {
        if beside {
            let width = rest.width * 2 / 5;
            pane = Rect { x: rest.right() - width, width, ..rest };
            rest.width -= width;
        } else if rest.height >= 9 {
            let height = (rest.height * 2 / 5).max(4);
            pane = cut_bottom(&mut rest, height);
        }
    }
    let note = match &app.timeline.subject {
        Some(subject) if app.view == View::Timeline && rest.height >= 8 => {
            u16::try_from(facts::notes(app, subject, usize::from(rest.width)).len()).unwrap_or(NOTE).min(NOTE)
        }
        _ => 0,
    };
    let note = cut_top(&mut rest, note);
    let height = match app.view {
        View::Overview => 0,
        View::Timeline => HEADING.min(rest.height / 2),
        _ => u16::from(rest.height >= 3),
    };
    let head = cut_top(&mut rest, height);
    let scrolling = match app.overlay {
        Some(Overlay::Help(_) | Overlay::Text { .. } | Overlay::Card(_)) => over.height.saturating_sub(2),
        Some(Overlay::Menu(_)) | None => rest.height,
    };
    Parts { top, note, head, main: rest, pane, notice, hints, over, beside, scrolling }
}

fn cut_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let part = Rect { height, ..*rest };
    rest.y += height;
    rest.height -= height;
    part
}

fn cut_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect { y: rest.y + rest.height, height, ..*rest }
}

/// Where a menu lies.
pub(super) fn menu_area(menu: &Menu, area: Rect) -> Rect {
    let widest = menu.items.iter().map(|(_, text, _)| columns(text)).max().unwrap_or(0).max(menu.title.len());
    let width = u16::try_from(widest + 7).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(menu.items.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    Rect { x, y, width, height }
}

/// The line of a menu at a place of the screen.
pub(super) fn menu_item_at(menu: &Menu, parts: &Parts, at: Position) -> Option<usize> {
    let inner = menu_area(menu, parts.over).inner(Margin::new(1, 1));
    let top = scrolled(0, menu.at, usize::from(inner.height), menu.items.len());
    inner.contains(at).then(|| top + usize::from(at.y - inner.y)).filter(|i| *i < menu.items.len())
}

/// The view whose name stands at a column of the bar.
pub(super) fn view_at(app: &App, column: u16) -> Option<View> {
    let mut end = 0;
    let mut tabs = tabs::tabs(app, usize::from(app.size.0)).into_iter();
    tabs.find_map(|(text, view)| {
        end += columns(&text);
        (usize::from(column) < end).then_some(view)
    })?
}
