//! What happens: the only place where state changes. Pure: what must be done outside is returned as an [`Effect`].

mod find;
mod menus;
mod moves;
mod prompts;
mod reload;

use std::sync::Arc;

use tui_input::InputRequest;

use super::app::{App, Load, Notice, Overlay, View};
use super::data::Data;
use super::filter::Filter;
use super::keys::Command;
use super::list::{List, Motion};
use super::rows;
use super::save::Save;
use super::search::Search;
use super::view::layout;
use moves::go;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// A key asked for it.
    Do(Command),
    /// A digit of a count.
    Digit(usize),
    /// The line that is typed changes.
    Edit(InputRequest),
    /// A line of a menu is chosen.
    Choose(usize),
    /// A click at a column and a row.
    Click(u16, u16),
    /// The wheel was turned down, or up, at a column and a row.
    Wheel(u16, u16, bool),
    /// A filter has come so far, in percent.
    Filtering(usize, u64),
    /// A filter has these rows.
    Filtered(Filter, Vec<usize>),
    /// There is time to go on with a search.
    Work,
    /// The terminal has so many columns and rows now.
    Resize(u16, u16),
    /// Loading came further.
    Loading(Load),
    /// The first part is loaded, to be looked at until all is.
    Beginning(Arc<Data>),
    /// All is loaded.
    Loaded(Arc<Data>),
    /// It was not saved, and why; the name can be changed.
    Unsaved(Save, String),
    /// Something to tell the user.
    Tell(Notice),
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Put a text into the clipboard.
    Copy(String),
    /// Write a file.
    Save(Save),
    /// Keep a note on a Call-ID; an empty one takes it away.
    Note(String, String),
    /// Ask a filter; an earlier one that is still asked is of no use any more.
    Filter(Filter),
    /// No filter is of use any more.
    StopFilter,
    /// Read what is appended, or stop to.
    Follow(bool),
    /// Let the terminal tell clicks, or leave the mouse to it.
    Mouse(bool),
    /// Give the terminal back, stop, and take it again when the process goes on.
    Suspend,
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
        Action::Edit(request) => return prompts::edit(app, request),
        Action::Filtering(number, percent) if number == app.filters => app.filtering = Some(percent),
        Action::Filtered(filter, rows) if filter.number == app.filters => prompts::filtered(app, filter, rows),
        Action::Filtering(..) | Action::Filtered(..) => {}
        Action::Choose(item) => return menus::choose(app, item),
        Action::Click(column, row) => return moves::click(app, column, row),
        Action::Wheel(column, row, down) => moves::wheel(app, column, row, down),
        Action::Work => find::work(app),
        Action::Resize(columns, rows) => {
            app.size = (columns, rows);
            go(app, Motion::Down(0));
        }
        Action::Loading(load) => app.load = load,
        Action::Beginning(data) => reload::beginning(app, &data),
        Action::Loaded(data) => return reload::loaded(app, &data),
        Action::Unsaved(save, why) => prompts::unsaved(app, save, why),
        Action::Tell(notice) => app.notice = Some(notice),
    }
    None
}

