//! Lanes of the ladder: which are shown, what they are called; and several stories in one.

use std::collections::BTreeSet;

use super::moves::go;
use crate::ladder::{self, Subject};
use crate::trace::EventId;
use crate::tui::app::App;
use crate::tui::layout::layout;
use crate::tui::list::Motion;
use crate::tui::menu::{Choice, Menu};
use crate::tui::rows;
use crate::tui::state::{Notice, Overlay, Prompt, PromptKind};
use crate::tui::view::View;

/// Letters for hiding; their capitals rename.
const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// The lanes further left or right.
pub(super) fn pan(app: &mut App, n: usize, right: bool) {
    let last = app.timeline.lanes().len().saturating_sub(1);
    let at = app.timeline.first.unwrap_or(0);
    app.timeline.first = Some(if right { at.saturating_add(n).min(last) } else { at.saturating_sub(n) });
}

/// A menu of the lanes.
pub(super) fn lanes(app: &mut App) {
    let all = &app.timeline.ladder.lanes;
    let name = |i: usize| {
        let alias = all.get(i).and_then(|lane| app.aliases.get(&lane.name));
        alias.cloned().unwrap_or_else(|| app.timeline.ladder.label(i))
    };
    let hide = (0..all.len()).zip(LETTERS.chars()).map(|(i, letter)| {
        let sign = if app.timeline.hidden.contains(&i) { " " } else { "x" };
        (letter, format!("[{sign}] {}", name(i)), Choice::Lane(i))
    });
    let rename = (0..all.len())
        .zip(LETTERS.chars())
        .map(|(i, letter)| (letter.to_ascii_uppercase(), format!("rename {}", name(i)), Choice::Rename(i)));
    let items: Vec<_> = hide.chain(rename).collect();
    if items.is_empty() {
        app.notice = Some(Notice { text: "no story is shown".to_owned(), bad: false });
        return;
    }
    app.overlay = Some(Overlay::Menu(Menu { title: "Lanes", items, at: 0 }));
}

/// Shows or hides a lane; the menu stays.
pub(super) fn hide(app: &mut App, lane: usize, item: usize) {
    let height = layout(app).rows();
    app.timeline.hide(lane, height);
    lanes(app);
    if let Some(Overlay::Menu(menu)) = &mut app.overlay {
        menu.at = item;
    }
}

/// Another name for the host of a lane, in every ladder.
pub(super) fn rename(app: &mut App, lane: usize) {
    let Some(lane) = app.timeline.ladder.lanes.get(lane) else { return };
    let name = app.aliases.get(&lane.name).cloned().unwrap_or_default();
    app.prompt = Some(Prompt::new(PromptKind::Alias(lane.name.clone()), name));
}

/// The stories of all marked rows of the list in one ladder.
pub(super) fn together(app: &mut App) {
    let (view, data) = (app.view, std::sync::Arc::clone(&app.data));
    let Some(list) = app.list() else { return };
    let marked = list.rows.iter().map(|row| *row as usize);
    let marked = marked.filter(|row| rows::record(&data, view, *row).is_some_and(|id| app.marks.contains(&id)));
    let subjects: Vec<Subject> = marked.filter_map(|row| rows::subject(&data, view, row)).collect();
    if subjects.len() < 2 {
        let key = app.keys.name(crate::tui::keys::Command::Mark);
        let text = format!("mark the rows with {key} first, two at least");
        app.notice = Some(Notice { text, bad: false });
        return;
    }
    let records: BTreeSet<EventId> =
        subjects.iter().flat_map(|s| ladder::build(&data.trace, &data.analysis, s).records).collect();
    app.timeline.open(&data, Subject::Records(records.into_iter().collect()));
    app.timeline.stories = subjects.len();
    app.past.push(app.view);
    app.view = View::Timeline;
    app.pane_top = 0;
    go(app, Motion::Down(0));
}
