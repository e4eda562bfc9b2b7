//! A list in columns.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::tui::app::App;
use crate::tui::cell::{clip, fit, marked};
use crate::tui::keys::Command;
use crate::tui::list::scrolled;
use crate::tui::rows::{self, fitting};
use crate::tui::state::Load;
use crate::tui::view::View;

pub(super) fn draw(app: &App, head: Rect, main: Rect, buf: &mut Buffer) {
    let Some(list) = app.list() else { return };
    let (theme, data, view) = (&app.theme, &app.data, app.view);
    let columns = rows::columns(view);
    // In front of the columns stands the sign of a mark, of a note, or of both.
    let fitting = fitting(columns, list, usize::from(main.width).saturating_sub(1));
    let mut titles = vec![Span::raw(" ")];
    for (i, w) in &fitting {
        let Some(column) = columns.get(*i) else { continue };
        let sign = match list.sort {
            Some((at, false)) if at == *i => theme.glyph("▲", "^"),
            Some((at, true)) if at == *i => theme.glyph("▼", "v"),
            _ => "",
        };
        let title = clip(column.title, w.saturating_sub(sign.len().min(1)), theme.ascii);
        let text = fit(&format!("{title}{sign}"), *w, theme.ascii);
        titles.push(Span::styled(text + "  ", theme.head));
    }
    Line::from(titles).render(head, buf);
    if list.rows.is_empty() {
        let text = match (&app.load, &list.only) {
            (Load::Done, _) if view == View::Registrations && data.registrations().is_none() => {
                "reading REGISTER and SUBSCRIBE dialogs".to_owned()
            }
            (Load::Done, None) if app.span.is_some() => "none in this span of time; Esc shows all again".to_owned(),
            (Load::Done, None) => "none in these logs".to_owned(),
            (Load::Done, Some(_)) => {
                format!("none is selected; Esc shows all again, {} has the filters", app.keys.name(Command::Filters))
            }
            (_, Some(_)) => "none so far; more is read".to_owned(),
            _ => "reading the logs".to_owned(),
        };
        Line::styled(clip(&text, usize::from(main.width), theme.ascii), theme.dim).render(main, buf);
    }
    let search = app.search();
    let top = scrolled(list.top, list.selected, usize::from(main.height), list.rows.len());
    for ((at, number), area) in list.rows.iter().enumerate().skip(top).zip(main.rows()) {
        let row = *number as usize;
        let is_marked = rows::record(data, view, row).is_some_and(|id| app.marks.contains(&id));
        let sign = match (is_marked, rows::call_id(data, view, row).is_some_and(|id| app.notes.get(id).is_some())) {
            (true, true) => "N",
            (true, false) => "*",
            (false, true) => "n",
            (false, false) => " ",
        };
        let mut cells = vec![Span::styled(sign, theme.hit)];
        for (i, w) in &fitting {
            let text = fit(&rows::cell_within(data, view, (row, *i), app.within.as_ref()), *w, theme.ascii) + "  ";
            cells.extend(marked(text, search, rows::style(theme, data, view, row, *i), theme.hit));
        }
        Line::from(cells).render(area, buf);
        if at == list.selected {
            buf.set_style(area, theme.selected);
        }
    }
}
