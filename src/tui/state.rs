//! The parts that the state of the terminal UI is made of.

use ratatui::text::Line;
use tui_input::Input;

use super::card::Card;
use super::complete::Offers;
use super::content::Content;
use super::list::List;
use super::menu::Menu;

/// How far loading has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Load {
    /// Inputs are opened, archives unpacked.
    Opening,
    /// Logs are followed of which nothing is there yet.
    Waiting,
    /// Bytes read, of so many.
    Reading(u64, u64),
    /// All is read; calls and pushes are put together.
    Analysing,
    /// All is there.
    Done,
}

/// What lies over the view.
#[derive(Clone, Debug)]
pub enum Overlay {
    /// The help, scrolled down so many lines.
    Help(usize),
    /// A text of its own, such as the differences of two messages.
    Text {
        /// What it is.
        title: String,
        /// Its lines, safe for the terminal.
        lines: Vec<Line<'static>>,
        /// First line shown.
        top: usize,
    },
    /// A choice.
    Menu(Menu),
    /// The card of a case.
    Card(Box<Card>),
}

/// A line that is typed.
#[derive(Clone, Debug)]
pub struct Prompt {
    /// What for.
    pub kind: PromptKind,
    /// The line.
    pub input: Input,
    /// What Tab can make of the word at the cursor.
    pub offers: Option<Offers>,
    /// How far back in what was typed before, and what was typed until then.
    pub past: Option<(usize, String)>,
}

impl Prompt {
    /// A line to be typed, or to be changed.
    pub fn new(kind: PromptKind, text: String) -> Prompt {
        Prompt { kind, input: Input::new(text), offers: None, past: None }
    }
}

/// What a line is typed for.
#[derive(Clone, Debug)]
pub enum PromptKind {
    /// What is to be found, from this row on.
    Search(usize),
    /// A filter, with the list as it was before, and which of its filters is changed.
    Filter(Box<List>, Option<usize>),
    /// A time to go to.
    Time,
    /// A time at which the logs are split, to compare what was before and after.
    Split,
    /// Where to save it.
    Save(Content),
    /// A note on this Call-ID.
    Note(String),
    /// What this host is called in the heads of lanes.
    Alias(String),
}

/// A search through rows that goes on in small steps, so that no key waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The row from which it began.
    pub from: usize,
    /// Rows looked at.
    pub done: usize,
    /// Towards the end.
    pub forward: bool,
}

/// A line for the user at the bottom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The line.
    pub text: String,
    /// Something went wrong.
    pub bad: bool,
}
