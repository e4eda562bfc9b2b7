//! The first records of a big log, looked at while the rest is read.

use std::sync::Arc;

use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::tui::data::Data;
use siptrail::tui::{Action, App, Command, Effect, Load, Theme, View, update};
use siptrail::{Options, Trace};

const LOG: &str = "samples/push-failed-at-edge/fe03.log";

fn data(records: usize) -> Arc<Data> {
    let text = std::fs::read_to_string(crate::common::root(LOG)).unwrap();
    let end = text.match_indices("$$end_record").nth(records - 1).map_or(text.len(), |(at, _)| at + 13);
    let input = Input::from_bytes("fe03.log", &text.as_bytes()[..end]);
    Arc::new(Data::new(Trace::load(vec![input], &LoadOptions::default()), &Options::default()))
}

#[test]
fn what_is_chosen_while_the_log_is_read_stays_chosen() {
    let mut app = App::new(Theme::new(false, false), (80, 24));
    update(&mut app, Action::Loading(Load::Reading(1, 9)));
    let (first, all) = (data(7), data(1_000));
    update(&mut app, Action::Beginning(Arc::clone(&first)));
    assert_eq!((app.load.clone(), app.records.rows.len()), (Load::Reading(1, 9), first.records.len()));
    // The row and its mark are of a record in the first part.
    for command in [Command::Show(View::Records), Command::Down, Command::Down, Command::Mark] {
        update(&mut app, Action::Do(command));
    }
    let place = |app: &App, id| app.data.trace.locate(id).line;
    let marked = app.last_mark.map(|id| place(&app, id));
    let selected = app.data.records[app.records.current().unwrap()];
    // A filter that is asked meanwhile is asked again.
    update(&mut app, Action::Do(Command::Filter));
    app.prompt.as_mut().unwrap().input = "method:invite".into();
    let asked = update(&mut app, Action::Loaded(Arc::clone(&all)));
    assert!(matches!(asked, Some(Effect::Filter(filter)) if filter.text == "method:invite"));
    update(&mut app, Action::Do(Command::Back));
    assert_eq!((app.load.clone(), app.records.rows.len()), (Load::Done, all.records.len()));
    assert!(all.records.len() > first.records.len() && app.notice.is_none());
    assert_eq!(app.last_mark.map(|id| place(&app, id)), marked);
    assert_eq!(app.data.records[app.records.current().unwrap()], selected);
}
