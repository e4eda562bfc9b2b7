//! Searching in small steps.

use super::moves::select;
use crate::tui::app::App;
use crate::tui::keys::Command;
use crate::tui::rows;
use crate::tui::state::{Job, Notice};
use crate::tui::view::View;

/// Rows of one step.
const ROWS: usize = 1_000;
/// Bytes of records of one step.
const BYTES: u64 = 4 << 20;

/// Begins a search at a row, which is looked at first.
pub(super) fn start(app: &mut App, from: usize, forward: bool) {
    let len = app.list().map_or(0, |l| l.rows.len());
    app.job =
        (!app.search.is_empty() && len > 0).then_some(Job { from: from.min(len.saturating_sub(1)), done: 0, forward });
}

/// The next row that the search finds, or the one before.
pub(super) fn again(app: &mut App, forward: bool) {
    let Some(list) = app.list() else { return };
    let len = list.rows.len().max(1);
    let from = if forward { (list.selected + 1) % len } else { (list.selected + len - 1) % len };
    if app.search.is_empty() {
        let text = format!("nothing to search for yet: {} begins a search", app.keys.name(Command::Search));
        app.notice = Some(Notice { text, bad: false });
    }
    start(app, from, forward);
}

/// Goes on with the search for a moment.
pub(super) fn work(app: &mut App) {
    let Some(mut job) = app.job.take() else { return };
    let Some(list) = app.list() else { return };
    let len = list.rows.len();
    let mut bytes = 0;
    for _ in 0..ROWS {
        if job.done >= len || bytes > BYTES {
            break;
        }
        let row = if job.forward { (job.from + job.done) % len } else { (job.from + len - job.done) % len };
        job.done += 1;
        let Some(number) = list.rows.get(row).map(|n| *n as usize) else { continue };
        bytes += size(app, number);
        let found = match app.view {
            View::Timeline => app.search.is_in(app.timeline.text(&app.data, row).as_bytes()),
            view => {
                let note = rows::call_id(&app.data, view, number).and_then(|id| app.notes.get(id));
                note.is_some_and(|note| app.search.is_in(note.as_bytes()))
                    || rows::matches(&app.data, view, number, &app.search)
            }
        };
        if found {
            let wrapped = if job.forward { row < job.from } else { row > job.from };
            if wrapped {
                let text = if job.forward { "search went on at the top" } else { "search went on at the bottom" };
                app.notice = Some(Notice { text: text.to_owned(), bad: false });
            }
            app.pane_top = 0;
            select(app, row);
            return;
        }
    }
    if job.done >= len {
        app.notice = Some(Notice { text: format!("not found: {}", app.search.text()), bad: true });
    } else {
        app.job = Some(job);
    }
}

fn size(app: &App, number: usize) -> u64 {
    if app.view != View::Records {
        return 0;
    }
    app.data.records.get(number).map_or(0, |entry| rows::logged(&app.data, *entry).len() as u64)
}
