//! The card of a case as lines.

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::facts;
use crate::case::Item;
use crate::ladder::Subject;
use crate::text::sanitize;
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::card::Card;
use crate::tui::cell::wrap;

/// A card has few lines; those of a hostile log must not make it endless.
const MOST: usize = 400;

/// The lines of a card at that width.
pub(in crate::tui) fn lines(app: &App, card: &Card, width: usize) -> Vec<Line<'static>> {
    let theme = &app.theme;
    let mut out = facts::notes(app, &card.subject, width);
    let mut add = |first: &str, text: &str, (name, style): (Style, Style)| {
        let indent = " ".repeat(first.len().min(2));
        for (i, line) in wrap(&format!("{first}{text}"), width, MOST, theme.ascii).into_iter().enumerate() {
            let rest = line.strip_prefix(first).filter(|_| i == 0).map(str::to_owned);
            out.push(match rest {
                Some(rest) => Line::from(vec![Span::styled(first.to_owned(), name), Span::styled(rest, style)]),
                None => Line::styled(format!("{indent}{}", line.trim_start()), style),
            });
        }
    };
    add("", &title(app, &card.subject), (theme.head, theme.head));
    for item in card.case.items(&app.data.analysis, card.twin.as_ref()) {
        match item {
            Item::Line("", text) => add("  ", &text, (Style::new(), Style::new())),
            Item::Line(name @ ("cause" | "so"), text) => add(&format!("{name}: "), &text, (theme.name, theme.head)),
            Item::Line(name, text) => add(&format!("{name}: "), &text, (theme.name, Style::new())),
            Item::Quote(text) => add("  | ", &text, (theme.dim, theme.dim)),
            Item::Command(text) => add("  ", &sanitize(&text), (Style::new(), theme.good)),
        }
    }
    out
}

/// When, who and whom.
fn title(app: &App, subject: &Subject) -> String {
    let analysis = &app.data.analysis;
    let when = |time: Option<Timestamp>| time.map_or(String::new(), |t| t.iso().replace('T', " ") + "  ");
    match subject {
        Subject::Call(i) => analysis.calls.get(*i).map_or(String::new(), |call| {
            let what = call.modality.map_or(String::new(), |m| format!(", {}", m.name()));
            format!("{}{} to {}{what}; Call-ID {}", when(call.started), call.from, call.to, call.call_id)
        }),
        Subject::Push(i) => analysis.pushes.get(*i).map_or(String::new(), |push| {
            let whom = push.user.as_deref().unwrap_or("an unknown user");
            format!("{}push for {whom}; Call-ID {}", when(push.sent), push.call_id)
        }),
        Subject::Records(_) => String::new(),
    }
}
