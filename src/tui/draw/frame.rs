//! A frame around what lies over the view.

use ratatui::widgets::Block;

use crate::tui::app::App;

/// A frame with a title.
pub(super) fn boxed(app: &App, title: String) -> Block<'static> {
    use ratatui::symbols::border::{PLAIN, Set};
    const ASCII: Set<'static> = Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    };
    Block::bordered().border_set(if app.theme.ascii { ASCII } else { PLAIN }).title(title)
}
