//! What stands beside the words of a report: voice mail, reached later, superseded pushes, and messages inside
//! conversations that were missed. A report of an older program has none of them, and nothing is held against it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{ABSENT, Book, Doubt, Mark, NONE, UNDETERMINED};
use crate::report::model::Report;
use crate::synth::truth::{self, Truth};

/// Compares the marks of calls and pushes, and the missed messages.
pub(super) fn compare(book: &mut Book, truth: &Truth, report: &Report) {
    // As other programs see it: a field that is absent is false.
    let Ok(json) = serde_json::to_value(report) else { return };
    let list = |key: &str| json.get(key).and_then(Value::as_array);
    let Some(messages) = list("missed_messages") else { return };
    let by_id = |key: &str| -> BTreeMap<&str, &Value> {
        let entries = list(key).into_iter().flatten();
        entries.filter_map(|entry| Some((entry.get("call_id")?.as_str()?, entry))).collect()
    };
    let (calls, pushes) = (by_id("calls"), by_id("pushes"));
    for told in &truth.calls {
        let Some(said) = calls.get(told.call_id.as_str()) else { continue };
        book.mark(&told.call_id, "voice_mail", told.voice_mail, said, told.into());
        book.mark(&told.call_id, "reached_later", told.reached_later, said, told.into());
    }
    for told in &truth.pushes {
        let Some(said) = pushes.get(told.call_id.as_str()) else { continue };
        book.mark(&told.call_id, "superseded", told.superseded, said, told.into());
    }
    let known = |told: &truth::Message, said: &Value| {
        said.get("call_id").and_then(Value::as_str) == Some(&told.call_id)
            && said.get("cseq").and_then(Value::as_u64) == Some(told.cseq.into())
    };
    for told in &truth.missed_messages {
        if let Some(said) = messages.iter().find(|said| known(told, said)) {
            book.message(told, said);
        } else {
            let open = told.unsure.then_some(Mark::Open);
            book.judge("message", &told.call_id, &told.verdict, ABSENT, open);
        }
    }
    for said in messages.iter().filter(|said| !truth.missed_messages.iter().any(|told| known(told, said))) {
        let id = said.get("call_id").and_then(Value::as_str).unwrap_or_default();
        let verdict = said.get("verdict").and_then(Value::as_str).unwrap_or(NONE);
        // Where the logs have lost the answer, it is not known that nothing was missed.
        let unsure = truth.calls.iter().any(|call| call.call_id == id && call.unsure);
        let open = unsure && verdict == UNDETERMINED;
        book.note("message", id, NONE, verdict, if open { Mark::Open } else { Mark::Wrong });
    }
}

impl Book {
    fn mark(&mut self, id: &str, name: &'static str, told: bool, said: &Value, doubt: Doubt<'_>) {
        let said = said.get(name).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)));
        if told || said {
            let word = |holds: bool| if holds { name } else { NONE };
            let good = doubt.as_good(name, if said { "true" } else { "false" });
            let open = good.or((doubt.unsure && !said).then_some(Mark::Open));
            self.judge("mark", id, word(told), word(said), open);
        }
    }

    fn message(&mut self, told: &truth::Message, said: &Value) {
        let verdict = said.get("verdict").and_then(Value::as_str).unwrap_or(NONE);
        let open = match (verdict, told.unsure) {
            (UNDETERMINED, true) => Some(Mark::Open),
            (UNDETERMINED, false) => Some(Mark::Cautious),
            _ => None,
        };
        self.judge("message", &told.call_id, &told.verdict, verdict, open);
        let codes = said.get("findings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let codes: Vec<&str> = codes.iter().filter_map(Value::as_str).collect();
        let none = BTreeMap::new();
        let doubt = Doubt { unsure: told.unsure, known: &[], or: &none };
        self.findings(&told.call_id, &told.findings, &codes, doubt, verdict == UNDETERMINED);
    }
}
