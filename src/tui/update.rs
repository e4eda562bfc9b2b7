//! What happens: the only place where state changes. Pure: what must be done outside is returned as an [`Effect`].

use std::sync::Arc;

use super::app::{App, Load, Notice, Overlay, View};
use super::data::Data;
use super::keys::Command;
use super::list::{List, Motion};
use super::view::{help_lines, layout, overview_lines};

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// A key asked for it.
    Do(Command),
    /// A digit of a count.
    Digit(usize),
    /// The terminal has so many columns and rows now.
    Resize(u16, u16),
    /// Loading came further.
    Loading(Load),
    /// All is loaded.
    Loaded(Arc<Data>),
    /// Something to tell the user.
    Tell(Notice),
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
}

/// Counts beyond this are a cat on the keyboard.
const MOST: usize = 1_000_000_000;

/// Changes the state.
pub fn update(app: &mut App, action: Action) -> Option<Effect> {
    match action {
        Action::Do(command) => {
            app.notice = None;
            let count = app.count.take();
            return run(app, command, count);
        }
        Action::Digit(digit) => {
            let count = app.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
            app.count = Some(count.min(MOST));
        }
        Action::Resize(columns, rows) => {
            app.size = (columns, rows);
            go(app, Motion::Down(0));
        }
        Action::Loading(load) => app.load = load,
        Action::Loaded(data) => loaded(app, data),
        Action::Tell(notice) => app.notice = Some(notice),
    }
    None
}

fn run(app: &mut App, command: Command, count: Option<usize>) -> Option<Effect> {
    let n = count.unwrap_or(1);
    let page = layout(app).rows().max(1);
    match command {
        Command::Show(view) => show(app, view),
        Command::NextView => step(app, 1),
        Command::PreviousView => step(app, View::ALL.len() - 1),
        Command::Down => go(app, Motion::Down(n)),
        Command::Up => go(app, Motion::Up(n)),
        Command::HalfDown => go(app, Motion::Down(n.saturating_mul(page.div_ceil(2)))),
        Command::HalfUp => go(app, Motion::Up(n.saturating_mul(page.div_ceil(2)))),
        Command::PageDown => go(app, Motion::Down(n.saturating_mul(page))),
        Command::PageUp => go(app, Motion::Up(n.saturating_mul(page))),
        Command::First => go(app, Motion::To(count.map_or(0, |n| n.saturating_sub(1)))),
        Command::Last => go(app, Motion::To(count.map_or(usize::MAX, |n| n.saturating_sub(1)))),
        Command::Open => {}
        Command::Help => {
            app.overlay = if app.overlay.is_some() { None } else { Some(Overlay::Help(0)) };
        }
        Command::Back => {
            back(app);
        }
        Command::Close => return (!back(app)).then_some(Effect::Quit),
        Command::Quit => return Some(Effect::Quit),
    }
    None
}

/// One step back; false where there is nothing to go back to.
fn back(app: &mut App) -> bool {
    if app.overlay.take().is_some() {
        return true;
    }
    match app.past.pop() {
        Some(view) => app.view = view,
        None => return false,
    }
    true
}

/// Goes to a view by its key: Back does not lead here again.
fn show(app: &mut App, view: View) {
    app.past.clear();
    app.view = view;
    go(app, Motion::Down(0));
}

fn step(app: &mut App, by: usize) {
    let at = View::ALL.iter().position(|v| *v == app.view).unwrap_or(0);
    if let Some(view) = View::ALL.get((at + by) % View::ALL.len()) {
        show(app, *view);
    }
}

/// Moves in what has the keys now.
fn go(app: &mut App, motion: Motion) {
    let height = layout(app).rows();
    if let Some(Overlay::Help(top)) = app.overlay {
        let lines = help_lines(app).len();
        app.overlay = Some(Overlay::Help(scroll(motion, top, lines, height)));
        return;
    }
    if app.view == View::Overview {
        app.overview = scroll(motion, app.overview, overview_lines(app).len(), height);
    }
    if let Some(list) = app.list_mut() {
        let to = motion.from(list.selected, list.rows.len());
        list.select(to, height);
    }
}

/// Moves a text without a cursor.
fn scroll(motion: Motion, top: usize, lines: usize, height: usize) -> usize {
    motion.from(top, lines.saturating_sub(height) + 1)
}

fn loaded(app: &mut App, data: Arc<Data>) {
    app.load = Load::Done;
    app.pushes = List::all(data.analysis.pushes.len());
    app.calls = List::all(data.analysis.calls.len());
    app.records = List::all(data.records.len());
    app.findings = List::all(data.causes.len());
    app.data = data;
    go(app, Motion::Down(0));
}
