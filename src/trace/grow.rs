//! Logs that grew: what was read of them stays, and only what was appended is read.
//!
//! ```text
//! before  [r0][r1] ... [r7][r8][r9 to
//! now     [r0][r1] ... [r7][r8][r9 to its end][r10][r11]
//!          kept ──────────┘└─ read ────────────────────┘
//! ```
//!
//! Reading goes on behind the last record that ended as it did for whatever follows: nothing that was looked at for it reaches
//! the old end of the text, and a record behind it was whole. Then it is read as [`Trace::load`] would read all of it.

use rayon::prelude::*;

use super::kept::Facts;
use super::lines::LineStarts;
use super::load::LoadOptions;
use super::settled::{Follow, Growth, Settled, token};
use super::tail::Before;
use super::{Event, Trace};
use crate::input::{Input, Sums};
use crate::span::FileId;

impl Trace {
    /// As [`Trace::load`], of inputs of which a trace was made when they were perhaps shorter: what stands in it is not read
    /// again where they go on as they were. That is told by their names, their beginning, the end of what was read, and places
    /// between; the other trace must have been made here, too, or by [`Trace::load_on`].
    pub fn load_after(before: Option<&Trace>, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let trace = match before.filter(|old| old.goes_on_in(&inputs)) {
            Some(old) => old.grown(inputs, options).unwrap_or_else(|inputs| Trace::load(inputs, options)),
            None => Trace::load(inputs, options),
        };
        trace.followed()
    }

    /// The same where nobody else needs the other trace: its columns are not copied.
    pub fn load_on(before: Option<Trace>, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Trace {
        let trace = match before.filter(|old| old.goes_on_in(&inputs)) {
            Some(old) => old.grow(inputs, options).unwrap_or_else(|inputs| Trace::load(inputs, options)),
            None => Trace::load(inputs, options),
        };
        trace.followed()
    }

    /// Whether inputs have what this trace was made of, and perhaps more.
    fn goes_on_in(&self, inputs: &[Input]) -> bool {
        let go_on =
            |((a, b), ends): ((&Input, &Input), &u64)| a.name() == b.name() && b.ends_of(a.len()) == Some(*ends);
        let ends = &self.follow.ends;
        self.inputs.len() == inputs.len()
            && ends.len() == inputs.len()
            && self.inputs.iter().zip(inputs).zip(ends).all(go_on)
    }

    /// Notes what is asked when its inputs have grown.
    fn followed(mut self) -> Trace {
        self.follow.ends = self.inputs.iter().map(|input| input.ends_of(input.len()).unwrap_or(0)).collect();
        self.follow.token = token();
        self.follow.settled = match self.follow.settled.take() {
            Some(mut settled) => {
                settled.go_on(&self);
                Some(settled)
            }
            None => Settled::of(&self),
        };
        self
    }

    /// Which trace of logs that are followed this is, and which records it has of which other.
    pub(crate) fn growth(&self) -> (u64, Option<&Growth>) {
        (self.follow.token, self.follow.growth.as_ref())
    }

    /// How many of the first records of an input stay whatever is appended; `None` where nobody follows it.
    pub(crate) fn settled_records(&self, file: FileId) -> Option<usize> {
        Some(self.follow.settled.as_ref()?.files.get(file.index())?.count)
    }

    /// Reads inputs that hold what was read of them before, and more behind it. Whoever calls holds that the texts begin as
    /// they were.
    ///
    /// # Errors
    /// The inputs back where they must be read as a whole.
    pub(crate) fn grown(&self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        if !self.can_grow() {
            return Err(inputs);
        }
        let mut events = Vec::with_capacity(self.events.len());
        events.par_extend(self.events.par_iter().with_min_len(1 << 14).copied());
        let before = Before {
            lengths: self.inputs.iter().map(Input::len).collect(),
            lines: &self.lines,
            sums: &[],
            still: self.inputs.iter().map(|input| !input.has_grown()).collect(),
            events,
            symbols: self.symbols.clone(),
            words: self.identities.words().to_vec(),
            products: self.products.texts().map(Into::into).collect(),
            seed: self.seed,
            sources: self.sources.clone(),
            problems: self.problems.clone(),
            follow: self.follow.clone(),
        };
        before.grown(inputs, options)
    }

    /// The same, and gives its columns away.
    fn grow(self, inputs: Vec<Input>, options: &LoadOptions<'_>) -> Result<Trace, Vec<Input>> {
        if !self.can_grow() {
            return Err(inputs);
        }
        let before = Before {
            lengths: self.inputs.iter().map(Input::len).collect(),
            lines: &self.lines,
            sums: &[],
            still: self.inputs.iter().map(|input| !input.has_grown()).collect(),
            events: self.events,
            symbols: self.symbols,
            words: self.identities.into_words(),
            products: self.products.texts().map(Into::into).collect(),
            seed: self.seed,
            sources: self.sources,
            problems: self.problems,
            follow: self.follow,
        };
        before.grown(inputs, options)
    }

    fn can_grow(&self) -> bool {
        let intact = self.inputs.iter().all(|i| i.is_untouched() && i.intact_len() == i.len() as u64);
        self.part.is_none() && self.stretch.is_none() && intact
    }

    /// The trace of inputs that go on where those ended that were read before; the inputs back where they must be read as a
    /// whole. `before` is how long they were, and what told them from others.
    pub(crate) fn restore_grown(
        inputs: Vec<Input>,
        (facts, events, words): (Facts<'_>, Vec<Event>, Vec<u64>),
        (lengths, sums): (Vec<usize>, Vec<Sums>),
        options: &LoadOptions<'_>,
    ) -> Result<Trace, Vec<Input>> {
        let lines = lengths.iter().zip(&facts.lines).map(|(len, counts)| LineStarts::of(*len, counts));
        let lines = lines.collect::<Option<Vec<LineStarts>>>();
        let (true, Some(lines)) = (facts.fits(&lengths, &events), lines) else { return Err(inputs) };
        let before = Before {
            still: vec![false; lengths.len()],
            lengths,
            lines: &lines,
            sums: &sums,
            events,
            words,
            products: facts.product_texts(),
            seed: facts.seed,
            symbols: facts.symbols.into_owned(),
            sources: facts.sources.into_owned(),
            problems: facts.problems.into_owned(),
            follow: Follow::default(),
        };
        before.grown(inputs, options)
    }
}

#[cfg(test)]
mod tests;
