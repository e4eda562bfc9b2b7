//! The trace-line prefix: `LEVEL(FLAG) [WHERE]PID.TID::MM/DD/YYYY-hh:mm:ss.mmm.SEQ (COMP,FUNC:FILE(LINE))`.
//!
//! Administrators can configure the prefix (FORMAT.md sections 1 and 2), so the known layout is tried
//! first and, failing that, a date and a time are looked for anywhere in the line.

#[cfg(feature = "anonymise")]
mod frame;
mod quick;

use memchr::memmem;
use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while_m_n, take_while1};
use nom::character::complete::char;
use nom::combinator::opt;
use nom::sequence::{delimited, preceded};

use crate::time::Timestamp;

#[cfg(feature = "anonymise")]
pub(crate) use frame::{Frame, frame};
pub(crate) use quick::Last;

type Res<'a, O> = nom::IResult<&'a [u8], O, ()>;

/// What one date tells of the order in which day and month are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateOrder {
    /// Nothing: there is no date, the year comes first, or both numbers are the same.
    #[default]
    Unknown,
    /// It can be read both ways; it was read month first.
    Ambiguous,
    /// The second number is above 12.
    MonthFirst,
    /// The first number is above 12.
    DayFirst,
}

impl DateOrder {
    /// Of the two numbers ahead of the year.
    fn of(first: u32, second: u32) -> DateOrder {
        match (first, second) {
            (13.., _) => DateOrder::DayFirst,
            (_, 13..) => DateOrder::MonthFirst,
            (a, b) if a == b => DateOrder::Unknown,
            _ => DateOrder::Ambiguous,
        }
    }
}

/// What a prefix line tells about the record that it opens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Prefix<'a> {
    /// `INFO`, `WARN`, `ERROR` of `TL_...`; empty when unknown.
    pub level: &'a [u8],
    /// `PROTOCOL`, `DIAG`, `COMPONENT`, ... of `TF_...`; empty when unknown.
    pub flag: &'a [u8],
    /// `pool\server` of a Centralized Logging Service search; a CPU number is not kept.
    pub server: Option<&'a [u8]>,
    /// Time of the line, read month first.
    pub time: Option<Timestamp>,
    /// What the date tells of the order of day and month.
    pub order: DateOrder,
    /// Local sequence number of the trace session; restarts, not unique across servers.
    pub seq: Option<u32>,
}

/// A prefix longer than this is damage: looking on would only cost time.
const LONGEST: usize = 1024;

/// Reads a prefix line; never fails, what cannot be read stays empty.
pub fn parse(line: &[u8]) -> Prefix<'_> {
    parse_after(line, &mut Last::default())
}

/// The same of a line behind others.
pub(crate) fn parse_after<'a>(line: &'a [u8], last: &mut Last) -> Prefix<'a> {
    quick::parse(line, last).unwrap_or_else(|| careful(line))
}

/// The same without the quick way.
fn careful(line: &[u8]) -> Prefix<'_> {
    if let Ok((_, prefix)) = known(line) {
        return prefix;
    }
    let mut prefix = Prefix::default();
    if let Ok((_, (level, flag))) = level_and_flag(line) {
        (prefix.level, prefix.flag) = (level, flag);
    }
    let mut rest = line.get(..LONGEST).unwrap_or(line);
    while !rest.is_empty() {
        if rest.first().is_some_and(u8::is_ascii_digit) {
            if let Ok((tail, (time, order))) = stamp(rest) {
                (prefix.time, prefix.order) = (Some(time), order);
                prefix.seq = preceded(char('.'), hex::<8>).parse(tail).ok().map(|(_, seq): (_, u32)| seq);
                break;
            }
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            rest = rest.get(digits..).unwrap_or_default();
        } else {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    prefix
}

/// What a line says behind the place in the source code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineText<'a> {
    /// `490733871` of `...F.cpp(1677)) [490733871] text`: the number by which a search result ties the lines and records
    /// of one activity. Records have it as `Trace-Correlation-Id`, too.
    pub correlation: Option<&'a [u8]>,
    /// All that stands behind; the whole line where no place in the source code is found.
    pub text: &'a [u8],
}

/// The prefix and the place in the source code are no longer than this.
const HEAD: usize = 400;

/// Splits a line behind its prefix.
pub fn line_text(line: &[u8]) -> LineText<'_> {
    let Some(text) = place_end(line).and_then(|at| line.get(at..)).map(<[u8]>::trim_ascii_start) else {
        return LineText { correlation: None, text: line };
    };
    let number = |text: &'_ [u8]| -> Option<usize> {
        let digits = text.strip_prefix(b"[")?.iter().take_while(|b| b.is_ascii_digit()).count();
        (digits > 0 && text.get(1 + digits) == Some(&b']')).then_some(digits)
    };
    match number(text) {
        Some(digits) => {
            let rest = text.get(digits + 2..).unwrap_or_default();
            LineText { correlation: text.get(1..=digits), text: rest.trim_ascii_start() }
        }
        None => LineText { correlation: None, text },
    }
}

