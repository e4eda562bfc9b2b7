//! Drawing: pure functions from the state to the screen.
//!
//! ```text
//!  siptrail  1 Overview  2 Pushes  3 Calls  ...      how far loading has come
//!  columns of the list
//!  rows
//!  ------------------------------------------      on a wide terminal the pane is at the right
//!  pane: more about the selected row
//!  notice, or what is typed                                             row of rows
//!  hints: keys of this view
//! ```

mod bars;
mod frame;
mod ladder;
mod list;
mod menu;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Widget};

use super::app::App;
use super::layout::{self, Parts};
use super::pages::{card, facts, help, overview};
use super::state::Overlay;
use super::view::View;

/// Draws the screen.
pub fn draw(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buf = frame.buffer_mut();
    let at = layout::in_area(app, area);
    bars::top(app, at.top, buf);
    match app.view {
        View::Overview => lines(&overview::lines(app), app.overview, at.main, buf),
        View::Timeline => {
            if let Some(subject) = app.timeline.subject.as_ref().filter(|_| at.note.height > 0) {
                lines(&facts::notes(app, subject, usize::from(at.note.width)), 0, at.note, buf);
            }
            ladder::draw(app, at.head, at.main, buf);
        }
        View::Calls | View::Pushes | View::Records | View::Findings | View::Registrations => {
            list::draw(app, at.head, at.main, buf);
        }
    }
    pane(app, &at, buf);
    match &app.overlay {
        Some(Overlay::Help(top)) => {
            let title = format!(" Keys in {} ", app.view.name());
            overlay(app, title, &help::lines(app), *top, at.over, buf);
        }
        Some(Overlay::Text { title, lines, top }) => overlay(app, format!(" {title} "), lines, *top, at.over, buf),
        Some(Overlay::Card(own)) => {
            let all = card::lines(app, own, usize::from(at.over.width).saturating_sub(2));
            overlay(app, " Case ".to_owned(), &all, own.top, at.over, buf);
        }
        Some(Overlay::Menu(menu)) => menu::draw(app, menu, at.over, buf),
        None => {}
    }
    bars::notice(app, at.notice, buf);
    if let Some(prompt) = &app.prompt {
        let column = bars::prompt(app, prompt, at.notice, buf);
        frame.set_cursor_position((column, at.notice.y));
        bars::hints(app, at.hints, frame.buffer_mut());
        return;
    }
    bars::hints(app, at.hints, buf);
}

/// A text in a frame over the view.
fn overlay(app: &App, title: String, all: &[Line<'_>], top: usize, area: Rect, buf: &mut Buffer) {
    Clear.render(area, buf);
    let block = frame::boxed(app, title);
    let inner = block.inner(area);
    block.render(area, buf);
    lines(all, top, inner, buf);
}

/// More about the selected row, set off by a line.
fn pane(app: &App, at: &Parts, buf: &mut Buffer) {
    let text = at.pane_text();
    if text.is_empty() {
        return;
    }
    let theme = &app.theme;
    if at.beside {
        for row in at.pane.rows() {
            Line::styled(theme.glyph("│", "|"), theme.dim).render(row, buf);
        }
    } else {
        let line = theme.glyph("─", "-").repeat(usize::from(at.pane.width));
        Line::styled(line, theme.dim).render(at.pane, buf);
    }
    let all = facts::lines(app, usize::from(text.width));
    let top = app.pane_top.min(all.len().saturating_sub(usize::from(text.height)));
    lines(&all, top, text, buf);
}

/// Lines from `top` on, one below the other.
fn lines(all: &[Line<'_>], top: usize, area: Rect, buf: &mut Buffer) {
    for (row, line) in area.rows().zip(all.iter().skip(top)) {
        line.render(row, buf);
    }
}
