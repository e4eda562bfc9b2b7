//! A menu, in the middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::{Margin, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::help::boxed;
use super::layout::Parts;
use crate::tui::app::App;
use crate::tui::cell::{clip, columns};
use crate::tui::list::scrolled;
use crate::tui::menu::Menu;

/// Where a menu lies.
fn place(menu: &Menu, area: Rect) -> Rect {
    let widest = menu.items.iter().map(|(_, text, _)| columns(text)).max().unwrap_or(0).max(menu.title.len());
    let width = u16::try_from(widest + 7).unwrap_or(u16::MAX).min(area.width);
    let height = u16::try_from(menu.items.len() + 2).unwrap_or(u16::MAX).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    Rect { x, y, width, height }
}

/// The line of a menu at a place of the screen.
pub(in crate::tui) fn item_at(menu: &Menu, parts: &Parts, at: Position) -> Option<usize> {
    let inner = place(menu, parts.over).inner(Margin::new(1, 1));
    let top = scrolled(0, menu.at, usize::from(inner.height), menu.items.len());
    inner.contains(at).then(|| top + usize::from(at.y - inner.y)).filter(|i| *i < menu.items.len())
}

pub(super) fn draw(app: &App, menu: &Menu, area: Rect, buf: &mut Buffer) {
    let area = place(menu, area);
    Clear.render(area, buf);
    let block = boxed(app, format!(" {} ", menu.title));
    let inner = block.inner(area);
    block.render(area, buf);
    let top = scrolled(0, menu.at, usize::from(inner.height), menu.items.len());
    for ((i, (letter, text, _)), row) in menu.items.iter().enumerate().skip(top).zip(inner.rows()) {
        let text = clip(text, usize::from(row.width).saturating_sub(4), app.theme.ascii);
        Line::from(vec![Span::styled(format!(" {letter}  "), app.theme.head), Span::raw(text)]).render(row, buf);
        if i == menu.at {
            buf.set_style(row, app.theme.selected);
        }
    }
}
