//! Lines that are typed: what to search for, a time, the name of a file.

use std::path::PathBuf;

use tui_input::{Input, InputRequest};

use super::{find, lists, moves, row, split};
use crate::query::Query;
use crate::time::Timestamp;
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::content::{Content, Save};
use crate::tui::filter::Filter;
use crate::tui::list::Motion;
use crate::tui::notes::call_ids;
use crate::tui::search::Search;
use crate::tui::state::{Notice, Prompt, PromptKind};
use crate::tui::view::View;

pub(super) fn search(app: &mut App) {
    let from = app.list().map_or(0, |l| l.selected);
    app.prompt = Some(Prompt { kind: PromptKind::Search(from), input: Input::default() });
}

pub(super) fn time(app: &mut App) {
    app.prompt = Some(Prompt { kind: PromptKind::Time, input: Input::default() });
}

/// Splits the logs at the selected row. Where that has no time, it is asked for: that of the mark is typed already, or that of
/// the middle.
pub(super) fn split(app: &mut App) {
    if let Some(time) = app.list().and_then(|l| row::time(app, l.selected)) {
        return split::at(app, time);
    }
    let middle = || app.data.overview.span.map(|(first, last)| first.plus(last.since(first) / 2));
    let input = Input::new(app.marked_time().or_else(middle).map_or(String::new(), Timestamp::short));
    app.prompt = Some(Prompt { kind: PromptKind::Split, input });
}

pub(super) fn file(app: &mut App, content: Content) {
    let name = content.file_name(&app.data);
    let input = Input::new(app.folder.as_ref().map_or(name.clone(), |f| f.join(&name).display().to_string()));
    app.asked = None;
    app.prompt = Some(Prompt { kind: PromptKind::Save(content), input });
}

/// It was not saved: another name is asked for.
pub(super) fn unsaved(app: &mut App, save: Save, text: String) {
    if app.prompt.is_none() {
        app.notice = Some(Notice { text, bad: true });
        app.asked = save.sure.then(|| save.path.clone());
        let input = Input::new(save.path.display().to_string());
        app.prompt = Some(Prompt { kind: PromptKind::Save(save.content), input });
    }
}

/// A note on what the selected row is about; the one that is there can be changed.
pub(super) fn note(app: &mut App) {
    let Some(subject) = row::subject(app) else { return };
    let Some(call_id) = call_ids(&app.data, &subject).into_iter().next() else {
        let text = "this row names no Call-ID: a note would not be found again".to_owned();
        app.notice = Some(Notice { text, bad: true });
        return;
    };
    let input = Input::new(app.notes.get(&call_id).unwrap_or_default().to_owned());
    app.prompt = Some(Prompt { kind: PromptKind::Note(call_id), input });
}

/// A key in the line. A search goes on while it is typed.
pub(super) fn edit(app: &mut App, request: InputRequest) -> Option<Effect> {
    let prompt = app.prompt.as_mut()?;
    prompt.input.handle(request);
    app.notice = None;
    let text = prompt.input.value().trim().to_owned();
    match prompt.kind {
        PromptKind::Search(from) => {
            app.search = Search::new(prompt.input.value());
            moves::select(app, from);
            find::start(app, from, true);
            None
        }
        PromptKind::Filter(_) => Some(ask(app, app.view, text)),
        PromptKind::Time | PromptKind::Split | PromptKind::Save(_) | PromptKind::Note(_) => None,
    }
}

/// A pasted text is typed at once: its first line, without what acts on a terminal.
pub(super) fn paste(app: &mut App, text: &str) -> Option<Effect> {
    /// Nobody searches for more.
    const MOST: usize = 1_000;
    let line = text.trim_start().lines().next().unwrap_or_default().trim_end();
    let mut last = None;
    for c in line.chars().filter(|c| !c.is_control()).take(MOST) {
        last = Some(c);
        app.prompt.as_mut()?.input.handle(InputRequest::InsertChar(c));
    }
    // Whatever goes on while a line is typed goes on once for all of it.
    let c = last?;
    app.prompt.as_mut()?.input.handle(InputRequest::DeletePrevChar);
    edit(app, InputRequest::InsertChar(c))
}

