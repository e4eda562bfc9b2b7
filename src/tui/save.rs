//! What can be taken along, as bytes for a file.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::content::{Content, Save};
use super::data::Data;
use super::notes::call_ids;
use super::rows;
use super::taken::{Form, Packets, json, stories};
use super::view::View;
use crate::analysis::Analysis;
use crate::input::SAVED;
use crate::ladder::svg::SvgOptions;
use crate::ladder::text::{TextOptions, TimeStyle};
use crate::ladder::{self, Subject, mermaid, svg};
use crate::report::story::Story;
use crate::text::{page, sanitize};

impl Content {
    /// A name for the file, from the Call-ID where there is one.
    pub(super) fn file_name(&self, data: &Data) -> String {
        let of = |subject: &Subject| -> String {
            let call_id = match subject {
                Subject::Records(_) => None,
                subject => call_ids(data, subject).into_iter().next(),
            };
            // A Call-ID is text of the log: it names no folders.
            let name: String =
                call_id.as_deref().unwrap_or("dialog").chars().filter(char::is_ascii_alphanumeric).take(12).collect();
            format!("siptrail-{name}")
        };
        let list = |view: View| format!("siptrail-{}", view.name().to_lowercase());
        match self {
            Content::Text(subject, _) => of(subject) + ".txt",
            Content::Json(subject) => of(subject) + ".json",
            Content::Svg(subject) => of(subject) + ".svg",
            Content::Case(subject, _) => of(subject) + ".zip",
            Content::Mermaid(subject) => of(subject) + ".mmd",
            Content::Records(_) | Content::Entries(_) => "siptrail-records.log".to_owned(),
            Content::Rows(View::Pushes, _) => "siptrail-pushes.json".to_owned(),
            Content::Rows(..) => "siptrail-calls.json".to_owned(),
            Content::Report(taken, Form::Markdown) => list(taken.view) + ".md",
            Content::Report(taken, Form::Html) => list(taken.view) + ".html",
            Content::Sheet(taken) => list(taken.view) + ".csv",
            Content::Capture(Packets::Story(subject)) => of(subject) + ".pcapng",
            Content::Capture(Packets::Rows(view, _)) => list(*view) + ".pcapng",
            Content::Capture(Packets::Records(_)) => "siptrail-records.pcapng".to_owned(),
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the writer fails.
    pub fn write(&self, data: &Data, ascii: bool, out: &mut dyn Write) -> io::Result<()> {
        let analysis = &data.analysis;
        match self {
            Content::Text(subject, notes) => {
                for line in notes.iter().flat_map(|n| n.lines()) {
                    writeln!(out, "Note: {}", sanitize(line))?;
                }
                if !notes.is_empty() {
                    writeln!(out)?;
                }
                let ladder = ladder::build(&data.trace, analysis, subject);
                let look = TextOptions { width: page::WIDTH * 3 / 2, ascii, ..TextOptions::default() };
                let mut plain = anstream::StripStream::new(Vec::new());
                let story = Story { trace: &data.trace, analysis, ladder: &ladder, cases: &data.cases, look };
                story.write(&mut plain)?;
                story.write_records(&mut plain)?;
                out.write_all(&plain.into_inner())
            }
            Content::Case(subject, notes) => case(data, subject, notes, out),
            Content::Svg(subject) => {
                svg::write(&ladder::build(&data.trace, analysis, subject), &SvgOptions::default(), out)
            }
            Content::Mermaid(subject) => {
                mermaid::write(&ladder::build(&data.trace, analysis, subject), TimeStyle::Absolute, out)
            }
            Content::Json(Subject::Call(i)) => json(data, &[*i], &pushes_of(analysis, *i), out),
            Content::Json(Subject::Push(i)) => match analysis.pushes.get(*i).and_then(|p| p.call) {
                Some(call) => json(data, &[call], &pushes_of(analysis, call), out),
                None => json(data, &[], &[*i], out),
            },
            Content::Json(Subject::Records(records)) | Content::Records(records) => {
                for event in records.iter().filter_map(|id| data.trace.event(*id)) {
                    out.write_all(data.trace.record(event).trim_ascii_end())?;
                    out.write_all(b"\r\n")?;
                }
                Ok(())
            }
            Content::Entries(entries) => {
                for entry in entries {
                    out.write_all(rows::logged(data, *entry).trim_ascii_end())?;
                    out.write_all(b"\r\n")?;
                }
                Ok(())
            }
            Content::Report(taken, form) => taken.report(data, *form, out),
            Content::Sheet(taken) => taken.sheet(data, out),
            Content::Capture(packets) => packets.write(data, out),
            Content::Rows(view, rows) => {
                let (calls, pushes) = stories(analysis, *view, rows);
                json(data, &calls, &pushes, out)
            }
        }
    }
}

/// The case as one file.
#[cfg(feature = "export")]
fn case(data: &Data, subject: &Subject, notes: &[(String, String)], out: &mut dyn Write) -> io::Result<()> {
    let (trace, analysis, cases) = (&data.trace, &data.analysis, &data.cases);
    crate::bundle::Bundle { trace, analysis, cases, subject, notes, logs: trace }.write(out)
}

#[cfg(not(feature = "export"))]
fn case(_: &Data, _: &Subject, _: &[(String, String)], _: &mut dyn Write) -> io::Result<()> {
    Err(io::Error::other("this build has no files for other programs (feature export)"))
}

fn pushes_of(analysis: &Analysis, call: usize) -> Vec<usize> {
    analysis.calls.get(call).map_or(Vec::new(), |c| c.pushes.clone())
}

/// Writes a new file; one that is there already is left alone.
///
/// # Errors
/// `WouldBlock` where logs are read from that folder and the user was not asked. When the file exists or cannot be
/// written; half a file is taken away again.
pub(super) fn save(data: &Data, save: &Save, inputs: &[PathBuf]) -> io::Result<u64> {
    if !save.sure && is_read(&save.path, inputs) {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    let file = std::fs::File::options().write(true).create_new(true).open(&save.path)?;
    let mut out = io::BufWriter::new(&file);
    let head = if save.content.is_log() { writeln!(out, "{SAVED}") } else { Ok(()) };
    let done = head.and_then(|()| save.content.write(data, save.ascii, &mut out)).and_then(|()| out.flush());
    drop(out);
    if let Err(error) = done {
        let _ = std::fs::remove_file(&save.path);
        return Err(error);
    }
    file.metadata().map(|m| m.len())
}

/// A folder for what is saved, where the one that the user works in is among those that logs are read from: what lies
/// there is read with them the next time.
pub(super) fn folder(inputs: &[PathBuf]) -> Option<PathBuf> {
    let here = std::env::current_dir().ok().filter(|here| is_read(here, inputs));
    let others = [std::env::home_dir(), Some(std::env::temp_dir())];
    here.and_then(|_| others.into_iter().flatten().find(|f| f.is_dir() && !is_read(f, inputs)))
}

/// Whether a file, or a folder, lies in one of the folders that logs are read from.
pub(super) fn is_read(path: &Path, inputs: &[PathBuf]) -> bool {
    let whole = |path: &Path| path.canonicalize().ok();
    // A new file is not there yet, but its folder is.
    let parent = path.parent().map(|f| if f.as_os_str().is_empty() { Path::new(".") } else { f });
    let Some(path) = whole(path).or_else(|| whole(parent?)) else { return false };
    inputs.iter().filter(|i| i.is_dir()).filter_map(|i| whole(i)).any(|folder| path.starts_with(folder))
}

/// A name like this one that no file has: `case.svg`, `case-2.svg`, `case-3.svg`.
pub(super) fn free_name(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|e| format!(".{}", e.to_string_lossy())).unwrap_or_default();
    let names = (2..1000).map(|n| path.with_file_name(format!("{stem}-{n}{ending}")));
    names.into_iter().find(|p| !p.exists()).unwrap_or_else(|| path.to_owned())
}

/// Writes a text to a new file beside others of that name; gives its path.
///
/// # Errors
/// When no file can be made.
pub(super) fn save_text(folder: &Path, text: &str) -> io::Result<PathBuf> {
    let file = tempfile::Builder::new().prefix("siptrail-copy-").suffix(".txt").tempfile_in(folder)?;
    let mut out = file.as_file();
    writeln!(out, "{SAVED}")?;
    out.write_all(text.as_bytes())?;
    let (_, path) = file.keep()?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_before_it_saves_beside_the_logs() {
        let dir = tempfile::tempdir().unwrap();
        let (logs, other) = (dir.path().join("logs"), dir.path().join("other"));
        std::fs::create_dir_all(logs.join("day")).unwrap();
        std::fs::create_dir(&other).unwrap();
        let inputs = [logs.clone()];
        let of = |path: PathBuf, sure| Save { path, content: Content::Entries(Vec::new()), ascii: false, sure };
        for path in [logs.join("a.log"), logs.join("day/a.log")] {
            let refused = save(&Data::empty(), &of(path.clone(), false), &inputs).unwrap_err();
            assert_eq!(refused.kind(), io::ErrorKind::WouldBlock);
            assert!(!path.exists());
            save(&Data::empty(), &of(path.clone(), true), &inputs).unwrap();
            assert!(crate::input::is_saved(&std::fs::read(path).unwrap()));
        }
        save(&Data::empty(), &of(other.join("a.log"), false), &inputs).unwrap();
        assert!(!is_read(&other, &inputs) && is_read(&logs, &inputs));
        // A file that is read by its name does not make its folder one of logs.
        assert!(!is_read(&logs.join("b.log"), &[logs.join("a.log")]));
    }
}
