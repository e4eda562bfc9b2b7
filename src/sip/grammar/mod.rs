//! The small grammars of header values, over slices that are already found and cleaned.

mod diagnostics;
mod name_addr;
pub(crate) mod quick;
mod reason;
mod via;

pub use diagnostics::Diagnostics;
pub use name_addr::NameAddr;
pub(crate) use name_addr::address;
pub use reason::q850_cause;
pub use via::Via;

use nom::Parser;
use nom::branch::alt;
use nom::bytes::complete::{take_till, take_while, take_while1};
use nom::character::complete::char;
use nom::combinator::opt;
use nom::multi::fold_many0;
use nom::sequence::preceded;

use super::Method;

type Res<'a, O> = nom::IResult<&'a [u8], O, ()>;

fn is_blank(b: u8) -> bool {
    b.is_ascii_whitespace()
}

fn blanks(input: &[u8]) -> Res<'_, &[u8]> {
    take_while(is_blank)(input)
}

/// The digits of a decimal number after optional blanks.
fn digits(input: &[u8]) -> Res<'_, &str> {
    let (input, digits) = preceded(blanks, take_while1(|b: u8| b.is_ascii_digit())).parse(input)?;
    std::str::from_utf8(digits).map_or(Err(nom::Err::Error(())), |d| Ok((input, d)))
}

/// A decimal number after optional blanks.
fn number(input: &[u8]) -> Res<'_, u32> {
    let (input, digits) = digits(input)?;
    digits.parse().map_or(Err(nom::Err::Error(())), |n| Ok((input, n)))
}

/// A character of a token (RFC 3261 section 25.1).
fn is_token(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"-.!%*_+`'~".contains(&b)
}

/// `21319 MESSAGE` (RFC 3261 section 20.16).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CSeq {
    /// Sequence number; 0 for one that is too large to be valid (RFC 3261 section 8.1.1.5), beside which the method still
    /// tells what a response answers.
    pub number: u32,
    /// Method.
    pub method: Method,
}

impl CSeq {
    /// Reads a value; `None` when there is no number.
    pub fn parse(value: &[u8]) -> Option<CSeq> {
        CSeq::quick(value).or_else(|| CSeq::careful(value))
    }

    /// Up to nine digits, one blank, letters.
    fn quick(value: &[u8]) -> Option<CSeq> {
        let digits = value.iter().take(10).take_while(|b| b.is_ascii_digit()).count();
        let (number, method) = value.split_at_checked(digits).filter(|_| (1..10).contains(&digits))?;
        let method = method.strip_prefix(b" ").filter(|m| m.iter().all(u8::is_ascii_uppercase))?;
        let number = number.iter().fold(0, |n, b| n * 10 + u32::from(b.wrapping_sub(b'0')));
        Some(CSeq { number, method: Method::from_token(method) })
    }

    fn careful(value: &[u8]) -> Option<CSeq> {
        let (_, (number, _, method)) = (digits, blanks, take_while(is_token)).parse(value).ok()?;
        Some(CSeq { number: number.parse().unwrap_or(0), method: Method::from_token(method) })
    }
}

/// `;name=value`, the value a token or a quoted string whose closing quote may be missing.
#[derive(Clone, Copy, Debug)]
struct Param<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

fn param(input: &[u8]) -> Res<'_, Param<'_>> {
    let (input, _) = (blanks, char(';'), blanks).parse(input)?;
    let (input, name) = take_while(|b: u8| b.is_ascii_alphanumeric() || b"-_.+".contains(&b))(input)?;
    let (input, value) = opt(preceded((blanks, char('='), blanks), alt((quoted, bare)))).parse(input)?;
    Ok((input, Param { name, value: value.unwrap_or_default() }))
}

/// Walks over all parameters and picks two by name; nothing is stored for the others.
fn params<'a>(input: &'a [u8], first: &[u8], second: &[u8]) -> Res<'a, (&'a [u8], &'a [u8])> {
    let pick = |(mut a, mut b): (&'a [u8], &'a [u8]), p: Param<'a>| {
        if a.is_empty() && p.name.eq_ignore_ascii_case(first) {
            a = p.value;
        } else if b.is_empty() && p.name.eq_ignore_ascii_case(second) {
            b = p.value;
        }
        (a, b)
    };
    fold_many0(param, || (&b""[..], &b""[..]), pick).parse(input)
}

fn quoted(input: &[u8]) -> Res<'_, &[u8]> {
    let (input, text) = preceded(char('"'), take_till(|b| b == b'"')).parse(input)?;
    let (input, _) = opt(char('"')).parse(input)?;
    Ok((input, text.trim_ascii()))
}

fn bare(input: &[u8]) -> Res<'_, &[u8]> {
    take_till(|b| b == b';' || b == b',' || is_blank(b))(input)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cseqs() {
        assert_eq!(CSeq::parse(b" 7  INVITE"), Some(CSeq { number: 7, method: Method::Invite }));
        assert!(CSeq::quick(b"21319 MESSAGE").is_some());
    }

    proptest! {
        /// What the quick way takes, the grammar reads the same.
        #[test]
        fn cseqs_are_the_same_both_ways(value in "[0-9]{0,11}[ \t]{0,2}(INVITE|MESSAGE|bye|X)?[ A-Z.,]{0,3}") {
            let quick = CSeq::quick(value.as_bytes());
            prop_assert!(quick.is_none() || quick == CSeq::careful(value.as_bytes()));
        }
    }
}
