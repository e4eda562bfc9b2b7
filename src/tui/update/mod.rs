//! What happens: the only place where state changes. Pure: what must be done outside is returned as an [`Effect`].

mod card;
mod filters;
mod find;
mod ladder;
mod line;
mod lists;
mod looks;
mod menus;
mod mouse;
mod moves;
mod prompts;
mod reload;
mod row;
mod saving;
mod shared;
mod span;
mod split;
mod steps;

use super::action::{Action, Effect};
use super::app::App;
use super::keys::Command;
use super::layout::layout;
use super::list::Motion;
use super::state::{Notice, Overlay};
use crate::text::plural;
pub(in crate::tui) use looks::of as looks_of;
use moves::go;
use steps::{back, open, show, step};

/// Counts beyond this are a cat on the keyboard.
const MOST: usize = 1_000_000_000;

/// Changes the state.
pub fn update(app: &mut App, action: Action) -> Option<Effect> {
    let effect = change(app, action).or_else(|| {
        let text = lists::pending(app)?;
        Some(filters::ask(app, app.view, text))
    });
    lists::measure(app);
    effect
}

fn change(app: &mut App, action: Action) -> Option<Effect> {
    match action {
        Action::Do(command) => {
            app.notice = None;
            // Only the same key again leaves.
            app.leaving &= command == Command::Close;
            let count = app.count.take();
            return run(app, command, count);
        }
        Action::Digit(digit) => {
            let count = app.count.unwrap_or(0).saturating_mul(10).saturating_add(digit);
            app.count = Some(count.min(MOST));
        }
        Action::Edit(request) => return prompts::edit(app, request),
        Action::Earlier(back) => return line::earlier(app, back),
        Action::Complete(on) => return line::complete(app, on),
        Action::Paste(text) => return prompts::paste(app, &text),
        Action::Filtering(number, percent) if number == app.filters => app.filtering = Some(percent),
        Action::Filtered(filter, rows) if filter.number == app.filters => filters::filtered(app, filter, rows),
        Action::Shared(asked, found) => shared::told(app, &asked, &found),
        Action::Registrations => reload::registrations(app),
        Action::Filtering(..) | Action::Filtered(..) => {}
        Action::Choose(item) => return menus::choose(app, item),
        Action::Click(column, row) => return mouse::click(app, column, row),
        Action::Drag(column) => mouse::drag(app, column),
        Action::Release => mouse::release(app),
        Action::Wheel(column, row, down) => mouse::wheel(app, column, row, down),
        Action::Work => find::work(app),
        Action::Resize(columns, rows) => {
            app.size = (columns, rows);
            go(app, Motion::Down(0));
        }
        Action::Loading(load) => app.load = load,
        Action::Beginning(data) => reload::beginning(app, &data),
        Action::Loaded(data) => return reload::loaded(app, &data),
        Action::Unsaved(save, why) => prompts::unsaved(app, save, why),
        Action::Unwritten(notes) => app.unsaved = notes,
        Action::Tell(notice) => app.notice = Some(notice),
    }
    None
}

fn run(app: &mut App, command: Command, count: Option<usize>) -> Option<Effect> {
    let n = count.unwrap_or(1);
    let page = layout(app).rows().max(1);
    let half = n.saturating_mul(page.div_ceil(2));
    match command {
        Command::Show(view) => return show(app, view),
        Command::NextView => return step(app, true),
        Command::PreviousView => return step(app, false),
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
        Command::Filter => filters::edit(app),
        Command::Filters => filters::choose(app),
        Command::SearchNext => find::again(app, true),
        Command::SearchPrevious => find::again(app, false),
        Command::NextFailure => moves::jump(app, n, true, "failure", row::is_failure),
        Command::PreviousFailure => moves::jump(app, n, false, "failure", row::is_failure),
        Command::NextMissed => moves::jump(app, n, true, "missed push", row::is_missed),
        Command::PreviousMissed => moves::jump(app, n, false, "missed push", row::is_missed),
        Command::NextMark => moves::jump(app, n, true, "mark", row::is_marked),
        Command::GoToTime => prompts::time(app),
        Command::MinuteOn => moves::minutes(app, n, true),
        Command::MinuteBack => moves::minutes(app, n, false),
        Command::Narrower => menus::widen(app, n, false),
        Command::Wider => menus::widen(app, n, true),
        Command::Sort => menus::sort(app),
        Command::Columns => menus::columns(app),
        Command::Copy => menus::copy(app),
        Command::Save => saving::menu(app),
        Command::Mark => moves::mark(app),
        Command::Note => prompts::note(app),
        Command::Card => card::open(app),
        Command::CopyRemedy => return card::copy(app),
        Command::Victims => card::victims(app),
        Command::Twin => card::twin(app),
        Command::Explain => card::explain(app),
        Command::Case => card::save(app),
        Command::User => card::user(app),
        Command::CursorOn => span::cursor(app, n, true),
        Command::CursorBack => span::cursor(app, n, false),
        Command::Brush => span::brush(app),
        Command::PanLeft => ladder::pan(app, n, false),
        Command::PanRight => ladder::pan(app, n, true),
        Command::Lanes => ladder::lanes(app),
        Command::Together => ladder::together(app),
        Command::Suspend => return Some(Effect::Suspend),
        Command::Shared => return shared::ask(app),
        Command::Compare => menus::compare(app),
        Command::Split => prompts::split(app),
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
            filters::off(app);
            return Some(Effect::StopFilter);
        }
        Command::Back => {
            back(app);
        }
        Command::Close if back(app) => {}
        Command::Close => return leave(app),
        Command::Quit => return Some(Effect::Quit),
    }
    None
}

/// Leaves; where something would be lost, only when it is asked again.
fn leave(app: &mut App) -> Option<Effect> {
    let marks = if app.keeps { 0 } else { app.marks.len() };
    let what = match (marks, app.unsaved) {
        (0, 0) => None,
        (marks, 0) => Some(plural(marks as u64, "mark")),
        (0, notes) => Some(format!("{} that could not be written", plural(notes as u64, "note"))),
        (marks, notes) => {
            Some(format!("{} and {}", plural(marks as u64, "mark"), plural(notes as u64, "unwritten note")))
        }
    };
    let Some(what) = what.filter(|_| !app.leaving) else { return Some(Effect::Quit) };
    app.leaving = true;
    let text = format!("{what} would be lost; {} again leaves", app.keys.name(Command::Close));
    app.notice = Some(Notice { text, bad: true });
    None
}
