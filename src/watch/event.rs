//! What is told.

use std::io::{self, Write};

use serde::Serialize;

use crate::report::json;
use crate::text::sanitize;
use crate::time::Timestamp;

/// Something that began, ended or is to be known. A field that does not apply is not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// `begins`, `ends`, `silent`, `speaks`, `throttled`, `match` or `digest`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// On the clock of the logs.
    pub time: Option<String>,
    /// Of a cause.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub code: String,
    /// The server that it is about.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub server: String,
    /// The first user that it hit.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub user: String,
    /// Its call, or push.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub call_id: String,
    /// Cases.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// Of a digest.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub judgement: String,
    /// Where the proof begins.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub file: String,
    /// Its line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// All of it in words.
    pub text: String,
}

impl Event {
    /// The name of each field with its value, for the environment of a program: made safe, empty where there is none.
    pub fn fields(&self) -> [(&'static str, String); 11] {
        let number = |n: Option<u64>| n.map_or(String::new(), |n| n.to_string());
        let safe = |text: &str| sanitize(text).into_owned();
        [
            ("TYPE", self.kind.to_owned()),
            ("TIME", self.time.clone().unwrap_or_default()),
            ("CODE", safe(&self.code)),
            ("SERVER", safe(&self.server)),
            ("USER", safe(&self.user)),
            ("CALL_ID", safe(&self.call_id)),
            ("COUNT", number(self.count)),
            ("JUDGEMENT", self.judgement.clone()),
            ("FILE", safe(&self.file)),
            ("LINE", number(self.line)),
            ("TEXT", safe(&self.text)),
        ]
    }

    /// One line for people: time, kind, words, place.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_line(&self, out: &mut dyn Write) -> io::Result<()> {
        let time = self.time.as_deref().and_then(|t| Timestamp::parse(t, None)).map(Timestamp::short);
        let place = self.line.map_or(String::new(), |line| format!("  {}:{line}", self.file));
        let text = format!("{}  {:<9}  {}{place}", time.unwrap_or_default(), self.kind, self.text);
        writeln!(out, "{}", sanitize(&text))
    }

    /// One line of NDJSON.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write_json(&self, out: &mut dyn Write) -> io::Result<()> {
        json::line(self, out)?;
        writeln!(out)
    }
}
