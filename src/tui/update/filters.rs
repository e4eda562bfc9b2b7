//! Filters of a list: typed, chosen by name, each on or off.

use super::lists;
use crate::query::{self, Query};
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::filter::Filter;
use crate::tui::list::Chosen;
use crate::tui::menu::{Choice, LETTERS, Menu};
use crate::tui::state::{Load, Notice, Overlay, Prompt, PromptKind};
use crate::tui::view::View;

/// The last filter that is on is changed; where there is none, one is typed.
pub(super) fn edit(app: &mut App) {
    let Some(list) = app.list() else { return };
    let at = list.filters.iter().rposition(|f| f.on);
    let text = at.and_then(|i| list.filters.get(i)).map_or(String::new(), |f| f.text.clone());
    let kind = PromptKind::Filter(Box::new(list.clone()), at);
    app.prompt = Some(Prompt::new(kind, text));
}

/// One more filter, beside those that are on.
pub(super) fn another(app: &mut App) {
    let Some(list) = app.list() else { return };
    let kind = PromptKind::Filter(Box::new(list.clone()), None);
    app.prompt = Some(Prompt::new(kind, String::new()));
}

/// A menu of all that were typed, and of those with names.
pub(super) fn choose(app: &mut App) {
    let Some(list) = app.list() else { return };
    let own = list.filters.iter().enumerate().map(|(i, f)| {
        let sign = if f.on { "x" } else { " " };
        (format!("[{sign}] {}", f.text), Choice::Filter(i))
    });
    let others = query::named().filter(|(name, _)| list.filters.iter().all(|f| f.text != format!("@{name}")));
    let others = others.map(|(name, text)| (format!("[ ] @{name}  {text}"), Choice::Named(name)));
    let letters = LETTERS.chars().chain(std::iter::repeat(' '));
    let mut items: Vec<(char, String, Choice)> =
        own.chain(others).zip(letters).map(|((text, choice), letter)| (letter, text, choice)).collect();
    items.push(('+', "one more ...".to_owned(), Choice::NewFilter));
    app.overlay = Some(Overlay::Menu(Menu { title: "Filters, of which all that are on must hold", items, at: 0 }));
}

/// Switches a filter on or off; the menu stays.
pub(super) fn switch(app: &mut App, at: usize, item: usize) -> Option<Effect> {
    let filter = app.list_mut()?.filters.get_mut(at)?;
    filter.on = !filter.on;
    again(app, item)
}

/// Filters by a query with a name, too.
pub(super) fn named(app: &mut App, name: &str, item: usize) -> Option<Effect> {
    app.list_mut()?.filters.push(Chosen { text: format!("@{name}"), on: true });
    again(app, item)
}

fn again(app: &mut App, item: usize) -> Option<Effect> {
    choose(app);
    if let Some(Overlay::Menu(menu)) = &mut app.overlay {
        menu.at = item;
    }
    let text = app.list()?.joined(None, None);
    Some(ask(app, app.view, text))
}

/// The typed filter stays: in its place, or beside the others; an empty one goes.
pub(super) fn keep(app: &mut App, at: Option<usize>, text: &str) {
    let Some(list) = app.list_mut() else { return };
    let own = Chosen { text: text.to_owned(), on: true };
    match at {
        Some(at) if text.is_empty() => drop((at < list.filters.len()).then(|| list.filters.remove(at))),
        Some(at) => drop(list.filters.get_mut(at).map(|f| *f = own)),
        None if text.is_empty() => {}
        None => {
            // One that was switched off is switched on again.
            list.filters.retain(|f| f.text != text);
            list.filters.push(own);
        }
    }
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
    Effect::Filter(Filter { number: app.filters, view, text, notes: app.notes.clone() })
}

/// Says that nothing is selected, and what was perhaps meant.
fn tell_none(app: &mut App, view: View, text: &str) {
    let Ok(query) = Query::parse(text) else { return };
    let so_far = if app.load == Load::Done { "" } else { "none so far; more is read: " };
    let text = match query.misspelt_flag() {
        Some((word, meant)) => format!("{so_far}{word:?} is looked for as text (did you mean {meant}?)"),
        None if so_far.is_empty() => format!("none of {} is selected", lists::len(app, view)),
        None => "none so far; more is read".to_owned(),
    };
    app.notice = Some(Notice { text, bad: false });
}

/// The rows of a filter have come.
pub(super) fn filtered(app: &mut App, filter: Filter, rows: Vec<usize>) {
    app.filtering = None;
    if rows.is_empty() {
        tell_none(app, filter.view, &filter.text);
    }
    lists::refill(app, filter.view, Some((filter.text.clone(), rows)));
    if let Some(list) = app.list_of(filter.view) {
        list.query = Some(filter.text);
    }
}

/// All filters of a list are off; they can be switched on again.
pub(super) fn off(app: &mut App) {
    if let Some(list) = app.list_mut() {
        list.filters.iter_mut().for_each(|f| f.on = false);
    }
    lists::refill(app, app.view, None);
}

/// Gives a filter up that is typed: everything as it was.
pub(super) fn cancel(app: &mut App, before: crate::tui::list::List) {
    (app.filtering, app.filters) = (None, app.filters + 1);
    app.notice = None;
    if let Some(list) = app.list_mut() {
        *list = before;
    }
}

/// What is typed is asked with the others that are on.
pub(super) fn typed(app: &mut App) -> Option<Effect> {
    let Some(Prompt { kind: PromptKind::Filter(_, at), input, .. }) = &app.prompt else { return None };
    let own = input.value().trim();
    // What is wrong is told with its column in what is typed.
    if let Err(error) = Query::parse(own) {
        app.filters += 1;
        app.filtering = None;
        app.notice = Some(Notice { text: error.to_string(), bad: true });
        return Some(Effect::StopFilter);
    }
    let text = app.list()?.joined(*at, Some(own));
    Some(ask(app, app.view, text))
}

/// The line is done; it stays with what is wrong in it.
pub(super) fn confirm(app: &mut App, prompt: Prompt) -> Option<Effect> {
    let PromptKind::Filter(_, at) = &prompt.kind else { return None };
    let (at, text) = (*at, prompt.input.value().trim().to_owned());
    if Query::parse(&text).is_err() {
        app.prompt = Some(prompt);
        return typed(app);
    }
    keep(app, at, &text);
    app.history.add(&prompt.kind, &text);
    if let Some(query) = app.list().filter(|l| l.rows.is_empty()).and_then(|l| l.query.clone()) {
        tell_none(app, app.view, &query);
    }
    None
}
