//! What stands beside the words of a report: voice mail, reached later, superseded pushes, and messages inside
//! conversations that were missed.

use std::collections::BTreeMap;

use super::{ABSENT, Allowance, Book, Mark, NONE, UNDETERMINED};
use crate::analysis::Verdict;
use crate::report::model::{MissedMessage, Report};
use crate::synth::truth::{self, Truth};

/// Compares the missed messages.
pub(super) fn messages(book: &mut Book, truth: &Truth, report: &Report) {
    let all = &report.missed_messages;
    let is = |told: &truth::Message, said: &MissedMessage| said.call_id == told.call_id && said.cseq == told.cseq;
    for told in &truth.missed_messages {
        if let Some(said) = all.iter().find(|said| is(told, said)) {
            book.message(told, said);
        } else {
            let open = told.unsure.then_some(Mark::Open);
            book.judge("message", &told.call_id, &told.verdict, ABSENT, open);
        }
    }
    for said in all.iter().filter(|said| !truth.missed_messages.iter().any(|told| is(told, said))) {
        // Where the logs have lost the answer, it is not known that nothing was missed.
        let unsure = truth.calls.iter().any(|call| call.call_id == said.call_id && call.unsure);
        let open = unsure && said.verdict == Verdict::Undetermined;
        book.note("message", &said.call_id, NONE, said.verdict.name(), if open { Mark::Open } else { Mark::Wrong });
    }
}

impl Book {
    pub(super) fn mark(&mut self, id: &str, name: &'static str, told: bool, said: bool, doubt: Allowance<'_>) {
        if told || said {
            let word = |holds: bool| if holds { name } else { NONE };
            let good = doubt.as_good(name, if said { "true" } else { "false" });
            let open = good.or((doubt.unsure && !said).then_some(Mark::Open));
            self.judge("mark", id, word(told), word(said), open);
        }
    }

    fn message(&mut self, told: &truth::Message, said: &MissedMessage) {
        let verdict = said.verdict.name();
        let open = match (verdict, told.unsure) {
            (UNDETERMINED, true) => Some(Mark::Open),
            (UNDETERMINED, false) => Some(Mark::Cautious),
            _ => None,
        };
        self.judge("message", &told.call_id, &told.verdict, verdict, open);
        let none = BTreeMap::new();
        let doubt = Allowance { unsure: told.unsure, known: &[], or: &none };
        self.findings(&told.call_id, &told.findings, &said.findings, doubt, verdict == UNDETERMINED);
    }
}
