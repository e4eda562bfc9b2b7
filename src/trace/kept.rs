//! The columns of a trace, to be kept and read back: places and numbers, and of the texts of a log only the names of
//! products. All other texts are read from the log, by their places.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::lines::LineStarts;
use super::products::Products;
use super::settled::Follow;
use super::{Event, Problem, Source, Trace, hasher};
use crate::input::{Input, Sums};
use crate::span::{FileId, Span};

/// Records looked at by one worker.
const PART: usize = 1 << 16;

/// All but records and what ties them together.
#[derive(Debug, serde::Deserialize, serde::Serialize)]
pub(crate) struct Facts<'t> {
    pub(super) symbols: Cow<'t, [Span]>,
    /// Of each input the line feeds, stretch by stretch.
    pub(super) lines: Vec<Vec<u32>>,
    pub(super) sources: Cow<'t, [Source]>,
    pub(super) problems: Cow<'t, [Problem]>,
    holders: Cow<'t, [Vec<FileId>]>,
    products: Vec<Cow<'t, [u8]>>,
    pub(super) seed: u64,
}

impl Facts<'_> {
    /// Whether these and the records can be those of inputs.
    pub(super) fn fits(&self, lengths: &[usize], events: &[Event]) -> bool {
        let sizes = [self.lines.len(), self.sources.len(), self.holders.len()];
        let len = |file: FileId| lengths.get(file.index()).map(|len| *len as u64);
        let inside = |s: &Span| len(s.file).zip(s.start.checked_add(s.len.into())).is_some_and(|(len, end)| end <= len);
        sizes == [lengths.len(); 3]
            && self.symbols.iter().all(inside)
            && self.problems.iter().all(|p| len(p.file).is_some_and(|len| p.byte <= len))
            && events.par_iter().with_min_len(PART).all(|e| inside(&e.span()))
            && events.is_sorted_by_key(|e| e.file)
    }

    pub(super) fn product_texts(&self) -> Vec<Box<[u8]>> {
        self.products.iter().map(|text| (**text).into()).collect()
    }
}

/// Reads what ties messages together, once somebody asks.
pub(crate) type ReadTies = Box<dyn Fn() -> Option<Vec<u64>> + Send + Sync>;

/// What ties messages together: at hand, or read once somebody asks. Where it cannot be read any more there is none, and
/// the messages are read again.
pub(super) struct Ties {
    words: OnceLock<Vec<u64>>,
    read: Option<ReadTies>,
}

impl Ties {
    pub(super) fn of(words: Vec<u64>) -> Ties {
        Ties { words: OnceLock::from(words), read: None }
    }

    /// Gives them away.
    pub(super) fn into_words(self) -> Vec<u64> {
        let read = || self.read.as_ref().and_then(|read| read()).unwrap_or_default();
        self.words.into_inner().unwrap_or_else(read)
    }

    pub(super) fn words(&self) -> &[u64] {
        self.words.get_or_init(|| self.read.as_ref().and_then(|read| read()).unwrap_or_default())
    }
}

impl fmt::Debug for Ties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ties").field("words", &self.words.get().map(Vec::len)).finish_non_exhaustive()
    }
}

impl Trace {
    /// All but records and ties.
    pub(crate) fn facts_to_keep(&self) -> Facts<'_> {
        Facts {
            symbols: Cow::Borrowed(&self.symbols),
            lines: self.lines.iter().map(LineStarts::counts).collect(),
            sources: Cow::Borrowed(&self.sources),
            problems: Cow::Borrowed(&self.problems),
            holders: Cow::Borrowed(&self.holders),
            products: self.products.texts().map(Cow::Borrowed).collect(),
            seed: self.seed,
        }
    }

    /// What tells the text of each input from any other; only where they were asked for.
    pub(crate) fn sums(&self) -> Vec<Sums> {
        self.lines.iter().map(LineStarts::sums).collect()
    }

    /// What ties the messages together.
    pub(crate) fn ties_to_keep(&self) -> &[u64] {
        self.identities.words()
    }

    /// The trace of inputs that were read before; the inputs back where the columns cannot be theirs.
    pub(crate) fn restore(
        inputs: Vec<Input>,
        facts: Facts<'_>,
        events: Vec<Event>,
        ties: ReadTies,
    ) -> Result<Trace, Vec<Input>> {
        let lengths: Vec<usize> = inputs.iter().map(|input| input.bytes().len()).collect();
        let whole = facts.fits(&lengths, &events);
        let products = Products::of(facts.product_texts());
        let lines = inputs.iter().zip(&facts.lines).map(|(i, counts)| LineStarts::of(i.bytes().len(), counts));
        let (true, Some(lines)) = (whole, lines.collect::<Option<Vec<LineStarts>>>()) else { return Err(inputs) };
        Ok(Trace {
            inputs,
            lines,
            events,
            symbols: facts.symbols.into_owned(),
            identities: Ties { words: OnceLock::new(), read: Some(ties) },
            products,
            seed: facts.seed,
            hasher: hasher::of(facts.seed),
            sources: facts.sources.into_owned(),
            problems: facts.problems.into_owned(),
            holders: facts.holders.into_owned(),
            follow: Follow::default(),
            part: None,
            stretch: None,
        })
    }
}
