//! A menu, in the middle of the screen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Widget};

use super::frame::boxed;
use crate::tui::app::App;
use crate::tui::cell::clip;
use crate::tui::layout::menu_area;
use crate::tui::list::scrolled;
use crate::tui::menu::Menu;

pub(super) fn draw(app: &App, menu: &Menu, area: Rect, buf: &mut Buffer) {
    let area = menu_area(menu, area);
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
