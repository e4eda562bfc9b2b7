//! The card of a case, and where its keys lead.

use ratatui::text::Line;

use super::row::subject;
use super::{lists, moves, prompts, row};
use crate::case::{self, Case};
use crate::ladder::text::TimeStyle;
use crate::ladder::{self, Subject, pair};
use crate::report::day::Day;
use crate::text::sanitize;
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::card::{Card, SavedCase};
use crate::tui::cell::wrap;
use crate::tui::content::Content;
use crate::tui::list::Motion;
use crate::tui::pages::facts;
use crate::tui::state::{Notice, Overlay};
use crate::tui::view::View;

/// Lines of a ticket that are shown.
const TICKET: usize = 2_000;

fn tell(app: &mut App, text: &str) {
    app.notice = Some(Notice { text: text.to_owned(), bad: false });
}

/// What the card is about, or the selected row.
fn story(app: &App) -> Option<Subject> {
    match &app.overlay {
        Some(Overlay::Card(card)) => Some(card.subject.clone()),
        _ => subject(app),
    }
}

/// Lays the card over the view.
pub(super) fn open(app: &mut App) {
    match subject(app).and_then(|s| Card::of(&app.data, &s)) {
        Some(card) => app.overlay = Some(Overlay::Card(Box::new(card))),
        None => tell(app, "this row is of no call and no push: there is no case"),
    }
}

/// The command of the remedy, to the clipboard; where there is none, that which gets the missing log.
pub(super) fn copy(app: &mut App) -> Option<Effect> {
    let Some(Overlay::Card(card)) = &app.overlay else { return None };
    let asked = || card.case.asks.first().map(case::Ask::command);
    let command = card.case.command().map(str::to_owned).or_else(asked);
    if command.is_none() {
        tell(app, "this cause has no command to copy; d explains it");
    }
    command.map(Effect::Copy)
}

/// The calls that the same cause hit.
pub(super) fn victims(app: &mut App) {
    let Some(Overlay::Card(card)) = &app.overlay else { return };
    let Some(code) = card.case.cause.map(|c| c.code.clone()) else {
        return tell(app, "no cause is known, so none that it hit, too");
    };
    let Some(hit) = app.data.cases.hit(&code) else { return };
    let (view, rows) =
        if hit.calls.is_empty() { (View::Pushes, hit.pushes.clone()) } else { (View::Calls, hit.calls.clone()) };
    app.overlay = None;
    if app.view != view {
        app.past.push(app.view);
    }
    app.view = view;
    lists::narrow(app, view, code, rows);
    moves::go(app, Motion::Down(0));
}

/// Beside the story the most similar call that worked.
pub(super) fn twin(app: &mut App) {
    let Some(own) = story(app) else { return };
    let Some(twin) = case::twin(&app.data.analysis, &own) else {
        return tell(app, "no call like it is known that worked, or nothing failed here");
    };
    let data = &app.data;
    let build = |subject: &Subject| ladder::build(&data.trace, &data.analysis, subject);
    let pair = pair::pair(&data.trace, build(&own), build(&Subject::Call(twin.call)));
    let look = pair::Look { width: usize::from(app.size.0).saturating_sub(2).max(20), time: TimeStyle::Start };
    let mut text = anstream::StripStream::new(Vec::new());
    // Writing to memory does not fail.
    let _ = pair.write(look, &mut text);
    let text = String::from_utf8(text.into_inner()).unwrap_or_default();
    let difference = pair.difference();
    let lines = text.lines().enumerate().map(|(i, line)| {
        let line = sanitize(line).into_owned();
        if difference == Some(i) { Line::styled(line, app.theme.bad) } else { Line::raw(line) }
    });
    let (lines, title) = (lines.collect(), "It failed, and one that worked".to_owned());
    app.overlay = Some(Overlay::Text { title, lines, top: 0 });
}

/// The day of the one whom the selected row is about.
pub(super) fn user(app: &mut App) {
    let Some(user) = row::user(app).filter(|u| !u.is_empty()) else {
        return tell(app, "this row names no user");
    };
    let width = usize::from(app.size.0).saturating_sub(2).max(40);
    let day = Day::of(&app.data.trace, &app.data.analysis, &user);
    let mut text = anstream::StripStream::new(Vec::new());
    // Writing to memory does not fail.
    let _ = day.write(width, app.theme.ascii, &mut text);
    let text = String::from_utf8(text.into_inner()).unwrap_or_default();
    let lines = text.lines().map(|line| Line::raw(sanitize(line).into_owned())).collect();
    app.overlay = Some(Overlay::Text { title: format!("The day of {}", sanitize(&user)), lines, top: 0 });
}

/// The cause explained.
pub(super) fn explain(app: &mut App) {
    let Some(Overlay::Card(card)) = &app.overlay else { return };
    let Some(cause) = card.case.cause else {
        return tell(app, "no cause is known that could be explained");
    };
    let width = usize::from(app.size.0).saturating_sub(2);
    let lines = facts::finding(app, cause, width);
    app.overlay = Some(Overlay::Text { title: format!("{}: {}", cause.code, cause.summary), lines, top: 0 });
}

/// The case as one file.
pub(super) fn save(app: &mut App) {
    let Some(own) = story(app).filter(|s| !matches!(s, Subject::Records(_))) else {
        return tell(app, "this row is of no call and no push: there is no case");
    };
    let content = Content::Case(own.clone(), app.notes.of_case(&app.data.analysis, &own));
    app.overlay = None;
    prompts::file(app, content);
}

/// Opens a case that was saved: its story, and over it what was told of it with all logs at hand. Its records alone may tell
/// less.
pub(super) fn saved(app: &mut App, saved: &SavedCase) {
    let data = std::sync::Arc::clone(&app.data);
    let stories = ladder::find(&data.trace, &data.analysis, &saved.call_id);
    if let Some(story) = stories.into_iter().next() {
        app.timeline.open(&data, story);
        app.past.push(app.view);
        app.view = View::Timeline;
    }
    let (width, ascii) = (usize::from(app.size.0).saturating_sub(2), app.theme.ascii);
    let told = saved.ticket.lines().take(TICKET).flat_map(|line| wrap(&plain(line), width, TICKET, ascii));
    let lines = told.map(Line::raw).collect();
    app.overlay = Some(Overlay::Text { title: "The case as it was saved".to_owned(), lines, top: 0 });
}

/// Markdown as a person reads it: without what only keeps text from being markup.
fn plain(line: &str) -> String {
    let escaped = ["\\[", "\\]", "\\_", "\\*", "\\|", "\\<", "\\>", "\\#"];
    let text = line.replace("<!-- -->", "");
    escaped.iter().fold(text, |text, sign| text.replace(sign, sign.trim_start_matches('\\')))
}

/// The row of the cause of the story that is shown, among all causes.
pub(super) fn cause_row(app: &App) -> Option<usize> {
    let subject = app.timeline.subject.as_ref().filter(|_| app.view == View::Timeline)?;
    let code = Case::new(&app.data.trace, &app.data.analysis, &app.data.cases, subject)?.cause?.code.clone();
    app.data.causes.iter().position(|c| c.finding.code == code)
}
