//! All state of the terminal UI. Only [`super::update()`] changes it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use super::action::Action;
use super::card::SavedCase;
use super::data::Data;
use super::history::History;
use super::kept::Looks;
use super::keys::{Key, KeyContext, Keymap, LineKey, edit, line};
use super::list::List;
use super::notes::Notes;
use super::search::Search;
use super::state::{Job, Load, Notice, Overlay, Prompt};
use super::theme::Theme;
use super::timeline::Timeline;
use super::view::View;
use super::within::Within;
use crate::time::Timestamp;
use crate::trace::EventId;

/// All state.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent switches, not states")]
pub struct App {
    /// What was loaded; empty until then.
    pub data: Arc<Data>,
    /// How far loading has come.
    pub load: Load,
    /// What is on the screen.
    pub view: View,
    /// Where Back leads to.
    pub past: Vec<View>,
    /// What lies over the view.
    pub overlay: Option<Overlay>,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Lines that were typed before.
    pub history: History,
    /// The line that is typed.
    pub prompt: Option<Prompt>,
    /// What is searched for.
    pub(super) search: Search,
    /// The search that goes on.
    pub job: Option<Job>,
    /// Number of the last filter that was asked.
    pub filters: usize,
    /// Number of the last question what rows share.
    pub asked_shared: usize,
    /// How far the filter that is asked now has come, in percent.
    pub filtering: Option<u64>,
    /// Only what was from the first of these times to the second is shown.
    pub span: Option<(Timestamp, Timestamp)>,
    /// The part of the logs' time at which the cursor of the Overview is.
    pub cursor: Option<usize>,
    /// The part where a span was begun.
    pub brush: Option<usize>,
    /// How these logs were left the last time, until they are read.
    pub looks: Option<Looks>,
    /// How they are left is kept.
    pub keeps: bool,
    /// Notes that could not be written yet.
    pub unsaved: usize,
    /// The user was told what would be lost.
    pub leaving: bool,
    /// What the user calls a host, in the heads of lanes.
    pub aliases: BTreeMap<String, String>,
    /// Marked records.
    pub marks: BTreeSet<EventId>,
    /// The record that was marked last.
    pub last_mark: Option<EventId>,
    /// What is appended to the logs is read.
    pub follow: bool,
    /// Clicks choose.
    pub mouse: bool,
    /// Records are shown as logged.
    pub raw: bool,
    /// First line shown of the pane.
    pub pane_top: usize,
    /// The count that is being typed.
    pub count: Option<usize>,
    /// A line for the user.
    pub notice: Option<Notice>,
    /// Styles and characters.
    pub theme: Theme,
    /// What keys do.
    pub keys: Keymap,
    /// Notes on calls and pushes.
    pub notes: Notes,
    /// The case that is opened as soon as its records are read.
    pub case: Option<SavedCase>,
    /// Where files are saved unless the user says otherwise; the folder the user works in where there is none.
    pub folder: Option<PathBuf>,
    /// The file that is about to be saved into a folder that logs are read from, as the user was told.
    pub asked: Option<PathBuf>,
    /// The pane about the selected row is wanted.
    pub pane: bool,
    /// First line shown of the overview.
    pub overview: usize,
    /// The ladder.
    pub timeline: Timeline,
    /// Rows of the view of that name.
    pub pushes: List,
    /// The same.
    pub calls: List,
    /// The same.
    pub records: List,
    /// The same.
    pub findings: List,
    /// The same.
    pub registrations: List,
    /// What was in the span of time.
    pub within: Option<Within>,
    /// A span is drawn with the mouse.
    pub dragging: bool,
}

/// What a key asks of the line that is typed.
fn of_line(key: LineKey) -> Action {
    match key {
        LineKey::Earlier(back) => Action::Earlier(back),
        LineKey::Complete(on) => Action::Complete(on),
    }
}

