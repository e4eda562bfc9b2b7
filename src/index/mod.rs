//! The kept index: what was read out of logs, so that the next command neither frames nor judges them again.
//!
//! ```text
//! inputs ── key ──▶ file in the folder ──▶ head: is it of this program and of these texts?
//!                                            ├─ facts, records   the columns of the trace
//!                                            ├─ ties             what ties messages together, read once somebody asks
//!                                            ├─ calls, causes    the analysis, at the depths that were reached
//!                                            └─ ...              what else is dear to find out, such as the rows of a view
//! ```
//!
//! An index is only ever a quicker way to the same answer: what is damaged, foreign, older or of other texts is not used
//! and made again, and where it cannot be written, nothing is kept. It holds places, numbers and hashes of all records, and
//! of the texts what an analysis holds of its calls and pushes: addresses, Call-IDs, what servers said of failures, names
//! of products and servers. All other text is read from the log.

mod container;
mod folder;
mod kept;
mod room;

pub use folder::{Entry, Folder};
pub use kept::{Kept, Taken};

use std::path::PathBuf;

use crate::Depth;
use crate::input::{self, Input};
use crate::trace::{LoadOptions, Trace};
use container::Reader;

/// Bytes of all texts below which nothing is kept, unless asked for: they are read in no time.
pub const LEAST: u64 = 8 << 20;
/// Bytes that a folder of indexes may hold, unless somebody says more.
pub const MOST: u64 = 8 << 30;

/// Where indexes are kept, and of which program.
#[derive(Clone, Debug)]
pub struct Index {
    folder: Folder,
    program: u64,
    least: u64,
    /// The analysis that will be asked for.
    ahead: Option<Depth>,
}

impl Index {
    /// Keeps indexes in a folder, which is made where it is not there. `program` is whatever tells this build of the
    /// program from others: indexes of others are not used.
    pub fn new(folder: impl Into<PathBuf>, program: &[u8]) -> Index {
        let version = env!("CARGO_PKG_VERSION").as_bytes();
        let program = input::sum(&[version, b"\0", program].concat());
        Index { folder: Folder::new(folder), program, least: LEAST, ahead: None }
    }

    /// Also of logs that are smaller than [`LEAST`], or only of bigger ones.
    #[must_use]
    pub fn of_at_least(self, least: u64) -> Index {
        Index { least, ..self }
    }

    /// Holds at most so many bytes: the oldest go first.
    #[must_use]
    pub fn holding(mut self, most: u64) -> Index {
        self.folder = self.folder.holding(most);
        self
    }

    /// An analysis of this depth will be asked for: where it is kept, it is read at the same time as the trace, and
    /// [`Kept::analyse`] has it at hand.
    #[must_use]
    pub fn with_analysis(self, depth: Depth) -> Index {
        Index { ahead: Some(depth), ..self }
    }

    /// Where they are kept.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// Reads inputs as [`Trace::load`] does, or takes what was kept of them.
    pub fn load(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> (Trace, Kept) {
        self.find(inputs, options).unwrap_or_else(|inputs| self.read(inputs, options))
    }

    /// What was kept of inputs.
    ///
    /// # Errors
    /// The inputs back where nothing of use was kept of them.
    pub fn find(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<(Trace, Kept), Vec<Input>> {
        match Reader::open(&self.folder.path(key(&inputs)), self.program) {
            Some(reader) if self.keeps(&inputs) => kept::restore(self, reader, inputs, options),
            _ => Err(inputs),
        }
    }

    /// Reads inputs as [`Trace::load`] does, whatever was kept of them.
    pub fn read(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> (Trace, Kept) {
        if !self.keeps(&inputs) {
            return (Trace::load(inputs, options), Kept::nothing());
        }
        let path = self.folder.path(key(&inputs));
        let began_ms = self.folder.now_ms();
        let trace = Trace::load(inputs, &LoadOptions { sums: true, ..*options });
        if trace.inputs().iter().any(Input::is_foreign) {
            return (trace, Kept::nothing());
        }
        (trace, Kept::of(self, path, began_ms, options.for_analysis, Taken::Anew))
    }

    /// Whether inputs are kept at all. What comes from standard input does not come again.
    fn keeps(&self, inputs: &[Input]) -> bool {
        let total: u64 = inputs.iter().map(|i| i.bytes().len() as u64).sum();
        total >= self.least && !inputs.iter().any(|i| i.name() == "-" || i.wanted().is_some())
    }
}

/// What names the index of inputs: how they were given, and where they are.
fn key(inputs: &[Input]) -> u64 {
    let mut text = Vec::new();
    for input in inputs {
        let (name, path) = input.place();
        text.extend_from_slice(name.as_bytes());
        text.push(0);
        text.extend_from_slice(path.unwrap_or_default().as_bytes());
        text.push(0);
    }
    input::sum(&text)
}

#[cfg(test)]
#[cfg(feature = "synth")]
mod tests;
