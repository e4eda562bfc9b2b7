//! What stands behind a row of the view, and behind the selected one.

use crate::ladder::Subject;
use crate::sip::{HeaderName, NameAddr};
use crate::text::decode;
use crate::time::Timestamp;
use crate::trace::EventId;
use crate::tui::app::App;
use crate::tui::data::Entry;
use crate::tui::rows;
use crate::tui::view::View;

/// Number in the data of a row.
fn number(app: &App, row: usize) -> Option<usize> {
    app.list()?.rows.get(row).map(|n| *n as usize)
}

pub(super) fn is_failure(app: &App, row: usize) -> bool {
    match app.view {
        View::Timeline => app.timeline.is_failure(row),
        view => number(app, row).is_some_and(|n| rows::is_failure(&app.data, view, n)),
    }
}

pub(super) fn is_missed(app: &App, row: usize) -> bool {
    match app.view {
        View::Timeline => app.timeline.is_push(row),
        view => number(app, row).is_some_and(|n| rows::is_missed(&app.data, view, n)),
    }
}

pub(super) fn is_marked(app: &App, row: usize) -> bool {
    record(app, row).is_some_and(|id| app.marks.contains(&id))
}

/// The record that stands for a row.
pub(super) fn record(app: &App, row: usize) -> Option<EventId> {
    match app.view {
        View::Timeline => app.timeline.step(row).and_then(|(step, _)| step.kind.records().first().copied()),
        view => rows::record(&app.data, view, number(app, row)?),
    }
}

/// The record or component line of a row of the records.
pub(super) fn entry(app: &App, row: usize) -> Option<Entry> {
    app.data.records.get(number(app, row).filter(|_| app.view == View::Records)?).copied()
}

/// When a row was.
pub(super) fn time(app: &App, row: usize) -> Option<Timestamp> {
    match app.view {
        View::Timeline => app.timeline.time_of(row),
        view => rows::time(&app.data, view, number(app, row)?),
    }
}

/// Whom the selected row is about.
pub(super) fn user(app: &App) -> Option<String> {
    let analysis = &app.data.analysis;
    match subject(app)? {
        Subject::Call(i) => analysis.calls.get(i).map(|c| c.to.clone()),
        Subject::Push(i) => analysis.pushes.get(i)?.user.clone(),
        Subject::Records(records) => sender(app, *records.first()?),
    }
}

/// Who sent a message that is of no call and no push, such as a REGISTER.
fn sender(app: &App, id: EventId) -> Option<String> {
    let message = app.data.trace.message(app.data.trace.event(id)?)?;
    let from = message.header(HeaderName::From)?.value();
    Some(decode(NameAddr::parse(&from).address()).into_owned())
}

/// The notes on a story.
pub(super) fn notes(app: &App, subject: &Subject) -> Vec<String> {
    app.notes.of(&app.data, subject).into_iter().map(str::to_owned).collect()
}

/// What the selected row is about.
pub(super) fn subject(app: &App) -> Option<Subject> {
    match app.view {
        View::Timeline => app.timeline.subject.clone(),
        view => rows::subject(&app.data, view, app.list()?.current()?),
    }
}