pub(super) fn filter(app: &mut App) {
    let Some(list) = app.list() else { return };
    let before = Box::new(list.clone());
    // A list that was narrowed to a cause has no query.
    let text = list.query.clone().unwrap_or_default();
    app.prompt = Some(Prompt { kind: PromptKind::Filter(before), input: Input::new(text) });
}

/// Asks a filter; a query that cannot be read leaves the rows as they are.
pub(super) fn ask(app: &mut App, view: View, text: String) -> Effect {
    app.filters += 1;
    app.filtering = None;
    if text.is_empty() {
        lists::refill(app, view, None);
        return Effect::StopFilter;
    }
    if let Err(error) = Query::parse(&text) {
        app.notice = Some(Notice { text: error.to_string(), bad: true });
        return Effect::StopFilter;
    }
    app.filtering = Some(0);
    Effect::Filter(Filter { number: app.filters, view, text })
}

/// The rows of a filter have come.
pub(super) fn filtered(app: &mut App, filter: Filter, rows: Vec<usize>) {
    app.filtering = None;
    if rows.is_empty()
        && let Ok(query) = Query::parse(&filter.text)
        && let Some((word, flag)) = query.misspelt_flag()
    {
        let text = format!("{word:?} is looked for as text (did you mean {flag}?)");
        app.notice = Some(Notice { text, bad: false });
    }
    lists::refill(app, filter.view, Some((filter.text.clone(), rows)));
    if let Some(list) = app.list_of(filter.view) {
        list.query = Some(filter.text);
    }
}

/// Gives the line up.
pub(super) fn cancel(app: &mut App) {
    match app.prompt.take().map(|p| p.kind) {
        Some(PromptKind::Search(from)) => {
            app.search = Search::default();
            app.job = None;
            moves::select(app, from);
        }
        Some(PromptKind::Filter(before)) => {
            (app.filtering, app.filters) = (None, app.filters + 1);
            if let Some(list) = app.list_mut() {
                *list = *before;
            }
        }
        _ => {}
    }
}

/// The line is done.
pub(super) fn confirm(app: &mut App) -> Option<Effect> {
    let Prompt { kind, input } = app.prompt.take()?;
    let text = input.value().trim();
    match kind {
        PromptKind::Filter(_) if Query::parse(text).is_err() => {
            // The line stays, with what is wrong in it.
            let effect = ask(app, app.view, text.to_owned());
            app.prompt = Some(Prompt { kind, input });
            Some(effect)
        }
        PromptKind::Filter(_) => None,
        PromptKind::Search(_) => {
            // Stays where it is when this row was found; when none is, that is told again.
            let here = app.list().map_or(0, |l| l.selected);
            find::start(app, here, true);
            None
        }
        PromptKind::Note(call_id) => {
            app.notes.set(&call_id, text);
            moves::go(app, Motion::Down(0));
            Some(Effect::Note(call_id, text.to_owned()))
        }
        _ if text.is_empty() => None,
        PromptKind::Time | PromptKind::Split => {
            let here = app.list().and_then(|l| row::time(app, l.selected));
            let day = here.or(app.data.overview.span.map(|s| s.0));
            match Timestamp::parse(text, day) {
                Some(time) if matches!(kind, PromptKind::Split) => split::at(app, time),
                Some(time) => moves::go_to(app, time),
                None => {
                    let text = format!("{text}: no time; expected 10:14, 10:14:03.5 or 2013-10-15 10:14");
                    app.notice = Some(Notice { text, bad: true });
                }
            }
            None
        }
        PromptKind::Save(content) => {
            let (path, ascii) = (PathBuf::from(text), app.theme.ascii);
            let sure = app.asked.take().is_some_and(|asked| asked == path);
            Some(Effect::Save(Save { path, content, ascii, sure }))
        }
    }
}
