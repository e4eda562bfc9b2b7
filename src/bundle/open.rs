//! A case file opened again.

use std::io::{Cursor, Read};

use serde::Deserialize;

use crate::input::CASE;

/// A case as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// What it is about.
    pub call_id: String,
    /// The ticket, as Markdown; text of whoever wrote the file, not made safe for a terminal.
    pub ticket: String,
    /// Call-IDs with the notes on them.
    pub notes: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct About {
    call_id: String,
    #[serde(default)]
    notes: Vec<Note>,
}

#[derive(Deserialize)]
struct Note {
    call_id: String,
    text: String,
}

/// No member of a case that is shown is longer.
const MOST: u64 = 4 << 20;

/// The case in a file's bytes; `None` where it is no case.
pub fn open(bytes: &[u8]) -> Option<Saved> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).ok()?;
    if !zip.comment().starts_with(CASE.as_bytes()) {
        return None;
    }
    let mut text = |name: &str| {
        let member = zip.by_name(name).ok()?;
        let mut out = Vec::new();
        member.take(MOST).read_to_end(&mut out).ok()?;
        Some(String::from_utf8_lossy(&out).into_owned())
    };
    let about: About = serde_json::from_str(&text("case.json")?).ok()?;
    let ticket = text("ticket.md").unwrap_or_default();
    let notes = about.notes.into_iter().map(|n| (n.call_id, n.text)).collect();
    Some(Saved { call_id: about.call_id, ticket, notes })
}
