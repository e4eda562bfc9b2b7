//! Line by line: which lines belong together, which came before, and which can be taken apart.

use super::line::Worker;
use super::looks::{First, Look, is_opener};
use super::marks::Mark;
use super::sections::{Section, State, is_count};
use super::{heads, vias};

/// Bytes of lines that are read as one; a hard wrap goes no further.
const LONGEST: usize = 32 << 10;

/// Rewrites a text that ends with a record.
pub(super) fn lines(worker: &mut Worker<'_>, text: &mut [u8]) {
    let mut state = State::default();
    let (mut old, mut part) = (Vec::new(), Vec::new());
    let mut at = 0;
    // The line that was looked at last.
    let mut ahead = Look::at(text, 0);
    while at < text.len() {
        let first = ahead;
        let (mut end, mut next) = (first.end, first.next);
        state.see(&first);
        ahead = Look::at(text, next);
        // Nothing goes on with an opener.
        if !first.opens && next < text.len() {
            let known = First::of(&text[at..end], &first);
            while next < text.len() && next - at < LONGEST && state.continues(&known, &text[next..ahead.end], &ahead) {
                (end, next) = (ahead.end, ahead.next);
                ahead = Look::at(text, next);
            }
        }
        let alone = end == first.end;
        let traced = first.opens || first.prefix || !alone && is_opener(&text[at..end]);
        let len = first.end - at;
        let line = &mut text[at..end];
        at = next;
        if alone && state.place == Section::Lines && worker.gives_nothing() && is_count(line) {
            continue;
        }
        let Some(key) = state.key(line, traced) else {
            state.line(worker, line, len, traced);
            continue;
        };
        if let Some(after) = worker.recall(line, key) {
            state.go_on(key, after);
            continue;
        }
        old.clear();
        old.extend_from_slice(line);
        let before = worker.replaced;
        let mut after = key;
        let mut apart = Apart { state: &state, worker, old: &mut part };
        if !alone || state.place != Section::Lines || !apart.take(line) {
            after.line(worker, line, len, false);
        }
        worker.remember(&old, line, (key, after), before);
        state.go_on(key, after);
    }
}

/// A line that is taken apart.
struct Apart<'l, 'r> {
    state: &'l State,
    worker: &'l mut Worker<'r>,
    old: &'l mut Vec<u8>,
}

impl Apart<'_, '_> {
    /// Takes a line apart where it is one of those that can be.
    fn take(&mut self, line: &mut [u8]) -> bool {
        vias::each(line, self) || self.worker.gives_nothing() && heads::each(line, self)
    }
}

impl vias::Change for Apart<'_, '_> {
    fn line(&mut self, line: &mut [u8]) {
        let Some(key) = self.state.key(line, false) else { return };
        if self.worker.recall(line, key).is_none() {
            self.old.clear();
            self.old.extend_from_slice(line);
            let before = self.worker.replaced;
            let mut after = key;
            after.line(self.worker, line, line.len(), false);
            self.worker.remember(self.old, line, (key, after), before);
        }
    }

    fn word(&mut self, word: &mut [u8]) {
        if !word.is_empty() {
            self.worker.word(word, Mark::Words, false);
        }
    }
}