/// Where the place in the source code ends: its brackets match, and between the number of process and thread and it stand
/// numbers only. A line without such a place speaks in brackets of its own.
fn place_end(line: &[u8]) -> Option<usize> {
    let head = line.get(..HEAD).unwrap_or(line);
    let colons = memmem::find(head, b"::")?;
    let (mut depth, mut inner) = (0usize, 0);
    for (at, byte) in head.iter().enumerate() {
        match byte {
            b'(' => (depth, inner) = (depth + 1, at + 1),
            b')' if at < colons => depth = depth.saturating_sub(1),
            b')' => {
                depth = depth.checked_sub(1)?;
                let number = head.get(inner..at).is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit));
                if depth == 0 {
                    return Some(at + 1);
                }
                // The line in the file: the last of a place, even of one that has lost its bracket.
                if depth == 1 && number {
                    return Some(at + 1 + usize::from(head.get(at + 1) == Some(&b')')));
                }
            }
            _ if depth > 0 || at < colons => {}
            b'/' | b'-' | b':' | b'.' | b',' | b' ' | b'T' => {}
            _ if byte.is_ascii_hexdigit() => {}
            _ => return None,
        }
    }
    None
}

fn known(input: &[u8]) -> Res<'_, Prefix<'_>> {
    let (input, (level, flag)) = level_and_flag(input)?;
    let (input, place) =
        delimited((take_while(|b| b == b' '), char('[')), take_while(|b| b != b']'), char(']')).parse(input)?;
    let (input, _) = (hex::<8>, char('.'), hex::<8>, tag(&b"::"[..])).parse(input)?;
    let (input, (time, order)) = stamp(input)?;
    let (input, seq) = opt(preceded(char('.'), hex::<8>)).parse(input)?;
    let server = memchr::memchr(b'\\', place).map(|_| place);
    Ok((input, Prefix { level, flag, server, time: Some(time), order, seq }))
}

fn level_and_flag(input: &[u8]) -> Res<'_, (&[u8], &[u8])> {
    let word = |b: u8| b.is_ascii_uppercase() || b == b'_';
    let (input, level) = preceded(tag(&b"TL_"[..]), take_while1(word)).parse(input)?;
    let (input, flag) =
        delimited(tag(&b"(TF_"[..]), take_while(|b| b != b')' && b != b'\n'), char(')')).parse(input)?;
    Ok((input, (level, flag)))
}

/// `MM/DD/YYYY-hh:mm:ss.mmm` or `YYYY-MM-DD hh:mm:ss[.mmm]`.
fn stamp(input: &[u8]) -> Res<'_, (Timestamp, DateOrder)> {
    alt((us_stamp, iso_stamp)).parse(input)
}

fn us_stamp(input: &[u8]) -> Res<'_, (Timestamp, DateOrder)> {
    let (input, (a, _, b, _, year, _)) =
        (num::<1, 2>, char('/'), num::<1, 2>, char('/'), num::<4, 4>, alt((char('-'), char(' ')))).parse(input)?;
    let (input, time) = clock(input)?;
    let order = DateOrder::of(a, b);
    let (month, day) = if order == DateOrder::DayFirst { (b, a) } else { (a, b) };
    civil(input, [year, month, day], time).map(|(rest, t)| (rest, (t, order)))
}

fn iso_stamp(input: &[u8]) -> Res<'_, (Timestamp, DateOrder)> {
    let (input, (year, _, month, _, day, _)) =
        (num::<4, 4>, char('-'), num::<2, 2>, char('-'), num::<2, 2>, alt((char('T'), char(' ')))).parse(input)?;
    let (input, time) = clock(input)?;
    civil(input, [year, month, day], time).map(|(rest, t)| (rest, (t, DateOrder::Unknown)))
}

fn civil(input: &[u8], date: [u32; 3], time: [u32; 4]) -> Res<'_, Timestamp> {
    Timestamp::from_civil(date, time).map_or(Err(nom::Err::Error(())), |t| Ok((input, t)))
}

fn clock(input: &[u8]) -> Res<'_, [u32; 4]> {
    let (input, (h, _, m, _, s)) = (num::<1, 2>, char(':'), num::<2, 2>, char(':'), num::<2, 2>).parse(input)?;
    let (input, ms) = opt(preceded(alt((char('.'), char(','))), num::<3, 3>)).parse(input)?;
    Ok((input, [h, m, s, ms.unwrap_or(0)]))
}

