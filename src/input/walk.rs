//! From the arguments of a command to inputs.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};

use super::budget::{Account, Budget};
use super::decode::{self, Drained, drain};
use super::map::Map;
use super::{CASE, Input, InputError, Limits, Text, is_saved};

/// What came of opening the arguments.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Opened {
    /// The texts, in the order of the arguments, folders sorted by path.
    pub inputs: Vec<Input>,
    /// Arguments (or members of archives) that could not be read.
    pub errors: Vec<InputError>,
    /// Files of a folder that do not look like logs and were left alone.
    pub skipped: Vec<PathBuf>,
    /// Files of a folder that siptrail itself saved out of logs, which were left alone.
    pub saved: Vec<PathBuf>,
}

/// How a file was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It was named.
    Named,
    /// It lies in a folder that was named.
    InFolder,
}

/// Endings of the files that are taken from a folder; a file named directly is always read.
const ENDINGS: [&str; 11] = ["log", "txt", "gz", "zst", "zip", "uccapilog", "out", "trace", "pcap", "pcapng", "cap"];

/// Where a tar archive says that it is one (POSIX.1-2001, ustar interchange format).
const TAR: std::ops::Range<usize> = 257..262;

/// Opens files, folders (recursively) and `-` for standard input, within the default limits. Never fails as a whole.
pub fn open<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Opened {
    open_within(paths, Limits::default())
}

/// The same within limits: what they leave out is among the errors.
pub fn open_within<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, limits: Limits) -> Opened {
    open_with(paths, Budget::new(limits))
}

pub(super) fn open_with<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, budget: Budget) -> Opened {
    let mut out = Opening { opened: Opened::default(), budget, listed: None };
    let mut seen = BTreeSet::new();
    for path in paths {
        let path = path.as_ref();
        if path == Path::new("-") {
            out.stdin();
        } else if path.is_dir() {
            out.folder(path, &mut seen);
        } else {
            out.file(path, &mut seen, Found::Named);
        }
    }
    out.opened
}

/// Files that would be opened.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    /// Each with whether it lies in a folder that was named.
    pub(crate) files: Vec<(PathBuf, bool)>,
    /// What cannot be read, with the number of files ahead of it.
    pub(crate) errors: Vec<(usize, InputError)>,
}

/// The files of arguments, in the order in which they are opened; nothing is read of them but what siptrail saved itself.
pub(crate) fn list<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Listed {
    let mut out =
        Opening { opened: Opened::default(), budget: Budget::new(Limits::default()), listed: Some(Listed::default()) };
    let mut seen = BTreeSet::new();
    for path in paths {
        let path = path.as_ref();
        if path.is_dir() {
            out.folder(path, &mut seen);
        } else {
            out.file(path, &mut seen, Found::Named);
        }
        let mut listed = out.listed.take().unwrap_or_default();
        listed.errors.extend(out.opened.errors.drain(..).map(|error| (listed.files.len(), error)));
        out.listed = Some(listed);
    }
    out.listed.unwrap_or_default()
}

/// Bytes of the files that arguments name, packed as they are; 0 for what cannot be asked.
pub fn size<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> u64 {
    list(paths).files.iter().filter_map(|(path, _)| path.metadata().ok()).map(|m| m.len()).sum()
}

/// Opens one file of such a list.
pub(crate) fn open_listed(path: &Path, in_folder: bool, limits: Limits) -> Opened {
    let mut out = Opening { opened: Opened::default(), budget: Budget::new(limits), listed: None };
    out.file(path, &mut BTreeSet::new(), if in_folder { Found::InFolder } else { Found::Named });
    out.opened
}

/// What was opened so far, and what may still be unpacked.
struct Opening {
    opened: Opened,
    budget: Budget,
    /// Where nothing is opened.
    listed: Option<Listed>,
}

impl Opening {
    #[expect(clippy::disallowed_methods, reason = "this is the layer that reads standard input")]
    fn stdin(&mut self) {
        let drained = drain(io::stdin().lock(), None, &self.budget);
        if let Err(source) = self.add_drained("-".to_owned(), drained, Found::Named) {
            self.opened.errors.push(InputError::Io { path: "-".into(), source });
        }
    }

    fn folder(&mut self, folder: &Path, seen: &mut BTreeSet<PathBuf>) {
        let count = |o: &Opened| (o.inputs.len(), o.errors.len(), o.saved.len());
        let before = (count(&self.opened), seen.len());
        let mut others = 0;
        let hidden = |e: &walkdir::DirEntry| e.depth() > 0 && e.file_name().to_string_lossy().starts_with('.');
        let walk = walkdir::WalkDir::new(folder).follow_links(true).sort_by_file_name();
        for entry in walk.into_iter().filter_entry(|e| !hidden(e)) {
            match entry {
                Ok(entry) if entry.file_type().is_file() => {
                    if is_log_name(entry.path()) {
                        self.file(entry.path(), seen, Found::InFolder);
                    } else {
                        others += 1;
                        self.opened.skipped.push(entry.into_path());
                    }
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().unwrap_or(folder).to_path_buf();
                    let source = error
                        .into_io_error()
                        .unwrap_or_else(|| io::Error::other("a link leads back to its own folder"));
                    self.opened.errors.push(InputError::Io { path, source });
                }
            }
        }
        if before == (count(&self.opened), seen.len()) {
            self.opened.errors.push(InputError::NoLogs { path: folder.to_path_buf(), others });
        }
    }

