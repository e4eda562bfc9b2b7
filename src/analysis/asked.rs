//! What a judgement asked of coverage and clocks, and what it was told: of logs that are followed it stands as long as it would be
//! told the same again.
//!
//! Both change with nearly every record that is appended, and most judgements do not hang on it. What they hang on is noted
//! while they are made, not reckoned: nobody who changes a rule has to think of this.

use std::cell::RefCell;

use super::servers::ServerId;
use crate::time::Timestamp;
use crate::trace::EventId;

/// A question that what is appended to a log may answer anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) enum Question {
    /// Whether a log tells every message between two times.
    Whole(ServerId, Timestamp, Timestamp),
    /// The same between two of its records.
    Joined(ServerId, EventId, EventId),
    /// Whether it does for so many milliseconds behind a record, written then.
    RunsOn(ServerId, EventId, Timestamp, i64),
    /// Whether no record follows without a hole.
    IsLast(ServerId, EventId),
    /// Since when something may have gone on unseen.
    DarkSince(ServerId, EventId),
    /// The hole ahead of a record.
    HoleAhead(ServerId, EventId),
    /// What ends the covered time of a record.
    EndAfter(ServerId, EventId),
    /// Why a log does not tell of a time.
    BlindAt(ServerId, Timestamp),
    /// By how many milliseconds the times of two records may be wrong against each other.
    Unsure((ServerId, EventId), (ServerId, EventId)),
    /// The same of any time of a server.
    Spread(ServerId),
    /// Whether a clock is held against another beyond a record.
    Steady(ServerId, EventId),
    /// Something that may hang on every record.
    All,
}

/// An answer in numbers that are the same for the same answer alone.
pub(in crate::analysis) type Answer = [u64; 3];

/// A question and its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::analysis) struct Asked {
    pub(in crate::analysis) question: Question,
    pub(in crate::analysis) answer: Answer,
}

thread_local! {
    static NOTED: RefCell<Option<Vec<Asked>>> = const { RefCell::new(None) };
}

/// Among more questions than these none is sought again.
const MANY: usize = 64;

/// Runs something on this thread and notes what is asked meanwhile. What other threads do for it is not noted.
pub(in crate::analysis) fn noting<R>(run: impl FnOnce() -> R) -> (R, Vec<Asked>) {
    // A thread that waits for others may do another thing of this kind meanwhile.
    let outer = NOTED.with(|noted| noted.replace(Some(Vec::new())));
    let out = run();
    let own = NOTED.with(|noted| noted.replace(outer));
    (out, own.unwrap_or_default())
}

/// Notes a question, where somebody wants it, and hands on its answer.
pub(in crate::analysis) fn note<A>(question: Question, answer: A, in_numbers: impl FnOnce(&A) -> Answer) -> A {
    NOTED.with(|noted| {
        if let Some(all) = noted.borrow_mut().as_mut() {
            let asked = Asked { question, answer: in_numbers(&answer) };
            if all.len() > MANY || !all.contains(&asked) {
                all.push(asked);
            }
        }
    });
    answer
}

/// Yes or no, in numbers.
pub(in crate::analysis) fn yes(is: bool) -> Answer {
    [u64::from(is), 0, 0]
}

/// A number that may be missing, in numbers.
pub(in crate::analysis) fn perhaps(number: Option<i64>) -> Answer {
    number.map_or([0; 3], |number| [1, number.cast_unsigned(), 0])
}
