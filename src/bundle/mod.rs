//! A case as one file that can be attached to a ticket, and opened again.
//!
//! | member | what it is |
//! |---|---|
//! | `case.json` | what it is about, in a sentence, and the notes on it |
//! | `ticket.md` | cause, proof, remedy, since when and whom else, ladder, records, coverage of those minutes |
//! | `victims.csv` | whom else the cause hit, where it hit others |
//! | `ladder.svg` | the story as a picture |
//! | `story.pcapng` | its messages with those of its pushes, for Wireshark |
//! | `records/*.log` | its records and the lines that prove it, as logged, one file an input |
//! | `logs.sha256` | the files that it was taken from, as `sha256sum` lists them; of what was unpacked or decoded its text, marked |
//!
//! The same logs give the same bytes.

mod open;

pub use open::{Saved, open};

use std::fmt::Write as _;
use std::io::{self, Cursor, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::analysis::Analysis;
use crate::case::{Case, Index};
use crate::export::pcapng;
use crate::input::{CASE, SAVED};
use crate::ladder::svg::SvgOptions;
use crate::ladder::{self, Ladder, Subject, svg};
use crate::report::markdown::{LogHash, Ticket, Victim, victims};
use crate::span::{FileId, Span};
use crate::text::{no_formula, sanitize};
use crate::trace::{EventId, Trace};

/// What is put into the file.
#[derive(Clone, Copy, Debug)]
pub struct Bundle<'a> {
    /// The logs, or a copy of them without names.
    pub trace: &'a Trace,
    /// What they tell.
    pub analysis: &'a Analysis,
    /// Whom each cause hit.
    pub cases: &'a Index,
    /// The call or push.
    pub subject: &'a Subject,
    /// Call-IDs with the notes on them.
    pub notes: &'a [(String, String)],
    /// The logs that were read, whose hashes are told.
    pub logs: &'a Trace,
}

/// What `case.json` holds.
#[derive(Serialize)]
struct About<'a> {
    siptrail: &'static str,
    call_id: &'a str,
    sentence: &'a str,
    verdict: Option<&'static str>,
    outcome: Option<&'static str>,
    cause: Option<&'a str>,
    notes: Vec<Note<'a>>,
}

#[derive(Serialize)]
struct Note<'a> {
    call_id: &'a str,
    text: &'a str,
}