    fn file(&mut self, path: &Path, seen: &mut BTreeSet<PathBuf>, found: Found) {
        let real = path.canonicalize().ok();
        if real.as_ref().is_some_and(|real| !seen.insert(real.clone())) {
            return;
        }
        let (skipped, inputs) = (self.opened.saved.len(), self.opened.inputs.len());
        if let Err(source) = self.read_file(path, found) {
            self.opened.errors.push(InputError::Io { path: path.to_path_buf(), source });
        }
        if self.opened.saved.len() > skipped
            && self.opened.inputs.len() == inputs
            && let Some(real) = real
        {
            // It may be named, too.
            seen.remove(&real);
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is the layer that reads files")]
    fn read_file(&mut self, path: &Path, found: Found) -> io::Result<()> {
        if let Some(listed) = &mut self.listed {
            let mut head = [0; 64];
            let read = read_some(&mut File::open(path)?, &mut head)?;
            if found == Found::InFolder && is_saved(&head[..read]) {
                self.opened.saved.push(path.to_path_buf());
            } else {
                listed.files.push((path.to_path_buf(), found == Found::InFolder));
            }
            return Ok(());
        }
        let name = name_of(path);
        let mut file = File::open(path)?;
        let metadata = file.metadata()?;
        let regular = metadata.is_file();
        let mut magic = [0; 4];
        if regular && read_some(&mut file, &mut magic)? == 4 && magic == *b"PK\x03\x04" {
            self.archive(path, &name, file, found);
            return Ok(());
        }
        if regular {
            file.rewind()?;
        }
        if regular
            && metadata.len() > 0
            && let Ok(map) = file.try_clone().and_then(Map::new)
        {
            let before = self.opened.inputs.len();
            self.add(name, (Text::Mapped(map), Account::default()), found);
            if let Some(input) = self.opened.inputs.get_mut(before) {
                input.note_file(path, &metadata);
            }
            return Ok(());
        }
        let drained = drain(file, regular.then_some(metadata.len()), &self.budget);
        self.add_drained(name, drained, found)
    }

    fn archive(&mut self, path: &Path, name: &str, file: File, found: Found) {
        let mut archive = match zip::ZipArchive::new(io::BufReader::new(file)) {
            Ok(archive) => archive,
            Err(error) => {
                self.opened.errors.push(InputError::Archive { path: path.to_path_buf(), what: error.to_string() });
                return;
            }
        };
        let is_case = archive.comment().starts_with(CASE.as_bytes());
        if is_case && found == Found::InFolder {
            self.opened.saved.push(path.to_path_buf());
            return;
        }
        for i in 0..archive.len() {
            let member = match archive.by_index(i) {
                Ok(member) if member.is_dir() => continue,
                Ok(member) => member,
                Err(error) => {
                    let path = path.join(format!("member {}", i + 1));
                    self.opened.errors.push(InputError::Archive { path, what: error.to_string() });
                    continue;
                }
            };
            let own = member.name().unwrap_or_else(|_| format!("member {}", i + 1).into()).into_owned();
            // What else a case has is made of its records.
            if is_case && !own.starts_with("records/") {
                continue;
            }
            let name = format!("{name}/{own}");
            let said = Some(member.size());
            let mut drained = drain(member, said, &self.budget);
            let (damage, stopped) = (drained.damage.take(), drained.stop.is_some());
            // Without damage it is added.
            let _ = self.add_drained(name.clone(), drained, found);
            if let Some(damage) = damage {
                self.opened.errors.push(InputError::Archive { path: name.into(), what: damage.to_string() });
            }
            if stopped {
                let left_out = archive.len() - i - 1;
                if left_out > 0 {
                    let what = format!("{left_out} of its members were left out, since there was no room for this one");
                    self.opened.errors.push(InputError::Archive { path: path.to_path_buf(), what });
                }
                return;
            }
        }
    }

    /// Adds what was read of a stream.
    fn add_drained(&mut self, name: String, drained: Drained, found: Found) -> io::Result<()> {
        if let Some(source) = drained.damage {
            return Err(source);
        }
        if let Some(stop) = drained.stop {
            let (path, bytes) = (name.clone().into(), drained.text.len() as u64);
            self.opened.errors.push(InputError::Stopped { path, bytes, why: stop.words() });
        }
        self.add(name, (drained.text, drained.account), found);
        Ok(())
    }

    fn add(&mut self, name: String, text: (Text, Account), found: Found) {
        let (input, stop) = decode::prepare(name, text, &self.budget);
        // What was looked at to find out the encoding.
        input.forget(0, input.bytes().len());
        if let Some(stop) = stop {
            let (path, bytes) = (input.name().into(), input.bytes().len() as u64);
            self.opened.errors.push(InputError::Stopped { path, bytes, why: stop.words() });
        }
        // Read as a text, its members would be one log that jumps about.
        if input.bytes().get(TAR) == Some(b"ustar") {
            let what = "it is a tar archive".to_owned();
            self.opened.errors.push(InputError::Archive { path: input.name().into(), what });
        } else if found == Found::InFolder && is_saved(input.bytes()) {
            self.opened.saved.push(input.name().into());
        } else {
            self.opened.inputs.push(input);
        }
    }
}

/// What a file is called in reports.
pub(crate) fn name_of(path: &Path) -> String {
    path.to_string_lossy().replace('\\', if cfg!(windows) { "/" } else { "\\" })
}

fn read_some(file: &mut File, into: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < into.len() {
        match file.read(&mut into[read..])? {
            0 => break,
            n => read += n,
        }
    }
    Ok(read)
}

/// Whether a file in a folder of inputs is read, by its name.
pub fn is_log_name(path: &Path) -> bool {
    match path.extension().and_then(|e| e.to_str()) {
        None => true,
        Some(ending) => {
            ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known)) || ending.bytes().all(|b| b.is_ascii_digit())
        }
    }
}
