//! Logs to which something was appended since they were indexed.

use super::container::{Reader, TIES, words};
use crate::input::{Identity, Input};
use crate::trace::{Before, Event, Facts, LoadOptions, Trace};

/// The trace of inputs of which some have grown: what was indexed is kept, and only what came behind it is framed. All is
/// judged anew. The inputs back where all is to be read anew.
pub(super) fn restore(
    reader: &Reader,
    (inputs, options): (Vec<Input>, &LoadOptions<'_>),
    (facts, events): (Facts<'_>, Vec<Event>),
) -> Result<Trace, Vec<Input>> {
    let Some(ties) = reader.bytes(TIES).map(|bytes| words(&bytes)) else { return Err(inputs) };
    let text = |known: &Identity| Some((usize::try_from(known.text_len()).ok()?, known.sums().clone()));
    let Some(texts) = reader.head.inputs.iter().map(text).collect() else { return Err(inputs) };
    Trace::grown(inputs, options, Before { facts, events, ties, texts })
}
