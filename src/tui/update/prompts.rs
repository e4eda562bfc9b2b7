//! Lines that are typed: what to search for, a time, the name of a file.

use std::path::PathBuf;

use tui_input::InputRequest;

use super::{filters, find, moves, row, span, split};
use crate::time::Timestamp;
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::content::{Content, Save};
use crate::tui::list::Motion;
use crate::tui::notes::call_ids;
use crate::tui::search::Search;
use crate::tui::state::{Notice, Prompt, PromptKind};

pub(super) fn search(app: &mut App) {
    let from = app.list().map_or(0, |l| l.selected);
    app.prompt = Some(Prompt::new(PromptKind::Search(from), String::new()));
}

pub(super) fn time(app: &mut App) {
    app.prompt = Some(Prompt::new(PromptKind::Time, String::new()));
}

/// Splits the logs at the selected row. Where that has no time, it is asked for: that of the mark is typed already, or that of
/// the middle.
pub(super) fn split(app: &mut App) {
    if let Some(time) = app.list().and_then(|l| row::time(app, l.selected)) {
        return split::at(app, time);
    }
    let middle = || app.data.overview.span.map(|(first, last)| first.plus(last.since(first) / 2));
    let text = app.marked_time().or_else(middle).map_or(String::new(), Timestamp::short);
    app.prompt = Some(Prompt::new(PromptKind::Split, text));
}

pub(super) fn file(app: &mut App, content: Content) {
    let name = content.file_name(&app.data);
    let text = app.folder.as_ref().map_or(name.clone(), |f| f.join(&name).display().to_string());
    app.asked = None;
    app.prompt = Some(Prompt::new(PromptKind::Save(content), text));
}

/// It was not saved: another name is asked for.
pub(super) fn unsaved(app: &mut App, save: Save, text: String) {
    if app.prompt.is_none() {
        app.notice = Some(Notice { text, bad: true });
        app.asked = save.sure.then(|| save.path.clone());
        app.prompt = Some(Prompt::new(PromptKind::Save(save.content), save.path.display().to_string()));
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
    let text = app.notes.get(&call_id).unwrap_or_default().to_owned();
    app.prompt = Some(Prompt::new(PromptKind::Note(call_id), text));
}

/// A key in the line. A search goes on while it is typed.
pub(super) fn edit(app: &mut App, request: InputRequest) -> Option<Effect> {
    let prompt = app.prompt.as_mut()?;
    prompt.input.handle(request);
    (prompt.offers, prompt.past) = (None, None);
    changed(app)
}

/// The line is another one now.
pub(super) fn changed(app: &mut App) -> Option<Effect> {
    let prompt = app.prompt.as_ref()?;
    app.notice = None;
    match prompt.kind {
        PromptKind::Search(from) => {
            app.search = Search::new(prompt.input.value());
            moves::select(app, from);
            find::start(app, from, true);
            None
        }
        PromptKind::Filter(..) => filters::typed(app),
        PromptKind::Time | PromptKind::Split | PromptKind::Save(_) | PromptKind::Note(_) | PromptKind::Alias(_) => None,
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

/// Gives the line up.
pub(super) fn cancel(app: &mut App) {
    match app.prompt.take().map(|p| p.kind) {
        Some(PromptKind::Search(from)) => {
            app.search = Search::default();
            app.job = None;
            moves::select(app, from);
        }
        Some(PromptKind::Filter(before, _)) => filters::cancel(app, *before),
        _ => {}
    }
}

/// The line is done.
pub(super) fn confirm(app: &mut App) -> Option<Effect> {
    let prompt = app.prompt.take()?;
    if let PromptKind::Filter(..) = prompt.kind {
        return filters::confirm(app, prompt);
    }
    let Prompt { kind, input, .. } = prompt;
    let text = input.value().trim();
    app.history.add(&kind, text);
    match kind {
        PromptKind::Filter(..) => None,
        PromptKind::Search(_) => {
            // Stays where it is when this row was found; when none is, that is told again.
            let here = app.list().map_or(0, |l| l.selected);
            find::start(app, here, true);
            None
        }
        PromptKind::Alias(host) => {
            if text.is_empty() {
                app.aliases.remove(&host);
            } else {
                app.aliases.insert(host, text.to_owned());
            }
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
            if let Some(span) = span::read(text, day).filter(|_| matches!(kind, PromptKind::Time)) {
                span::set(app, Some(span));
                return None;
            }
            match Timestamp::parse(text, day) {
                Some(time) if matches!(kind, PromptKind::Split) => split::at(app, time),
                Some(time) => moves::go_to(app, time),
                None => {
                    let text =
                        format!("{text}: no time; expected 10:14, 10:14:03.5, 2013-10-15 10:14 or a span 10:14..10:20");
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
