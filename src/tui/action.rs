//! What happens, and what is to be done about it outside.

use std::sync::Arc;

use tui_input::InputRequest;

use super::content::Save;
use super::data::Data;
use super::filter::Filter;
use super::keys::Command;
use super::state::{Load, Notice};
use crate::case::Shared;
use crate::query::Table;

/// Something that happened.
#[derive(Clone, Debug)]
pub enum Action {
    /// A key asked for it.
    Do(Command),
    /// A digit of a count.
    Digit(usize),
    /// The line that is typed changes.
    Edit(InputRequest),
    /// An earlier line, or a later one.
    Earlier(bool),
    /// The word at the cursor is completed; back where there are several.
    Complete(bool),
    /// A text is pasted into the line that is typed.
    Paste(String),
    /// A line of a menu is chosen.
    Choose(usize),
    /// A click at a column and a row.
    Click(u16, u16),
    /// The mouse was moved to a column with its key held.
    Drag(u16),
    /// Its key was let go.
    Release,
    /// The wheel was turned down, or up, at a column and a row.
    Wheel(u16, u16, bool),
    /// A filter has come so far, in percent.
    Filtering(usize, u64),
    /// A filter has these rows.
    Filtered(Filter, Vec<usize>),
    /// The registrations of the logs were read.
    Registrations,
    /// What the rows share that were asked about.
    Shared(Asked, Vec<Shared>),
    /// There is time to go on with a search.
    Work,
    /// The terminal has so many columns and rows now.
    Resize(u16, u16),
    /// Loading came further.
    Loading(Load),
    /// The first part is loaded, to be looked at until all is.
    Beginning(Arc<Data>),
    /// All is loaded.
    Loaded(Arc<Data>),
    /// It was not saved, and why; the name can be changed.
    Unsaved(Save, String),
    /// So many notes could not be written yet.
    Unwritten(usize),
    /// Something to tell the user.
    Tell(Notice),
}

/// Rows of which it is asked what they share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Tells its answer from those of earlier ones.
    pub number: usize,
    /// Of what they are rows.
    pub table: Table,
    /// Their numbers in the analysis; of records in the trace.
    pub rows: Vec<u32>,
    /// Against which rows they are held; none is all others.
    pub among: Option<Vec<u32>>,
    /// What they are, for people.
    pub whose: String,
}

impl Asked {
    /// Finds it out.
    pub fn answer(&self, data: &Data) -> Vec<Shared> {
        crate::case::shared(&data.trace, &data.analysis, self.table, &self.rows, self.among.as_deref())
    }
}

/// Something to be done outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Leave.
    Quit,
    /// Put a text into the clipboard.
    Copy(String),
    /// Write a file.
    Save(Save),
    /// Keep a note on a Call-ID; an empty one takes it away.
    Note(String, String),
    /// Ask a filter; an earlier one that is still asked is of no use any more.
    Filter(Filter),
    /// Find out what these rows share against the rest.
    Shared(Asked),
    /// Read the registrations of the logs.
    Registrations,
    /// No filter is of use any more.
    StopFilter,
    /// Read what is appended, or stop to.
    Follow(bool),
    /// Let the terminal tell clicks, or leave the mouse to it.
    Mouse(bool),
    /// Give the terminal back, stop, and take it again when the process goes on.
    Suspend,
}
