//! A copy without names that is written nowhere.

use siptrail::anonymise::{Key, Rewriter, Seen, Story, remains};
use siptrail::input::Input;
use siptrail::trace::LoadOptions;
use siptrail::{Analysis, Options, Trace};

use super::{as_read, texts};

/// A copy of logs in memory without names, with its analysis: proven to tell the same, or a line that says why it does not.
/// Calls and pushes have the numbers that they have in the original.
pub(in crate::cli) fn in_memory(
    trace: &Trace,
    analysis: &Analysis,
    options: &Options,
) -> Result<(Trace, Analysis), String> {
    if !options.clocks.is_empty() {
        return Err(
            "--clock: it names a server, which has another name without names; leave one of both out".to_owned()
        );
    }
    if let Some(read) = as_read(trace) {
        let of_read = siptrail::analyse(&read, options);
        if !same_cases(analysis, &of_read) {
            return Err("its logs are told otherwise in the layout of a copy, so nothing was written".to_owned());
        }
        return copy_in_memory(&read, &of_read, options);
    }
    copy_in_memory(trace, analysis, options)
}

/// Whether calls and pushes are the same, in the same order.
fn same_cases(a: &Analysis, b: &Analysis) -> bool {
    let calls = |of: &Analysis| of.calls.iter().map(|call| (call.call_id.clone(), call.outcome)).collect::<Vec<_>>();
    let pushes = |of: &Analysis| of.pushes.iter().map(|push| (push.call_id.clone(), push.result)).collect::<Vec<_>>();
    calls(a) == calls(b) && pushes(a) == pushes(b)
}

/// The copy of texts that are read as they stand there.
fn copy_in_memory(trace: &Trace, analysis: &Analysis, options: &Options) -> Result<(Trace, Analysis), String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|e| format!("no random key to be had: {e}"))?;
    let seen = Seen::of(texts(trace));
    let rewriter = Rewriter::new(&seen, &Key::new(bytes), &[]);
    let mut inputs = Vec::new();
    for (i, input) in trace.inputs().iter().enumerate() {
        let mut copy = Vec::with_capacity(input.bytes().len());
        rewriter.rewrite(input.bytes(), &mut copy).map_err(|e| format!("cannot copy the logs: {e}"))?;
        inputs.push(Input::from_bytes(format!("log-{:02}.log", i + 1), copy));
    }
    // Only now is known what is a name in any of them.
    let is_name = |word: &[u8]| rewriter.is_name(word);
    let left = inputs.iter().flat_map(|copy| remains(&seen, copy.bytes(), &[], is_name));
    if let Some(left) = left.into_iter().find(|left| is_name(&left.word)) {
        let word = siptrail::text::decode(&left.word);
        return Err(format!(
            "a name would be left: {word:?}; siptrail anonymise --word takes it out of a copy of the logs"
        ));
    }
    let copy = Trace::load(inputs, &LoadOptions::default());
    let of_copy = siptrail::analyse(&copy, options);
    let story = |trace: &Trace, analysis: &Analysis| Story::of(&siptrail::report::report(trace, analysis, &[]));
    match story(trace, analysis).difference(&story(&copy, &of_copy)) {
        None => Ok((copy, of_copy)),
        Some(found) => Err(format!(
            "without names it would tell another story ({}), so nothing was written; see siptrail anonymise --drop-damaged",
            found.place
        )),
    }
}
