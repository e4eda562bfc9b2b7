//! The sets of logs, read when they are asked for first, and again when they changed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use siptrail::input::{self, Seen, nothing_in};
use siptrail::text::plural;
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

use super::super::global::limits;

/// One set of logs.
struct Folder {
    path: PathBuf,
    read: Option<(Vec<Seen>, Trace, Analysis)>,
    /// What of it could not be read, or not to its end.
    unread: Vec<String>,
}

/// All sets, by number.
pub(super) struct Logs {
    folders: Vec<Folder>,
    /// Those that the question is about.
    asked: BTreeSet<usize>,
    #[cfg(feature = "anonymise")]
    key: Option<siptrail::anonymise::Key>,
}

impl Logs {
    /// # Errors
    /// One line when the key cannot be read.
    pub(super) fn new(inputs: Vec<PathBuf>, key: Option<&Path>) -> Result<Logs, String> {
        #[cfg(feature = "anonymise")]
        let key = key.map(crate::cli::anonymise::read_key).transpose()?;
        #[cfg(not(feature = "anonymise"))]
        let _ = key;
        let folders = inputs.into_iter().map(|path| Folder { path, read: None, unread: Vec::new() }).collect();
        Ok(Logs {
            folders,
            asked: BTreeSet::new(),
            #[cfg(feature = "anonymise")]
            key,
        })
    }

    /// The names of the sets; with pseudonyms only their numbers.
    pub(super) fn names(&self) -> Vec<String> {
        let name = |(i, f): (usize, &Folder)| {
            if self.is_anonymous() { format!("logs {i}") } else { f.path.display().to_string() }
        };
        self.folders.iter().enumerate().map(name).collect()
    }

    fn is_anonymous(&self) -> bool {
        #[cfg(feature = "anonymise")]
        return self.key.is_some();
        #[cfg(not(feature = "anonymise"))]
        false
    }

    /// Makes sure that a set is read.
    ///
    /// # Errors
    /// One line.
    pub(super) fn read(&mut self, number: usize) -> Result<(), String> {
        let count = self.folders.len();
        let wrong = || format!("folder: expected a number below {count}, found {number}");
        let path = self.folders.get(number).map(|f| f.path.clone()).ok_or_else(wrong)?;
        self.asked.insert(number);
        let now = input::look(std::slice::from_ref(&path));
        if self.folders.get(number).and_then(|f| f.read.as_ref()).is_some_and(|(seen, ..)| *seen == now) {
            return Ok(());
        }
        let opened = input::open_within(std::slice::from_ref(&path), limits());
        let trace = Trace::load(opened.inputs, &LoadOptions::default());
        let unread = self.unread_of(number, &opened.errors, &trace);
        if let Some(folder) = self.folders.get_mut(number) {
            (folder.read, folder.unread) = (None, unread);
        }
        if trace.events().is_empty() {
            return Err(format!("no SIP trace record in folder {number}"));
        }
        #[cfg(feature = "anonymise")]
        let trace = match &self.key {
            Some(key) => crate::cli::anonymise::proven_copy(trace, key)?,
            None => trace,
        };
        let analysis = siptrail::analyse(&trace, &Options::default());
        if let Some(folder) = self.folders.get_mut(number) {
            folder.read = Some((now, trace, analysis));
        }
        Ok(())
    }

    /// What an answer must say of the logs that it was made from: which could not be read, or not to their ends. It is about
    /// one question, and the next one begins anew.
    pub(super) fn take_unread(&mut self) -> Vec<String> {
        let asked = std::mem::take(&mut self.asked);
        asked.iter().filter_map(|number| self.folders.get(*number)).flat_map(|f| f.unread.clone()).collect()
    }

    /// With pseudonyms only how many: names of logs, and what is wrong with them, may tell names.
    fn unread_of(&self, number: usize, errors: &[input::InputError], trace: &Trace) -> Vec<String> {
        let mut out: Vec<String> = errors.iter().map(ToString::to_string).collect();
        for (input, source) in trace.inputs().iter().zip(trace.sources()) {
            let before = out.len();
            out.extend(input.damage().map(|(_, what)| format!("{}: {what}", input.name())));
            if out.len() == before && source.record_count() == 0 {
                out.push(nothing_in(input));
            }
        }
        if self.is_anonymous() && !out.is_empty() {
            let count = plural(out.len() as u64, "log");
            out = vec![format!("{count} of folder {number} could not be read, or not to the end")];
        }
        out
    }

    /// A set that was read.
    ///
    /// # Errors
    /// One line when it was not.
    pub(super) fn get(&self, number: usize) -> Result<(&Trace, &Analysis), String> {
        let read = self.folders.get(number).and_then(|f| f.read.as_ref());
        read.map(|(_, trace, analysis)| (trace, analysis)).ok_or_else(|| format!("folder {number} was not read"))
    }
}
