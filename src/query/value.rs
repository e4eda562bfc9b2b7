//! One value of a field, and a duration as it is written.

use std::borrow::Cow;

use crate::time::Timestamp;

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
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

/// Milliseconds in each unit.
const UNITS: [(&str, f64); 4] = [("ms", 1.0), ("s", 1e3), ("m", 60e3), ("h", 3600e3)];

/// What a duration such as `500ms` or `2m` covers, in milliseconds.
///
/// # Errors
/// What was expected.
pub(super) fn duration(text: &str) -> Result<(i64, i64), &'static str> {
    let expected = "a duration such as 500ms, 5s or 2m";
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let digits = text.strip_suffix(unit).unwrap_or(text);
    let (_, scale) = UNITS.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit)).ok_or(expected)?;
    let number: f64 = digits.parse().map_err(|_| expected)?;
    // Nothing in a log lasts longer than a hundred years.
    let ms = (number * scale).round().min(3.2e12);
    #[expect(clippy::cast_possible_truncation, reason = "bounded in the line before")]
    let ms = ms as i64;
    Ok((ms, ms))
}
