//! Filling and sorting lists.

use crate::tui::app::App;
use crate::tui::layout::layout;
use crate::tui::list::List;
use crate::tui::rows;
use crate::tui::view::View;

/// Fills a list anew: with all rows, or with some and the word for why; sorted as it was.
pub(super) fn refill(app: &mut App, view: View, only: Option<(String, Vec<usize>)>) {
    let len = match view {
        View::Pushes => app.data.analysis.pushes.len(),
        View::Calls => app.data.analysis.calls.len(),
        View::Records => app.data.records.len(),
        View::Findings => app.data.causes.len(),
        View::Overview | View::Timeline => return,
    };
    let height = layout(app).rows();
    let Some(list) = app.list_of(view) else { return };
    let current = list.current();
    let (sort, hidden) = (list.sort, list.hidden);
    *list = match only {
        None => List::all(len),
        Some((why, rows)) => {
            let rows = rows.into_iter().filter_map(|r| u32::try_from(r).ok()).collect();
            List { rows, only: Some(why), ..List::default() }
        }
    };
    (list.sort, list.hidden) = (sort, hidden);
    sorted(app, view);
    if let (Some(list), Some(current)) = (app.list_of(view), current)
        && !list.select_number(current, height)
    {
        list.select(0, height);
    }
}

/// Sorts the rows of a list as the list says.
pub(super) fn sorted(app: &mut App, view: View) {
    let data = std::sync::Arc::clone(&app.data);
    let Some(list) = app.list_of(view) else { return };
    let Some((column, desc)) = list.sort else { return };
    rows::sort(&data, view, column, desc, &mut list.rows);
}
