//! Times of the log. The only module that uses `chrono`, so that a change of library is one file.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};

/// A time as the log shows it: milliseconds since 1970-01-01T00:00:00 on the clock of the log,
/// whose zone the text does not tell.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, bitcode::Decode, bitcode::Encode, serde::Deserialize,
)]
pub struct Timestamp(pub i64);

/// As [`Timestamp::iso`]; in an index and between tasks of a job its number.
impl serde::Serialize for Timestamp {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() {
            to.serialize_str(&self.iso())
        } else {
            to.serialize_newtype_struct("Timestamp", &self.0)
        }
    }
}

impl Timestamp {
    /// Stands for "the log does not say" in tightly packed places.
    pub(crate) const NONE: Timestamp = Timestamp(i64::MIN);

    /// `None` for the marker [`Timestamp::NONE`].
    pub(crate) fn known(self) -> Option<Timestamp> {
        (self != Self::NONE).then_some(self)
    }

    /// From calendar fields; `None` when they are not a date or a time of day.
    pub fn from_civil(date: [u32; 3], time: [u32; 4]) -> Option<Timestamp> {
        let [year, month, day] = date;
        let [hour, minute, second, milli] = time;
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 23 || minute > 59 || second > 60 {
            return None;
        }
        // Days since 1970 of a Gregorian date, counting years from March (a leap day comes last).
        let y = i64::from(year) - i64::from(month <= 2);
        let era = y.div_euclid(400);
        let yoe = y.rem_euclid(400);
        let doy = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
        let days = era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468;
        let seconds = days * 86_400 + i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Timestamp(seconds * 1000 + i64::from(milli)))
    }

    /// The same instant when month and day were read the wrong way round; `None` if that is no date.
    pub(crate) fn with_day_and_month_swapped(self) -> Option<Timestamp> {
        use chrono::{Datelike, Timelike};
        let t = self.naive()?;
        Self::from_civil(
            [u32::try_from(t.year()).ok()?, t.day(), t.month()],
            [t.hour(), t.minute(), t.second(), t.nanosecond() / 1_000_000],
        )
    }

    /// Milliseconds from `earlier` to this time.
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// This time moved by `millis`.
    #[must_use]
    pub fn plus(self, millis: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(millis))
    }

    fn naive(self) -> Option<NaiveDateTime> {
        DateTime::from_timestamp_millis(self.0).map(|t| t.naive_utc())
    }

    /// `2013-10-15T09:01:45.669`.
    pub fn iso(self) -> String {
        self.naive().map_or_else(String::new, |t| {
            // By hand: a report has several of these for each call, and a format string is read each time.
            let (date, day) = (t.date(), t.time());
            let ms = t.and_utc().timestamp_subsec_millis();
            let Ok(year @ 0..10_000) = u32::try_from(date.year()) else {
                return format!("{date}T{:02}:{:02}:{:02}.{ms:03}", day.hour(), day.minute(), day.second());
            };
            let mut out = String::with_capacity(23);
            let mut put = |number: u32, first: u32, behind: &str| {
                let mut unit = first;
                while unit > 0 {
                    out.push(char::from_digit(number / unit % 10, 10).unwrap_or('0'));
                    unit /= 10;
                }
                out.push_str(behind);
            };
            put(year, 1000, "-");
            put(date.month(), 10, "-");
            put(date.day(), 10, "T");
            put(day.hour(), 10, ":");
            put(day.minute(), 10, ":");
            put(day.second(), 10, ".");
            put(ms, 100, "");
            out
        })
    }

    /// `09:01:45.669`, the time of day.
    pub fn clock(self) -> String {
        self.naive().map_or_else(String::new, |t| t.format("%H:%M:%S%.3f").to_string())
    }

    /// `2013-10-15 09:01:45`, for people.
    pub fn short(self) -> String {
        self.naive().map_or_else(String::new, |t| t.format("%Y-%m-%d %H:%M:%S").to_string())
    }

    /// Milliseconds that a time as [`Timestamp::parse`] reads it stands for: `10:14` is a whole minute, `2013-10-15` a
    /// whole day.
    pub fn precision(text: &str) -> i64 {
        let fraction = text.trim().rsplit_once('.').map_or(0, |(_, digits)| digits.len());
        match (text.matches(':').count(), fraction) {
            (0, _) => 86_400_000,
            (1, _) => 60_000,
            (_, 0) => 1_000,
            (_, 1) => 100,
            (_, 2) => 10,
            _ => 1,
        }
    }

    /// Reads `2013-10-15`, `2013-10-15 09:01`, `2013-10-15T09:01:45.669` or `10:14` (on `day`).
    pub fn parse(text: &str, day: Option<Timestamp>) -> Option<Timestamp> {
        let text = text.trim().replace('T', " ");
        let of = |t: NaiveDateTime| Timestamp(t.and_utc().timestamp_millis());
        for format in ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d %H:%M"] {
            if let Ok(t) = NaiveDateTime::parse_from_str(&text, format) {
                return Some(of(t));
            }
        }
        if let Ok(d) = NaiveDate::parse_from_str(&text, "%Y-%m-%d") {
            return Some(of(d.and_time(NaiveTime::MIN)));
        }
        let date = day?.naive()?.date();
        ["%H:%M:%S%.f", "%H:%M"]
            .iter()
            .find_map(|f| NaiveTime::parse_from_str(&text, f).ok())
            .map(|t| of(date.and_time(t)))
    }
}

/// `+1.251 s`, `-3600.000 s`: a difference for people.
pub fn seconds(ms: i64) -> String {
    format!("{} s", bare_seconds(ms))
}

/// The same without its unit: `+0.003`, `-1.250`.
pub(crate) fn bare_seconds(ms: i64) -> String {
    let sign = if ms < 0 { '-' } else { '+' };
    format!("{sign}{}.{:03}", ms.unsigned_abs() / 1000, ms.unsigned_abs() % 1000)
}

/// Reads what [`seconds`] writes, and `4.2s`, `-3600`, `+250ms`, `90m`, `1h`: milliseconds.
pub fn parse_seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text[number.len()..] {
        "" | "s" => 1_000.0,
        "ms" => 1.0,
        "m" | "min" => 60_000.0,
        "h" => 3_600_000.0,
        _ => return None,
    };
    let value: f64 = number.trim_end().parse().ok()?;
    let ms = (value * factor).round();
    // A year is more than any clock is wrong by, and far from where a float loses milliseconds.
    #[expect(clippy::cast_possible_truncation, reason = "the bound is far below the limits of an i64")]
    (ms.abs() <= 366.0 * 86_400_000.0).then_some(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates_agree_with_the_calendar_library() {
        for (y, m, d) in [(1970, 1, 1), (2012, 2, 29), (2013, 10, 15), (1999, 12, 31), (2100, 3, 1)] {
            let ours = Timestamp::from_civil([y, m, d], [9, 1, 45, 669]);
            assert_eq!(ours.map(Timestamp::iso), Some(format!("{y:04}-{m:02}-{d:02}T09:01:45.669")));
        }
        assert_eq!(Timestamp::from_civil([2013, 13, 1], [0, 0, 0, 0]), None);
        let t = Timestamp::from_civil([2013, 7, 10], [14, 0, 0, 0]);
        assert_eq!(t, Timestamp::parse("2013-07-10 14:00", None));
        assert_eq!(t, Timestamp::parse("14:00", t));
        assert_eq!(t.and_then(Timestamp::with_day_and_month_swapped), Timestamp::parse("2013-10-07T14:00:00", None));
    }
}
