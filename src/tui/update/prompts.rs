//! Lines that are typed: what to search for, a time, the name of a file.

use tui_input::{Input, InputRequest};

use super::{Effect, find, moves};
use crate::time::Timestamp;
use crate::tui::app::{App, Notice, Prompt, PromptKind};
use crate::tui::save::{Content, Save};

pub(super) fn search(app: &mut App) {
    let from = app.list().map_or(0, |l| l.selected);
    app.prompt = Some(Prompt { kind: PromptKind::Search(from), input: Input::default() });
}

pub(super) fn time(app: &mut App) {
    app.prompt = Some(Prompt { kind: PromptKind::Time, input: Input::default() });
}

pub(super) fn file(app: &mut App, content: Content) {
    let input = Input::new(content.file_name(&app.data));
    app.prompt = Some(Prompt { kind: PromptKind::Save(content), input });
}

/// A key in the line. A search goes on while it is typed.
pub(super) fn edit(app: &mut App, request: InputRequest) {
    let Some(prompt) = &mut app.prompt else { return };
    prompt.input.handle(request);
    app.notice = None;
    if let PromptKind::Search(from) = prompt.kind {
        app.search = prompt.input.value().to_lowercase();
        moves::select(app, from);
        find::start(app, from, true);
    }
}

/// Gives the line up.
pub(super) fn cancel(app: &mut App) {
    if let Some(Prompt { kind: PromptKind::Search(from), .. }) = app.prompt.take() {
        app.search.clear();
        app.job = None;
        moves::select(app, from);
    }
}

/// The line is done.
pub(super) fn confirm(app: &mut App) -> Option<Effect> {
    let Prompt { kind, input } = app.prompt.take()?;
    let text = input.value().trim();
    match kind {
        PromptKind::Search(_) => None,
        _ if text.is_empty() => None,
        PromptKind::Time => {
            let here = app.list().and_then(|l| moves::time(app, l.selected));
            let day = here.or(app.data.overview.span.map(|s| s.0));
            if let Some(time) = Timestamp::parse(text, day) {
                moves::go_to(app, time);
            } else {
                let text = format!("{text}: no time; expected 10:14, 10:14:03.5 or 2013-10-15 10:14");
                app.notice = Some(Notice { text, bad: true });
            }
            None
        }
        PromptKind::Save(content) => Some(Effect::Save(Save { path: text.into(), content, ascii: app.theme.ascii })),
    }
}
