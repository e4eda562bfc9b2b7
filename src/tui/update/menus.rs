//! Menus and the comparison of two messages.

use std::collections::BTreeMap;

use ratatui::text::{Line, Span};

use super::lists::sort_by;
use super::row::{entry, notes, record, subject, user};
use super::{filters, ladder, prompts};
use crate::analysis::hops::{self, Change};
use crate::text::decode;
use crate::trace::EventId;
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::cell::wrap;
use crate::tui::content::Content;
use crate::tui::keys::Command;
use crate::tui::layout::layout;
use crate::tui::menu::{Choice, LETTERS, Menu};
use crate::tui::rows;
use crate::tui::state::{Notice, Overlay};
use crate::tui::view::View;

/// Which column to sort by.
pub(super) fn sort(app: &mut App) {
    let Some(list) = app.list() else { return };
    let by = list.sort.map_or(0, |(column, _)| column);
    column_menu(app, "Sort by", by, |i, title| (title.to_owned(), Choice::Sort(i)));
}

/// Which columns to show.
pub(super) fn columns(app: &mut App) {
    let hidden = app.list().map_or(0, |l| l.hidden);
    let chosen = app.list().map_or(BTreeMap::new(), |l| l.chosen.clone());
    let shown = shown(app);
    column_menu(app, "Columns", 0, |i, title| {
        let (sign, why) = match (hidden & (1 << i) == 0, shown.contains(&i)) {
            (true, true) => ("x", ""),
            (true, false) => (" ", "  (no room)"),
            _ => (" ", ""),
        };
        let width = chosen.get(&i).map_or(String::new(), |w| format!("  {w} wide"));
        (format!("[{sign}] {title}{why}{width}"), Choice::Column(i))
    });
}

/// The narrowest and the widest that a column can be made.
pub(super) const WIDTHS: (usize, usize) = (3, 200);

/// Makes the column that is selected in the menu of columns wider or narrower; made narrower than the narrowest it is as wide
/// again as its texts need.
pub(super) fn widen(app: &mut App, by: usize, wider: bool) {
    let Some(Overlay::Menu(menu)) = &app.overlay else { return };
    let at = menu.at;
    let Some((.., Choice::Column(column))) = menu.items.get(at) else { return };
    let column = *column;
    let width = usize::from(layout(app).main.width).saturating_sub(1);
    let fitting = app.list().map_or(Vec::new(), |list| rows::fitting(rows::columns(app.view), list, width));
    let Some((_, now)) = fitting.into_iter().find(|(i, _)| *i == column) else {
        app.notice = Some(Notice { text: "there is no room for that column now".to_owned(), bad: false });
        return;
    };
    let to = if wider { now.saturating_add(by) } else { now.saturating_sub(by) };
    if let Some(list) = app.list_mut() {
        if to < WIDTHS.0 {
            list.chosen.remove(&column);
        } else {
            list.chosen.insert(column, to.min(WIDTHS.1));
        }
    }
    columns(app);
    if let Some(Overlay::Menu(menu)) = &mut app.overlay {
        menu.at = at;
    }
}

/// The columns that are on the screen.
fn shown(app: &App) -> Vec<usize> {
    let width = usize::from(layout(app).main.width).saturating_sub(1);
    let fitting = app.list().map(|list| rows::fitting(rows::columns(app.view), list, width));
    fitting.into_iter().flatten().map(|(i, _)| i).collect()
}

fn column_menu(app: &mut App, title: &'static str, at: usize, item: impl Fn(usize, &str) -> (String, Choice)) {
    let items = rows::columns(app.view)
        .iter()
        .zip(LETTERS.chars())
        .enumerate()
        .map(|(i, (column, letter))| {
            let name = if column.title.is_empty() { "Direction" } else { column.title };
            let (text, choice) = item(i, name);
            (letter, text, choice)
        })
        .collect();
    app.overlay = Some(Overlay::Menu(Menu { title, items, at }));
}

/// What to copy.
pub(super) fn copy(app: &mut App) {
    let Some(row) = app.list().map(|l| l.selected) else { return };
    if let Some((place, line)) = entry(app, row).and_then(|entry| app.data.line(entry)) {
        let at = app.data.trace.location(place.file, place.start);
        let at = format!("{}:{}", at.file, at.line);
        let items = vec![
            ('m', "line, as logged".to_owned(), Choice::Copy(decode(line.text).into_owned())),
            ('l', format!("place  {at}"), Choice::Copy(at)),
        ];
        app.overlay = Some(Overlay::Menu(Menu { title: "Copy", items, at: 0 }));
        return;
    }
    let ids = match app.view {
        View::Timeline => app.timeline.records().to_vec(),
        _ => record(app, row).into_iter().collect(),
    };
    let Some(id) = ids.first().copied() else { return };
    let trace = &app.data.trace;
    let Some(event) = trace.event(id) else { return };
    let place = trace.locate(id);
    let mut items = vec![
        ('m', "message, as logged".to_owned(), Choice::Copy(decode(trace.record(event)).trim_end().to_owned())),
        ('l', format!("place  {}:{}", place.file, place.line), Choice::Copy(format!("{}:{}", place.file, place.line))),
    ];
    if let Some(call) = event.call_id() {
        let text = decode(trace.symbol(call)).into_owned();
        items.insert(1, ('c', format!("Call-ID  {text}"), Choice::Copy(text)));
    }
    if let Some(user) = user(app).filter(|u| !u.is_empty()) {
        items.push(('u', format!("user  {user}"), Choice::Copy(user)));
    }
    if let Some(subject) = subject(app) {
        let notes = notes(app, &subject);
        if !notes.is_empty() {
            let text = notes.join("\n");
            items.push(('n', format!("note  {text}"), Choice::Copy(text)));
        }
        let story = Choice::CopyContent(Content::Text(subject, notes));
        items.push(('t', "this story, as text with its records".to_owned(), story));
    }
    app.overlay = Some(Overlay::Menu(Menu { title: "Copy", items, at: 0 }));
}

