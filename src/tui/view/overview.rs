//! The first page: the verdict, counts, times, sources.

use ratatui::text::{Line, Span};

use crate::tui::app::{App, Load};
use crate::tui::cell::clip;

/// The page; as wide as the terminal.
pub(in crate::tui) fn lines(app: &App) -> Vec<Line<'static>> {
    let mut out = Vec::new();
    if app.load != Load::Done {
        out.push(Line::raw("Reading the logs. Everything can be used already; rows come when they are read."));
        return out;
    }
    let data = &app.data;
    let counts = format!(
        "{} calls, {} pushes, {} records",
        data.analysis.calls.len(),
        data.analysis.pushes.len(),
        data.records.len()
    );
    let (text, style) = match data.overview.missed {
        0 => ("No missed notification".to_owned(), app.theme.good),
        1 => ("1 call missed".to_owned(), app.theme.bad),
        n => (format!("{n} calls missed"), app.theme.bad),
    };
    out.push(Line::from(vec![Span::styled(text, style), Span::raw(format!(" in {counts}"))]));
    out.push(Line::raw(""));
    for (word, n) in &data.overview.outcomes {
        out.push(Line::raw(clip(&format!("  {word:<20} {n:>10}"), usize::from(app.size.0), app.theme.ascii)));
    }
    out
}
