//! Dates, times and addresses as foreign logs write them.

use crate::time::Timestamp;

/// Reads a text from its beginning.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn new(text: &'t [u8]) -> Cursor<'t> {
        Cursor { text, at: 0 }
    }

    /// How far it was read.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// A number of so many digits.
    pub(super) fn number(&mut self, least: usize, most: usize) -> Option<u32> {
        let digits = self.rest().iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        let value = self.rest().get(..digits)?.iter().fold(0u32, |n, b| n.wrapping_mul(10) + u32::from(b & 15));
        self.at += digits;
        (digits >= least).then_some(value)
    }

    /// One of these bytes.
    pub(super) fn one(&mut self, of: &[u8]) -> Option<u8> {
        let byte = *self.rest().first().filter(|b| of.contains(b))?;
        self.at += 1;
        Some(byte)
    }

    /// This text.
    pub(super) fn word(&mut self, word: &[u8]) -> Option<()> {
        self.rest().starts_with(word).then(|| self.at += word.len())
    }

    /// Blanks, if any.
    pub(super) fn blanks(&mut self) {
        self.at += self.rest().iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    }

    /// Digits to the base of sixteen, one at least.
    pub(super) fn hex(&mut self) -> Option<()> {
        let digits = self.rest().iter().take(16).take_while(|b| b.is_ascii_hexdigit()).count();
        self.at += digits;
        (digits > 0).then_some(())
    }

    /// `hh:mm:ss`, and a fraction if there is one.
    pub(super) fn clock(&mut self) -> Option<[u32; 4]> {
        let hour = self.number(1, 2)?;
        self.one(b":")?;
        let minute = self.number(2, 2)?;
        self.one(b":")?;
        let second = self.number(2, 2)?;
        let start = self.at;
        if self.one(b".,").is_none() {
            return Some([hour, minute, second, 0]);
        }
        let digits = self.rest().iter().take(9).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            self.at = start;
            return Some([hour, minute, second, 0]);
        }
        let at = |i: usize| self.rest().get(i).filter(|_| i < digits).map_or(0, |b| u32::from(b & 15));
        let milli = at(0) * 100 + at(1) * 10 + at(2);
        self.at += digits;
        Some([hour, minute, second, milli])
    }

    /// `2017-03-02T07:10:46.240+01:00`, and whether a zone stands there: then the time is in UTC.
    pub(super) fn iso(&mut self) -> Option<(Timestamp, bool)> {
        let year = self.number(4, 4)?;
        self.one(b"-")?;
        let month = self.number(2, 2)?;
        self.one(b"-")?;
        let day = self.number(2, 2)?;
        self.one(b"T ")?;
        let clock = self.clock()?;
        let time = Timestamp::from_civil([year, month, day], clock)?;
        if self.one(b"Zz").is_some() {
            return Some((time, true));
        }
        let start = self.at;
        let offset = self.one(b"+-").and_then(|sign| {
            let (hours, _, minutes) = (self.number(2, 2)?, self.one(b":"), self.number(2, 2)?);
            let minutes = i64::from(hours) * 60 + i64::from(minutes);
            Some(if sign == b'-' { -minutes } else { minutes })
        });
        if let Some(minutes) = offset {
            Some((time.plus(-minutes * 60_000), true))
        } else {
            self.at = start;
            Some((time, false))
        }
    }

    /// Two numbers and a year, month or day first, then this byte and a time: month first unless only the other order
    /// is a date.
    pub(super) fn slashed(&mut self, before_time: &[u8], day_first: bool) -> Option<Timestamp> {
        let a = self.number(1, 2)?;
        self.one(b"/")?;
        let b = self.number(1, 2)?;
        self.one(b"/")?;
        let year = self.number(4, 4)?;
        self.one(before_time)?;
        let clock = self.clock()?;
        let (first, second) = if day_first { ([year, b, a], [year, a, b]) } else { ([year, a, b], [year, b, a]) };
        Timestamp::from_civil(first, clock).or_else(|| Timestamp::from_civil(second, clock))
    }
}

/// `192.0.2.10:5061` or `[2001:db8::1]:5061` or `host:5061` at the beginning of a text, blanks before it allowed.
pub(super) fn address(text: &[u8]) -> Option<&[u8]> {
    let text = text.trim_ascii_start();
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':' | b'-' | b'_' | b'[' | b']' | b'%');
    let length = text.iter().take(256).take_while(is_part).count();
    let own = text.get(..length)?;
    let own = own.strip_suffix(b":").unwrap_or(own);
    let own = own.strip_suffix(b".").unwrap_or(own);
    (own.len() > 2 && (own.contains(&b'.') || own.contains(&b':'))).then_some(own)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_written() {
        for (text, iso, zone) in [
            ("2017-03-02T08:10:46.240+01:00 exp", "2017-03-02T07:10:46.240", true),
            ("2016-01-02T03:04:05.678901Z", "2016-01-02T03:04:05.678", true),
            ("2017-03-02 07:10:46,240\"", "2017-03-02T07:10:46.240", false),
            ("2017-03-02 07:10:46 - x", "2017-03-02T07:10:46.000", false),
        ] {
            let (time, is) = Cursor::new(text.as_bytes()).iso().unwrap();
            assert_eq!((time.iso().as_str(), is), (iso, zone), "{text}");
        }
        let us = |text: &str, day_first| Cursor::new(text.as_bytes()).slashed(b"|-", day_first).map(Timestamp::iso);
        assert_eq!(us("01/02/2012|11:30:10.163", false).as_deref(), Some("2012-01-02T11:30:10.163"));
        assert_eq!(us("25/01/2012|11:30:10.163", false).as_deref(), Some("2012-01-25T11:30:10.163"));
        assert_eq!(us("01/08/2021-10:00:00.001", true).as_deref(), Some("2021-08-01T10:00:00.001"));
        assert_eq!(us("41/41/2021-10:00:00.001", true), None);
    }

    #[test]
    fn addresses_end_where_words_begin() {
        for (text, address) in [
            (" 192.0.2.10:5061 (To Local", "192.0.2.10:5061"),
            ("192.0.2.10:5061)", "192.0.2.10:5061"),
            ("[2001:db8::1]:5061 x", "[2001:db8::1]:5061"),
            ("fe01.contoso.com:5061.", "fe01.contoso.com:5061"),
        ] {
            assert_eq!(super::address(text.as_bytes()), Some(address.as_bytes()), "{text}");
        }
        assert_eq!(super::address(b"nobody"), None);
    }
}
