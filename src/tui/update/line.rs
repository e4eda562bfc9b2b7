//! The line that is typed: earlier ones, and what Tab makes of it.

use tui_input::Input;

use super::prompts;
use crate::tui::action::Effect;
use crate::tui::app::App;
use crate::tui::complete::{self, Offers};
use crate::tui::state::{Notice, PromptKind};

/// The line that was typed before this one, or after it.
pub(super) fn earlier(app: &mut App, back: bool) -> Option<Effect> {
    let prompt = app.prompt.as_mut()?;
    let lines = app.history.of(&prompt.kind);
    let (at, draft) = prompt.past.clone().unwrap_or_else(|| (0, prompt.input.value().to_owned()));
    let at = if back { (at + 1).min(lines.len()) } else { at.saturating_sub(1) };
    let text = lines.len().checked_sub(at).and_then(|i| lines.get(i)).cloned().unwrap_or_else(|| draft.clone());
    prompt.input = Input::new(text);
    prompt.offers = None;
    prompt.past = Some((at, draft));
    prompts::changed(app)
}

/// Completes the word at the cursor: as far as all that it may become begin alike, then one after the other.
pub(super) fn complete(app: &mut App, on: bool) -> Option<Effect> {
    let prompt = app.prompt.as_mut()?;
    app.notice = None;
    let (line, cursor) = (prompt.input.value().to_owned(), prompt.input.cursor());
    let known = prompt.offers.take().filter(|o| o.words.len() > 1);
    let again = known.is_some();
    let mut offers = known.unwrap_or_else(|| match prompt.kind {
        PromptKind::Filter(..) => complete::query(&app.data, &line, cursor),
        PromptKind::Search(_) => complete::text(&app.data, &line),
        _ => Offers::default(),
    });
    let len = offers.words.len();
    if len == 0 {
        if matches!(prompt.kind, PromptKind::Filter(..) | PromptKind::Search(_)) {
            let text = "nothing that is there begins so".to_owned();
            app.notice = Some(Notice { text, bad: false });
        }
        return None;
    }
    let typed: String = line.chars().skip(offers.from).take(cursor.saturating_sub(offers.from)).collect();
    let common = offers.common();
    let word = if !again && common.chars().count() > typed.chars().count() {
        common
    } else {
        let at = match (offers.at, on) {
            (None, true) => 0,
            (None, false) => len - 1,
            (Some(at), true) => (at + 1) % len,
            (Some(at), false) => (at + len - 1) % len,
        };
        offers.at = Some(at);
        offers.words.get(at).cloned().unwrap_or_default()
    };
    let before: String = line.chars().take(offers.from).collect();
    let after: String = line.chars().skip(cursor).collect();
    let cursor = offers.from + word.chars().count();
    prompt.input = Input::new(format!("{before}{word}{after}")).with_cursor(cursor);
    prompt.past = None;
    // Where only one is left there is nothing to choose.
    let offers = Some(offers).filter(|o| o.words.len() > 1);
    let effect = prompts::changed(app);
    if let Some(prompt) = &mut app.prompt {
        prompt.offers = offers;
    }
    effect
}