/// A line of the menu is chosen.
pub(super) fn choose(app: &mut App, item: usize) -> Option<Effect> {
    let Some(Overlay::Menu(menu)) = &app.overlay else { return None };
    let (_, _, choice) = menu.items.get(item)?.clone();
    app.overlay = None;
    match choice {
        Choice::Copy(text) => return Some(Effect::Copy(text)),
        Choice::CopyContent(content) => {
            let mut out = Vec::new();
            content.write(&app.data, app.theme.ascii, &mut out).ok()?;
            return Some(Effect::Copy(String::from_utf8_lossy(&out).into_owned()));
        }
        Choice::Save(content) => prompts::file(app, content),
        Choice::Sort(column) => sort_by(app, column),
        Choice::Lane(lane) => ladder::hide(app, lane, item),
        Choice::Rename(lane) => ladder::rename(app, lane),
        Choice::Filter(at) => return filters::switch(app, at, item),
        Choice::Named(name) => return filters::named(app, name, item),
        Choice::NewFilter => filters::another(app),
        Choice::Column(column) => {
            let shown = shown(app);
            let (list, bit) = (app.list_mut()?, 1 << column);
            if shown.contains(&column) {
                (list.hidden, list.pinned) = (list.hidden | bit, list.pinned & !bit);
            } else {
                // What was left out for want of room is wanted now.
                (list.hidden, list.pinned) = (list.hidden & !bit, list.pinned | bit);
            }
            columns(app);
            if let Some(Overlay::Menu(menu)) = &mut app.overlay {
                menu.at = item;
            }
        }
    }
    None
}

/// What is different between the marked message and the selected one.
pub(super) fn compare(app: &mut App) {
    let selected = match app.view {
        View::Timeline => app.timeline.records().first().copied(),
        _ => app.list().and_then(|l| record(app, l.selected)),
    };
    let (Some(marked), Some(selected)) = (app.last_mark, selected) else {
        let text = format!("mark a message with {} first, then select the other", app.keys.name(Command::Mark));
        app.notice = Some(Notice { text, bad: false });
        return;
    };
    let place = |id: EventId| {
        let at = app.data.trace.locate(id);
        format!("{}:{} {}", at.file, at.line, rows::title(&app.data, id))
    };
    let theme = &app.theme;
    let width = usize::from(app.size.0).saturating_sub(2);
    let mut lines = Vec::new();
    let mut add = |sign: &'static str, text: &str| {
        let style = match sign {
            "+ " => theme.good,
            "- " => theme.bad,
            _ => theme.head,
        };
        for (i, line) in wrap(text, width.saturating_sub(2), 200, theme.ascii).into_iter().enumerate() {
            let sign = if i == 0 { sign } else { "  " };
            lines.push(Line::from(vec![Span::styled(sign, style), Span::raw(line)]));
        }
    };
    add("- ", &place(marked));
    add("+ ", &place(selected));
    add("", "");
    let changes = hops::compare(&app.data.trace, marked, selected);
    if changes.is_empty() {
        add("", "no difference");
    }
    for change in changes {
        match change {
            Change::RequestUri { from, to } => {
                add("- ", &format!("Request-URI: {from}"));
                add("+ ", &format!("Request-URI: {to}"));
            }
            Change::AddedVia(via) => add("+ ", &format!("Via: {via}")),
            Change::RemovedVia(via) => add("- ", &format!("Via: {via}")),
            Change::Added { name, value } => add("+ ", &format!("{name}: {value}")),
            Change::Removed { name, value } => add("- ", &format!("{name}: {value}")),
            Change::Changed { name, from, to } => {
                add("- ", &format!("{name}: {from}"));
                add("+ ", &format!("{name}: {to}"));
            }
            Change::Body { from, to } => {
                add("- ", &format!("body of {from} bytes"));
                add("+ ", &format!("body of {to} bytes"));
            }
        }
    }
    app.overlay = Some(Overlay::Text { title: "What changed".to_owned(), lines, top: 0 });
}
