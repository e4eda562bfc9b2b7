//! The help of the place where it was asked for, made of the key table; and what another program
//! has whose keys are used.

use ratatui::text::{Line, Span};

use crate::tui::app::App;
use crate::tui::cell::fit;
use crate::tui::keys::KeyContext;

/// The lines of the help.
pub(in crate::tui) fn lines(app: &App) -> Vec<Line<'static>> {
    let line = |keys: &str, help: &str| {
        Line::from(vec![Span::styled(fit(keys, 16, app.theme.ascii), app.theme.name), Span::raw(format!(" {help}"))])
    };
    let own = app.keys.lines(KeyContext::View(app.view)).filter(|l| !l.keys.is_empty());
    let mut out: Vec<Line<'static>> = own
        .map(|l| line(&l.keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "), l.binding.help))
        .collect();
    let preset = app.keys.base();
    if !preset.missing().is_empty() {
        out.push(Line::default());
        out.push(Line::styled(
            format!("Keys of {} that do something else here, or nothing", preset.name()),
            app.theme.head,
        ));
        out.extend(preset.missing().iter().map(|(keys, help)| line(keys, help)));
    }
    out
}
