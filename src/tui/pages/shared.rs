//! What some rows share against the rest, as a page.

use ratatui::style::Style;
use ratatui::text::Line;

use crate::case::Shared;
use crate::stats::Share;
use crate::tui::app::App;
use crate::tui::cell::{clip, columns, fit};

/// Nobody reads on.
const MOST: usize = 40;
/// Behind what chance alone may have made.
const CHANCE: &str = "  chance?";

/// Where and who they were first, then what became of them.
pub(in crate::tui) fn lines(app: &App, found: &[Shared]) -> Vec<Line<'static>> {
    let (theme, ascii) = (&app.theme, app.theme.ascii);
    let width = usize::from(app.size.0).saturating_sub(2);
    let mut out = Vec::new();
    if found.is_empty() {
        out.push(Line::styled("no field has a value that most of them share, and that is rarer elsewhere", theme.dim));
        return out;
    }
    let what = found.iter().map(|s| s.what.len()).max().unwrap_or(0).max("what became".len());
    // Counts stand behind the value, and are not cut.
    let counts = found.iter().flat_map(|s| [share(s.here).len(), share(s.elsewhere).len()]).max().unwrap_or(0).max(9);
    let longest = found.iter().map(|s| columns(&clip(&s.value, width, ascii))).max().unwrap_or(0);
    let value = longest.min(width.saturating_sub(what + 2 * counts + 6 + CHANCE.len()).max(8));
    let head = |text: &str| {
        let (what, value) = (fit(text, what, ascii), fit("", value, ascii));
        let text = format!("{what}  {value}  {:>counts$}  {:>counts$}", "here", "elsewhere");
        Line::styled(clip(&text, width, ascii), theme.head)
    };
    for (is_result, title) in [(false, "they share"), (true, "what became")] {
        let own: Vec<&Shared> = found.iter().filter(|s| s.is_result == is_result).collect();
        if own.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(Line::default());
        }
        out.push(head(title));
        for s in own.into_iter().take(MOST) {
            let perhaps = if s.may_be_chance() { CHANCE } else { "" };
            let (what, value) = (fit(s.what, what, ascii), fit(&s.value, value, ascii));
            let (here, elsewhere) = (share(s.here), share(s.elsewhere));
            let text = format!("{what}  {value}  {here:>counts$}  {elsewhere:>counts$}{perhaps}");
            let style = if s.may_be_chance() { theme.dim } else { Style::new() };
            out.push(Line::styled(clip(&text, width, ascii), style));
        }
    }
    out
}

/// `150/210  71 %`.
fn share(share: Share) -> String {
    let percent = share.value().unwrap_or(0.0) * 100.0;
    format!("{}/{} {percent:>4.0} %", share.part, share.all)
}