impl Bundle<'_> {
    /// Writes the file.
    ///
    /// # Errors
    /// When the writer fails, or the subject is no call and no push.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Bundle { trace, analysis, subject, .. } = *self;
        let case = Case::new(trace, analysis, self.cases, subject)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "neither a call nor a push"))?;
        let ladder = ladder::build(trace, analysis, subject);
        let logs = self.hashes();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.set_comment(CASE).map_err(io::Error::other)?;
        let mut member = |name: &str, bytes: &[u8]| -> io::Result<()> {
            // The time of a member would be that of the clock: the same logs give the same file.
            zip.start_file(name, SimpleFileOptions::default().unix_permissions(0o644)).map_err(io::Error::other)?;
            zip.write_all(bytes)
        };
        member("case.json", &self.about(&case)?)?;
        let notes: Vec<String> = self.notes.iter().map(|(_, text)| text.clone()).collect();
        let ticket = Ticket { trace, analysis, cases: self.cases, subject, notes: &notes, logs: &logs };
        member("ticket.md", &bytes(|out| ticket.write(out))?)?;
        let others = victims(analysis, self.cases, &case);
        if !others.is_empty() {
            member("victims.csv", &sheet(&others)?)?;
        }
        member("ladder.svg", &bytes(|out| svg::write(&ladder, &SvgOptions::default(), out))?)?;
        member("story.pcapng", &bytes(|out| pcapng::write(trace, analysis, &ladder.records, out))?)?;
        for (name, text) in self.records(&case, &ladder) {
            member(&name, &text)?;
        }
        let list = logs.iter().fold(String::new(), |mut list, log| {
            // Such a line is passed over by sha256sum, which would find another hash or no file of that name.
            let mark = if log.is_of_file { "" } else { "# text as it was unpacked or decoded: " };
            // Writing to a string cannot fail.
            let _ = writeln!(list, "{mark}{}  {}", log.sha256, log.name);
            list
        });
        member("logs.sha256", list.as_bytes())?;
        let done = zip.finish().map_err(io::Error::other)?;
        out.write_all(&done.into_inner())
    }

    fn about(&self, case: &Case) -> io::Result<Vec<u8>> {
        let call = case.call.and_then(|i| self.analysis.calls.get(i));
        let push = case.pushes.first().and_then(|i| self.analysis.pushes.get(*i));
        let about = About {
            siptrail: env!("CARGO_PKG_VERSION"),
            call_id: call.map(|c| c.call_id.as_str()).or(push.map(|p| p.call_id.as_str())).unwrap_or_default(),
            sentence: &case.sentence,
            verdict: call.and_then(|c| c.verdict).map(crate::analysis::Verdict::name),
            outcome: call.map(|c| c.outcome.name()),
            cause: case.cause.map(|c| c.code.as_str()),
            notes: self.notes.iter().map(|(call_id, text)| Note { call_id, text }).collect(),
        };
        serde_json::to_vec_pretty(&about).map_err(io::Error::from)
    }

    /// The records of the story and what proves it, as logged, one file an input. Each begins with the line by which folders
    /// skip what siptrail saved.
    fn records(&self, case: &Case, ladder: &Ladder) -> Vec<(String, Vec<u8>)> {
        let call = case.call.and_then(|i| self.analysis.calls.get(i));
        let pushes = || case.pushes.iter().filter_map(|i| self.analysis.pushes.get(*i));
        let mut records: Vec<EventId> = ladder.records.clone();
        records.extend(call.iter().flat_map(|c| &c.evidence).chain(pushes().flat_map(|p| &p.evidence)));
        records.sort_unstable();
        records.dedup();
        let mut lines: Vec<Span> =
            call.iter().flat_map(|c| &c.lines).chain(pushes().flat_map(|p| &p.lines)).copied().collect();
        lines.sort_unstable_by_key(|l| (l.file, l.start));
        lines.dedup();
        let mut out: Vec<(FileId, Vec<u8>)> = Vec::new();
        for span in self.trace.in_order(&records, &lines) {
            if out.last().is_none_or(|(file, _)| *file != span.file) {
                out.push((span.file, format!("{SAVED}\n").into_bytes()));
            }
            if let Some((_, text)) = out.last_mut() {
                text.extend(self.trace.slice(span).trim_ascii_end());
                text.extend(b"\r\n");
            }
        }
        out.into_iter().enumerate().map(|(i, (file, text))| (self.member_name(i, file), text)).collect()
    }

    /// `records/01-fe03.log`: a name of the log names no folder.
    fn member_name(&self, number: usize, file: FileId) -> String {
        let name = self.trace.inputs().get(file.index()).map_or("", |i| i.name());
        let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = last.split('.').next().unwrap_or_default();
        let plain: String =
            stem.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).take(40).collect();
        format!("records/{:02}-{plain}.log", number + 1)
    }

    /// Names and hashes of the logs.
    fn hashes(&self) -> Vec<LogHash> {
        let names = self.trace.inputs().iter().map(|i| crate::text::sanitize(i.name()).into_owned());
        let hash = |bytes: &[u8]| {
            Sha256::digest(bytes).iter().fold(String::new(), |mut hex, b| {
                // Writing to a string cannot fail.
                let _ = write!(hex, "{b:02x}");
                hex
            })
        };
        let told = |(name, log): (String, &crate::input::Input)| {
            let (bytes, is_of_file) = log.as_given();
            LogHash { name, sha256: hash(bytes), is_of_file }
        };
        names.zip(self.logs.inputs()).map(told).collect()
    }
}

/// Victims as a table for a spreadsheet.
fn sheet(victims: &[Victim<'_>]) -> io::Result<Vec<u8>> {
    let safe = |text: &str| no_formula(&sanitize(text)).into_owned();
    let mut sheet = csv::Writer::from_writer(Vec::new());
    sheet.write_record(["time", "user", "from", "what", "call_id"])?;
    for v in victims {
        let time = v.time.map_or(String::new(), crate::time::Timestamp::iso);
        sheet.write_record([time, safe(v.user), safe(v.from), v.what.to_owned(), safe(v.call_id)])?;
    }
    sheet.into_inner().map_err(|e| io::Error::other(e.to_string()))
}

fn bytes(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    write(&mut out)?;
    Ok(out)
}
