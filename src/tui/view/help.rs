//! The help of the place where it was asked for, made of the key table.

use ratatui::text::{Line, Span};
use ratatui::widgets::Block;

use crate::tui::app::App;
use crate::tui::cell::fit;
use crate::tui::keys::{Binding, Place, bindings};

/// The lines of the help.
pub(in crate::tui) fn lines(app: &App) -> Vec<Line<'static>> {
    bindings(Place::View(app.view))
        .map(|Binding { keys, help, .. }| {
            let names: Vec<String> = keys.iter().map(ToString::to_string).collect();
            Line::from(vec![
                Span::styled(fit(&names.join(" "), 16, app.theme.ascii), app.theme.name),
                Span::raw(format!(" {help}")),
            ])
        })
        .collect()
}

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
