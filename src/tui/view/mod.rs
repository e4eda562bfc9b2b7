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
mod calls;
mod help;
mod layout;
mod overview;
mod table;

pub(super) use help::lines as help_lines;
pub(super) use layout::layout;
pub(super) use overview::lines as overview_lines;

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Widget;

use super::app::{App, Overlay, View};

/// Draws the screen.
pub fn view(app: &App, frame: &mut Frame<'_>) {
    let area = frame.area();
    let buf = frame.buffer_mut();
    let at = layout::in_area(app, area);
    bars::top(app, at.top, buf);
    match app.view {
        View::Overview => lines(&overview::lines(app), app.overview, at.main, buf),
        View::Calls => calls::draw(app, at.head, at.main, buf),
        View::Pushes | View::Timeline | View::Records | View::Findings => {}
    }
    if let Some(Overlay::Help(top)) = app.overlay {
        help::draw(app, top, at.over, buf);
    }
    bars::notice(app, at.notice, buf);
    bars::hints(app, at.hints, buf);
}

/// Lines from `top` on, one below the other.
fn lines(all: &[Line<'_>], top: usize, area: Rect, buf: &mut Buffer) {
    for (row, line) in area.rows().zip(all.iter().skip(top)) {
        line.render(row, buf);
    }
}
