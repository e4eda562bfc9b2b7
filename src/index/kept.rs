//! What an index holds of the logs at hand, and what is added to it.

use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::container::{Bytes, Reader, Section, TIES, decode, decode_rows, encode, encode_rows, words, write};
use super::{Index, room};
use crate::input::{self, Compared, Identity, Input};
use crate::knowledge::catalogue;
use crate::trace::{Event, Facts, LoadOptions, Trace};
use crate::{Analysis, Depth, Options};

const FACTS: &str = "facts";
const RECORDS: &str = "records";
/// What makes a trace.
const COLUMNS: [&str; 3] = [FACTS, RECORDS, TIES];

/// What is kept of a trace beside its columns: results of its analysis, and what else is dear to find out.
#[derive(Debug, Default)]
pub struct Kept(Option<Known>);

/// Where a trace came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken {
    /// All of it was read.
    Anew,
    /// It was kept.
    Kept,
    /// The logs have grown: what they held before was kept, and what was appended was read.
    Grown,
}

#[derive(Debug)]
struct Known {
    index: Index,
    path: PathBuf,
    /// Where the trace came from, if it was kept.
    reader: Option<Reader>,
    /// Sections that are not in the file.
    added: Mutex<Vec<(String, Vec<u8>)>>,
    /// The file is to be written even if nothing is added.
    stale: bool,
    /// When the reading of the texts began, on the clock of the folder; `None` where that is not known.
    began_ms: Option<u64>,
    /// What ties messages together was read, too.
    ties: bool,
    taken: Taken,
    /// An analysis that was read with the trace, and its depth; until somebody asks.
    ahead: Mutex<Option<(Depth, (u64, Analysis))>>,
}

impl Kept {
    /// Nothing is kept, and nothing will be.
    pub fn nothing() -> Kept {
        Kept(None)
    }

    /// Of a trace that was just read, all or what was appended, from `began_ms` on.
    pub(super) fn of(index: &Index, path: PathBuf, began_ms: Option<u64>, ties: bool, taken: Taken) -> Kept {
        let index = index.clone();
        let (added, ahead) = Default::default();
        Kept(Some(Known { index, path, reader: None, added, stale: true, began_ms, ties, taken, ahead }))
    }

    /// Where the trace came from.
    pub fn taken(&self) -> Taken {
        self.0.as_ref().map_or(Taken::Anew, |known| known.taken)
    }

    /// As [`crate::analyse_to`], or what was kept of it. What is found out anew is kept by [`Kept::save`].
    pub fn analyse(&self, trace: &Trace, options: &Options, depth: Depth) -> Analysis {
        let Some(known) = &self.0 else { return crate::analyse_to(trace, options, depth) };
        // Results on other clocks are those of one question.
        if *options == Options::default() {
            let mut analysis = known.analyse(trace, options, depth);
            if depth == Depth::Causes {
                crate::own_rules(trace, &mut analysis);
            }
            analysis
        } else {
            crate::analyse_to(trace, options, depth)
        }
    }

    /// Writes what was found out anew. Whatever goes wrong, nothing is kept.
    pub fn save(&self, trace: &Trace) {
        if let Some(known) = &self.0 {
            known.save(trace);
        }
    }

    /// Something that is dear to find out, under a name of its own; `None` where it was not kept.
    #[cfg(feature = "tui")]
    pub(crate) fn rows<T: bitcode::DecodeOwned>(&self, name: &str) -> Option<T> {
        decode_rows(&self.0.as_ref()?.reader.as_ref()?.bytes(name)?)
    }

    /// Keeps it with the trace.
    #[cfg(feature = "tui")]
    pub(crate) fn add_rows<T: bitcode::Encode>(&self, name: &str, rows: &T) {
        if let Some(known) = &self.0 {
            known.add(name, encode_rows(rows));
        }
    }
}

