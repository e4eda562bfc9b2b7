//! A span of time: every list shows only what was in it.

use super::lists;
use crate::time::Timestamp;
use crate::tui::app::App;
use crate::tui::data::BINS;
use crate::tui::keys::Command;
use crate::tui::pages::overview;
use crate::tui::state::Notice;
use crate::tui::view::View;
use crate::tui::within::Within;

const LISTS: [View; 5] = [View::Pushes, View::Calls, View::Records, View::Findings, View::Registrations];

/// Only what was from the first time to the second is shown, or all again.
pub(super) fn set(app: &mut App, span: Option<(Timestamp, Timestamp)>) {
    app.span = span.map(|(a, b)| (a.min(b), a.max(b)));
    app.brush = None;
    count(app);
    for view in LISTS {
        lists::anew(app, view);
    }
    if app.span.is_some() {
        let text = "Esc in the Overview ends it".to_owned();
        app.notice = Some(Notice { text, bad: false });
    }
}

/// Counts what is in the span, where one is selected.
pub(super) fn count(app: &mut App) {
    app.within = app.span.map(|span| Within::of(&app.data, span));
}

/// What is typed as `10:14..10:20`, each on the day of the other; a minute ends with its last moment.
pub(super) fn read(text: &str, day: Option<Timestamp>) -> Option<(Timestamp, Timestamp)> {
    let (from, to) = text.split_once("..")?;
    let first = Timestamp::parse(from.trim(), day)?;
    let last = Timestamp::parse(to.trim(), Some(first))?;
    // `10:20` is the whole of that minute, `10:20:30` of that second.
    let to = to.trim();
    let clock = to.rsplit([' ', 'T']).next().unwrap_or(to);
    let rest = match clock.matches(':').count() {
        1 => 59_999,
        2 if !clock.contains('.') => 999,
        _ => 0,
    };
    Some((first, last.plus(rest)))
}

/// The cursor in the course of time goes on or back by so many columns.
pub(super) fn cursor(app: &mut App, n: usize, on: bool) {
    let Some(room) = overview::room(app) else { return };
    let step = BINS.div_ceil(room.max(1)).saturating_mul(n);
    let at = match app.cursor {
        None => app.span.and_then(|(from, _)| app.data.overview.bin(from)).unwrap_or(if on { 0 } else { BINS - 1 }),
        Some(at) if on => at.saturating_add(step).min(BINS - 1),
        Some(at) => at.saturating_sub(step),
    };
    app.cursor = Some(at);
}

/// Begins a span at the cursor, or ends it there.
pub(super) fn brush(app: &mut App) {
    let Some(at) = app.cursor else {
        let (back, on) = (app.keys.name(Command::CursorBack), app.keys.name(Command::CursorOn));
        app.notice = Some(Notice { text: format!("{back} and {on} choose a time first"), bad: false });
        return;
    };
    match app.brush {
        None => {
            app.brush = Some(at);
            let (back, on) = (app.keys.name(Command::CursorBack), app.keys.name(Command::CursorOn));
            let text = format!("the span begins here; {back} and {on}, then the same key, end it");
            app.notice = Some(Notice { text, bad: false });
        }
        Some(first) => {
            let (first, last) = (first.min(at), first.max(at));
            let room = overview::room(app).unwrap_or(BINS);
            let end = (last + BINS.div_ceil(room.max(1))).min(BINS);
            let overview = &app.data.overview;
            set(app, overview.time_of(first).zip(overview.time_of(end).map(|t| t.plus(-1))));
        }
    }
}
