//! All state of the terminal UI. Only [`super::update()`] changes it.

use std::sync::Arc;

use super::data::Data;
use super::keys::{Key, Place, command};
use super::list::List;
use super::theme::Theme;
use super::update::Action;

/// What is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum View {
    /// Verdict, counts, times and sources.
    Overview,
    /// One row a notification.
    Pushes,
    /// One row a call.
    Calls,
    /// The ladder of one story.
    Timeline,
    /// Every record.
    Records,
    /// Causes and remedies.
    Findings,
}

impl View {
    /// In the order of their keys.
    pub const ALL: [View; 6] =
        [View::Overview, View::Pushes, View::Calls, View::Timeline, View::Records, View::Findings];

    /// The word in the bar on top.
    pub fn name(self) -> &'static str {
        match self {
            View::Overview => "Overview",
            View::Pushes => "Pushes",
            View::Calls => "Calls",
            View::Timeline => "Timeline",
            View::Records => "Records",
            View::Findings => "Findings",
        }
    }
}

/// How far loading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Inputs are opened, archives unpacked.
    Opening,
    /// Bytes read, of so many.
    Reading(u64, u64),
    /// All is read; calls and pushes are put together.
    Analysing,
    /// All is there.
    Done,
}

/// What lies over the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlay {
    /// The help, scrolled down so many lines.
    Help(usize),
}

/// A line for the user at the bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line.
    pub text: String,
    /// Something went wrong.
    pub bad: bool,
}

/// All state.
#[derive(Debug)]
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
    /// The count that is being typed.
    pub count: Option<usize>,
    /// A line for the user.
    pub notice: Option<Notice>,
    /// Styles and characters.
    pub theme: Theme,
    /// The pane about the selected row is wanted.
    pub pane: bool,
    /// First line shown of the overview.
    pub overview: usize,
    /// Rows of the view of that name.
    pub pushes: List,
    /// The same.
    pub calls: List,
    /// The same.
    pub records: List,
    /// The same.
    pub findings: List,
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
            pane: true,
            overview: 0,
            pushes: List::default(),
            calls: List::default(),
            records: List::default(),
            findings: List::default(),
        }
    }

    /// Where keys go.
    pub fn place(&self) -> Place {
        match self.overlay {
            Some(Overlay::Help(_)) => Place::Help,
            None => Place::View(self.view),
        }
    }

    /// What a key does now.
    pub fn action(&self, key: Key) -> Option<Action> {
        if let Some(digit) = key.digit(self.count.is_some()) {
            return Some(Action::Digit(digit));
        }
        command(key, self.place()).map(Action::Do)
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
            View::Overview | View::Timeline => None,
        }
    }

    /// The same, to change it.
    pub(super) fn list_mut(&mut self) -> Option<&mut List> {
        match self.view {
            View::Pushes => Some(&mut self.pushes),
            View::Calls => Some(&mut self.calls),
            View::Records => Some(&mut self.records),
            View::Findings => Some(&mut self.findings),
            View::Overview | View::Timeline => None,
        }
    }
}
