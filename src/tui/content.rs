//! What can be saved, and where.

use std::path::PathBuf;

use super::data::Entry;
use super::taken::{Form, Packets, Taken};
use super::view::View;
use crate::ladder::Subject;
use crate::trace::EventId;

/// What is to be saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A story with the notes on it, its ladder, hops and records, as text.
    Text(Subject, Vec<String>),
    /// Its call and pushes, as the JSON of `siptrail report`.
    Json(Subject),
    /// Its ladder, as a picture.
    Svg(Subject),
    /// Its ladder, as a Mermaid diagram for a wiki.
    Mermaid(Subject),
    /// The case of a story as one file, with the notes on it and the Call-IDs that they are on.
    Case(Subject, Vec<(String, String)>),
    /// Records as logged, byte for byte.
    Records(Vec<EventId>),
    /// Records and component lines as logged, byte for byte.
    Entries(Vec<Entry>),
    /// The calls or pushes of these rows, as the JSON of `siptrail report`.
    Rows(View, Vec<u32>),
    /// The calls or pushes of the rows shown, as a report for people.
    Report(Taken, Form),
    /// The rows shown, as a table for a spreadsheet.
    Sheet(Taken),
    /// Messages, as a capture.
    Capture(Packets),
}

/// A file to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Save {
    /// Where.
    pub path: PathBuf,
    /// What.
    pub content: Content,
    /// Draw with ASCII only.
    pub ascii: bool,
    /// The user was told that logs are read from this folder, and wants it there.
    pub sure: bool,
}

impl Content {
    /// Whether it holds records, so that beside its logs it would be taken for one.
    pub(super) fn is_log(&self) -> bool {
        matches!(
            self,
            Content::Text(..) | Content::Records(_) | Content::Entries(_) | Content::Json(Subject::Records(_))
        )
    }
}
