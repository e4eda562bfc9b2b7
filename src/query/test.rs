//! What a term asks of a value.

use std::borrow::Cow;

use regex::bytes::{Regex, RegexBuilder};

use crate::text::contains_ignore_case;
use crate::time::Timestamp;

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// A word of reports.
    Word(&'static str),
    /// Text of the log, not made safe for a terminal.
    Text(Cow<'a, [u8]>),
    /// A whole number.
    Number(i64),
    /// Milliseconds.
    Duration(i64),
    /// A time.
    Time(Timestamp),
    /// Yes or no.
    Flag(bool),
}

impl<'a> Value<'a> {
    pub(super) fn text(text: &'a (impl AsRef<[u8]> + ?Sized)) -> Value<'a> {
        Value::Text(Cow::Borrowed(text.as_ref()))
    }
}

/// What a term asks of a value.
#[derive(Clone, Debug)]
pub(super) enum Test {
    /// It is there; of a flag: it is set.
    Known,
    /// It holds one of these texts.
    Contains(Vec<Needle>),
    /// It is one of these texts, in any case.
    Equals(Vec<Box<[u8]>>),
    /// It matches.
    Matches(Box<Regex>),
    /// It is one of these words.
    Words(Vec<&'static str>),
    /// It lies between two numbers, both included: numbers, milliseconds, times.
    Within(Vec<(i64, i64)>),
    /// It lies between two times, the first included, the second not.
    During(Option<Moment>, Option<Moment>),
}

/// A time as written. A time of day is one of the first day of the logs.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) text: String,
    /// Milliseconds to add.
    pub(super) plus: i64,
}

impl Moment {
    /// `None` for what is no time.
    pub(super) fn new(text: &str) -> Option<Moment> {
        Timestamp::parse(text, Some(Timestamp(0))).map(|_| Moment { text: text.to_owned(), plus: 0 })
    }

    /// The first moment behind it: a minute after `10:14`, a day after `2013-10-15`.
    pub(super) fn end(&self) -> Moment {
        let fraction = self.text.rsplit_once('.').map_or(0, |(_, digits)| digits.len());
        let length = match (self.text.matches(':').count(), fraction) {
            (0, _) => 86_400_000,
            (1, _) => 60_000,
            (_, 0) => 1_000,
            (_, 1) => 100,
            (_, 2) => 10,
            _ => 1,
        };
        Moment { text: self.text.clone(), plus: length }
    }

    fn on_day(&self, first: Option<Timestamp>) -> Option<i64> {
        Timestamp::parse(&self.text, first).map(|t| t.plus(self.plus).0)
    }
}

/// A text to look for in any case.
#[derive(Clone, Debug)]
pub(super) struct Needle {
    lower: Box<[u8]>,
    /// For long values.
    finder: Regex,
}

/// From this length on a search that has to be set up first is faster.
const LONG: usize = 256;

impl Needle {
    /// `None` for a text that is too long to look for.
    pub(super) fn new(text: &str) -> Option<Needle> {
        let finder = builder(&regex::escape(text)).case_insensitive(true).build().ok()?;
        Some(Needle { lower: text.to_ascii_lowercase().into_bytes().into(), finder })
    }

    fn is_in(&self, value: &[u8]) -> bool {
        if value.len() < LONG { contains_ignore_case(value, &self.lower) } else { self.finder.is_match(value) }
    }
}

fn builder(pattern: &str) -> RegexBuilder {
    let mut builder = RegexBuilder::new(pattern);
    // Logs hold single-byte text too: a dot is any byte.
    builder.unicode(false).multi_line(true).size_limit(1 << 20);
    builder
}

/// A regular expression over the bytes of a log.
pub(super) fn regex(pattern: &str, any_case: bool) -> Result<Regex, regex::Error> {
    let mut bytes = builder(pattern);
    bytes.case_insensitive(any_case);
    // Classes of letters beyond ASCII exist for valid UTF-8 only.
    bytes.build().or_else(|_| bytes.unicode(true).build())
}

impl Test {
    pub(super) fn holds(&self, value: &Value<'_>) -> bool {
        match (self, value) {
            (Test::Known, Value::Flag(is)) => *is,
            (Test::Known, _) => true,
            (Test::Contains(needles), Value::Text(text)) => needles.iter().any(|n| n.is_in(text)),
            (Test::Contains(needles), Value::Word(word)) => needles.iter().any(|n| n.is_in(word.as_bytes())),
            (Test::Equals(texts), Value::Text(text)) => texts.iter().any(|t| t.eq_ignore_ascii_case(text)),
            (Test::Matches(regex), Value::Text(text)) => regex.is_match(text),
            (Test::Matches(regex), Value::Word(word)) => regex.is_match(word.as_bytes()),
            (Test::Words(words), Value::Word(word)) => words.contains(word),
            (Test::Within(all), Value::Number(n) | Value::Duration(n) | Value::Time(Timestamp(n))) => {
                all.iter().any(|(from, to)| (from..=to).contains(&n))
            }
            _ => false,
        }
    }

    /// The same with times of day on a day.
    pub(super) fn on_day(&self, first: Option<Timestamp>) -> Test {
        let Test::During(from, to) = self else { return self.clone() };
        let read = |moment: &Option<Moment>, open: i64| moment.as_ref().map_or(Some(open), |m| m.on_day(first));
        match (read(from, i64::MIN), read(to, i64::MAX)) {
            (Some(from), Some(to)) => Test::Within(vec![(from, to.saturating_sub(1))]),
            // Without any time in the logs no record is at a time of day.
            _ => Test::Within(Vec::new()),
        }
    }
}
