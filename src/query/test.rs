//! What a term asks of a value.

use regex::{Regex, RegexBuilder};

use super::shown::Shown;
use super::value::Value;
use crate::text::{Finder, decode};
use crate::time::Timestamp;

/// What a term asks of a value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// It is there; of a flag: it is set.
    Known,
    /// It holds one of these texts.
    Contains(Vec<Finder>),
    /// It is one of these texts, in any case.
    Equals(Vec<Finder>),
    /// It is shown so, as a whole or in a part.
    Shown(Box<Shown>),
    /// It matches.
    Matches(Box<Regex>),
    /// It is one of these words.
    Words(Vec<&'static str>),
    /// It lies between two numbers, both included: numbers, milliseconds, times.
    Within(Vec<(i64, i64)>),
    /// It lies between two times, the first included, the second not.
    During(Option<Moment>, Option<Moment>),
}

/// A time as written. A time of day is one of the first day of the logs on the corrected clock.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    text: String,
    /// Milliseconds to add.
    plus: i64,
}

impl Moment {
    /// `None` for what is no time.
    pub(super) fn new(text: &str) -> Option<Moment> {
        Timestamp::parse(text, Some(Timestamp(0))).map(|_| Moment { text: text.to_owned(), plus: 0 })
    }

    /// The first moment behind it: a minute after `10:14`, a day after `2013-10-15`.
    pub(super) fn end(&self) -> Moment {
        Moment { text: self.text.clone(), plus: Timestamp::precision(&self.text) }
    }

    /// Whether a day is written.
    pub(super) fn has_day(&self) -> bool {
        self.on_day(None).is_some()
    }

    /// The same on the day of another, where none is written.
    pub(super) fn on_day_of(self, other: &Moment) -> Moment {
        match other.text.split(['T', 't', ' ']).next().filter(|_| other.has_day() && !self.has_day()) {
            Some(day) => Moment { text: format!("{day} {}", self.text), ..self },
            None => self,
        }
    }

    /// Milliseconds from another that has a day as well, or has none either.
    pub(super) fn since(&self, earlier: &Moment) -> Option<i64> {
        let day = (self.has_day() == earlier.has_day()).then_some(Timestamp(0));
        Some(self.on_day(day)? - earlier.on_day(day)?)
    }

    fn on_day(&self, first: Option<Timestamp>) -> Option<i64> {
        Timestamp::parse(&self.text, first).map(|t| t.plus(self.plus).0)
    }
}

/// A regular expression over text as it is shown: a dot is a character, `^` and `$` stand at the ends of lines,
/// whichever way they end.
pub(super) fn regex(pattern: &str, any_case: bool) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).multi_line(true).crlf(true).case_insensitive(any_case).build()
}

impl Test {
    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Test::Known, Value::Flag(is)) => *is,
            (Test::Known, _) => true,
            (Test::Contains(needles), Value::Text(text)) => needles.iter().any(|n| n.is_in(text)),
            (Test::Contains(needles), Value::Word(word)) => needles.iter().any(|n| n.is_in(word.as_bytes())),
            (Test::Shown(shown), value) => shown.is_in(value),
            (Test::Equals(texts), Value::Text(text)) => texts.iter().any(|t| t.is_all(text)),
            (Test::Matches(regex), Value::Text(text)) => regex.is_match(&decode(text)),
            (Test::Matches(regex), Value::Word(word)) => regex.is_match(word),
            (Test::Words(words), Value::Word(word)) => words.contains(word),
            (Test::Within(all), Value::Number(n) | Value::Duration(n) | Value::Time(Timestamp(n))) => {
                all.iter().any(|(from, to)| (from..=to).contains(&n))
            }
            _ => false,
        }
    }

    /// The same with times of day on a day.
    pub(super) fn on_day(&self, first: &dyn Fn() -> Option<Timestamp>) -> Test {
        let Test::During(from, to) = self else { return self.clone() };
        let on = |m: &Moment| m.on_day(None).or_else(|| m.on_day(Some(first()?)));
        let read = |moment: &Option<Moment>, open: i64| moment.as_ref().map_or(Some(open), on);
        match (read(from, i64::MIN), read(to, i64::MAX)) {
            (Some(from), Some(to)) => Test::Within(vec![(from, to.saturating_sub(1))]),
            // Without any time in the logs no record is at a time of day.
            _ => Test::Within(Vec::new()),
        }
    }
}
