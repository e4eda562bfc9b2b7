//! How much of a line a copy without names may leave as it is.

use std::ops::Range;

use nom::Parser;
use nom::character::complete::char;
use nom::combinator::opt;
use nom::sequence::preceded;

use super::{HEAD, LONGEST, LineText, hex, known, line_text, place_end, stamp};

/// How far a line is the trace's own, and the range in it that names the machine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// Where what the line says begins, the number of its activity being no part of that; 0 where the layout is another.
    pub(crate) end: usize,
    /// Where date, time and sequence number end, in any layout; 0 where there are none.
    pub(crate) stamp: usize,
    /// `pool\server` or `fe01` of the brackets; none for the number of a processor.
    pub(crate) machine: Option<Range<usize>>,
}

/// What of a line a copy without names may trust: less than [`super::line_text`] does, where something is missing or too much.
pub(crate) fn frame(line: &[u8]) -> Frame {
    let open = line.get(..HEAD).unwrap_or(line).iter().position(|b| *b == b'[').map(|at| at + 1);
    let machine = open.filter(|_| line.starts_with(b"TL_")).and_then(|start| {
        let len = line.get(start..start + HEAD).or_else(|| line.get(start..))?.iter().position(|b| *b == b']')?;
        let inside = line.get(start..start + len)?;
        let processor = match inside.strip_prefix(b"0x") {
            Some(number) => number.len() <= 4 && number.iter().all(u8::is_ascii_hexdigit),
            None => inside.len() <= 4 && inside.iter().all(u8::is_ascii_digit),
        };
        (!processor).then_some(start..start + len)
    });
    let Some(stamp) = stamp_end(line) else { return Frame { machine, ..Frame::default() } };
    let usual = known(line).is_ok_and(|(rest, _)| line.len() - rest.len() == stamp);
    let exact = |end: &usize| line.get(stamp..*end).is_some_and(is_exact);
    let end = if usual { place_end(line).filter(exact).unwrap_or(stamp) } else { 0 };
    // The number of the activity ties a search result together.
    let end = match line_text(line) {
        LineText { correlation: Some(_), text } if end > stamp => line.len() - text.len(),
        _ => end,
    };
    Frame { end, stamp, machine }
}

/// Whether what stands behind the time is a component, and a line of a file: `(SIPStack,X::Y:Z.cpp(833))`.
fn is_exact(place: &[u8]) -> bool {
    let inside = place.trim_ascii().strip_prefix(b"(").and_then(|p| p.strip_suffix(b"))"));
    inside.is_some_and(|p| {
        let name = p.len() - p.iter().rev().take_while(|b| b.is_ascii_digit()).count();
        let names = |b: &u8| b.is_ascii_graphic() && !matches!(b, b'@' | b'"' | b'\'' | b'[' | b'|');
        name < p.len() && p.get(..name).is_some_and(|p| p.ends_with(b"(") && p.iter().all(names))
    })
}

/// Where the first date and time of a line end, with the sequence number behind them.
fn stamp_end(line: &[u8]) -> Option<usize> {
    let head = line.get(..LONGEST).unwrap_or(line);
    let mut at = 0;
    while let Some(rest) = head.get(at..).filter(|rest| !rest.is_empty()) {
        let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
        if digits > 0
            && let Ok((tail, _)) = stamp(rest)
        {
            let seq = opt(preceded(char('.'), hex::<8>)).parse(tail).ok();
            return Some(head.len() - seq.map_or(tail, |(tail, _): (_, Option<u32>)| tail).len());
        }
        at += digits.max(1);
    }
    None
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_names_a_machine_is_no_number_and_what_says_more_is_no_place() {
        for (line, frame, machine) in [
            ("TL_INFO(TF_X) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (S,X::Y:Z.cpp(8))|said (1))", "))", ""),
            ("TL_INFO(TF_X) [fe01]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (S,X:Z.cpp(8)) [77] |said", " ", "fe01"),
            ("TL_INFO(TF_X) [p\\fe01]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31| (SIPStack,X) said", "31", "p\\fe01"),
            ("TL_INFO(TF_X) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31| (S,Bob Lee:Z.cpp(8)) said", "31", ""),
            ("TL_INFO(TF_X) [0]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31| Bob (S,X:Z.cpp(8)) said", "31", ""),
            ("|TL_INFO(TF_X) [fe01] for Bob at 10/15/2013-09:01:45.669 (S,X:Z.cpp(8)) said", "", "fe01"),
            ("|Bob: [fe01]0F14.1A2C::10/15/2013-09:01:45.669.000d0b31 (S,X:Z.cpp(8)) said", "", ""),
        ] {
            let (own, behind) = line.split_once('|').unwrap();
            let whole = [own, behind].concat();
            let found = super::frame(whole.as_bytes());
            assert_eq!(&whole[..found.end], own, "{whole}");
            assert!(own.ends_with(frame));
            assert_eq!(found.machine.map_or("", |range| &whole[range]), machine, "{whole}");
        }
    }
}
