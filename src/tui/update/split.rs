//! What was before a time, and what was from it on.

use ratatui::text::Line;

use crate::compare;
use crate::rates::Facts;
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::cell::clip;
use crate::tui::pages::facts;
use crate::tui::state::Overlay;

/// Lays over the view what `siptrail compare --split` says.
pub(super) fn at(app: &mut App, time: Timestamp) {
    let compared = compare::split(&Facts::of(&app.data.trace, &app.data.analysis), time);
    let width = usize::from(app.size.0).saturating_sub(2).max(20);
    let mut told: Vec<(anstyle::Style, String)> = Vec::new();
    // Writing to memory does not fail.
    let _ = compare::tell(&compared, width, &mut told);
    let lines = told
        .into_iter()
        .map(|(style, text)| Line::styled(clip(&text, width, app.theme.ascii), facts::in_theme(&app.theme, style)));
    let title = format!("Before and from {} on", time.short());
    app.overlay = Some(Overlay::Text { title, lines: lines.collect(), top: 0 });
}