fn run(app: &mut App, command: Command, count: Option<usize>) -> Option<Effect> {
    let n = count.unwrap_or(1);
    let page = layout(app).rows().max(1);
    let half = n.saturating_mul(page.div_ceil(2));
    match command {
        Command::Show(view) => show(app, view),
        Command::NextView => step(app, 1),
        Command::PreviousView => step(app, View::ALL.len() - 1),
        Command::Down => go(app, Motion::Down(n)),
        Command::Up => go(app, Motion::Up(n)),
        Command::HalfDown => go(app, Motion::Down(half)),
        Command::HalfUp => go(app, Motion::Up(half)),
        Command::PageDown => go(app, Motion::Down(n.saturating_mul(page))),
        Command::PageUp => go(app, Motion::Up(n.saturating_mul(page))),
        Command::First => go(app, Motion::To(count.map_or(0, |n| n.saturating_sub(1)))),
        Command::Last => go(app, Motion::To(count.map_or(usize::MAX, |n| n.saturating_sub(1)))),
        Command::Open if app.prompt.is_some() => return prompts::confirm(app),
        Command::Open => return open(app),
        Command::Search => prompts::search(app),
        Command::Filter => prompts::filter(app),
        Command::SearchNext => find::again(app, true),
        Command::SearchPrevious => find::again(app, false),
        Command::NextFailure => moves::jump(app, n, true, "failure", moves::is_failure),
        Command::PreviousFailure => moves::jump(app, n, false, "failure", moves::is_failure),
        Command::NextMissed => moves::jump(app, n, true, "missed push", moves::is_missed),
        Command::PreviousMissed => moves::jump(app, n, false, "missed push", moves::is_missed),
        Command::NextMark => moves::jump(app, n, true, "mark", moves::is_marked),
        Command::GoToTime => prompts::time(app),
        Command::MinuteOn => moves::minutes(app, n, true),
        Command::MinuteBack => moves::minutes(app, n, false),
        Command::Sort => menus::sort(app),
        Command::Columns => menus::columns(app),
        Command::Copy => menus::copy(app),
        Command::Save => menus::save(app),
        Command::Mark => moves::mark(app),
        Command::Note => prompts::note(app),
        Command::Compare => menus::compare(app),
        Command::TimeMode => app.timeline.time = app.timeline.time.next(),
        Command::Expand => app.timeline.expand(page),
        Command::PaneDown => moves::pane(app, Motion::Down(n)),
        Command::PaneUp => moves::pane(app, Motion::Up(n)),
        Command::Pane => {
            app.pane = !app.pane;
            go(app, Motion::Down(0));
        }
        Command::Raw => {
            app.raw = !app.raw;
            app.pane_top = 0;
        }
        Command::Follow => {
            app.follow = !app.follow;
            return Some(Effect::Follow(app.follow));
        }
        Command::Mouse => {
            app.mouse = !app.mouse;
            return Some(Effect::Mouse(app.mouse));
        }
        Command::Help => {
            app.overlay = if app.overlay.is_some() { None } else { Some(Overlay::Help(0)) };
        }
        Command::Back | Command::Close if app.filtering.is_some() && app.prompt.is_none() => {
            (app.filtering, app.filters) = (None, app.filters + 1);
            return Some(Effect::StopFilter);
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
    if app.prompt.is_some() {
        prompts::cancel(app);
        return true;
    }
    if app.overlay.take().is_some() || app.job.take().is_some() {
        return true;
    }
    if let Some(view) = app.past.pop() {
        app.view = view;
        go(app, Motion::Down(0));
        return true;
    }
    if !app.search.is_empty() {
        app.search = Search::default();
        return true;
    }
    if app.list().is_some_and(|l| l.only.is_some()) {
        moves::refill(app, app.view, None);
        return true;
    }
    false
}

/// Opens what is selected.
fn open(app: &mut App) -> Option<Effect> {
    if let Some(Overlay::Menu(menu)) = &app.overlay {
        let at = menu.at;
        return menus::choose(app, at);
    }
    let row = app.list().and_then(List::current);
    match (app.view, row) {
        (View::Calls | View::Pushes | View::Records, Some(_)) => {
            if open_timeline(app) {
                app.past.push(app.view);
                app.view = View::Timeline;
                go(app, Motion::Down(0));
            } else {
                let text = "this record names no Call-ID: there is no story to show".to_owned();
                app.notice = Some(Notice { text, bad: true });
            }
        }
        (View::Findings, Some(row)) => {
            let cause = app.data.causes.get(row)?;
            let (code, calls, pushes) = (cause.finding.code.clone(), cause.calls.clone(), cause.pushes.clone());
            let lone = app.data.rows_of(&cause.lone);
            app.past.push(app.view);
            let (view, rows) = match (calls.is_empty(), pushes.is_empty()) {
                (false, _) => (View::Calls, calls),
                (true, false) => (View::Pushes, pushes),
                (true, true) => (View::Records, lone),
            };
            app.view = view;
            moves::refill(app, app.view, Some((code, rows)));
        }
        (View::Timeline, Some(_)) => {
            let height = layout(app).rows();
            app.timeline.expand(height);
        }
        (View::Overview, _) => show(app, if app.data.causes.is_empty() { View::Calls } else { View::Findings }),
        _ => {}
    }
    None
}

/// The ladder of the selected row; false when it has none.
fn open_timeline(app: &mut App) -> bool {
    let Some(row) = app.list().and_then(List::current) else { return false };
    let Some(subject) = rows::subject(&app.data, app.view, row) else { return false };
    let wanted = rows::record(&app.data, app.view, row);
    let data = Arc::clone(&app.data);
    app.timeline.open(&data, subject);
    // From a record to the step that shows it.
    let at = wanted.and_then(|id| {
        app.timeline
            .rows
            .iter()
            .position(|(step, _)| app.timeline.ladder.steps.get(*step).is_some_and(|s| s.kind.records().contains(&id)))
    });
    if let Some(at) = at.filter(|_| app.view == View::Records) {
        app.timeline.list.selected = at;
    }
    app.pane_top = 0;
    true
}

/// Goes to a view by its key: Back does not lead here again.
fn show(app: &mut App, view: View) {
    if view == View::Timeline && matches!(app.view, View::Calls | View::Pushes | View::Records) {
        open_timeline(app);
    }
    app.past.clear();
    app.job = None;
    app.view = view;
    app.pane_top = 0;
    go(app, Motion::Down(0));
}

fn step(app: &mut App, by: usize) {
    let at = View::ALL.iter().position(|v| *v == app.view).unwrap_or(0);
    if let Some(view) = View::ALL.get((at + by) % View::ALL.len()) {
        show(app, *view);
    }
}
