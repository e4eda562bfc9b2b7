//! The cards of cases, for the one form for people that has them.

use rayon::prelude::*;

use super::chosen::Chosen;
use crate::analysis::Analysis;
use crate::case::{self, Case, Index, Item};
use crate::ladder::Subject;
use crate::report::model::Report;
use crate::trace::Trace;

/// Adds the cards of the calls that forms for people tell in full, in a digest and in the whole report: only
/// [`crate::report::markdown`] prints them, and each holds its call against thousands of others.
pub fn add_cards(report: &mut Report, trace: &Trace, analysis: &Analysis) {
    let told = Chosen::of(analysis);
    let index = Index::new(analysis);
    // A digest has some of the calls, in their order.
    let numbers: Vec<usize> = if report.calls.len() == analysis.calls.len() {
        (0..analysis.calls.len()).collect()
    } else {
        told.calls(analysis).map(|(i, ..)| i).collect()
    };
    let entries = report.calls.par_iter_mut().zip(numbers).filter(|(_, i)| told.tells(*i));
    entries.for_each(|(entry, i)| entry.card = card(trace, analysis, &index, i));
}

/// What is told of a call ahead of its details, without what to do: that stands with the cause.
pub(in crate::report) fn card(trace: &Trace, analysis: &Analysis, index: &Index, call: usize) -> Vec<Item> {
    let subject = Subject::Call(call);
    let Some(case) = Case::new(trace, analysis, index, &subject) else { return Vec::new() };
    let mut out = case.head();
    out.extend(case.around(analysis, case::twin(analysis, &subject).as_ref()));
    out
}