fn num<const MIN: usize, const MAX: usize>(input: &[u8]) -> Res<'_, u32> {
    let (rest, digits) = take_while_m_n(MIN, MAX, |b: u8| b.is_ascii_digit())(input)?;
    // Wrapping: in a mapped log that is written to meanwhile, a digit may be none any more.
    Ok((rest, digits.iter().fold(0, |n, b| n * 10 + u32::from(b.wrapping_sub(b'0')))))
}

fn hex<const MAX: usize>(input: &[u8]) -> Res<'_, u32> {
    let (rest, digits) = take_while_m_n(1, MAX, |b: u8| b.is_ascii_hexdigit())(input)?;
    let value = |b: &u8| char::from(*b).to_digit(16).unwrap_or(0);
    Ok((rest, digits.iter().fold(0, |n: u32, b| (n << 4) | value(b))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// line, level, server, time, seq
    type Case = (&'static str, &'static str, Option<&'static str>, &'static str, Option<u32>);

    const CASES: &[Case] = &[
        (
            "TL_INFO(TF_PROTOCOL) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (SIPStack,SIPAdminLog::TraceProtocolRecord:SIPAdminLog.cpp(125))$$begin_record",
            "INFO",
            None,
            "2013-10-15T09:01:45.669",
            Some(0x000d_0b31),
        ),
        (
            "TL_WARN(TF_DIAG) [edgepool\\edge01]1B34.10A9C::03/02/2017-07:10:46.230.0000773E (SIPStack,X::Y:Z.cpp(833)) [3634190282] $$begin_record",
            "WARN",
            Some("edgepool\\edge01"),
            "2017-03-02T07:10:46.230",
            Some(0x773e),
        ),
        (
            "TL_INFO(TF_PROTOffice 2007 R2 OL) [0]0B10.0E40::07/01/2009-10:20:21.222.0001b000 (S)",
            "INFO",
            None,
            "2009-07-01T10:20:21.222",
            Some(0x1_b000),
        ),
        ("17/06/2014-10:00:00.001 [0x1A] - --> Message:$$begin_record", "", None, "2014-06-17T10:00:00.001", None),
        ("host 2014-06-17 10:00:00 x$$begin_record", "", None, "2014-06-17T10:00:00.000", None),
        ("$$begin_record", "", None, "", None),
    ];

    #[test]
    fn known_and_unknown_prefixes() {
        for (line, level, server, time, seq) in CASES {
            let prefix = parse(line.as_bytes());
            assert_eq!(prefix.level, level.as_bytes(), "{line}");
            assert_eq!(prefix.server, server.map(str::as_bytes), "{line}");
            assert_eq!(prefix.time.map(Timestamp::iso).unwrap_or_default(), *time, "{line}");
            assert_eq!(prefix.seq, *seq, "{line}");
        }
    }

    #[test]
    fn what_a_line_says() {
        const PLACE: &str =
            "TL_WARN(TF_DIAG) [pool\\edge]1B34.10A9C::03/02/2017-07:10:46.230.0000773E (S,X::Y:Z.cpp(833))";
        for (behind, correlation, text) in [
            (" [3634190282] $$begin_record", Some("3634190282"), "$$begin_record"),
            ("$$begin_record", None, "$$begin_record"),
            ("( 00000015373B4BFE ) closed", None, "( 00000015373B4BFE ) closed"),
            (" [] empty", None, "[] empty"),
            (" [12", None, "[12"),
            (" Bob (bob@litwareinc.com (home))", None, "Bob (bob@litwareinc.com (home))"),
        ] {
            let line = format!("{PLACE}{behind}");
            let said = line_text(line.as_bytes());
            assert_eq!((said.correlation, said.text), (correlation.map(str::as_bytes), text.as_bytes()), "{behind}");
        }
        for (line, text) in [
            ("no place (at all)", "no place (at all)"),
            (
                "[0]0F14.1A2C::10/15/2013-09:01:45 (SIPStack,X) no route for Bob (b (home))",
                "no route for Bob (b (home))",
            ),
            ("[0]0F14.1A2C::10/15/2013-09:01:45 (S,X::operator():Z.cpp(833)) Bob (home)", "Bob (home)"),
            ("[0]0F14.1A2C::10/15/2013-09:01:45 (S,X::Y:Z.cpp(833) Bob (home))", "Bob (home))"),
            ("10:00:00.001 (S,X::Y:Z.cpp(833)) Bob (home))", "Bob (home))"),
            ("0F14.1A2C::10/15/2013 Bob (home))", "0F14.1A2C::10/15/2013 Bob (home))"),
        ] {
            assert_eq!(line_text(line.as_bytes()).text, text.as_bytes(), "{line}");
        }
    }
}
