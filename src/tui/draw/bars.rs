//! The bar on top, the line of notices and the hints.

use std::fmt::Write as _;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Widget;

use crate::text::plural;
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::cell::{clip, columns, fit};
use crate::tui::keys::{KeyContext, KeyLine, Scope};
use crate::tui::pages::tabs::{state, tabs};
use crate::tui::state::{Load, Prompt, PromptKind};
use crate::tui::view::View;

/// Views, and how far loading has come.
pub(super) fn top(app: &App, area: Rect, buf: &mut Buffer) {
    let width = usize::from(area.width);
    let spans = tabs(app, width).into_iter().map(|(text, view)| {
        let style = match view {
            None => app.theme.head,
            Some(view) if view == app.view => app.theme.selected,
            Some(_) => Style::new(),
        };
        Span::styled(text, style)
    });
    Line::from(spans.collect::<Vec<_>>()).render(area, buf);
    let state = clip(&state(app), width, app.theme.ascii);
    let room = u16::try_from(columns(&state)).unwrap_or(0).min(area.width);
    let right = Rect { x: area.right() - room, width: room, ..area };
    Line::styled(state, app.theme.warn).render(right, buf);
}

/// What the user has to be told, and where in the list he is.
pub(super) fn notice(app: &App, area: Rect, buf: &mut Buffer) {
    let width = usize::from(area.width);
    let place = app.list().map_or(String::new(), |l| match l.rows.len() {
        0 if app.load == Load::Done => "none".to_owned(),
        0 => "none so far, more are read".to_owned(),
        n if app.load == Load::Done => format!("{} of {n}", l.selected + 1),
        n => format!("{} of the first {n}, more are read", l.selected + 1),
    });
    let place = match app.list().and_then(|l| l.only.as_ref()) {
        Some(why) => format!("{why}: {place}"),
        None => place,
    };
    let place = match app.span.filter(|_| app.list().is_some() && app.view != View::Timeline) {
        Some((from, to)) => format!("only {} to {}, {place}", second(from), second(to)),
        None => place,
    };
    let place = app.filtering.map_or(place, |percent| format!("filtering {percent} %; Esc stops"));
    let place = match app.job {
        Some(job) => format!("searching, {} rows done; Esc stops", job.done),
        None => place,
    };
    let place = app.count.map_or(place.clone(), |n| format!("{n}  {place}"));
    let place = clip(&place, width, app.theme.ascii);
    let room = u16::try_from(columns(&place)).unwrap_or(0).min(area.width);
    let left = Rect { width: (area.width - room).saturating_sub(1), ..area };
    if let Some(notice) = &app.notice {
        let style = if notice.bad { app.theme.bad } else { app.theme.good };
        let text = clip(&notice.text, usize::from(left.width), app.theme.ascii);
        Line::styled(text, style).render(left, buf);
    }
    Line::styled(place, app.theme.dim).render(Rect { x: area.right() - room, width: room, ..area }, buf);
}

/// The time of day to the second.
fn second(time: Timestamp) -> String {
    time.clock().chars().take(8).collect()
}

/// The line that is typed; gives the column of the cursor.
pub(super) fn prompt(app: &App, prompt: &Prompt, area: Rect, buf: &mut Buffer) -> u16 {
    let title = match prompt.kind {
        PromptKind::Search(_) => "/",
        PromptKind::Filter(..) => "filter: ",
        PromptKind::Time => "time: ",
        PromptKind::Split => "before and after: ",
        PromptKind::Save(_) => "save as: ",
        PromptKind::Note(_) => "note: ",
        PromptKind::Alias(_) => "name of the lane: ",
    };
    let width = usize::from(area.width);
    // What the user types is no log, but it may have been pasted.
    let room = width.saturating_sub(title.len() + 1).max(1);
    let hidden = prompt.input.visual_scroll(room);
    let text: String = prompt.input.value().chars().skip(hidden).collect();
    let text = format!("{title}{}", clip(&text, room, app.theme.ascii));
    let found = match (&prompt.kind, app.list()) {
        // What is wrong stands in the line below, where there is room for it.
        _ if app.notice.as_ref().is_some_and(|n| n.bad) => String::new(),
        (PromptKind::Filter(..), Some(list)) if app.filtering.is_none() => {
            format!("   {}", plural(list.rows.len() as u64, "row"))
        }
        (PromptKind::Filter(..), _) => "   ...".to_owned(),
        _ => String::new(),
    };
    buf.set_style(area, Style::reset());
    Line::raw(fit(&clip(&format!("{text}{found}"), width, app.theme.ascii), width, app.theme.ascii)).render(area, buf);
    let column = title.len() + prompt.input.visual_cursor().saturating_sub(hidden);
    area.x + u16::try_from(column).unwrap_or(0).min(area.width.saturating_sub(1))
}

/// What can be typed, or the keys of a line.
fn below(prompt: &Prompt, width: usize) -> String {
    let Some(offers) = prompt.offers.as_ref().filter(|o| !o.words.is_empty()) else {
        return match prompt.kind {
            PromptKind::Filter(..) | PromptKind::Search(_) => "Enter done  Esc give up  Tab completes  Up earlier ones",
            _ => "Enter done  Esc give up",
        }
        .to_owned();
    };
    // The one that stands in the line, and those behind it.
    let first = offers.at.unwrap_or(0);
    let mut out = String::new();
    for (i, word) in offers.words.iter().enumerate().skip(first) {
        if columns(&out) + columns(word) + 8 > width && i > first {
            // Writing to a string cannot fail.
            let _ = write!(out, "{} more", offers.words.len() - i);
            break;
        }
        out.push_str(word);
        out.push_str("  ");
    }
    out
}

/// Keys of this place, as many as there is room for.
pub(super) fn hints(app: &App, area: Rect, buf: &mut Buffer) {
    if matches!(app.place(), KeyContext::Prompt) {
        let width = usize::from(area.width);
        if let Some(notice) = &app.notice {
            let style = if notice.bad { app.theme.bad } else { app.theme.warn };
            Line::styled(clip(&notice.text, width, app.theme.ascii), style).render(area, buf);
            return;
        }
        let text = app.prompt.as_ref().map_or(String::new(), |prompt| below(prompt, width));
        Line::styled(clip(&text, width, app.theme.ascii), app.theme.dim).render(area, buf);
        return;
    }
    // The way out and the help are there however little room there is.
    let (last, first): (Vec<_>, Vec<_>) =
        app.keys.lines(app.place()).filter(|l| !l.binding.hint.is_empty()).partition(|l| l.binding.scope == Scope::All);
    let hint = |l: &KeyLine| Some((l.keys.first()?.to_string(), l.binding.hint));
    let width = |(key, hint): &(String, &str)| key.len() + hint.len() + 3;
    let last: Vec<_> = last.into_iter().filter_map(hint).collect();
    let mut room = usize::from(area.width + 2).saturating_sub(last.iter().map(width).sum());
    let mut shown = Vec::new();
    for hint in first.into_iter().filter_map(hint) {
        let Some(rest) = room.checked_sub(width(&hint)) else { break };
        room = rest;
        shown.push(hint);
    }
    let spans = shown
        .into_iter()
        .chain(last)
        .flat_map(|(key, hint)| [Span::styled(key, app.theme.head), Span::styled(format!(" {hint}  "), app.theme.dim)]);
    Line::from(spans.collect::<Vec<_>>()).render(area, buf);
}
