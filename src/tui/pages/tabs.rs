//! The texts of the bar on top.

use crate::tui::app::App;
use crate::tui::keys::Command;
use crate::tui::state::Load;
use crate::tui::view::View;

/// The name of the program, where there is room, and the names of the views; each with the view it leads to.
pub(in crate::tui) fn tabs(app: &App, width: usize) -> Vec<(String, Option<View>)> {
    // A view that has no tab has one while it is shown.
    let own = Some(app.view).filter(|view| !View::TABS.contains(view));
    let views: Vec<View> = View::TABS.into_iter().chain(own).collect();
    let key = |v: &View| app.keys.keys(Command::Show(*v)).first().map_or(String::new(), ToString::to_string);
    let keys: Vec<String> = views.iter().map(key).collect();
    let names: usize = views.iter().zip(&keys).map(|(v, k)| v.name().len() + k.len() + 3).sum();
    let room = width.saturating_sub(state(app).len());
    let mut out = Vec::new();
    if room >= names + 10 {
        out.push((" siptrail ".to_owned(), None));
    }
    for (view, key) in views.iter().zip(&keys) {
        // Where there is no room for all names, the others are their keys.
        let name = if *view == app.view || room >= names { view.name() } else { "" };
        out.push((format!(" {key} {name}").trim_end().to_owned() + " ", Some(*view)));
    }
    out
}

/// How far loading has come, and whether the logs are followed.
pub(in crate::tui) fn state(app: &App) -> String {
    match app.load {
        Load::Opening => "opening".to_owned(),
        Load::Waiting => "waiting".to_owned(),
        Load::Reading(done, total) => format!("reading {}", percent(done, total)),
        Load::Analysing => "analysing".to_owned(),
        Load::Done if app.follow => "following".to_owned(),
        Load::Done => String::new(),
    }
}

fn percent(done: u64, total: u64) -> String {
    format!("{} %", u128::from(done) * 100 / u128::from(total.max(1)))
}
