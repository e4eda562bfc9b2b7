//! A word without a field: looked for in whatever a list can show of a row.

use super::value::{Value, duration};
use crate::text::Finder;
use crate::time::Timestamp;

/// What such a word finds in a cell: texts and words hold it; a number, a duration or a time is it, so that `504` does
/// not find line 1504. Of a time also the day, and the day or the time of day down to the hour, minute or second.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    text: Finder,
    number: Option<i64>,
    duration: Option<i64>,
    /// The word with a `T` between day and time of day, where it can be the start of a time.
    time: Option<Box<str>>,
}

impl Shown {
    /// `None` for a text that is too long to look for.
    pub(super) fn new(text: &str) -> Option<Shown> {
        let number = text.parse::<i64>().ok().filter(|n| n.to_string() == text);
        let length = || {
            let (sign, length) = text.strip_prefix('-').map_or((1, text), |length| (-1, length));
            duration(length).ok().map(|(ms, _)| sign * ms)
        };
        let of_time = |c: char| c.is_ascii_digit() || matches!(c, '-' | ':' | '.' | 'T' | ' ');
        let is_time = text.contains(['-', ':']) && text.starts_with(|c: char| c.is_ascii_digit());
        let time = (is_time && text.chars().all(of_time)).then(|| text.replace(' ', "T").into());
        Some(Shown { text: Finder::new(text)?, number, duration: number.or_else(length), time })
    }

    pub(super) fn is_in(&self, value: &Value<'_>) -> bool {
        match value {
            Value::Text(text) => self.text.is_in(text),
            Value::Word(word) => self.text.is_in(word.as_bytes()),
            Value::Number(n) => self.number == Some(*n),
            Value::Duration(ms) => self.duration == Some(*ms),
            Value::Time(time) => self.time.as_ref().is_some_and(|word| starts(*time, word)),
            // A flag has a name of its own.
            Value::Flag(_) => false,
        }
    }
}

/// Whether a time, or its time of day, is shown with these characters at its start.
fn starts(time: Timestamp, word: &str) -> bool {
    let shown = time.iso();
    let of_day = shown.split_once('T').map_or("", |(_, of_day)| of_day);
    shown.starts_with(word) || of_day.starts_with(word)
}