impl App {
    /// Before anything is loaded.
    pub fn new(theme: Theme, size: (u16, u16)) -> App {
        App {
            data: Arc::new(Data::empty()),
            load: Load::Opening,
            view: View::Overview,
            past: Vec::new(),
            overlay: None,
            size,
            count: None,
            notice: None,
            theme,
            keys: Keymap::default(),
            notes: Notes::default(),
            case: None,
            folder: None,
            asked: None,
            pane: true,
            overview: 0,
            timeline: Timeline::default(),
            history: History::default(),
            prompt: None,
            search: Search::default(),
            job: None,
            filters: 0,
            asked_shared: 0,
            filtering: None,
            span: None,
            aliases: BTreeMap::new(),
            cursor: None,
            brush: None,
            looks: None,
            keeps: false,
            unsaved: 0,
            leaving: false,
            marks: BTreeSet::new(),
            last_mark: None,
            follow: false,
            mouse: false,
            raw: false,
            pane_top: 0,
            pushes: List::default(),
            calls: List::default(),
            records: List::default(),
            findings: List::default(),
            registrations: List::default(),
            within: None,
            dragging: false,
        }
    }

    /// Where keys go.
    pub fn place(&self) -> KeyContext {
        match (&self.prompt, &self.overlay) {
            (Some(_), _) => KeyContext::Prompt,
            (None, Some(Overlay::Help(_) | Overlay::Text { .. })) => KeyContext::Text,
            (None, Some(Overlay::Menu(_))) => KeyContext::Menu,
            (None, Some(Overlay::Card(_))) => KeyContext::Card,
            (None, None) => KeyContext::View(self.view),
        }
    }

    /// What a key does now.
    pub fn action(&self, key: Key) -> Option<Action> {
        let place = self.place();
        match (place, &self.overlay) {
            (KeyContext::Prompt, _) => {
                let typed = self.keys.command(key, place).map(Action::Do).or_else(|| line(key).map(of_line));
                return typed.or_else(|| edit(key).map(Action::Edit));
            }
            (KeyContext::Menu, Some(Overlay::Menu(menu))) => {
                if let Some(item) = key.typed().and_then(|c| menu.item(c)) {
                    return Some(Action::Choose(item));
                }
            }
            _ => {
                if let Some(digit) = key.digit(self.count.is_some()) {
                    return Some(Action::Digit(digit));
                }
            }
        }
        self.keys.command(key, place).map(Action::Do)
    }

    /// There is work to go on with when no key is waiting.
    pub fn busy(&self) -> bool {
        self.job.is_some()
    }

    /// What is searched for, if anything is.
    pub(super) fn search(&self) -> Option<&Search> {
        Some(&self.search).filter(|s| !s.is_empty())
    }

    /// Time of the record that was marked last.
    pub(super) fn marked_time(&self) -> Option<Timestamp> {
        self.data.analysis.time(&self.data.trace, self.last_mark?)
    }

    /// Whether the pane about the selected row is wanted.
    pub(super) fn pane_shown(&self) -> bool {
        self.pane
    }

    /// The list of the view, if it has one.
    pub fn list(&self) -> Option<&List> {
        match self.view {
            View::Pushes => Some(&self.pushes),
            View::Calls => Some(&self.calls),
            View::Records => Some(&self.records),
            View::Findings => Some(&self.findings),
            View::Registrations => Some(&self.registrations),
            View::Timeline => Some(&self.timeline.list),
            View::Overview => None,
        }
    }

    /// The same, to change it.
    pub(super) fn list_mut(&mut self) -> Option<&mut List> {
        self.list_of(self.view)
    }

    /// The list of a view, to change it.
    pub(super) fn list_of(&mut self, view: View) -> Option<&mut List> {
        match view {
            View::Pushes => Some(&mut self.pushes),
            View::Calls => Some(&mut self.calls),
            View::Records => Some(&mut self.records),
            View::Findings => Some(&mut self.findings),
            View::Registrations => Some(&mut self.registrations),
            View::Timeline => Some(&mut self.timeline.list),
            View::Overview => None,
        }
    }
}
