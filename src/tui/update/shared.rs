//! What the rows that are shown share against the rest.

use crate::query::Table;
use crate::tui::action::{Asked, Effect};
use crate::tui::app::App;
use crate::tui::data::Entry;
use crate::tui::rows;
use crate::tui::state::{Notice, Overlay};
use crate::tui::view::View;

/// Asks for what the rows shown share; of a list that shows all its failures, of the Findings the cases of the cause.
pub(super) fn ask(app: &mut App) -> Option<Effect> {
    let (view, data) = (app.view, std::sync::Arc::clone(&app.data));
    let list = app.list()?;
    let number = |row: &usize| u32::try_from(*row).ok();
    let narrowed = list.only.is_some() || app.span.is_some();
    let failures = || list.rows.iter().copied().filter(|row| rows::is_failure(&data, view, *row as usize)).collect();
    let rows: Vec<u32> = if narrowed { list.rows.clone() } else { failures() };
    let whose = if narrowed { "The rows shown" } else { "What went wrong" };
    let (table, rows, whose) = match view {
        View::Calls => (Table::Calls, rows, whose.to_owned()),
        View::Pushes => (Table::Pushes, rows, whose.to_owned()),
        View::Records => {
            let record = |row: &u32| match data.records.get(*row as usize) {
                Some(Entry::Record(id)) => Some(id.0),
                _ => None,
            };
            (Table::Records, rows.iter().filter_map(record).collect(), whose.to_owned())
        }
        View::Findings => {
            let cause = data.causes.get(list.current()?)?;
            let of_calls = !cause.calls.is_empty();
            let (table, all) = if of_calls { (Table::Calls, &cause.calls) } else { (Table::Pushes, &cause.pushes) };
            (table, all.iter().filter_map(number).collect(), format!("The cases of {}", cause.finding.code))
        }
        // By their first records.
        View::Registrations => {
            let record = |row: &u32| rows::record(&data, view, *row as usize).map(|id| id.0);
            (Table::Records, rows.iter().filter_map(record).collect(), whose.to_owned())
        }
        View::Overview | View::Timeline => return None,
    };
    let registrations = data.registrations().filter(|_| view == View::Registrations);
    let among: Option<Vec<u32>> = registrations.map(|all| all.iter().map(|r| r.first.0).collect());
    let all = match table {
        _ if among.is_some() => among.as_ref().map_or(0, Vec::len),
        Table::Calls => data.analysis.calls.len(),
        Table::Pushes => data.analysis.pushes.len(),
        Table::Messages | Table::Records => data.trace.events().len(),
    };
    if rows.is_empty() || rows.len() >= all {
        let text = "nothing to hold against the rest: a filter, or Enter on a cause, shows fewer rows".to_owned();
        app.notice = Some(Notice { text, bad: false });
        return None;
    }
    app.notice =
        Some(Notice { text: format!("comparing {} with {} others", rows.len(), all - rows.len()), bad: false });
    app.asked_shared += 1;
    Some(Effect::Shared(Asked { number: app.asked_shared, table, rows, among, whose }))
}

/// The answer has come.
pub(super) fn told(app: &mut App, asked: &Asked, found: &[crate::case::Shared]) {
    // Another was asked meanwhile, or something else lies over the view.
    if asked.number != app.asked_shared || app.overlay.is_some() || app.prompt.is_some() {
        return;
    }
    app.notice = None;
    let lines = crate::tui::pages::shared::lines(app, found);
    let title = format!("{} ({}) against the rest", asked.whose, asked.rows.len());
    app.overlay = Some(Overlay::Text { title, lines, top: 0 });
}