impl Known {
    fn analyse(&self, trace: &Trace, options: &Options, depth: Depth) -> Analysis {
        let Some(name) = section_of(depth) else { return Analysis::default() };
        // Causes are those of the rules that were in force.
        let rules = if depth == Depth::Causes { rules() } else { 0 };
        let ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner).take();
        let ahead = ahead.filter(|(of, _)| *of == depth).map(|(_, known)| known);
        let known = ahead.or_else(|| self.read::<(u64, Analysis)>(name));
        if let Some((_, mut known)) = known.filter(|(of, _)| *of == rules) {
            known.complete();
            return known;
        }
        let keep = |name: &str, rules: u64, analysis: &Analysis| {
            self.add(name, encode(&(rules, analysis)).unwrap_or_default());
        };
        let analysis = match depth {
            Depth::Causes if self.has("calls") => {
                let mut analysis = self.analyse(trace, options, Depth::Calls);
                crate::findings::attach(trace, &mut analysis);
                analysis
            }
            Depth::Causes => crate::causes(trace, options, |calls| keep("calls", 0, calls)),
            _ => crate::analyse_to(trace, options, depth),
        };
        keep(name, rules, &analysis);
        analysis
    }

    fn has(&self, name: &str) -> bool {
        let added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        added.iter().any(|(known, _)| known == name) || self.reader.as_ref().is_some_and(|reader| reader.has(name))
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        match added.iter().find(|(known, _)| known == name) {
            Some((_, bytes)) => decode(bytes),
            None => self.reader.as_ref()?.read(name),
        }
    }

    fn add(&self, name: &str, bytes: Vec<u8>) {
        let mut added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        added.retain(|(known, _)| known != name);
        added.push((name.to_owned(), bytes));
    }

    /// Writes the index anew where there is something that its file has not.
    fn save(&self, trace: &Trace) {
        let added = self.added.lock().unwrap_or_else(PoisonError::into_inner);
        if added.is_empty() && !self.stale {
            return;
        }
        let Some(sections) = self.sections(trace, &added) else { return };
        let known = self.reader.as_ref().map(|reader| reader.head.inputs.iter().map(|i| i.sums().clone()).collect());
        let sums = known.unwrap_or_else(|| trace.sums());
        // Windows replaces no file that is open, so what may be asked of it later is read now.
        if let Some(reader) = self.reader.as_ref().filter(|_| cfg!(windows)) {
            let _ = trace.ties_to_keep();
            reader.close();
        }
        drop(self.index.folder.put(&self.path, |file| {
            let of = |(input, sums)| Identity::of(input, sums, self.began_ms);
            let inputs: Option<Vec<Identity>> = trace.inputs().iter().zip(sums).map(of).collect();
            let changed = || std::io::Error::other("a log was changed meanwhile");
            write(file, self.index.program, inputs.ok_or_else(changed)?, &sections)
        }));
    }

    /// All sections: those of the file that are not added anew, then those.
    fn sections<'a>(&self, trace: &Trace, added: &'a [(String, Vec<u8>)]) -> Option<Vec<Bytes<'a>>> {
        let mut out = Vec::new();
        if let Some(reader) = &self.reader {
            let is_new = |name: &str| added.iter().any(|(known, _)| known == name);
            for Section { name, .. } in reader.head.sections.iter().filter(|s| !is_new(&s.name)) {
                match reader.bytes(name) {
                    Some(bytes) => out.push((name.clone(), bytes.into())),
                    // The next one makes all anew.
                    None if COLUMNS.contains(&name.as_str()) => {
                        drop(std::fs::remove_file(&self.path));
                        return None;
                    }
                    None => {}
                }
            }
        } else {
            out.push((FACTS.to_owned(), encode(&trace.facts_to_keep())?.into()));
            out.push((RECORDS.to_owned(), encode_rows(trace.events()).into()));
            if self.ties {
                let words = trace.ties_to_keep();
                let mut bytes = Vec::with_capacity(words.len() * 8);
                for word in words {
                    bytes.extend_from_slice(&word.to_le_bytes());
                }
                out.push((TIES.to_owned(), bytes.into()));
            }
        }
        out.extend(added.iter().map(|(name, bytes)| (name.clone(), Cow::Borrowed(&bytes[..]))));
        Some(out)
    }
}

/// The section of an analysis; none where nothing is analysed.
fn section_of(depth: Depth) -> Option<&'static str> {
    match depth {
        Depth::Records => None,
        Depth::Servers => Some("servers"),
        Depth::Calls => Some("calls"),
        Depth::Causes => Some("causes"),
    }
}

/// What tells the user's own rules that seek something in a log from others. Those with a query are asked anew each time.
fn rules() -> u64 {
    let own: Vec<String> = catalogue::own_matchers().map(|rule| format!("{rule:?}")).collect();
    input::sum(own.join("\n").as_bytes())
}

/// The trace of inputs whose index was opened, and what else it holds; the inputs back where it is not theirs.
pub(super) fn restore(
    index: &Index,
    reader: Reader,
    inputs: Vec<Input>,
    options: &LoadOptions<'_>,
) -> Result<(Trace, Kept), Vec<Input>> {
    let known = &reader.head.inputs;
    let enough = !options.for_analysis || reader.has(TIES);
    if known.len() != inputs.len() || !enough {
        return Err(inputs);
    }
    let began = index.folder.now_ms();
    let stale = known.iter().zip(&inputs).any(|(known, input)| known.is_out_of_date(input));
    // Where their times tell that these are the texts, they have told since they were read first.
    let began_ms = if stale { began } else { Some(u64::MAX) };
    let compared: Vec<Compared> = known.iter().zip(&inputs).map(|(known, input)| known.compare(input)).collect();
    if compared.contains(&Compared::Other) {
        return Err(inputs);
    }
    let records = || decode_rows::<Vec<Event>>(&reader.bytes(RECORDS)?);
    let columns = || rayon::join(|| reader.read::<Facts<'_>>(FACTS), records);
    // What has grown is judged anew.
    let ahead = index.ahead.filter(|_| !compared.contains(&Compared::Grown));
    let ahead = || {
        let (depth, name) = ahead.and_then(|depth| Some((depth, section_of(depth)?)))?;
        // It is packed, and nearly all of it are lists and texts.
        room::make(reader.size(name).saturating_mul(4));
        Some((depth, reader.read(name)?))
    };
    let (ahead, (Some(facts), Some(events))) = rayon::join(ahead, columns) else { return Err(inputs) };
    let path = index.folder.path(super::key(&inputs));
    let has_ties = reader.has(TIES);
    if compared.contains(&Compared::Grown) {
        let ties = if has_ties { reader.bytes(TIES).map(|bytes| words(&bytes)) } else { Some(Vec::new()) };
        let Some(ties) = ties else { return Err(inputs) };
        let before = known.iter().map(|one| (one.len(), one.sums().clone())).unzip();
        let options = LoadOptions { sums: true, for_analysis: has_ties, ..*options };
        let trace = Trace::restore_grown(inputs, (facts, events, ties), before, &options)?;
        return Ok((trace, Kept::of(index, path, began, has_ties, Taken::Grown)));
    }
    let ties = reader.clone();
    let read = move || ties.bytes(TIES).map(|bytes| words(&bytes));
    let trace = Trace::restore(inputs, facts, events, Box::new(read))?;
    let (index, reader, added, taken) = (index.clone(), Some(reader), Mutex::default(), Taken::Kept);
    let (ties, ahead) = (has_ties, Mutex::new(ahead));
    Ok((trace, Kept(Some(Known { index, path, reader, added, stale, began_ms, ties, taken, ahead }))))
}
