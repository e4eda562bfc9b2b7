//! Menus and the comparison of two messages.

use ratatui::text::{Line, Span};

use super::lists::sort_by;
use super::row::{entry, notes, record, subject, user};
use super::{filters, ladder, prompts};
use crate::analysis::hops::{self, Change};
use crate::ladder::Subject;
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
    let shown = shown(app);
    column_menu(app, "Columns", 0, |i, title| {
        let (sign, why) = match (hidden & (1 << i) == 0, shown.contains(&i)) {
            (true, true) => ("x", ""),
            (true, false) => (" ", "  (no room)"),
            _ => (" ", ""),
        };
        (format!("[{sign}] {title}{why}"), Choice::Column(i))
    });
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

/// What to save.
pub(super) fn save(app: &mut App) {
    let mut items = Vec::new();
    if let Some(subject) = subject(app) {
        items.push((
            't',
            "this story, as text with its records".to_owned(),
            Choice::Save(Content::Text(subject.clone(), notes(app, &subject))),
        ));
        let picture = Choice::Save(Content::Svg(subject.clone()));
        items.push(('v', "its ladder, as a picture (SVG)".to_owned(), picture));
        let diagram = Choice::Save(Content::Mermaid(subject.clone()));
        items.push(('d', "its ladder, as a diagram (Mermaid)".to_owned(), diagram));
        if !matches!(subject, Subject::Records(_)) {
            items.push(('j', "this story, as JSON".to_owned(), Choice::Save(Content::Json(subject))));
        }
    }
    if !app.marks.is_empty() {
        let marked: Vec<EventId> = app.marks.iter().copied().collect();
        let text = format!("the marked records, as logged ({})", marked.len());
        items.push(('m', text, Choice::Save(Content::Records(marked))));
    }
    match (app.view, app.list()) {
        (View::Records, Some(list)) => {
            let all = list.rows.iter().filter_map(|r| app.data.records.get(*r as usize)).copied().collect();
            let text = format!("the rows shown, as logged ({})", list.rows.len());
            items.push(('a', text, Choice::Save(Content::Entries(all))));
        }
        (View::Calls | View::Pushes, Some(list)) => {
            let text = format!("the rows shown, as JSON ({})", list.rows.len());
            items.push(('a', text, Choice::Save(Content::Rows(app.view, list.rows.clone()))));
        }
        _ => {}
    }
    if items.is_empty() {
        app.notice = Some(Notice { text: "nothing to save here".to_owned(), bad: false });
        return;
    }
    app.overlay = Some(Overlay::Menu(Menu { title: "Save", items, at: 0 }));
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
