//! The menu of what can be saved.

use super::row::{notes, subject};
use crate::ladder::Subject;
use crate::trace::EventId;
use crate::tui::app::App;
use crate::tui::content::Content;
use crate::tui::list::List;
use crate::tui::menu::{Choice, Menu};
use crate::tui::rows;
use crate::tui::state::{Notice, Overlay};
use crate::tui::taken::{Form, Packets, Taken};
use crate::tui::view::View;

/// Letter, text and meaning of a line.
type Item = (char, String, Choice);

/// What to save.
pub(super) fn menu(app: &mut App) {
    let mut items = subject(app).map_or(Vec::new(), |subject| story(app, &subject));
    if !app.marks.is_empty() {
        let marked: Vec<EventId> = app.marks.iter().copied().collect();
        let many = marked.len();
        let text = format!("the marked records, as logged ({many})");
        items.push(('m', text, Choice::Save(Content::Records(marked.clone()))));
        if cfg!(feature = "export") {
            let capture = Choice::Save(Content::Capture(Packets::Records(marked)));
            items.push(('n', format!("the marked records, as a capture ({many})"), capture));
        }
    }
    if let Some(list) = app.list().filter(|list| app.view != View::Timeline && !list.rows.is_empty()) {
        items.extend(shown(app, list));
    }
    if items.is_empty() {
        app.notice = Some(Notice { text: "nothing to save here".to_owned(), bad: false });
        return;
    }
    app.overlay = Some(Overlay::Menu(Menu { title: "Save", items, at: 0 }));
}

/// Of the story of the selected row.
fn story(app: &App, subject: &Subject) -> Vec<Item> {
    let is_case = !matches!(subject, Subject::Records(_));
    let forms = [
        (true, 't', "this story, as text with its records", Content::Text(subject.clone(), notes(app, subject))),
        (true, 'v', "its ladder, as a picture (SVG)", Content::Svg(subject.clone())),
        (true, 'd', "its ladder, as a diagram (Mermaid)", Content::Mermaid(subject.clone())),
        (is_case, 'j', "this story, as JSON", Content::Json(subject.clone())),
        (
            cfg!(feature = "export"),
            'p',
            "this story, as a capture (pcapng)",
            Content::Capture(Packets::Story(subject.clone())),
        ),
    ];
    let wanted = forms.into_iter().filter(|(is, ..)| *is);
    wanted.map(|(_, letter, text, content)| (letter, text.to_owned(), Choice::Save(content))).collect()
}

/// Of all rows that are shown.
fn shown(app: &App, list: &List) -> Vec<Item> {
    let (view, many) = (app.view, list.rows.len());
    let mut items = Vec::new();
    let mut add = |is: bool, letter, what: &str, content: Content| {
        if is {
            items.push((letter, format!("the rows shown, as {what} ({many})"), Choice::Save(content)));
        }
    };
    let is_case = matches!(view, View::Calls | View::Pushes);
    let all = |list: &List| list.rows.iter().filter_map(|r| app.data.records.get(*r as usize)).copied().collect();
    let taken = || Taken {
        view,
        rows: list.rows.clone(),
        columns: (0..rows::columns(view).len()).filter(|i| list.hidden & (1 << i) == 0).collect(),
        query: list.only.clone(),
        span: app.span,
        notes: app.notes.clone(),
    };
    if view == View::Records {
        add(true, 'a', "logged", Content::Entries(all(list)));
    }
    add(is_case, 'a', "JSON", Content::Rows(view, list.rows.clone()));
    add(is_case, 'k', "a report for a ticket (Markdown)", Content::Report(taken(), Form::Markdown));
    add(is_case && cfg!(feature = "html"), 'h', "a page (HTML)", Content::Report(taken(), Form::Html));
    add(cfg!(feature = "export"), 'c', "CSV", Content::Sheet(taken()));
    let packets = cfg!(feature = "export") && view != View::Findings;
    add(
        packets,
        'w',
        "a capture, with their stories (pcapng)",
        Content::Capture(Packets::Rows(view, list.rows.clone())),
    );
    items
}
